"""Status callbacks of one dialled leg, for a server that was named while it goes on.

What a dial's own targets asked for is told by `ringfence.markup.progress`, from the dial's notices;
this is told beside it, from the call's facts, under the same parameters.
"""

from __future__ import annotations

from ringfence.calls import events
from ringfence.calls.causes import CAUSES, dial_status
from ringfence.calls.events import CallFact
from ringfence.kernel.ids import LegId, own_call
from ringfence.markup.context import Context, dial_word, whole_seconds
from ringfence.markup.exchange import Callback, Params, Value
from ringfence.markup.telling import STEPS, CallStep, StatusCallback, moment


class LegTeller:
    """Tells one URL how one leg fares."""

    __slots__ = ("_answered_by", "_called", "_context", "leg", "wanted")

    def __init__(self, context: Context, leg: LegId, called: Value, wanted: StatusCallback) -> None:
        """``context``: of the call that rang the leg; ``called``: whom it reaches."""
        self.leg = leg
        self.wanted = wanted
        self._context = context
        self._called = called
        self._answered_by: Params = ()

    def hear(self, fact: CallFact) -> list[Callback]:
        """Return the callback a fact is worth, if it is."""
        if getattr(fact, "leg", None) != self.leg:
            return []
        match fact:
            case events.LegAlerted():
                return self._tell("ringing", "ringing", fact)
            case events.LegConnected():
                return self._tell("answered", "in-progress", fact)
            case events.AnswererDetected(answered_by=answered_by):
                self._answered_by = (("AnsweredBy", answered_by),)
            case events.LegEnded():
                status = dial_word(dial_status(fact.cause, talked=fact.up_ms > 0))
                sip = 200 if fact.up_ms else fact.status or CAUSES[fact.cause].sip
                return self._tell(
                    "completed",
                    status,
                    fact,
                    ("CallDuration", whole_seconds(fact.up_ms)),
                    ("SipResponseCode", str(sip)),
                )
            case _:
                pass
        return []

    def _tell(
        self, step: CallStep, status: str, fact: CallFact, *more: tuple[str, Value]
    ) -> list[Callback]:
        wanted, context = self.wanted, self._context
        if step not in wanted.steps:
            return []
        params: Params = (
            ("CallSid", own_call(self.leg)),
            ("ParentCallSid", context.call),
            ("AccountSid", context.account),
            ("From", context.caller),
            ("To", self._called),
            ("Caller", context.caller),
            ("Called", self._called),
            ("Direction", "outbound-dial"),
            ("CallStatus", status),
            ("Timestamp", moment(fact.at)),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(STEPS.index(step))),
            *self._answered_by,
            *more,
        )
        return [Callback(url=wanted.url, method=wanted.method, params=params, event=step)]
