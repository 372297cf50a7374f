"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import cast

from ringfence.client.awaiting import AsyncGroup
from ringfence.client.connection import piece
from ringfence.client.generated import models


class AsyncLiveTranscriptionOperations(AsyncGroup):
    """``live_transcription.…``"""

    async def start(
        self,
        call: str,
        *,
        url: str | None = None,
        method: str | None = None,
        name: str | None = None,
        track: str | None = None,
        language: str | None = None,
        partial: bool | None = None,
        profanity_filter: bool | None = None,
        hints: builtins.list[str] | None = None,
        model: str | None = None,
        inbound_label: str | None = None,
        outbound_label: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Stream:
        """Have what is said on a call told to `url`, utterance by utterance, if the law lets it."""
        return cast(
            "models.Stream",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/transcriptions",
                models.Stream,
                body={
                    "url": url,
                    "method": method,
                    "name": name,
                    "track": track,
                    "language": language,
                    "partial": partial,
                    "profanity_filter": profanity_filter,
                    "hints": hints,
                    "model": model,
                    "inbound_label": inbound_label,
                    "outbound_label": outbound_label,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    async def stop(
        self, call: str, transcription: str, *, idempotency_key: str | None = None
    ) -> models.Stream:
        """Write down no more; `transcription`: its SID, or the name it was given."""
        return cast(
            "models.Stream",
            await self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/transcriptions/{piece(transcription)}/stop",
                models.Stream,
                key=idempotency_key,
                keyed=True,
            ),
        )
