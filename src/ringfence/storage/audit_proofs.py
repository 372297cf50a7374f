"""Proofs about one person, and the whole log as files: what an outsider needs to believe us.

A proof is a C2SP tlog-proof: one record with its salt, the path from its leaf to the root, and the
signed head. It reveals that record and nothing of any other leaf. The whole log is exported in the
layout of C2SP tlog-tiles, which is commitments only, so it can be given to anybody::

    EXPORT/checkpoint                  the newest signed head
    EXPORT/tile/0/000.p/7 ...          hashes, 256 to a tile
    EXPORT/tile/entries/000.p/7 ...    commitments, each with its length before it
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, select

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.kernel.limits import AUDIT_PAGE
from ringfence.privacy import audit
from ringfence.privacy.audit import (
    ENTRIES,
    HASH,
    WIDTH,
    Prover,
    commitment,
    leaf_hash,
    page_entry,
)
from ringfence.privacy.checkpoint import Checkpoint
from ringfence.storage import audit_pages
from ringfence.storage.audit import record_bytes, tile_reader
from ringfence.storage.audit_pages import OPENED, SALTED, Page
from ringfence.storage.schema import audit_records, call_parties, calls, events, text_events
from ringfence.storage.statement import Statement, at_most
from ringfence.storage.unit_of_work import Queries

HEAD = "c2sp.org/tlog-proof@v1"

Salt = Callable[[Queries, AccountId | None, PartyId | None, str], bytes]
"""The salt of a record about a party, about an account, or about neither (`Store.salt`)."""

_a, _e, _c, _p = audit_records.c, events.c, calls.c, call_parties.c
_RECORDS = Statement(
    at_most(
        select(_a.leaf, _a.at, _a.kind, _a.account_id, _a.party_id, _a.body)
        .where(_a.party_id == bindparam("party"), _a.leaf > bindparam("after"))
        .order_by(_a.leaf),
        "count",
    ),
    "party",
    "after",
    "count",
)
_CALLS = Statement(
    at_most(
        select(_c.id, _c.account_id, _c.caller_id)
        .select_from(call_parties.join(calls, _c.id == _p.call_id))
        .where(_p.party_id == bindparam("party"), _p.call_id > bindparam("after"))
        .order_by(_p.call_id),
        "count",
    ),
    "party",
    "after",
    "count",
)
_FACTS = Statement(
    select(_e.leaf, _e.at, _e.name, _e.body)
    .where(_e.call_id == bindparam("call"), _e.leaf.is_not(None))
    .order_by(_e.id),
    "call",
)
_x = text_events.c
_TEXTS = Statement(
    at_most(
        select(_x.id, _x.leaf, _x.at, _x.name, _x.text_id, _x.body, _x.account_id)
        .where(_x.party_id == bindparam("party"), _x.id > bindparam("after"))
        .order_by(_x.id),
        "count",
    ),
    "party",
    "after",
    "count",
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record of the log, with what its leaf was salted with."""

    index: int
    kind: str
    at: int
    record: bytes
    salt: bytes
    page: bytes = b""
    """All members of a page, of which this is one."""

    def entry(self) -> bytes | None:
        """Return the entry of the log that this is, or is on; None where it is not on its page."""
        own = commitment(self.salt, self.index, self.record)
        if not self.page:
            return own
        return page_entry(self.page) if own in _split(self.page, len(self.page) // HASH) else None


@dataclass(frozen=True, slots=True)
class Proof:
    """A record and the proof that it is in the log, as a tlog-proof."""

    index: int
    kind: str
    at: int
    text: str


def leaves_of(queries: Queries, party: PartyId, salt: Salt, *, own: bool = False) -> Iterator[Leaf]:
    """Yield every record about a person: what was done, facts of their calls and messages.

    ``own``: those alone that are salted with the person's key.
    """
    yield from records_about(queries, party, salt)
    for index, at, page in audit_pages.pages_of(queries, party):
        yield page_leaf(queries, index, at, page, party, salt)
    call = ""
    while found := queries.rows(_CALLS, (party, call, int(AUDIT_PAGE))):
        for call, account, caller in found:
            if own and caller != party:
                continue
            salted = salt(queries, account, caller, call)
            for index, at, name, body in queries.rows(_FACTS, (call,)):
                yield Leaf(index, name, at, record_bytes(name, at, call, body.encode()), salted)
    last = 0
    while texts := queries.rows(_TEXTS, (party, last, int(AUDIT_PAGE))):
        last = texts[-1][0]
        for _, index, at, name, text, body, account in texts:
            record = record_bytes(name, at, text, body.encode())
            yield Leaf(index, name, at, record, salt(queries, account, party, text))


def records_about(queries: Queries, party: PartyId, salt: Salt) -> Iterator[Leaf]:
    """Yield what was noted about a person with a leaf of its own."""
    after = -1
    while rows := queries.rows(_RECORDS, (party, after, int(AUDIT_PAGE))):
        for row in rows:
            yield record_leaf(queries, row, salt)
        after = rows[-1][0]


def record_leaf(queries: Queries, row: tuple[int, int, str, str, str, str], salt: Salt) -> Leaf:
    """Return the leaf of a row of ``audit_records``."""
    index, at, kind, account, party, body = row
    salted = salt(
        queries,
        None if account is None else AccountId(account),
        None if party is None else PartyId(party),
        f"audit:{index}",
    )
    record = record_bytes(kind, at, party or account or "", body.encode())
    return Leaf(index, kind, at, record, salted)


def page_leaf(
    queries: Queries, index: int, at: int, page: Page, party: PartyId, salt: Salt
) -> Leaf:
    """Return what a page says of one person on it."""
    salted = salt(queries, None, party, SALTED)
    return Leaf(index, OPENED, at, page.record(at, party), salted, page.joined())


def proofs_of(
    queries: Queries, party: PartyId, *, salt: Salt, head: Checkpoint, note: str
) -> Iterator[Proof]:
    """Yield proofs of every record about a person under a signed head.

    A record whose salt went with an erased key cannot be proved any more and is left out.
    """
    prover = Prover(tile_reader(queries))
    for leaf in leaves_of(queries, party, salt):
        text = proof_of(leaf, prover=prover, head=head, note=note)
        if text is not None:
            yield Proof(leaf.index, leaf.kind, leaf.at, text)


def proof_of(leaf: Leaf, *, prover: Prover, head: Checkpoint, note: str) -> str | None:
    """Return the proof of a record under a signed head; None where it cannot be proved.

    It is younger than the head, or its salt went with an erased key.
    """
    entry = leaf.entry()
    if leaf.index >= head.size or entry is None:
        return None
    path = prover.inclusion(leaf.index, head.size)
    if not audit.verify_inclusion(leaf_hash(entry), leaf.index, head.size, path, head.root):
        return None
    return proof_text(leaf, path, note)


def proof_text(leaf: Leaf, path: list[bytes], note: str) -> str:
    """Return a tlog-proof; ``extra`` is the salt (32 bytes), the record, and 0 and the page."""
    page = b"\0" + leaf.page if leaf.page else b""
    return "\n".join([
        HEAD,
        f"extra {_base64(leaf.salt + leaf.record + page)}",
        f"index {leaf.index}",
        *map(_base64, path),
        "",
        note,
    ])  # fmt: skip


def consistency(queries: Queries, old: int, new: int) -> str:
    """Return the proof that the log of ``old`` leaves is the beginning of that of ``new``.

    One hash in base64 to a line. Raises `Refused` (``bad_argument``) for sizes there never were.
    """
    if not 0 < old <= new:
        raise Refused("bad_argument", "the older checkpoint is the smaller one")
    steps = Prover(tile_reader(queries)).consistency(old, new)
    return "".join(f"{_base64(step)}\n" for step in steps)


def export(queries: Queries, target: Path, *, size: int, note: str) -> int:
    """Write the log of ``size`` leaves into ``target``, new or empty; how many files.

    Raises `Refused` (``backup_in_the_way``, ``backup_failed``).
    """
    if target.exists() and any(target.iterdir()):
        raise Refused("backup_in_the_way", "that folder is not empty; give the export its own")
    read = tile_reader(queries)
    files = 0
    try:
        for number, width in _tiles(size):
            entries = _split(read(ENTRIES, number), width)
            hashes = b"".join(leaf_hash(entry) for entry in entries)
            bundle = b"".join(HASH.to_bytes(2, "big") + entry for entry in entries)
            _write(target / "tile" / "0", number, width, hashes)
            _write(target / "tile" / "entries", number, width, bundle)
            files += 2
        level, count = 1, size // WIDTH
        while count:
            for number, width in _tiles(count):
                data = read(level, number)[: width * HASH]
                _write(target / "tile" / str(level), number, width, data)
                files += 1
            level, count = level + 1, count // WIDTH
        target.mkdir(parents=True, exist_ok=True)
        (target / "checkpoint").write_text(note, "utf-8")
    except OSError as error:
        raise Refused("backup_failed", f"it cannot be written: {error.strerror}") from None
    return files + 1


def _tiles(count: int) -> Iterator[tuple[int, int]]:
    """Yield the number and the width of every tile over ``count`` hashes."""
    for number in range(count // WIDTH):
        yield number, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH


def _split(data: bytes, width: int) -> list[bytes]:
    return [data[at : at + HASH] for at in range(0, width * HASH, HASH)]


def _write(folder: Path, number: int, width: int, data: bytes) -> None:
    """Write a tile under its C2SP name: ``x001/x234/067``, with ``.p/W`` where it is partial."""
    digits = f"{number:03d}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    path = folder / (name if width == WIDTH else f"{name}.p/{width}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def calls_of(queries: Queries, party: PartyId) -> list[CallId]:
    """Return the first calls of a person whose facts are in the log."""
    return [CallId(row[0]) for row in queries.rows(_CALLS, (party, "", int(AUDIT_PAGE)))]
