"""The words between messages and their carriers."""

from __future__ import annotations

import pytest

from ringfence.kernel.ids import MessageId
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Delivery, Outbound, overall

D = Delivery


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ((), D.ENROUTE),
        ((D.DELIVERED,), D.DELIVERED),
        ((D.DELIVERED, D.DELIVERED), D.DELIVERED),
        ((D.DELIVERED, D.ENROUTE), D.ENROUTE),
        ((D.DELIVERED, D.ACCEPTED), D.ACCEPTED),
        ((D.DELIVERED, D.UNKNOWN), D.UNKNOWN),
        ((D.DELIVERED, D.EXPIRED, D.ENROUTE), D.EXPIRED),
        ((D.UNDELIVERABLE, D.DELIVERED), D.UNDELIVERABLE),
    ],
)
def test_a_message_is_as_good_as_its_worst_part(states: tuple[D, ...], whole: D) -> None:
    assert overall(states) is whole


def test_every_state_is_passing_delivered_unknown_or_failed() -> None:
    for state in Delivery:
        assert state.final == (state not in {D.ENROUTE, D.ACCEPTED})
        good = {D.ENROUTE, D.ACCEPTED, D.DELIVERED, D.UNKNOWN}
        assert state.failed == (state not in good)
        assert overall([state]) is state


def test_a_message_that_is_printed_shows_neither_its_text_nor_whom_it_is_for() -> None:
    message = Outbound(
        id=MessageId("SM" + "0" * 32),
        sender=Phone("+12025550100"),
        to=Phone("+12025550123"),
        text="the code is 48151",
        media=("https://example.com/picture",),
    )
    shown = repr(message)
    assert "48151" not in shown
    assert "picture" not in shown
    assert "2025550123" not in shown
