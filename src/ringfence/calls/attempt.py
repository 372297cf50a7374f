"""One leg being rung for a dial, and which failure of several speaks for them all."""

from __future__ import annotations

from typing import Literal

from ringfence.calls.causes import Cause
from ringfence.calls.leg import Leg
from ringfence.calls.targets import DialTarget, Screen

AttemptState = Literal["ringing", "digits", "waiting", "screen", "key", "notice", "consent"]
"""Being rung; sent digits; waiting for what the program says; hearing a screen's clips; asked for
keys; hearing that it will be recorded; asked whether it may be."""

# Which failure speaks for a dial of several: what a person did counts more than what a network did.
_WEIGHT = {
    Cause.BUSY: 3,
    Cause.REJECTED: 3,
    Cause.NO_ANSWER: 2,
    Cause.NOT_REGISTERED: 1,
    Cause.UNREACHABLE: 1,
}


class Attempt:
    """One leg being rung for a dial."""

    __slots__ = ("keys", "leg", "play", "rang", "screen", "state", "target")

    def __init__(self, leg: Leg, target: DialTarget) -> None:
        self.leg = leg
        self.rang = False
        self.target = target
        self.state: AttemptState = "ringing"
        self.screen: Screen | None = None
        self.keys = ""
        self.play = 0


def weightier(one: Cause | None, other: Cause) -> Cause:
    """Return which of two failures speaks for a dial; the later one of two alike."""
    if one is None or _WEIGHT.get(other, 0) >= _WEIGHT.get(one, 0):
        return other
    return one
