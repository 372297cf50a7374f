"""The status needs a server; how one answers is in tests/system."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.table import TABLE


@pytest.mark.anyio
async def test_status_and_metrics_are_live(office: Office) -> None:
    for name in ("system.status", "system.metrics"):
        assert TABLE.rows[name].live
        with pytest.raises(Refused, match="not_running"):
            await office.run(name, {}, actor="operator")
