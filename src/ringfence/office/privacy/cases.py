"""Requests of people about their own data: asked, shown, decided.

Anybody may ask (``privacy.rights.*``): what they get is a secret reference, which alone leads back
to the case. Whoever handles cases (``privacy.case.*``) sees them all, decides, and is held to the
clocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from ringfence.api import case_views, views
from ringfence.jobs.handlers import cases as jobs
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CASES_SHOWN_MAX, EXPORT_CHUNK_BYTES
from ringfence.kernel.phone import Phone
from ringfence.office.privacy import (
    after_erasure,
    case_desk,
    case_mail,
    grievances,
    identity,
    messages,
    remedies,
)
from ringfence.office.privacy.case_desk import NOBODY, PERSON, RIGHTS
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.privacy.cases import intake, law, rights
from ringfence.privacy.purposes import current_actor, exchange_itself, purpose
from ringfence.storage.cases import Case
from ringfence.storage.cases_archives import Archive
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

METHODS = frozenset({"code", "met", "document", "account", "letter"})
"""How it was shown who asks: by a code, or as whoever handles the case says."""

_FIELDS = frozenset(
    {"purpose", "channel", "what", "value", "record", "recipient", "email", "code_by"}
)


# --- anybody --------------------------------------------------------------------------------------


@TABLE.use_case("privacy.rights.ask", actors=EVERYBODY, none=NOBODY)
async def ask(
    office: Office,
    *,
    kind: str,
    contact: str,
    residence: str = "",
    words: str = "",
    details: dict[str, str] | None = None,
) -> case_views.Asked:
    """Ask for a right. ``contact``: the number (or mailbox) it is about, to which a code goes.

    ``details`` may say ``code_by``: ``call`` (it is spoken) or ``text`` (it is written). The answer
    and the work are the same for numbers nobody here has ever heard of.
    """
    address = case_desk.read_address(office, contact)
    if isinstance(address, str) and address.startswith("mailto:"):
        remedies.need_mail(office)
    reference = case_desk.new_secret(office)
    case = await _add(office, kind, address, residence, words, details or {}, reference=reference)
    case = await identity.begin(office, case)
    return case_views.Asked(
        reference=reference, due=case.due_at or 0, letter=remedies.letter(office, case)
    )


@TABLE.use_case("privacy.rights.status", actors=EVERYBODY, none=NOBODY)
async def show_status(office: Office, *, reference: str) -> case_views.Status:
    """How far a request is, for whoever holds its reference."""
    return identity.status(office, case_desk.held(office, reference, "request"))


@TABLE.use_case("privacy.rights.withdraw", actors=EVERYBODY, none=NOBODY)
async def take_back(office: Office, *, reference: str) -> case_views.Status:
    """Take a request back."""
    case = await _end(office, case_desk.held(office, reference, "request"), "withdraw")
    return identity.status(office, case)


@TABLE.stream("privacy.rights.fetch", actors=EVERYBODY, none=NOBODY)
async def fetch_own(
    office: Office, *, reference: str
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """The archive of an access request, once, for whoever holds its reference."""
    case = case_desk.held(office, reference, "request")
    token = case_desk.new_secret(office)
    archives = office.store.rooms.archives
    ready = case.state in {"answered", "closed"} or "erased_from" in case.facts
    if case.party is None or not ready:
        raise Refused("not_found", "there is no archive to fetch yet")
    await office.write(lambda tx: archives.retoken(tx, case.id, token))
    async for item in hand_out(office, case, token, key=RIGHTS, actor="caller"):
        yield item


# --- whoever handles cases ------------------------------------------------------------------------


@TABLE.use_case("privacy.case.open", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def open_case(
    office: Office,
    *,
    kind: str,
    contact: str,
    residence: str = "",
    words: str = "",
    details: dict[str, str] | None = None,
    method: str | None = None,
) -> case_views.Case:
    """Write down a request that came by letter, mail or telephone.

    ``method``: how it is known who asks, of `METHODS`; without one a code is sent to the contact.
    """
    if method is not None and method not in METHODS - {"code"}:
        raise Refused("bad_argument", f"the method is one of: {_listed(METHODS - {'code'})}")
    address = case_desk.read_address(office, contact)
    case = await _add(office, kind, address, residence, words, details or {})
    if method is None:
        return _view(office, await identity.begin(office, case))
    return await identify(office, sid=case.id, method=method)  # type: ignore[no-any-return]


@TABLE.use_case("privacy.case.identify", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def identify(office: Office, *, sid: str, method: str) -> case_views.Case:
    """Say that it is known who asks, and how."""
    if method not in METHODS - {"code"}:
        raise Refused("bad_argument", f"the method is one of: {_listed(METHODS - {'code'})}")
    case = case_desk.find(office, sid, "request")
    words = case_desk.own_words(office, case)
    now, actor = office.clock.now(), current_actor()
    found = await office.write(
        lambda tx: identity.bind(office, tx, case, words, method=method, actor=actor, now=now)
    )
    return _view(office, await remedies.begin(office, found))


@TABLE.use_case("privacy.case.code", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def send_another_code(office: Office, *, sid: str) -> case_views.Case:
    """Have another code sent to the number or mailbox that a request is about."""
    case = case_desk.find(office, sid, "request")
    return _view(office, await identity.begin(office, case))


@TABLE.use_case("privacy.case.verify", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def take_code(office: Office, *, sid: str, code: str) -> case_views.Case:
    """Enter the code that the person reads out. Raises `Refused` (``wrong_code``)."""
    case = case_desk.find(office, sid, "request")
    return _view(office, await identity.prove(office, case, code, actor=current_actor()))


@TABLE.use_case("privacy.case.list", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def list_cases(office: Office, *, state: str | None = None) -> list[case_views.Case]:
    """Requests, newest first, without their words."""
    found = office.read(
        lambda queries: office.store.rooms.cases.page(
            queries, "request", count=int(CASES_SHOWN_MAX)
        )
    )
    return [
        case_desk.show(office, case, whole=False)
        for case in found
        if state is None or case.state == state
    ]


@TABLE.use_case("privacy.case.show", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def show_case(office: Office, *, sid: str) -> case_views.Case:
    """One request with its words, steps and letter."""
    return _view(office, case_desk.find(office, sid, "request"))


@TABLE.use_case("privacy.case.extend", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def extend(office: Office, *, sid: str, reason: str, words: str = "") -> case_views.Case:
    """More time, once, with a reason of the law."""
    case = case_desk.find(office, sid, "request")
    now = office.clock.now()
    rights.MACHINE.after(case.state, "extend")
    rule = law.rights_rule(case.residence, case.received_at)
    due = rights.extended(
        rule, due_at=case.due_at or now, received=case.received_at, reason=reason, now=now
    )
    clock = rights.clock(case.received_at, due)
    after = await case_desk.take(
        office, case, "extend", facts={"reason": reason, "due": due},
        words=case_desk.check_words(words) or None,
        known={**case.facts, "extension": reason}, due_at=due,
        remind_at=clock.remind_at, escalate_at=clock.escalate_at,
    )  # fmt: skip
    await remedies.news(office, after, reason="extend")
    return _view(office, after)


@TABLE.use_case("privacy.case.charge", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def charge(
    office: Office, *, sid: str, amount: str, ground: str = "", words: str = ""
) -> case_views.Case:
    """Ask for a fee, where the law lets."""
    case = case_desk.find(office, sid, "request")
    rule = law.rights_rule(case.residence, case.received_at)
    rights.check_fee(rule, ground=ground, words=words, previous=remedies.previous(office, case))
    number, _, currency = amount.partition(" ")
    if not (number.replace(".", "", 1).isdigit() and currency.isalpha() and len(currency) == 3):
        raise Refused("bad_argument", "write the amount as: 10.00 EUR")
    facts = {"amount": amount, "ground": ground}
    after = await case_desk.take(
        office, case, "charge", facts=facts, words=case_desk.check_words(words) or None,
        known={**case.facts, "fee": amount, "ground": ground},
    )  # fmt: skip
    await remedies.news(office, after, reason=f"charge {amount}")
    return _view(office, after)


@TABLE.use_case("privacy.case.answer", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def answer(
    office: Office, *, sid: str, words: str = "", details: dict[str, str] | None = None
) -> case_views.Case:
    """Grant a request and do what was asked: correct, erase, send on, hand out.

    ``details``: what the letter left open, as with ``privacy.case.open``.
    """
    case = case_desk.find(office, sid, "request")
    rights.MACHINE.after(case.state, "answer")
    if case.party is None:
        raise Refused("nobody_known", "nobody here has this number; refuse with not_found")
    said = case_desk.check_words(words)
    gone = after_erasure.erased_at(office, case)
    if gone is not None and case.kind not in after_erasure.STILL_DONE:
        if details:
            raise Refused("erased", "this person was erased: answer without details, and the "
                          "letter says since when")  # fmt: skip
        return _view(office, await remedies.nothing_left(office, case, words=said))
    asked = case_desk.own_words(office, case)
    if details:
        case, asked = await _complete(office, case, asked, details)
    now, actor = office.clock.now(), current_actor()
    if remedies.ends_service(case.kind, asked):
        remedies.check_end(office, case)
        return _view(office, await remedies.erase(office, case, said))
    match case.kind:
        case "access":
            await remedies.make_archive(office, case.id, now)
            return _view(office, case_desk.find(office, sid, "request"))
        case "erasure":
            return _view(office, await remedies.erase(office, case, said))
        case "portability":
            remedies.check_recipient(office, asked)
            again = f"{case.id}:{case.facts.get('pushes', 0)}"  # once for each that was refused
            job = jobs.job(jobs.PUSH, case.id, office.account.id, unique=again)
            await office.write(lambda tx: office.store.outbox.add(tx, job, now=now))
            return _view(office, await case_desk.take(office, case, "work", words=said or None))
        case "correction":
            await office.write(lambda tx: remedies.correct(office, tx, case, asked, now=now))
        case _:
            await office.write(
                lambda tx: remedies.at_once(office, tx, case, asked, actor=actor, now=now)
            )
            if case.party is not None:
                remedies.hold_back(office, case.party, case.kind, asked)
    return _view(office, await remedies.answered(office, case, words=said))


@TABLE.use_case("privacy.case.refuse", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def refuse(office: Office, *, sid: str, reason: str, words: str = "") -> case_views.Case:
    """Refuse a request; the letter names the reason, the law and the authority."""
    case = case_desk.find(office, sid, "request")
    rule = law.rights_rule(case.residence, case.received_at)
    rights.check_refusal(rule, reason=reason, words=words, previous=remedies.previous(office, case))
    if reason == "not_found" and case.party is not None:
        raise Refused("somebody_known", "this person is in the books, or was until an erasure: "
                      "answer instead; the letter says when they were erased")  # fmt: skip
    after = await case_desk.take(
        office, case, "refuse", facts={"reason": reason},
        words=case_desk.check_words(words) or None,
        known={**case.facts, "outcome": "refused", "reason": reason},
        **case_desk.ended(office),
    )  # fmt: skip
    await remedies.news(office, after, reason="refuse")
    return _view(office, after)


@TABLE.use_case("privacy.case.withdraw", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def withdraw(office: Office, *, sid: str) -> case_views.Case:
    """The person took the request back."""
    return _view(office, await _end(office, case_desk.find(office, sid, "request"), "withdraw"))


@TABLE.use_case("privacy.case.close", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def close(office: Office, *, sid: str) -> case_views.Case:
    """File a decided request away, or one whose sender never showed who they are."""
    case = case_desk.find(office, sid, "request")
    action = "close" if case.decided_at is not None else "give_up"
    return _view(office, await _end(office, case, action))


@TABLE.use_case("privacy.case.archive", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def make_archive(office: Office, *, sid: str) -> case_views.Archive:
    """Make the archive of an access request now, and answer with the token that fetches it."""
    case = case_desk.find(office, sid, "request")
    if case.kind != "access":
        raise Refused("bad_argument", "only a request for access has an archive")
    token = await remedies.make_archive(office, sid, office.clock.now())
    if token is None:
        raise Refused("not_now", f"this request is {case.state}; show first who asks")
    archive = archive_of(office, case)
    return case_views.Archive(
        case=sid,
        token=token,
        size=archive.size,
        sha256=archive.sha256,
        expires=archive.expires_at,
    )


@TABLE.stream("privacy.case.fetch", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def fetch(
    office: Office, *, sid: str, token: str
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """The archive of a request, once, for whoever holds its token."""
    case = case_desk.find(office, sid, "request")
    async for item in hand_out(office, case, token, key=RIGHTS, actor=current_actor()):
        yield item


@TABLE.use_case("privacy.case.mail", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def take_mail(office: Office, *, raw: str) -> case_views.Asked:
    """A letter by e-mail: a request for the right it speaks of, or else a grievance.

    A code goes to the number it names, or to the mailbox it came from; a confirmation with the
    reference goes to the mailbox, where a mail server is set up.
    """
    letter = intake.read(raw.encode("utf-8", "surrogateescape"))
    sender = case_desk.mailbox(letter.sender)
    if letter.kind:
        reference = case_desk.new_secret(office)
        address = case_desk.read_address(office, letter.number or sender)
        case = await _add(
            office, letter.kind, address, "", letter.words, {}, reference=reference,
            reply_to=sender,
        )  # fmt: skip
        case = await identity.begin(office, case)
        asked = case_views.Asked(
            reference=reference, due=case.due_at or 0, letter=remedies.letter(office, case)
        )
    else:
        asked = await grievances.file(office, words=letter.words, contact=sender)
    if office.settings.smtp_host:
        fields = {
            "letter": asked.letter,
            "reference": asked.reference,
            "page": case_mail.page(office),
        }
        to, reason = sender.removeprefix("mailto:"), f"letter:{case_desk.new_secret(office)}"
        await office.write(
            lambda tx: messages.ask(tx, office, "case_received", to, fields, reason=reason)
        )
    return asked


# --- inside ---------------------------------------------------------------------------------------


async def _add(
    office: Office,
    kind: str,
    address: Phone | str,
    residence: str,
    words: str,
    details: dict[str, str],
    *,
    reference: str | None = None,
    reply_to: str = "",
) -> Case:
    if kind not in rights.RIGHTS:
        raise Refused("bad_argument", f"what is asked is one of: {_listed(rights.RIGHTS)}")
    _check_details(office, kind, details)
    identity.check_way(office, details.get("code_by", "call"))
    text = address.e164 if isinstance(address, Phone) else address
    place = case_desk.check_residence(residence) or _region(address)
    now, actor = office.clock.now(), current_actor()
    rule = law.rights_rule(place, now)
    clock = rights.clock(now, rights.due(rule, kind, now))
    cases = office.store.rooms.cases
    held = {"address": text, "says": case_desk.check_words(words), **details}
    if reply_to:
        held["reply_to"] = reply_to

    def unit(tx: Transaction) -> Case:
        return cases.add(
            tx, family="request", kind=kind, state=rights.MACHINE.first, residence=place,
            now=now, actor=actor, words=held, contact=cases.contact(text),
            reference=None if reference is None else cases.reference(reference),
            facts={"law": rule.law}, remind_at=clock.remind_at,
            escalate_at=clock.escalate_at, due_at=clock.due_at,
        )  # fmt: skip

    return await office.write(unit)


def _check_details(office: Office, kind: str, details: dict[str, str]) -> None:
    unknown = set(details) - _FIELDS
    if unknown or any(not isinstance(v, str) or len(v) > 500 for v in details.values()):
        raise Refused("bad_argument", f"details are: {_listed(_FIELDS)}")
    remedies.check_details(office, kind, details)


async def _complete(
    office: Office, case: Case, asked: dict[str, Any], details: dict[str, str]
) -> tuple[Case, dict[str, Any]]:
    """Add what the person said later; returns the case and all that was asked."""
    _check_details(office, case.kind, details)
    party, whole = case.party, {**asked, **details}
    if party is None:
        raise Refused("nobody_known", "nobody here has this number; refuse with not_found")
    cases, now, actor = office.store.rooms.cases, office.clock.now(), current_actor()

    def unit(tx: Transaction) -> Case:
        sealed, serial = cases.bind(tx, case, party, whole)
        return cases.record(
            tx, case, "work", actor=actor, now=now, facts={"completed": sorted(details)},
            words_sealed=sealed, key_serial=serial,
        )  # fmt: skip

    return await office.write(unit), whole


def _region(address: Phone | str) -> str:
    return (address.region or "") if isinstance(address, Phone) else ""


async def _end(office: Office, case: Case, action: str) -> Case:
    if case.decided_at is not None:
        return await case_desk.take(office, case, action)
    outcome = "withdrawn" if action == "withdraw" else "closed"
    return await case_desk.take(
        office, case, action, known={**case.facts, "outcome": outcome}, **case_desk.ended(office)
    )


def archive_of(office: Office, case: Case) -> Archive:
    """Return the archive of a case; raises `Refused` (``not_found``)."""
    found = office.read(lambda queries: office.store.rooms.archives.get(queries, case.id))
    if found is None:
        raise Refused("not_found", "there is no archive of this case, or not any more")
    return found


async def hand_out(
    office: Office, case: Case, token: str, *, key: str, actor: str
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """Yield an archive and destroy it: it is fetched once."""
    archives = office.store.rooms.archives
    archive = archive_of(office, case)
    now = office.clock.now()
    if not await office.write(lambda tx: archives.take(tx, case.id, token, now=now)):
        raise Refused("not_found", "this archive was fetched, is out of time, or not yours")
    with exchange_itself(), purpose(key, actor=actor):
        pieces: Iterator[bytes] = archives.read(archive)
        first = await asyncio.to_thread(next, pieces, b"")
    yield views.ExportHead(
        filename=f"{case.id}.zip", media_type="application/zip", size=archive.size
    )
    piece = first
    while piece:
        for at in range(0, len(piece), EXPORT_CHUNK_BYTES):
            yield views.Chunk(data=piece[at : at + EXPORT_CHUNK_BYTES])
        piece = await asyncio.to_thread(next, pieces, b"")
    await office.write(lambda tx: archives.drop(tx, case.id))


def _view(office: Office, case: Case) -> case_views.Case:
    return case_desk.show(office, case, letter=remedies.letter(office, case))


def _listed(words: Any) -> str:
    return ", ".join(sorted(words))
