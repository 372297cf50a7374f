"""What can be asked of the API, to be awaited. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from ringfence.client.connection import piece
from ringfence.client.generated import models
from ringfence.client.generated.awaited.privacy_approver import AsyncPrivacyApproverOperations
from ringfence.client.generated.awaited.privacy_audit import AsyncPrivacyAuditOperations
from ringfence.client.generated.awaited.privacy_case import AsyncPrivacyCaseOperations
from ringfence.client.generated.awaited.privacy_child import AsyncPrivacyChildOperations
from ringfence.client.generated.awaited.privacy_consent import AsyncPrivacyConsentOperations
from ringfence.client.generated.awaited.privacy_demand import AsyncPrivacyDemandOperations
from ringfence.client.generated.awaited.privacy_erase import AsyncPrivacyEraseOperations
from ringfence.client.generated.awaited.privacy_grievance import AsyncPrivacyGrievanceOperations
from ringfence.client.generated.awaited.privacy_incident import AsyncPrivacyIncidentOperations
from ringfence.client.generated.awaited.privacy_leave_alone import AsyncPrivacyLeaveAloneOperations
from ringfence.client.generated.awaited.privacy_message import AsyncPrivacyMessageOperations
from ringfence.client.generated.awaited.privacy_officer import AsyncPrivacyOfficerOperations
from ringfence.client.generated.awaited.privacy_policy import AsyncPrivacyPolicyOperations
from ringfence.client.generated.awaited.privacy_primary_admin import (
    AsyncPrivacyPrimaryAdminOperations,
)
from ringfence.client.generated.awaited.privacy_proof import AsyncPrivacyProofOperations
from ringfence.client.generated.awaited.privacy_recipient import AsyncPrivacyRecipientOperations
from ringfence.client.generated.awaited.privacy_retention import AsyncPrivacyRetentionOperations
from ringfence.client.generated.awaited.privacy_rights import AsyncPrivacyRightsOperations
from ringfence.client.generated.awaited.privacy_ticket import AsyncPrivacyTicketOperations


class AsyncPrivacyOperations(
    AsyncPrivacyApproverOperations,
    AsyncPrivacyAuditOperations,
    AsyncPrivacyCaseOperations,
    AsyncPrivacyChildOperations,
    AsyncPrivacyConsentOperations,
    AsyncPrivacyDemandOperations,
    AsyncPrivacyEraseOperations,
    AsyncPrivacyGrievanceOperations,
    AsyncPrivacyIncidentOperations,
    AsyncPrivacyLeaveAloneOperations,
    AsyncPrivacyMessageOperations,
    AsyncPrivacyOfficerOperations,
    AsyncPrivacyPolicyOperations,
    AsyncPrivacyPrimaryAdminOperations,
    AsyncPrivacyProofOperations,
    AsyncPrivacyRecipientOperations,
    AsyncPrivacyRetentionOperations,
    AsyncPrivacyRightsOperations,
    AsyncPrivacyTicketOperations,
):
    """``privacy.…``"""

    async def age_declare(self, *, born: str) -> models.Done:
        """The age gate."""
        return cast(
            "models.Done",
            await self._connection.ask("POST", "/v1/privacy/age", models.Done, body={"born": born}),
        )

    def erasure_view(self, *, limit: int | None = None) -> AsyncIterator[models.ErasedPlace]:
        """What an erasure does to each place."""
        return cast(
            "AsyncIterator[models.ErasedPlace]",
            self._connection.pages(
                "GET", "/v1/privacy/erasure-view", models.ErasedPlace, query={"limit": limit}
            ),
        )

    def hold(
        self, *, record: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[models.Hold]:
        """Let nothing erase one record."""
        return cast(
            "AsyncIterator[models.Hold]",
            self._connection.pages(
                "POST",
                "/v1/privacy/holds",
                models.Hold,
                query={"limit": limit},
                body={"record": record, "reason": reason},
                keyed=True,
            ),
        )

    def holds(self, *, limit: int | None = None) -> AsyncIterator[models.Hold]:
        """The holds that stand."""
        return cast(
            "AsyncIterator[models.Hold]",
            self._connection.pages("GET", "/v1/privacy/holds", models.Hold, query={"limit": limit}),
        )

    async def honey_place(self, *, number: str, idempotency_key: str | None = None) -> models.Done:
        """Watch a number of nobody."""
        return cast(
            "models.Done",
            await self._connection.ask(
                "POST",
                "/v1/privacy/honey",
                models.Done,
                body={"number": number},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def map(
        self, *, kind: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.MapEntry]:
        """The map of the data."""
        return cast(
            "AsyncIterator[models.MapEntry]",
            self._connection.pages(
                "GET", "/v1/privacy/map", models.MapEntry, query={"kind": kind, "limit": limit}
            ),
        )

    def processing(self, *, limit: int | None = None) -> AsyncIterator[models.Processing]:
        """The record of processing activities."""
        return cast(
            "AsyncIterator[models.Processing]",
            self._connection.pages(
                "GET", "/v1/privacy/processing", models.Processing, query={"limit": limit}
            ),
        )

    def promise_list(
        self, *, company: str | None = None, limit: int | None = None
    ) -> AsyncIterator[models.Promise]:
        """The clauses of the policies, and what keeps each."""
        return cast(
            "AsyncIterator[models.Promise]",
            self._connection.pages(
                "GET",
                "/v1/privacy/promises",
                models.Promise,
                query={"company": company, "limit": limit},
            ),
        )

    def recording(self, sid: str, *, limit: int | None = None) -> AsyncIterator[models.Ruling]:
        """Every ruling on recordings of a call, decided again and explained."""
        return cast(
            "AsyncIterator[models.Ruling]",
            self._connection.pages(
                "GET", f"/v1/privacy/recording/{piece(sid)}", models.Ruling, query={"limit": limit}
            ),
        )

    def release(
        self, *, record: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[models.Hold]:
        """End a hold."""
        return cast(
            "AsyncIterator[models.Hold]",
            self._connection.pages(
                "POST",
                "/v1/privacy/holds/lift",
                models.Hold,
                query={"limit": limit},
                body={"record": record, "reason": reason},
                keyed=True,
            ),
        )

    def restrict(
        self, *, number: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[str]:
        """Store somebody's data and use it no more; why it is restricted now."""
        return cast(
            "AsyncIterator[str]",
            self._connection.pages(
                "POST",
                "/v1/privacy/restrictions",
                str,
                query={"limit": limit},
                body={"number": number, "reason": reason},
                keyed=True,
            ),
        )

    async def signing_key(self) -> models.SigningKey:
        """The key that signs what is sent to recipients."""
        return cast(
            "models.SigningKey",
            await self._connection.ask("GET", "/v1/privacy/signing-key", models.SigningKey),
        )

    async def transparency(
        self, *, since: int | None = None, until: int | None = None
    ) -> models.TransparencyReport:
        """The transparency report."""
        return cast(
            "models.TransparencyReport",
            await self._connection.ask(
                "GET",
                "/v1/privacy/transparency",
                models.TransparencyReport,
                query={"since": since, "until": until},
            ),
        )

    def unrestrict(
        self, *, number: str, limit: int | None = None, reason: str | None = None
    ) -> AsyncIterator[str]:
        """End a restriction; the reasons that still stand."""
        return cast(
            "AsyncIterator[str]",
            self._connection.pages(
                "POST",
                "/v1/privacy/restrictions/lift",
                str,
                query={"limit": limit},
                body={"number": number, "reason": reason},
                keyed=True,
            ),
        )
