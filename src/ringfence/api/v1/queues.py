"""``/v1/queues``: who waits in them, and who is taken out."""

from __future__ import annotations

from ringfence.api import views_rooms as views
from ringfence.api.resources import Body, resource


class QueueAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/queues``."""

    name: str
    max_size: int | None = None


class QueueUpdate(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/queues/{sid}``."""

    name: str | None = None
    max_size: int | None = None


class QueueMemberDequeue(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/queues/{queue}/members/{call}/dequeue``."""

    url: str
    method: str = "POST"


HANDLERS = (
    resource("GET /v1/queues", "queue.list", list[views.Queue], "Every queue, oldest first."),
    resource(
        "POST /v1/queues",
        "queue.add",
        views.Queue,
        "Set up a queue. One also comes to be when a caller is sent to a name that is not there.",
        body=QueueAdd,
        status=201,
    ),
    resource("GET /v1/queues/{sid:str}", "queue.show", views.Queue, "One queue."),
    resource(
        "POST /v1/queues/{sid:str}",
        "queue.update",
        views.Queue,
        "Call a queue something else, or let more or fewer wait in it; who waits stays.",
        body=QueueUpdate,
    ),
    resource(
        "DELETE /v1/queues/{sid:str}", "queue.remove", None, "Remove a queue in which nobody waits."
    ),
    resource(
        "GET /v1/queues/{queue:str}/members",
        "queue.member.list",
        list[views.Member],
        "Who waits in a queue, first come first.",
    ),
    resource(
        "GET /v1/queues/{queue:str}/members/{call:str}",
        "queue.member.show",
        views.Member,
        "One of them; `call` `Front` is the first.",
    ),
    resource(
        "POST /v1/queues/{queue:str}/members/{call:str}/dequeue",
        "queue.member.dequeue",
        views.Member,
        "Take a waiting call (`Front`: the first) out and send it to the document at `url`.",
        body=QueueMemberDequeue,
    ),
)
