"""Grievances: a named officer for every law, a month to settle, figures for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import case_views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CASES_SHOWN_MAX
from ringfence.office.privacy import case_desk, case_mail, remedies
from ringfence.office.privacy.case_desk import NOBODY, PERSON, RIGHTS
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.privacy.cases import grievance, law, letters, rights
from ringfence.privacy.cases.calendar import day_of
from ringfence.privacy.purposes import current_actor, exchange_itself, purpose
from ringfence.storage.cases import Case
from ringfence.storage.cases_people import Contact, Officer

if TYPE_CHECKING:
    from ringfence.office import Office

_LAWS = frozenset({rule.law for rule in law.RIGHTS})
_ABOUT = frozenset({"privacy", "recording", "marketing", "access", "rights", "other"})


# --- anybody --------------------------------------------------------------------------------------


@TABLE.use_case("privacy.grievance.file", actors=EVERYBODY, none=NOBODY)
async def file(
    office: Office, *, words: str, about: str = "other", residence: str = "", contact: str = ""
) -> case_views.Asked:
    """Say that one is not content. ``contact``: where an answer may be sent, if one wants one."""
    said = case_desk.check_words(words)
    if not said:
        raise Refused("bad_argument", "say what happened")
    if about not in _ABOUT:
        raise Refused("bad_argument", f"it is about one of: {', '.join(sorted(_ABOUT))}")
    found = None
    if contact:
        address = case_desk.read_address(office, contact)
        text = address if isinstance(address, str) else address.e164
        found = office.store.rooms.cases.contact(text)
    place = case_desk.check_residence(residence)
    reference = case_desk.new_secret(office)
    now, actor = office.clock.now(), current_actor()
    clock = rights.clock(now, grievance.due(now))
    cases = office.store.rooms.cases
    case = await office.write(
        lambda tx: cases.add(
            tx, family="grievance", kind=about, state=grievance.MACHINE.first, residence=place,
            now=now, actor=actor, words={"says": said, "contact": contact}, contact=found,
            reference=cases.reference(reference), facts={"law": law.law_of(place)},
            remind_at=clock.remind_at, escalate_at=clock.escalate_at, due_at=clock.due_at,
        )
    )  # fmt: skip
    what = f"Somebody is not content. Settle it by {day_of(clock.due_at)}."
    await case_mail.to_officers(office, case, what, reason="filed")
    return case_views.Asked(reference=reference, due=clock.due_at, letter=_letter(office, case))


@TABLE.use_case("privacy.grievance.status", actors=EVERYBODY, none=NOBODY)
async def status(office: Office, *, reference: str) -> case_views.Status:
    """How far a grievance is, for whoever holds its reference."""
    case = case_desk.held(office, reference, "grievance")
    taken = office.read(lambda queries: office.store.rooms.cases.steps(queries, case.id))
    with exchange_itself(), purpose(RIGHTS):
        steps = [
            case_views.Step(at=s.at, action=s.action, state=s.state,
                            words=office.store.rooms.cases.said(s))
            for s in taken
            if s.action not in {"remind", "take"}
        ]  # fmt: skip
    return case_views.Status(
        kind=case.kind, state=case.state, received=case.received_at, due=case.due_at,
        letter=_letter(office, case), steps=steps,
    )  # fmt: skip


@TABLE.use_case("privacy.grievance.take_back", actors=EVERYBODY, none=NOBODY)
async def take_back(office: Office, *, reference: str) -> case_views.Status:
    """Take a grievance back, for whoever holds its reference."""
    case = case_desk.held(office, reference, "grievance")
    await case_desk.take(
        office, case, "withdraw", known={**case.facts, "outcome": "withdrawn"},
        **case_desk.ended(office),
    )  # fmt: skip
    return await status(office, reference=reference)  # type: ignore[no-any-return]


@TABLE.use_case(
    "privacy.officer.list", actors=EVERYBODY, none="officers are named so that people can write"
)
async def officers(office: Office) -> list[case_views.Officer]:
    """Who takes questions, grievances and withdrawals, by law."""
    return [_officer(found) for _, found in sorted(case_mail.officers(office).items())]


@TABLE.use_case(
    "privacy.grievance.figures", actors=EVERYBODY, none="sums, in which nobody can be found"
)
async def figures(office: Office) -> case_views.GrievanceReport:
    """How many grievances there were, how they ended, how long they took."""
    now = office.clock.now()
    rows = [
        grievance.Settled(
            case.received_at, case.due_at or now, case.decided_at,
            str(case.facts.get("outcome", case.state)),
        )
        for case in _all(office)
    ]  # fmt: skip
    found = grievance.statistics(rows, now=now)
    return case_views.GrievanceReport(
        values=case_views.GrievanceFigures(
            received=found.received, open=found.open, redressed=found.redressed,
            rejected=found.rejected, late=found.late, median_days=found.median_days,
        )
    )  # fmt: skip


# --- the officer ----------------------------------------------------------------------------------


@TABLE.use_case(
    "privacy.officer.name", actors=KNOWN, purpose="notify", category="system.configuration"
)
async def name_officer(
    office: Office, *, law: str, name: str, email: str = "", post: str = ""
) -> case_views.Officer:
    """Name the officer for people under a law (``*``: everybody else)."""
    if law not in _LAWS:
        raise Refused("bad_argument", f"the law is one of: {', '.join(sorted(_LAWS))}")
    if not name.strip() or not (email or post):
        raise Refused("bad_argument", "an officer has a name, and an e-mail or postal address")
    if email:
        case_desk.mailbox(email)
    contact = Contact(name=name.strip(), email=email.strip(), post=post.strip())
    now = office.clock.now()
    return _officer(
        await office.write(
            lambda tx: office.store.rooms.case_people.name_officer(tx, law, contact, now=now)
        )
    )


@TABLE.use_case("privacy.grievance.list", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def list_grievances(office: Office) -> list[case_views.Case]:
    """Grievances, newest first, without their words."""
    return [
        case_desk.show(office, case, whole=False) for case in _all(office)[: int(CASES_SHOWN_MAX)]
    ]


@TABLE.use_case("privacy.grievance.show", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def show(office: Office, *, sid: str) -> case_views.Case:
    """One grievance with its words."""
    return _view(office, case_desk.find(office, sid, "grievance"))


@TABLE.use_case("privacy.grievance.take", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def take(office: Office, *, sid: str) -> case_views.Case:
    """Begin to look into it."""
    case = case_desk.find(office, sid, "grievance")
    return _view(office, await case_desk.take(office, case, "take"))


@TABLE.use_case("privacy.grievance.extend", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def extend(office: Office, *, sid: str, days: int, words: str) -> case_views.Case:
    """More time, once, with reasons that the person is told."""
    case = case_desk.find(office, sid, "grievance")
    now = office.clock.now()
    grievance.MACHINE.after(case.state, "extend")
    said = case_desk.check_words(words)
    due = grievance.extended(
        case.received_at, due_at=case.due_at or now, days=days, words=said, now=now
    )
    clock = rights.clock(case.received_at, due)
    after = await case_desk.take(
        office, case, "extend", words=said, facts={"due": due}, due_at=due,
        remind_at=clock.remind_at, escalate_at=clock.escalate_at,
    )  # fmt: skip
    await _write(office, after)
    return _view(office, after)


@TABLE.use_case("privacy.grievance.settle", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def settle(office: Office, *, sid: str, words: str, redress: bool = True) -> case_views.Case:
    """Put it right, or say why there is nothing to be put right."""
    case = case_desk.find(office, sid, "grievance")
    said = case_desk.check_words(words)
    if not said:
        raise Refused("reason_missing", "say to the person what was done, or why not")
    action = "redress" if redress else "reject"
    after = await case_desk.take(
        office, case, action, words=said,
        known={**case.facts, "outcome": grievance.MACHINE.after(case.state, action)},
        **case_desk.ended(office),
    )  # fmt: skip
    await _write(office, after)
    return _view(office, after)


@TABLE.use_case("privacy.grievance.withdraw", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def withdraw(office: Office, *, sid: str) -> case_views.Case:
    """The person took it back, by letter or telephone."""
    case = case_desk.find(office, sid, "grievance")
    after = await case_desk.take(
        office, case, "withdraw", known={**case.facts, "outcome": "withdrawn"},
        **case_desk.ended(office),
    )  # fmt: skip
    return _view(office, after)


@TABLE.use_case("privacy.grievance.close", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def close(office: Office, *, sid: str) -> case_views.Case:
    """File a settled grievance away."""
    case = case_desk.find(office, sid, "grievance")
    return _view(office, await case_desk.take(office, case, "close"))


# --- inside ---------------------------------------------------------------------------------------


def _all(office: Office) -> list[Case]:
    """Return every grievance, newest first: figures leave none out."""
    cases, found = office.store.rooms.cases, list[Case]()

    def after(last: str | None) -> list[Case]:
        return office.read(
            lambda q: cases.page(q, "grievance", count=int(CASES_SHOWN_MAX), before=last)
        )

    page = after(None)
    while page:
        found += page
        page = after(page[-1].id)
    return found


def _letter(office: Office, case: Case) -> str:
    """Return what the person is told as it stands: until when, or how it ended, and why."""
    outcome = str(case.facts.get("outcome", case.state))
    if outcome == "withdrawn":
        return "You took your grievance back; nothing more is done."
    if outcome in grievance.ENDS:
        action, what = grievance.ENDS[outcome]
        told = letters.sentences(what, remedies.said(office, case, action))
    else:
        officer = case_mail.officer_of(office, case.residence)
        who = f"{officer.contact.name} answers it" if officer is not None else "It is answered"
        told = f"{who} by {day_of(Ms(case.due_at or case.received_at))}."
        if why := remedies.said(office, case, "extend"):
            told += " " + letters.sentences(f"It takes longer than a month: {why}")
    return f"{told} {letters.complaint(case.residence)}"


async def _write(office: Office, case: Case) -> None:
    """Write to the mailbox that was left for an answer how it stands; nowhere else."""
    contact = str(case_desk.own_words(office, case).get("contact", ""))
    if "@" in contact and not contact.startswith(("sip:", "sips:")):
        to = contact.removeprefix("mailto:")
        await case_mail.to_person(office, case, to, _letter(office, case), reason=case.state)


def _view(office: Office, case: Case) -> case_views.Case:
    return case_desk.show(office, case, letter=_letter(office, case))


def _officer(found: Officer) -> case_views.Officer:
    return case_views.Officer(
        law=found.law, name=found.contact.name, email=found.contact.email,
        post=found.contact.post, since=found.since,
    )  # fmt: skip
