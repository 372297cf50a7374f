"""Views of carriers."""

import msgspec

from ringfence.api.views_carriers import Taken, TextCarrier


def test_a_carrier_without_a_server():
    view = TextCarrier(
        sid="TC1", name="main", kind="smpp", address="h:1", senders=[], state="offline", created=1
    )
    plain = msgspec.to_builtins(view)
    assert plain["waiting"] == 0
    assert plain["webhook"] is None
    assert "password" not in plain


def test_a_webhook_is_taken_or_not():
    assert msgspec.to_builtins(Taken(taken=True)) == {"taken": True}
