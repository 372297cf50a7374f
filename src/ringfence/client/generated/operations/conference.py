"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class ConferenceOperations(Group):
    """``conference.…``"""

    def announce(
        self, sid: str, *, url: str, method: str | None = None, idempotency_key: str | None = None
    ) -> models.Conference:
        """Let everybody in a conference hear the document at `url`."""
        return cast(
            "models.Conference",
            self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(sid)}/announce",
                models.Conference,
                body={"url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def end(self, sid: str, *, idempotency_key: str | None = None) -> models.Conference:
        """Send everybody out of a conference."""
        return cast(
            "models.Conference",
            self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(sid)}/end",
                models.Conference,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(
        self,
        *,
        name: str | None = None,
        status: str | None = None,
        created_since: int | None = None,
        created_until: int | None = None,
        updated_since: int | None = None,
        updated_until: int | None = None,
        limit: int | None = None,
    ) -> Iterator[models.Conference]:
        """Conferences, newest first; `status`: init, running, ended."""
        return cast(
            "Iterator[models.Conference]",
            self._connection.pages(
                "GET",
                "/v1/conferences",
                models.Conference,
                query={
                    "name": name,
                    "status": status,
                    "created_since": created_since,
                    "created_until": created_until,
                    "updated_since": updated_since,
                    "updated_until": updated_until,
                    "limit": limit,
                },
            ),
        )

    def recording_control(
        self,
        conference: str,
        sid: str,
        *,
        to: str,
        skip: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Recording:
        """Pause what is recorded of a conference, go on with it, or stop it."""
        return cast(
            "models.Recording",
            self._connection.ask(
                "POST",
                f"/v1/conferences/{piece(conference)}/recordings/{piece(sid)}",
                models.Recording,
                body={"to": to, "skip": skip},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def recording_list(
        self, conference: str, *, limit: int | None = None
    ) -> Iterator[models.Recording]:
        """What was recorded of a conference: one recording, or none."""
        return cast(
            "Iterator[models.Recording]",
            self._connection.pages(
                "GET",
                f"/v1/conferences/{piece(conference)}/recordings",
                models.Recording,
                query={"limit": limit},
            ),
        )

    def recording_remove(self, conference: str, sid: str) -> None:
        """Remove every voice of it, keys and sound at once."""
        self._connection.ask(
            "DELETE", f"/v1/conferences/{piece(conference)}/recordings/{piece(sid)}", type(None)
        )

    def recording_show(self, conference: str, sid: str) -> models.Recording:
        """The recording of a conference."""
        return cast(
            "models.Recording",
            self._connection.ask(
                "GET",
                f"/v1/conferences/{piece(conference)}/recordings/{piece(sid)}",
                models.Recording,
            ),
        )

    def show(self, sid: str) -> models.Conference:
        """One conference."""
        return cast(
            "models.Conference",
            self._connection.ask("GET", f"/v1/conferences/{piece(sid)}", models.Conference),
        )
