"""The running server, as the use cases see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ringfence.accounts.carriers import TextCarrier
from ringfence.api import views
from ringfence.kernel.clock import Ms, SystemClock
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.markup.exchange import Callback
from ringfence.messaging.carrier import CarrierState
from ringfence.storage.flows import Flow
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.trunks import Trunk
from ringfence.switch.call_runner import CallRunner
from ringfence.switch.guard import Ban
from ringfence.switch.outgoing import Outgoing
from ringfence.switch.queues import QueueDesk
from ringfence.switch.room_control import RoomControl

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.office.caller_ids import CallerIdChecks
    from ringfence.office.payment_desk import PaymentDesk
    from ringfence.office.transcribing import Scribe


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the server listens, as text for people."""

    http: str
    """Where people reach it: the public URL, if there is one."""
    listens: str
    """Where this machine reaches it."""
    sip: str
    rtp: str
    advertise: str
    transports: list[str]


class Texting(Protocol):
    """The carriers of text messages at work (`postroom.Postroom`)."""

    async def added(self, setup: TextCarrier, /) -> None:
        """A carrier is put to work."""
        ...

    async def removed(self, name: str, /) -> None:
        """A carrier is taken away."""
        ...

    def state(self, name: str, /) -> CarrierState | None:
        """How a carrier is."""
        ...

    async def told(self, name: str, secret: str, document: Mapping[str, Any], /) -> bool:
        """Take a webhook of a gateway; True when it is durable."""
        ...


class Live(Protocol):
    """What only a running server can say or do."""

    clock: SystemClock
    started: Ms
    runner: CallRunner
    outgoing: Outgoing

    scribe: Scribe

    def of(self, account: AccountId, /) -> Live:
        """The server as an account below the installation's sees it."""
        ...

    def opened(self, account: AccountId, /) -> None:
        """There is a new account below the installation's: its calls are run from now on."""
        ...

    @property
    def payments(self) -> PaymentDesk:
        """The payment processors."""
        ...

    @property
    def postroom(self) -> Texting:
        """The carriers of text messages."""
        ...

    rooms: RoomControl
    queues: QueueDesk
    addresses: Addresses

    def registrations(self) -> int:
        """Phones registered at present."""
        ...

    def binding_expires(self, username: str) -> Ms | None:
        """Until when a phone is registered, None where it is not."""
        ...

    def bans(self) -> list[Ban]:
        """Addresses that get no answer by SIP at present."""
        ...

    def lift_ban(self, address: str, /) -> Ban | None:
        """Answer an address again; the ban it was under, None where there was none."""
        ...

    def engines(self) -> list[views.Engine]:
        """The media workers."""
        ...

    def metrics(self) -> dict[str, float | dict[str, float]]:
        """Values of the metrics in ``ringfence.observe.metrics``."""
        ...

    @property
    def checks(self) -> CallerIdChecks:
        """Numbers that are being called to confirm that they may be shown."""
        ...

    def tell(self, call: CallId | None, request: Callback, /) -> None:
        """Tell a server of the account's, until it is taken."""
        ...

    async def post(
        self, url: str, body: bytes, media_type: str, headers: Mapping[str, str], /
    ) -> tuple[int, bytes]:
        """Post a document; status and answer. Raises `OSError` where no answer came."""
        ...

    def forget_person(self, party: PartyId) -> None:
        """Somebody was erased: drop what was spoken, it may name them."""
        ...

    def flow_changed(self, flow: Flow) -> None:
        """A flow has a new version."""
        ...

    def phone_added(self, phone: PhoneDevice) -> None:
        """A phone may register."""
        ...

    def phone_removed(self, phone: PhoneDevice) -> None:
        """A phone may no longer register."""
        ...

    async def trunk_added(self, trunk: Trunk) -> None:
        """A carrier is trusted, or registered with."""
        ...

    def trunk_removed(self, trunk: Trunk) -> None:
        """A carrier is trusted no longer."""
        ...

    def trunk_state(self, trunk: Trunk) -> tuple[str, str | None, Ms | None]:
        """State, a sentence about it, and when a registration expires."""
        ...

    def sees_us_at(self, trunk: Trunk) -> str | None:
        """The address a carrier sees us at, by its own words."""
        ...


def reached(office: Office) -> str:
    """Return where programs reach the API: ``public_url``, else where it listens while it runs."""
    return office.live.addresses.http if office.runs else office.settings.public_url
