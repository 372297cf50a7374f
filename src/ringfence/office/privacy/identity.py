"""Who somebody is, shown by control of a number or a mailbox; the same for people nobody knows.

Asking for a code does the same work for every number: nothing is looked up while somebody waits.
The code is made by a job, for unknown numbers too; it is then spoken by a call, or sent, only to
somebody who is in the books. So neither an answer nor the time it takes tells who is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ringfence.api import case_views
from ringfence.jobs.handlers import cases as jobs
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import CODE_TRIES, CODES_PER_CASE, CODES_PER_CONTACT
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.observe.logs import get_logger
from ringfence.office.billing import owed
from ringfence.office.messaging.asking import Wanted, own_sender, prepare
from ringfence.office.privacy import after_erasure, case_desk, remedies
from ringfence.office.privacy.after_erasure import address_of
from ringfence.office.privacy.case_desk import NOBODY
from ringfence.office.table import EVERYBODY, TABLE
from ringfence.privacy.cases import codes, rights
from ringfence.storage import cases_codes
from ringfence.storage.cases import Case
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

_SECRET = "case-codes"  # noqa: S105 - the name of a key


@TABLE.use_case("privacy.rights.code", actors=EVERYBODY, none=NOBODY)
async def ask_again(office: Office, *, reference: str) -> case_views.Status:
    """Have another code sent; the answer is the same whether one was."""
    case = case_desk.held(office, reference, "request")
    asked = await begin(office, case)
    return status(office, asked)


async def begin(office: Office, case: Case) -> Case:
    """Ask somebody to show who they are: a step, and a job that sends a code."""
    into = rights.MACHINE.after(case.state, "ask_identity")
    now = office.clock.now()

    def unit(tx: Transaction) -> Case:
        after = office.store.rooms.cases.record(
            tx, case, "ask_identity", actor="system", now=now, state=into
        )
        office.store.outbox.add(tx, jobs.job(jobs.CODE, case.id, office.account.id), now=now)
        return after

    return await office.write(unit)


async def send_code(office: Office, sid: str, now: Ms) -> None:
    """Make a code and, for somebody in the books, have it spoken. A job; see the module.

    Raises `RemoteError` where no call can be placed just now.
    """
    case = case_desk.find(office, sid, "request")
    words = case_desk.own_words(office, case)
    address = str(words.get("address", ""))
    if case.state != "identifying" or case.contact is None:
        return
    contact = case.contact
    known = is_known(office, address)
    code = codes.make(office.entropy)
    issued = codes.issue(office.store.store.secret(_SECRET), case.id, code, now)

    def unit(tx: Transaction) -> bool:
        sent, today = cases_codes.count(tx, case.id), cases_codes.recent(tx, contact, now)
        over = sent >= CODES_PER_CASE or today >= CODES_PER_CONTACT
        # Nobody is told a code that is one too many, so it opens nothing: else each would be good
        # for some guesses more, and of codes there is no end.
        kept = replace(issued, tries=int(CODE_TRIES)) if over else issued
        cases_codes.add(tx, case.id, kept, contact=contact, now=now)
        return not over

    if not (await office.write(unit) and known):
        return
    await _deliver(office, address, code, by_text=words.get("code_by") == "text")


def check_way(office: Office, way: str) -> None:
    """Raise `Refused` for a way that codes do not go here: ``bad_argument``, ``no_texts``."""
    if way not in {"call", "text"}:
        raise Refused("bad_argument", "a code comes by call or by text")
    if way == "text" and not office.settings.rights_sms_from:
        raise Refused("no_texts", "this exchange sends no codes by text; let it call you")


def is_known(office: Office, address: str) -> bool:
    """Whether somebody with this number or mailbox is in the books, or is kept in part."""
    known = after_erasure.holder(office, address) is not None
    return known or case_desk.knows_mailbox(office, address)


async def _deliver(office: Office, address: str, code: str, *, by_text: bool) -> None:
    if address.startswith("mailto:"):
        await remedies.mail_code(office, address.removeprefix("mailto:"), code)
        return
    if by_text and isinstance(to := address_of(address), Phone) and await _text(office, to, code):
        return
    try:
        with owed():
            office.live.outgoing.place(address, source=Source(document=spoken(office, code)))
    except Refused as refused:
        log.warning("code_not_sent", code=refused.code)
        raise RemoteError("no call can be placed just now", hint=503) from None


_WRITTEN = (
    "Your code is {code}. Somebody asked about the data we hold on this number. "
    "If it was not you, you need to do nothing."
)


async def _text(office: Office, to: Phone, code: str) -> bool:
    """Ask for a text message with the code; False where none may go there: they are called."""
    try:
        sender = own_sender(office, office.settings.rights_sms_from)
        text = _WRITTEN.format(code=code)
        ready = prepare(office, Wanted(to=to, sender=sender, text=text, priority=0, owed=True))
    except Refused as refused:
        log.warning("code_not_texted", code=refused.code)
        return False
    await office.write(lambda tx: office.store.rooms.texts.add(tx, ready.new))
    office.post.at_hand(ready.id, to, ready.own, text)
    office.post.wake()
    return True


def spoken(office: Office, code: str) -> str:
    """Return the document that says a code, twice, to whoever answers."""
    name = escape(office.account_name or "this telephone exchange")
    digits = codes.spoken(code)
    return (
        '<Response><Pause length="1"/>'
        f"<Say>This is {name}. Somebody asked about the data we hold on this number. "
        f"If it was you, your code is {digits}.</Say>"
        f'<Pause length="1"/><Say>Again: {digits}. '
        "If it was not you, you need to do nothing. Goodbye.</Say></Response>"
    )


@TABLE.use_case("privacy.rights.verify", actors=EVERYBODY, none=NOBODY)
async def verify(office: Office, *, reference: str, code: str) -> case_views.Status:
    """Show control by the code. Raises `Refused` (``wrong_code``), the same whatever is wrong."""
    case = case_desk.held(office, reference, "request")
    return status(office, await prove(office, case, code, actor="caller"))


async def prove(office: Office, case: Case, code: str, *, actor: str) -> Case:
    """Take a code for a case and, where it is right, do what needs no looking into.

    ``actor``: who entered it. Raises `Refused` (``wrong_code``), the same whatever is wrong.
    """
    now = office.clock.now()
    secret = office.store.store.secret(_SECRET)
    plain = "".join(c for c in code if c.isdigit())[:16]

    def unit(tx: Transaction) -> bool:
        issued = cases_codes.take(tx, case.id)
        right = codes.matches(issued, secret=secret, case=case.id, code=plain, now=now)
        if right:
            cases_codes.spend(tx, case.id)
        return right

    # Only after the right code is anybody looked up: a guess about a number that is known costs
    # the same as one about a number that is not.
    right = await office.write(unit) and case.state in {"received", "identifying"}
    words = case_desk.own_words(office, case) if right else {}
    address = str(words.get("address", ""))
    if address.startswith("mailto:"):
        # Somebody we only ever wrote to: from now on there is a person to whom that belongs.
        office.store.party_room.resolve(address, now)
    # Who was erased while the code was on its way had it from that number: the case is theirs.
    if not right or (case.party is None and after_erasure.holder(office, address) is None):
        raise Refused("wrong_code", f"that code is not right; after {int(CODE_TRIES)} tries "
                      "ask for another", clause="DSR-08")  # fmt: skip
    found = await office.write(
        lambda tx: bind(office, tx, case, words, method="code", actor=actor, now=now)
    )
    return await remedies.begin(office, found)


def bind(
    office: Office,
    tx: Transaction,
    case: Case,
    words: dict[str, Any],
    *,
    method: str,
    actor: str,
    now: Ms,
) -> Case:
    """The person is known: their case is sealed under their key from now on."""
    cases = office.store.rooms.cases
    party = after_erasure.holder(office, str(words.get("address", "-")))
    changes: dict[str, Any] = {}
    if party is not None:
        sealed, serial = cases.bind(tx, case, party, words)
        changes = {"party": party, "words_sealed": sealed, "key_serial": serial}
    into = rights.MACHINE.after(case.state, "identify")
    if case.due_at is not None:
        clock = rights.clock(case.received_at, case.due_at)
        changes |= {"remind_at": clock.remind_at, "escalate_at": clock.escalate_at}
    return cases.record(
        tx, case, "identify", actor=actor, now=now, facts={"method": method}, state=into, **changes
    )


def status(office: Office, case: Case) -> case_views.Status:
    """Return how far a request is, for whoever holds its reference."""
    known = case.party is not None
    cases = office.store.rooms.cases
    archive = office.read(lambda queries: office.store.rooms.archives.get(queries, case.id))
    taken = office.read(lambda queries: cases.steps(queries, case.id))
    return case_views.Status(
        kind=case.kind,
        state=case.state,
        received=case.received_at,
        due=case.due_at,
        letter=remedies.letter(office, case),
        archive=known and archive is not None and archive.taken_at is None,
        steps=[
            case_views.Step(at=step.at, action=step.action, state=step.state)
            for step in taken
            if step.action not in {"remind", "escalate", "work"}
        ],
    )
