"""What is asked of a real-time transcription."""

from dataclasses import replace
from typing import Any

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.live_transcribing import start

pytestmark = pytest.mark.anyio

CALL = "CA" + "0" * 32


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"track": "sideways"}, "bad_argument"),
        ({"name": "n" * 501}, "bad_argument"),
        ({"hints": ["h" * 60_001]}, "bad_argument"),
        ({"url": "nowhere"}, "bad_url"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    office: Office, how: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match="no_recogniser"):
        await start(office, call=CALL)
    office.settings = replace(office.settings, recogniser="sphinx")
    with pytest.raises(Refused) as refused:
        await start(office, call=CALL, **how)
    assert refused.value.code == code


@pytest.mark.parametrize("use", ["live_transcription.start", "live_transcription.stop"])
async def test_it_needs_a_running_server(office: Office, use: str) -> None:
    with pytest.raises(Refused, match="not_running"):
        await office.run(use, {"call": CALL}, actor="operator")
