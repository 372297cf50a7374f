"""Cases at rest: a row with its clocks, one row for each step, a leaf of the audit log for both.

The words of a case are sealed under a key of its own until somebody showed whom it is about; from
then on under the person's (`Cases.bind`). `Cases.shred` destroys them when the case has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CaseId, PartyId
from ringfence.kernel.limits import CASE_SWEEP_MAX, TRANSPARENCY_ROWS_MAX
from ringfence.privacy.cases.transparency import Entry
from ringfence.privacy.labels import CASE_WORDS
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.audit import AuditTrail
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.parties import canonical
from ringfence.storage.schema import audit_records, case_steps, cases
from ringfence.storage.statement import Row, Statement, at_most, insert_row, word
from ringfence.storage.unit_of_work import Queries, Transaction

_c = cases.c
_s = case_steps.c
_ADD = insert_row(cases)
_SET = Statement(
    update(cases)
    .where(_c.id == bindparam("this"))
    .values(
        state=bindparam("into"),
        party_id=bindparam("party"),
        words=bindparam("sealed"),
        key_serial=bindparam("serial"),
        facts=bindparam("known"),
        remind_at=bindparam("remind"),
        escalate_at=bindparam("escalate"),
        due_at=bindparam("due"),
        decided_at=bindparam("decided"),
        shred_at=bindparam("shred"),
    )
)
_GET = Statement(select(*_c).where(_c.id == bindparam("this")))
_BY_REFERENCE = Statement(select(*_c).where(_c.reference == bindparam("lookup")))
_PAGE = Statement(
    at_most(
        select(*_c)
        .where(_c.family == bindparam("family"), _c.id < bindparam("before"))
        .order_by(_c.id.desc()),
        "count",
    ),
    "family",
    "before",
    "count",
)
_OF_PARTY = Statement(
    at_most(select(*_c).where(_c.party_id == bindparam("party")).order_by(_c.id), "count"),
    "party",
    "count",
)
_REMIND = Statement(
    at_most(
        select(*_c).where(_c.remind_at <= bindparam("now")).order_by(_c.remind_at),
        int(CASE_SWEEP_MAX),
    )
)
_ESCALATE = Statement(
    at_most(
        select(*_c).where(_c.escalate_at <= bindparam("now")).order_by(_c.escalate_at),
        int(CASE_SWEEP_MAX),
    )
)
_SHRED = Statement(
    at_most(
        select(*_c).where(_c.shred_at <= bindparam("now")).order_by(_c.shred_at),
        int(CASE_SWEEP_MAX),
    )
)
_ADD_STEP = insert_row(case_steps)
_LAST_STEP = Statement(select(func.max(_s.number)).where(_s.case_id == bindparam("this")))
_STEPS = Statement(select(*_s).where(_s.case_id == bindparam("this")).order_by(_s.number))
_WIPE_STEPS = Statement(
    update(case_steps)
    .where(_s.case_id == bindparam("this"))
    .values(words=bindparam("none"), key_serial=bindparam("nokey")),
    "none",
    "nokey",
    "this",
)
_LOGGED = Statement(
    at_most(
        select(audit_records.c.at, audit_records.c.body)
        .where(audit_records.c.kind == word("demand"))
        .order_by(audit_records.c.leaf),
        "count",
    )
)
_OF_CONTACT = Statement(
    at_most(select(cases.c.id).where(cases.c.contact == bindparam("contact")), 1), "contact"
)
_AFTER_ALL = "CT"
_RENAMED = {"words_sealed": "words", "known": "facts"}

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Case:
    """One case, in the order of the table's columns. ``facts``: words of ours, ids, instants."""

    id: CaseId
    account: AccountId
    family: str
    kind: str
    state: str
    residence: str
    party: PartyId | None
    reference: bytes | None = field(repr=False)
    contact: bytes | None = field(repr=False)
    words: bytes | None = field(repr=False)
    key_serial: int
    facts: Mapping[str, Any]
    received_at: Ms
    remind_at: Ms | None
    escalate_at: Ms | None
    due_at: Ms | None
    decided_at: Ms | None
    shred_at: Ms | None


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step of a case. ``words``: sealed, None where nothing was said or it was destroyed."""

    case: CaseId
    number: int
    at: Ms
    action: str
    actor: str
    state: str
    facts: Mapping[str, Any]
    words: bytes | None = field(repr=False)
    key_serial: int | None


@dataclass(frozen=True, slots=True)
class CaseTools:
    """What the rooms of cases work with."""

    vault: Vault
    keys: KeyRing
    openings: Openings
    trail: AuditTrail
    entropy: Entropy


def contact_hash(vault: Vault, account: Account, address: str) -> bytes:
    """Return the keyed hash of an address, by which what was asked under it is found."""
    return vault.find(account.pepper, f"contact:{canonical(address)}")


class Cases:
    """The cases of one account."""

    __slots__ = ("_account", "_entropy", "_keys", "_openings", "_trail", "_vault")

    def __init__(self, account: Account, tools: CaseTools) -> None:
        self._account = account
        self._vault = tools.vault
        self._keys = tools.keys
        self._openings = tools.openings
        self._trail = tools.trail
        self._entropy = tools.entropy

    # --- what people hold -----------------------------------------------------------------------

    def reference(self, text: str) -> bytes:
        """Return the keyed hash of a reference that somebody holds."""
        return self._vault.find(self._account.pepper, f"case:{text}")

    def contact(self, address: str) -> bytes:
        """Return the keyed hash of the number or mailbox a code goes to."""
        return contact_hash(self._vault, self._account, address)

    def knows(self, queries: Queries, address: str) -> bool:
        """Whether anything was ever asked under a number or mailbox."""
        return queries.value(_OF_CONTACT, (self.contact(address),)) is not None

    # --- writing --------------------------------------------------------------------------------

    def add(
        self,
        tx: Transaction,
        *,
        family: str,
        kind: str,
        state: str,
        residence: str,
        now: Ms,
        actor: str,
        words: Mapping[str, Any],
        facts: Mapping[str, Any] | None = None,
        party: PartyId | None = None,
        reference: bytes | None = None,
        contact: bytes | None = None,
        remind_at: Ms | None = None,
        escalate_at: Ms | None = None,
        due_at: Ms | None = None,
    ) -> Case:
        """Add a case with its first step, ``receive``."""
        case = CaseId(ids.make("case", now, self._entropy))
        serial = self._serial(tx, party)
        sealed = self._vault.seal(serial, _encode(words), context=f"case:{case}")
        made = Case(
            case, self._account.id, family, kind, state, residence, party, reference, contact,
            sealed, serial, dict(facts or {}), now, remind_at, escalate_at, due_at, None, None,
        )  # fmt: skip
        tx.run(_ADD, _values(made))
        self._step(tx, made, "receive", actor, now, made.facts, None)
        return made

    def record(
        self,
        tx: Transaction,
        case: Case,
        action: str,
        *,
        actor: str,
        now: Ms,
        facts: Mapping[str, Any] | None = None,
        words: str | None = None,
        **changes: Any,
    ) -> Case:
        """Take one step.

        ``changes`` are fields of the `Case`, its words under the name ``words_sealed``, its facts
        under ``known``; ``facts`` and ``words`` are of the step.
        """
        after = replace(case, **{_RENAMED.get(name, name): v for name, v in changes.items()})
        if words and self._is_gone(after.key_serial):
            # erased since: what is said from now on is ours, about a case of nobody known
            after = replace(after, words=None, key_serial=self._account.seal_key)
        tx.run(
            _SET,
            _SET.bind(
                {
                    "this": after.id,
                    "into": after.state,
                    "party": after.party,
                    "sealed": after.words,
                    "serial": after.key_serial,
                    "known": _encode(after.facts).decode(),
                    "remind": after.remind_at,
                    "escalate": after.escalate_at,
                    "due": after.due_at,
                    "decided": after.decided_at,
                    "shred": after.shred_at,
                }
            ),
        )
        left = case.key_serial if case.key_serial != after.key_serial else None
        self._step(tx, after, action, actor, now, facts or {}, words, left=left)
        return after

    def say_of(
        self,
        tx: Transaction,
        case: Case,
        party: PartyId,
        action: str,
        words: str,
        *,
        actor: str,
        now: Ms,
    ) -> None:
        """Take a step whose words are somebody's whom the case is not of, under their key."""
        serial = self._serial(tx, party)
        self._step(tx, replace(case, key_serial=serial), action, actor, now, {}, words)

    def seal(self, case: Case, words: Mapping[str, Any]) -> bytes:
        """Return other words of a case, sealed as they are; for `record` as ``words_sealed``."""
        return self._vault.seal(case.key_serial, _encode(words), context=f"case:{case.id}")

    def bind(
        self, tx: Transaction, case: Case, party: PartyId, words: Mapping[str, Any]
    ) -> tuple[bytes, int]:
        """Return the words of a case sealed under the person's key, and where that lies.

        To be given to `record` as ``words_sealed`` and ``key_serial``.
        """
        serial = self._serial(tx, party)
        return self._vault.seal(serial, _encode(words), context=f"case:{case.id}"), serial

    def shred(self, tx: Transaction, case: Case, *, now: Ms) -> Case:
        """Destroy what was said in a case; what remains says that there was one."""
        tx.run(_WIPE_STEPS, (None, None, case.id))
        bare = replace(case, words=None)
        return self.record(tx, bare, "shred", actor="system", now=now, shred_at=None)

    # --- reading --------------------------------------------------------------------------------

    def get(self, queries: Queries, case: str) -> Case:
        """Return one case; raises `Refused` (``not_found``)."""
        row = queries.row(_GET, (case,))
        if row is None or row[1] != self._account.id:
            raise Refused("not_found", "there is no such case")
        return _case(row)

    def by_reference(self, queries: Queries, reference: str) -> Case | None:
        """Return the case whose secret reference somebody shows, or None."""
        row = queries.row(_BY_REFERENCE, (self.reference(reference),))
        return None if row is None else _case(row)

    def page(
        self, queries: Queries, family: str, *, count: int, before: str | None = None
    ) -> list[Case]:
        """Return cases of a family, newest first."""
        return [_case(row) for row in queries.rows(_PAGE, (family, before or _AFTER_ALL, count))]

    def of_party(self, queries: Queries, party: PartyId, *, count: int) -> list[Case]:
        """Return what one person asked, oldest first."""
        return [_case(row) for row in queries.rows(_OF_PARTY, (party, count))]

    def demands_logged(self, queries: Queries) -> list[Entry]:
        """Return every step of every demand as the audit log has it, oldest first."""
        found: list[Entry] = []
        for at, body in queries.rows(_LOGGED, (int(TRANSPARENCY_ROWS_MAX),)):
            about = _decode(body)
            if about.get("family") == "demand":
                found.append(Entry(at, str(about["case"]), str(about["action"]), about))
        return found

    def to_remind(self, queries: Queries, now: Ms) -> list[Case]:
        """Return cases whose reminder is due."""
        return [_case(row) for row in queries.rows(_REMIND, (now,))]

    def to_escalate(self, queries: Queries, now: Ms) -> list[Case]:
        """Return cases that have to go to somebody higher up."""
        return [_case(row) for row in queries.rows(_ESCALATE, (now,))]

    def to_shred(self, queries: Queries, now: Ms) -> list[Case]:
        """Return ended cases whose words are to be destroyed."""
        return [_case(row) for row in queries.rows(_SHRED, (now,))]

    def words(self, case: Case) -> dict[str, Any]:
        """Return what was said in a case. Purposes: answer_rights, answer_demand.

        Empty where it was destroyed, with the case or with the person.
        """
        if case.words is None:
            return {}
        return self._open(case.words, case.key_serial, f"case:{case.id}")

    def steps(self, queries: Queries, case: CaseId) -> list[StepTaken]:
        """Return the steps of a case in order."""
        return [_taken(row) for row in queries.rows(_STEPS, (case,))]

    def said(self, step: StepTaken) -> str:
        """Return the words of one step. Purposes as `words`."""
        if step.words is None or step.key_serial is None:
            return ""
        context = f"case:{step.case}:step:{step.number}"
        return str(self._open(step.words, step.key_serial, context).get("words", ""))

    # --- inside ---------------------------------------------------------------------------------

    def _serial(self, queries: Queries, party: PartyId | None) -> int:
        if party is None:
            return self._vault.keys.take()
        return self._keys.serial(queries, self._account.id, party)

    def _is_gone(self, serial: int) -> bool:
        try:
            self._vault.keys.key(serial)
        except Refused as refused:
            if refused.code != "erased":
                raise
            return True
        return False

    def _open(self, blob: bytes, serial: int, context: str) -> dict[str, Any]:
        try:
            plain = self._openings.open(
                blob, serial=serial, context=context, label=CASE_WORDS, read=bytes
            )
        except Refused as refused:
            if refused.code == "erased":
                return {}
            raise
        return _decode(plain)

    def _step(
        self,
        tx: Transaction,
        case: Case,
        action: str,
        actor: str,
        now: Ms,
        facts: Mapping[str, Any],
        words: str | None,
        *,
        left: int | None = None,
    ) -> None:
        """Write a step down.

        ``left``: the key the case was sealed with until now; a copy made before holds it under that
        key, so an erasure has to find it (`erasure_rows.case_keys`).
        """
        last = tx.value(_LAST_STEP, (case.id,))
        number = 0 if last is None else last + 1
        sealed, serial = None, left
        if words:
            serial = case.key_serial
            context = f"case:{case.id}:step:{number}"
            sealed = self._vault.seal(serial, _encode({"words": words}), context=context)
        tx.run(
            _ADD_STEP,
            (case.id, number, now, action, actor, case.state, _encode(facts).decode(), sealed,
             serial),
        )  # fmt: skip
        self._trail.note(
            tx,
            "demand" if case.family == "demand" else "case",
            at=now,
            account=self._account.id,
            party=case.party,
            body={
                "case": case.id,
                "family": case.family,
                "kind": case.kind,
                "action": action,
                "state": case.state,
                "by": actor,
                **facts,
            },
        )


def _values(case: Case) -> tuple[Any, ...]:
    return (
        case.id, case.account, case.family, case.kind, case.state, case.residence, case.party,
        case.reference, case.contact, case.words, case.key_serial,
        _encode(case.facts).decode(), case.received_at, case.remind_at, case.escalate_at,
        case.due_at, case.decided_at, case.shred_at,
    )  # fmt: skip


def _case(row: Row) -> Case:
    values = [*row]
    values[11] = _decode(row[11])
    return Case(*values)


def _taken(row: Row) -> StepTaken:
    values = [*row]
    values[6] = _decode(row[6])
    return StepTaken(*values)
