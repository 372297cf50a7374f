"""What there is of a person, and what the law says of each: the facts a plan is made of.

Everything is found by index from the person's id, so looking costs what the person left behind,
not what the installation holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Table, bindparam, exists, func, select

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import CallId, PartyId, RecordingId
from ringfence.kernel.limits import ERASURE_PAGE
from ringfence.privacy.erasure.holdings import Holding
from ringfence.privacy.erasure.plan import Found, Row, rows_of
from ringfence.privacy.retention import RULES
from ringfence.privacy.terms import Term, term
from ringfence.storage.erasure_map import Reach, reaches
from ringfence.storage.holds import held_among, is_held
from ringfence.storage.schema import (
    call_parties,
    calls,
    cases,
    holds,
    jobs,
    messages,
    metadata,
    parties,
    recording_channels,
    recordings,
    texts,
)
from ringfence.storage.statement import Statement, at_most, word
from ringfence.storage.unit_of_work import Queries

_p, _l, _c = parties.c, call_parties.c, calls.c
_r, _h = recordings.c, recording_channels.c
_PERSON = Statement(
    select(_p.kind, _p.lookup, _p.address, _p.key_serial, _p.kept_lookup).where(
        _p.id == bindparam("party")
    ),
    "party",
)
_CALLS = Statement(
    at_most(
        select(_l.call_id, _c.ended_at, _c.id)
        .select_from(call_parties.outerjoin(calls, _c.id == _l.call_id))
        .where(_l.party_id == bindparam("party"), _l.call_id > bindparam("after"))
        .order_by(_l.call_id),
        "count",
    ),
    "party",
    "after",
    "count",
)
_SOUNDS = Statement(
    select(_h.recording_id, _h.channel, _h.wrapped, _h.key_serial, _h.file)
    .select_from(recordings.join(recording_channels, _h.recording_id == _r.id))
    .where(_r.call_id == bindparam("call"), _h.party_id == bindparam("party")),
    "call",
    "party",
)
_RECORDINGS = Statement(select(_r.id).where(_r.call_id == bindparam("call")), "call")
_HEARD = Statement(
    select(_h.party_id, _h.wrapped).where(_h.recording_id == bindparam("recording")), "recording"
)

_CASES = Statement(
    select(cases.c.id).where(cases.c.party_id == bindparam("party")).order_by(cases.c.id), "party"
)

_HELD_TEXTS = Statement(
    select(texts.c.id)
    .where(
        texts.c.party_id == bindparam("party"),
        exists().where(holds.c.record_id == texts.c.id, holds.c.lifted_at.is_(None)),
    )
    .order_by(texts.c.id),
    "party",
)

BY_CALL = frozenset(
    {
        "calls", "call_legs", "call_parties", "charges", "events", "recordings",
        "recording_channels", "jobs", "deliveries",
    }
)  # fmt: skip
"""Tables whose rows are taken call by call."""
WORK = ("jobs", "deliveries")
"""Tables of what is still to be done: their rows go at once, whatever a law asks of the calls."""


def _with_key(table: Table) -> Statement:
    """Return how rows under a person's key are counted, by what they are about."""
    about = table.c.call_id, table.c.get("subject", table.c.call_id)
    count = select(*about, func.count()).where(table.c.key_serial == bindparam("serial"))
    return Statement(count.group_by(*about), "serial")


_WITH_KEY = {name: _with_key(metadata.tables[name]) for name in (*WORK, "notifications")}
MAILS = (jobs.c.kind == word("mail")) & jobs.c.unique_key.in_(
    select(messages.c.id).where(messages.c.lookup == bindparam("lookup"))
)
"""E-mails to a mailbox that still wait for the relay."""
_MAILS = Statement(
    select(func.count()).select_from(jobs).where(MAILS, jobs.c.key_serial != bindparam("serial")),
    "lookup",
    "serial",
)
_NO_KEY = -1
BY_KEY = frozenset({"party", "case", "lookup"})
"""Links whose rows are taken by what leads to them (`keys_of`)."""


@dataclass(frozen=True, slots=True)
class Person:
    """The row of a party: ``lookup`` None where the number is no longer found by it."""

    kind: str
    lookup: bytes | None
    address: bytes | None = field(repr=False)
    serial: int = 0
    kept_lookup: bytes | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel on which the person is heard."""

    recording: RecordingId
    call: CallId
    channel: int
    wrapped: bytes = field(repr=False)
    serial: int
    file: str


@dataclass(slots=True)
class Survey:
    """Everything that was found.

    ``now``: the instant against which rules were read, ``jurisdiction`` whose statutes count.
    """

    party: PartyId
    now: Ms
    jurisdiction: str = ""
    person: Person | None = None
    open_calls: list[CallId] = field(default_factory=list)
    due: list[CallId] = field(default_factory=list)
    later: list[tuple[CallId, Ms]] = field(default_factory=list)
    held: list[CallId] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)
    held_sounds: list[Sound] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    on_hold: bool = False
    held_texts: list[str] = field(default_factory=list)
    """Messages with them that are on hold."""
    call_held: bool = False
    """Whether a whole call or message is on hold, and so what the person's key sealed of it."""
    found: list[Found] = field(default_factory=list)

    def term(self, rule: str) -> Term:
        """Return how long records under a rule must be kept here."""
        return term(rule, jurisdiction=self.jurisdiction, now=self.now)

    @property
    def calls(self) -> list[CallId]:
        """Every call of theirs that has ended."""
        return [*self.due, *(call for call, _ in self.later), *self.held]

    @property
    def records_held(self) -> list[str]:
        """Every call and message of theirs that is on hold."""
        return [*self.held, *self.held_texts]

    @property
    def keep(self) -> bool:
        """Whether a law or a hold makes us keep who they were a while longer."""
        by_address = any(f.later for f in self.found if f.holding.link == "lookup")
        held = self.held or self.held_sounds or self.held_texts or self.on_hold
        return bool(self.later or held or by_address)

    @property
    def kept_until(self) -> Ms | None:
        """When the last of it may go; a hold is looked at again tomorrow."""
        if not self.keep:
            return None
        on_hold = self.held or self.held_sounds or self.held_texts or self.on_hold
        tomorrow = [Ms(self.now + DAY)] if on_hold else []
        sent = [f.at for f in self.found if f.holding.link == "lookup" and f.at is not None]
        return max([at for _, at in self.later] + tomorrow + sent)

    @property
    def next_at(self) -> Ms | None:
        """When the next of it may go, None where nothing is left."""
        dates = [at for _, at in self.later] + [f.at for f in self.found if f.at is not None]
        if self.held or self.held_sounds or self.on_hold or any(f.held for f in self.found):
            dates.append(Ms(self.now + DAY))
        return min(dates, default=None)

    def rows(self, *, keys: int = 1) -> tuple[Row, ...]:
        """Return the plan."""
        return rows_of(
            self.found,
            files=len(self.sounds),
            held_files=len(self.held_sounds),
            keys=keys,
            kept_until=self.kept_until,
            kept_by=self.term("call_log").floor_by if self.later else "",
        )


def look(queries: Queries, party: PartyId, now: Ms, *, jurisdiction: str = "") -> Survey:
    """Return what there is of a person; the same work for one nobody has heard of."""
    survey = Survey(party, now, jurisdiction)
    row = queries.row(_PERSON, (party,))
    survey.person = None if row is None else Person(*row)
    survey.on_hold = is_held(queries, party)
    survey.held_texts = [row[0] for row in queries.rows(_HELD_TEXTS, (party,))]
    survey.call_held = bool(survey.held_texts)
    survey.cases = [row[0] for row in queries.rows(_CASES, (party,))]
    for call, ended_at in _calls(queries, party):
        _sort_call(queries, survey, call, ended_at)
    # those found by the address first: they too decide whether the address has to be kept
    for found in sorted(reaches(), key=lambda found: found.holding.link != "lookup"):
        survey.found.append(_found(queries, survey, found))
    return survey


def recordings_of(queries: Queries, call: CallId) -> list[RecordingId]:
    """Return the recordings of a call."""
    return [RecordingId(row[0]) for row in queries.rows(_RECORDINGS, (call,))]


def others_heard(queries: Queries, recording: RecordingId, party: PartyId) -> bool:
    """Whether somebody else can still be heard on a recording."""
    rows = queries.rows(_HEARD, (recording,))
    return any(heard != party and wrapped for heard, wrapped in rows)


def _calls(queries: Queries, party: PartyId) -> Iterable[tuple[CallId, Ms | None]]:
    after = ""
    while rows := queries.rows(_CALLS, (party, after, int(ERASURE_PAGE))):
        for call, ended_at, row in rows:
            # a link whose call is gone says nothing any more: it goes with the calls that may
            yield CallId(call), Ms(0) if row is None else ended_at
        after = rows[-1][0]


def _sort_call(queries: Queries, survey: Survey, call: CallId, ended_at: Ms | None) -> None:
    if ended_at is None:
        survey.open_calls.append(call)
        return
    sounds = [Sound(row[0], call, *row[1:]) for row in queries.rows(_SOUNDS, (call, survey.party))]
    held = held_among(queries, [call, *(sound.recording for sound in sounds)])
    survey.call_held |= call in held
    ends = survey.term("call_log").floor_ends(ended_at)
    for sound in sounds:
        if not sound.wrapped:
            continue  # emptied before
        on_hold = call in held or sound.recording in held
        (survey.held_sounds if on_hold else survey.sounds).append(sound)
    if held or survey.on_hold:
        survey.held.append(call)
    elif ends <= survey.now:
        survey.due.append(call)
    else:
        survey.later.append((call, ends))


def _found(queries: Queries, survey: Survey, found: Reach) -> Found:
    holding = found.holding
    if holding.table == "parties":
        return _of_person(holding, survey, 0 if survey.person is None else 1)
    if holding.link in BY_KEY and holding.table not in BY_CALL:
        return _of_keys(queries, survey, found)
    due = _count(queries, found, survey, survey.due)
    later = _count(queries, found, survey, [call for call, _ in survey.later])
    held = _count(queries, found, survey, survey.held)
    alone = 0
    if holding.table in _WITH_KEY:
        alone, kept = _alone(queries, survey, holding.table)
        held += kept
    if holding.table in WORK:
        content = replace(holding, rule=RULES["content"])
        return Found(content, due + later + alone, held=held)
    return Found(
        holding,
        due,
        later,
        min((at for _, at in survey.later), default=None),
        held,
        survey.term(holding.rule.key).floor_by,
        alone,
    )


def _alone(queries: Queries, survey: Survey, table: str) -> tuple[int, int]:
    """Count rows that are found by the person's key or mailbox, and by no call of theirs.

    Those that go, and those of a message on hold.
    """
    person = survey.person
    serial = _NO_KEY if person is None else person.serial
    theirs = {*survey.calls, *survey.open_calls}
    count = kept = 0
    for call, subject, number in queries.rows(_WITH_KEY[table], (serial,)):
        if subject in survey.held_texts:
            kept += number
        elif call not in theirs:
            count += number
    if table == "jobs":
        lookup = None if person is None else person.lookup or person.kept_lookup
        count += queries.value(_MAILS, (lookup or b"", serial))
    return count, kept


def keys_of(survey: Survey, holding: Holding) -> list[str | bytes]:
    """Return what the rows of a holding are found by: id, cases, the hash of the address."""
    match holding.link:
        case "party":
            return [survey.party]
        case "case":
            return list(survey.cases)
        case "lookup":
            person = survey.person
            lookup = None if person is None else person.lookup or person.kept_lookup
            return [] if lookup is None else [lookup]
        case _:
            raise LocalError(f"{holding.table} is found by {holding.link}")


def _of_keys(queries: Queries, survey: Survey, found: Reach) -> Found:
    holding = found.holding
    keys, on_hold = keys_of(survey, holding), survey.records_held
    total = sum(queries.value(found.count_all, (key,)) for key in keys)
    if holding.since is None:
        # without a date of their own, such rows go with the person's last record
        whole = survey.term(holding.rule.key).floor_days
        return _of_person(holding, survey, total) if whole else Found(holding, total)
    if survey.on_hold:
        return Found(holding, 0, held=total)
    free = total
    if found.count_free is not None and on_hold:
        free = sum(queries.value(found.count_free, found.values(on_hold, key)) for key in keys)
    held = total - free
    rule = survey.term(holding.rule.key)
    latest = survey.now - rule.floor_days * DAY
    ripe = sum(
        queries.value(found.count, found.values(on_hold, key, latest=latest)) for key in keys
    )
    if free == ripe:
        return Found(holding, ripe, held=held)
    assert found.first is not None
    firsts = [queries.value(found.first, found.values(on_hold, key, latest=latest)) for key in keys]
    dates = [rule.floor_ends(first) for first in firsts if first is not None]
    # a row that has no date yet is looked at again tomorrow
    at = min(dates, default=Ms(survey.now + DAY))
    return Found(holding, ripe, free - ripe, at, held, rule.floor_by)


def _of_person(holding: Holding, survey: Survey, total: int) -> Found:
    if not total or not survey.keep:
        return Found(holding, total)
    if survey.on_hold:
        return Found(holding, 0, held=total)
    by = survey.term(holding.rule.key).floor_by
    return Found(holding, 0, total, survey.kept_until, by=by)


def _count(queries: Queries, found: Reach, survey: Survey, chosen: list[CallId]) -> int:
    holding = found.holding
    if holding.table == "call_parties":
        return len(chosen)
    if holding.table == "recording_channels":
        wanted = set(chosen)
        return sum(sound.call in wanted for sound in (*survey.sounds, *survey.held_sounds))
    if holding.link == "recording":
        return sum(
            queries.value(found.count_all, (recording,))
            for call in chosen
            for recording in recordings_of(queries, call)
        )
    return sum(queries.value(found.count_all, (call,)) for call in chosen)
