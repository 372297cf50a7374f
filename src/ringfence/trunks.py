"""Carriers of calls as the running server knows them: trusted, registered at, found alive.

::

    added ──▶ an address: trusted at once
         └──▶ a name: looked up ──▶ trusted, and registered at or asked by OPTIONS
                  ▲         └──▶ not known: "unreachable"
                  └─── TRUNK_LOOKUP_MS later: elsewhere? trusted there too, and asked there

A carrier moves by changing its records (RFC 3263), and nobody here hears of it but by asking. An
answer may name a few of many addresses, so one that is not named any more stays trusted for
TRUNK_TRUST_MS; where DNS is down, everything stays as it is. A carrier that is removed while its
name is looked up is trusted by nothing that is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from ringfence.config import is_of_this_machine
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.ids import TrunkId
from ringfence.kernel.limits import TRUNK_LOOKUP_MS, TRUNK_PROBE_MS, TRUNK_TRUST_MS
from ringfence.observe.logs import get_logger
from ringfence.office.first_start import LOOPBACK
from ringfence.office.learned import trunk_entry
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.dialog import is_literal
from ringfence.sip.uri import Uri
from ringfence.storage.trunks import Trunk
from ringfence.switch.directory import TrunkEntry
from ringfence.switch.guard import Guard
from ringfence.switch.routing import Locator, Router

log = get_logger(__name__)

State = tuple[str, str | None, Ms | None]
"""A word, a sentence about it, and when a registration expires."""

_UNKNOWN: State = ("unknown", None, None)
_CERTIFICATES = {
    "certificate_not_yet_valid": "is not valid yet; is the clock of this machine right?",
    "certificate_expired": "has expired; tell the carrier",
    "certificate_self_signed": "is signed by nobody but itself; this machine has to trust it",
    "certificate_of_unknown_issuer": "is signed by nobody whom this machine trusts",
    "certificate_of_another_name": "is for another name; register at the name that it is for",
}
"""Whatever keeps TLS from being spoken looks like silence to the agent."""
_WRONG_PASSWORD = frozenset({401, 403, 404, 407})
"""403 and 404 are what carriers say of an account they do not know."""


class TrunkDesk:
    """The carriers of the installation."""

    def __init__(
        self,
        known: Mapping[TrunkId, Trunk],
        *,
        guard: Guard,
        router: Router,
        locator: Locator,
        send: Callable[[sip.Command], None],
        clock: Clock,
        advertise: str,
        certificates: Mapping[tuple[str, int], str],
    ) -> None:
        """``known``: those that are set up; ``advertise``: the address of this machine.

        ``certificates``: why the one at an address was not taken.
        """
        self._known = known
        self._guard = guard
        self._router = router
        self._locator = locator
        self._send = send
        self._clock = clock
        self._advertise = advertise
        self._certificates = certificates
        self._states: dict[str, State] = {}
        self._seen_from: dict[str, str] = {}
        self._targets: dict[str, frozenset[wire.Peer]] = {}
        self._seen: dict[str, dict[str, Ms]] = {}
        self._lookups: set[asyncio.Task[None]] = set()

    def state(self, trunk: Trunk) -> State:
        """State, a sentence about it, and when a registration expires."""
        return self._states.get(trunk.id, _UNKNOWN)

    def sees_us_at(self, trunk: Trunk) -> str | None:
        """The address a carrier sees us at, by its own words."""
        return self._seen_from.get(trunk.id)

    def close(self) -> None:
        """Look nobody up any more."""
        for task in tuple(self._lookups):
            task.cancel()

    def hear(self, event: wire.Registered | wire.RegistrationFailed | wire.ProbeChanged) -> None:
        """What became of a registration, or of a question whether a carrier is alive."""
        about = event.probe if isinstance(event, wire.ProbeChanged) else event.registration
        if TrunkId(about) not in self._known:
            return  # the last word of one that was removed
        if not isinstance(event, wire.RegistrationFailed) and is_literal(event.seen_from):
            self._seen_from[about] = event.seen_from
        match event:
            case wire.Registered():
                self._states[event.registration] = ("registered", None, event.expires_at)
                self._router.service_route(event.registration, event.service_route)
            case wire.RegistrationFailed():
                state = "unreachable" if event.status in {408, 503} else "refused"
                if state == "unreachable":
                    detail = self._certificate(event.registration) or (
                        "the registrar does not answer; check the address and the firewall"
                    )
                elif event.status in _WRONG_PASSWORD:
                    detail = "the registrar refuses; check the user name and the password"
                else:
                    detail = (
                        f"the registrar answers {event.status}, which is not about the password;"
                        " it is tried again; if that goes on, ask the carrier"
                    )
                self._states[event.registration] = (state, detail, None)
                log.warning("registration_failed", trunk=event.registration, status=event.status)
            case wire.ProbeChanged():
                self._states[event.probe] = (
                    ("reachable", None, None)
                    if event.up
                    else (
                        "unreachable",
                        self._certificate(event.probe)
                        or "no answer to OPTIONS; check address and firewall",
                        None,
                    )
                )

    def _certificate(self, trunk: str) -> str | None:
        """Say that it is a certificate for which a carrier cannot be reached, if that is so."""
        for target in self._targets.get(trunk, ()):
            code = self._certificates.get((target.host, target.port))
            if code is not None and target.transport == "tls":
                return f"its TLS certificate {_CERTIFICATES.get(code, 'is not valid')}"
        return None

    async def begin(self) -> None:
        """Add those that are set up, all at once: a DNS that is silent costs the start one wait."""
        await asyncio.gather(*(self.added(trunk) for trunk in tuple(self._known.values())))

    async def added(self, trunk: Trunk) -> None:
        """A carrier is trusted by its address; or we register there and ask whether it lives."""
        entry = trunk_entry(trunk)
        if not entry.host:
            self._guard.trust(trunk.id, trunk.host)
            if trunk.host == LOOPBACK:
                # This machine by its other names: a program here that calls the address of the
                # ready line comes from that address.
                self._guard.trust(trunk.id, "::1")
                if is_of_this_machine(self._advertise):
                    self._guard.trust(trunk.id, self._advertise)
            self._states[trunk.id] = ("trusted", None, None)
            return
        self._states[trunk.id] = ("unknown", "its address is being looked up", None)
        await self._look(trunk)
        if not is_literal(entry.host) and self._known.get(trunk.id) is trunk:
            task = asyncio.create_task(self._watch(trunk))
            self._lookups.add(task)
            task.add_done_callback(self._lookups.discard)

    async def _watch(self, trunk: Trunk) -> None:
        """Ask again and again where a name leads."""
        while True:
            await asyncio.sleep(TRUNK_LOOKUP_MS / 1000)
            if self._known.get(trunk.id) is not trunk:
                return
            await self._look(trunk)

    async def _look(self, trunk: Trunk) -> None:
        """Ask DNS where a carrier is, and go there if that is news."""
        entry = trunk_entry(trunk)
        uri = Uri("sip", None, entry.host, entry.port)
        if entry.transport != "udp":
            uri = uri.with_params(transport=entry.transport)
        targets = await self._located(uri)
        if self._known.get(trunk.id) is not trunk:
            return  # it was removed, or changed, meanwhile
        before = self._targets.get(trunk.id)
        if not targets:
            if before is None:
                self._states[trunk.id] = (
                    "unreachable",
                    (
                        "the name of its host is not known; check its spelling and the DNS of this"
                        " machine; it is looked up again every minute"
                    ),
                    None,
                )
            return
        self._trust(trunk, targets)
        # The order is drawn anew with every answer (RFC 2782) and is no news.
        if before != frozenset(targets):
            self._targets[trunk.id] = frozenset(targets)
            self._ask(trunk, entry, uri, targets, first=before is None)

    def _trust(self, trunk: Trunk, targets: tuple[wire.Peer, ...]) -> None:
        now, known = self._clock.now(), self._seen.get(trunk.id, {})
        seen = known | {target.host: now for target in targets}
        seen = {host: at for host, at in seen.items() if at + TRUNK_TRUST_MS > now}
        if seen.keys() != known.keys():
            self._guard.distrust(trunk.id)
            for host in seen:
                self._guard.trust(trunk.id, host)
        self._seen[trunk.id] = seen

    def _ask(
        self,
        trunk: Trunk,
        entry: TrunkEntry,
        uri: Uri,
        targets: tuple[wire.Peer, ...],
        *,
        first: bool,
    ) -> None:
        """Register there, or ask from now on whether somebody is there."""
        key = wire.RegistrationKey(str(trunk.id))
        if entry.register and entry.username is not None and entry.password is not None:
            if not first:
                self._send(sip.Retarget(registration=key, targets=targets))
                return
            self._states[trunk.id] = ("registering", None, None)
            self._send(
                sip.Register(
                    registration=key,
                    targets=targets,
                    registrar=uri,
                    aor=Uri("sip", entry.username, entry.host),
                    contact_user=entry.username,
                    credentials=sip.Credentials(entry.username, entry.password),
                )
            )
        else:
            if first:
                self._states[trunk.id] = ("trusted", None, None)
            self._send(
                sip.Probe(
                    probe=wire.ProbeKey(str(trunk.id)),
                    targets=targets,
                    uri=uri,
                    interval_ms=int(TRUNK_PROBE_MS),
                )
            )

    async def _located(self, uri: Uri) -> tuple[wire.Peer, ...]:
        found: asyncio.Future[tuple[wire.Peer, ...]] = asyncio.get_running_loop().create_future()
        self._locator.locate(uri, found.set_result)
        return await found

    def removed(self, trunk: Trunk) -> None:
        """A carrier is trusted no longer."""
        self._guard.distrust(trunk.id)
        for table in (self._states, self._targets, self._seen, self._seen_from):
            table.pop(trunk.id, None)
        if trunk.kind == "register":
            self._send(sip.Unregister(registration=wire.RegistrationKey(str(trunk.id))))
        else:
            self._send(sip.StopProbe(probe=wire.ProbeKey(str(trunk.id))))
