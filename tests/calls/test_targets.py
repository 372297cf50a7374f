"""Whom a call rings."""

from ringfence.calls.targets import DialTarget, ToPhone, ToSip
from ringfence.kernel.phone import Phone


def test_nobody_is_named_by_accident() -> None:
    target = DialTarget(
        endpoint=ToSip(uri="sip:alice@example.com", password="secret"), send_digits="1234"
    )
    shown = repr(target)
    assert "alice" not in shown
    assert "secret" not in shown
    assert "1234" not in shown
    assert "5550123" not in repr(ToPhone(phone=Phone("+12025550123")))
