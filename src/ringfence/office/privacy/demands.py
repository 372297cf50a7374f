"""Demands of authorities: every step goes through ``privacy.cases.demand.apply``.

The state the rules look at lies in the case's facts, so what is decided here can be replayed. The
names of the authority and its order are sealed; who approved is known by the approver's secret.
Whom it names is sealed under the key of each of them, in a step of their own (`NAME`), so an
erasure takes the number out of the demand; a number of nobody here is counted and not kept.
A disclosure is an export narrowed to the scope, kept sealed and fetched once, and a row of the
register of recipients for every person in it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from ringfence.api import case_views, views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import ARCHIVE_LIFE_MS, CASES_SHOWN_MAX
from ringfence.office.privacy import case_desk, cases, demand_notices, remedies
from ringfence.office.privacy.access_archive import KINDS, Window
from ringfence.office.privacy.case_desk import PERSON
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.privacy.cases import demand, rights, transparency
from ringfence.privacy.cases.demand import Demand, Facts, Scope
from ringfence.privacy.purposes import current_actor, exchange_itself, purpose
from ringfence.storage.cases import Case
from ringfence.storage.cases_disclosures import Recipient
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

DEMANDS = "answer_demand"
_SECRETS = "user.authorization.credentials"
"""Who hands out a secret that lets data out: the owner alone."""
NAME = "name"
"""The step that says of one person how a demand named them."""
_TELLING = 9
"""So many digits in a row, whatever stands between them, are a number and no date."""
_DECIDE_MS = 14 * 86_400_000


@TABLE.use_case("privacy.demand.receive", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def receive(
    office: Office,
    *,
    authority: str,
    instrument: str,
    country: str,
    contacts: list[str],
    fields: list[str],
    since: int,
    until: int,
    path: str = "domestic",
    held_for_other: bool = False,
    words: str = "",
) -> case_views.Case:
    """Write down a demand: who wants what about whom, of which time, by which order.

    Numbers stand in ``contacts`` alone; how many of them nobody here has is counted.
    ``held_for_other``: the data is a customer's; then all that can be done is to refer to them.
    """
    if path not in demand.PATHS:
        raise Refused("bad_argument", f"the path is one of: {', '.join(sorted(demand.PATHS))}")
    if not authority.strip() or not instrument.strip():
        raise Refused("bad_argument", "say who demands it and by which order")
    place = case_desk.check_residence(country)
    if not place:
        raise Refused("bad_argument", "say which country the authority is of")
    named = _named(office, contacts)
    for text in (authority, instrument, words):
        _check_nameless(text, named.values())
    asked = Scope(
        subjects=frozenset(named),
        fields=_fields(fields),
        since=Ms(since),
        until=Ms(until),
    )
    nothing = Scope(subjects=frozenset(), fields=frozenset(), since=Ms(0), until=Ms(0))
    state = Demand(
        asked=asked, scope=nothing, home=office.region or "", country=place.partition("-")[0],
        path=path, held_for_other=held_for_other,
    )  # fmt: skip
    now, actor = office.clock.now(), current_actor()
    clock = rights.clock(now, Ms(now + _DECIDE_MS))
    held = {
        "authority": authority.strip(), "instrument": instrument.strip(),
        "says": case_desk.check_words(words),
    }  # fmt: skip
    unknown = len(contacts) - len(named)
    await office.settled()  # who is named may have called a moment ago

    def unit(tx: Transaction) -> Case:
        room = office.store.rooms.cases
        case = room.add(
            tx, family="demand", kind=path, state=state.stage, residence=place, now=now,
            actor=actor, words=held,
            facts={"country": state.country, "unknown": unknown, **_kept(state)},
            remind_at=clock.remind_at, escalate_at=clock.escalate_at, due_at=clock.due_at,
        )  # fmt: skip
        for party, contact in named.items():
            room.say_of(tx, case, party, NAME, contact, actor=actor, now=now)
        return case

    return _view(office, await office.write(unit))


@TABLE.use_case("privacy.demand.list", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def list_demands(office: Office) -> list[case_views.Case]:
    """Demands, newest first, without their words."""
    found = office.read(
        lambda queries: office.store.rooms.cases.page(queries, "demand", count=int(CASES_SHOWN_MAX))
    )
    return [case_desk.show(office, case, whole=False) for case in found]


@TABLE.use_case("privacy.demand.show", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def show(office: Office, *, sid: str) -> case_views.Case:
    """One demand with its words, scope and steps."""
    return _view(office, case_desk.find(office, sid, "demand"))


@TABLE.use_case("privacy.demand.refer", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def refer(office: Office, *, sid: str, words: str = "") -> case_views.Case:
    """Send the authority to the company whose data it is; nothing is given."""
    return await _act(office, sid, "refer", words=words, done=True)


@TABLE.use_case("privacy.demand.object", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def object_to(office: Office, *, sid: str, reason: str) -> case_views.Case:
    """Refuse a demand that was not properly made, and say why; nothing is given."""
    return await _act(office, sid, "object", Facts(reason=reason), words=reason, done=True)


@TABLE.use_case("privacy.demand.validate", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def validate(office: Office, *, sid: str, checks: list[str]) -> case_views.Case:
    """Say which checks it passed; with one missing it can only be objected to."""
    return await _act(office, sid, "validate", Facts(checks=frozenset(checks)))


@TABLE.use_case("privacy.demand.emergency", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def emergency(office: Office, *, sid: str, checks: list[str], reason: str) -> case_views.Case:
    """Somebody's life is in danger: one approver is enough, and a review follows in 72 hours."""
    facts = Facts(checks=frozenset(checks), reason=reason)
    return await _act(office, sid, "declare_emergency", facts, words=reason)


@TABLE.use_case("privacy.demand.narrow", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def narrow(
    office: Office,
    *,
    sid: str,
    contacts: list[str] | None = None,
    fields: list[str] | None = None,
    since: int | None = None,
    until: int | None = None,
) -> case_views.Case:
    """Say what will be given: no more than was asked for, by default exactly that."""
    asked = _state(case_desk.find(office, sid, "demand")).asked
    scope = Scope(
        subjects=asked.subjects if contacts is None else frozenset(_named(office, contacts)),
        fields=asked.fields if fields is None else _fields(fields),
        since=asked.since if since is None else Ms(since),
        until=asked.until if until is None else Ms(until),
    )
    return await _act(office, sid, "narrow", Facts(scope=scope))


@TABLE.use_case("privacy.demand.notify", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def notify(office: Office, *, sid: str, words: str = "") -> case_views.Case:
    """The person was told, ``words`` say how; nothing leaves for another seven days.

    Without ``words`` they are told now, by e-mail or text. Raises `Refused` (``no_channel``) where
    neither reaches them.
    """
    case = case_desk.find(office, sid, "demand")
    stage = _state(case).stage
    action = {"gagged": "lift", "approved": "lift", "disclosed": "tell_late"}.get(stage, "notify")
    if not words.strip():
        demand_notices.check_reachable(office, case)
    after = await _act(office, sid, action, words=words)
    await office.write(lambda tx: office.store.rooms.disclosures.unhide(tx, case.id))
    if words.strip():
        return after
    with exchange_itself():
        await demand_notices.tell(office, case_desk.find(office, sid, "demand"))
    return _view(office, case_desk.find(office, sid, "demand"))


@TABLE.use_case("privacy.demand.gag", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def gag(office: Office, *, sid: str, instrument: str, until: int) -> case_views.Case:
    """Telling the person is forbidden, by an order, until an instant; then they are told."""
    facts = Facts(instrument=instrument, gag_until=Ms(until))
    return await _act(office, sid, "gag", facts, words=instrument)


@TABLE.use_case("privacy.demand.approve", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def approve(office: Office, *, sid: str, secret: str) -> case_views.Case:
    """Approve the scope as it is; ``secret`` says which approver it is. Two have to."""
    return await _act(office, sid, "approve", by=_approver(office, secret))


@TABLE.use_case("privacy.demand.disclose", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def disclose(office: Office, *, sid: str, secret: str) -> case_views.Archive:
    """Make the export of an approved demand; the token fetches it once."""
    by = _approver(office, secret)
    case = case_desk.find(office, sid, "demand")
    now = office.clock.now()
    before = _state(case)
    if not before.emergency:
        demand_notices.check_told(case)
    after = demand.apply(before, "disclose", actor=by, now=now)
    scope = after.scope
    tables = frozenset(table for kind in scope.fields for table in KINDS[kind])
    people = [PartyId(party) for party in sorted(scope.subjects)]
    token = case_desk.new_secret(office)
    words = case_desk.words_of(office, case, key=DEMANDS)
    expires = Ms(now + ARCHIVE_LIFE_MS)
    await remedies.build(
        office, case, people, token=token, expires_at=expires, key=DEMANDS, actor=by,
        says="This is what was asked for and approved, and no more; see manifest.txt.",
        window=Window(tables=tables, since=scope.since, until=scope.until),
    )  # fmt: skip

    def unit(tx: Transaction) -> None:
        for party in people:
            office.store.rooms.disclosures.add(
                tx, party=party, case=case.id, kind="authority",
                recipient=Recipient(name=str(words["authority"])), fields=sorted(scope.fields),
                basis="legal_demand", now=now,
                hidden_until=None if after.noticed_at is not None else after.gag_until,
            )  # fmt: skip
        _record(office, tx, case, after, "disclose", by=by, now=now,
                facts={"people": len(people)})  # fmt: skip

    await office.write(unit)
    archive = cases.archive_of(office, case)
    return case_views.Archive(
        case=sid, token=token, size=archive.size, sha256=archive.sha256, expires=expires
    )


@TABLE.stream("privacy.demand.fetch", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def fetch(
    office: Office, *, sid: str, token: str
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """The export of a demand, once, for whoever holds its token."""
    case = case_desk.find(office, sid, "demand")
    handed = cases.hand_out(office, case, token, key=DEMANDS, actor=current_actor())
    async for item in handed:
        yield item


@TABLE.use_case("privacy.demand.review", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def review(office: Office, *, sid: str, secret: str, words: str) -> case_views.Case:
    """Look at an emergency disclosure afterwards, as somebody who took no part in it."""
    return await _act(office, sid, "review", by=_approver(office, secret), words=words)


@TABLE.use_case("privacy.demand.close", actors=KNOWN, purpose=DEMANDS, category=PERSON)
async def close(office: Office, *, sid: str) -> case_views.Case:
    """Everything is done: given, reviewed where it was urgent, and the person told."""
    case = case_desk.find(office, sid, "demand")
    demand.apply(_state(case), "close", actor=current_actor(), now=office.clock.now())
    demand_notices.check_told(case)
    return await _act(office, sid, "close", done=True)


@TABLE.use_case(
    "privacy.transparency", actors=EVERYBODY, none="sums over demands; people only in bands"
)
async def report(
    office: Office, *, since: int = 0, until: int | None = None
) -> case_views.TransparencyReport:
    """The transparency report, counted again from the audit log."""
    end = office.clock.now() if until is None else until
    entries = office.read(office.store.rooms.cases.demands_logged)
    found = transparency.report(entries, since=Ms(since), until=Ms(end))
    return case_views.TransparencyReport(
        values=case_views.DemandFigures(
            received=found.received, referred=found.referred, objected=found.objected,
            disclosed=found.disclosed, emergencies=found.emergencies, gagged=found.gagged,
            told=found.told, pending=found.pending, people=found.people,
            countries=found.countries,
        )
    )  # fmt: skip


# --- approvers ------------------------------------------------------------------------------------


@TABLE.use_case(
    "privacy.approver.add",
    actors=KNOWN,
    purpose="authenticate",
    category=_SECRETS,
    also=("operate",),
)
async def add_approver(office: Office, *, name: str) -> case_views.Approver:
    """Somebody may approve disclosures; the secret that says so is shown this once."""
    if not name.strip() or len(name) > 100:
        raise Refused("bad_argument", "say the approver's name")
    secret = case_desk.new_secret(office)
    now = office.clock.now()
    approver = await office.write(
        lambda tx: office.store.rooms.case_people.add_approver(tx, secret, name.strip(), now=now)
    )
    return case_views.Approver(sid=approver, name=name.strip(), created=now, secret=secret)


@TABLE.use_case(
    "privacy.approver.list", actors=KNOWN, purpose="operate", category="user.account.username"
)
async def list_approvers(office: Office) -> list[case_views.Approver]:
    """Everybody who may approve, or might once."""
    with purpose("operate"):
        found = office.read(office.store.rooms.case_people.approvers)
    return [
        case_views.Approver(sid=a.id, name=a.name, created=a.created_at, removed=a.removed_at)
        for a in found
    ]


@TABLE.use_case(
    "privacy.approver.remove",
    actors=KNOWN,
    purpose="authenticate",
    category=_SECRETS,
    also=("operate",),
)
async def remove_approver(office: Office, *, sid: str) -> case_views.Done:
    """Somebody may approve no more."""
    now = office.clock.now()
    await office.write(lambda tx: office.store.rooms.case_people.remove_approver(tx, sid, now=now))
    return case_views.Done()


# --- clocks ---------------------------------------------------------------------------------------


async def tick(office: Office, now: Ms) -> int:
    """Tell people whose gag has ended; how many demands that were. A job, in each round.

    The disclosure appears in the person's archive and register from now on, and a message or a
    letter is on its way (`demand_notices`).
    """
    ended = 0
    with exchange_itself():
        for case in demand_notices.all_demands(office):
            case = await _take_out(office, case)
            state = _state(case)
            if demand.owes_notice(state, now):
                action = "tell_late" if state.stage == "disclosed" else "lift"
                after = demand.apply(state, action, actor="system", now=now)
                case = await _end_gag(office, case, after, action, now)
                ended += 1
            if "notices" in case.facts:
                await demand_notices.follow(office, await demand_notices.tell(office, case))
    return ended


async def _take_out(office: Office, case: Case) -> Case:
    """Seal anew whom a demand names, where an earlier version kept it with the other words."""
    words = case_desk.own_words(office, case)
    if "contacts" not in words:
        return case
    named = _named(office, words.pop("contacts"))
    room, now = office.store.rooms.cases, office.clock.now()

    def unit(tx: Transaction) -> Case:
        for party, contact in named.items():
            room.say_of(tx, case, party, NAME, contact, actor="system", now=now)
        return room.record(
            tx, case, "take_out", actor="system", now=now, words_sealed=room.seal(case, words)
        )

    return await office.write(unit)


async def _end_gag(office: Office, case: Case, after: Demand, action: str, now: Ms) -> Case:
    def unit(tx: Transaction) -> Case:
        office.store.rooms.disclosures.unhide(tx, case.id)
        owed = replace(case, facts={**case.facts, "notices": []})
        return _record(office, tx, owed, after, action, by="system", now=now, facts={})

    return await office.write(unit)


# --- inside ---------------------------------------------------------------------------------------


async def _act(
    office: Office,
    sid: str,
    action: str,
    facts: Facts | None = None,
    *,
    by: str | None = None,
    words: str = "",
    done: bool = False,
) -> case_views.Case:
    case = case_desk.find(office, sid, "demand")
    now, actor = office.clock.now(), by or current_actor()
    after = demand.apply(_state(case), action, actor=actor, now=now, facts=facts)
    said = case_desk.check_words(words)
    if said:
        _check_nameless(said, contacts_of(office, case))
    case = await office.write(
        lambda tx: _record(
            office, tx, case, after, action, by=actor, now=now, facts={}, words=said, done=done
        )
    )
    return _view(office, case)


def _record(
    office: Office,
    tx: Transaction,
    case: Case,
    after: Demand,
    action: str,
    *,
    by: str,
    now: Ms,
    facts: Mapping[str, Any],
    words: str = "",
    done: bool = False,
) -> Case:
    changes: dict[str, Any] = {"state": after.stage, "known": {**case.facts, **_kept(after)}}
    review = demand.review_by(after)
    if review is not None:
        clock = rights.clock(now, review)
        changes |= {"due_at": review, "remind_at": clock.remind_at,
                    "escalate_at": clock.escalate_at}  # fmt: skip
    elif done or after.stage == "disclosed":
        changes |= {"remind_at": None, "escalate_at": None}
        if not done:  # it was decided, and no review is owed (any more)
            changes["due_at"] = None
    if done:
        changes |= case_desk.ended(office, keep_ms=2 * rights.YEAR_MS)
    return office.store.rooms.cases.record(
        tx, case, action, actor=by, now=now, facts=facts, words=words or None, **changes
    )


def _named(office: Office, contacts: Sequence[str]) -> dict[PartyId, str]:
    """Return people and how they were named; whom nobody here knows is left out.

    That narrows the demand.
    """
    found = {case_desk.party_of(office, contact): contact.strip() for contact in contacts}
    return {party: contact for party, contact in found.items() if party is not None}


def _check_nameless(text: str, contacts: Iterable[str]) -> None:
    """Raise `Refused` where words repeat a number: there an erasure would not find it."""
    digits = "".join(c for c in text if c.isdigit())
    for contact in contacts:
        number = "".join(c for c in contact if c.isdigit())[-_TELLING:]
        if contact.lower() in text.lower() or (len(number) == _TELLING and number in digits):
            raise Refused("bad_argument", "say numbers in contacts alone, where they can be erased")


def contacts_of(office: Office, case: Case) -> list[str]:
    """Return whom a demand names, as it named them; erased and restricted people are left out."""
    taken = office.read(lambda queries: office.store.rooms.cases.steps(queries, case.id))
    named = [step for step in taken if step.action == NAME]
    with purpose(DEMANDS):
        return [contact for step in named if (contact := case_desk.said(office, step))]


def _fields(fields: Sequence[str]) -> frozenset[str]:
    if not set(fields) <= set(KINDS):
        raise Refused("bad_argument", f"kinds of data are: {', '.join(KINDS)}", clause="LEG-06")
    return frozenset(fields)


def _approver(office: Office, secret: str) -> str:
    return office.read(
        lambda queries: office.store.rooms.case_people.approver(queries, secret.strip().lower())
    )


def _kept(state: Demand) -> dict[str, Any]:
    """Return a demand as it rests: ids, words of ours, instants."""
    return {
        "demand": {
            "stage": state.stage, "asked": _scope(state.asked), "scope": _scope(state.scope),
            "home": state.home, "country": state.country, "path": state.path,
            "held_for_other": state.held_for_other, "emergency": state.emergency,
            "noticed_at": state.noticed_at, "gag_until": state.gag_until,
            "approvers": sorted(state.approvers), "disclosed_at": state.disclosed_at,
            "discloser": state.discloser, "reviewed": state.reviewed,
        }
    }  # fmt: skip


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "subjects": sorted(scope.subjects), "fields": sorted(scope.fields),
        "since": scope.since, "until": scope.until,
    }  # fmt: skip


def _state(case: Case) -> Demand:
    kept = dict(case.facts["demand"])
    for name in ("asked", "scope"):
        scope = kept[name]
        kept[name] = Scope(
            subjects=frozenset(scope["subjects"]), fields=frozenset(scope["fields"]),
            since=Ms(scope["since"]), until=Ms(scope["until"]),
        )  # fmt: skip
    kept["approvers"] = frozenset(kept["approvers"])
    return Demand(**kept)


def _view(office: Office, case: Case) -> case_views.Case:
    shown = case_desk.show(office, case, key=DEMANDS)
    return msgspec.structs.replace(
        shown,
        words={**shown.words, "contacts": contacts_of(office, case)},
        steps=[step for step in shown.steps if step.action != NAME],
    )
