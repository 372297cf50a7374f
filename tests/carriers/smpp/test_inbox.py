"""What a carrier brings is durable before it hears so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from smpp_net import OURS, TO, Desk, Shelf, play

from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.inbox import Inbox
from ringfence.carriers.smpp.pdu import Command, Pdu
from ringfence.carriers.smpp.status import Status
from ringfence.kernel.limits import SMPP_INBOUND, SMPP_SAFE_MS, SMS_JOINING_MS
from ringfence.messaging.concatenation import GAP
from ringfence.messaging.segments import split
from ringfence.testing.virtual_time import LoopClock

LONG = "All work and no play " * 12


def deliver(octets: bytes, esm_class: int = 0) -> Pdu:
    return Pdu(
        Command.DELIVER_SM,
        1,
        fields={
            "source_addr_ton": 1, "source_addr": TO.e164[1:],
            "dest_addr_ton": 1, "destination_addr": OURS.e164[1:],
            "esm_class": esm_class, "short_message": octets,
        },
    )  # fmt: skip


def parts(reference: int = 9) -> list[Pdu]:
    cut = split(LONG, reference=reference)
    return [deliver(segment.header + segment.body, 0x40) for segment in cut.segments]


RECEIPT = deliver(b"id:7 stat:DELIVRD", 4)


class Scene:
    def __init__(self, clock: LoopClock) -> None:
        self.desk, self.shelf, self.statuses = Desk(), Shelf(), list[int]()
        self.inbox = Inbox("test", Dialect(), self.desk, self.shelf, clock)
        self.session = object()

    async def take(self, *pdus: Pdu) -> list[int]:
        """Feed units and return how they were answered."""
        loop = asyncio.get_running_loop()
        answers = [loop.create_future() for _ in pdus]
        for pdu, answer in zip(pdus, answers, strict=True):
            self.inbox.take(pdu, answer.set_result, self.session)
        return list(await asyncio.gather(*answers))


def scene(act: Callable[[Scene], object]) -> None:
    async def whole(clock: LoopClock) -> None:
        made = Scene(clock)
        await made.inbox.start()
        await act(made)  # type: ignore[misc]
        await made.inbox.stop()

    play(whole)


def test_a_message() -> None:
    async def act(s: Scene) -> None:
        assert await s.take(deliver(b"hello")) == [0]
        (message,) = s.desk.messages
        assert (message.text, message.sender, message.to) == ("hello", TO, OURS)
        s.session = object()
        assert await s.take(deliver(b"hello"), deliver(b"other")) == [0, 0]
        refs = [m.carrier_ref for m in s.desk.messages]
        assert refs[0] == refs[1] != refs[2], "a link that broke may have lost our yes"

    scene(act)


def test_what_a_person_writes_again_is_another_message() -> None:
    async def act(s: Scene) -> None:
        assert await s.take(deliver(b"1")) == [0]
        assert await s.take(deliver(b"1"), deliver(b"1")) == [0, 0]
        first, *others = [m.carrier_ref for m in s.desk.messages]
        assert first
        assert others == ["", ""]

    scene(act)


def test_what_was_not_safe_and_comes_again_is_the_same_message() -> None:
    async def act(s: Scene) -> None:
        s.desk.trouble = 1
        assert await s.take(deliver(b"1")) == [Status.ESME_RX_T_APPN]
        assert await s.take(deliver(b"1")) == [0]
        assert s.desk.messages[0].carrier_ref

    scene(act)


def test_a_message_that_is_not_safe_is_not_acknowledged() -> None:
    async def act(s: Scene) -> None:
        s.desk.trouble = 1
        assert await s.take(deliver(b"hello")) == [Status.ESME_RX_T_APPN]
        assert await s.take(deliver(b"hello")) == [0]
        assert len(s.desk.messages) == 1

    scene(act)


def test_a_receiver_that_hangs_is_not_waited_for() -> None:
    async def act(s: Scene) -> None:
        s.desk.gate = asyncio.Event()
        began = asyncio.get_running_loop().time()
        assert await s.take(deliver(b"hello")) == [Status.ESME_RX_T_APPN]
        assert asyncio.get_running_loop().time() - began < SMPP_SAFE_MS / 1000 + 1

    scene(act)


def test_a_receipt_that_overtakes_its_message_is_told_again() -> None:
    async def act(s: Scene) -> None:
        s.desk.unknown = 2
        assert await s.take(RECEIPT) == [0]
        assert [r.carrier_id for r in s.desk.receipts] == ["7"]

    scene(act)


def test_a_receipt_of_nobodys_message_is_let_go() -> None:
    async def act(s: Scene) -> None:
        s.desk.unknown = 1000
        assert await s.take(RECEIPT) == [0]
        assert s.desk.receipts == []

    scene(act)


def test_what_cannot_be_read_is_not_asked_for_again() -> None:
    async def act(s: Scene) -> None:
        assert await s.take(deliver(b"stat:DELIVRD", 4)) == [0]

    scene(act)


def test_parts_are_acknowledged_one_by_one_and_joined() -> None:
    async def act(s: Scene) -> None:
        first, second = parts()
        assert await s.take(second) == [0]  # a window of one must not stand still
        assert len(s.shelf.parts) == 1
        assert await s.take(first) == [0]
        await asyncio.sleep(0.1)
        assert [(m.text, m.parts, m.incomplete) for m in s.desk.messages] == [(LONG, 2, False)]
        assert s.shelf.parts == []

    scene(act)


def test_a_whole_message_that_is_not_safe_yet_stays_kept() -> None:
    async def act(s: Scene) -> None:
        s.desk.trouble = 3
        assert await s.take(*parts()) == [0, 0]
        assert len(s.shelf.parts) == 2
        await asyncio.sleep(10)
        assert len(s.desk.messages) == 1
        assert s.shelf.parts == []

    scene(act)


def test_parts_outlive_the_process() -> None:
    async def whole(clock: LoopClock) -> None:
        before = Scene(clock)
        await before.inbox.start()
        first, second = parts()
        await before.take(first)
        after = Scene(clock)
        after.inbox = Inbox("test", Dialect(), after.desk, before.shelf, clock)
        await after.inbox.start()
        await after.take(second)
        await asyncio.sleep(0.1)
        assert [m.text for m in after.desk.messages] == [LONG]
        await before.inbox.stop()
        await after.inbox.stop()

    play(whole)


def test_what_never_comes_is_given_up_and_the_rest_handed_on() -> None:
    async def act(s: Scene) -> None:
        await s.take(parts()[0])
        await asyncio.sleep(SMS_JOINING_MS / 1000 + 1)
        (message,) = s.desk.messages
        assert message.incomplete
        assert message.text.endswith(GAP)
        assert s.shelf.parts == []

    scene(act)


def test_it_says_when_it_is_full() -> None:
    async def act(s: Scene) -> None:
        s.desk.gate = asyncio.Event()
        for _ in range(SMPP_INBOUND):
            assert not s.inbox.full
            s.inbox.take(deliver(b"x"), s.statuses.append)
        assert s.inbox.full
        s.desk.gate.set()
        await asyncio.sleep(0.1)
        assert not s.inbox.full
        assert s.statuses == [0] * SMPP_INBOUND

    scene(act)


def test_of_many_made_safe_at_once_the_last_finds_room() -> None:
    """One commit makes all of them durable in one turn: reading must go on afterwards."""

    async def act(s: Scene) -> None:
        s.desk.gate = asyncio.Event()
        room: list[bool] = []
        for _ in range(SMPP_INBOUND):
            s.inbox.take(deliver(b"x"), lambda _status: room.append(not s.inbox.full))
        s.desk.gate.set()
        await asyncio.sleep(0.1)
        assert len(room) == SMPP_INBOUND
        assert room[-1]

    scene(act)
