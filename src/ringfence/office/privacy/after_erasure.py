"""Requests of somebody who was erased: they stay open, and end with the truth.

An erasure takes away who somebody was, not that they asked for something: their case keeps its
steps and its clock, and is answered by saying since when there is nothing any more that it could be
done with. What a law made us keep is still theirs: who has the number can ask for a copy of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import PartyId
from ringfence.kernel.phone import Phone
from ringfence.storage import erasure_ledger
from ringfence.storage.cases import Case
from ringfence.storage.erasure_ledger import Erasure

if TYPE_CHECKING:
    from ringfence.office import Office

STILL_DONE = frozenset({"access", "erasure"})
"""Rights that mean something after an erasure: a copy of what is kept, and erasing what may go."""


def address_of(text: str) -> Phone | str:
    """Return the address in the words of a case as people are found by it."""
    return Phone(text) if text.startswith("+") or text.isdigit() else text


def holder(office: Office, address: str) -> PartyId | None:
    """Return whose address this is, also whose data is only kept since an erasure; or None."""
    return office.store.party_room.find(address_of(address)) or kept(office, address)


def kept(office: Office, address: str) -> PartyId | None:
    """Return who had this address until an erasure of which something had to stay; or None."""
    eraser = office.store.store.eraser
    return office.read(lambda queries: eraser.find_kept(queries, office.account, address))


def erased_at(office: Office, case: Case) -> Ms | None:
    """Return when whoever a case is about was erased; None where they were not."""
    party = case.party
    if party is None or case.state in {"received", "identifying"}:
        return None  # nobody has shown yet that it is they who ask: they are told nothing
    return office.read(lambda queries: erasure_ledger.first_of(queries, party))


def left(office: Office, case: Case) -> str:
    """Return what the last erasure of whoever a case is about left, for the facts of the case."""
    party = case.party
    if party is None:
        return ""
    done = office.read(lambda queries: erasure_ledger.last_of(queries, party))
    return "" if done is None else left_by(done)


def left_by(done: Erasure) -> str:
    """Return until when an erasure left something, by rule: ``case:1795448654491 ...``."""
    until: dict[str, int] = {}
    for row in done.rows:
        if row.action == "restrict" and row.count and row.at is not None:
            until[row.rule] = max(row.at, until.get(row.rule, 0))
    return " ".join(f"{key}:{at}" for key, at in sorted(until.items()))
