"""What of a running exchange is one account's: its servers, programs, rooms, queues and calls.

The composition root makes one for the installation's own account and one for each account below it;
the SIP agent, the media workers, the trunks and the runner of calls are there once, for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ringfence.calls import events
from ringfence.config import Settings
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.ids import CallId
from ringfence.markup.exchange import Callback
from ringfence.observe.logs import get_logger
from ringfence.office import Office, alerts, billing, tenancy
from ringfence.office.caller_ids import CallerIdChecks
from ringfence.office.deliveries import ENDS
from ringfence.office.live import reached
from ringfence.office.messaging.replies import Replies
from ringfence.office.number_ties import PassedOn
from ringfence.office.payment_desk import PaymentDesk
from ringfence.office.recognising import Ears
from ringfence.office.transcribing import Scribe
from ringfence.outside import ClipShelf, Outside, SpeechDesk
from ringfence.privacy.purposes import purpose
from ringfence.storage.flows import Flow
from ringfence.switch.arrivals import Arrivals
from ringfence.switch.audio import AudioDesk
from ringfence.switch.call_runner import CallRunner
from ringfence.switch.outgoing import Outgoing
from ringfence.switch.program_host import ProgramHost
from ringfence.switch.programs import Programs
from ringfence.switch.queues import QueueDesk
from ringfence.switch.room_control import RoomControl
from ringfence.switch.rooms import RoomDesk
from ringfence.switch.rulings import House, Rulings
from ringfence.switch.sessions import Sessions
from ringfence.switch.tenant import Tenant, listen
from ringfence.switch.tolls import Tolls

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What every account's calls pass through alike."""

    settings: Settings
    clock: SystemClock
    entropy: Entropy
    clips: ClipShelf
    speech: SpeechDesk
    audio: AudioDesk
    sessions: Sessions
    hearing: Ears | None


class Wing:
    """One account's part of the exchange. ``outside``: the world as its servers see it."""

    outgoing: Outgoing
    arrivals: Arrivals
    control: RoomControl
    checks: CallerIdChecks

    def __init__(self, shared: Shared, office: Office, outside: Outside) -> None:
        self.office = office
        self.outside = outside
        self.replies = Replies(office, outside.fetch_about, outside.applets.open)
        self.payments = PaymentDesk(office, fetch=outside.ask_processor)
        self._shared = shared
        rooms = office.store.rooms
        self.host = ProgramHost(
            web=outside,
            speech=shared.speech,
            clips=shared.clips,
            parties=office.store.party_room,
            rulings=Rulings(
                choices=rooms.consents,
                directory=office.directory,
                domain=office.domain,
                house=House.of(shared.settings),
            ),
            domain=office.domain,
        )
        self.host.texts = self.replies
        self.scribe = self.host.scribe = Scribe(office, shared.hearing)
        self.host.payments = self.payments
        self.rooms = RoomDesk(
            account=office.directory.account,
            clock=shared.clock,
            entropy=shared.entropy,
            audio=shared.audio,
            host=self.host,
            book=rooms.conferences,
        )
        self.queues = QueueDesk(
            clock=shared.clock, entropy=shared.entropy, host=self.host, book=rooms.queues
        )

    def tenant(self) -> Tenant:
        """This account, as the switch knows it."""
        return Tenant(
            directory=self.office.directory,
            parties=self.office.store.party_room,
            host=self.host,
            rooms=self.rooms,
            queues=self.queues,
            recorder=self.office.store.recordings,
            sockets=self.outside,
            receives=partial(tenancy.may, self.office, "receive_call"),
        )

    def join(self, runner: CallRunner, tenant: Tenant) -> None:
        """Take calls and place them."""
        office, shared = self.office, self._shared
        settings = shared.settings
        self.checks = CallerIdChecks(office, self.outside.applets)
        heard = tenant.listeners
        listen(heard, self.outside.watch, events.TimelineNoted)
        listen(heard, self.scribe.watch, events.RecordingSaved, events.RecordingFailed)
        listen(heard, office.postbox.watch, *ENDS)
        listen(heard, self.checks.watch, events.CallEnded)
        listen(heard, partial(alerts.watch, office), events.CallEnded)
        tolls = Tolls(
            shared.clock,
            settings.allow_prefixes,
            frozen=self._frozen,
            spent=partial(billing.spent, office),
        )
        office.directory.spent = partial(billing.spent, office)
        office.directory.stopped = self._frozen
        programs = Programs(
            directory=office.directory,
            applets=PassedOn(office, self.checks),
            tolls=tolls,
            domain=office.domain,
            public_url=partial(reached, office),
            region=office.region,
            voice=settings.voice,
        )
        tenant.programs = programs
        self.arrivals = Arrivals(
            runner,
            audio=shared.audio,
            sessions=shared.sessions,
            programs=programs,
            tenant=tenant,
        )
        self.outgoing = Outgoing(
            runner, programs=programs, tolls=tolls, region=office.region, tenant=tenant
        )
        self.control = RoomControl(self.rooms, self.outgoing, shared.clock)

    def _frozen(self) -> bool:
        """Whether no calls are placed at present: by this account, or by all of them."""
        return not tenancy.may(self.office, "place_call") or not tenancy.may(
            self.office.house, "place_call"
        )

    def begin(self) -> None:
        """Know what was there before the start."""
        rooms = self.office.store.rooms
        self.scribe.restore()
        with purpose("operate"):
            self.queues.restore(rooms.queues.all(self.office.store.db.reading))
        for flow in self.office.flows.values():
            self.learn(flow)

    def learn(self, flow: Flow) -> None:
        """A flow has a new version."""
        try:
            self.outside.applets.learn(flow.name, flow.document)
        except RemoteError as error:
            log.warning("flow_unusable", flow=flow.id, hint=error.hint)

    def tell(self, call: CallId | None, request: Callback, /) -> None:
        """Tell a server of the account's, until it is taken."""
        self.outside.tell(call, request)
