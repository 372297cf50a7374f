"""E-mail about cases: to the officer in charge, to whoever is above them, to the person.

Without a mail server, or without an address, nothing is sent: whoever handles cases sees them in
their lists all the same. What is sent names the case and no person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ringfence.kernel.errors import Refused
from ringfence.observe.logs import get_logger
from ringfence.office.live import reached
from ringfence.office.privacy import messages
from ringfence.privacy.cases import law
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.cases import Case
from ringfence.storage.cases_people import Officer

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "request": "case",
        "grievance": "grievance",
        "child": "child",
        "demand": "demand",
        "incident": "incident",
    }
)
"""Each family of cases, and the command that shows it: ``ringfence privacy WORD show SID``."""


def officers(office: Office) -> dict[str, Officer]:
    """Return who is responsible, by law (``*``: everybody else)."""
    with exchange_itself(), purpose("operate"):
        return office.read(office.store.rooms.case_people.officers)


def officer_of(office: Office, place: str) -> Officer | None:
    """Return who is responsible for a residence (``DE``, ``US-CA``) or a law (``EU``)."""
    found = officers(office)
    under = place if place in found else law.law_of(place)
    return found.get(under) or found.get(under.partition("-")[0]) or found.get("*")


async def to_officers(
    office: Office,
    case: Case,
    what: str,
    *,
    reason: str,
    places: Collection[str] = (),
    above: bool = False,
) -> int:
    """Write ``what`` to the officers of ``places``, by default of the person's residence.

    ``above``: the primary administrator hears of it too, as they do where nobody was named.
    ``reason``: word of the occasion; each address gets one message for each occasion of a case.
    Returns how many were asked for.
    """
    if not office.settings.smtp_host:
        return 0
    chosen = [officer_of(office, place) for place in places or (case.residence,)]
    to = {one.contact.email: None for one in chosen if one is not None and one.contact.email}
    if above or not to:
        with exchange_itself(), purpose("notify"):
            admin = office.read(office.store.rooms.policies.admin)
        if admin:
            to[admin] = None
    fields = {"what": what, "family": COMMANDS[case.family], "case": case.id}
    asked = 0
    for number, address in enumerate(to):
        asked += await _ask(office, case, "case_due", address, fields, f"{reason} {number}")
    return asked


def page(office: Office) -> str:
    """Return where people follow what they asked, and enter their codes."""
    return f"{reached(office)}/rights"


async def to_person(office: Office, case: Case, mailbox: str, letter: str, *, reason: str) -> bool:
    """Write a letter about a case to the mailbox it came from; whether it was asked for."""
    if not office.settings.smtp_host or not mailbox:
        return False
    address = mailbox.removeprefix("mailto:")
    fields = {"letter": letter, "page": page(office)}
    return await _ask(office, case, "case_news", address, fields, reason)


async def _ask(
    office: Office, case: Case, template: str, to: str, fields: Mapping[str, str], reason: str
) -> bool:
    try:
        await office.write(
            lambda tx: messages.ask(tx, office, template, to, fields, reason=f"{case.id} {reason}")
        )
    except Refused as refused:
        if refused.code == "already_sent":
            return False
        log.warning("case_mail_not_sent", case=case.id, code=refused.code)
        return False
    return True
