"""What may not be touched: held records, and people whose data is only stored.

A *hold* belongs to one record (a call, a recording, a message, a party): nothing erases it while
any hold on it stands, and nothing else is kept because of it. A *restriction* belongs to a person
(GDPR 18): their data is stored, and used for nothing but legal claims and their own rights.

    is_held(queries, record)            one indexed look-up
    held_among(queries, records)        the held ones of many
    restricted(queries, party)          whether any restriction of a party stands
    Holds.place / lift / restrict / unrestrict    inside a transaction, with an audit leaf

Whoever erases asks `is_held` inside the transaction that erases, so that a hold placed meanwhile
counts. Lifting the last hold resumes nothing by itself: the next sweep or erasure run does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import bindparam, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.kernel.limits import HOLDS_PAGE
from ringfence.storage.audit import AuditTrail
from ringfence.storage.schema import holds, parties, restrictions
from ringfence.storage.statement import Statement, at_most, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

HoldReason = Literal["legal_claim", "legal_demand", "dispute", "investigation"]
RestrictionReason = Literal["requested", "accuracy", "objection", "unlawful", "child", "erasure"]
"""Why only stored: GDPR 18(1) a to d, a report about a child, an erasure that has to wait."""

_h = holds.c
_r = restrictions.c
_ADD = insert_row(holds)
_STANDING = Statement(
    at_most(select(_h.id).where(_h.record_id == bindparam("record"), _h.lifted_at.is_(None)), 1),
    "record",
)
_SAME = Statement(
    at_most(
        select(_h.id).where(
            _h.record_id == bindparam("record"),
            _h.reason == bindparam("reason"),
            _h.lifted_at.is_(None),
        ),
        1,
    ),
    "record",
    "reason",
)
_LIFT = Statement(
    update(holds)
    .where(
        _h.record_id == bindparam("record"),
        _h.reason == bindparam("reason"),
        _h.account_id == bindparam("account"),
        _h.lifted_at.is_(None),
    )
    .values(lifted_at=bindparam("at")),
    "at",
    "record",
    "reason",
    "account",
)
_LIST = Statement(
    at_most(
        select(_h.id, _h.record_id, _h.reason, _h.placed_at)
        .where(_h.account_id == bindparam("account"), _h.lifted_at.is_(None))
        .order_by(_h.id.desc()),
        "count",
    ),
    "account",
    "count",
)
_RESTRICT = insert_row(restrictions)
_RESTRICTED = Statement(
    at_most(select(_r.id).where(_r.party_id == bindparam("party"), _r.lifted_at.is_(None)), 1),
    "party",
)
_REASONS = Statement(
    at_most(
        select(_r.reason, _r.since).where(
            _r.party_id == bindparam("party"), _r.lifted_at.is_(None)
        ),
        "count",
    ),
    "party",
    "count",
)
_UNRESTRICT = Statement(
    update(restrictions)
    .where(
        _r.party_id == bindparam("party"),
        _r.reason == bindparam("reason"),
        _r.account_id == bindparam("account"),
        _r.lifted_at.is_(None),
    )
    .values(lifted_at=bindparam("at")),
    "at",
    "party",
    "reason",
    "account",
)

_SERIAL = Statement(select(parties.c.key_serial).where(parties.c.id == bindparam("party")))
_ALL_RESTRICTED = Statement(
    select(parties.c.key_serial)
    .join(restrictions, _r.party_id == parties.c.id)
    .where(_r.lifted_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that stands."""

    id: str
    record: str
    reason: str
    placed_at: Ms


def is_held(queries: Queries, record: str) -> bool:
    """Whether a hold on this record stands."""
    return queries.value(_STANDING, (record,)) is not None


def held_among(queries: Queries, records: Iterable[str]) -> frozenset[str]:
    """Return the records on which a hold stands."""
    return frozenset(record for record in records if is_held(queries, record))


def restricted(queries: Queries, party: PartyId) -> bool:
    """Whether any restriction of this person stands."""
    return queries.value(_RESTRICTED, (party,)) is not None


def reasons(queries: Queries, party: PartyId) -> list[tuple[str, Ms]]:
    """Return why a person's data is restricted, and since when; empty where it is not."""
    return [(row[0], Ms(row[1])) for row in queries.rows(_REASONS, (party, int(HOLDS_PAGE)))]


def restricted_serials(queries: Queries) -> set[int]:
    """Return the key serials of everybody whose data is restricted."""
    return {row[0] for row in queries.rows(_ALL_RESTRICTED)}


def standing(queries: Queries, account: AccountId) -> list[Hold]:
    """Return the newest holds of an account that stand."""
    return [Hold(*row) for row in queries.rows(_LIST, (account, int(HOLDS_PAGE)))]


OnRestricted = Callable[[int, bool], None]
"""Called with the serial of a person's key, and whether their data is restricted now."""


class Holds:
    """Places and lifts, each with a leaf of the audit log."""

    __slots__ = ("_account", "_entropy", "_on_restricted", "_trail")

    def __init__(
        self,
        account: AccountId,
        trail: AuditTrail,
        *,
        entropy: Entropy,
        on_restricted: OnRestricted,
    ) -> None:
        self._account = account
        self._trail = trail
        self._entropy = entropy
        self._on_restricted = on_restricted

    def place(self, tx: Transaction, record: str, *, reason: str, by: str, now: Ms) -> None:
        """Hold a record. Holding it again for the same reason changes nothing.

        Raises `Refused` (``bad_reason``) for a word that is not a `HoldReason`.
        """
        _known(reason, get_args(HoldReason))
        if tx.value(_SAME, (record, reason)) is not None:
            return
        hold = ids.make("hold", now, self._entropy)
        tx.run(_ADD, (hold, self._account, record, reason, now, None))
        self._note(tx, "hold_placed", None, {"record": record, "reason": reason, "by": by}, now)

    def lift(self, tx: Transaction, record: str, *, reason: str, by: str, now: Ms) -> None:
        """End a hold. Raises `Refused` (``not_found``) where none of that reason stands."""
        if not tx.changed(_LIFT, (now, record, reason, self._account)):
            raise Refused("not_found", "no hold of that reason stands on that record")
        self._note(tx, "hold_lifted", None, {"record": record, "reason": reason, "by": by}, now)

    def restrict(self, tx: Transaction, party: PartyId, *, reason: str, by: str, now: Ms) -> None:
        """Restrict a person's data. Doing it again for the same reason changes nothing.

        Raises `Refused` (``bad_reason``) for a word that is not a `RestrictionReason`.
        """
        _known(reason, get_args(RestrictionReason))
        if any(known == reason for known, _ in reasons(tx, party)):
            return
        row = (
            ids.make("restriction", now, self._entropy), self._account, party, reason, now, None
        )  # fmt: skip
        tx.run(_RESTRICT, row)
        self._tell(tx, party, on=True)
        self._note(tx, "restricted", party, {"reason": reason, "by": by}, now)

    def unrestrict(self, tx: Transaction, party: PartyId, *, reason: str, by: str, now: Ms) -> None:
        """End a restriction. Raises `Refused` (``not_found``) where none of that reason stands."""
        if not tx.changed(_UNRESTRICT, (now, party, reason, self._account)):
            raise Refused("not_found", "no restriction of that reason stands")
        self._tell(tx, party, on=restricted(tx, party))
        self._note(tx, "restriction_lifted", party, {"reason": reason, "by": by}, now)

    def _tell(self, tx: Transaction, party: PartyId, *, on: bool) -> None:
        serial = tx.value(_SERIAL, (party,))
        if serial is not None:
            tx.after(lambda: self._on_restricted(serial, on))

    def _note(
        self, tx: Transaction, kind: str, party: PartyId | None, body: dict[str, str], now: Ms
    ) -> None:
        account = None if party is not None else self._account
        self._trail.note(tx, kind, at=now, account=account, party=party, body=body)


def _known(reason: str, words: tuple[str, ...]) -> None:
    if reason not in words:
        raise Refused("bad_reason", f"a reason is one of: {', '.join(words)}")
