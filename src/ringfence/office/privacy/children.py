"""Children: a gate that keeps no birthday, and reports that restrict before anything is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import case_views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import CASES_SHOWN_MAX
from ringfence.office.privacy import case_desk, erasure
from ringfence.office.privacy.case_desk import NOBODY, PERSON, RIGHTS
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.privacy.cases import child, rights
from ringfence.privacy.purposes import current_actor
from ringfence.storage import holds
from ringfence.storage.cases import Case
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case(
    "privacy.age.declare", actors=EVERYBODY, none="a birthday is looked at and kept nowhere"
)
async def declare(office: Office, *, born: str) -> case_views.Done:
    """The age gate: an adult passes. Raises `Refused` (``under_age``); nothing is written."""
    child.admit(born, office.clock.now())
    return case_views.Done()


@TABLE.use_case("privacy.child.report", actors=EVERYBODY, none=NOBODY)
async def report(
    office: Office, *, contact: str, words: str = "", residence: str = ""
) -> case_views.Asked:
    """Say that somebody who uses this number is a child.

    Their data is restricted in the same transaction, before anybody has looked into it; a false
    report is taken back by `clear`. The answer is the same for a number nobody here knows. Whoever
    reports from outside does so a few times a day at most (``api.limiting``), or anybody could lock
    the people of a business out, number by number.
    """
    address = case_desk.read_address(office, contact)
    text = address if isinstance(address, str) else address.e164
    place = case_desk.check_residence(residence)
    said = case_desk.check_words(words)
    party = office.store.party_room.find(address)
    reference = case_desk.new_secret(office)
    now, actor = office.clock.now(), current_actor()
    due = Ms(now + child.DECIDE_MS)
    clock = rights.clock(now, due)
    cases = office.store.rooms.cases

    def unit(tx: Transaction) -> Case:
        case = cases.add(
            tx, family="child", kind="report", state=child.MACHINE.first, residence=place,
            now=now, actor=actor, words={"address": text, "says": said},
            contact=cases.contact(text), reference=cases.reference(reference),
            remind_at=clock.remind_at, escalate_at=clock.escalate_at, due_at=due,
        )  # fmt: skip
        if party is not None:
            office.store.rooms.holds.restrict(tx, party, reason="child", by="system", now=now)
        into = child.MACHINE.after(case.state, "restrict")
        return cases.record(tx, case, "restrict", actor="system", now=now, state=into, party=party)

    await office.write(unit)
    letter = "The data of this number is restricted from now on, until we have looked into it."
    return case_views.Asked(reference=reference, due=due, letter=letter)


@TABLE.use_case("privacy.child.list", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def list_reports(office: Office) -> list[case_views.Case]:
    """Reports, newest first, without their words."""
    found = office.read(
        lambda queries: office.store.rooms.cases.page(queries, "child", count=int(CASES_SHOWN_MAX))
    )
    return [case_desk.show(office, case, whole=False) for case in found]


@TABLE.use_case("privacy.child.show", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def show(office: Office, *, sid: str) -> case_views.Case:
    """One report with its words."""
    return case_desk.show(office, case_desk.find(office, sid, "child"))


@TABLE.use_case("privacy.child.confirm", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def confirm(office: Office, *, sid: str, words: str = "") -> case_views.Case:
    """It is a child: everything about them is erased, by the ledger of erasures."""
    case = case_desk.find(office, sid, "child")
    case = await case_desk.take(office, case, "confirm", words=case_desk.check_words(words) or None)
    facts: dict[str, object] = {}
    if case.party is not None:
        planned = await erasure.plan(office, case.party, reason="child")
        done = await erasure.execute(office, planned.id)
        facts = {"erasure": done.id}
    left = case_desk.find(office, sid, "child")
    after = await case_desk.take(
        office, left, "erase", facts=facts, known={**left.facts, **facts}, words_sealed=None,
        key_serial=office.account.seal_key, **case_desk.ended(office),
    )  # fmt: skip
    return case_desk.show(office, after)


@TABLE.use_case("privacy.child.clear", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def clear(office: Office, *, sid: str, words: str) -> case_views.Case:
    """It is no child: the restriction is lifted, for reasons that stay with the case.

    While another report about them is open it stands on, and goes with the last.
    Raises `Refused` (``reasons_missing``) without them.
    """
    case = case_desk.find(office, sid, "child")
    child.MACHINE.after(case.state, "clear")
    said = case_desk.check_words(words)
    if not said:
        raise Refused("reasons_missing", "say why this is no child: it is kept with the case")
    now, actor = office.clock.now(), current_actor()
    party = case.party
    if party is not None:
        await office.write(lambda tx: _lift(office, tx, case, party, by=actor, now=now))
    after = await case_desk.take(office, case, "clear", words=said, **case_desk.ended(office))
    return case_desk.show(office, after)


def _lift(office: Office, tx: Transaction, case: Case, party: PartyId, *, by: str, now: Ms) -> None:
    """Lift the restriction of a report, unless another is open, or none stands any more."""
    theirs = office.store.rooms.cases.of_party(tx, party, count=int(CASES_SHOWN_MAX))
    others = [
        other
        for other in theirs
        if other.family == "child"
        and other.id != case.id
        and other.state not in child.MACHINE.final
    ]
    stands = any(why == "child" for why, _ in holds.reasons(tx, party))
    if stands and not others:  # an erasure, or another report, may have lifted it before
        office.store.rooms.holds.unrestrict(tx, party, reason="child", by=by, now=now)
