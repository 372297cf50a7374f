"""May somebody be called: asked before every call that the office places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.phone import Phone
from ringfence.privacy.recording_law.contact import About, Contact, decide
from ringfence.privacy.recording_law.places import UNKNOWN, place_of
from ringfence.privacy.recording_law.rules import load

if TYPE_CHECKING:
    from ringfence.office import Office


def address_of(office: Office, number: str) -> Phone | str:
    """Return whom a command means: a SIP address as it is, else a telephone number."""
    if number.startswith(("sip:", "sips:")):
        return number
    return Phone.parse(number, region=office.region)


def about_of(word: str) -> About:
    """Return what a call is about. Raises `Refused` (``bad_argument``)."""
    if word == "service":
        return "service"
    if word == "marketing":
        return "marketing"
    raise Refused("bad_argument", "a call is about service or marketing")


def check_contact(office: Office, to: str, *, about: About, customer: bool = False) -> None:
    """Raise `Refused` with the rule behind it where somebody may not be called now.

    ``do_not_call``, ``marketing_opt_out``, ``no_marketing_consent``, ``outside_calling_hours``,
    ``too_many_attempts``, ``restricted``.
    """
    name = to.removeprefix("client:")  # a client of Twilio's is a phone of ours
    if name in office.phones or name in office.directory.devices:
        return
    address = address_of(office, to)
    consents, reading = office.store.rooms.consents, office.store.db.reading
    party = office.store.party_room.find(address)
    if party is not None:
        check_restricted(office, party)
    found = decide(
        Contact(
            about=about,
            place=place_of(address) if isinstance(address, Phone) else UNKNOWN,
            at=office.clock.now(),
            do_not_call=consents.suppressed(reading, address, "do_not_call"),
            opted_out=consents.suppressed(reading, address, "marketing"),
            consent="unknown" if party is None else consents.holds(
                reading, party, "market", "call"),
            customer=customer,
            unanswered=() if party is None else office.store.records.unanswered(
                reading, party, since=Ms(office.clock.now() - 7 * DAY)),
        ),
        load(),
    )  # fmt: skip
    if not found.allowed:
        raise Refused(found.code, _CONTACT[found.code], clause=found.rule)


def check_restricted(office: Office, party: PartyId) -> None:
    """Raise `Refused` (``restricted``) where somebody's data may be stored and not be used."""
    if office.store.rooms.consents.restricted(party):
        raise Refused(
            "restricted",
            "their data is only stored, and used for nothing until the restriction is lifted",
            clause="DSR-04",
        )


_CONTACT = {
    "do_not_call": "they asked never to be called",
    "marketing_opt_out": "they do not want to be called about offers",
    "no_marketing_consent": "they have not agreed to be called about offers",
    "too_many_attempts": "they did not answer lately, and may not be called about offers so soon",
    "outside_calling_hours": "where they live nobody may be called about offers at this hour",
}
