"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class PrivacyIncidentOperations(Group):
    """``privacy.incident.…``"""

    def incident_affect(
        self,
        sid: str,
        *,
        contacts: builtins.list[str] | None = None,
        serials: builtins.list[int] | None = None,
        idempotency_key: str | None = None,
    ) -> models.CaseIncident:
        """Whose data it was."""
        return cast(
            "models.CaseIncident",
            self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/affect",
                models.CaseIncident,
                body={"contacts": contacts, "serials": serials},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def incident_close(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """Everybody was told."""
        return cast(
            "models.CaseIncident",
            self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/close",
                models.CaseIncident,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def incident_contain(
        self, sid: str, *, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """It goes on no longer."""
        return cast(
            "models.CaseIncident",
            self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/contain",
                models.CaseIncident,
                body={"words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def incident_list(self, *, limit: int | None = None) -> Iterator[models.CaseIncident]:
        """Incidents and their clocks."""
        return cast(
            "Iterator[models.CaseIncident]",
            self._connection.pages(
                "GET", "/v1/privacy/incidents", models.CaseIncident, query={"limit": limit}
            ),
        )

    def incident_open(
        self,
        *,
        kind: str,
        words: str,
        laws: builtins.list[str] | None = None,
        sectors: builtins.list[str] | None = None,
        aware: int | None = None,
        sealed: bool | None = None,
        idempotency_key: str | None = None,
    ) -> models.CaseIncident:
        """Something happened."""
        return cast(
            "models.CaseIncident",
            self._connection.ask(
                "POST",
                "/v1/privacy/incidents",
                models.CaseIncident,
                body={
                    "kind": kind,
                    "words": words,
                    "laws": laws,
                    "sectors": sectors,
                    "aware": aware,
                    "sealed": sealed,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def incident_show(self, sid: str) -> models.CaseIncident:
        """One incident."""
        return cast(
            "models.CaseIncident",
            self._connection.ask("GET", f"/v1/privacy/incidents/{piece(sid)}", models.CaseIncident),
        )

    def incident_tell(
        self, sid: str, *, clock: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """Somebody was told."""
        return cast(
            "models.CaseIncident",
            self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/tell",
                models.CaseIncident,
                body={"clock": clock, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def incident_waive(
        self, sid: str, *, clock: str, words: str | None = None, idempotency_key: str | None = None
    ) -> models.CaseIncident:
        """Nobody can read what got out."""
        return cast(
            "models.CaseIncident",
            self._connection.ask(
                "POST",
                f"/v1/privacy/incidents/{piece(sid)}/waive",
                models.CaseIncident,
                body={"clock": clock, "words": words},
                key=idempotency_key,
                keyed=True,
            ),
        )
