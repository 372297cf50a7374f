"""Checks the whole audit log: every hash, every signed head, every record against its leaf.

At a start the newest head (``storage.audit.check_log``) and the newest records (`check_recent`)
are compared; `check_all` reads everything, every night and on demand, so that a leaf changed or
dropped anywhere is found, and says where. What is missing or cannot be
proved any more because somebody was erased or its time was over is counted apart, and only where a
removal says so: each seals what is gone in a leaf of its own (``storage.audit_gone``). An earlier
version did not: of leaves before ``since``, records of the log itself are never gone, and facts of
calls and messages only when the floor of their rule (``privacy.retention``, ``call_log``) is over.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, select

from ringfence.kernel.clock import DAY, MINUTE, Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import AUDIT_FAULTS, AUDIT_PAGE, AUDIT_RECORDS_AT_START
from ringfence.privacy.audit import (
    ENTRIES,
    HASH,
    WIDTH,
    Prover,
    commitment,
    leaf_hash,
    page_entry,
    tree_root,
)
from ringfence.privacy.checkpoint import Signer, verify
from ringfence.privacy.retention import RULES
from ringfence.storage import audit_pages, event_numbers
from ringfence.storage.audit import SEAL, record_bytes, tile_reader
from ringfence.storage.audit_gone import Gone
from ringfence.storage.audit_pages import PAGE, member_of
from ringfence.storage.audit_proofs import Leaf, Salt, page_leaf, record_leaf
from ringfence.storage.schema import (
    audit_checkpoints,
    audit_records,
    calls,
    events,
    parties,
    text_events,
)
from ringfence.storage.statement import Row, Statement, at_most
from ringfence.storage.unit_of_work import Queries

_a, _e, _k, _c = audit_records.c, events.c, audit_checkpoints.c, calls.c
_RECORDS = Statement(
    at_most(
        select(_a.leaf, _a.at, _a.kind, _a.account_id, _a.party_id, _a.body)
        .where(_a.leaf > bindparam("after"))
        .order_by(_a.leaf),
        "count",
    ),
    "after",
    "count",
)
_FACTS = Statement(
    at_most(
        select(_e.id, _e.leaf, _e.at, _e.name, _e.call_id, _e.body, _c.account_id, _c.caller_id)
        .select_from(events.outerjoin(calls, _c.id == _e.call_id))
        .where(_e.id > bindparam("after"))
        .order_by(_e.id),
        "count",
    ),
    "after",
    "count",
)
_x = text_events.c
_TEXTS = Statement(
    at_most(
        select(_x.id, _x.leaf, _x.at, _x.name, _x.text_id, _x.body, _x.account_id, _x.party_id)
        .where(_x.id > bindparam("after"))
        .order_by(_x.id),
        "count",
    ),
    "after",
    "count",
)
_HEADS = Statement(
    at_most(
        select(_k.size, _k.note).where(_k.size > bindparam("after")).order_by(_k.size), "count"
    ),
    "after",
    "count",
)
_RECENT_FACTS = Statement(
    select(_e.id, _e.leaf, _e.at, _e.name, _e.call_id, _e.body, _c.account_id, _c.caller_id)
    .select_from(events.outerjoin(calls, _c.id == _e.call_id))
    .where(_e.id > bindparam("after"), _e.leaf >= bindparam("least")),
    "after",
    "least",
)
_RECENT_TEXTS = Statement(
    select(_x.id, _x.leaf, _x.at, _x.name, _x.text_id, _x.body, _x.account_id, _x.party_id).where(
        _x.id > bindparam("after"), _x.leaf >= bindparam("least")
    ),
    "after",
    "least",
)
_GOING = b"going"
"""In place of the entry of a leaf about somebody who is just being erased."""
_SIGNED = Statement(select(_k.size, _k.at).order_by(_k.size))
_READ_AGAIN = 10
"""Times; between two reads of a few rows hardly ever a removal is written."""
_ALIVE = Statement(
    select(parties.c.id).where(parties.c.id == bindparam("party"), parties.c.erased_at.is_(None)),
    "party",
)


_REMOVAL = Statement(
    at_most(
        select(_a.leaf, _a.at, _a.kind, _a.account_id, _a.party_id, _a.body)
        .where(_a.body.like(bindparam("sealed")))
        .order_by(_a.leaf.desc()),
        1,
    ),
    "sealed",
)


@dataclass(slots=True)
class Checked:
    """What was looked at. ``faults``: where it does not fit, the first of them.

    ``since``: the leaf from which on every removal is noted; ``absent``: of each page, who on it
    cannot be proved any more.
    """

    leaves: int
    since: int = 0
    heads: int = 0
    proved: int = 0
    erased: int = 0
    faults: list[str] = field(default_factory=list)
    absent: dict[int, list[str | None]] = field(default_factory=dict)

    def fault(self, says: str) -> None:
        """Note a fault."""
        if len(self.faults) < AUDIT_FAULTS:
            self.faults.append(says)


def check_all(
    queries: Queries,
    size: int,
    *,
    signer: Signer,
    salt: Salt,
    now: Ms,
    since: int = 0,
    progress: Callable[[int], object] = lambda _: None,
    rest: Callable[[], object] = lambda: None,
) -> Checked:
    """Check the log of ``size`` leaves. ``progress`` hears of every leaf that was looked at.

    ``since``: the leaf from which on removals are noted (`Store.removals_from`). ``rest`` is
    called after every page of records and every tile, to let others work.
    """
    checked = Checked(size, since)
    read = tile_reader(queries)
    try:
        _check_tiles(read, size, checked, lambda count: (progress(count), rest()))
    except RemoteError as error:
        checked.fault(error.reason)
        return checked
    _check_heads(queries, Prover(read), size, signer, checked)
    _check_records(queries, read, size, salt, checked, now, rest)
    return checked


def check_recent(
    queries: Queries,
    size: int,
    *,
    salt: Salt,
    since: int = 0,
    count: int = AUDIT_RECORDS_AT_START,
    going: frozenset[PartyId] = frozenset(),
) -> Checked:
    """Compare the newest ``count`` leaves alone with their records: bounded, for every start.

    Those about people in ``going`` need not be proved: they are just being erased. A removal
    excuses what is missing if it is counted; whether the count is what the newest removal sealed
    is left to `check_all`.
    """
    checked = Checked(size, since)
    least = max(size - count, since, 0)
    if least >= size:
        return checked
    newest = event_numbers.newest(queries)
    found = dict(_recent(queries, least, newest - count, salt, checked, going))
    gone = Gone(queries)
    if any(index not in found and not gone.count(index) for index in range(least, size)):
        found |= dict(
            _recent(queries, least, 0, salt, checked, going)
        )  # numbers are never so sparse
    read = tile_reader(queries)
    for index in range(least, size):
        if index % WIDTH == 0 or index == least:
            entries = read(ENTRIES, index // WIDTH)
        at = (index % WIDTH) * HASH
        absent = [one for one in checked.absent.get(index, ()) if one not in going]
        if index not in found:
            if not gone.count(index):
                checked.fault(f"the record of the leaf {index} is gone, and no removal says so")
        elif found[index] == entries[at : at + HASH]:
            if gone.count(index) < len(absent):
                checked.fault(f"the page of the leaf {index} is not the one it was made of")
            checked.proved += 1
        elif found[index] != _GOING and not gone.count(index):
            checked.fault(f"the record of the leaf {index} is not the one it was made of")
    if any(index >= size for index in found):
        checked.fault(f"the log ends before the leaf {max(found)}, whose record is here")
    return checked


def _recent(
    queries: Queries,
    least: int,
    after: int,
    salt: Salt,
    checked: Checked,
    going: frozenset[PartyId],
) -> Iterator[tuple[int, bytes | None]]:
    """Yield leaves from ``least`` on, of facts numbered after ``after``, and what stands in them.

    Two records that claim one leaf give an entry that fits none.
    """
    seen: set[int] = set()

    def stands(leaf: Leaf, person: str | None) -> tuple[int, bytes | None]:
        twice = leaf.index in seen
        seen.add(leaf.index)
        if person in going and not twice:
            return leaf.index, _GOING
        entry = page_entry(leaf.page) if leaf.page else leaf.entry()
        return leaf.index, None if twice else entry

    for leaf, person in _records_after(queries, least - 1, salt, checked):
        yield stands(leaf, person)
    for statement in (_RECENT_FACTS, _RECENT_TEXTS):
        facts = queries.rows(statement, (max(after, 0), least))
        for leaf, person in _leaves(queries, facts, salt):
            yield stands(leaf, person)


Reader = Callable[[int, int], bytes]


def _check_tiles(
    read: Reader, size: int, checked: Checked, progress: Callable[[int], object]
) -> None:
    """Compare every tile with the hashes below it."""
    count, level = size, 0
    while count:
        for number in range(count // WIDTH):
            if level == 0:
                below = _split(read(ENTRIES, number))
                hashes = [leaf_hash(entry) for entry in below]
                progress(len(below))
            else:
                hashes = _split(read(level, number))
            above = read(level + 1, number // WIDTH)
            slot = (number % WIDTH) * HASH
            if len(hashes) != WIDTH or tree_root(hashes) != above[slot : slot + HASH]:
                first = number * WIDTH ** (level + 1)
                last = first + WIDTH ** (level + 1) - 1
                checked.fault(f"the leaves {first} to {last} do not fit the tree above them")
        count, level = count // WIDTH, level + 1
    progress(size % WIDTH)


def _check_heads(
    queries: Queries, prover: Prover, size: int, signer: Signer, checked: Checked
) -> None:
    """Compare every head that was ever signed with the log."""
    after = -1
    while rows := queries.rows(_HEADS, (after, int(AUDIT_PAGE))):
        for after, note in rows:
            checked.heads += 1
            try:
                head = verify(note, name=signer.name, public=signer.public)
                fits = head.size == after <= size and prover.root(head.size) == head.root
            except RemoteError:
                fits = False
            if not fits:
                checked.fault(f"the head signed over {after} leaves is not one of this log")


def _check_records(
    queries: Queries,
    read: Reader,
    size: int,
    salt: Salt,
    checked: Checked,
    now: Ms,
    rest: Callable[[], object],
) -> None:
    """Compare every record that is still there with its leaf."""
    seen = bytearray(size)
    written = array("q", bytes(8 * size))
    unproved: list[tuple[int, str | None]] = []
    number, entries = -1, b""
    for number_seen, (leaf, person) in enumerate(_all_records(queries, salt, checked), 1):
        if number_seen % WIDTH == 0:
            rest()
        if not 0 <= leaf.index < size:
            if leaf.index >= size:
                if leaf.at < now - MINUTE:  # younger: written while we were reading
                    checked.fault(
                        f"the log ends before the leaf {leaf.index}, whose record is here"
                    )
                continue
        elif seen[leaf.index]:
            checked.fault(f"two records claim the leaf {leaf.index}")
            continue
        seen[leaf.index] = 1
        written[leaf.index] = leaf.at
        if leaf.index // WIDTH != number:
            number = leaf.index // WIDTH
            entries = read(ENTRIES, number)
        at = (leaf.index % WIDTH) * HASH
        entry = page_entry(leaf.page) if leaf.page else leaf.entry()
        if entry == entries[at : at + HASH]:
            checked.proved += 1
        else:
            unproved.append((leaf.index, person))
    gone = _sealed(queries, read, salt, checked)
    for index, person in unproved:
        if _let_go(queries, gone, checked, index, [person]):
            checked.erased += 1
        else:
            checked.fault(f"the record of the leaf {index} is not the one it was made of")
    for index, people in checked.absent.items():
        if not _let_go(queries, gone, checked, index, people):
            checked.fault(f"the page of the leaf {index} is not the one it was made of")
    _check_missing(seen, written, dict(queries.rows(_SIGNED)), gone, checked, now)


def _check_missing(
    seen: bytearray,
    written: array[int],
    signed: dict[int, int],
    gone: Gone,
    checked: Checked,
    now: Ms,
) -> None:
    """Name those whose record has to be there still: a leaf is no older than those before it."""
    least = 0
    oldest = now - RULES["call_log"].floor_days * DAY
    for index, there in enumerate(seen):
        least = max(least, signed.get(index, 0), written[index])
        if there:
            continue
        if gone.count(index):
            checked.erased += 1
        elif index >= checked.since:
            checked.fault(f"the record of the leaf {index} is gone, and no removal says so")
        elif least > oldest:
            checked.fault(f"the record of the leaf {index} is gone, and is too young for that")
        else:
            checked.erased += 1


def _let_go(
    queries: Queries, gone: Gone, checked: Checked, index: int, people: list[str | None]
) -> bool:
    """Whether so many people may be unproved in a leaf; before ``since``, the erased may."""
    if len(people) <= gone.count(index):
        return True
    return index < checked.since and not any(
        person is None or queries.value(_ALIVE, (person,)) for person in people
    )


def _sealed(queries: Queries, read: Reader, salt: Salt, checked: Checked) -> Gone:
    """Return what is gone, compared with the seal in the leaf of the newest removal.

    A removal may be written meanwhile: then both are read again.
    """
    asked = (f'%"{SEAL}":"%',)
    for _ in range(_READ_AGAIN):
        last, gone = queries.row(_REMOVAL, asked), Gone(queries)
        if queries.row(_REMOVAL, asked) == last:
            break
    if last is None:
        fits = not gone
    else:
        leaf = record_leaf(queries, last, salt)
        at = leaf.index % WIDTH * HASH
        stored = read(ENTRIES, leaf.index // WIDTH)[at : at + HASH]
        fits = leaf.entry() == stored and msgspec.json.decode(last[5])[SEAL] == gone.seal
    if not fits:
        checked.fault("what is counted as gone is not what the newest removal says")
    return gone


def _all_records(
    queries: Queries, salt: Salt, checked: Checked
) -> Iterator[tuple[Leaf, str | None]]:
    """Yield every record, and the person its salt comes from."""
    yield from _records_after(queries, -1, salt, checked)
    for statement in (_FACTS, _TEXTS):
        yield from _facts(queries, statement, salt)


def _records_after(
    queries: Queries, after: int, salt: Salt, checked: Checked
) -> Iterator[tuple[Leaf, str | None]]:
    """Yield what is not a fact, after a leaf."""
    while rows := queries.rows(_RECORDS, (after, int(AUDIT_PAGE))):
        for row in rows:
            if row[2] == PAGE:
                yield _page(queries, row, salt, checked), None
            else:
                yield record_leaf(queries, row, salt), row[4]
        after = rows[-1][0]


def _page(queries: Queries, row: Row, salt: Salt, checked: Checked) -> Leaf:
    """Return a page as a leaf; a fault where somebody on it is not who was written down."""
    index, at, _, _, _, body = row
    try:
        page = audit_pages.read(body)
        members = page.joined()
    except (msgspec.MsgspecError, ValueError):
        return Leaf(index, PAGE, at, b"", b"")
    whole = Leaf(index, PAGE, at, b"", b"", members)
    own = [page_leaf(queries, index, at, page, person, salt) for person in page.people]
    if len(members) != len(own) * HASH:
        checked.fault(f"the page of the leaf {index} is not the one it was made of")
        return whole
    absent: list[str | None] = [
        person
        for number, (leaf, person) in enumerate(zip(own, page.people, strict=True))
        if commitment(leaf.salt, index, leaf.record) != member_of(members, number)
    ]
    if absent:
        checked.absent[index] = absent
    return whole


def _facts(queries: Queries, statement: Statement, salt: Salt) -> Iterator[tuple[Leaf, str | None]]:
    """Yield the facts of calls or of messages; ``person``: the caller, or whoever is on it."""
    last = 0
    while facts := queries.rows(statement, (last, int(AUDIT_PAGE))):
        last = facts[-1][0]
        yield from _leaves(queries, facts, salt)


def _leaves(
    queries: Queries, facts: Iterable[Row], salt: Salt
) -> Iterator[tuple[Leaf, str | None]]:
    for _, index, at, name, about, body, account, person in facts:
        if index is not None and account is not None:
            record = record_bytes(name, at, about, body.encode())
            yield Leaf(index, name, at, record, salt(queries, account, person, about)), person


def _split(data: bytes) -> list[bytes]:
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]
