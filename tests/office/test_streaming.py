"""What is asked about a stream in progress."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.streaming import order_of

pytestmark = pytest.mark.anyio

URL = "wss://media.example.com/a"


async def test_how_a_call_is_to_be_heard(office: Office) -> None:
    order = order_of(
        office, url=URL, name="ear", track="both_tracks", parameters={"a": "b"},
        status_url="https://example.com/s", status_method="get",
    )  # fmt: skip
    assert (order.url, order.name, order.tracks, order.two_way) == (
        URL,
        "ear",
        "both_tracks",
        False,
    )
    assert (order.parameters, order.status_callback_method) == ((("a", "b"),), "GET")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"url": "https://example.com"}, "bad_url"),
        ({"url": "wss://10.0.0.1/ear"}, "private_address"),
        ({"url": "ws://[::1]:8080/ear"}, "private_address"),
        ({"url": URL, "track": "sideways"}, "bad_argument"),
        ({"url": URL, "parameters": {"a": "b" * 500}}, "bad_argument"),
        ({"url": URL, "status_url": "nowhere"}, "bad_url"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    office: Office, how: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        order_of(office, **how)  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize("use", ["stream.start", "stream.stop"])
async def test_it_needs_a_running_server(office: Office, use: str) -> None:
    with pytest.raises(Refused, match="not_running"):
        await office.run(use, {"call": "CA" + "0" * 32}, actor="operator")
