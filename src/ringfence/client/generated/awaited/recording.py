"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from typing import Literal, cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncRecordingOperations(AsyncGroup):
    """``recording.…``"""

    async def control(
        self,
        call: str,
        sid: str,
        *,
        to: str,
        keep_time: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Recording:
        """Pause, go on with or stop a recording."""
        return cast(
            "models.Recording",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/recordings/{piece(sid)}",
                models.Recording,
                body={"to": to, "keep_time": keep_time},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def export(
        self,
        sid: str,
        *,
        channel: Literal["in", "out"] | None = None,
        form: Literal["mp3", "wav"] | None = None,
        channels: Literal[1, 2] | None = None,
    ) -> bytes:
        """Return the audio of a recording as WAV or MP3; `Range` asks for a part of it (RFC 9110 14.2). The audio is opened for this request only, which the audit log notes, and never rests anywhere in clear."""
        return cast(
            "bytes",
            await self._connection.ask(
                "GET",
                f"/v1/recordings/{piece(sid)}/audio",
                bytes,
                query={"channel": channel, "form": form, "channels": channels},
            ),
        )

    def list(
        self,
        *,
        call: str | None = None,
        conference: str | None = None,
        since: int | None = None,
        until: int | None = None,
        removed: bool | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Recording]:
        """Recordings and voicemails, newest first."""
        return cast(
            "AsyncIterator[models.Recording]",
            self._connection.pages(
                "GET",
                "/v1/recordings",
                models.Recording,
                query={
                    "call": call,
                    "conference": conference,
                    "since": since,
                    "until": until,
                    "removed": removed,
                    "limit": limit,
                },
            ),
        )

    async def remove(self, sid: str) -> None:
        """Remove a recording: its keys and its sound at once."""
        await self._connection.ask("DELETE", f"/v1/recordings/{piece(sid)}", type(None))

    async def show(self, sid: str, *, removed: bool | None = None) -> models.Recording:
        """One recording; its audio is below it."""
        return cast(
            "models.Recording",
            await self._connection.ask(
                "GET", f"/v1/recordings/{piece(sid)}", models.Recording, query={"removed": removed}
            ),
        )

    async def start(
        self,
        call: str,
        *,
        dual: bool | None = None,
        track: str | None = None,
        trim: bool | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        status_events: builtins.list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> models.Recording:
        """Record a call that is going on."""
        return cast(
            "models.Recording",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/recordings",
                models.Recording,
                body={
                    "dual": dual,
                    "track": track,
                    "trim": trim,
                    "status_url": status_url,
                    "status_method": status_method,
                    "status_events": status_events,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )
