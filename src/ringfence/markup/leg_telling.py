"""Status callbacks of one dialled leg, for a server that was named while it goes on.

What a dial's own targets asked for is told by `ringfence.markup.progress`, from the dial's notices;
this is told beside it, from the call's facts, under the same parameters.
"""

from __future__ import annotations

from msgspec.structs import replace

from ringfence.calls import events
from ringfence.calls.causes import CAUSES, dial_status
from ringfence.calls.events import CallFact
from ringfence.kernel.ids import LegId, own_call
from ringfence.markup.context import WITHHELD, Context, dial_word, places, whole_seconds
from ringfence.markup.exchange import Callback, Params, Value
from ringfence.markup.telling import ASKED, WITHDRAWN, CallStep, StatusCallback, minutes, moment


class LegTeller:
    """Tells one URL how one leg fares."""

    __slots__ = ("_answered_by", "_called", "_caller", "_context", "_sent", "_up", "leg", "wanted")

    def __init__(
        self,
        context: Context,
        leg: LegId,
        called: Value,
        wanted: StatusCallback,
        *,
        shown: Value | None = None,
    ) -> None:
        """``context``: of the call that rang the leg; ``called``: whom it reaches.

        ``shown``: the number that the leg shows in place of whoever calls.
        """
        self._caller = shown or context.caller
        self.leg = leg
        self.wanted = wanted
        self._context = context
        self._called = called
        self._answered_by: Params = ()
        self._sent = 0
        self._up = False

    def pledge(self) -> list[Callback]:
        """Return what is kept for the next start, as `StatusTeller.pledge` does."""
        wanted = self.wanted
        word = "completed" if "completed" in wanted.steps else WITHDRAWN
        return [
            Callback(
                url=wanted.url,
                method=wanted.method,
                params=(*self._about(), (ASKED, " ".join(wanted.steps))),
                outcome=self.leg,
                pledged=(word,),
            )
        ]

    def hear(self, fact: CallFact) -> list[Callback]:
        """Return the callback a fact is worth, if it is."""
        if getattr(fact, "leg", None) != self.leg:
            return []
        match fact:
            case events.LegAlerted():
                return self._tell("ringing", "ringing", fact)
            case events.LegConnected():
                self._up = True
                return self._tell("answered", "in-progress", fact)
            case events.AnswererDetected(answered_by=answered_by):
                self._answered_by = (("AnsweredBy", answered_by),)
            case events.LegEnded():
                up = self._up or fact.up_ms > 0
                status = dial_word(dial_status(fact.cause, talked=up))
                sip = 200 if up else fact.status or CAUSES[fact.cause].sip
                return self._tell(
                    "completed",
                    status,
                    fact,
                    ("CallDuration", whole_seconds(fact.up_ms)),
                    ("Duration", minutes(fact.up_ms)),
                    ("SipResponseCode", str(sip)),
                )
            case _:
                pass
        return []

    def _tell(
        self, step: CallStep, status: str, fact: CallFact, *more: tuple[str, Value]
    ) -> list[Callback]:
        wanted = self.wanted
        if step not in wanted.steps:
            return []
        number = self._sent
        self._sent += 1
        params: Params = (
            *self._about(),
            ("CallStatus", status),
            ("Timestamp", moment(fact.at)),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(number)),
            *self._answered_by,
            *more,
        )
        made = Callback(url=wanted.url, method=wanted.method, params=params, event=step)
        return [replace(made, outcome=self.leg) if step == "completed" else made]

    def _about(self) -> Params:
        context = self._context
        return (
            ("CallSid", own_call(self.leg)),
            ("ParentCallSid", context.call),
            ("AccountSid", context.account),
            ("From", self._caller or WITHHELD),
            ("To", self._called),
            ("Caller", self._caller or WITHHELD),
            ("Called", self._called),
            *places(self._caller, self._called),
            ("Direction", "outbound-dial"),
        )
