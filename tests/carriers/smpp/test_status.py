"""What a command status means to whoever sends messages."""

from __future__ import annotations

from ringfence.carriers.smpp.status import SLOW_DOWN, Status, meaning, name
from ringfence.messaging.carrier import Cause


def test_causes() -> None:
    assert meaning(Status.ESME_RINVDSTADR) == (Cause.BAD_DESTINATION, False)
    assert meaning(Status.ESME_RSYSERR) == (Cause.UNAVAILABLE, True)
    assert meaning(Status.ESME_RINVESMCLASS) == (Cause.BAD_MESSAGE, False)
    assert meaning(0x400) == (Cause.UNKNOWN, False)


def test_whatever_asks_for_patience_is_worth_another_try() -> None:
    assert all(meaning(status).temporary for status in SLOW_DOWN)


def test_names() -> None:
    assert name(0x58) == "ESME_RTHROTTLED"
    assert name(0x400) == "0x00000400"
