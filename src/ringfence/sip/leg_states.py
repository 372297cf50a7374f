"""The states of a leg, what it may wait for, and which command is allowed when."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ringfence.sip import commands
from ringfence.sip.commands import LegCommand


class State(StrEnum):
    """Where a leg stands; see the picture in `ringfence.sip.leg`."""

    OFFERED = "offered"
    CALLING = "calling"
    ANSWERED = "answered"
    TALKING = "talking"
    ENDED = "ended"


class Wake(StrEnum):
    """What a leg may wait for."""

    OK_AGAIN = "repeat our 2xx"
    OK_GIVE_UP = "nobody acknowledges our 2xx"
    RING_AGAIN = "repeat a provisional response, every minute"
    RING_LIMIT = "nobody answers the caller"
    RELIABLE = "repeat a reliable provisional response"
    TIMER_C = "they ring for too long"
    FAILOVER = "the target is silent"
    CANCEL_LIMIT = "our CANCEL has no effect"
    SESSION = "the session timer"
    GLARE = "try a refused change again"
    CHANGE_LIMIT = "our re-INVITE has no answer"
    REFER_LIMIT = "a referred call has no outcome"


AFTER_THE_END: Final = frozenset(
    {Wake.OK_AGAIN, Wake.OK_GIVE_UP, Wake.CANCEL_LIMIT, Wake.CHANGE_LIMIT, Wake.REFER_LIMIT}
)
"""What still matters after the end."""

_ANY: Final = frozenset(State)
_IN_CALL: Final = frozenset({State.ANSWERED, State.TALKING})

ALLOWED: Final[dict[type[LegCommand], frozenset[State]]] = {
    commands.Provisional: frozenset({State.OFFERED}),
    commands.Answer: frozenset({State.OFFERED}),
    commands.Reject: frozenset({State.OFFERED}),
    commands.Acknowledge: _IN_CALL,
    commands.Cancel: _ANY,
    commands.Bye: _ANY,
    commands.Reoffer: _IN_CALL,
    commands.AnswerOffer: _ANY,
    commands.RejectOffer: _ANY,
    commands.SendInfo: _IN_CALL,
    commands.Refer: _IN_CALL,
    commands.AcceptRefer: _ANY,
    commands.NotifyRefer: _ANY,
    commands.RejectRefer: _ANY,
}
"""In which states a command makes sense; anywhere else it is a bug of the caller."""
