"""Proofs of erasure: their report is signed with the key of the audit log, and is a leaf of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PROOF_TEXT_BYTES
from ringfence.office.table import TABLE
from ringfence.privacy.tracers.report import HEAD
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case("privacy.proof.sign", purpose="erase", category="user")
async def sign_report(office: Office, *, text: str) -> views.SignedReport:
    """Sign a report of `ringfence privacy prove-erasure`; its digest becomes a leaf."""
    if len(text.encode()) > PROOF_TEXT_BYTES or not text.startswith(HEAD + "\n"):
        raise Refused("bad_report", "that is not the report of a proof")
    if not text.endswith("\n") or "\n\n" in text:
        raise Refused("bad_report", "a report has no empty line and ends with its last line")
    store, now = office.store.store, office.clock.now()
    digest = hashlib.sha256(text.encode()).hexdigest()

    def work(tx: Transaction) -> int:
        return store.trail.note(
            tx, "proved", at=now, account=office.account.id, body={"sha256": digest}
        )

    leaf = await office.write(work)
    signer = store.signer()
    return views.SignedReport(
        note=signer.sign_text(text), leaf=leaf, verifier_key=signer.verifier_key()
    )
