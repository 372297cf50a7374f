"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class ApplicationOperations(Group):
    """``application.…``"""

    def add(
        self,
        *,
        name: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        caller_name_lookup: bool | None = None,
        public_connect: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Application:
        """Keep URLs under a name."""
        return cast(
            "models.Application",
            self._connection.ask(
                "POST",
                "/v1/applications",
                models.Application,
                body={
                    "name": name,
                    "hooks": hooks,
                    "caller_name_lookup": caller_name_lookup,
                    "public_connect": public_connect,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def change(
        self,
        sid: str,
        *,
        name: str | None = None,
        hooks: builtins.dict[str, models.HookWanted] | None = None,
        caller_name_lookup: bool | None = None,
        public_connect: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.Application:
        """Change its URLs."""
        return cast(
            "models.Application",
            self._connection.ask(
                "POST",
                f"/v1/applications/{piece(sid)}",
                models.Application,
                body={
                    "name": name,
                    "hooks": hooks,
                    "caller_name_lookup": caller_name_lookup,
                    "public_connect": public_connect,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def list(self, *, limit: int | None = None) -> Iterator[models.Application]:
        """URLs under one name each."""
        return cast(
            "Iterator[models.Application]",
            self._connection.pages(
                "GET", "/v1/applications", models.Application, query={"limit": limit}
            ),
        )

    def remove(self, sid: str) -> None:
        """Forget an application."""
        self._connection.ask("DELETE", f"/v1/applications/{piece(sid)}", type(None))

    def show(self, sid: str) -> models.Application:
        """One application."""
        return cast(
            "models.Application",
            self._connection.ask("GET", f"/v1/applications/{piece(sid)}", models.Application),
        )
