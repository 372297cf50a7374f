"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import Group, piece
from ringfence.client.generated import models


class MessageOperations(Group):
    """``message.…``"""

    def campaign_add(
        self,
        *,
        name: str,
        senders: builtins.list[str],
        registration: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Campaign:
        """Add a pool of senders, with its id at the campaign registry where it has one."""
        return cast(
            "models.Campaign",
            self._connection.ask(
                "POST",
                "/v1/message-campaigns",
                models.Campaign,
                body={"name": name, "senders": senders, "registration": registration},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def campaign_list(self, *, limit: int | None = None) -> Iterator[models.Campaign]:
        """Every campaign with its senders."""
        return cast(
            "Iterator[models.Campaign]",
            self._connection.pages(
                "GET", "/v1/message-campaigns", models.Campaign, query={"limit": limit}
            ),
        )

    def campaign_remove(self, name: str) -> None:
        """Forget a campaign."""
        self._connection.ask("DELETE", f"/v1/message-campaigns/{piece(name)}", type(None))

    def cancel(self, sid: str, *, idempotency_key: str | None = None) -> models.Message:
        """Call a message back that waits. Refused (`not_waiting`) where a carrier has it."""
        return cast(
            "models.Message",
            self._connection.ask(
                "POST",
                f"/v1/messages/{piece(sid)}/cancel",
                models.Message,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def delete(self, sid: str) -> None:
        """Remove a message with everything of it; the audit log says that it was removed."""
        self._connection.ask("DELETE", f"/v1/messages/{piece(sid)}", type(None))

    def list(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> Iterator[models.Message]:
        """Messages, newest first: to and from whom, and from when until when they were sent."""
        return cast(
            "Iterator[models.Message]",
            self._connection.pages(
                "GET",
                "/v1/messages",
                models.Message,
                query={"since": since, "until": until, "limit": limit},
            ),
        )

    def media(self, sid: str, *, limit: int | None = None) -> Iterator[models.Picture]:
        """The pictures of a message, by link."""
        return cast(
            "Iterator[models.Picture]",
            self._connection.pages(
                "GET", f"/v1/messages/{piece(sid)}/media", models.Picture, query={"limit": limit}
            ),
        )

    def media_bytes(self, sid: str, medium: str) -> bytes:
        """One picture itself, with the content type it came with; fetched now if it is not here yet."""
        return cast(
            "bytes",
            self._connection.ask(
                "GET", f"/v1/messages/{piece(sid)}/media/{piece(medium)}/file", bytes
            ),
        )

    def media_delete(self, sid: str, medium: str) -> None:
        """Forget the link to a picture."""
        self._connection.ask(
            "DELETE", f"/v1/messages/{piece(sid)}/media/{piece(medium)}", type(None)
        )

    def media_show(self, sid: str, medium: str) -> models.Picture:
        """One picture of a message."""
        return cast(
            "models.Picture",
            self._connection.ask(
                "GET", f"/v1/messages/{piece(sid)}/media/{piece(medium)}", models.Picture
            ),
        )

    def rate(
        self, sid: str, *, outcome: str | None = None, idempotency_key: str | None = None
    ) -> models.Message:
        """Write down whether a message had its effect: `confirmed` or `unconfirmed`."""
        return cast(
            "models.Message",
            self._connection.ask(
                "POST",
                f"/v1/messages/{piece(sid)}/rate",
                models.Message,
                body={"outcome": outcome},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def redact(self, sid: str, *, idempotency_key: str | None = None) -> models.Message:
        """Destroy what a message says; that it was sent remains."""
        return cast(
            "models.Message",
            self._connection.ask(
                "POST",
                f"/v1/messages/{piece(sid)}/redact",
                models.Message,
                key=idempotency_key,
                keyed=True,
            ),
        )

    def search(
        self,
        *,
        limit: int | None = None,
        to: str | None = None,
        sender: str | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> Iterator[models.Message]:
        """Messages to or from somebody, newest first."""
        return cast(
            "Iterator[models.Message]",
            self._connection.pages(
                "POST",
                "/v1/messages/search",
                models.Message,
                query={"limit": limit},
                body={"to": to, "sender": sender, "since": since, "until": until},
                keyed=True,
            ),
        )

    def send(
        self,
        *,
        to: str,
        text: str | None = None,
        sender: str | None = None,
        campaign: str | None = None,
        media: builtins.list[str] | None = None,
        template: str | None = None,
        values: builtins.list[str] | None = None,
        smart: bool | None = None,
        discard: str | None = None,
        about: str | None = None,
        customer: bool | None = None,
        priority: str | None = None,
        at: int | None = None,
        valid_s: int | None = None,
        callback: str | None = None,
        max_price: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Message:
        """Ask for a text message; it is durable when this returns, and sent after."""
        return cast(
            "models.Message",
            self._connection.ask(
                "POST",
                "/v1/messages",
                models.Message,
                body={
                    "to": to,
                    "text": text,
                    "sender": sender,
                    "campaign": campaign,
                    "media": media,
                    "template": template,
                    "values": values,
                    "smart": smart,
                    "discard": discard,
                    "about": about,
                    "customer": customer,
                    "priority": priority,
                    "at": at,
                    "valid_s": valid_s,
                    "callback": callback,
                    "max_price": max_price,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def show(self, sid: str) -> models.Message:
        """One message."""
        return cast(
            "models.Message",
            self._connection.ask("GET", f"/v1/messages/{piece(sid)}", models.Message),
        )

    def story(self, sid: str) -> models.Story:
        """One message and everything that happened to it."""
        return cast(
            "models.Story",
            self._connection.ask("GET", f"/v1/messages/{piece(sid)}/story", models.Story),
        )

    def template_add(
        self,
        *,
        name: str,
        text: str,
        header: str | None = None,
        entity: str | None = None,
        registration: str | None = None,
        use: str | None = None,
        country: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.TextTemplate:
        """Add a registered text, as India's DLT knows it."""
        return cast(
            "models.TextTemplate",
            self._connection.ask(
                "POST",
                "/v1/message-templates",
                models.TextTemplate,
                body={
                    "name": name,
                    "text": text,
                    "header": header,
                    "entity": entity,
                    "registration": registration,
                    "use": use,
                    "country": country,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def template_list(self, *, limit: int | None = None) -> Iterator[models.TextTemplate]:
        """Every registered text."""
        return cast(
            "Iterator[models.TextTemplate]",
            self._connection.pages(
                "GET", "/v1/message-templates", models.TextTemplate, query={"limit": limit}
            ),
        )

    def template_remove(self, name: str) -> None:
        """Forget a registered text: messages like it are refused again."""
        self._connection.ask("DELETE", f"/v1/message-templates/{piece(name)}", type(None))
