"""Page leaves: one leaf of the audit log for everybody whose address a list showed at once.

The entry of such a leaf is a hash over its *members*, one commitment for each person, salted by a
key of that person (``privacy.audit.page_entry``). Whoever is given the members and their own salt
verifies that their opening is in the log, and learns nothing of the others; once a key is destroyed
its member is a random number. The row says for whom, why and whom::

    {"by": ..., "category": ..., "members": base64, "people": ["PA...", ...], "purpose": ...}

People are found by ``audit_people``: for each of them, one row names the leaves of a span of
pages. It is written when a span is full, `AUDIT_PAGES_SPAN` pages at a time; the pages after the
last span are few and are read one by one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import PartyId
from ringfence.privacy.audit import HASH, page_members
from ringfence.storage.schema import audit_people, audit_records
from ringfence.storage.statement import Statement, insert_row, word
from ringfence.storage.unit_of_work import Queries, Transaction

PAGE = "page"
"""The kind of a row that holds a page; to each person on it, it is an ``opened``."""
OPENED = "opened"
SALTED = "openings"
"""What the salts of all openings of one person on pages are made of (``Vault.salt``)."""
NOBODY = PartyId("PA" + "0" * 32)
"""Who is left of an erased person; a row of theirs in ``audit_people`` ends each span."""

_a, _p = audit_records.c, audit_people.c
_IS_PAGE = _a.kind == word(PAGE)
_COLUMNS = (_a.leaf, _a.at, _a.body)
_GET = Statement(select(*_COLUMNS).where(_a.leaf == bindparam("leaf"), _IS_PAGE))
_SINCE = Statement(
    select(*_COLUMNS).where(_IS_PAGE, _a.leaf >= bindparam("since")).order_by(_a.leaf)
)
_COUNT = Statement(
    select(func.count()).select_from(audit_records).where(_IS_PAGE, _a.leaf >= bindparam("since"))
)
_SPANS = Statement(
    select(_p.until, _p.leaves).where(_p.party_id == bindparam("party")).order_by(_p.until)
)
_SPANNED = Statement(select(func.max(_p.until)).where(_p.party_id == bindparam("nobody")))
_ADD = insert_row(audit_people)
_DROP = Statement(delete(audit_people).where(_p.party_id == bindparam("party")))
_NOBODY_ON = Statement(
    update(audit_records)
    .where(_a.leaf == bindparam("page"))
    .values(body=func.replace(_a.body, bindparam("person"), bindparam("nobody"))),
    "person",
    "nobody",
    "page",
)

_encode = msgspec.json.Encoder(order="sorted").encode


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A row's body: everybody on the page, and a member of the leaf for each."""

    by: str
    category: str
    members: str
    people: list[PartyId]
    purpose: str

    def told(self, person: PartyId) -> bytes:
        """Return what is said of one person, as a leaf of their own would say it."""
        return _encode({
            "by": self.by, "category": self.category, "purpose": self.purpose,
            "what": f"party:{person}",
        })  # fmt: skip

    def record(self, at: int, person: PartyId) -> bytes:
        """Return the bytes that the member of one person commits to."""
        return b"%b\n%d\n%b\n%b" % (OPENED.encode(), at, person.encode(), self.told(person))

    def joined(self) -> bytes:
        """Return all members, 32 bytes each."""
        return base64.b64decode(self.members)


_read = msgspec.json.Decoder(Page).decode


def read(body: str) -> Page:
    """Return the page of a row."""
    return _read(body)


def made(
    leaf: int,
    *,
    at: Ms,
    by: str,
    category: str,
    purpose: str,
    people: Sequence[tuple[PartyId, bytes]],
) -> tuple[bytes, bytes]:
    """Return the members of a page and the body of its row. ``people``: each with their salt."""
    mark = "?"
    blank = {"by": by, "category": category, "purpose": purpose, "what": mark}
    before, after = _encode(blank).rsplit(_encode(mark), 1)
    members = page_members(
        leaf,
        [(person.encode(), salt) for person, salt in people],
        b"%b\n%d\n" % (OPENED.encode(), at),
        b'\n%b"party:' % before,
        b'"%b' % after,
    )
    page = Page(
        by=by,
        category=category,
        members=base64.b64encode(members).decode(),
        people=[person for person, _ in people],
        purpose=purpose,
    )
    return members, _encode(page)


def member_of(joined: bytes, number: int) -> bytes:
    """Return one member of a page."""
    return joined[number * HASH : (number + 1) * HASH]


# --- who is on which page -------------------------------------------------------------------------


def pages_of(queries: Queries, person: PartyId) -> Iterator[tuple[int, int, Page]]:
    """Yield (leaf, instant, page) of every page a person is on, the oldest first."""
    for _, leaves in queries.rows(_SPANS, (person,)):
        for leaf in leaves.split(","):
            row = queries.row(_GET, (int(leaf),))
            if row is not None:
                yield row[0], row[1], read(row[2])
    for leaf, at, body in queries.rows(_SINCE, (_spanned(queries),)):
        if person in body:
            yield leaf, at, read(body)


def waiting(queries: Queries) -> int:
    """Return how many pages no span names yet."""
    found: int = queries.value(_COUNT, (_spanned(queries),))
    return found


def span(tx: Transaction) -> None:
    """Name the pages since the last span: a row for each person on them."""
    found: dict[str, list[int]] = {NOBODY: []}
    until = 0
    for leaf, _, body in tx.rows(_SINCE, (_spanned(tx),)):
        until = leaf + 1
        for person in read(body).people:
            found.setdefault(person, []).append(leaf)
    if until:
        found[NOBODY] = []
        rows = sorted(found.items())
        tx.run_many(_ADD, [(who, until, ",".join(map(str, leaves))) for who, leaves in rows])


def let_go(tx: Transaction, person: PartyId) -> None:
    """Take a person off every page they are on."""
    for leaf, _, _ in list(pages_of(tx, person)):
        tx.run(_NOBODY_ON, (person, NOBODY, leaf))
    tx.run(_DROP, (person,))


def _spanned(queries: Queries) -> int:
    """Return the leaf below which spans name every page."""
    found: int | None = queries.value(_SPANNED, (NOBODY,))
    return found or 0
