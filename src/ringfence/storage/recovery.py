"""After a kill at any instant: what was going on is brought to its end, once, at the next start.

1. Jobs that were leased are ready again: their worker is gone.
2. A recording nobody ended is read as far as its frames are whole; what can be played is saved,
   what holds nothing is reported as failed. A message that was being left has been left.
3. Every leg of an open call is ended, then the call itself, with the cause ``interrupted``.

All of it goes through `CallStore` as ordinary facts: timeline, state, audit leaf and jobs come out
as if the call had ended by itself. The end is dated by the last sign of life, not by the restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.calls.events import CallFact
from ringfence.calls.words import Direction, RecordingSource, Role
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId, PartyId, RecordingId
from ringfence.privacy.purposes import purpose
from ringfence.storage.call_records import CallRecord, CallRecords
from ringfence.storage.calls import CallStore
from ringfence.storage.outbox import Outbox
from ringfence.storage.recordings import Measure, Recording, Recordings
from ringfence.storage.schema import events as event_rows
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, at_most
from ringfence.storage.timeline import Timeline
from ringfence.storage.unit_of_work import Queries, Transaction

_LAST_AT = Statement(at_most(select(event_rows.c.at).order_by(event_rows.c.id.desc()), 1))
_FOR_EVER = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was brought to its end."""

    calls: tuple[CallId, ...]
    recordings: tuple[RecordingId, ...]
    lost: tuple[RecordingId, ...]
    """Recordings of which nothing could be read."""
    jobs: int


def recover(
    db: Database,
    *,
    call_store: CallStore,
    records: CallRecords,
    timeline: Timeline,
    recordings: Recordings,
    outbox: Outbox,
    measure: Measure,
    now: Ms,
) -> Recovered:
    """Bring to its end what a killed process left behind. Blocking; before calls are taken.

    Safe to be killed itself: what it has ended stays ended, the rest is found at the next start.
    """
    reading = db.reading
    jobs = db.submit(lambda tx: outbox.give_back(tx, now=now, until=Ms(_FOR_EVER))).result()
    alive = reading.value(_LAST_AT) or now
    saved: list[RecordingId] = []
    lost: list[RecordingId] = []
    ended: dict[CallId, list[CallFact]] = {}
    open_calls = {call.id: call for call in records.open_ones(reading)}
    for recording in recordings.open_ones(open_calls):
        fact = _end_recording(reading, recordings, recording, measure, alive, now)
        story = ended.setdefault(recording.call, [])
        story.append(fact)
        if isinstance(fact, events.RecordingSaved):
            saved.append(recording.id)
            alive = Ms(max(alive, fact.at))
            if recording.source == "voicemail":
                story.append(_voicemail(fact, timeline.facts_of(recording.call)))
        else:
            lost.append(recording.id)
    alive = Ms(min(alive, now))
    for call in open_calls.values():
        facts = timeline.facts_of(call.id)
        ended.setdefault(call.id, []).extend(end_of_call(call, facts, alive))

    def work(tx: Transaction) -> None:
        for facts in ended.values():
            call_store.write(tx, facts, now)

    db.submit(work).result()
    return Recovered(calls=tuple(open_calls), recordings=tuple(saved), lost=tuple(lost), jobs=jobs)


def _end_recording(
    queries: Queries,
    recordings: Recordings,
    recording: Recording,
    measure: Measure,
    at: Ms,
    now: Ms,
) -> events.RecordingSaved | events.RecordingFailed:
    """Return how a recording ended: where its sound does, as late as there is a sign of life."""
    at = Ms(max(at, recording.requested_at))
    source = cast("RecordingSource", recording.source)  # written from the same vocabulary
    with purpose("deliver_content"):
        found = recordings.salvage(queries, recording.id, measure)
    if found is None:
        return events.RecordingFailed(
            at=at,
            call=recording.call,
            recording=recording.id,
            source=source,
            reason="media_lost",
        )
    if recording.started_at is not None:
        at = Ms(max(at, min(recording.started_at + found.duration_ms, now)))
    return events.RecordingSaved(
        at=at,
        call=recording.call,
        recording=recording.id,
        source=source,
        reason="leg_closed",
        duration_ms=found.duration_ms,
        size=found.size,
        sha256=found.sha256,
    )


def _voicemail(saved: events.RecordingSaved, facts: Sequence[CallFact]) -> events.VoicemailLeft:
    """Return the fact that a message is there, as the call would have told it itself."""
    parties = next(
        (
            fact.parties
            for fact in facts
            if isinstance(fact, events.RecordingRequested) and fact.recording == saved.recording
        ),
        (),
    )
    return events.VoicemailLeft(
        at=saved.at,
        call=saved.call,
        recording=saved.recording,
        duration_ms=saved.duration_ms,
        party=parties[0] if parties else None,
    )


@dataclass(slots=True)
class _Leg:
    role: Role
    party: PartyId | None
    up_at: Ms | None = None
    codec: str = ""


def end_of_call(record: CallRecord, facts: Sequence[CallFact], at: Ms) -> list[CallFact]:
    """Return the facts that end an interrupted call: one for each open leg, then the call's."""
    legs: dict[LegId, _Leg] = {}
    for fact in facts:
        match fact:
            case events.CallOffered():
                legs[fact.leg] = _Leg("caller", fact.caller)
            case events.CallPlaced():
                legs[fact.leg] = _Leg("callee", fact.called)
            case events.LegPlaced():
                legs[fact.leg] = _Leg(fact.role, fact.party)
            case events.CallAnswered() if legs:
                first = legs[next(iter(legs))]
                first.up_at, first.codec = fact.at, fact.codec
            case events.LegConnected() if fact.leg in legs:
                legs[fact.leg].up_at, legs[fact.leg].codec = fact.at, fact.codec
            case events.LegTransferred(to=new) if new is not None and fact.leg in legs:
                old = legs[fact.leg]
                legs.setdefault(new, _Leg(old.role, old.party, fact.at, old.codec))
            case events.LegEnded():
                legs.pop(fact.leg, None)
            case _:
                pass
    at = Ms(max([at, record.offered_at, *(fact.at for fact in facts)]))
    ends: list[CallFact] = [
        events.LegEnded(
            at=at,
            call=record.id,
            leg=name,
            role=leg.role,
            cause=Cause.INTERRUPTED,
            by_far_end=False,
            up_ms=0 if leg.up_at is None else at - leg.up_at,
            party=leg.party,
            codec=leg.codec,
        )
        for name, leg in legs.items()
    ]
    ends.append(
        events.CallEnded(
            at=at,
            call=record.id,
            account=record.account,
            direction=cast("Direction", record.direction),
            cause=Cause.INTERRUPTED,
            hung_up_by="system",
            missed=record.direction == "inbound" and record.person_at is None,
            offered_at=record.offered_at,
            rang_at=record.rang_at,
            answered_at=record.answered_at,
            answered_by_person_at=record.person_at,
            ended_at=at,
            duration_ms=0 if record.answered_at is None else at - record.answered_at,
            talk_ms=_talk(facts, at),
            answered_by=record.answered_by,
            codec=record.codec,
        )
    )
    return ends


def _talk(facts: Sequence[CallFact], at: Ms) -> int:
    """Return the milliseconds spoken with people: of the dials that ended, and of the last.

    Legs are bridged as soon as there is something to hear. While one of them rings, that is the
    ringing tone of its network (RFC 3960 section 3), and nobody has talked yet.
    """
    done, since = 0, None
    ringing: set[LegId] = set()
    early: set[LegId] = set()
    for fact in facts:
        match fact:
            case events.LegPlaced():
                ringing.add(fact.leg)
            case events.LegConnected():
                ringing.discard(fact.leg)
                if fact.leg in early and since is None:
                    since = fact.at
            case events.CallAnsweredByPerson() if since is None:
                since = fact.at
            case events.LegsBridged() if since is None:
                early = ringing.intersection((fact.a, fact.b))
                if not early:
                    since = fact.at
            case events.DialEnded():
                done, since = done + fact.talk_ms, None
            case _:
                pass
    return done + (0 if since is None else at - since)
