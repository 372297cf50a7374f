"""Whether the facts of calls make sense: the order that `ringfence.calls.events` promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.kernel.ids import CallId, LegId, RecordingId

_HEARD = events.PromptPlayed | events.DigitsCollected | events.VoicemailLeft
"""Facts that need somebody who has been answered."""


def by_call(facts: Iterable[CallFact]) -> dict[CallId, list[CallFact]]:
    """Return the facts of each call, in order."""
    calls: dict[CallId, list[CallFact]] = {}
    for fact in facts:
        calls.setdefault(fact.call, []).append(fact)
    return calls


def complaints(facts: Iterable[CallFact]) -> list[str]:
    """Return what is wrong with the facts of calls that should all be over; no complaint: good."""
    return [
        f"{call}: {problem}"
        for call, story in by_call(facts).items()
        for problem in _problems(story)
    ]


def _problems(story: list[CallFact]) -> Iterator[str]:
    first, last = story[0], story[-1]
    if not isinstance(first, events.CallOffered | events.CallPlaced):
        yield f"begins with {first.name()}"
    if not isinstance(last, events.CallEnded):
        yield f"ends with {last.name()}"
    counts = Counter(type(fact) for fact in story)
    for kind in (events.CallOffered, events.CallPlaced, events.CallEnded, events.CallAnswered):
        if counts[kind] > 1:
            yield f"{kind.__name__} {counts[kind]} times"
    for before, after in pairwise(story):
        if after.at < before.at:
            yield f"{after.name()} is earlier than {before.name()} before it"
    yield from _unheard(story)
    yield from _legs(story)
    yield from _recordings(story)
    if isinstance(last, events.CallEnded):
        yield from _record(story, last)


def _unheard(story: list[CallFact]) -> Iterator[str]:
    answered = False
    for fact in story:
        answered = answered or isinstance(fact, events.CallAnswered)
        if isinstance(fact, _HEARD) and not answered:
            yield f"{fact.name()} before anybody was answered"


def _legs(story: list[CallFact]) -> Iterator[str]:
    begun: list[LegId] = []
    given: set[LegId] = set()
    ended: Counter[LegId] = Counter()
    for fact in story:
        match fact:
            case events.CallOffered(leg=leg) | events.CallPlaced(leg=leg):
                begun.append(leg)
            case events.LegPlaced(leg=leg) if leg not in begun:
                begun.append(leg)
            case events.LegTransferred(to=leg) if leg is not None and leg not in begun:
                begun.append(leg)  # it came by itself and took the place of the other
            case events.LegGiven(leg=leg):
                given.add(leg)  # it may end in the call it has been given to
            case events.LegEnded(leg=leg):
                ended[leg] += 1
                if leg not in begun:
                    yield f"leg {leg} ended and never began"
            case _:
                pass
    for leg in begun:
        if ended[leg] != 1 and not (leg in given and not ended[leg]):
            yield f"leg {leg} ended {ended[leg]} times"


def _recordings(story: list[CallFact]) -> Iterator[str]:
    outcomes: dict[RecordingId, int] = {}
    for fact in story:
        match fact:
            case events.RecordingRequested(recording=recording):
                if recording in outcomes:
                    yield f"recording {recording} was requested twice"
                outcomes[recording] = 0
            case (
                events.RecordingSaved(recording=recording)
                | events.RecordingFailed(recording=recording)
            ):
                if recording not in outcomes:
                    yield f"recording {recording} was never requested"
                outcomes[recording] = outcomes.get(recording, 0) + 1
            case _:
                pass
    for recording, count in outcomes.items():
        if count != 1:
            yield f"recording {recording} has {count} outcomes"


def _record(story: list[CallFact], record: events.CallEnded) -> Iterator[str]:
    first = story[0]
    answered = next((f for f in story if isinstance(f, events.CallAnswered)), None)
    person = next((f for f in story if isinstance(f, events.CallAnsweredByPerson)), None)
    if record.offered_at != first.at:
        yield "the record begins at another time than the call"
    if record.answered_at != (answered.at if answered is not None else None):
        yield "the record was answered at another time than the call"
    if record.answered_by_person_at != (person.at if person is not None else None):
        yield "the record has another person than the call"
    if not record.offered_at <= record.ended_at <= record.at:
        yield "the record ends out of its time"
    if record.answered_at is None:
        if record.duration_ms:
            yield "an unanswered call lasted"
    elif record.duration_ms != record.ended_at - record.answered_at:
        yield "the duration is not from the answer to the end"
    if not 0 <= record.talk_ms <= record.duration_ms:
        yield "somebody talked longer than the call lasted"
    if record.direction == "inbound" and record.missed != (person is None):
        yield "missed, and a person was there, or the other way round"
