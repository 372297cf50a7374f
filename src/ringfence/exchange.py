"""The running exchange: SIP, media and calls of one server, wired to the office's data.

The composition root of everything that touches a call; `ringfence.app` puts HTTP and the control
socket beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ringfence.api import views
from ringfence.backroom import Backroom
from ringfence.calls.causes import Cause
from ringfence.calls.commands import Hangup
from ringfence.config import Settings, is_wildcard, own_address
from ringfence.jobs.queue import Job
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms, SystemClock
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.kernel.limits import (
    DRAIN_POLL_MS,
    MEDIA_SPARE_LEGS,
    RELEASE_WAIT_MS,
)
from ringfence.markup.exchange import Callback
from ringfence.media.engine.sealing import measure
from ringfence.observe.logs import get_logger
from ringfence.office import Office, tenancy
from ringfence.office.live import Addresses, Live
from ringfence.office.messaging.incoming import Incoming
from ringfence.office.pledges import redeem
from ringfence.office.recognising import ears
from ringfence.outside import ClipShelf, Outside, SpeechDesk
from ringfence.postroom import Postroom
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.agent import Agent
from ringfence.sip.config import AgentConfig
from ringfence.sip.registrar import Binding
from ringfence.storage import ballast
from ringfence.storage.flows import Flow
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.trunks import Trunk
from ringfence.switch.audio import AudioDesk
from ringfence.switch.bindings import BindingKeeper
from ringfence.switch.call_runner import CallRunner
from ringfence.switch.certificates import server_context
from ringfence.switch.guard import Ban, Guard, Secret
from ringfence.switch.hearing import HearingDesk
from ringfence.switch.media_link import MediaLink
from ringfence.switch.reception import Reception
from ringfence.switch.resolver import Resolver
from ringfence.switch.routing import Router
from ringfence.switch.sessions import Sessions
from ringfence.switch.signalling import SignalDesk
from ringfence.switch.sip_transport import SipTransport
from ringfence.switch.streams import StreamDesk
from ringfence.switch.tenant import listen
from ringfence.tally import Tally
from ringfence.trunks import TrunkDesk
from ringfence.window import AccountLive
from ringfence.wing import Shared, Wing

log = get_logger(__name__)

_NONCE_SECRET_OCTETS = 32


class Exchange:
    """Every part a call passes through, and what the use cases may ask of them."""

    def __init__(
        self, settings: Settings, office: Office, *, clock: SystemClock, entropy: Entropy
    ) -> None:
        self.clock = clock
        self.started = clock.now()
        self.addresses: Addresses
        self._settings = settings
        self._office = office
        self._entropy = entropy
        self._guard = Guard()
        self._tally = Tally()
        self._janitor: asyncio.Task[None] | None = None
        advertise = own_address(settings)
        self._advertise = advertise
        host = settings.sip.host
        self._signals_addresses: dict[wire.Transport, tuple[str, int]] = {}
        agent = Agent(
            AgentConfig(
                addresses=self._signals_addresses,
                realm=office.domain,
                # New with every start: which nonces were used is forgotten, so none is taken twice.
                secret=entropy.token(_NONCE_SECRET_OCTETS),
                may_register=office.directory.may_register,
            ),
            entropy=entropy,
            admission=self._guard,
        )
        self._agent = agent
        self._guard.domains = office.directory.roll.domains
        self._bindings_kept = BindingKeeper(agent, office.store.bindings, clock)
        self._resolver = Resolver(entropy)
        self.transport = SipTransport(
            agent,
            clock,
            self._sip_event,
            tls_name=lambda peer: self._resolver.names.get((peer.host, peer.port), peer.host),
        )
        clips = ClipShelf()
        self.speech = SpeechDesk(settings, entropy=entropy, clock=clock)
        self.outside = Outside(settings, office, entropy=entropy, clock=clock)
        hearing = ears(office, self.outside.ask)
        self.incoming = Incoming(office)
        self.backroom = Backroom(
            office,
            deliver=self.outside.deliver,
            clock=clock,
            post=self.outside.post,
            answer=self._answer_text,
            read=self._transcribe,
        )
        self.outside.tell = self.backroom.tell
        self.postroom = Postroom(settings, office, self.incoming, clock=clock, web=self.outside)
        self.links = [
            MediaLink(
                str(settings.run_dir / f"media-{shard}.sock"),
                on_notice=self._media_notice,
                on_lost=self._media_lost,
                spares=spare_legs(settings),
                name_leg=lambda: ids.make("leg", clock.now(), entropy),
            )
            for shard in range(settings.workers)
        ]
        desks = (StreamDesk(self.outside, hearing), HearingDesk(hearing))
        self._audio = audio = AudioDesk(self.links, clips, office.store.recordings, *desks)
        sessions = Sessions(advertise)
        router = Router(
            directory=office.directory,
            clock=clock,
            domain=office.domain,
            bindings=self._bindings,
            locator=self._resolver,
        )
        self._trunks = TrunkDesk(
            office.trunks,
            clock=clock,
            guard=self._guard,
            router=router,
            locator=self._resolver,
            send=self.transport.do,
            advertise=advertise,
            certificates=self.transport.refused_certificates,
        )
        self._shared = Shared(
            settings=settings,
            clock=clock,
            entropy=entropy,
            clips=clips,
            speech=self.speech,
            audio=audio,
            sessions=sessions,
            hearing=hearing,
        )
        own = Wing(self._shared, office, self.outside)
        self._wings = {office.account.id: own}
        self.runner = CallRunner(
            clock=clock,
            entropy=entropy,
            directory=office.directory,
            parties=office.store.party_room,
            facts=office.store.calls,
            signals=SignalDesk(
                send=self.transport.do, audio=audio, sessions=sessions, router=router
            ),
            audio=audio,
            host=own.host,
            rooms=own.rooms,
            queues=own.queues,
        )
        listen(self.runner.listeners, self._tally.watch, *self._tally.watched)
        own.join(self.runner, self.runner.tenant)
        self._reception = Reception(office.directory, own.arrivals)
        for account in office.branches:
            self._build(account)
        self.checks, self.outgoing = own.checks, own.outgoing
        self.rooms, self.queues = own.control, own.queues
        self.payments = own.payments
        self.scribe = own.scribe
        self._host = host

    # -- accounts -----------------------------------------------------------------------------

    def _build(self, account: AccountId) -> Wing:
        """Let calls of an account below the installation's be run here."""
        office = self._office.branches[account]
        outside = self.outside.of(office)
        outside.tell = partial(self.backroom.tell_for, office)
        wing = self._wings[account] = Wing(self._shared, office, outside)
        tenant = wing.tenant()
        self.runner.take_in(tenant)
        wing.join(self.runner, tenant)
        self._reception.take_in(account, wing.arrivals)
        return wing

    def of(self, account: AccountId, /) -> Live:
        """The server as an account below the installation's sees it."""
        return AccountLive(self, self._wings[account], self.learn)

    def opened(self, account: AccountId, /) -> None:
        """There is a new account below the installation's: its calls are run from now on."""
        self._build(account).begin()

    async def _transcribe(self, job: Job, now: Ms, /, *, last: bool) -> None:
        """Read a recording, as the account does whose it is."""
        own = self._wings[self._office.account.id]
        wing = self._wings.get(job.account or AccountId(""), own)
        await wing.scribe.carry_out(job, now, last=last)

    async def _answer_text(self, job: Job, now: Ms, /) -> None:
        """Answer a text message, as the account does whose message it is."""
        own = self._wings[self._office.account.id]
        await self._wings.get(job.account or AccountId(""), own).replies(job, now)

    # -- life ---------------------------------------------------------------------------------

    def _recover(self) -> None:
        """Bring to its end what a killed process left behind."""
        store = self._office.store
        found = store.store.recover(store.rooms, measure=measure, now=self.clock.now())
        store.rooms.conferences.close_open(self.clock.now())
        for office in self._office.everybody:
            redeem(office, now=self.clock.now())
        for wing in self._wings.values():
            wing.begin()
        if found.calls or found.recordings or found.jobs:
            log.warning("recovered", count=len(found.calls), legs=len(found.recordings))

    async def start(self) -> None:
        """Connect the media workers and listen for SIP. Raises `Refused`.

        Recovery comes after the workers' hello: what they recorded for a dead server is whole then.
        """
        for link in self.links:
            await link.start()
        self._recover()
        await self.payments.recover()
        await self.backroom.start()
        await self.postroom.start()
        settings = self._settings
        tls = None
        if settings.sip_tls is not None:
            tls = server_context(
                settings.data, settings.tls_certificate, settings.tls_key, name=self._office.domain
            )
        port = await self.transport.listen(
            self._host,
            settings.sip.port,
            tls_at=settings.sip_tls or ("", 0),
            tls=tls,
        )
        transports: list[wire.Transport] = ["udp", "tcp"]
        for transport in transports:
            self._signals_addresses[transport] = (self._advertise, port)
        if settings.sip_tls is not None:
            transports.append("tls")
            self._signals_addresses["tls"] = (self._advertise, settings.sip_tls.port)
        shown = self._advertise if is_wildcard(self._host) else self._host
        self.addresses = Addresses(
            http="",
            listens="",
            sip=f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}",
            rtp=str(settings.rtp),
            advertise=self._advertise,
            transports=list(transports),
        )
        for office in self._office.everybody:
            if tenancy.may(office, "receive_call") or office is self._office:
                for phone in office.phones.values():
                    self.phone_added(phone)
        self._bindings_kept.restore(set(self._office.directory.roll.phones))
        await self._trunks.begin()
        self.speech.rehearse(self.prompts())
        self._janitor = asyncio.create_task(self._tidy())

    def reached_at(self, http: str, listens: str) -> None:
        """Where people, and this machine, reach the HTTP server."""
        self.addresses = replace(self.addresses, http=http, listens=listens)

    async def drain(self, seconds: int) -> None:
        """Take no new calls and wait for the open ones."""
        self.runner.draining = True
        self.transport.do(sip.Drain())
        waited = 0
        while self.runner.calls and waited < seconds * 1000:
            await asyncio.sleep(DRAIN_POLL_MS / 1000)
            waited += DRAIN_POLL_MS

    async def stop(self) -> None:
        """End what is still going on, properly, and close."""
        if self._janitor is not None:
            self._janitor.cancel()
        self._trunks.close()
        for live in list(self.runner.calls.values()):
            self.runner.command(live, Hangup(cause=Cause.DRAINING))
        waited = 0
        while self.runner.calls and waited < RELEASE_WAIT_MS:
            await asyncio.sleep(DRAIN_POLL_MS / 1000)
            waited += DRAIN_POLL_MS
        await self._audio.close()
        await self._bindings_kept.close()
        await self.transport.close()
        for link in self.links:
            await link.close()
        await self.postroom.stop()
        await self.backroom.stop()
        for wing in self._wings.values():
            await wing.scribe.close()
        await self.speech.close()
        await self.outside.close()

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(60)
            self.transport.close_idle()
            await self._bindings_kept.keep()
            await asyncio.to_thread(ballast.keep, self._office.store.store.folder)

    # -- what SIP and media report ------------------------------------------------------------

    def _sip_event(self, event: wire.SipEvent) -> None:
        match event:
            case wire.InviteReceived():
                self._reception.invite(event)
            case wire.Established() | wire.Answered() | wire.Progress() | wire.Ended():
                self.runner.sip_event(event)
            case wire.AuthenticationFailed():
                self._guard.failed(event.peer, self.clock.now())
            case wire.MalformedReceived():
                self._tally.malformed += 1
                count = self._guard.malformed(event.peer, self.clock.now())
                if count:
                    log.info("sip_malformed", transport=event.peer.transport, count=count)
            case wire.Registered() | wire.RegistrationFailed() | wire.ProbeChanged():
                self._trunks.hear(event)
            case wire.BindingsChanged():
                self._bindings_kept.changed()
            case _:
                self.runner.sip_event(event)

    def _media_notice(self, notice: object) -> None:
        self.runner.media_notice(notice)  # type: ignore[arg-type]

    def _media_lost(self, legs: list[str]) -> None:
        self._tally.media_lost += 1
        self.runner.media_lost(legs)

    def _bindings(self, username: str) -> tuple[Binding, ...]:
        return self._agent.bindings(username, self.clock.now())

    # -- what the use cases ask ---------------------------------------------------------------

    def tell(self, call: CallId | None, request: Callback, /) -> None:
        """Tell a server of the account's, until it is taken."""
        self.outside.tell(call, request)

    async def post(
        self, url: str, body: bytes, media_type: str, headers: Mapping[str, str], /
    ) -> tuple[int, bytes]:
        """Post a document; status and answer. Raises `OSError` where no answer came."""
        return await self.outside.post(url, body, media_type, headers)

    def registrations(self) -> int:
        """Phones registered at present."""
        now = self.clock.now()
        names = self._office.directory.roll.phones
        return sum(bool(self._agent.bindings(name, now)) for name in names)

    def binding_expires(self, username: str) -> Ms | None:
        """Until when a phone is registered, None where it is not."""
        found = self._agent.bindings(username, self.clock.now())
        return max((binding.expires_at for binding in found), default=None)

    def bans(self) -> list[Ban]:
        """Addresses that get no answer by SIP at present."""
        return self._guard.bans(self.clock.now())

    def lift_ban(self, address: str, /) -> Ban | None:
        """Answer an address again; the ban it was under."""
        return self._guard.lift(address, self.clock.now())

    def engines(self) -> list[views.Engine]:
        """The media workers."""
        return [
            views.Engine(
                shard=shard,
                connected=link.connected,
                engine=link.hello.engine if link.hello is not None else None,
                pid=link.hello.pid if link.hello is not None else None,
                legs=len(link.legs),
                restarts=max(link.connects - 1, 0),
                hung=link.hung,
            )
            for shard, link in enumerate(self.links)
        ]

    def metrics(self) -> dict[str, float | dict[str, float]]:
        """Values of the metrics in ``ringfence.observe.metrics``."""
        store = self._office.store
        jobs = store.outbox.counts()
        now = self.clock.now()
        faulty = {"refused", "unreachable"}
        return {
            "ringfence_up_seconds": (now - self.started) / 1000,
            **self._tally.figures(),
            "ringfence_calls_open": len(self.runner.calls),
            "ringfence_legs_open": len(self.runner.legs),
            "ringfence_sip_received_total": {"all": self.transport.received},
            "ringfence_sip_sent_total": self.transport.sent,
            "ringfence_sip_dropped_total": self._guard.dropped_total,
            "ringfence_sip_banned": self._guard.banned(now),
            "ringfence_registrations": self.registrations(),
            "ringfence_trunks_faulty": sum(
                self.trunk_state(t)[0] in faulty for t in self._office.trunks.values()
            ),
            "ringfence_media_workers": sum(link.connected for link in self.links),
            "ringfence_fetches_total": {k: float(v) for k, v in self.outside.fetched.items()},
            "ringfence_jobs_waiting": jobs.get("ready", 0) + jobs.get("leased", 0),
            "ringfence_jobs_dead": jobs.get("dead", 0),
            **self.backroom.metrics(),
            **self._office.post.metrics(),
            "ringfence_commits_total": store.db.commits,
            "ringfence_disk_free_bytes": store.recordings.free_bytes(),
            "ringfence_clock_skew_seconds": self.clock.skew_ms() / 1000,
        }

    # -- set-up that changed ------------------------------------------------------------------

    def forget_person(self, party: PartyId) -> None:
        """Drop what was spoken, because it may name whoever was erased, and what they send."""
        self._office.postbox.forget()
        self.postroom.forget_person(party)
        self.speech.forget()
        self.speech.rehearse(self.prompts())

    def flow_changed(self, flow: Flow) -> None:
        """A flow has a new version: its prompts are spoken before a caller waits for them."""
        self.learn(self._wings[self._office.account.id], flow)

    def learn(self, wing: Wing, flow: Flow) -> None:
        """Likewise a flow of any account."""
        wing.learn(flow)
        self.speech.rehearse(self.prompts())

    def prompts(self) -> tuple[tuple[str, str, str], ...]:
        """What flows of every account say to everybody who calls."""
        said = (wing.outside.applets.prompts() for wing in self._wings.values())
        return tuple(dict.fromkeys(prompt for some in said for prompt in some))

    def phone_added(self, phone: PhoneDevice) -> None:
        """A phone may register."""
        self._guard.add_phone(
            phone.username,
            Secret(
                realm=phone.realm,
                md5=phone.ha1.get("MD5", ""),
                sha256=phone.ha1.get("SHA-256", ""),
            ),
        )

    def phone_removed(self, phone: PhoneDevice) -> None:
        """A phone may no longer register."""
        self._guard.remove_phone(phone.username)
        self._agent.forget_phone(phone.username, self.clock.now())

    async def trunk_added(self, trunk: Trunk) -> None:
        """A carrier is trusted by its address; or we register there and ask whether it lives."""
        await self._trunks.added(trunk)

    def trunk_removed(self, trunk: Trunk) -> None:
        """A carrier is trusted no longer."""
        self._trunks.removed(trunk)

    def trunk_state(self, trunk: Trunk) -> tuple[str, str | None, Ms | None]:
        """State, a sentence about it, and when a registration expires."""
        return self._trunks.state(trunk)

    def sees_us_at(self, trunk: Trunk) -> str | None:
        """The address a carrier sees us at, by its own words."""
        return self._trunks.sees_us_at(trunk)


def spare_legs(settings: Settings) -> int:
    """How many legs each worker holds open ahead of need: few where ports, two a leg, are few."""
    ports = (settings.rtp.high - settings.rtp.low + 1) // settings.workers
    return min(int(MEDIA_SPARE_LEGS), ports // 32)
