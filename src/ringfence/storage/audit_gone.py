"""Which records of the audit log are gone, or can be proved no more; the log commits to it.

Whatever removes rows that leaves were made of, or destroys the key their salts come from, counts
here in the same transaction, and the leaf it writes (``AuditTrail.note_removal``) carries a seal
over the whole count. So a record that is missing without a removal that says so is told from one
that went lawfully, however old it is. A leaf counts 1, a page (``storage.audit_pages``) 1 for each
person who is let go of on it::

    level 3    |  hash  |                           one row
    level 2    |  hash of 256 rows | ...
    level 1    |  hash of 256 rows | ...            256 x 32 bytes, zeros where nothing is gone
    level 0    |  2 bytes for each of 4096 leaves   zeros at the end are left out

The seal is ``SHA-256(nonce | hash of the row of level 3)``. The nonce (level -1) is drawn anew each
time and the old one forgotten: of an earlier seal nobody can find out what had gone by then, so no
two leaves are ever told to be of one erased person.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from hashlib import sha256

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import sqlite

from ringfence.privacy.audit import HASH, WIDTH
from ringfence.storage.schema import audit_gone
from ringfence.storage.statement import Statement
from ringfence.storage.unit_of_work import Queries, Transaction

SPAN = 4096
"""Leaves in a row of level 0."""
TOP = 3
"""The level that has one row: above 4096 * 256 ** 3 leaves there would be two."""
NONCE = 16
_COUNT = 2
_MOST = (1 << 8 * _COUNT) - 1
_NONCES = -1

_g = audit_gone.c
_GET = Statement(
    select(_g.data).where(_g.level == bindparam("lvl"), _g.number == bindparam("nr")), "lvl", "nr"
)
_ALL = Statement(
    select(_g.number, _g.data).where(_g.level == bindparam("lvl")).order_by(_g.number), "lvl"
)
_insert = sqlite.insert(audit_gone).values(
    level=bindparam("lvl"), number=bindparam("nr"), data=bindparam("bytes")
)
_PUT = Statement(
    _insert.on_conflict_do_update(
        index_elements=["level", "number"], set_={"data": _insert.excluded.data}
    ),
    "lvl",
    "nr",
    "bytes",
)


def mark(tx: Transaction, leaves: Iterable[int], pages: Mapping[int, int] | None = None) -> None:
    """Count records that go with this transaction; a leaf counts once, a page adds up.

    ``pages``: how many people more are let go of on each. The caller writes the leaf
    (``AuditTrail.note_removal``) in the same transaction.
    """
    added: dict[int, dict[int, int]] = {}
    for leaf in leaves:
        added.setdefault(leaf // SPAN, {})[leaf % SPAN] = 0
    for leaf, people in (pages or {}).items():
        added.setdefault(leaf // SPAN, {})[leaf % SPAN] = people
    changed = {}
    for number, counts in added.items():
        row = bytearray(_get(tx, 0, number).ljust(SPAN * _COUNT, b"\0"))
        for at, people in counts.items():
            place = slice(at * _COUNT, (at + 1) * _COUNT)
            count = int.from_bytes(row[place], "big")
            count = max(count, 1) if people == 0 else min(count + people, _MOST)
            row[place] = count.to_bytes(_COUNT, "big")
        changed[number] = _put(tx, 0, number, bytes(row))
    for level in range(1, TOP + 1):
        above: dict[int, bytearray] = {}
        for number, digest in changed.items():
            parent, slot = divmod(number, WIDTH)
            if parent not in above:
                above[parent] = bytearray(_get(tx, level, parent).ljust(WIDTH * HASH, b"\0"))
            above[parent][slot * HASH : (slot + 1) * HASH] = digest
        changed = {number: _put(tx, level, number, bytes(row)) for number, row in above.items()}


def seal(tx: Transaction, nonce: bytes) -> str:
    """Return the seal over all that is counted, under a fresh nonce of `NONCE` bytes."""
    _put(tx, _NONCES, 0, nonce)
    return _sealed(nonce, sha256(_get(tx, TOP, 0)).digest())


class Gone:
    """What is counted, read anew from the bottom; ``seal`` is what the last removal has to say."""

    def __init__(self, queries: Queries) -> None:
        self._rows: dict[int, bytes] = dict(queries.rows(_ALL, (0,)))
        hashes = {number: sha256(row).digest() for number, row in self._rows.items()}
        for _ in range(TOP):
            above: dict[int, bytearray] = {}
            for number, digest in hashes.items():
                parent, slot = divmod(number, WIDTH)
                row = above.setdefault(parent, bytearray(WIDTH * HASH))
                row[slot * HASH : (slot + 1) * HASH] = digest
            hashes = {number: sha256(_trimmed(row)).digest() for number, row in above.items()}
        self.seal = _sealed(_get(queries, _NONCES, 0), hashes.get(0, sha256(b"").digest()))

    def __bool__(self) -> bool:
        """Whether anything at all is counted."""
        return bool(self._rows)

    def count(self, leaf: int) -> int:
        """Return how many records of a leaf are gone: 0 or 1, of a page up to all its people."""
        at = leaf % SPAN * _COUNT
        return int.from_bytes(
            self._rows.get(leaf // SPAN, b"")[at : at + _COUNT].ljust(_COUNT, b"\0"), "big"
        )


def _sealed(nonce: bytes, root: bytes) -> str:
    return base64.b64encode(sha256(nonce + root).digest()).decode()


def _get(queries: Queries, level: int, number: int) -> bytes:
    return queries.value(_GET, (level, number)) or b""


def _put(tx: Transaction, level: int, number: int, row: bytes) -> bytes:
    """Store a row and return its hash."""
    row = row if level == _NONCES else _trimmed(row)
    tx.run(_PUT, (level, number, row))
    return sha256(row).digest()


def _trimmed(row: bytes | bytearray) -> bytes:
    return bytes(row).rstrip(b"\0")
