"""Whether an agent can take a call: a table, and how long the agent has been so.

offline ─sign_in─▶ available ─offer─▶ offered ─accept─▶ busy ─finish─▶ wrap_up ─rested─▶ available
                      ⇅ away / back     └─decline─▶ away
"""

from __future__ import annotations

from typing import Literal

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import UserId

PresenceState = Literal["offline", "available", "offered", "busy", "wrap_up", "away"]
PresenceTrigger = Literal[
    "sign_in",
    "sign_out",
    "away",  # the agent takes a break
    "back",
    "offer",  # its phone rings for a caller
    "accept",
    "decline",  # it did not take the call: no further one is sent into the void
    "withdraw",  # the caller is gone before the agent took the call
    "busy",  # a call of its own
    "finish",
    "rested",  # the time for notes after a call is over
]

PRESENCE_TABLE: dict[PresenceState, dict[PresenceTrigger, PresenceState]] = {
    "offline": {"sign_in": "available"},
    "available": {
        "sign_out": "offline",
        "away": "away",
        "offer": "offered",
        "busy": "busy",
    },
    "offered": {
        "sign_out": "offline",
        "accept": "busy",
        "decline": "away",
        "withdraw": "available",
    },
    "busy": {"finish": "wrap_up", "sign_out": "offline"},
    "wrap_up": {
        "rested": "available",
        "back": "available",
        "away": "away",
        "sign_out": "offline",
        "busy": "busy",
    },
    "away": {"back": "available", "sign_out": "offline", "busy": "busy"},
}
"""Every transition of an agent. A trigger that is not in a state's row changes nothing."""


class Agent:
    """One agent's presence. ``since``: when the present state began."""

    __slots__ = ("id", "since", "state", "wrap_up_ms")

    def __init__(self, id: UserId, *, wrap_up_ms: int = 0) -> None:  # noqa: A002 - the word
        self.id = id
        self.wrap_up_ms = wrap_up_ms
        self.state: PresenceState = "offline"
        self.since = Ms(0)

    def step(self, trigger: PresenceTrigger, now: Ms) -> bool:
        """Move along the table; False when the state has no such transition."""
        state = PRESENCE_TABLE[self.state].get(trigger)
        if state is None:
            return False
        self.state = state
        self.since = now
        return True
