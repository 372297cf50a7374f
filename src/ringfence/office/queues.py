"""Queues: what they are called, who waits in them, and sending a waiting call elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ringfence.api.views_rooms import Member
from ringfence.api.views_rooms import Queue as View
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, QueueId, is_id
from ringfence.kernel.limits import (
    QUEUE_MEMBERS_MAX,
    QUEUE_SIZE_DEFAULT,
    QUEUES_MAX,
    ROOM_NAME_CHARS,
)
from ringfence.markup.context import Source
from ringfence.office.hooks import method_of
from ringfence.office.records import CALL
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.queues import Queue

if TYPE_CHECKING:
    from ringfence.office import Office

_SET_UP: dict[str, Any] = {
    "actors": KNOWN,
    "purpose": "operate",
    "category": "system.configuration",
}
_LIVE: dict[str, Any] = {
    "actors": KNOWN,
    "live": True,
    "purpose": "connect_call",
    "category": CALL,
    "also": ("operate",),
}


@TABLE.use_case("queue.list", **_SET_UP)
async def list_queues(office: Office) -> list[View]:
    """Every queue, oldest first."""
    await _written(office)
    return [_view(office, one) for one in _all(office)]


@TABLE.use_case("queue.show", **_SET_UP)
async def show_queue(office: Office, *, sid: str) -> View:
    """One queue."""
    await _written(office)
    return _view(office, _known(office, sid))


@TABLE.use_case("queue.add", **_SET_UP)
async def add_queue(office: Office, *, name: str, max_size: int | None = None) -> View:
    """Set up a queue. One also comes to be when a caller is sent to a name that is not there."""
    now = office.clock.now()
    if len(_all(office)) >= QUEUES_MAX:
        raise Refused("too_many_queues", f"there are {QUEUES_MAX} queues already")
    made = Queue(
        id=QueueId(ids.make("queue", now, office.entropy)),
        name=_name(name),
        max_size=_size(int(QUEUE_SIZE_DEFAULT) if max_size is None else max_size),
        created_at=now,
        updated_at=now,
    )
    await office.write(lambda tx: office.store.rooms.queues.put(tx, made))
    _learn(office, made)
    return _view(office, made)


@TABLE.use_case("queue.update", **_SET_UP)
async def update_queue(
    office: Office, *, sid: str, name: str | None = None, max_size: int | None = None
) -> View:
    """Call a queue something else, or let more or fewer wait in it; who waits stays."""
    known = _known(office, sid)
    changed = replace(
        known,
        name=known.name if name is None else _name(name),
        max_size=known.max_size if max_size is None else _size(max_size),
        updated_at=office.clock.now(),
    )
    await office.write(lambda tx: office.store.rooms.queues.change(tx, changed))
    _learn(office, changed)
    return _view(office, changed)


@TABLE.use_case("queue.remove", **_SET_UP)
async def remove_queue(office: Office, *, sid: str) -> None:
    """Remove a queue in which nobody waits."""
    known = _known(office, sid)
    if office.runs and office.live.queues.find(known.id).queue.waiting:
        raise Refused("queue_not_empty", "somebody waits in this queue")
    await office.write(lambda tx: office.store.rooms.queues.drop(tx, known.id))
    if office.runs:
        office.live.queues.forget(known.id)


@TABLE.use_case("queue.member.list", **_LIVE)
async def list_members(office: Office, *, queue: str) -> list[Member]:
    """Who waits in a queue, first come first."""
    await _written(office)
    opened = office.live.queues.find(_known(office, queue).id)
    now = office.clock.now()
    found = []
    for position, leg in enumerate(opened.queue.waiting, start=1):
        place = opened.queue.place_of(leg)
        if place is not None:
            found.append(
                Member(
                    queue=opened.id,
                    call=place.entered.call,
                    position=position,
                    since=place.since,
                    wait_s=max(0, now - place.since) // 1000,
                )
            )
    return found


@TABLE.use_case("queue.member.show", **_LIVE)
async def show_member(office: Office, *, queue: str, call: str) -> Member:
    """One of them; ``call`` ``Front`` is the first."""
    found: list[Member] = await list_members(office, queue=queue)
    for member in found:
        if call in {member.call, "Front"}:
            return member
    raise Refused("not_found", "no such call waits in this queue")


@TABLE.use_case("queue.member.dequeue", **_LIVE)
async def dequeue(
    office: Office, *, queue: str, call: str, url: str, method: str = "POST"
) -> Member:
    """Take a waiting call (``Front``: the first) out and send it to the document at ``url``."""
    office.check_url(url)
    member: Member = await show_member(office, queue=queue, call=call)
    source = Source(url=url, method=method_of(method))
    with exchange_itself():
        office.live.queues.dequeue(queue, CallId(member.call), source)
    return member


def _name(name: str) -> str:
    if not 0 < len(name) <= ROOM_NAME_CHARS:
        raise Refused("bad_name", f"a name has 1 to {ROOM_NAME_CHARS} characters")
    return name


def _size(size: int) -> int:
    if not 1 <= size <= QUEUE_MEMBERS_MAX:
        raise Refused("bad_argument", f"max_size is a number from 1 to {QUEUE_MEMBERS_MAX}")
    return size


async def _written(office: Office) -> None:
    """Wait until a queue that a caller was just sent to is in the table.

    What is heard meanwhile is asked for with its SID, and may ask for the queue at once.
    """
    if office.runs and len(_all(office)) < len(list(office.live.queues.known())):
        await office.settled()


def _all(office: Office) -> list[Queue]:
    with purpose("operate"):
        return office.read(office.store.rooms.queues.all)


def _known(office: Office, sid: str) -> Queue:
    if is_id(sid, "queue"):
        for one in _all(office):
            if one.id == sid:
                return one
    raise Refused("not_found", "no queue of that SID")


def _learn(office: Office, queue: Queue) -> None:
    if office.runs:
        office.live.queues.learn(
            queue.id, queue.name, queue.max_size, queue.created_at, queue.updated_at
        )


def _view(office: Office, queue: Queue) -> View:
    size = average = 0
    if office.runs:
        opened = office.live.queues.find(queue.id)
        size, average = len(opened.queue.waiting), opened.average_ms // 1000
    return View(
        sid=queue.id,
        name=queue.name,
        size=size,
        max_size=queue.max_size,
        average_wait_s=average,
        created=queue.created_at,
        updated=queue.updated_at,
    )
