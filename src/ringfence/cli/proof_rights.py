"""What a made-up person asks for by law, and what is done about it by those who handle cases."""

from __future__ import annotations

import time

from ringfence.cli.proof_ways import NOWHERE, Trip, ask

CONSENTS = (("market", "call"), ("record_call", "any"))
_COUNTED = "it would stand in published figures or stay on record; --thorough goes through it"


async def choose(trip: Trip) -> None:
    """Agree to what one may agree to, and take one of it back."""
    number = trip.who.number.e164
    for purpose, channel in CONSENTS:
        await ask(trip, "privacy.consent.give", number=number, purpose=purpose, channel=channel)
    purpose, channel = CONSENTS[0]
    await ask(trip, "privacy.consent.withdraw", number=number, purpose=purpose, channel=channel)


async def ask_for_rights(trip: Trip) -> None:
    """Ask for one's data and complain, with every value in the words."""
    who = trip.who
    asked = {"contact": who.number.e164, "words": words_of(trip)}
    await ask(trip, "privacy.rights.ask", kind="access", **asked)
    if not trip.thorough:
        trip.unwalked.append(("a grievance", _COUNTED))
        return
    filed = await ask(trip, "privacy.grievance.file", **asked)
    # Its words stay for the erasure to find; nobody is asked to settle what nobody complains of.
    await ask(trip, "privacy.grievance.take_back", reference=filed["reference"])


async def ask_for_more_rights(trip: Trip) -> None:
    """Ask for all the other rights, by number, with every value in the words and details."""
    who = trip.who
    rights: dict[str, dict[str, str]] = {
        "correction": {"what": "name", "value": who.name},
        "restriction": {},
        "objection": {"purpose": "market"},
        "portability": {"recipient": f"{NOWHERE}{who.name}/{who.secret}"},
    }
    for kind, details in rights.items():
        await ask(
            trip, "privacy.rights.ask", kind=kind, contact=who.number.e164, words=words_of(trip),
            details=details,
        )  # fmt: skip


async def be_answered(trip: Trip) -> None:
    """Show who one is, and be answered: an archive made, a name corrected, data sent on."""
    who = trip.who

    async def opened(kind: str, **details: str) -> str:
        case = await ask(
            trip, "privacy.case.open", kind=kind, contact=who.number.e164, words=words_of(trip),
            details=details, method="met",
        )  # fmt: skip
        return str(case["sid"])

    access = await opened("access")
    await ask(trip, "privacy.case.archive", sid=access)
    correction = await opened("correction", what="name", value=who.name)
    await ask(trip, "privacy.case.answer", sid=correction, words=f"You are {who.name} now.")
    with trip.allowed("data sent on to another provider"):
        moving = await opened("portability", recipient=f"{NOWHERE}{who.name}/{who.secret}")
        await ask(trip, "privacy.case.answer", sid=moving, words=f"Sent for {who.secret}.")
        await ask(trip, "privacy.case.withdraw", sid=moving)  # nobody there ever takes it
    await opened("objection", purpose="market")


async def be_left_alone(trip: Trip) -> None:
    """Be taken for a child, have one's data only stored, and a call of one's held and released."""
    who = trip.who
    await ask(trip, "privacy.child.report", contact=who.number.e164, words=words_of(trip))
    await _no_child(trip)
    await ask(trip, "privacy.restrict", number=who.number.e164)
    page = await ask(trip, "call.list", limit=1)
    for call in page["calls"]:
        await ask(trip, "privacy.hold", record=call["sid"])
        await ask(trip, "privacy.release", record=call["sid"])


async def _no_child(trip: Trip) -> None:
    """Take one's own report back, known by its words, so that nobody has to look into it."""
    for report in await ask(trip, "privacy.child.list"):
        shown = await ask(trip, "privacy.child.show", sid=report["sid"])
        if trip.who.secret in str(shown["words"]):
            await ask(trip, "privacy.child.clear", sid=report["sid"], words="A proof of erasure.")
            return


async def be_demanded(trip: Trip) -> None:
    """Be whom an authority asks about in an emergency, and what is given to it; be in a leak."""
    who, now = trip.who, int(time.time() * 1000)
    if not trip.thorough:
        trip.unwalked.append(("a demand of an authority, an incident", _COUNTED))
        return
    people = [await ask(trip, "privacy.approver.add", name="A proof of erasure") for _ in range(2)]
    try:
        demand = await ask(
            trip, "privacy.demand.receive", authority="A police of a proof of erasure",
            instrument="None: this is a proof of erasure", country="US",
            contacts=[who.number.e164], fields=["identity", "calls", "voice"], since=0, until=now,
        )  # fmt: skip
        sid = demand["sid"]
        checks = ["authority", "danger", "specific"]
        await ask(trip, "privacy.demand.emergency", sid=sid, checks=checks, reason="A proof.")
        await ask(trip, "privacy.demand.narrow", sid=sid)
        await ask(trip, "privacy.demand.notify", sid=sid, words="By word of mouth.")
        await ask(trip, "privacy.demand.approve", sid=sid, secret=people[0]["secret"])
        await ask(trip, "privacy.demand.disclose", sid=sid, secret=people[0]["secret"])
        await ask(trip, "privacy.demand.review", sid=sid, secret=people[1]["secret"], words="Yes.")
        await ask(trip, "privacy.demand.close", sid=sid)
    finally:
        for one in people:
            await ask(trip, "privacy.approver.remove", sid=one["sid"])
    incident = await ask(
        trip, "privacy.incident.open", kind="leak", words="A proof of erasure.", sealed=True
    )
    sid = incident["sid"]
    await ask(trip, "privacy.incident.affect", sid=sid, contacts=[who.number.e164])
    await ask(trip, "privacy.incident.contain", sid=sid, words="Nothing got out.")
    for clock in incident["clocks"]:
        await ask(trip, "privacy.incident.tell", sid=sid, clock=clock["key"], words="A proof.")
    await ask(trip, "privacy.incident.close", sid=sid)


def words_of(trip: Trip) -> str:
    """Return a sentence with every value of a person in it."""
    who = trip.who
    return f"I am {who.name}, my number is {who.number.e164}, my secret {who.secret}."
