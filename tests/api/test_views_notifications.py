"""Shapes of the notification log: what was said is there only where somebody asks for it whole."""

import msgspec

from ringfence.api import views_notifications as views


def test_a_line_of_the_list_says_nothing_of_what_was_said():
    line = views.Notification(
        sid="NO1", call=None, kind="status", at=1, elapsed_ms=2, method="POST", status=200,
        request_size=3, response_size=4, kept=True,
    )  # fmt: skip
    shown = msgspec.json.decode(msgspec.json.encode(line))
    said = ("url", "params", "sent", "headers", "content_type", "body", "cut")
    assert [shown[name] for name in said] == [None] * len(said)
    assert not {"url", "params", "body"} & set(views.Delivery.__struct_fields__)
