"""The message centre of the kit, told its part by hand."""

from __future__ import annotations

import asyncio

from smpp_net import play

from ringfence.carriers.smpp.pdu import Command, Framer, Pdu, parse, serialize
from ringfence.carriers.smpp.status import Status
from ringfence.testing.smsc import Smsc
from ringfence.testing.virtual_time import LoopClock


class Customer(asyncio.Protocol):
    def __init__(self) -> None:
        self.heard: list[Pdu] = []
        self.lost = False
        self._framer = Framer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += [parse(unit) for unit in self._framer.receive(data)]

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.lost = True

    async def ask(self, pdu: Pdu) -> Pdu:
        self.transport.write(serialize(pdu))
        await asyncio.sleep(0.1)
        return self.heard[-1]


def bind(password: str) -> Pdu:
    who = {"system_id": "ringfence", "password": password}
    return Pdu(Command.BIND_TRANSCEIVER, 1, fields={**who})


def test_it_takes_its_customer_messages_and_no_stranger() -> None:
    async def scene(clock: LoopClock) -> None:
        del clock
        async with Smsc(receipts=True) as smsc:
            loop = asyncio.get_running_loop()
            _, customer = await loop.create_connection(Customer, "smsc", smsc.port)
            answer = await customer.ask(bind("wrong"))
            assert answer.status == Status.ESME_RINVPASWD
            assert (await customer.ask(bind("secret"))).status == 0
            await smsc.bound()
            message = Pdu(Command.SUBMIT_SM, 2, fields={"registered_delivery": 1})
            receipt = await customer.ask(message)
            assert [p.command for p in customer.heard[-2:]] == [
                Command.SUBMIT_SM_RESP,
                Command.DELIVER_SM,
            ]
            assert receipt.number("esm_class") == 4
            smsc.judge = lambda _: Status.ESME_RTHROTTLED
            assert (await customer.ask(message)).status == Status.ESME_RTHROTTLED
            assert len(smsc.messages) == 1
            smsc.drop()
            await asyncio.sleep(1)
            assert customer.lost

    play(scene)


def test_it_waits_for_the_answer_to_what_it_brings() -> None:
    async def scene(clock: LoopClock) -> None:
        del clock
        async with Smsc() as smsc:
            loop = asyncio.get_running_loop()
            _, customer = await loop.create_connection(Customer, "smsc", smsc.port)
            await customer.ask(bind("secret"))
            bringing = asyncio.create_task(smsc.deliver("12025550123", "12025550100", "hé"))
            await asyncio.sleep(0.1)
            brought = customer.heard[-1]
            assert brought.content == "hé".encode("utf-16-be")
            customer.transport.write(serialize(brought.answer(Status.ESME_RX_T_APPN)))
            assert await bringing == Status.ESME_RX_T_APPN

    play(scene)
