"""What a killed server still owed to whoever was to be told the end of a call or of a leg.

A pledge (`ringfence.markup.exchange.Callback.pledged`) holds the parameters that do not change.
Together with the facts of the call, which recovery has brought to an end, it says what the living
server would have said: the same tellers hear the same facts once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ringfence.calls import events
from ringfence.calls.causes import dial_status
from ringfence.calls.events import CallFact
from ringfence.kernel.ids import AccountId, CallId, LegId
from ringfence.markup.context import WITHHELD, Context, dial_word, whole_seconds
from ringfence.markup.exchange import Params
from ringfence.markup.leg_telling import LegTeller
from ringfence.markup.progress import STEPS_TOLD
from ringfence.markup.telling import (
    ASKED,
    BASE,
    STEPS,
    StatusCallback,
    StatusTeller,
    Teller,
    minutes,
    moment,
)

Said = Sequence[tuple[str, str]]


def _wanted(said: Mapping[str, str]) -> StatusCallback:
    """Return what was asked for: what was told of it before counts in ``SequenceNumber``."""
    asked = said.get(ASKED, "").split()
    steps = tuple(step for step in STEPS if step in asked)
    return StatusCallback(url="", steps=steps or ("completed",))


def is_dialled(pledged: Said) -> bool:
    """Whether it was pledged by a dial, of one of its legs."""
    return any(name == STEPS_TOLD for name, _ in pledged)


def end_of_call(pledged: Said, facts: Iterable[CallFact]) -> Params | None:
    """Return what is told of a call that is over; None where it is not."""
    said = dict(pledged)
    context = Context(
        call=CallId(said["CallSid"]),
        account=AccountId(said["AccountSid"]),
        caller="" if said["From"] == WITHHELD else said["From"],
        called=said["To"],
        direction="inbound" if said["Direction"] == "inbound" else "outbound",
        caller_name=said.get("CallerName", ""),
        forwarded_from=said.get("ForwardedFrom"),
        public_url=said.get(BASE, ""),
        parent=CallId(said["ParentCallSid"]) if "ParentCallSid" in said else None,
    )
    return _last(StatusTeller(context, _wanted(said)), facts)


def end_of_leg(leg: LegId, pledged: Said, facts: Iterable[CallFact]) -> Params | None:
    """Likewise of a leg, as `LegTeller` tells it."""
    said = dict(pledged)
    context = Context(
        call=CallId(said["ParentCallSid"]),
        account=AccountId(said["AccountSid"]),
        caller="" if said["From"] == WITHHELD else said["From"],
        called=said["To"],
    )
    return _last(LegTeller(context, leg, said["To"], _wanted(said)), facts)


def end_of_dialled(leg: LegId, pledged: Said, facts: Iterable[CallFact]) -> Params | None:
    """Likewise of a leg, as a dial's `ProgressReports` tell it."""
    steps: list[str] = []
    bridged = False
    answered_by: Params = ()
    for fact in facts:
        if isinstance(fact, events.LegsBridged):
            bridged = bridged or leg in (fact.a, fact.b)
        if getattr(fact, "leg", None) != leg:
            continue
        match fact:
            case events.LegPlaced():
                steps.append("initiated")
            case events.LegAlerted() if "ringing" not in steps:
                steps.append("ringing")
            case events.LegConnected():
                steps.append("answered")
            case events.AnswererDetected():
                answered_by = (("AnsweredBy", fact.answered_by),)
            case events.LegEnded():
                told = dict(pledged).get(STEPS_TOLD, "").split()
                # Not by the time it was up: its end is dated by the last sign of life.
                talked = bridged and "answered" in steps
                return (
                    *((name, value) for name, value in pledged if name != STEPS_TOLD),
                    ("CallStatus", dial_word(dial_status(fact.cause, talked=talked))),
                    ("Timestamp", moment(fact.at)),
                    ("CallbackSource", "call-progress-events"),
                    ("SequenceNumber", str(sum(step in told for step in steps))),
                    *answered_by,
                    ("CallDuration", whole_seconds(fact.up_ms)),
                    ("Duration", minutes(fact.up_ms)),
                )
            case _:
                pass
    return None


def _last(teller: Teller, facts: Iterable[CallFact]) -> Params | None:
    told = [c.params for fact in facts for c in teller.hear(fact) if not c.pledged]
    return told[-1] if told else None
