"""What a killed process had still to tell of recordings, calls and legs, told at the next start.

Before a recording, a call or a dialled leg begins, what will be told of its end is kept, sealed, as
a pledge (`ringfence.storage.deliveries`). Whoever tells the end settles the pledge in the same
transaction, so a pledge that is found at a start was never kept: it is filled in with what
`ringfence.storage.recovery` found, and waits in the order of its call as any other callback. It
goes from pledge to callback in one transaction, so a second kill makes no second callback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PREFIX, CallId, LegId, RecordingId, leg_of
from ringfence.markup import owed
from ringfence.markup.exchange import Params
from ringfence.markup.telling import outcome
from ringfence.office.deliveries import plain
from ringfence.office.voices import voices_of
from ringfence.privacy.purposes import purpose
from ringfence.storage.deliveries import Delivery, Told
from ringfence.storage.timeline import Timeline
from ringfence.storage.unit_of_work import Transaction
from ringfence.webhooks.guard import origin

if TYPE_CHECKING:
    from ringfence.office import Office


_ENDED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How a recording ended. ``began``: None where nothing was ever kept."""

    subject: str
    status: str
    duration_ms: int
    began: Ms | None


def redeem(office: Office, *, now: Ms) -> int:
    """Have told what was pledged; how many callbacks. Blocking; after recordings were recovered."""
    deliveries, made = office.store.rooms.deliveries, 0
    for pledge in sorted(deliveries.pledged(office.store.db.reading), key=_place):
        try:
            told = _due(office, pledge)
        except Refused as refused:
            if refused.code != "erased":
                continue  # whoever it speaks of is left alone at present: the next start looks
            told = None

        def work(tx: Transaction, about: str = pledge.subject, told: Told | None = told) -> None:
            if told is None:
                deliveries.settle(tx, about)
            else:
                deliveries.add(tx, told, now=now)

        office.store.db.submit(work).result()
        made += told is not None
    return made


def _place(pledge: Delivery) -> tuple[int, str]:
    """Return the order of what is told: as it would have ended, the whole call last."""
    whole = pledge.subject == pledge.call
    ranks = {PREFIX["recording"]: 0, PREFIX["leg"]: 1, PREFIX["call"]: 3 if whole else 2}
    return ranks.get(pledge.subject[:2], 0), pledge.id


def _due(office: Office, pledge: Delivery) -> Told | None:
    """Return what is told of a pledge; None where nothing is. Raises `Refused`."""
    if pledge.subject.startswith(PREFIX["recording"]):
        recording = RecordingId(pledge.subject)
        found = _found(office, pledge, recording)
        return None if found is None else _told(office, pledge, recording, found)
    if pledge.call is None or pledge.event not in {None, _ENDED}:
        return None
    with purpose("deliver_content"):
        said = office.store.rooms.deliveries.message(pledge)
    params = _end(pledge, pledge.call, said.params, office.store.store.timeline)
    if params is None:
        return None
    return Told(
        message=msgspec.structs.replace(said, params=plain(params)),
        origin=origin(said.url),
        subject=pledge.call,
        kind=pledge.kind,
        call=pledge.call,
        event=_ENDED,
        serial=pledge.key_serial,
        outcome=pledge.subject,
    )


def _end(pledge: Delivery, call: CallId, said: owed.Said, timeline: Timeline) -> Params | None:
    about = pledge.subject
    facts = timeline.facts_of(call)
    if about.startswith(PREFIX["leg"]):
        return owed.end_of_leg(LegId(about), said, facts)
    if owed.is_dialled(said):
        return owed.end_of_dialled(leg_of(CallId(about)), said, facts)
    return owed.end_of_call(said, facts)


def _found(office: Office, pledge: Delivery, recording: RecordingId) -> Found | None:
    """Return how it ended; None where there is no such recording, or nobody asked for that."""
    whole = office.store.recordings.get(recording)
    if whole is None or pledge.call is None:
        return None
    if whole.source == "conference":
        found = _of_room(office, recording, whole.started_at)
    else:
        status = "completed" if whole.state == "saved" else "absent"
        found = Found(
            subject=pledge.call,
            status=status,
            duration_ms=whole.duration_ms,
            began=whole.started_at,
        )
    return found if pledge.event in {None, found.status} else None


def _of_room(office: Office, first: RecordingId, began: Ms | None) -> Found:
    """Return how the recording of a room ended: it is all of its voices."""
    book, reading = office.store.rooms.conferences, office.store.db.reading
    room = book.recorded_in(reading, first)
    voices = voices_of(office, [first] if room is None else book.recordings_of(reading, room))
    ends = [voice.ended_at for voice in voices if voice.state == "saved" and voice.ended_at]
    length = max(ends, default=0) - (began or 0)
    return Found(
        subject=first,
        status="completed" if ends else "absent",
        duration_ms=max(0, length),
        began=began,
    )


def _told(office: Office, pledge: Delivery, recording: RecordingId, found: Found) -> Told:
    """Return the callback. Raises `Refused`: ``erased``, or that a person is left alone."""
    with purpose("deliver_content"):
        said = office.store.rooms.deliveries.message(pledge)
    params = outcome(said.params, found.status, duration_ms=found.duration_ms, began=found.began)
    return Told(
        message=msgspec.structs.replace(said, params=params),
        origin=origin(said.url),
        subject=found.subject,
        kind=pledge.kind,
        call=pledge.call,
        event=found.status,
        serial=pledge.key_serial,
        outcome=recording,
    )
