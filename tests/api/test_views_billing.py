"""Amounts are text wherever they are shown: no client reads a float."""

import msgspec

from ringfence.api import views_billing as views


def test_amounts_are_text() -> None:
    rate = views.Rate(service="recordings", to="", price="0.0025", per="minute")
    moved = views.Movement(sid="MV1", kind="fee", at=1, currency="USD", amount="-1.15")
    shown = msgspec.json.decode(msgspec.json.encode([rate, moved]))
    assert [shown[0]["price"], shown[1]["amount"]] == ["0.0025", "-1.15"]
