"""Each person is told of a demand once telling them is allowed: by e-mail, by text, or by letter.

What is owed stands in the facts of the case, one line for each person::

    {"person": "PA…", "way": "email" | "text" | "letter", "message": "MI…", "state": …, "at": …}

``asked``: a message is on its way. ``told``: it was taken, or somebody says how the letter went.
``open``: nothing reaches this person but a letter that somebody has to send; the officer is
written to, and `letters` prints it. ``erased``: there is nobody left to tell. Every change of it
is a step of the case and a leaf of the audit log. Nothing is disclosed or closed while a line is
``asked`` or ``open``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ringfence.api import case_views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import MessageId, PartyId
from ringfence.kernel.limits import CASES_SHOWN_MAX
from ringfence.kernel.phone import Phone
from ringfence.observe.logs import get_logger
from ringfence.office.messaging.asking import Wanted, own_sender, prepare
from ringfence.office.privacy import case_desk, case_mail, messages
from ringfence.office.privacy.case_desk import PERSON
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.cases import letters as wording
from ringfence.privacy.cases.demand import MACHINE
from ringfence.privacy.purposes import current_actor, exchange_itself, purpose
from ringfence.storage.cases import Case
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

_DEMANDS = "answer_demand"
_OWED = frozenset({"asked", "open"})
_GONE = frozenset({"sent", "delivered", "read"})
_LOST = frozenset({"failed", "undelivered", "canceled"})

Line = Mapping[str, Any]


def lines_of(case: Case) -> Sequence[Line]:
    """Return who is told, and how far that is."""
    found: Sequence[Line] = case.facts.get("notices", ())
    return found


def check_told(case: Case) -> None:
    """Raise `Refused` (``not_told``) while somebody is still to be told."""
    owed = sum(line["state"] in _OWED for line in lines_of(case))
    if owed:
        raise Refused(
            "not_told", f"{owed} people are still to be told: ringfence privacy demand letters",
            clause="LEG-04",
        )  # fmt: skip


def all_demands(office: Office) -> list[Case]:
    """Return every demand that is not settled, newest first."""
    cases, found = office.store.rooms.cases, list[Case]()

    def after(last: str | None) -> list[Case]:
        return office.read(
            lambda queries: cases.page(queries, "demand", count=int(CASES_SHOWN_MAX), before=last)
        )

    page = after(None)
    while page:
        found += [case for case in page if case.decided_at is None]
        page = after(page[-1].id)
    return found


# --- telling --------------------------------------------------------------------------------------


async def tell(office: Office, case: Case) -> Case:
    """Tell everybody whom a demand is about and who was not told yet."""
    for person in _people(case):
        case = await _begin(office, case, person, _way(office, case, person))
    return case


def check_reachable(office: Office, case: Case) -> None:
    """Raise `Refused` (``no_channel``) where only a letter reaches somebody."""
    if any(_way(office, case, person) is None for person in _people(case)):
        raise Refused("no_channel", "no message reaches them: write, and say how with words",
                      clause="LEG-04")  # fmt: skip


def _people(case: Case) -> list[PartyId]:
    """Return who was not told yet."""
    known = {line["person"] for line in lines_of(case)}
    return [PartyId(person) for person in _scope(case)["subjects"] if person not in known]


def _scope(case: Case) -> Mapping[str, Any]:
    """Return what is given, or as long as nobody decided that, what is asked."""
    about = case.facts["demand"]
    found: Mapping[str, Any] = about["scope"] if about["scope"]["subjects"] else about["asked"]
    return found


async def follow(office: Office, case: Case) -> Case:
    """See what became of messages that were asked for; one that was lost becomes a letter."""
    for line in lines_of(case):
        if line["state"] != "asked":
            continue
        fate = _fate(office, line)
        if fate in _GONE:
            case = await _note(office, case, {**line, "state": "told"}, "told")
        elif fate in _LOST:
            case = await _open(office, case, PartyId(line["person"]))
    return case


Put = Callable[[Transaction], tuple[str, str]]
"""Asks for the message; returns the way and the message."""
Way = tuple[Put, Callable[[], None]]
"""And what is done once that is durable."""


def _way(office: Office, case: Case, person: PartyId) -> Way | None:
    """Return how somebody is reached, None where only by letter. Raises nothing."""
    address = _address(office, person)
    text = _text(office, case, person)
    if address is None:
        return (lambda _: ("", "")), lambda: None
    if address.startswith("mailto:"):
        return _by_mail(office, case, person, address.removeprefix("mailto:"), text)
    if address.startswith("+"):
        return _by_text(office, Phone(address), text)
    return None


def _by_mail(office: Office, case: Case, person: PartyId, address: str, text: str) -> Way | None:
    if not office.settings.smtp_host:
        return None

    def put(tx: Transaction) -> tuple[str, str]:
        made = messages.ask(
            tx, office, "demand_received", address, {"what": text}, reason=f"{case.id} {person}"
        )
        return "email", made.id

    return put, lambda: None


def _by_text(office: Office, to: Phone, text: str) -> Way | None:
    """A text message from the number that people's requests are answered from."""
    try:
        sender = own_sender(office, office.settings.rights_sms_from)
        ready = prepare(office, Wanted(to=to, sender=sender, text=text, owed=True))
    except Refused:
        return None

    def put(tx: Transaction) -> tuple[str, str]:
        office.store.rooms.texts.add(tx, ready.new)
        return "text", ready.id

    def after() -> None:
        office.post.at_hand(ready.id, to, ready.own, text)
        office.post.wake()

    return put, after


async def _begin(office: Office, case: Case, person: PartyId, way: Way | None) -> Case:
    if way is None:
        return await _open(office, case, person)
    put, after = way

    def unit(tx: Transaction) -> Case:
        name, message = put(tx)
        state = "asked" if name else "erased"
        line = _line(office, person, name, message, state)
        return _record(office, tx, case, line, "inform")

    try:
        changed = await office.write(unit)
    except Refused:
        return await _open(office, case, person)
    after()
    return changed


async def _open(office: Office, case: Case, person: PartyId) -> Case:
    """Somebody has to write a letter; the officer hears of it."""
    line = _line(office, person, "letter", "", "open")
    changed = await _note(office, case, line, "inform")
    log.warning("letter_owed", case=case.id)
    await case_mail.to_officers(  # one e-mail for all the letters of a case
        office, changed, f"The demand {case.id} needs a letter: ringfence privacy demand letters",
        reason="letter",
    )  # fmt: skip
    return changed


def _fate(office: Office, line: Line) -> str:
    message, reading = MessageId(line["message"]), office.store.db.reading
    if line["way"] == "email":
        found = office.store.rooms.messages.get(reading, message)
        return "failed" if found is None else found.state
    try:
        return office.store.rooms.texts.get(reading, message).state
    except Refused:
        return "failed"


# --- letters --------------------------------------------------------------------------------------


@TABLE.use_case("privacy.demand.letters", actors=KNOWN, purpose=_DEMANDS, category=PERSON,
                also=("answer_rights",))  # fmt: skip
async def letters(office: Office) -> list[case_views.LetterOwed]:
    """Letters that somebody has to send: no message reaches these people."""
    found = []
    for case in all_demands(office):
        for line in lines_of(case):
            if line["state"] == "open":
                person = PartyId(line["person"])
                found.append(case_views.LetterOwed(
                    case=case.id, person=person, address=_address(office, person) or "",
                    since=line["at"], text=_text(office, case, person),
                ))  # fmt: skip
    return found


@TABLE.use_case("privacy.demand.told", actors=KNOWN, purpose=_DEMANDS, category=PERSON)
async def told(office: Office, *, sid: str, person: str, words: str) -> case_views.Case:
    """A letter went out; ``words`` say how, so that it can be shown."""
    case = case_desk.find(office, sid, "demand")
    said = case_desk.check_words(words)
    line = next((line for line in lines_of(case) if line["person"] == person), None)
    if line is None or line["state"] != "open":
        raise Refused("not_found", "no letter to this person is open in this case")
    if not said:
        raise Refused("bad_argument", "say how the letter went, so that it can be shown")
    case = await _note(office, case, {**line, "state": "told"}, "told", words=said)
    return case_desk.show(office, case, key=_DEMANDS)


# --- inside ---------------------------------------------------------------------------------------


def _address(office: Office, person: PartyId) -> str | None:
    """Return where somebody is found, None where they were erased meanwhile."""
    with exchange_itself(), purpose("answer_rights"):
        try:
            return office.read(lambda queries: office.store.parties.address(queries, person))
        except Refused:
            return None


def _text(office: Office, case: Case, person: PartyId) -> str:
    about, asked = case.facts["demand"], _scope(case)
    with exchange_itself():
        words = case_desk.words_of(office, case, key=_DEMANDS)
    return wording.demand_notice(
        sender=office.account_name or "a telephone exchange",
        authority=str(words.get("authority", "an authority")),
        kinds=asked["fields"], since=Ms(asked["since"]), until=Ms(asked["until"]),
        disclosed_at=about["disclosed_at"], residence=case.residence,
        page=f"{office.settings.public_url}/rights" if office.settings.public_url else "",
        reference=f"{case.id}/{person}",
    )  # fmt: skip


def _line(office: Office, person: PartyId, way: str, message: str, state: str) -> dict[str, Any]:
    return {"person": person, "way": way, "message": message, "state": state,
            "at": office.clock.now()}  # fmt: skip


async def _note(office: Office, case: Case, line: Line, action: str, *, words: str = "") -> Case:
    return await office.write(lambda tx: _record(office, tx, case, line, action, words=words))


def _record(
    office: Office, tx: Transaction, case: Case, line: Line, action: str, *, words: str = ""
) -> Case:
    now = office.clock.now()
    others = [known for known in lines_of(case) if known["person"] != line["person"]]
    known = {**case.facts, "notices": [*others, {**line, "at": now}]}
    return office.store.rooms.cases.record(
        tx, case, action, actor=current_actor(), now=now, words=words or None, known=known,
        facts={name: line[name] for name in ("person", "way", "message", "state")},
        state=MACHINE.after(case.state, action),
    )  # fmt: skip
