"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class PrivacyConsentOperations(Group):
    """``privacy.consent.…``"""

    def consent_give(
        self,
        *,
        number: str,
        purpose: str,
        channel: str | None = None,
        how: str | None = None,
        locale: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """Write down that somebody agreed to one purpose, and what they were shown."""
        return cast(
            "models.Choices",
            self._connection.ask(
                "POST",
                "/v1/privacy/consents",
                models.Choices,
                body={
                    "number": number,
                    "purpose": purpose,
                    "channel": channel,
                    "how": how,
                    "locale": locale,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def consent_refuse(
        self,
        *,
        number: str,
        purpose: str,
        channel: str | None = None,
        how: str | None = None,
        locale: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """Write down that somebody was asked and said no."""
        return cast(
            "models.Choices",
            self._connection.ask(
                "POST",
                "/v1/privacy/consents/refuse",
                models.Choices,
                body={
                    "number": number,
                    "purpose": purpose,
                    "channel": channel,
                    "how": how,
                    "locale": locale,
                },
                key=idempotency_key,
                keyed=True,
            ),
        )

    def consent_show(self, *, number: str, idempotency_key: str | None = None) -> models.Choices:
        """What holds for somebody now, and every word of theirs."""
        return cast(
            "models.Choices",
            self._connection.ask(
                "POST",
                "/v1/privacy/consents/find",
                models.Choices,
                body={"number": number},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def consent_text(
        self,
        *,
        purpose: str | None = None,
        channel: str | None = None,
        locale: str | None = None,
        shown: str | None = None,
    ) -> models.ConsentText:
        """What people are shown."""
        return cast(
            "models.ConsentText",
            self._connection.ask(
                "GET",
                "/v1/privacy/consents/text",
                models.ConsentText,
                query={"purpose": purpose, "channel": channel, "locale": locale, "shown": shown},
            ),
        )

    def consent_withdraw(
        self,
        *,
        number: str,
        purpose: str,
        channel: str | None = None,
        how: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Choices:
        """Take a consent back. It holds at once; what is being recorded of them stops."""
        return cast(
            "models.Choices",
            self._connection.ask(
                "POST",
                "/v1/privacy/consents/withdraw",
                models.Choices,
                body={"number": number, "purpose": purpose, "channel": channel, "how": how},
                key=idempotency_key,
                keyed=True,
            ),
        )
