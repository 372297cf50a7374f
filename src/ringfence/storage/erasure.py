"""Carrying out an erasure, step by step, so that a kill after any of them is gone on with.

::

    plan      a row of the ledger; nothing is touched
    begin     one transaction: the ledger says begun; the number no longer finds the person; what
              the law makes us keep is sealed anew under a fresh key
    destroy   the keystore: the old key, a line of its own ledger, a new epoch - from here on
              whatever the key sealed is noise, here and in every copy
    files     sealed sounds are removed
    finish    one transaction: rows are removed or anonymised, a leaf, the signed receipt, done

A database that was put back from a backup does not know the lines the keystore has: it refuses to
serve until `Eraser.replay` has done them again (``check``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import bindparam, func, select

from ringfence.kernel import ids
from ringfence.kernel.clock import DAY, Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.kernel.limits import ERASURE_PLAN_MS, ERASURE_WAIT, ERASURES_RESUMED
from ringfence.privacy.checkpoint import Signer
from ringfence.privacy.erasure.receipt import Receipt
from ringfence.privacy.labels import PHONE_SEALED
from ringfence.privacy.purposes import purpose
from ringfence.privacy.vault import Vault
from ringfence.storage import audit_gone, audit_leaving, backup
from ringfence.storage import erasure_ledger as ledger
from ringfence.storage import erasure_rows as rows
from ringfence.storage.accounts import Account, Accounts
from ringfence.storage.audit import AuditTrail
from ringfence.storage.cases import contact_hash
from ringfence.storage.erasure_find import (
    Survey,
    look,
)
from ringfence.storage.erasure_ledger import Erasure
from ringfence.storage.folder import DataFolder, sync_folder
from ringfence.storage.holds import Holds, OnRestricted, restricted
from ringfence.storage.keystore_file import Destruction, KeystoreFile
from ringfence.storage.openings import Openings
from ringfence.storage.outbox import Outbox
from ringfence.storage.schema import accounts, parties
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement
from ringfence.storage.unit_of_work import Queries, Transaction

T = TypeVar("T")

JOB = "erasure"
"""The kind of job that goes on with an erasure when the date of what was kept has come."""

_p = parties.c
_FIND = Statement(select(_p.id).where(_p.lookup == bindparam("lookup")), "lookup")
_FIND_KEPT = Statement(
    select(_p.id).where(_p.kept_lookup == bindparam("lookup")).order_by(_p.id.desc()), "lookup"
)
_ACCOUNT_OF = Statement(select(_p.account_id).where(_p.id == bindparam("party")), "party")
_ANY_ACCOUNT = Statement(select(func.min(accounts.c.id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Later:
    """The job that goes on when a date has come (a `storage.outbox.JobAsked`)."""

    kind: str
    body: dict[str, Any]
    account: AccountId
    secret: None = None
    party: None = None
    unique: str
    run_at: Ms


class Eraser:
    """Plans, carries out and replays erasures. Blocking: not for the thread of an event loop."""

    def __init__(
        self,
        db: Database,
        folder: DataFolder,
        *,
        vault: Vault,
        keystore: KeystoreFile,
        openings: Openings,
        trail: AuditTrail,
        outbox: Outbox,
        signer: Callable[[], Signer],
        forget: Callable[[PartyId], object],
        restrict: OnRestricted,
        clock: Clock,
        entropy: Entropy,
        waits: Callable[[], bool],
    ) -> None:
        self._restrict = restrict
        self._waits = waits
        self.jurisdiction = ""
        """ISO 3166 code of the country whose statutes count; the office sets it."""
        self._db = db
        self._folder = folder
        self._vault = vault
        self._keystore = keystore
        self._openings = openings
        self._accounts = Accounts(vault, openings)
        self._trail = trail
        self._outbox = outbox
        self._signer = signer
        self._forget = forget
        self._clock = clock
        self._entropy = entropy

    # --- planning -------------------------------------------------------------------------------

    def find(self, queries: Queries, account: Account, address: str) -> PartyId | None:
        """Return whose number or SIP address this is, also one that is only kept; or None."""
        lookup = self._vault.find(account.pepper, address)
        found: PartyId | None = queries.value(_FIND, (lookup,))
        return found or self.find_kept(queries, account, address)

    def find_kept(self, queries: Queries, account: Account, address: str) -> PartyId | None:
        """Return who was erased at this address last and is kept in part; or None."""
        lookup = self._vault.find(account.pepper, address)
        found: PartyId | None = queries.value(_FIND_KEPT, (lookup,))
        return found

    def plan(
        self,
        account: Account,
        party: PartyId | None,
        *,
        reason: str,
        actor: str,
        contact: bytes | None = None,
    ) -> Erasure:
        """Write the plan of an erasure into the ledger and return it.

        ``contact``: the keyed hash of the address it was asked for by, by which cases are counted
        that nobody has proved to be the person's.

        For a person nobody has heard of (None) the same is done about an id and a key made for the
        purpose, so that neither the answer nor its time tells whether a number is known.
        """
        now = self._clock.now()
        stranger = PartyId(ids.make_blurred("party", now, self._entropy))
        spare = self._keystore.take()

        def work(tx: Transaction) -> Erasure:
            ledger.forget_plans(tx, before=Ms(now - ERASURE_PLAN_MS))
            whom = stranger if party is None else party
            survey = self._look(tx, whom, now)
            if contact is not None and survey.person is not None:
                taken = rows.take_cases(tx, whom, contact=contact)
                survey = self._look(tx, whom, now)  # what will be done, and nothing is touched
                rows.give_back(tx, taken)
            serial = spare if survey.person is None else survey.person.serial
            lines = survey.rows(keys=int(not _keeps_its_key(tx, survey, serial)))
            made = Erasure(
                ids.make("erasure", now, self._entropy), account.id, whom, "planned", reason,
                actor, serial, None, now, None, None, survey.next_at, lines, None,
            )  # fmt: skip
            ledger.add(tx, made)
            return made

        return self._write(work)

    # --- carrying out ---------------------------------------------------------------------------

    def carry_out(self, erasure: str) -> Erasure:
        """Do what was planned, or go on with what was begun; the row of the ledger afterwards.

        Doing it again changes nothing. Raises `Refused`: ``not_found``; ``call_going_on`` while
        the person is in a call; ``on_hold`` while a hold stands on the person.
        """
        begun = self._write(lambda tx: self._begin(tx, erasure))
        if begun.state == "done":
            return begun
        if begun.serial != begun.kept_serial:
            line = Destruction(
                begun.id, begun.party, begun.serial, begun.kept_serial, begun.begun_at or 0
            )
            own = self._write(lambda tx: self._own_keys(tx, begun))
            self._keystore.destroy([begun.serial, *own], line=line)
        self._remove_files(begun)
        return self._write(lambda tx: self._finish(tx, begun))

    def _begin(self, tx: Transaction, erasure: str) -> Erasure:
        planned = ledger.get(tx, erasure)
        if planned is None:
            raise Refused("not_found", "no erasure of that id; a plan is kept for a day")
        if planned.state != "planned":
            return planned
        now = self._clock.now()
        survey = self._look(tx, planned.party, now)
        if survey.open_calls:
            raise Refused("call_going_on", "this person is in a call; end it first")
        if survey.on_hold:
            raise Refused("on_hold", "a hold stands on this person; lift it first", clause="RET-03")
        if self._take_cases(tx, planned, survey):
            survey = self._look(tx, planned.party, now)
        person, serial, kept = survey.person, planned.serial, None
        if person is not None:
            serial = person.serial
            lookup = person.lookup or person.kept_lookup
            if _keeps_its_key(tx, survey, serial):
                kept = serial
            else:
                # First: from the fresh key on, nothing proves what the old one was the salt of.
                audit_leaving.key_goes(tx, planned.party, self._trail.salt)
                kept = self._keep(tx, survey) if survey.keep else None
            rows.remove_by_address(tx, survey)
            rows.cut(tx, planned.party, kept=lookup if survey.keep else None, at=now)
            if survey.keep:
                self._holds(planned).restrict(
                    tx, planned.party, reason="erasure", by=planned.actor, now=now
                )
        lines = survey.rows(keys=int(serial != kept))
        ledger.begin(tx, erasure, serial=serial, kept=kept, rows=lines, at=now)
        self._note_begun(tx, planned, now)
        tx.after(lambda: self._forget(planned.party))
        return replace(
            planned, state="begun", serial=serial, kept_serial=kept, begun_at=now, rows=lines
        )

    def _take_cases(self, tx: Transaction, planned: Erasure, survey: Survey) -> list[str]:
        """Make what was asked under the person's address theirs, though nobody proved who asked.

        Which cases these are. They have keys of their own, which `_own_keys` finds.
        """
        person, account = survey.person, self._accounts.get(tx, planned.account)
        if person is None or person.address is None or account is None:
            return []
        with purpose("answer_rights"):
            address = self._openings.text(
                person.address, serial=person.serial, context=f"party:{survey.party}",
                label=PHONE_SEALED,
            )  # fmt: skip
        contact = contact_hash(self._vault, account, address)
        return rows.take_cases(tx, survey.party, contact=contact)

    def _own_keys(self, queries: Queries, begun: Erasure) -> list[int]:
        """Return the keys of cases that were sealed before it was known whose they are."""
        account = self._accounts.get(queries, begun.account)
        spared = {begun.serial, begun.kept_serial}
        if account is not None:
            spared |= {account.seal_key, account.pepper}
        return [serial for serial in rows.case_keys(queries, begun.party) if serial not in spared]

    def _keep(self, tx: Transaction, survey: Survey) -> int:
        """Seal under a fresh key what must be kept: the address, and sounds that are on hold."""
        person = survey.person
        assert person is not None
        kept = self._keystore.take()
        with purpose("answer_rights"):
            sealed = None
            if person.address is not None:
                context = f"party:{survey.party}"
                clear = self._openings.text(
                    person.address, serial=person.serial, context=context, label=PHONE_SEALED
                )
                sealed = self._vault.seal(kept, clear.encode(), context=context)
            for sound in survey.held_sounds:
                context = f"recording:{sound.recording}:{sound.channel}"
                key = self._openings.record_key(sound.wrapped, serial=sound.serial, context=context)
                if key is not None:
                    locked = self._vault.wrap(kept, key, context=context)
                    rows.rewrap(tx, sound, locked=locked, serial=kept)
        rows.reseal(tx, survey.party, address=sealed, serial=kept)
        return kept

    def _remove_files(self, begun: Erasure) -> None:
        at = begun.begun_at or begun.asked_at
        survey = self._write(lambda tx: self._look(tx, begun.party, at))
        files = [sound.file for sound in survey.sounds]
        archives = [] if survey.on_hold else [f"{case}.rfa" for case in survey.cases]
        places = {
            self._folder.recordings: files,
            self._folder.spool: files,
            self._folder.objects / "archives": archives,
            self._folder.media: self._write(
                lambda tx: rows.pictures(tx, begun.party, held=survey.held_texts)
            ),
        }
        for folder, names in places.items():
            there = [folder / name for name in names if (folder / name).exists()]
            for file in there:
                file.unlink()
            if there:
                sync_folder(folder)

    def _finish(self, tx: Transaction, begun: Erasure) -> Erasure:
        known = ledger.get(tx, begun.id)
        assert known is not None
        if known.state == "done":
            return known
        at = begun.begun_at or begun.asked_at
        survey = self._look(tx, begun.party, at)
        facts = audit_leaving.facts_with(tx, begun.party, survey.due)
        if begun.serial != begun.kept_serial:
            audit_leaving.key_went(tx, begun.party, self._trail.salt, erasure=begun.id)
        rows.remove(
            tx, survey, serial=begun.serial,
            proved=lambda: audit_leaving.standing(tx, begun.party, self._trail.salt),
        )  # fmt: skip
        left = audit_leaving.facts_with(tx, begun.party, survey.due)
        audit_gone.mark(tx, facts - left)
        now = self._clock.now()
        leaf = self._trail.note_removal(
            tx,
            "erased",
            at=now,
            account=begun.account,
            body={"erasure": begun.id, "kept": survey.keep, "epoch": self._keystore.epoch},
        )
        receipt = self._signer().sign_text(
            Receipt(
                erasure=begun.id, account=begun.account, asked_at=begun.asked_at, done_at=now,
                reason=begun.reason, epoch=self._keystore.epoch, leaf=leaf,
                tree_size=self._trail.size, root=self._trail.root(), rows=begun.rows,
            ).text()
        )  # fmt: skip
        due = survey.next_at
        ledger.finish(tx, begun, at=now, due=due, receipt=receipt)
        if due is not None:
            self._look_again(tx, begun, due, now)
        tx.after(lambda: self._forget(begun.party))
        done = ledger.get(tx, begun.id)
        assert done is not None
        return done

    def _note_begun(self, tx: Transaction, erasure: Erasure, now: Ms) -> None:
        self._trail.note_removal(
            tx,
            audit_leaving.BEGUN,
            at=now,
            account=erasure.account,
            body={"erasure": erasure.id},
        )

    # --- afterwards -----------------------------------------------------------------------------

    def go_on(self, erasure: str) -> Erasure | None:
        """Carry out what a date or the lifting of a hold has made possible since; None if nothing.

        Called by the job `JOB`, whose body names the erasure that came before. While it is not
        sure that the date has come (`Store.leapt_from`) it is looked at again tomorrow.
        """
        before = self._write(lambda tx: ledger.get(tx, erasure))
        now = self._clock.now()
        if before is None or before.state != "done" or before.due_at is None:
            return None  # something newer has taken over
        if now < before.due_at or self._waits():
            again = max(before.due_at, Ms(now + DAY)) if self._waits() else before.due_at
            self._write(lambda tx: self._look_again(tx, before, again, now))
            return None

        def work(tx: Transaction) -> Erasure | None:
            survey = self._look(tx, before.party, now)
            ripe = bool(survey.due or survey.sounds or any(f.now for f in survey.found))
            if not ripe and survey.next_at is not None:
                ledger.put_off(tx, before.party, survey.next_at)
                self._look_again(tx, before, survey.next_at, now)
                return None
            serial = before.kept_serial or before.serial
            keys = int(not _keeps_its_key(tx, survey, serial))
            made = replace(
                before, id=ids.make("erasure", now, self._entropy), state="planned",
                serial=serial, kept_serial=None, begun_at=None, done_at=None,
                due_at=survey.next_at, rows=survey.rows(keys=keys), receipt=None,
            )  # fmt: skip
            ledger.add(tx, made)
            return made

        made = self._write(work)
        return None if made is None else self.carry_out(made.id)

    def _look_again(self, tx: Transaction, done: Erasure, due: Ms, now: Ms) -> None:
        job = _Later(
            kind=JOB,
            body={"erasure": done.id},
            account=done.account,
            unique=f"{done.id}:{due}",
            run_at=due,
        )
        self._outbox.add(tx, job, now=now)

    def _holds(self, planned: Erasure) -> Holds:
        return Holds(
            planned.account, self._trail, entropy=self._entropy, on_restricted=self._restrict
        )

    # --- after a crash, after a restore ---------------------------------------------------------

    def resume(self) -> list[str]:
        """Bring to its end what a killed process had begun; the ids. At every start."""
        begun = ledger.of_state(self._db.reading, "begun", count=int(ERASURES_RESUMED))
        for erasure in begun:
            self.carry_out(erasure.id)
        self._ask_again()
        return [erasure.id for erasure in begun]

    def going(self) -> frozenset[PartyId]:
        """Return whose erasure was begun and is not done."""
        begun = ledger.of_state(self._db.reading, "begun", count=int(ERASURES_RESUMED))
        return frozenset(erasure.party for erasure in begun)

    def _ask_again(self) -> None:
        """Ask anew for the jobs of dates that have passed: one of them may have failed for good."""
        now = self._clock.now()
        late = ledger.overdue(self._db.reading, now, count=int(ERASURES_RESUMED))

        def work(tx: Transaction) -> None:
            for erasure in late:
                ledger.put_off(tx, erasure.party, now)
                self._look_again(tx, erasure, now, now)

        if late:
            self._write(work)

    def check(self) -> None:
        """Raise `Refused` (``erasures_to_replay``) where database and keystore do not agree.

        The ledger row is durable before a key is destroyed: a line only the keystore knows means
        that the database was put back, a row only the database knows that the keystore was.
        """
        if any(self._to_replay(self._db.reading)) or backup.waiting(self._folder):
            raise Refused(
                "erasures_to_replay",
                "this data folder was put back from a copy: people erased since are in it again. "
                "Run 'ringfence restore --replay' on it first",
                clause="RET-05",
            )

    def replay(self) -> list[str]:
        """Do again every erasure that a ledger knows and this folder has lost; the ids.

        The ledgers are the keystore's, the database's, and what a restore has handed over.
        """
        lines, undone = self._write(self._to_replay)
        known = {line.erasure for line in lines}
        handed = [line for line in backup.waiting(self._folder) if line.erasure not in known]
        lines += self._write(
            lambda tx: [line for line in handed if not ledger.is_known(tx, line.erasure)]
        )
        for row in undone:
            line = Destruction(row.id, row.party, row.serial, row.kept_serial, row.begun_at or 0)
            self._keystore.destroy([row.serial], line=line)
        for line in lines:
            self._write(partial(self._begin_again, line))
            self.carry_out(line.erasure)
        backup.done_again(self._folder)
        return [*(line.erasure for line in lines), *(row.id for row in undone)]

    def _to_replay(self, queries: Queries) -> tuple[list[Destruction], list[Erasure]]:
        lines = self._keystore.ledger()
        known = {line.erasure for line in lines}
        lost = [line for line in lines if not ledger.is_known(queries, line.erasure)]
        done = ledger.every(queries, count=len(lines) + int(ERASURES_RESUMED))
        undone = [
            row
            for row in done
            if row.state == "done" and row.id not in known and row.serial != row.kept_serial
        ]
        return lost, undone

    def _begin_again(self, line: Destruction, tx: Transaction) -> None:
        """Put a row back that the database has lost, with what `_begin` did to the person.

        The address cannot be sealed anew: its key is gone, and the copy that was kept with it.
        """
        party = PartyId(line.party)
        account = tx.value(_ACCOUNT_OF, (party,)) or tx.value(_ANY_ACCOUNT)
        survey = self._look(tx, party, Ms(line.at))
        row = Erasure(
            line.erasure, account, party, "begun", "restore", "system", line.serial, line.kept,
            Ms(line.at), Ms(line.at), None, None, survey.rows(), None,
        )  # fmt: skip
        ledger.add(tx, row, if_new=True)
        if survey.person is not None:
            audit_leaving.key_goes(tx, party, self._trail.salt, gone=True)
            lookup = survey.person.lookup or survey.person.kept_lookup
            rows.cut(tx, party, kept=lookup if survey.keep else None, at=Ms(line.at))
            rows.reseal(tx, party, address=None, serial=line.kept or line.serial)
            if survey.keep and not restricted(tx, party):
                now = self._clock.now()
                self._holds(row).restrict(tx, party, reason="erasure", by="system", now=now)
        self._note_begun(tx, row, self._clock.now())
        tx.after(lambda: self._forget(party))

    def _look(self, tx: Transaction, party: PartyId, now: Ms) -> Survey:
        return look(tx, party, now, jurisdiction=self.jurisdiction)

    def _write(self, work: Callable[[Transaction], T]) -> T:
        return self._db.submit(work).result(int(ERASURE_WAIT))


def _keeps_its_key(queries: Queries, survey: Survey, serial: int) -> bool:
    """Whether the key stays: a call on hold needs the one it has; a fresh one is apart already."""
    return survey.keep and (survey.call_held or ledger.is_fresh(queries, survey.party, serial))
