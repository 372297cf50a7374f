"""A link that is kept, in virtual time."""

from __future__ import annotations

import asyncio

from smpp_net import play

from ringfence.carriers.smpp.link import Endpoint, Link
from ringfence.carriers.smpp.pdu import Command, Framer, Pdu, parse, serialize
from ringfence.carriers.smpp.words import Arrived, Bind, Bound, Closed, Event
from ringfence.kernel.clock import Clock
from ringfence.messaging.carrier import Link as LinkState
from ringfence.testing.smsc import Smsc
from ringfence.testing.virtual_time import LoopClock

WHO = Bind(system_id="ringfence", password="secret")


class Owner:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ready = 0

    def link_event(self, link: Link, event: Event, /) -> None:
        self.events.append(event)
        if isinstance(event, Arrived):
            link.reply(link.session, event.message, 0)

    def link_ready(self, link: Link, /) -> None:
        del link
        self.ready += 1


def made(clock: Clock, owner: Owner, **options: object) -> Link:
    return Link(Endpoint(host="smsc", port=2775, **options), WHO, owner, clock=clock, name="test")  # type: ignore[arg-type]


def test_it_binds_answers_and_hangs_up() -> None:
    async def scene(clock: LoopClock) -> None:
        owner = Owner()
        async with Smsc() as smsc:
            link = made(clock, owner)
            link.start()
            await smsc.bound()
            assert await smsc.deliver("12025550123", "12025550100", "hi") == 0
            assert link.state is LinkState.READY
            assert link.room > 0
            await link.stop()
        assert [type(e) for e in owner.events] == [Bound, Arrived, Closed]
        assert owner.events[-1] == Closed("stopped", ())
        assert link.state is LinkState.STOPPED

    play(scene)


def test_it_comes_back_with_patience() -> None:
    async def scene(clock: LoopClock) -> None:
        link = made(clock, Owner())
        link.start()
        await asyncio.sleep(300)
        assert link.state is LinkState.WAITING
        assert link.detail == "no_connection"
        async with Smsc() as smsc:
            await asyncio.sleep(61)
            assert smsc.binds == 1
            smsc.drop()
            await asyncio.sleep(1)  # a link that worked is opened again soon
            assert smsc.binds == 2
            await link.stop()

    play(scene)


def test_a_silent_link_is_found_out() -> None:
    async def scene(clock: LoopClock) -> None:
        owner = Owner()
        async with Smsc() as smsc:
            link = made(clock, owner)
            link.start()
            await smsc.bound()
            hear = smsc.hear
            smsc.hear = lambda client, pdu: (  # type: ignore[method-assign]
                None if pdu.command is Command.ENQUIRE_LINK else hear(client, pdu)
            )
            await asyncio.sleep(62)
            assert Closed("silent", ()) in owner.events
            assert smsc.binds == 2
            await link.stop()

    play(scene)


def test_an_idle_link_stays() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            link = made(clock, Owner())
            link.start()
            await asyncio.sleep(3_600)
            assert smsc.binds == 1
            await link.stop()

    play(scene)


class _Caller(asyncio.Protocol):
    """A carrier that calls us."""

    def __init__(self) -> None:
        self.heard: list[Pdu] = []
        self.closed = False
        self._framer = Framer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        for unit in self._framer.receive(data):
            pdu = parse(unit)
            self.heard.append(pdu)
            if pdu.command is Command.BIND_TRANSCEIVER:
                self.transport.write(serialize(pdu.answer(system_id="SMSC")))

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.closed = True


def test_a_carrier_that_calls_us_is_bound_to_and_no_second_one() -> None:
    async def scene(clock: LoopClock) -> None:
        owner = Owner()
        link = made(clock, owner, listen=("127.0.0.1", 3775))
        link.start()
        await asyncio.sleep(1)
        loop = asyncio.get_running_loop()
        _, caller = await loop.create_connection(_Caller, "us", 3775)
        caller.transport.write(serialize(Pdu(Command.OUTBIND, 1, fields={"system_id": "SMSC"})))
        await asyncio.sleep(1)
        assert [pdu.command for pdu in caller.heard] == [Command.BIND_TRANSCEIVER]
        assert link.state is LinkState.READY
        _, second = await loop.create_connection(_Caller, "us", 3775)
        await asyncio.sleep(1)
        assert second.closed
        assert link.state is LinkState.READY
        await link.stop()

    play(scene)


def test_a_stranger_that_calls_learns_no_password() -> None:
    async def scene(clock: LoopClock) -> None:
        loop = asyncio.get_running_loop()

        async def elsewhere(host: object, port: object, **_: object) -> object:
            del host
            return [(0, 0, 0, "", ("192.0.2.9", port))]

        loop.getaddrinfo = elsewhere  # type: ignore[method-assign, assignment]
        link = made(clock, Owner(), listen=("127.0.0.1", 3775))
        link.start()
        await asyncio.sleep(1)
        _, caller = await loop.create_connection(_Caller, "us", 3775)
        caller.transport.write(serialize(Pdu(Command.OUTBIND, 1)))
        await asyncio.sleep(1)
        assert caller.heard == []
        assert caller.closed
        await link.stop()

    play(scene)
