"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class QueueOperations(Group):
    """``queue.…``"""

    def add(
        self, *, name: str, max_size: int | None = None, idempotency_key: str | None = None
    ) -> models.Queue:
        """Set up a queue. One also comes to be when a caller is sent to a name that is not there."""
        return cast(
            "models.Queue",
            self._connection.ask(
                "POST",
                "/v1/queues",
                models.Queue,
                body={"name": name, "max_size": max_size},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Queue]:
        """Every queue, oldest first."""
        return cast(
            "Iterator[models.Queue]",
            self._connection.pages("GET", "/v1/queues", models.Queue, query={"limit": limit}),
        )

    def member_dequeue(
        self,
        queue: str,
        call: str,
        *,
        url: str,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Member:
        """Take a waiting call (`Front`: the first) out and send it to the document at `url`."""
        return cast(
            "models.Member",
            self._connection.ask(
                "POST",
                f"/v1/queues/{piece(queue)}/members/{piece(call)}/dequeue",
                models.Member,
                body={"url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def member_list(self, queue: str, *, limit: int | None = None) -> Iterator[models.Member]:
        """Who waits in a queue, first come first."""
        return cast(
            "Iterator[models.Member]",
            self._connection.pages(
                "GET", f"/v1/queues/{piece(queue)}/members", models.Member, query={"limit": limit}
            ),
        )

    def member_show(self, queue: str, call: str) -> models.Member:
        """One of them; `call` `Front` is the first."""
        return cast(
            "models.Member",
            self._connection.ask(
                "GET", f"/v1/queues/{piece(queue)}/members/{piece(call)}", models.Member
            ),
        )

    def remove(self, sid: str) -> None:
        """Remove a queue in which nobody waits."""
        self._connection.ask("DELETE", f"/v1/queues/{piece(sid)}", type(None))

    def show(self, sid: str) -> models.Queue:
        """One queue."""
        return cast(
            "models.Queue", self._connection.ask("GET", f"/v1/queues/{piece(sid)}", models.Queue)
        )

    def update(
        self,
        sid: str,
        *,
        name: str | None = None,
        max_size: int | None = None,
        idempotency_key: str | None = None,
    ) -> models.Queue:
        """Call a queue something else, or let more or fewer wait in it; who waits stays."""
        return cast(
            "models.Queue",
            self._connection.ask(
                "POST",
                f"/v1/queues/{piece(sid)}",
                models.Queue,
                body={"name": name, "max_size": max_size},
                key=idempotency_key,
                keyed=True,
            ),
        )
