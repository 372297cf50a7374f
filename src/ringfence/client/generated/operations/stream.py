"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class StreamOperations(Group):
    """``stream.…``"""

    def start(
        self,
        call: str,
        *,
        url: str,
        name: str | None = None,
        track: str | None = None,
        parameters: builtins.dict[str, str] | None = None,
        status_url: str | None = None,
        status_method: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Stream:
        """Let a server (`url`: ws or wss) hear a call in progress, as far as the law lets it."""
        return cast(
            "models.Stream",
            self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/streams",
                models.Stream,
                body={
                    "url": url,
                    "name": name,
                    "track": track,
                    "parameters": parameters,
                    "status_url": status_url,
                    "status_method": status_method,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def stop(self, call: str, stream: str, *, idempotency_key: str | None = None) -> models.Stream:
        """Let a server hear a call no longer; `stream`: its SID, or the name it was given."""
        return cast(
            "models.Stream",
            self._connection.ask(
                "POST",
                f"/v1/calls/{piece(call)}/streams/{piece(stream)}/stop",
                models.Stream,
                key=idempotency_key,
                keyed=True,
            ),
        )
