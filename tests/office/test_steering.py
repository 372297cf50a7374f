"""Calls in flight, without a server: what needs one says so."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office

pytestmark = pytest.mark.anyio


async def test_a_call_in_flight_needs_a_running_server(office: Office) -> None:
    with pytest.raises(Refused, match="not_running"):
        await office.run("call.hangup", {"sid": "CA" + "0" * 32}, actor="operator")
