"""One media stream of a call: somebody outside hears it, and may speak into it.

    requested ─began─▶ running ─stop─▶ stopping ─ended─▶ over
        └──stop──▶ stopping   └──ended──▶ over

A stream is a disclosure to the account's own server: its beginning and its end are facts. Waiting
for the end is bounded; a server that does not say goodbye has none to say.
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls.hearing import Wish
from ringfence.kernel.ids import LegId, StreamId
from ringfence.kernel.values import Hidden, Value

StreamState = Literal["requested", "running", "stopping", "over"]
StreamTrigger = Literal["began", "stop", "ended"]
StreamEnd = Literal[
    "stopped",
    "closed",
    "call_over",
    "refused",
    "failed",
    "not_understood",
    "too_many",
    "not_permitted",
]
"""``closed``: by the server; ``refused``: never begun, the address is not allowed; ``failed``: the
server could not be reached or was lost; ``not_understood``: it spoke nonsense;
``not_permitted``: whoever speaks does not let their words be written down."""
StreamHold = Literal["secret", "untold"]
"""Why nobody may listen for a while: secret digits, or somebody who was told of nothing."""
StreamRate = Literal[8_000, 16_000, 24_000]
"""Samples a second; others than 8000 in Exotel's dialect alone."""
Tracks = Literal["inbound_track", "outbound_track", "both_tracks"]

STREAM_TABLE: dict[StreamState, dict[StreamTrigger, StreamState]] = {
    "requested": {"began": "running", "stop": "stopping", "ended": "over"},
    "running": {"stop": "stopping", "ended": "over"},
    "stopping": {"ended": "over"},
    "over": {},
}
"""Every transition of a stream. A trigger that is not in a state's row changes nothing."""


class Words(Value, frozen=True, kw_only=True):
    """A stream that ends in a recogniser of speech: who is told what is said, and how.

    ``callback``: absolute; the labels are the account's names of the two sides.
    """

    wish: Wish
    callback: Hidden[str] = ""
    callback_method: Literal["GET", "POST"] = "POST"
    inbound_label: Hidden[str] = ""
    outbound_label: Hidden[str] = ""


class StreamOrder(Value, frozen=True, kw_only=True):
    """What is asked for. ``url``: ws or wss; ``two_way``: the server may speak.

    ``words``: no server hears it, a recogniser does, and there is no ``url``.

    ``status_callback``: absolute. ``dialect``: how the messages look (`ringfence.media.stream`).
    """

    url: Hidden[str]
    name: Hidden[str] = ""
    tracks: Tracks = "inbound_track"
    two_way: bool = False
    dialect: Literal["twilio", "exotel"] = "twilio"
    rate: StreamRate = 8_000
    parameters: Hidden[tuple[tuple[str, str], ...]] = ()
    words: Words | None = None
    status_callback: Hidden[str] = ""
    status_callback_method: Literal["GET", "POST"] = "POST"


class Stream:
    """A stream's state and what was asked for."""

    __slots__ = ("end", "holds", "id", "leg", "order", "state")

    def __init__(self, stream: StreamId, *, leg: LegId, order: StreamOrder) -> None:
        self.id = stream
        self.leg = leg
        self.order = order
        self.state: StreamState = "requested"
        self.holds: set[StreamHold] = set()
        self.end: StreamEnd = "stopped"
        """Why we stop it, where we do."""

    def step(self, trigger: StreamTrigger) -> bool:
        """Move along the table; False when the state has no such transition."""
        state = STREAM_TABLE[self.state].get(trigger)
        if state is None:
            return False
        self.state = state
        return True

    @property
    def running(self) -> bool:
        """Whether it may still be stopped."""
        return self.state in {"requested", "running"}
