"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncTranscriptionOperations(AsyncGroup):
    """``transcription.…``"""

    def list(
        self,
        *,
        recording: str | None = None,
        since: int | None = None,
        until: int | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[models.Transcription]:
        """Transcriptions of recordings, newest first."""
        return cast(
            "AsyncIterator[models.Transcription]",
            self._connection.pages(
                "GET",
                "/v1/transcriptions",
                models.Transcription,
                query={"recording": recording, "since": since, "until": until, "limit": limit},
            ),
        )

    async def remove(self, sid: str) -> None:
        """Remove a transcription; the recording stays."""
        await self._connection.ask("DELETE", f"/v1/transcriptions/{piece(sid)}", type(None))

    async def request(
        self,
        recording: str,
        *,
        language: str | None = None,
        url: str | None = None,
        method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Transcription:
        """Have a recording read by the recogniser (a setting)."""
        return cast(
            "models.Transcription",
            await self._connection.ask(
                "POST",
                f"/v1/recordings/{piece(recording)}/transcriptions",
                models.Transcription,
                body={"language": language, "url": url, "method": method},
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def show(self, sid: str) -> models.Transcription:
        """One transcription: all of it, and utterance by utterance."""
        return cast(
            "models.Transcription",
            await self._connection.ask(
                "GET", f"/v1/transcriptions/{piece(sid)}", models.Transcription
            ),
        )
