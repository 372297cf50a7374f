"""What every kind of case shares: taking a step, showing it, who acts, whose data it is."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ringfence.api import case_views
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import ADDRESS_CHARS_MAX, CASE_WORDS_MAX
from ringfence.kernel.phone import Phone
from ringfence.kernel.regions import REGIONS, STATES
from ringfence.privacy.cases import child, demand, grievance, incident, rights
from ringfence.privacy.cases.machine import Machine
from ringfence.privacy.purposes import current_actor, exchange_itself, purpose
from ringfence.sip.uri import Uri
from ringfence.storage import cases_codes
from ringfence.storage.cases import Case, StepTaken
from ringfence.storage.parties import canonical

if TYPE_CHECKING:
    from ringfence.office import Office

MACHINES: Mapping[str, Machine] = {
    "request": rights.MACHINE,
    "grievance": grievance.MACHINE,
    "child": child.MACHINE,
    "demand": demand.MACHINE,
    "incident": incident.MACHINE,
}
RIGHTS = "answer_rights"
PERSON = "user"
NOBODY = "somebody who has not said who they are hands something in; nothing is opened for them"


def check_words(words: str) -> str:
    """Return ``words``; raises `Refused` where they are too long."""
    if len(words) > CASE_WORDS_MAX:
        raise Refused("bad_argument", f"write at most {CASE_WORDS_MAX} characters")
    return words.strip()


def check_residence(residence: str) -> str:
    """Return a residence as ISO 3166 in capitals; "" is allowed. Raises `Refused`."""
    place = residence.strip().upper()
    country, _, part = place.partition("-")
    known = country in REGIONS or country == "EU"
    whole = not part and "-" not in place
    if country == "US" and not whole:
        known = part in STATES
    if place and not (known and (whole or (part.isascii() and part.isalnum()))):
        # of a country there is none of, no law would be the person's
        raise Refused("bad_argument", "write the country as DE, IN, GB or US-CA")
    return place[:6]


def new_secret(office: Office, size: int = 15) -> str:
    """Return a secret for somebody to hold: letters and digits."""
    return base64.b32encode(office.entropy.token(size)).decode().rstrip("=").lower()


def find(office: Office, sid: str, family: str) -> Case:
    """Return a case of a family; raises `Refused` (``not_found``)."""
    case = office.read(lambda queries: office.store.rooms.cases.get(queries, sid))
    if case.family != family:
        raise Refused("not_found", "there is no such case")
    return case


def held(office: Office, reference: str, family: str) -> Case:
    """Return the case whose reference somebody shows; the same refusal whatever is wrong."""
    case = office.read(
        lambda queries: office.store.rooms.cases.by_reference(queries, reference.strip().lower())
    )
    if case is None or case.family != family:
        raise Refused("not_found", "no case has this reference; check it letter by letter")
    return case


def words_of(office: Office, case: Case, *, key: str = RIGHTS) -> dict[str, Any]:
    """Return what was said in a case, for whoever acts."""
    with purpose(key):
        return office.store.rooms.cases.words(case)


def own_words(office: Office, case: Case) -> dict[str, Any]:
    """Return what was said in a case, opened by the exchange to carry out the case itself."""
    with exchange_itself(), purpose(RIGHTS):
        return office.store.rooms.cases.words(case)


async def take(
    office: Office,
    case: Case,
    action: str,
    *,
    state: str | None = None,
    facts: Mapping[str, Any] | None = None,
    words: str | None = None,
    **changes: Any,
) -> Case:
    """Take a step by the table of the family. ``state``: where a rule says more than the table."""
    into = MACHINES[case.family].after(case.state, action)
    now, actor = office.clock.now(), current_actor()
    return await office.write(
        lambda tx: office.store.rooms.cases.record(
            tx,
            case,
            action,
            actor=actor,
            now=now,
            facts=facts,
            words=words,
            state=state or into,
            **changes,
        )
    )


def ended(office: Office, *, keep_ms: int = rights.EVIDENCE_MS) -> dict[str, Any]:
    """Return what changes in a case that is decided: no clock runs, its words go after a while."""
    now = office.clock.now()
    return {
        "remind_at": None,
        "escalate_at": None,
        "decided_at": now,
        "shred_at": now + keep_ms,
    }


def party_of(office: Office, number: str) -> PartyId | None:
    """Return whose number it is, None where nobody here has it. Raises `Refused`."""
    return office.store.party_room.find(read_address(office, number))


def read_address(office: Office, text: str) -> Phone | str:
    """Read a telephone number, a SIP address or a mailbox.

    Raises `Refused`: ``bad_address``, ``bad_email``, ``invalid_number``.
    """
    plain = text.strip()
    if plain.lower().startswith(("sip:", "sips:")):
        return _sip_address(plain)
    if "@" in plain:
        return mailbox(plain)
    return Phone.parse(plain, region=office.region)


def _sip_address(text: str) -> str:
    """Check that a SIP address is one (RFC 3261 19.1.1), and return it as people are found by it.

    A code is sent to just that: what else was written (``;maddr=`` says where a call goes) would
    let it ring somewhere else, and each spelling would be a contact with tries of its own.
    """
    if len(text) <= ADDRESS_CHARS_MAX:
        try:
            Uri.parse(text)
        except RemoteError:
            pass
        else:
            return canonical(text)
    raise Refused("bad_address", "write a SIP address as sip:name@example.com")


def knows_mailbox(office: Office, address: str) -> bool:
    """Whether this is a mailbox that something was sent to, or that is on a list."""
    mailbox = address.removeprefix("mailto:")
    if mailbox == address:
        return False
    lookup = office.store.rooms.messages.lookup(mailbox)
    return office.read(lambda queries: cases_codes.knows_mailbox(queries, lookup))


def mailbox(text: str) -> str:
    """Return a mailbox as people are found by it. Raises `Refused` (``bad_email``)."""
    plain = text.strip().lower().removeprefix("mailto:")
    user, at, host = plain.rpartition("@")
    bad = not (user and at and "." in host) or len(plain) > 254
    if bad or any(c.isspace() or not c.isprintable() or c in '<>,;:"()[]\\' for c in plain):
        raise Refused("bad_email", "write the address as name@example.com")
    return f"mailto:{plain}"


def show(
    office: Office, case: Case, *, letter: str = "", key: str = RIGHTS, whole: bool = True
) -> case_views.Case:
    """Return a case for whoever handles it; ``whole``: with its words and steps."""
    return case_views.Case(
        sid=case.id,
        family=case.family,
        kind=case.kind,
        state=case.state,
        residence=case.residence,
        received=case.received_at,
        due=case.due_at,
        decided=case.decided_at,
        late=case.due_at is not None and (case.decided_at or office.clock.now()) > case.due_at,
        person=case.party,
        facts=dict(case.facts),
        words=words_of(office, case, key=key) if whole else {},
        letter=letter,
        can=MACHINES[case.family].actions(case.state),
        steps=steps(office, case, key=key) if whole else [],
    )


def steps(office: Office, case: Case, *, key: str = RIGHTS) -> list[case_views.Step]:
    """Return the steps of a case with what was said."""
    cases = office.store.rooms.cases
    taken: Sequence[StepTaken] = office.read(lambda queries: cases.steps(queries, case.id))
    with purpose(key):
        return [
            case_views.Step(
                at=step.at,
                action=step.action,
                state=step.state,
                by=step.actor,
                words=said(office, step),
            )
            for step in taken
        ]


def said(office: Office, step: StepTaken) -> str:
    """Return the words of a step, "" where they are of somebody whose data is only stored."""
    try:
        return office.store.rooms.cases.said(step)
    except Refused as refused:
        if refused.code != "restricted":
            raise
        return ""
