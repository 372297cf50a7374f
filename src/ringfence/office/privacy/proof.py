"""Proofs of erasure: their report is signed with the key of the audit log, and is a leaf of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ringfence.api import views, views_about
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PROOF_PEOPLE, PROOF_PEOPLE_MAX, PROOF_TEXT_BYTES
from ringfence.office import errands
from ringfence.office.table import KNOWN, TABLE
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


@TABLE.use_case("privacy.proof.begin", actors=KNOWN, live=True, purpose="erase", category="user")
async def begin(office: Office, *, people: int = int(PROOF_PEOPLE)) -> views_about.Work:
    """Begin a proof of erasure, of the data folder and of the backups beside it."""
    if not 1 <= people <= PROOF_PEOPLE_MAX:
        raise Refused("bad_argument", f"people is a whole number from 1 to {PROOF_PEOPLE_MAX}")
    command = ["privacy", "prove-erasure", "--people", str(people)]
    folder = office.settings.backup_dir
    if folder is not None and folder.is_dir():
        command += ["--backup", str(folder.resolve())]
    return errands.view(office.errands.begin("proof", command))


@TABLE.use_case("privacy.proof.report", actors=KNOWN, live=True, purpose="erase", category="user")
async def report(office: Office, *, sid: str) -> str:
    """The signed report of a proof that is done."""
    errand = office.errands.get(sid)
    if errand.kind != "proof" or errand.state != "done":
        raise Refused("not_found", "there is no report: the proof is not done")
    return str(errand.result["note"])
