"""Retention: the rules in force here, what the next sweep will remove, and the sweep."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, PartyId, RecordingId
from ringfence.kernel.limits import SWEEP_CALLS_MAX, SWEEP_RUN_MS
from ringfence.observe.logs import get_logger
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import current_actor, exchange_itself
from ringfence.privacy.retention import RULES
from ringfence.privacy.terms import Term, term
from ringfence.storage import log_files, sweeps
from ringfence.storage.sweeps import KINDS, Due
from ringfence.storage.sweeps_ahead import Ahead
from ringfence.storage.unit_of_work import Queries, Transaction

if TYPE_CHECKING:
    from ringfence.config import Settings
    from ringfence.office import Office

_LOG = get_logger(__name__)
CHOICES = {"content": "keep_recordings_days", "call_log": "keep_calls_days"}
"""Retention rule → the setting with which the operator chooses a shorter time."""


def terms(settings: Settings, now: Ms) -> dict[str, Term]:
    """Return how long each kind of record is kept here, by rule.

    Raises `Refused` (``below_floor``, ``above_ceiling``) for a setting the rules do not allow.
    """
    return {rule: _term(rule, settings, now) for rule in RULES}


def _term(rule: str, settings: Settings, now: Ms) -> Term:
    name = CHOICES.get(rule)
    chosen = getattr(settings, name) or None if name is not None else None
    try:
        return term(rule, jurisdiction=settings.country, now=now, chosen=chosen)
    except Refused as refused:
        reason = f"{name} in the settings: {refused.reason}"
        raise Refused(refused.code, reason, clause=refused.clause) from None


@TABLE.use_case("privacy.retention.rules", actors=KNOWN, none="rules are about nobody")
async def show_rules(office: Office) -> list[views.RetentionTerm]:
    """Every rule: at least, at most, since what, and by whose law."""
    return [
        views.RetentionTerm(
            rule=found.rule,
            trigger=found.trigger,
            at_least_days=found.floor_days,
            at_most_days=found.days,
            floor_by=found.floor_by,
            source=found.source,
            setting=CHOICES.get(found.rule),
        )
        for found in terms(office.settings, office.clock.now()).values()
    ]


@TABLE.use_case("privacy.retention.preview", actors=KNOWN, purpose="erase", category="user")
async def preview(office: Office) -> list[views.SweepDue]:
    """What a sweep would remove now, kind by kind; held records are not counted."""
    now = office.clock.now()
    known = terms(office.settings, now)
    async with office.store.aside() as queries:
        return await asyncio.to_thread(_all_due, office, queries, known, now)


@TABLE.use_case("privacy.retention.sweep", actors=KNOWN, purpose="erase", category="user")
async def sweep(office: Office, *, clock_is_right: bool = False) -> list[views.SweepDue]:
    """Remove what is older than it may be; what went, kind by kind.

    Raises `Refused` (``clock_unsure``) where the clock has leapt ahead since the newest record:
    what seems old may be young. ``clock_is_right`` is the word of whoever runs this that it is so,
    which is written into the audit log.
    """
    now = office.clock.now()
    if office.store.store.leapt_from is not None:
        if not clock_is_right:
            raise Refused("clock_unsure", _unsure(office), clause="RET-02")
        await _believe(office, now)
    account = office.account.id
    known = terms(office.settings, now)
    await office.write(lambda tx: sweeps.count_months(tx, account=account, now=now))
    await asyncio.to_thread(log_files.turn, office.settings.log_dir, now)
    went: list[views.SweepDue] = []
    for kind, rule in KINDS.items():
        found = known[rule]
        cutoff = _cutoff(kind, found, now)
        if cutoff is None:
            continue
        count, oldest = await _sweep(office, kind, cutoff)
        if count:
            went.append(_row(kind, found, count, oldest))
    return went


async def nightly(office: Office) -> None:
    """Sweep, if it is sure what time it is; else it waits, and the doctor says for what."""
    if office.store.store.leapt_from is None:
        await sweep(office)
    else:
        _LOG.warning("sweep_waits")


def _unsure(office: Office) -> str:
    days = (office.clock.now() - (office.store.store.leapt_from or 0)) // DAY
    return (
        f"the clock stood {days} days after the newest record when this was started. If it is "
        "right: ringfence privacy sweep --clock-is-right. If not, set it and start again"
    )


async def _believe(office: Office, now: Ms) -> None:
    store = office.store.store
    body = {"by": current_actor(), "from": store.leapt_from, "to": now}
    await office.write(
        lambda tx: store.trail.note(
            tx, "clock_believed", at=now, account=office.account.id, body=body
        )
    )
    await asyncio.to_thread(store.believe_clock)


def _all_due(
    office: Office, queries: Queries, known: dict[str, Term], now: Ms
) -> list[views.SweepDue]:
    found, ahead = [], Ahead()
    for kind, rule in KINDS.items():
        cutoff = _cutoff(kind, known[rule], now)
        if cutoff is None:
            continue
        if kind == "tokens":
            count, oldest = sweeps.tokens_due(queries, now)
        elif kind == "logs":
            files = log_files.expired(office.settings.log_dir, cutoff)
            count, oldest = len(files), min((day for _, day in files), default=None)
        else:
            count, oldest = _count(queries, kind, office.account.id, cutoff, ahead)
        if count:
            found.append(_row(kind, known[rule], count, oldest))
    return found


def _cutoff(kind: str, found: Term, now: Ms) -> Ms | None:
    """Before when it goes; what somebody asked to be removed, as soon as the law lets it."""
    return found.floor_cutoff(now) if kind == "removed" else found.cutoff(now)


def _count(
    queries: Queries, kind: str, account: AccountId, cutoff: Ms, ahead: Ahead
) -> tuple[int, Ms | None]:
    count, oldest = 0, None
    for batch in sweeps.every(queries, kind, account=account, cutoff=cutoff):
        left = ahead.left(queries, kind, batch)
        count += len(left)
        oldest = oldest or min((one.since for one in left), default=None)
        if count >= SWEEP_CALLS_MAX:
            return count, oldest
    if kind == "parties":
        freed = ahead.freed(queries, cutoff)
        count += len(freed)
        oldest = oldest or min((one.since for one in freed), default=None)
    return count, oldest


async def _sweep(office: Office, kind: str, cutoff: Ms) -> tuple[int, Ms | None]:
    """Remove what is due of one kind; how much, and the oldest clock among it."""
    if kind == "tokens":
        count, oldest = office.read(lambda queries: sweeps.tokens_due(queries, office.clock.now()))
        if count:
            await office.write(lambda tx: sweeps.remove_tokens(tx, office.clock.now()))
        return count, oldest
    if kind == "logs":
        return await asyncio.to_thread(_remove_logs, office.settings.log_dir, cutoff)
    count, oldest = 0, None
    until = office.clock.now() + SWEEP_RUN_MS
    account, after = office.account.id, ""
    while count < SWEEP_CALLS_MAX and office.clock.now() < until:
        async with office.store.aside() as queries:
            batch = await asyncio.to_thread(_next, queries, kind, account, cutoff, after)
        if not batch:
            break
        after = batch[-1].id
        gone = await _remove(office, kind, batch)
        count += len(gone)
        oldest = oldest or min((one.since for one in gone), default=None)
    return count, oldest


def _next(queries: Queries, kind: str, account: AccountId, cutoff: Ms, after: str) -> list[Due]:
    return next(sweeps.every(queries, kind, account=account, cutoff=cutoff, after=after), [])


async def _remove(office: Office, kind: str, batch: list[Due]) -> list[Due]:
    """Remove one batch: the rows and a leaf in one transaction, then files and keys."""
    store, now = office.store, office.clock.now()
    files: list[RecordingId] = []
    if kind == "recordings":
        files = [RecordingId(one.id) for one in batch]
    elif kind in {"calls", "removed"}:
        files = [item for one in batch for item in sweeps.heard_in(store.db.reading, one.id)]
    elif kind == "parties":
        store.party_room.leaving(PartyId(one.id) for one in batch)
    body = {"kind": kind, "rule": KINDS[kind]}

    def work(tx: Transaction) -> list[Due]:
        gone = sweeps.remove(tx, kind, batch)
        store.store.trail.note_removal(
            tx, "swept", at=now, account=office.account.id, body={**body, "count": len(gone)}
        )
        return gone

    gone = await office.write(work)
    kept = {one.id for one in batch} - {one.id for one in gone}
    for recording in files:
        if recording not in kept:
            await asyncio.to_thread(store.recordings.discard, recording)
    serials = [one.serial for one in gone if one.serial is not None]
    if serials:
        await asyncio.to_thread(store.store.keystore.destroy, serials)
    if kind == "parties":
        store.party_room.leaving(())
    elif kind == "accounts" and gone:
        with exchange_itself():
            office.open_for(office.account.id)  # knows nothing any more of what has gone
    return gone


def _remove_logs(folder: Path, cutoff: Ms) -> tuple[int, Ms | None]:
    files = log_files.expired(folder, cutoff)
    for path, _ in files:
        path.unlink(missing_ok=True)
    return len(files), min((day for _, day in files), default=None)


def _row(kind: str, found: Term, count: int, oldest: Ms | None) -> views.SweepDue:
    return views.SweepDue(
        kind=kind,
        count=count,
        oldest=oldest,
        rule=found.rule,
        at_most_days=found.days or 0,
    )
