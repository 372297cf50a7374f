"""Queues and the calls that wait in them."""

from __future__ import annotations

from typing import Any

from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.wire import moment
from ringfence.api.views_rooms import Member, Queue
from ringfence.kernel.limits import QUEUE_MEMBERS_MAX


@DESK.operation("ListQueue")
async def list_(asked: Question) -> Answer:
    """Return every queue."""
    found: list[Queue] = await asked.run("queue.list")
    return asked.paged("queues", found, queue)


@DESK.operation("FetchQueue")
async def fetch(asked: Question) -> Answer:
    """Return one queue."""
    found: Queue = await asked.run("queue.show", sid=asked.path["Sid"])
    return Answer(200, queue(asked, found))


@DESK.operation("CreateQueue")
async def create(asked: Question) -> Answer:
    """Set up a queue of a name; ``MaxSize`` is 1000 unless it is said."""
    name = asked.get("FriendlyName")
    if name is None:
        raise Problem(20001, "FriendlyName is not specified", status=400)
    most = asked.whole("MaxSize", 1, int(QUEUE_MEMBERS_MAX))
    made: Queue = await asked.run("queue.add", name=name, max_size=most)
    return Answer(201, queue(asked, made))


@DESK.operation("UpdateQueue")
async def update(asked: Question) -> Answer:
    """Call a queue something else, or let more or fewer wait in it."""
    changed: Queue = await asked.run(
        "queue.update",
        sid=asked.path["Sid"],
        name=asked.get("FriendlyName"),
        max_size=asked.whole("MaxSize", 1, int(QUEUE_MEMBERS_MAX)),
    )
    return Answer(200, queue(asked, changed))


@DESK.operation("DeleteQueue")
async def delete(asked: Question) -> Answer:
    """Remove a queue in which nobody waits."""
    await asked.run("queue.remove", sid=asked.path["Sid"])
    return Answer(204)


@DESK.operation("ListMember")
async def list_members(asked: Question) -> Answer:
    """Return who waits, first come first."""
    found: list[Member] = await asked.run("queue.member.list", queue=asked.path["QueueSid"])
    return asked.paged("queue_members", found, member, key=lambda one: f"{one.position:04d}")


@DESK.operation("FetchMember")
async def fetch_member(asked: Question) -> Answer:
    """Return one of them; ``Front`` is the first."""
    found: Member = await asked.run(
        "queue.member.show", queue=asked.path["QueueSid"], call=asked.path["CallSid"]
    )
    return Answer(200, member(asked, found))


@DESK.operation("UpdateMember")
async def update_member(asked: Question) -> Answer:
    """Take a waiting call out and send it to the document at ``Url``."""
    url = asked.get("Url")
    if url is None:
        raise Problem(20001, "Url is not specified", status=400)
    found: Member = await asked.run(
        "queue.member.dequeue",
        queue=asked.path["QueueSid"],
        call=asked.path["CallSid"],
        url=url,
        method=asked.method("Method"),
    )
    return Answer(200, member(asked, found))


def queue(asked: Question, found: Queue) -> dict[str, Any]:
    """Return a queue in Twilio's shape."""
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "friendly_name": found.name,
        "current_size": found.size,
        "max_size": found.max_size,
        "average_wait_time": found.average_wait_s,
        "date_created": moment(found.created),
        "date_updated": moment(found.updated),
        "uri": asked.url(f"/Queues/{found.sid}.json"),
    }


def member(asked: Question, found: Member) -> dict[str, Any]:
    """Return a waiting call in Twilio's shape."""
    return {
        "call_sid": found.call,
        "queue_sid": found.queue,
        "position": found.position,
        "wait_time": found.wait_s,
        "date_enqueued": moment(found.since),
        "uri": asked.url(f"/Queues/{found.queue}/Members/{found.call}.json"),
    }
