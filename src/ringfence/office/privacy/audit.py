"""The audit log for those who do not take our word: heads, proofs, a check of all of it."""

from __future__ import annotations

import asyncio
import tarfile
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import AUDIT_REST_MS, EXPORT_CHUNK_BYTES
from ringfence.observe.logs import get_logger
from ringfence.office.privacy import erasure, incidents
from ringfence.office.table import KNOWN, OPERATOR, TABLE
from ringfence.privacy.checkpoint import Checkpoint, verify
from ringfence.privacy.purposes import exchange_itself
from ringfence.storage import audit_proofs
from ringfence.storage.audit_check import Checked, check_all

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.storage.unit_of_work import Queries

_LOG = get_logger(__name__)
_REST = partial(time.sleep, AUDIT_REST_MS / 1000)
_NONE = "hashes and signatures, nobody's data"


async def head(office: Office) -> tuple[Checkpoint, str]:
    """Sign the log as it stands; the head and its note."""
    store = office.store.store
    note = await store.sign_log(office.clock.now())
    signer = store.signer()
    return verify(note, name=signer.name, public=signer.public), note


@TABLE.use_case("privacy.audit.head", actors=KNOWN, none=_NONE)
async def show_head(office: Office) -> views.AuditHead:
    """Sign the log as it stands. Whoever keeps the head can later see whether it was changed."""
    _, view = await _view(office)
    return view


@TABLE.stream("privacy.audit.proofs", actors=KNOWN, purpose="answer_rights", category="user")
async def prove(
    office: Office, *, address: str
) -> AsyncIterator[views.AuditHead | views.AuditProof]:
    """The head, then every record about whoever has this number with its proof.

    Of a number nobody has heard of there is the head alone.
    """
    party = erasure.find(office, address)
    signed, view = await _view(office)
    yield view
    if party is None:
        return
    store = office.store.store
    found = await asyncio.to_thread(
        store.apart,
        lambda queries: list(
            audit_proofs.proofs_of(
                queries, party, salt=store.salt, head=signed, note=view.checkpoint
            )
        ),
    )
    for proof in found:
        yield views.AuditProof(leaf=proof.index, at=proof.at, kind=proof.kind, proof=proof.text)


@TABLE.use_case("privacy.audit.consistency", actors=KNOWN, none=_NONE)
async def compare(office: Office, *, old: int, new: int) -> str:
    """The proof that the log of ``old`` leaves is the beginning of that of ``new``."""
    store = office.store.store
    if not 0 <= old <= new <= store.trail.size:
        raise Refused("bad_argument", f"old and new are sizes of the log, up to {store.trail.size}")
    return await asyncio.to_thread(
        store.apart, lambda queries: audit_proofs.consistency(queries, old, new)
    )


@TABLE.use_case("privacy.audit.verify", actors=KNOWN, none=_NONE)
async def check(office: Office) -> views.AuditReport:
    """Compare every hash, every signed head and every record with the log."""
    found = await _checked(office)
    return views.AuditReport(
        leaves=found.leaves,
        heads=found.heads,
        proved=found.proved,
        erased=found.erased,
        faults=found.faults,
    )


async def nightly(office: Office, *, rest: Callable[[], object] = _REST) -> None:
    """Check everything, giving way to calls."""
    await _checked(office, rest)


async def _checked(office: Office, rest: Callable[[], object] = lambda: None) -> Checked:
    """Check everything; the doctor is told of faults, and the first of them open an incident."""
    signed, _ = await head(office)
    store, now = office.store.store, office.clock.now()
    found = await asyncio.to_thread(
        store.apart,
        lambda queries: check_all(
            queries,
            signed.size,
            signer=store.signer(),
            salt=store.salt,
            now=now,
            since=store.removals_from,
            rest=rest,
        ),
    )
    known = store.audit_faults
    await asyncio.to_thread(store.note_audit_faults, len(found.faults))
    if found.faults:
        _LOG.error("audit_log_changed", count=len(found.faults))
        if not known:
            with exchange_itself():
                words = f"A check of the audit log found: {'; '.join(found.faults)}."
                await incidents.begin(office, kind="change", words=words)
    return found


@TABLE.use_case("privacy.audit.export", actors=frozenset({OPERATOR}), none=_NONE)
async def export(office: Office, *, target: str) -> views.AuditExport:
    """Write the log into a folder of this machine, in the layout of C2SP tlog-tiles."""
    signed, note = await head(office)
    store, folder = office.store.store, Path(target)
    files = await asyncio.to_thread(
        store.apart,
        lambda queries: audit_proofs.export(queries, folder, size=signed.size, note=note),
    )
    return views.AuditExport(size=signed.size, files=files)


@TABLE.stream("privacy.audit.archive", actors=KNOWN, none=_NONE)
async def archive(office: Office) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """The same as one file (tar), for whoever mirrors the log from elsewhere."""
    signed, note = await head(office)
    store = office.store.store
    with tempfile.TemporaryDirectory(prefix="ringfence-log-") as place:
        file = Path(place) / "log.tar"
        await asyncio.to_thread(
            store.apart,
            lambda queries: _packed(queries, Path(place) / "log", file, signed.size, note),
        )
        yield views.ExportHead(
            filename="log.tar", media_type="application/x-tar", size=file.stat().st_size
        )
        with file.open("rb") as packed:
            while piece := await asyncio.to_thread(packed.read, int(EXPORT_CHUNK_BYTES)):
                yield views.Chunk(data=piece)


def _packed(queries: Queries, folder: Path, file: Path, size: int, note: str) -> None:
    audit_proofs.export(queries, folder, size=size, note=note)
    with tarfile.open(file, "w") as packed:
        packed.add(folder, "log", filter=_nobodys)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out which account of this machine wrote it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


async def _view(office: Office) -> tuple[Checkpoint, views.AuditHead]:
    signed, note = await head(office)
    key = office.store.store.signer().verifier_key()
    return signed, views.AuditHead(checkpoint=note, size=signed.size, verifier_key=key)
