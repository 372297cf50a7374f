"""What is asked about a recording in the making."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.recording import wish_of

pytestmark = pytest.mark.anyio


async def test_how_a_call_is_to_be_recorded(office: Office) -> None:
    wish = wish_of(
        office, dual=True, track="inbound", trim=True, status_url="https://example.com/r",
        status_method="get", status_events=["absent"],
    )  # fmt: skip
    assert (wish.dual, wish.track, wish.trim, wish.asked_by) == (True, "inbound", True, "api")
    assert wish.callback is not None
    assert (wish.callback.method, wish.callback.steps) == ("GET", ("absent",))
    assert wish_of(office).callback is None


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"track": "sideways"}, "bad_argument"),
        ({"status_url": "nowhere"}, "bad_url"),
        ({"status_url": "https://example.com", "status_events": ["x"]}, "bad_argument"),
        ({"status_url": "https://example.com", "status_method": "PUT"}, "bad_method"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    office: Office, how: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        wish_of(office, **how)  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize("use", ["recording.start", "recording.control"])
async def test_it_needs_a_running_server(office: Office, use: str) -> None:
    with pytest.raises(Refused, match="not_running"):
        await office.run(use, {"call": "CA" + "0" * 32}, actor="operator")
