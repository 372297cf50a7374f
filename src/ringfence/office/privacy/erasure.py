"""Erasing people: the plan first, then the erasure, then its receipt.

Whoever answers a case calls these two::

    planned = await erasure.plan(office, party, reason="request")      # touches nothing
    done = await erasure.execute(office, planned.id)                   # again: changes nothing

``party`` None plans the same for nobody, so that neither answer nor time tells whether a number is
known. What a law keeps is in ``done.due_at`` and ``done.rows``, the signed receipt in
``done.receipt``. `go_on` is the job that comes back on that date.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ringfence.accounts.resources import CallerId
from ringfence.api import views
from ringfence.jobs.handlers import cases
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import PartyId, is_id
from ringfence.kernel.limits import ADDRESS_CHARS_MAX, PAGE_MAX
from ringfence.kernel.phone import Phone
from ringfence.office import shelf
from ringfence.office.privacy import case_desk
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import current_actor, exchange_itself, purpose
from ringfence.storage import erasure_ledger as ledger
from ringfence.storage.cases_disclosures import Disclosure, Disclosures
from ringfence.storage.erasure_ledger import Erasure
from ringfence.storage.parties import canonical
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

T = TypeVar("T")

REASONS = frozenset({"request", "withdrawal", "objection", "unlawful", "child", "retention"})
"""Why somebody is erased: GDPR 17(1) a to f, and a time that has run out."""


async def plan(
    office: Office, party: PartyId | None, *, reason: str = "request", address: str | None = None
) -> Erasure:
    """Write down what erasing a person would do, and return it. Nothing is touched.

    ``address``: by which they were asked for; what nobody proved to be theirs is found by it.
    Raises `Refused` (``bad_reason``) for a word that is not one of `REASONS`.
    """
    if reason not in REASONS:
        raise Refused("bad_reason", f"a reason is one of: {', '.join(sorted(REASONS))}")
    eraser, actor = office.store.store.eraser, current_actor()
    contact = None if address is None else office.store.rooms.cases.contact(address)
    return await _apart(
        lambda: eraser.plan(office.account, party, reason=reason, actor=actor, contact=contact)
    )


async def execute(office: Office, erasure: str) -> Erasure:
    """Carry out a plan, or go on with it; doing it again changes nothing.

    Everybody who received something about the person is told, which is asked for before anything
    is touched: afterwards nobody can read who they are.

    Raises `Refused`: ``not_found`` for a plan that is not there (any more), ``call_going_on``.
    """
    eraser = office.store.store.eraser
    planned = _known(office, erasure)
    if planned is not None and planned.state == "planned":
        await announce(office, planned.party)
    number = _number_of(office, planned)
    done = await _apart(lambda: eraser.carry_out(erasure))
    await _show_no_more(office, number)
    forget(office, done.party)
    return done


def _number_of(office: Office, planned: Erasure | None) -> str | None:
    """Return the number of whoever is to be erased, while it can still be read."""
    shown = office.shelf.all(CallerId)
    if planned is None or not shown:
        return None
    with exchange_itself(), purpose("answer_rights"):
        known = office.store.store.parties.addresses(office.store.db.reading, [planned.party])
    return known.get(planned.party)


async def _show_no_more(office: Office, number: str | None) -> None:
    """Take away that calls may show a number: whose it was confirmed that and is erased."""
    gone = [kept for kept in office.shelf.all(CallerId) if kept.body.number == number]
    if gone:
        with exchange_itself():
            await shelf.drop(office, *gone)


async def announce(office: Office, party: PartyId) -> None:
    """Ask for a notice to everybody who received something about a person and can be told."""
    register = office.store.rooms.disclosures
    now = office.clock.now()
    with exchange_itself(), purpose("answer_rights"):
        found = office.read(lambda queries: register.of_party(queries, party))
        told = [(disclosure, _url(register, disclosure)) for disclosure in found]

    def work(tx: Transaction) -> None:
        for disclosure, url in told:
            if url:
                register.told(tx, disclosure.id, now=now)
                job = cases.erased(url, disclosure.id, office.account.id)
                office.store.outbox.add(tx, job, now=now)

    if told:
        await office.write(work)


def _url(register: Disclosures, disclosure: Disclosure) -> str:
    """Return where a recipient is told; "" where an erasure before this one told it already."""
    try:
        return register.recipient(disclosure).url
    except Refused as refused:
        if refused.code != "erased":
            raise
        return ""


async def go_on(office: Office, erasure: str) -> None:
    """Erase what had to be kept until today. Raises `RemoteError` where it is to be tried again."""
    eraser = office.store.store.eraser
    try:
        done = await _apart(lambda: eraser.go_on(erasure))
    except Refused as refused:
        if refused.code == "call_going_on":
            raise RemoteError("the person is in a call", hint=409) from None
        raise
    if done is not None:
        forget(office.of(done.account), done.party)


def forget(office: Office, party: PartyId) -> None:
    """Drop a person from the memory of this process."""
    office.store.party_room.forget(party)
    office.forget_person(party)
    office.store.db.give(office.store.rooms.repeats.forget_all)


async def _apart(work: Callable[[], T]) -> T:
    """Do it in a thread, as the exchange itself: what it opens, it opens to erase."""
    with exchange_itself():
        return await asyncio.to_thread(work)


def find(office: Office, address: str) -> PartyId | None:
    """Return whose number, SIP address, mailbox or postal address (its SID) this is, or None.

    Somebody we only ever wrote to, or who only ever asked for something, is nobody yet: the party
    is made here, so that there is something to erase. Raises `Refused` (``invalid_number``,
    ``bad_email``) for what is none of the three.
    """
    if len(address) > ADDRESS_CHARS_MAX:
        raise Refused("invalid_number", "that is no telephone number")
    if is_id(address, "address"):
        return _lives_at(office, address)
    text = _text(office, address)
    eraser = office.store.store.eraser
    found = office.read(lambda queries: eraser.find(queries, office.account, text))
    if found is None and _was_spoken_of(office, text):
        found = office.store.party_room.resolve(text, office.clock.now())
    return found


def _text(office: Office, address: str) -> str:
    read = case_desk.read_address(office, address)
    return read.e164 if isinstance(read, Phone) else canonical(read)


def _was_spoken_of(office: Office, text: str) -> bool:
    """Whether anything is known of an address that nobody here has: a mail, a list, a case."""
    known = office.read(lambda queries: office.store.rooms.cases.knows(queries, text))
    return known or case_desk.knows_mailbox(office, text)


def _lives_at(office: Office, sid: str) -> PartyId | None:
    """Return whose postal address this is: who is known by it alone is found by its SID."""
    try:
        return office.read(lambda queries: office.store.rooms.addresses.party_of(queries, sid))
    except Refused as refused:
        if refused.code != "not_found":
            raise
        return None


# --- use cases ------------------------------------------------------------------------------------


@TABLE.use_case("privacy.erase.plan", actors=KNOWN, purpose="erase", category="user")
async def plan_erasure(office: Office, *, address: str, reason: str = "request") -> views.Erasure:
    """What erasing whoever has this address would do: each store, action, date and rule.

    ``address``: a telephone number, a SIP address, a mailbox, or the SID of a postal address.
    """
    await office.settled()
    party = find(office, address)
    await office.settled()
    text = None if is_id(address, "address") else _text(office, address)
    return _view(office, await plan(office, party, reason=reason, address=text))


@TABLE.use_case("privacy.erase.execute", actors=KNOWN, purpose="erase", category="user")
async def execute_erasure(office: Office, *, sid: str) -> views.Erasure:
    """Carry out a plan; the answer holds the signed receipt."""
    return _view(office, await execute(office, _id(sid)))


@TABLE.use_case("privacy.erase.show", actors=KNOWN, purpose="erase", category="user")
async def show_erasure(office: Office, *, sid: str) -> views.Erasure:
    """A plan, or an erasure with its receipt."""
    found = _known(office, _id(sid))
    if found is None:
        raise Refused("not_found", "no erasure of that SID; a plan is kept for a day")
    return _view(office, found)


def _known(office: Office, erasure: str) -> Erasure | None:
    """An erasure of this account; `Refused` (``not_found``) for another account's."""
    found = office.read(lambda queries: ledger.get(queries, erasure))
    if found is not None and found.account != office.account.id:
        raise Refused("not_found", "no erasure of that SID; a plan is kept for a day")
    return found


@TABLE.use_case("privacy.erase.list", actors=KNOWN, purpose="erase", category="user")
async def list_erasures(
    office: Office, *, limit: int = 50, before: str | None = None
) -> list[views.Erasure]:
    """Erasures that were begun, newest first."""
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    found = office.read(
        lambda queries: ledger.page(
            queries, office.account.id, count=limit, before=before and _id(before)
        )
    )
    return [_view(office, erasure) for erasure in found]


def _id(sid: str) -> str:
    if not is_id(sid, "erasure"):
        raise Refused("not_found", "an erasure's SID is ER and 32 hexadecimal digits")
    return sid


def _view(office: Office, erasure: Erasure) -> views.Erasure:
    done = erasure.receipt is not None
    return views.Erasure(
        sid=erasure.id,
        status=erasure.state,
        reason=erasure.reason,
        asked=erasure.asked_at,
        done=erasure.done_at,
        due=erasure.due_at,
        rows=[
            views.ErasureRow(
                store=row.store,
                what=row.what,
                count=row.count,
                action=row.action,
                at=row.at,
                rule=row.rule,
            )
            for row in erasure.rows
        ],
        receipt=erasure.receipt,
        verifier_key=office.store.store.signer().verifier_key() if done else None,
    )
