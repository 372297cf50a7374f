"""How the installation is: for the status page, the doctor and the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import __version__
from ringfence.api import views
from ringfence.kernel.clock import DAY, Ms
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.sip.offer_answer import CODECS

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case(
    "system.status", actors=KNOWN, live=True, purpose="operate", category="system.operations"
)
async def status(office: Office) -> views.Status:
    """How the running installation is."""
    live = office.live
    now = office.clock.now()
    jobs = office.store.outbox.counts()
    free = office.store.recordings.free_bytes()
    leapt = office.store.store.leapt_from
    return views.Status(
        version=__version__,
        started=live.started,
        draining=live.runner.draining,
        http=live.addresses.http,
        listens=live.addresses.listens,
        sip=live.addresses.sip,
        rtp=live.addresses.rtp,
        advertise=live.addresses.advertise,
        transports=live.addresses.transports,
        calls_now=len(live.runner.calls),
        calls_today=office.store.records.count_since(office.account.id, Ms(now - now % DAY)),
        registrations=live.registrations(),
        numbers=len(office.numbers),
        jobs_waiting=jobs.get("ready", 0) + jobs.get("leased", 0),
        jobs_dead=jobs.get("dead", 0),
        clock_skew_ms=live.clock.skew_ms(),
        clock_behind_ms=office.store.store.clock_behind_ms,
        clock_ahead_ms=0 if leapt is None else now - leapt,
        audit_faults=office.store.store.audit_faults,
        disk_free=free,
        recording_refused=office.store.recording_refused,
        codecs=list(CODECS),
        engines=live.engines(),
        trunks=[office.trunk_view(trunk) for trunk in office.trunks.values()],
        domain=office.domain,
    )


@TABLE.use_case(
    "system.health",
    actors=EVERYBODY,
    live=True,
    none="whether calls are taken says nothing about anybody",
)
async def health(office: Office) -> views.Health:
    """Whether calls are taken with audio: all that a stranger may know."""
    live = office.live
    connected = any(engine.connected for engine in live.engines())
    state = "draining" if live.runner.draining else "ok" if connected else "no_media"
    return views.Health(state=state)


@TABLE.use_case(
    "system.metrics",
    actors=EVERYBODY,
    live=True,
    none="sums over all calls, in which nobody can be found",
)
async def metrics(office: Office) -> views.Metrics:
    """Counters, none of which is about a person."""
    return views.Metrics(values=office.live.metrics())
