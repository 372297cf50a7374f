"""Which leaves lose their record when somebody is erased or swept away, to be counted as gone.

A leaf is the person's where its salt comes from the person's key (`audit_proofs.leaves_of`): with
the key the proof goes, whether or not the row stays. Facts go with their rows besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from sqlalchemy import bindparam, select

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.ids import PartyId
from ringfence.privacy.audit import ENTRIES, HASH, WIDTH
from ringfence.storage import audit_gone, audit_pages
from ringfence.storage.audit import tile_reader
from ringfence.storage.audit_proofs import Leaf, Salt, leaves_of, records_about
from ringfence.storage.schema import audit_records, events, text_events
from ringfence.storage.statement import Statement, at_most, word
from ringfence.storage.unit_of_work import Queries, Transaction

BEGUN = "erasure_begun"
"""The kind of the record an erasure writes when its key is about to be destroyed."""

_a, _e, _x = audit_records.c, events.c, text_events.c
_OF_CALL = Statement(
    select(_e.leaf).where(_e.call_id == bindparam("call"), _e.leaf.is_not(None)), "call"
)
_OF_TEXT = Statement(
    select(_x.leaf).where(_x.text_id == bindparam("text"), _x.leaf.is_not(None)), "text"
)
_TEXTS_OF = Statement(
    select(_x.leaf).where(_x.party_id == bindparam("party"), _x.leaf.is_not(None)), "party"
)
_RECORDS_OF = Statement(select(_a.leaf).where(_a.party_id == bindparam("party")), "party")
_BEGUN = Statement(
    at_most(
        select(_a.leaf)
        .where(_a.kind == word(BEGUN), _a.body.like(bindparam("about")))
        .order_by(_a.leaf.desc()),
        1,
    ),
    "about",
)


def facts_of_call(queries: Queries, call: str) -> set[int]:
    """Return the leaves of a call's facts."""
    return {row[0] for row in queries.rows(_OF_CALL, (call,))}


def facts_of_text(queries: Queries, text: str) -> set[int]:
    """Return the leaves of a message's facts."""
    return {row[0] for row in queries.rows(_OF_TEXT, (text,))}


def facts_with(queries: Queries, party: PartyId, calls: Iterable[str]) -> set[int]:
    """Return the leaves of facts of somebody's messages, and of ``calls``."""
    texts = {row[0] for row in queries.rows(_TEXTS_OF, (party,))}
    return texts.union(*(facts_of_call(queries, call) for call in calls))


def key_goes(tx: Transaction, party: PartyId, salt: Salt, *, gone: bool = False) -> None:
    """Count what the person's key proves now: it is about to be destroyed.

    ``gone``: it was destroyed already, in another copy of this database.
    """
    stands = _stands(tx)
    _mark(tx, [leaf for leaf in leaves_of(tx, party, salt, own=True) if gone or stands(leaf)])


def key_went(tx: Transaction, party: PartyId, salt: Salt, *, erasure: str) -> None:
    """Count what was noted between `key_goes` and the end of the key, which a salt needs."""
    since: int = tx.value(_BEGUN, (f"%{erasure}%",)) or 0
    stands = _stands(tx)
    lost = [leaf for leaf in leaves_of(tx, party, salt, own=True) if not stands(leaf)]
    _mark(tx, [leaf for leaf in lost if not leaf.page or leaf.index > since])


def standing(queries: Queries, party: PartyId, salt: Salt) -> list[int]:
    """Return the leaves of what is proved of somebody whose key is gone: what was noted since.

    Its salt is the installation's (`Store.salt`). Such a record speaks of a case of theirs, under
    an id that leads nowhere; it is left as it is, or the log would seem to be changed.
    """
    stands = _stands(queries)
    return [leaf.index for leaf in records_about(queries, party, salt) if stands(leaf)]


def swept(tx: Transaction, party: PartyId) -> None:
    """Count what was noted of somebody whose row goes, the key after it."""
    records = {row[0] for row in tx.rows(_RECORDS_OF, (party,))}
    pages = {leaf: page.people.count(party) for leaf, _, page in audit_pages.pages_of(tx, party)}
    audit_gone.mark(tx, records, pages)


def _mark(tx: Transaction, leaves: Iterable[Leaf]) -> None:
    found = list(leaves)
    pages = Counter(leaf.index for leaf in found if leaf.page)
    audit_gone.mark(tx, {leaf.index for leaf in found if leaf.index not in pages}, pages)


def _stands(queries: Queries) -> Callable[[Leaf], bool]:
    """Return how to tell whether a leaf is the one in the log; one of this commit is."""
    read = tile_reader(queries)
    held: dict[int, bytes] = {}

    def stands(leaf: Leaf) -> bool:
        number, at = leaf.index // WIDTH, leaf.index % WIDTH * HASH
        if number not in held:
            held.clear()
            try:
                held[number] = read(ENTRIES, number)
            except RemoteError:
                held[number] = b""
        stored = held[number][at : at + HASH]
        return not stored or leaf.entry() == stored

    return stands
