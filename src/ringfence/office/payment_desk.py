"""Payments between the calls and the processors: written down, asked once, written down again.

The order is what makes it safe: that a processor is asked is durable before it is asked, and only
the first who writes that may ask (`storage.payments`). A process killed in between leaves a row
that says so; at the next start it becomes ``unknown``, because nobody can tell whether money moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ringfence.accounts.filling import Fetch
from ringfence.accounts.payments import PaymentConnector
from ringfence.gateways.http import HttpGateway
from ringfence.gateways.sandbox import Sandbox
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId
from ringfence.markup.exchange import (
    DropPayment,
    MakePayment,
    OpenPayment,
    PaymentMade,
    PaymentOpened,
)
from ringfence.observe.logs import get_logger
from ringfence.payments.charge import Charge, Gateway, Outcome, unknown, unreached
from ringfence.payments.order import PaymentOrder
from ringfence.privacy.processors import Terms, release
from ringfence.storage.payments import Method, NewPayment, Payment, State
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

TEST = "test"
"""The name under which the sandbox is always there."""
_INSTRUCTED = Terms.of("", (), ())
_STATES: Mapping[str, State] = {
    "approved": "approved", "declined": "declined", "unknown": "unknown", "unreached": "dropped",
}  # fmt: skip


class PaymentDesk:
    """The processors of one office at work. ``fetch``: requests over TLS, behind the guard."""

    def __init__(self, office: Office, *, fetch: Fetch) -> None:
        self._office = office
        self._fetch = fetch
        self.sandbox = Sandbox()

    def gateway(self, name: str) -> Gateway | None:
        """Return the processor of a connector, None where there is none of that name."""
        for kept in self._office.shelf.all(PaymentConnector):
            if kept.body.name.casefold() == name.casefold():
                return self.of(kept.body)
        return self.sandbox if name == TEST else None

    def of(self, connector: PaymentConnector) -> Gateway:
        """Return the processor that a connector describes."""
        if not connector.url:
            return self.sandbox
        return HttpGateway(connector, fetch=self._fetch, release=self._released)

    def _released(self, fields: Mapping[str, str]) -> dict[str, str]:
        return release(
            "payment_processor",
            fields,
            purpose="take_payment",
            terms=_INSTRUCTED,
            now=self._office.clock.now(),
        )

    async def recover(self) -> None:
        """Bring what a stopped process left to its end."""
        office = self._office
        room, now = office.store.rooms.payments, office.clock.now()
        left = await office.write(lambda tx: room.interrupted(tx, now=now))
        if left:
            log.warning("payments_interrupted", count=left)

    # -- a port of the switch -----------------------------------------------------------------

    async def open(self, call: CallId, request: OpenPayment, /) -> PaymentOpened:
        """Find the processor and write down that somebody is about to pay."""
        opened = await self.begin(call, request.order)
        if isinstance(opened, Payment):
            return PaymentOpened(request=request.request, payment=opened.id)
        return PaymentOpened(request=request.request, outcome=opened)

    async def begin(
        self, call: CallId, order: PaymentOrder, *, once: str = ""
    ) -> Payment | Outcome:
        """Write a payment down, or say why it cannot be made. ``once``: a session's key."""
        office = self._office
        if self.gateway(order.connector) is None:
            log.info("payment_without_connector", call=call)
            return unreached("no_connector", order)
        new = NewPayment(
            call=call, source="api" if once else "verb", method=order.method,
            connector=order.connector, amount=order.amount, currency=order.currency, once=once,
        )  # fmt: skip
        room, now = office.store.rooms.payments, office.clock.now()
        try:
            return await office.write(lambda tx: room.open(tx, new, now=now))
        except Refused as refused:
            log.warning("payment_not_opened", call=call, code=refused.code)
            return unreached("not_stored", order)

    async def make(self, call: CallId, request: MakePayment, /) -> PaymentMade:
        """Ask the processor, once, after that was written down; wipe what was entered."""
        charge = request.charge
        entries = charge.entries
        last, kind = entries.last_digits(), entries.card_type
        try:
            outcome = await self._asked(call, charge)
        finally:
            entries.wipe()
        kept = Method(
            last=last, card_type=kind, confirmation=outcome.confirmation, token=outcome.token,
            profile=outcome.profile, error=outcome.error,
        )  # fmt: skip
        await self._end(
            charge.id, _STATES[outcome.standing], outcome.result, code=outcome.code, kept=kept
        )
        log.info("payment_made", call=call, payment=charge.id, outcome=outcome.standing)
        return PaymentMade(request=request.request, outcome=outcome)

    async def _asked(self, call: CallId, charge: Charge) -> Outcome:
        office = self._office
        room, now = office.store.rooms.payments, office.clock.now()
        gateway = self.gateway(charge.order.connector)
        if gateway is None:
            return unreached("no_connector", charge.order)
        try:
            first = await office.write(lambda tx: room.ask(tx, charge.id, now=now))
        except Refused as refused:
            log.warning("payment_not_opened", call=call, code=refused.code)
            return unreached("not_stored", charge.order)
        if not first:
            return unreached("not_stored", charge.order)
        try:
            return await gateway.charge(charge)
        except Exception as error:  # noqa: BLE001 - its text and its frames may hold digits
            log.warning("payment_broke", call=call, payment=charge.id, error=error)
            return unknown("no_answer", charge.order)

    async def drop(self, call: CallId, request: DropPayment, /) -> None:
        """Write down that it ended before."""
        log.info("payment_dropped", call=call, payment=request.payment)
        await self._end(request.payment, "dropped", request.result)

    async def _end(
        self, payment: str, state: State, result: str, *, code: str = "", kept: Method | None = None
    ) -> None:
        office = self._office
        room, now = office.store.rooms.payments, office.clock.now()

        def work(tx: Transaction) -> bool:
            return room.end(tx, payment, state=state, result=result, code=code, kept=kept, now=now)

        try:
            await office.write(work)
        except Refused as refused:
            # the row stays as asked: at the next start it says that nobody knows
            log.critical("payment_not_written", payment=payment, code=refused.code)
