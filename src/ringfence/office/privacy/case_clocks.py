"""The round of the clocks: what is due soon, late, out of time or over, in every kind of case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from ringfence.jobs.handlers import cases as jobs
from ringfence.jobs.queue import Job
from ringfence.jobs.schedule import Again
from ringfence.jobs.worker import Handler
from ringfence.kernel.clock import DAY, Ms
from ringfence.observe.logs import get_logger
from ringfence.office.privacy import (
    case_desk,
    case_mail,
    demands,
    identity,
    incidents,
    portability,
    remedies,
)
from ringfence.privacy.cases import rights
from ringfence.privacy.cases.calendar import day_of
from ringfence.privacy.purposes import exchange_itself
from ringfence.storage.cases import Case
from ringfence.storage.cases_disclosures import Disclosure
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

SILENT_MS = 7 * DAY
"""A recipient that has not confirmed a change by then is told again, and somebody hears of it."""
_UNKNOWN = frozenset({"received", "identifying"})


def handlers(office: Office, post: portability.Post) -> dict[str, Handler]:
    """Return who does the jobs of cases."""
    outbox = office.store.store.outbox
    secret: Callable[[Job], bytes] = outbox.secret
    return {
        jobs.CODE: jobs.CaseWork(partial(identity.send_code, office)),
        jobs.ARCHIVE: jobs.CaseWork(partial(remedies.make_archive, office)),
        jobs.PUSH: jobs.CaseWork(partial(portability.push, office, post), patient=True),
        jobs.TELL: jobs.CaseWork(partial(portability.tell, office, post), patient=True),
        jobs.ERASED: jobs.TellErased(secret, partial(portability.tell_erased, office, post)),
        jobs.CLOCKS: Again(jobs.ROUND, jobs.ReadClocks(partial(read, office)), outbox),
    }


async def read(office: Office, now: Ms) -> None:
    """Read every clock once. One that cannot be dealt with does not keep the others."""
    with exchange_itself():
        await demands.tick(office, now)
        await incidents.look_at_honey(office)
        await _each(office, office.store.rooms.cases.to_remind, now, remind)
        await _each(office, office.store.rooms.cases.to_escalate, now, escalate)
        await _each(office, office.store.rooms.cases.to_shred, now, shred)
        await chase(office, now)
        await tidy(office, now)


Find = Callable[..., list[Case]]
Do = Callable[["Office", Case, Ms], Awaitable[object]]


async def _each(office: Office, find: Find, now: Ms, do: Do) -> None:
    for case in office.read(lambda queries: find(queries, now)):
        try:
            await do(office, case, now)
        except Exception:
            log.exception("case_clock_failed", case=case.id)


async def remind(office: Office, case: Case, now: Ms) -> None:
    """Remind whoever handles the case; end one whose sender never showed who they are."""
    if case.family == "request" and case.state in _UNKNOWN:
        over = Ms(case.received_at + rights.IDENTIFY_MS)
        if now >= over:
            known = {**case.facts, "outcome": "closed"}
            await case_desk.take(office, case, "give_up", known=known, **case_desk.ended(office))
        else:
            await case_desk.take(office, case, "remind", remind_at=over, escalate_at=None)
        return
    log.warning("case_due_soon", case=case.id, kind=case.family)
    if case.family == "incident":
        await incidents.remind(office, case, now)
        return
    await case_desk.take(office, case, "remind", remind_at=None)
    if case.escalate_at is None or now < case.escalate_at:  # else the next e-mail says more
        what = _says(case, "is due soon", now)
        await case_mail.to_officers(office, case, what, reason="remind")


async def escalate(office: Office, case: Case, now: Ms) -> None:
    """Hand a case to whoever is above: before its clock has run out, and again when it has."""
    log.error("case_escalated", case=case.id, kind=case.family)
    if case.family == "incident":
        await incidents.escalate(office, case, now)
        return
    late = case.due_at is None or case.due_at <= now
    again = None if late else case.due_at
    await case_desk.take(office, case, "escalate", escalate_at=again)
    what = _says(case, "is nearly late", now)
    reason = f"{'late' if late else 'escalate'} {case.due_at}"
    await case_mail.to_officers(office, case, what, reason=reason, above=True)


def _says(case: Case, how: str, now: Ms) -> str:
    due = case.due_at or case.received_at
    if due <= now:
        return f"The {case.family} {case.id} is late: it was due on {day_of(due)}."
    return f"The {case.family} {case.id} {how}: until {day_of(due)}."


async def chase(office: Office, now: Ms) -> None:
    """Say aloud that a recipient never confirmed a change, and tell it again."""
    register = office.store.rooms.disclosures
    for found in office.read(lambda queries: register.silent(queries, Ms(now - SILENT_MS))):
        log.error("recipient_silent", case=found.case)

        def unit(tx: Transaction, found: Disclosure = found) -> None:
            body = {"disclosure": found.id, "case": found.case}
            office.store.store.trail.note(
                tx, "not_confirmed", at=now, account=office.account.id, body=body
            )
            register.told(tx, found.id, now=now)
            job = jobs.job(jobs.TELL, found.id, office.account.id)
            office.store.outbox.add(tx, job, now=now)

        await office.write(unit)


async def shred(office: Office, case: Case, now: Ms) -> None:
    """Destroy what was said in a case that ended a while ago, with the key it had of its own."""
    cases = office.store.rooms.cases
    await office.write(lambda tx: cases.shred(tx, case, now=now))
    own = case.party is None and case.key_serial != office.account.seal_key
    if own:
        office.store.store.keystore.destroy([case.key_serial])


async def tidy(office: Office, now: Ms) -> None:
    """Remove archives that were fetched or are out of time, and files nobody can open."""
    archives = office.store.rooms.archives
    for case in office.read(lambda queries: archives.stale(queries, now)):
        await office.write(partial(archives.drop, case=case))
    for case in office.read(archives.orphans):
        if not archives.alone.locked():
            archives.path(case).unlink(missing_ok=True)
    office.read(office.store.rooms.pictures.sweep)
