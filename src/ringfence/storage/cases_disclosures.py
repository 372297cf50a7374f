"""Who received what about whom, and what was corrected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CaseId, PartyId
from ringfence.kernel.limits import ARCHIVE_ROWS_MAX, CASE_SWEEP_MAX
from ringfence.privacy.labels import CASE_WORDS
from ringfence.storage.accounts import Account
from ringfence.storage.cases import CaseTools
from ringfence.storage.schema import amendments, disclosures
from ringfence.storage.statement import Row, Statement, at_most, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_d = disclosures.c
_m = amendments.c
_ADD = insert_row(disclosures)
_OF_PARTY = Statement(
    at_most(
        select(*_d).where(_d.party_id == bindparam("party")).order_by(_d.id), int(ARCHIVE_ROWS_MAX)
    )
)
_GET = Statement(select(*_d).where(_d.id == bindparam("this")))
_OF_CASE = Statement(
    at_most(
        select(*_d).where(_d.case_id == bindparam("case")).order_by(_d.id), int(ARCHIVE_ROWS_MAX)
    )
)
_UNHIDE = Statement(
    update(disclosures)
    .where(_d.case_id == bindparam("case"))
    .values(hidden_until=bindparam("none")),
    "none",
    "case",
)
_TOLD = Statement(
    update(disclosures).where(_d.id == bindparam("this")).values(told_at=bindparam("at")),
    "at",
    "this",
)
_TAKEN = Statement(
    update(disclosures).where(_d.id == bindparam("this")).values(taken_at=bindparam("at")),
    "at",
    "this",
)
_SILENT = Statement(
    at_most(
        select(*_d)
        .where(
            _d.told_at <= bindparam("before"),
            _d.taken_at.is_(None) | (_d.taken_at < _d.told_at),
        )
        .order_by(_d.told_at),
        int(CASE_SWEEP_MAX),
    )
)
_AMEND = insert_row(amendments)
_AMENDED = Statement(
    at_most(
        select(*_m).where(_m.party_id == bindparam("party")).order_by(_m.id), int(ARCHIVE_ROWS_MAX)
    )
)

_encode = msgspec.json.Encoder(order="sorted").encode


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Who received something. ``url``: where later changes are sent, "" where nowhere."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure, in the order of the table's columns; ``recipient`` is sealed."""

    id: str
    account: str
    party: PartyId
    case: CaseId
    recipient_kind: str
    recipient: bytes = field(repr=False)
    key_serial: int
    fields: list[str]
    basis: str
    at: Ms
    hidden_until: Ms | None
    told_at: Ms | None
    taken_at: Ms | None


@dataclass(frozen=True, slots=True)
class Amendment:
    """One correction; ``value`` is sealed."""

    id: str
    account: str
    party: PartyId
    case: CaseId
    what: str
    record: str | None
    value: bytes = field(repr=False)
    key_serial: int
    at: Ms


class Disclosures:
    """The register of recipients and the corrections of one account."""

    __slots__ = ("_account", "_entropy", "_keys", "_openings", "_trail", "_vault")

    def __init__(self, account: Account, tools: CaseTools) -> None:
        self._account = account
        self._vault = tools.vault
        self._keys = tools.keys
        self._openings = tools.openings
        self._trail = tools.trail
        self._entropy = tools.entropy

    def add(
        self,
        tx: Transaction,
        *,
        party: PartyId,
        case: CaseId,
        kind: str,
        recipient: Recipient,
        fields: list[str],
        basis: str,
        now: Ms,
        hidden_until: Ms | None = None,
    ) -> str:
        """Write down that something was given away, with its leaf. Returns the id.

        The leaf names the person's key for its salt; while a gag is in force the row alone says
        whom it was about, and the person's archive leaves it out.
        """
        made = ids.make("case", now, self._entropy)
        serial = self._keys.serial(tx, self._account.id, party)
        sealed = self._vault.seal(serial, _encode(recipient), context=f"disclosure:{made}")
        row = (
            made, self._account.id, party, case, kind, sealed, serial, _encode(fields).decode(),
            basis, now, hidden_until, None, None,
        )  # fmt: skip
        tx.run(_ADD, row)
        body = {"disclosure": made, "case": case, "to": kind, "fields": fields, "basis": basis}
        hidden = hidden_until is not None
        self._trail.note(
            tx,
            "disclosed",
            at=now,
            account=self._account.id if hidden else None,
            party=None if hidden else party,
            body=body,
        )
        return made

    def get(self, queries: Queries, disclosure: str) -> Disclosure:
        """Return one; raises `Refused` (``not_found``)."""
        row = queries.row(_GET, (disclosure,))
        if row is None:
            raise Refused("not_found", "there is no such disclosure")
        return _disclosure(row)

    def of_party(self, queries: Queries, party: PartyId) -> list[Disclosure]:
        """Return what was given away about one person, oldest first, gagged ones too."""
        return [_disclosure(row) for row in queries.rows(_OF_PARTY, (party,))]

    def of_case(self, queries: Queries, case: CaseId) -> list[Disclosure]:
        """Return what one case gave away."""
        return [_disclosure(row) for row in queries.rows(_OF_CASE, (case,))]

    def recipient(self, found: Disclosure) -> Recipient:
        """Return who received it. Purposes: answer_rights, answer_demand."""
        plain = self._openings.open(
            found.recipient,
            serial=found.key_serial,
            context=f"disclosure:{found.id}",
            label=CASE_WORDS,
            read=bytes,
        )
        return msgspec.json.decode(plain, type=Recipient)

    def unhide(self, tx: Transaction, case: CaseId) -> None:
        """The gag of a case is over: its disclosures are shown from now on."""
        tx.run(_UNHIDE, (None, case))

    def told(self, tx: Transaction, disclosure: str, *, now: Ms) -> None:
        """A change is being sent to the recipient."""
        tx.run(_TOLD, (now, disclosure))

    def taken(self, tx: Transaction, disclosure: str, *, now: Ms) -> None:
        """The recipient confirmed a change."""
        tx.run(_TAKEN, (now, disclosure))

    def silent(self, queries: Queries, before: Ms) -> list[Disclosure]:
        """Return where a change was sent until ``before`` and never confirmed."""
        return [_disclosure(row) for row in queries.rows(_SILENT, (before,))]

    # --- corrections ----------------------------------------------------------------------------

    def amend(
        self,
        tx: Transaction,
        *,
        party: PartyId,
        case: CaseId,
        what: str,
        record: str | None,
        value: str,
        now: Ms,
    ) -> str:
        """Add a correction; the original stays as it is."""
        made = ids.make("case", now, self._entropy)
        serial = self._keys.serial(tx, self._account.id, party)
        sealed = self._vault.seal(serial, value.encode(), context=f"amendment:{made}")
        row = (made, self._account.id, party, case, what, record, sealed, serial, now)
        tx.run(_AMEND, row)
        body = {"amendment": made, "case": case, "what": what, "record": record}
        self._trail.note(tx, "corrected", at=now, party=party, body=body)
        return made

    def amendments(self, queries: Queries, party: PartyId) -> list[Amendment]:
        """Return the corrections of one person, oldest first."""
        return [Amendment(*row) for row in queries.rows(_AMENDED, (party,))]

    def value(self, found: Amendment) -> str:
        """Return what it says. Purposes: answer_rights, answer_demand."""
        return self._openings.text(
            found.value,
            serial=found.key_serial,
            context=f"amendment:{found.id}",
            label=CASE_WORDS,
        )


def _disclosure(row: Row) -> Disclosure:
    values: list[Any] = [*row]
    values[7] = msgspec.json.decode(row[7], type=list[str])
    return Disclosure(*values)
