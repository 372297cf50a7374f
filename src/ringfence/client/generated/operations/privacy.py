"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from ringfence.client.connection import piece
from ringfence.client.generated import models
from ringfence.client.generated.operations.privacy_approver import PrivacyApproverOperations
from ringfence.client.generated.operations.privacy_audit import PrivacyAuditOperations
from ringfence.client.generated.operations.privacy_case import PrivacyCaseOperations
from ringfence.client.generated.operations.privacy_child import PrivacyChildOperations
from ringfence.client.generated.operations.privacy_consent import PrivacyConsentOperations
from ringfence.client.generated.operations.privacy_demand import PrivacyDemandOperations
from ringfence.client.generated.operations.privacy_erase import PrivacyEraseOperations
from ringfence.client.generated.operations.privacy_grievance import PrivacyGrievanceOperations
from ringfence.client.generated.operations.privacy_incident import PrivacyIncidentOperations
from ringfence.client.generated.operations.privacy_leave_alone import PrivacyLeaveAloneOperations
from ringfence.client.generated.operations.privacy_message import PrivacyMessageOperations
from ringfence.client.generated.operations.privacy_officer import PrivacyOfficerOperations
from ringfence.client.generated.operations.privacy_policy import PrivacyPolicyOperations
from ringfence.client.generated.operations.privacy_primary_admin import (
    PrivacyPrimaryAdminOperations,
)
from ringfence.client.generated.operations.privacy_proof import PrivacyProofOperations
from ringfence.client.generated.operations.privacy_recipient import PrivacyRecipientOperations
from ringfence.client.generated.operations.privacy_retention import PrivacyRetentionOperations
from ringfence.client.generated.operations.privacy_rights import PrivacyRightsOperations
from ringfence.client.generated.operations.privacy_ticket import PrivacyTicketOperations


class PrivacyOperations(
    PrivacyApproverOperations,
    PrivacyAuditOperations,
    PrivacyCaseOperations,
    PrivacyChildOperations,
    PrivacyConsentOperations,
    PrivacyDemandOperations,
    PrivacyEraseOperations,
    PrivacyGrievanceOperations,
    PrivacyIncidentOperations,
    PrivacyLeaveAloneOperations,
    PrivacyMessageOperations,
    PrivacyOfficerOperations,
    PrivacyPolicyOperations,
    PrivacyPrimaryAdminOperations,
    PrivacyProofOperations,
    PrivacyRecipientOperations,
    PrivacyRetentionOperations,
    PrivacyRightsOperations,
    PrivacyTicketOperations,
):
    """``privacy.…``"""

    def age_declare(self, *, born: str) -> models.Done:
        """The age gate."""
        return cast(
            "models.Done",
            self._connection.ask("POST", "/v1/privacy/age", models.Done, body={"born": born}),
        )

    def erasure_view(self, *, limit: int | None = None) -> Iterator[models.ErasedPlace]:
        """What an erasure does to each place."""
        return cast(
            "Iterator[models.ErasedPlace]",
            self._connection.pages(
                "GET", "/v1/privacy/erasure-view", models.ErasedPlace, query={"limit": limit}
            ),
        )

    def hold(
        self, *, record: str, limit: int | None = None, reason: str | None = None
    ) -> Iterator[models.Hold]:
        """Let nothing erase one record."""
        return cast(
            "Iterator[models.Hold]",
            self._connection.pages(
                "POST",
                "/v1/privacy/holds",
                models.Hold,
                query={"limit": limit},
                body={"record": record, "reason": reason},
                keyed=True,
            ),
        )

    def holds(self, *, limit: int | None = None) -> Iterator[models.Hold]:
        """The holds that stand."""
        return cast(
            "Iterator[models.Hold]",
            self._connection.pages("GET", "/v1/privacy/holds", models.Hold, query={"limit": limit}),
        )

    def honey_place(self, *, number: str, idempotency_key: str | None = None) -> models.Done:
        """Watch a number of nobody."""
        return cast(
            "models.Done",
            self._connection.ask(
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
    ) -> Iterator[models.MapEntry]:
        """The map of the data."""
        return cast(
            "Iterator[models.MapEntry]",
            self._connection.pages(
                "GET", "/v1/privacy/map", models.MapEntry, query={"kind": kind, "limit": limit}
            ),
        )

    def processing(self, *, limit: int | None = None) -> Iterator[models.Processing]:
        """The record of processing activities."""
        return cast(
            "Iterator[models.Processing]",
            self._connection.pages(
                "GET", "/v1/privacy/processing", models.Processing, query={"limit": limit}
            ),
        )

    def promise_list(
        self, *, company: str | None = None, limit: int | None = None
    ) -> Iterator[models.Promise]:
        """The clauses of the policies, and what keeps each."""
        return cast(
            "Iterator[models.Promise]",
            self._connection.pages(
                "GET",
                "/v1/privacy/promises",
                models.Promise,
                query={"company": company, "limit": limit},
            ),
        )

    def recording(self, sid: str, *, limit: int | None = None) -> Iterator[models.Ruling]:
        """Every ruling on recordings of a call, decided again and explained."""
        return cast(
            "Iterator[models.Ruling]",
            self._connection.pages(
                "GET", f"/v1/privacy/recording/{piece(sid)}", models.Ruling, query={"limit": limit}
            ),
        )

    def release(
        self, *, record: str, limit: int | None = None, reason: str | None = None
    ) -> Iterator[models.Hold]:
        """End a hold."""
        return cast(
            "Iterator[models.Hold]",
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
    ) -> Iterator[str]:
        """Store somebody's data and use it no more; why it is restricted now."""
        return cast(
            "Iterator[str]",
            self._connection.pages(
                "POST",
                "/v1/privacy/restrictions",
                str,
                query={"limit": limit},
                body={"number": number, "reason": reason},
                keyed=True,
            ),
        )

    def signing_key(self) -> models.SigningKey:
        """The key that signs what is sent to recipients."""
        return cast(
            "models.SigningKey",
            self._connection.ask("GET", "/v1/privacy/signing-key", models.SigningKey),
        )

    def transparency(
        self, *, since: int | None = None, until: int | None = None
    ) -> models.TransparencyReport:
        """The transparency report."""
        return cast(
            "models.TransparencyReport",
            self._connection.ask(
                "GET",
                "/v1/privacy/transparency",
                models.TransparencyReport,
                query={"since": since, "until": until},
            ),
        )

    def unrestrict(
        self, *, number: str, limit: int | None = None, reason: str | None = None
    ) -> Iterator[str]:
        """End a restriction; the reasons that still stand."""
        return cast(
            "Iterator[str]",
            self._connection.pages(
                "POST",
                "/v1/privacy/restrictions/lift",
                str,
                query={"limit": limit},
                body={"number": number, "reason": reason},
                keyed=True,
            ),
        )
