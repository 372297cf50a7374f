"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class NotificationOperations(Group):
    """``notification.…``"""

    def apps(self, *, limit: int | None = None) -> Iterator[models.AppLogging]:
        """Every number, flow and application, and whether its requests and answers are kept."""
        return cast(
            "Iterator[models.AppLogging]",
            self._connection.pages(
                "GET", "/v1/notifications/logging", models.AppLogging, query={"limit": limit}
            ),
        )

    def list(
        self,
        *,
        call: str | None = None,
        subject: str | None = None,
        delivery: str | None = None,
        number: str | None = None,
        flow: str | None = None,
        kind: str | None = None,
        status: int | None = None,
        failed: bool | None = None,
        code: int | None = None,
        since: int | None = None,
        until: int | None = None,
        limit: int | None = None,
    ) -> Iterator[models.Notification]:
        """Exchanges, newest first."""
        return cast(
            "Iterator[models.Notification]",
            self._connection.pages(
                "GET",
                "/v1/notifications",
                models.Notification,
                query={
                    "call": call,
                    "subject": subject,
                    "delivery": delivery,
                    "number": number,
                    "flow": flow,
                    "kind": kind,
                    "status": status,
                    "failed": failed,
                    "code": code,
                    "since": since,
                    "until": until,
                    "limit": limit,
                },
            ),
        )

    def logging(
        self,
        *,
        on: bool,
        number: str | None = None,
        flow: str | None = None,
        application: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.AppLogging:
        """Switch the keeping of requests and answers on or off for one app."""
        return cast(
            "models.AppLogging",
            self._connection.ask(
                "POST",
                "/v1/notifications/logging",
                models.AppLogging,
                body={"on": on, "number": number, "flow": flow, "application": application},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def replay(
        self, *, sids: builtins.list[str], idempotency_key: str | None = None
    ) -> models.Replayed:
        """Send the requests of these exchanges again, in this order."""
        return cast(
            "models.Replayed",
            self._connection.ask(
                "POST",
                "/v1/notifications/replay",
                models.Replayed,
                body={"sids": sids},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def show(self, sid: str) -> models.Notification:
        """One exchange with what was asked and answered."""
        return cast(
            "models.Notification",
            self._connection.ask("GET", f"/v1/notifications/{piece(sid)}", models.Notification),
        )

    def whole(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        call: str | None = None,
        failed: bool | None = None,
        level: str | None = None,
        requests: bool | None = None,
        limit: int | None = None,
    ) -> Iterator[models.Notification]:
        """Exchanges with what was asked and answered, newest first."""
        return cast(
            "Iterator[models.Notification]",
            self._connection.pages(
                "GET",
                "/v1/notifications/whole",
                models.Notification,
                query={
                    "since": since,
                    "until": until,
                    "call": call,
                    "failed": failed,
                    "level": level,
                    "requests": requests,
                    "limit": limit,
                },
            ),
        )
