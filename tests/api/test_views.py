"""Views travel as JSON and come back the same."""

import msgspec

from ringfence.api import views


def test_a_call_round_trips() -> None:
    call = views.Call(
        sid="CA1",
        direction="inbound",
        status="ended",
        offered=1,
        legs=[
            views.Leg(
                sid="LG1",
                direction="inbound",
                via="local",
                status="ended",
                media=views.Media(packets_in=3),
            )
        ],
    )
    assert msgspec.json.decode(msgspec.json.encode(call), type=views.Call) == call


def test_audio_travels_as_text() -> None:
    assert msgspec.json.encode(views.Chunk(data=b"\x00\xff")) == b'{"data":"AP8="}'


def test_no_default_is_shared() -> None:
    one = views.Call(sid="CA1", direction="inbound", status="ended", offered=1)
    two = views.Call(sid="CA2", direction="inbound", status="ended", offered=1)
    assert one.legs is not two.legs
