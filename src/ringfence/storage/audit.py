"""The audit log at rest: leaves are written in the transaction of what they speak of.

A leaf is a commitment in the tree (``privacy.audit``). What it commits to is a row: of ``events``
for a call fact, of ``audit_records`` for everything else (a value opened, a key destroyed). The
bytes committed to are the row's own::

    name | "\\n" | at, decimal | "\\n" | whom or what | "\\n" | body, JSON as stored
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.kernel.limits import AUDIT_PAGES_SPAN, AUDIT_TILES_AT_START
from ringfence.privacy.audit import (
    ENTRIES,
    HASH,
    WIDTH,
    Edge,
    Log,
    Prover,
    commitment,
    digest_at,
    edge_from,
    edge_positions,
    leaf_hash,
    page_entry,
    tree_root,
)
from ringfence.privacy.checkpoint import Checkpoint, Signer, verify
from ringfence.storage import audit_gone, audit_pages
from ringfence.storage.audit_pages import PAGE
from ringfence.storage.log_end import End
from ringfence.storage.schema import audit_checkpoints, audit_records, audit_tiles, events
from ringfence.storage.statement import Statement, at_most, insert_new, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_t = audit_tiles.c
_TILE = Statement(
    select(_t.data).where(_t.level == bindparam("lvl"), _t.number == bindparam("nr")), "lvl", "nr"
)
_LAST_BUNDLE = Statement(
    at_most(
        select(_t.number, _t.data).where(_t.level == bindparam("lvl")).order_by(_t.number.desc()),
        1,
    ),
    "lvl",
)
SEAL = "gone"
"""The word in the body of a removal under which the seal of ``storage.audit_gone`` stands."""

_ADD_TILE = insert_row(audit_tiles)
_SET_TILE = Statement(
    update(audit_tiles)
    .where(_t.level == bindparam("lvl"), _t.number == bindparam("nr"))
    .values(data=bindparam("data")),
    "data",
    "lvl",
    "nr",
)
_ADD_RECORD = insert_row(audit_records)
_ADD_CHECKPOINT = insert_new(audit_checkpoints)
_LAST_CHECKPOINT = Statement(
    at_most(select(audit_checkpoints.c.note).order_by(audit_checkpoints.c.size.desc()), 1)
)

_HEAD_OF = Statement(
    select(audit_checkpoints.c.at).where(audit_checkpoints.c.size == bindparam("size")), "size"
)
_LAST_RECORD = Statement(
    at_most(select(audit_records.c.at).order_by(audit_records.c.leaf.desc()), 1)
)
_LAST_FACT = Statement(at_most(select(events.c.at).order_by(events.c.id.desc()), 1))
_LAST_HEAD = Statement(
    at_most(select(audit_checkpoints.c.at).order_by(audit_checkpoints.c.size.desc()), 1)
)

_encode = msgspec.json.Encoder(order="sorted").encode


def record_bytes(name: str, at: int, subject: str, body: bytes) -> bytes:
    """Return the bytes a leaf commits to."""
    return b"%b\n%d\n%b\n%b" % (name.encode(), at, subject.encode(), body)


SaltOf = Callable[[Queries, AccountId | None, PartyId | None, str], bytes]
"""Returns the salt of a record about a party, about an account, or about neither."""


class AuditTrail:
    """The log of one database; a participant of its commits."""

    __slots__ = ("_edge", "_entropy", "_log", "_next_stored", "_pages", "_stored", "salt")

    def __init__(self, queries: Queries, *, salt: SaltOf, entropy: Entropy) -> None:
        row = queries.row(_LAST_BUNDLE, (ENTRIES,))
        size = 0 if row is None else row[0] * WIDTH + len(row[1]) // HASH
        self._log = Log(edge_from(size, tile_reader(queries)))
        self._edge: Edge | None = None
        self.salt = salt
        self._entropy = entropy
        self._stored = set(edge_positions(size))
        """Partial tiles that have a row already, to be updated instead of added."""
        self._next_stored = self._stored
        self._pages = audit_pages.waiting(queries)
        """About how many pages no span names yet: after a rollback it may be some too many."""

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._log.size

    def end(self) -> End:
        """Return how far the log has grown. In the writer's thread, between two transactions."""
        edge = self._log.mark()
        return End(edge.size, edge.digest())

    def root(self) -> bytes:
        """Return the root over all leaves, those of the open transaction among them."""
        return self._log.root()

    # --- participant ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Remember the edge."""
        self._edge = self._log.mark()

    def prepare(self, tx: Transaction) -> None:
        """Write the tiles that changed, and who is on the pages of a span that is full."""
        if self._pages >= AUDIT_PAGES_SPAN:
            audit_pages.span(tx)
            self._pages = 0
        stored = set(self._stored)
        for tile in self._log.take_tiles():
            place = (tile.level, tile.number)
            if place in stored:
                tx.run(_SET_TILE, (tile.data, *place))
            else:
                tx.run(_ADD_TILE, (*place, tile.data))
                stored.add(place)
            if len(tile.data) == WIDTH * HASH:
                stored.discard(place)  # full: never written again
        self._next_stored = stored

    def committed(self) -> None:
        """The tiles are stored."""
        self._stored = self._next_stored

    def rolled_back(self) -> None:
        """Go back to the edge."""
        if self._edge is not None:
            self._log.reset(self._edge)

    # --- writing --------------------------------------------------------------------------------

    def append(self, salt: bytes, record: bytes) -> int:
        """Add a leaf for ``record`` (`record_bytes`) and return its index."""
        return self._log.append(commitment(salt, self._log.size, record))

    def note(
        self,
        tx: Transaction,
        kind: str,
        *,
        at: Ms,
        account: AccountId | None = None,
        party: PartyId | None = None,
        body: dict[str, Any] | None = None,
    ) -> int:
        """Record that something was done (``opened``, ``destroyed``, ...), with its leaf.

        ``body`` holds words and ids: purpose, category, who. Never a value.
        """
        encoded = _encode(body or {})
        salt = self.salt(tx, account, party, f"audit:{self._log.size}")
        leaf = self.append(salt, record_bytes(kind, at, party or account or "", encoded))
        tx.run(_ADD_RECORD, (leaf, at, kind, account, party, encoded.decode()))
        return leaf

    def note_removal(
        self,
        tx: Transaction,
        kind: str,
        *,
        at: Ms,
        account: AccountId | None = None,
        body: dict[str, Any] | None = None,
    ) -> int:
        """Record that records of the log went, as `note`; all that is gone is sealed in its leaf.

        What went was counted in the same transaction (``audit_gone.mark``).
        """
        seal = audit_gone.seal(tx, self._entropy.token(audit_gone.NONCE))
        return self.note(tx, kind, at=at, account=account, body={**(body or {}), SEAL: seal})

    def note_page(
        self,
        tx: Transaction,
        *,
        at: Ms,
        by: str,
        category: str,
        purpose: str,
        people: Sequence[tuple[PartyId, bytes]],
    ) -> int:
        """Record with one leaf that the addresses of several people were opened at once.

        ``people``: each with the salt of their openings (``Vault.salt`` of `SALTED`).
        """
        leaf = self._log.size
        members, body = audit_pages.made(
            leaf, at=at, by=by, category=category, purpose=purpose, people=people
        )
        self._log.append(page_entry(members))
        tx.run(_ADD_RECORD, (leaf, at, PAGE, None, None, body.decode()))
        self._pages += 1
        return leaf

    def checkpoint(self, tx: Transaction, signer: Signer, *, at: Ms) -> str:
        """Sign the log as it is now, store the note and return it."""
        note = signer.sign(Checkpoint(signer.name, self._log.size, self._log.root()))
        tx.run(_ADD_CHECKPOINT, (self._log.size, at, note))
        return note


def tile_reader(queries: Queries) -> Callable[[int, int], bytes]:
    """Return how stored tiles are read, for ``privacy.audit.Prover`` and ``edge_from``."""

    def read(level: int, number: int) -> bytes:
        data = queries.value(_TILE, (level, number))
        if data is None:
            raise RemoteError("a tile of the audit log is missing", hint=500)
        found: bytes = data
        return found

    return read


def prover(queries: Queries) -> Prover:
    """Return who answers with proofs over the stored log."""
    return Prover(tile_reader(queries))


def last_checkpoint(queries: Queries) -> str | None:
    """Return the newest signed head, or None before the first."""
    note: str | None = queries.value(_LAST_CHECKPOINT)
    return note


def has_head(queries: Queries, size: int) -> bool:
    """Whether the head that was signed over ``size`` leaves is there."""
    return queries.value(_HEAD_OF, (size,)) is not None


def last_instant(queries: Queries) -> Ms:
    """Return the instant of the newest record or signed head, 0 without any."""
    found = [queries.value(statement) for statement in (_LAST_RECORD, _LAST_FACT, _LAST_HEAD)]
    return Ms(max(at or 0 for at in found))


def check_log(queries: Queries, size: int, signer: Callable[[], Signer]) -> None:
    """Compare the log with the newest head that was signed over it, and its newest leaves.

    Everything before them is read by ``storage.audit_check``.

    Raises `RemoteError` where entries were dropped or changed since, or the head is not ours.
    """
    note = last_checkpoint(queries)
    if note is None:
        return
    known = signer()
    head = verify(note, name=known.name, public=known.public)
    if head.size > size or prover(queries).root(head.size) != head.root:
        raise RemoteError("the audit log is not the one that was signed", hint=500)


def goes_on_from(queries: Queries, size: int, end: End) -> bool:
    """Whether the log of ``size`` leaves has the one that ended at ``end`` as its beginning."""
    return end.size <= size and digest_at(end.size, tile_reader(queries)) == end.digest


def check_newest(queries: Queries, size: int) -> None:
    """Compare the newest full tiles of leaves with the hashes above them.

    Raises `RemoteError` where one was dropped or changed.
    """
    read = tile_reader(queries)
    full = size // WIDTH
    for number in range(max(full - AUDIT_TILES_AT_START, 0), full):
        data = read(ENTRIES, number)
        hashes = [leaf_hash(data[at : at + HASH]) for at in range(0, len(data), HASH)]
        above = read(1, number // WIDTH)
        slot = (number % WIDTH) * HASH
        if tree_root(hashes) != above[slot : slot + HASH]:
            raise RemoteError("leaves of the audit log were dropped or changed", hint=500)
