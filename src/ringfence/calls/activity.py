"""What a call may be about at the moment, besides prompts and digits of its first leg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.calls.causes import Cause
from ringfence.calls.leg import Leg
from ringfence.calls.words import PlayEnd
from ringfence.kernel.ids import CallId, LegId, PartyId

if TYPE_CHECKING:
    from ringfence.calls.core import CallCore


class Activity:
    """A dial, a stay in a room or a queue, a transfer.

    The hooks do nothing unless a kind of activity has a use for them. An activity ends itself by
    setting ``core.activity`` to None (or to what follows) before it tells anybody.
    """

    __slots__ = ("core",)

    def __init__(self, core: CallCore) -> None:
        self.core = core

    def leg_rang(self, leg: Leg, *, early_media: bool) -> None:
        """A leg other than the first rings."""

    def leg_up(self, leg: Leg) -> None:
        """Any leg is up."""

    def leg_over(self, leg: Leg) -> None:
        """A leg other than the first has ended."""

    shared = False
    """Whether the first leg is among others whom it hears through no bridge: in a room."""

    @property
    def abroad(self) -> bool:
        """Whether the first leg talks to somebody of another call, and either may be handed on."""
        return False

    def change_peer(self, peer: LegId, call: CallId, party: PartyId | None) -> None:
        """Whoever the first leg talks to, of another call, has handed it to ``peer``."""

    def give_peer(self) -> None:
        """The first leg has handed over whom it talked to: that call is not told of its end."""

    @property
    def accepts_partner(self) -> bool:
        """Whether `inputs.Connected` is welcome now."""
        return False

    def survives(self, leg: Leg) -> bool:  # noqa: ARG002 - a hook
        """Whether the call goes on although its first leg has ended."""
        return False

    def digit(self, leg: Leg, digit: str) -> bool:  # noqa: ARG002 - a hook
        """A key on any leg; True when it was meant for the activity."""
        return False

    def play_ended(self, leg: Leg, play: int, reason: PlayEnd) -> None:
        """A prompt of the call's own (a negative number) ended."""

    def digits_sent(self, leg: Leg) -> None:
        """Keys were sent to a leg other than the first."""

    def bridge_failed(self, cause: Cause) -> None:
        """Two legs could not be connected."""

    def voice_answered(self, *, agreed: bool) -> None:
        """Whoever the first leg is was told of a recording of this, or asked (`AskVoice`)."""

    def hear(self, x: object) -> None:
        """Take an input about a room, a queue or a transfer."""

    def timer(self, subject: str) -> None:
        """A timer named ``activity`` is due."""

    def stop(self, cause: Cause, *, tell: bool = True) -> None:
        """End at once because the program or the API wants it."""

    def call_over(self) -> None:
        """The call is ending: write down and report; the legs are ended by the call."""
