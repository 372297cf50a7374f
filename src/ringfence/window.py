"""The running server as one account below the installation's sees it.

Its calls, rooms, queues and callbacks are its own; telephones, flows and the web go through the
exchange. What is the installation's alone (trunks, engines, metrics, carriers) is the exchange's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ringfence.api import views
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.markup.exchange import Callback
from ringfence.office.caller_ids import CallerIdChecks
from ringfence.office.live import Live, Texting
from ringfence.office.payment_desk import PaymentDesk
from ringfence.storage.flows import Flow
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.trunks import Trunk
from ringfence.switch.guard import Ban
from ringfence.wing import Wing


class AccountLive:
    """See `ringfence.office.live.Live`. ``learn``: who is told of a new version of a flow."""

    def __init__(self, exchange: Live, wing: Wing, learn: Callable[[Wing, Flow], None]) -> None:
        self._exchange = exchange
        self._learn = learn
        self._wing = wing
        self.clock = exchange.clock
        self.started = exchange.started
        self.runner = exchange.runner
        self.addresses = exchange.addresses
        self.outgoing = wing.outgoing
        self.rooms = wing.control
        self.queues = wing.queues
        self._payments = wing.payments
        self.scribe = wing.scribe

    @property
    def payments(self) -> PaymentDesk:
        """The payment processors."""
        return self._payments

    @property
    def postroom(self) -> Texting:
        """The carriers of text messages."""
        return self._exchange.postroom

    @property
    def checks(self) -> CallerIdChecks:
        """Numbers that are being called to confirm that they may be shown."""
        return self._wing.checks

    def of(self, account: AccountId, /) -> Live:
        """The server as another account sees it."""
        return self._exchange.of(account)

    def opened(self, account: AccountId, /) -> None:
        """There is a new account."""
        self._exchange.opened(account)

    def registrations(self) -> int:
        """Phones registered at present."""
        return self._exchange.registrations()

    def binding_expires(self, username: str) -> Ms | None:
        """Until when a phone is registered, None where it is not."""
        return self._exchange.binding_expires(username)

    def bans(self) -> list[Ban]:
        """Addresses that get no answer by SIP."""
        return self._exchange.bans()

    def lift_ban(self, address: str, /) -> Ban | None:
        """Answer an address again."""
        return self._exchange.lift_ban(address)

    def engines(self) -> list[views.Engine]:
        """The media workers."""
        return self._exchange.engines()

    def metrics(self) -> dict[str, float | dict[str, float]]:
        """Values of the metrics of the installation."""
        return self._exchange.metrics()

    def tell(self, call: CallId | None, request: Callback, /) -> None:
        """Tell a server of the account's, until it is taken."""
        self._wing.tell(call, request)

    async def post(
        self, url: str, body: bytes, media_type: str, headers: Mapping[str, str], /
    ) -> tuple[int, bytes]:
        """Post a document; status and answer. Raises `OSError` where no answer came."""
        return await self._exchange.post(url, body, media_type, headers)

    def forget_person(self, party: PartyId) -> None:
        """Somebody was erased: drop what was spoken, it may name them."""
        self._exchange.forget_person(party)

    def flow_changed(self, flow: Flow) -> None:
        """A flow has a new version."""
        self._learn(self._wing, flow)

    def phone_added(self, phone: PhoneDevice) -> None:
        """A phone may register."""
        self._exchange.phone_added(phone)

    def phone_removed(self, phone: PhoneDevice) -> None:
        """A phone may no longer register."""
        self._exchange.phone_removed(phone)

    async def trunk_added(self, trunk: Trunk) -> None:
        """A carrier is trusted, or registered with."""
        await self._exchange.trunk_added(trunk)

    def trunk_removed(self, trunk: Trunk) -> None:
        """A carrier is trusted no longer."""
        self._exchange.trunk_removed(trunk)

    def trunk_state(self, trunk: Trunk) -> tuple[str, str | None, Ms | None]:
        """State, a sentence about it, and when a registration expires."""
        return self._exchange.trunk_state(trunk)

    def sees_us_at(self, trunk: Trunk) -> str | None:
        """The address a carrier sees us at, by its own words."""
        return self._exchange.sees_us_at(trunk)
