"""A carrier over SMPP: messages become parts, parts go over the links, answers come together.

At least once. A part without an answer when a link breaks goes to the head of the queue and over
the next link; one with an answer never goes again. The parts of a message carry the same reference
each time (it is made of the message's id), so a telephone that gets one twice shows it once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from ringfence.carriers.ports import Forgetful, Keeper
from ringfence.carriers.smpp import status
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.inbox import Inbox
from ringfence.carriers.smpp.link import Endpoint, Link
from ringfence.carriers.smpp.pdu import Command
from ringfence.carriers.smpp.status import Status
from ringfence.carriers.smpp.traffic import Parcel, Traffic
from ringfence.carriers.smpp.words import Answered, Arrived, Bind, Closed, Event
from ringfence.carriers.smpp.writing import write
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import SMPP_SEND_MS
from ringfence.messaging.carrier import (
    Accepted,
    CarrierState,
    Cause,
    Outbound,
    Receiver,
    Rejected,
)
from ringfence.messaging.carrier import Link as LinkState
from ringfence.messaging.concatenation import Key

Sessions = Literal["transceiver", "separate", "transmitter", "receiver"]

_KINDS: dict[Sessions, tuple[Command, ...]] = {
    "transceiver": (Command.BIND_TRANSCEIVER,),
    "separate": (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER),
    "transmitter": (Command.BIND_TRANSMITTER,),
    "receiver": (Command.BIND_RECEIVER,),
}

_REFUSALS = {"bad_sender": Cause.BAD_SENDER, "message_too_long": Cause.BAD_MESSAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are to the carrier, and by which sessions."""

    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    address_range: str = ""
    sessions: Sessions = "transceiver"
    per_second: int = 0
    """What the contract allows; 0: as fast as it answers."""


class _Sending:
    """One message on its way: done when each part has an answer, or one a bad one."""

    def __init__(self, parcels: list[Parcel]) -> None:
        self.parcels = parcels
        self.open = len(parcels)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def settle(self, parcel: Parcel) -> None:
        self.open -= 1
        if parcel.status != Status.ESME_ROK:
            self.abandon()
        if self.done.done():
            return
        if not self.open or parcel.status != Status.ESME_ROK:
            self.done.set_result(None)

    def abandon(self) -> None:
        """Let no part of it leave any more."""
        for parcel in self.parcels:
            parcel.cancelled = True


class SmppCarrier:
    """A `Carrier`; see `ringfence.messaging.carrier`."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        account: Account,
        receiver: Receiver,
        *,
        clock: Clock,
        dialect: Dialect | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._name = name
        self._dialect = dialect or Dialect()
        self._clock = clock
        self._traffic = Traffic(per_second=account.per_second)
        self._inbox = Inbox(name, self._dialect, receiver, keeper or Forgetful(), clock)
        self._sending: dict[Parcel, _Sending] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._links = [
            Link(
                endpoint,
                Bind(
                    kind=kind,
                    system_id=account.system_id,
                    password=account.password,
                    system_type=account.system_type,
                    address_range=account.address_range,
                ),
                self,
                clock=clock,
                name=name,
            )
            for kind in _KINDS[account.sessions]
        ]
        self._sends = account.sessions != "receiver"

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self._name

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        await self._inbox.start()
        for link in self._links:
            link.start()

    async def stop(self) -> None:
        """Let what was sent be answered, for a few seconds, and disconnect."""
        await asyncio.gather(*(link.stop() for link in self._links))
        await self._inbox.stop()
        if self._timer is not None:
            self._timer.cancel()
        for sending in set(self._sending.values()):
            sending.abandon()
            if not sending.done.done():
                sending.done.set_result(None)

    def forget(self, key: Key) -> None:
        """Drop what came of a message: whoever sent it was erased."""
        self._inbox.forget(key)

    def state(self) -> CarrierState:
        """Return how the link is; of two, the worse."""
        worst = min(self._links, key=lambda link: _ORDER.index(link.state))
        return CarrierState(
            link=worst.state,
            since=worst.since,
            waiting=len(self._traffic),
            unanswered=sum(link.unanswered for link in self._links),
            detail=worst.detail,
        )

    async def send(self, message: Outbound, /) -> Accepted | Rejected:
        """Hand a message over; see `Carrier.send`."""
        give_up = Ms(self._clock.now() + SMPP_SEND_MS)
        if not self._sends:
            return Rejected(message.id, Cause.UNAVAILABLE, "receives_only", 0, temporary=False)
        try:
            units = write(message, self._dialect, int(message.id[-4:], 16))
            sending = _Sending([Parcel(unit, give_up) for unit in units])
            self._traffic.put(sending.parcels)
        except Refused as refused:
            full = refused.code == "queue_full"
            cause = Cause.BUSY if full else _REFUSALS.get(refused.code, Cause.BAD_MESSAGE)
            return Rejected(message.id, cause, refused.code, 0, temporary=full)
        for parcel in sending.parcels:
            self._sending[parcel] = sending
        self.link_ready(self._links[0])
        try:
            async with asyncio.timeout(SMPP_SEND_MS / 1000):
                await sending.done
        except TimeoutError:
            pass
        finally:
            sending.abandon()
            for parcel in sending.parcels:
                self._sending.pop(parcel, None)
        return self._result(message, sending)

    def _result(self, message: Outbound, sending: _Sending) -> Accepted | Rejected:
        taken = tuple(
            self._dialect.receipt_id(parcel.message_id) or f"{message.id}-{number}"
            for number, parcel in enumerate(sending.parcels)
            if parcel.status == Status.ESME_ROK
        )
        if len(taken) == len(sending.parcels):
            return Accepted(message.id, taken)
        for parcel in sending.parcels:
            code = parcel.status
            if code is not None and code != Status.ESME_ROK:
                cause, temporary = status.meaning(code)
                return Rejected(message.id, cause, status.name(code), code, temporary, taken)
        return Rejected(message.id, Cause.UNAVAILABLE, "no_answer", 0, True, taken)

    # -- what the links tell it --------------------------------------------------------------------

    def link_event(self, link: Link, event: Event, /) -> None:
        """Take what happened in a session."""
        now = self._clock.now()
        match event:
            case Answered(parcel, code, message_id):
                if self._traffic.answered(parcel, code, message_id, now):
                    sending = self._sending.get(parcel)
                    if sending is not None:
                        sending.settle(parcel)
            case Arrived(pdu):
                session = link.session

                def answer(code: int) -> None:
                    link.reply(session, pdu, code)
                    if not self._inbox.full:
                        link.pause(False)

                self._inbox.take(pdu, answer, session)
                if self._inbox.full:
                    link.pause(True)
            case Closed(unanswered=parcels):
                self._traffic.put_back(parcels)
            case _:
                pass

    def link_ready(self, link: Link, /) -> None:
        """Send as much as may be sent."""
        del link
        now = self._clock.now()
        for link in self._links:
            sent = False
            while link.room > 0:
                parcel = self._traffic.take(now)
                if parcel is None:
                    break
                link.submit(parcel, parcel.message)
                sent = True
            if sent:
                link.flush()
        self._arm(now)

    def _arm(self, now: Ms) -> None:
        """Come back when the pause is over or the contract allows the next one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._traffic.deadline(now)
        if deadline is not None and deadline > now:
            self._timer = asyncio.get_running_loop().call_later(
                (deadline - now) / 1000, self.link_ready, self._links[0]
            )


_ORDER = (
    LinkState.REFUSED,
    LinkState.WAITING,
    LinkState.CONNECTING,
    LinkState.STOPPED,
    LinkState.READY,
)
