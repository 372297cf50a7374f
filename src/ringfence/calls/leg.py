"""One leg of a call: the table of its states and what is known about it.

    theirs:  offered ─ring─▶ ringing ─answer─▶ answering ─answered─▶ up ─▶ ended ─▶ gone
    ours:    placing ─rang─▶ alerting ─────────answered───────────▶ up ─▶ ended ─▶ gone

``ended``: nobody can be heard any more and the release of its audio has been asked for; ``gone``:
the release was confirmed, or nobody confirmed it in time.
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls.causes import Cause
from ringfence.calls.commands import DialTarget
from ringfence.calls.reply import Reply
from ringfence.calls.words import Role
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId, PartyId

LegState = Literal["offered", "ringing", "answering", "placing", "alerting", "up", "ended", "gone"]
LegTrigger = Literal[
    "ring",  # we let the caller hear ringing
    "answer",  # we answer the caller
    "refuse",  # we refuse the caller
    "rang",  # the called phone rings
    "answered",  # audio may flow both ways
    "refused",  # the called side refused
    "cancel",  # we give up ringing
    "hang_up",  # we hang up
    "hung_up",  # the far end hung up or, before the answer, gave up
    "failed",  # gone without anybody's doing
    "released",  # audio closed, or not confirmed in time
]

LEG_TABLE: dict[LegState, dict[LegTrigger, LegState]] = {
    "offered": {
        "ring": "ringing",
        "answer": "answering",
        "refuse": "ended",
        "hung_up": "ended",
        "failed": "ended",
    },
    "ringing": {
        "ring": "ringing",
        "answer": "answering",
        "refuse": "ended",
        "hung_up": "ended",
        "failed": "ended",
    },
    "answering": {
        "answered": "up",
        "refuse": "ended",
        "hung_up": "ended",
        "failed": "ended",
    },
    "placing": {
        "rang": "alerting",
        "answered": "up",
        "refused": "ended",
        "cancel": "ended",
        "hung_up": "ended",
        "failed": "ended",
    },
    "alerting": {
        "rang": "alerting",
        "answered": "up",
        "refused": "ended",
        "cancel": "ended",
        "hung_up": "ended",
        "failed": "ended",
    },
    "up": {
        "hang_up": "ended",
        "hung_up": "ended",
        "failed": "ended",
    },
    "ended": {
        "released": "gone",
    },
    "gone": {},
}
"""Every transition of a leg. A trigger that is not in a state's row changes nothing."""

OUR_END: dict[LegState, LegTrigger] = {
    "offered": "refuse",
    "ringing": "refuse",
    "answering": "refuse",
    "placing": "cancel",
    "alerting": "cancel",
    "up": "hang_up",
}
"""How we end a leg that is in a state; the other states need no ending."""


class Playing:
    """A prompt under way on a leg."""

    __slots__ = ("clips", "started_at", "stop_on_digit")

    def __init__(self, *, clips: int, started_at: Ms, stop_on_digit: bool) -> None:
        self.clips = clips
        self.started_at = started_at
        self.stop_on_digit = stop_on_digit


class Leg:
    """A leg's state and history. `step` moves it; everything else is plain data.

    ``peer``: the leg whose audio it is bridged with, of this call or (``peer_call``) another's.
    ``held``: the far end has put us on hold. ``hold_play``: the music this leg hears on hold.
    ``reply``: what the far end of a leg we placed answered at last.
    ``plays``: prompts not yet reported as ended, by their number; the last one is heard.
    """

    __slots__ = (
        "audio_at",
        "by_far_end",
        "cause",
        "codec",
        "ended_at",
        "held",
        "hold_play",
        "id",
        "party",
        "peer",
        "peer_call",
        "person",
        "placed_at",
        "plays",
        "reply",
        "role",
        "state",
        "status",
        "target",
        "up_at",
    )

    def __init__(
        self,
        id: LegId,  # noqa: A002 - the word of the trade
        *,
        role: Role,
        state: LegState,
        placed_at: Ms,
        party: PartyId | None,
        person: bool = True,
        target: DialTarget | None = None,
    ) -> None:
        self.id = id
        self.role = role
        self.state: LegState = state
        self.placed_at = placed_at
        self.party = party
        self.person = person
        self.target = target
        self.up_at: Ms | None = None
        self.ended_at: Ms | None = None
        self.audio_at: Ms | None = None
        self.cause = Cause.NORMAL
        self.by_far_end = False
        self.status = 0
        self.reply: Reply | None = None
        self.codec = ""
        self.held = False
        self.hold_play = 0
        self.peer: LegId | None = None
        self.peer_call: CallId | None = None
        self.plays: dict[int, Playing] = {}

    def step(self, trigger: LegTrigger) -> bool:
        """Move along the table; False when the state has no such transition."""
        state = LEG_TABLE[self.state].get(trigger)
        if state is None:
            return False
        self.state = state
        return True

    @property
    def over(self) -> bool:
        """Whether the leg has ended."""
        return self.state in {"ended", "gone"}
