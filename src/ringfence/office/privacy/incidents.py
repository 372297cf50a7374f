"""Incidents: every clock of every law runs beside the others until somebody was told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from ringfence.api import case_views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import CASES_SHOWN_MAX
from ringfence.kernel.phone import Phone
from ringfence.office.privacy import case_desk, case_mail
from ringfence.office.privacy.case_desk import PERSON, RIGHTS
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.cases import incident, law, rights
from ringfence.privacy.purposes import current_actor, exchange_itself
from ringfence.storage.cases import Case
from ringfence.storage.cases_people import holders

if TYPE_CHECKING:
    from ringfence.office import Office

KINDS = frozenset({"access", "leak", "loss", "change", "compromised", "honey"})
SECTORS = frozenset({"telecom", "essential"})
_LAW_OF = {rule.key: rule.law for rule in law.CLOCKS}
_LAWS = frozenset(_LAW_OF.values())
_PARTY = re.compile(r"PA[0-9a-f]{32}")


@TABLE.use_case("privacy.incident.open", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def open_incident(
    office: Office,
    *,
    kind: str,
    words: str,
    laws: list[str] | None = None,
    sectors: list[str] | None = None,
    aware: int | None = None,
    sealed: bool = False,
) -> case_views.Incident:
    """Something happened. Every clock starts at the instant it became known (``aware``).

    ``sealed``: whoever got at the data cannot read it, because they have no key.
    """
    return _view(
        office,
        await begin(
            office, kind=kind, words=words, laws=laws, sectors=sectors, aware=aware, sealed=sealed
        ),
    )


async def begin(
    office: Office,
    *,
    kind: str,
    words: str,
    laws: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    aware: int | None = None,
    sealed: bool = False,
    affected: Sequence[PartyId] = (),
) -> Case:
    """Open an incident, for whoever or whatever noticed it."""
    now, actor = office.clock.now(), current_actor()
    at = Ms(now if aware is None else aware)
    if kind not in KINDS:
        raise Refused("bad_argument", f"the kind is one of: {', '.join(sorted(KINDS))}")
    chosen = {_law(place) for place in laws or [office.region or "*"]}
    if not set(sectors or ["telecom"]) <= SECTORS:
        raise Refused("bad_argument", f"sectors are: {', '.join(sorted(SECTORS))}")
    if at > now:
        raise Refused("bad_argument", "it became known at an instant that has not come yet")
    running = incident.start(chosen, set(sectors or ["telecom"]), aware=at)
    facts = {
        "aware": at, "sealed": sealed, "laws": sorted(chosen), "affected": sorted(affected),
        "clocks": _kept(running),
    }  # fmt: skip
    said = case_desk.check_words(words)
    case = await office.write(
        lambda tx: office.store.rooms.cases.add(
            tx, family="incident", kind=kind, state=incident.MACHINE.first, residence="",
            now=now, actor=actor, words={"says": said}, facts=facts, **_next(running, at),
        )
    )  # fmt: skip
    await _write(office, case, running, "is open", reason="open")
    return case


@TABLE.use_case("privacy.incident.list", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def list_incidents(office: Office) -> list[case_views.Incident]:
    """Incidents, newest first, with their clocks."""
    found = office.read(
        lambda queries: office.store.rooms.cases.page(
            queries, "incident", count=int(CASES_SHOWN_MAX)
        )
    )
    return [_view(office, case, whole=False) for case in found]


@TABLE.use_case("privacy.incident.show", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def show(office: Office, *, sid: str) -> case_views.Incident:
    """One incident with its clocks and steps."""
    return _view(office, case_desk.find(office, sid, "incident"))


@TABLE.use_case("privacy.incident.affect", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def affect(
    office: Office, *, sid: str, contacts: list[str] | None = None, serials: list[int] | None = None
) -> case_views.Incident:
    """Say whose data it was: by number, or by the keys that got out.

    With keys the list of people to tell is exactly those whose key is among them: what was sealed
    with other keys is noise to whoever has it.
    """
    case = case_desk.find(office, sid, "incident")
    incident.MACHINE.after(case.state, "affect")
    found = set(case.facts["affected"])
    for contact in contacts or []:
        party = case_desk.party_of(office, contact)
        if party is None:
            raise Refused("not_found", "nobody here has one of these numbers")
        found.add(party)
    if serials:
        found |= set(office.read(lambda queries: holders(queries, serials or [])))
    known = {**case.facts, "affected": sorted(found)}
    after = await case_desk.take(office, case, "affect", facts={"people": len(found)}, known=known)
    return _view(office, after)


@TABLE.use_case("privacy.incident.tell", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def tell(office: Office, *, sid: str, clock: str, words: str = "") -> case_views.Incident:
    """Somebody was told: their clock has stopped."""
    case = case_desk.find(office, sid, "incident")
    running = incident.tell(_running(case), clock, now=office.clock.now())
    return _view(office, await _keep(office, case, "tell", running, clock, words))


@TABLE.use_case("privacy.incident.waive", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def waive(office: Office, *, sid: str, clock: str, words: str) -> case_views.Incident:
    """People need not be told, because nobody can read what got out; say why."""
    case = case_desk.find(office, sid, "incident")
    running = incident.waive(_running(case), clock, reason=words, sealed=bool(case.facts["sealed"]))
    return _view(office, await _keep(office, case, "waive", running, clock, words))


@TABLE.use_case("privacy.incident.contain", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def contain(office: Office, *, sid: str, words: str) -> case_views.Incident:
    """It goes on no longer."""
    case = case_desk.find(office, sid, "incident")
    said = case_desk.check_words(words)
    return _view(office, await case_desk.take(office, case, "contain", words=said or None))


@TABLE.use_case("privacy.incident.close", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def close(office: Office, *, sid: str, words: str = "") -> case_views.Incident:
    """Everything was told; nothing is left to do. Raises `Refused` (``clock_running``)."""
    case = case_desk.find(office, sid, "incident")
    incident.MACHINE.after(case.state, "close")
    incident.check_closing(_running(case))
    said = case_desk.check_words(words)
    after = await case_desk.take(
        office, case, "close", words=said or None,
        **case_desk.ended(office, keep_ms=2 * rights.YEAR_MS),
    )  # fmt: skip
    return _view(office, after)


# --- people who do not exist ----------------------------------------------------------------------


@TABLE.use_case("privacy.honey.place", actors=KNOWN, purpose=RIGHTS, category=PERSON)
async def place_honey(office: Office, *, number: str) -> case_views.Done:
    """Watch a number that belongs to nobody: whoever opens it has no business there."""
    phone = Phone.parse(number, region=office.region)
    if office.store.party_room.find(phone) is not None:
        raise Refused("exists", "somebody has this number; choose one that belongs to nobody")
    now = office.clock.now()
    party = office.store.party_room.resolve(phone, now)
    seen = office.store.store.trail.size
    await office.write(
        lambda tx: office.store.rooms.case_people.place_honey(tx, party, seen=seen, now=now)
    )
    return case_views.Done()


async def look_at_honey(office: Office) -> int:
    """Open an incident for every person of honey that was touched; how many there were."""
    people = office.store.rooms.case_people
    touched = office.read(people.touched)
    by_party: dict[PartyId, list[Any]] = {}
    for found in touched:
        by_party.setdefault(found.party, []).append(found)
    for party, found_here in by_party.items():
        with exchange_itself():
            who = sorted({str(msgspec.json.decode(f.body).get("by", "")) for f in found_here})
            await begin(
                office,
                kind="honey",
                words=f"Data of a person who does not exist was opened by: {', '.join(who)}.",
                affected=[party],
            )
        last = max(f.leaf for f in found_here)
        await office.write(partial(people.seen, party=party, leaf=last))
    return len(by_party)


# --- inside ---------------------------------------------------------------------------------------


def _law(place: str) -> str:
    """Return the law whose clocks run for people of a place: a law itself, or a country."""
    if place in _LAWS:
        return place
    under = law.law_of(case_desk.check_residence(place))
    return next((one for one in (under, under.partition("-")[0]) if one in _LAWS), "*")


async def remind(office: Office, case: Case, now: Ms) -> None:
    """Remind of every clock that is due soon, each at its own time. A job, in each round."""
    await _warn(office, case, now, action="remind")


async def escalate(office: Office, case: Case, now: Ms) -> None:
    """Tell whoever is above of every clock that is nearly late, or late. A job."""
    await _warn(office, case, now, action="escalate")


async def _warn(office: Office, case: Case, now: Ms, *, action: str) -> None:
    aware, first = Ms(case.facts["aware"]), action == "remind"
    running, warned = incident.warn(_running(case), aware=aware, now=now, first=first)
    known = {**case.facts, "clocks": _kept(running)}
    facts = {"clocks": [clock.key for clock in warned]}
    after = await case_desk.take(
        office, case, action, facts=facts, known=known, **_next(running, aware)
    )
    late = any(clock.due_at <= now for clock in warned)
    if first and late:  # the server was off: the next e-mail, of the same round, says so
        return
    how = "is late" if late else "is due soon" if first else "is nearly late"
    keys = "".join(f"{clock.key}{clock.warned}" for clock in warned[:3])
    await _write(office, after, warned, how, reason=f"{action} {keys}", above=not first)


async def _write(
    office: Office,
    case: Case,
    clocks: Sequence[incident.Running],
    how: str,
    *,
    reason: str,
    above: bool = True,
) -> None:
    """Tell the officers of the laws of these clocks, the next clock first."""
    lines = [f"  by {_utc(c.due_at)}: {c.what} ({c.cite})" for c in clocks if not c.settled]
    what = "\n".join([f"The incident {case.id} {how}. To do:", *lines])
    laws = sorted({_LAW_OF[c.key] for c in clocks})
    await case_mail.to_officers(office, case, what, reason=reason, places=laws, above=above)


def _utc(instant: Ms) -> str:
    return f"{datetime.fromtimestamp(instant / 1000, UTC):%Y-%m-%d %H:%M} UTC"


async def _keep(
    office: Office,
    case: Case,
    action: str,
    running: list[incident.Running],
    clock: str,
    words: str,
) -> Case:
    known = {**case.facts, "clocks": _kept(running)}
    return await case_desk.take(
        office, case, action, facts={"clock": clock},
        words=case_desk.check_words(words) or None, known=known,
        **_next(running, Ms(case.facts["aware"])),
    )  # fmt: skip


def _next(running: Sequence[incident.Running], aware: Ms) -> dict[str, Any]:
    due = next((clock.due_at for clock in running if not clock.settled), None)
    if due is None:
        return {"due_at": None, "remind_at": None, "escalate_at": None}
    remind_at, escalate_at = incident.next_warning(running, aware)
    return {"due_at": due, "remind_at": remind_at, "escalate_at": escalate_at}


def _kept(running: Sequence[incident.Running]) -> list[dict[str, Any]]:
    return [
        {
            "key": c.key, "whom": c.whom, "what": c.what, "cite": c.cite, "source": c.source,
            "due_at": c.due_at, "told_at": c.told_at, "waived": c.waived, "warned": c.warned,
        }
        for c in running
    ]  # fmt: skip


def _running(case: Case) -> list[incident.Running]:
    return [incident.Running(**kept) for kept in case.facts["clocks"]]


def _view(office: Office, case: Case, *, whole: bool = True) -> case_views.Incident:
    words = case_desk.words_of(office, case) if whole else {}
    now = office.clock.now()
    return case_views.Incident(
        sid=case.id,
        state=case.state,
        kind=case.kind,
        aware=case.facts["aware"],
        sealed=case.facts["sealed"],
        affected=list(case.facts["affected"]),
        clocks=[
            case_views.Clock(
                key=c.key, whom=c.whom, what=c.what, due=c.due_at, told=c.told_at,
                waived=c.waived, cite=c.cite, source=c.source,
                late=not c.waived and (c.told_at or now) > c.due_at,
            )
            for c in _running(case)
        ],
        words=str(words.get("says", "")),
        steps=case_desk.steps(office, case) if whole else [],
    )  # fmt: skip
