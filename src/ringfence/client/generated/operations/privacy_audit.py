"""What can be asked of the API. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

from typing import cast

from ringfence.client.connection import Group
from ringfence.client.generated import models


class PrivacyAuditOperations(Group):
    """``privacy.audit.…``"""

    def audit_archive(self) -> bytes:
        """The whole log as a tar in the layout of C2SP tlog-tiles, to mirror it elsewhere."""
        return cast("bytes", self._connection.ask("GET", "/v1/privacy/audit/export", bytes))

    def audit_consistency(self, *, old: int, new: int) -> bytes:
        """Return the proof that the log only grew."""
        return cast(
            "bytes",
            self._connection.ask(
                "GET", "/v1/privacy/audit/consistency", bytes, query={"old": old, "new": new}
            ),
        )

    def audit_head(self) -> models.AuditHead:
        """Sign the log as it stands. Keep the head: a later one must extend it."""
        return cast(
            "models.AuditHead", self._connection.ask("GET", "/v1/privacy/audit", models.AuditHead)
        )

    def audit_proofs(self, *, address: str, idempotency_key: str | None = None) -> models.Proofs:
        """Return every record about whoever has this number, with the proof that it is in the log."""
        return cast(
            "models.Proofs",
            self._connection.ask(
                "POST",
                "/v1/privacy/audit/proofs",
                models.Proofs,
                body={"address": address},
                key=idempotency_key,
                keyed=True,
            ),
        )

    def audit_verifier(self) -> bytes:
        """Return the program that checks proofs offline, with nothing but Python 3."""
        return cast("bytes", self._connection.ask("GET", "/v1/privacy/audit/verify.py", bytes))

    def audit_verify(self, *, idempotency_key: str | None = None) -> models.AuditReport:
        """Check the whole log: every hash, every signed head, every record."""
        return cast(
            "models.AuditReport",
            self._connection.ask(
                "POST",
                "/v1/privacy/audit/verify",
                models.AuditReport,
                key=idempotency_key,
                keyed=True,
            ),
        )
