"""A whole carrier against a message centre, in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from smpp_net import Desk, outbound, play

from ringfence.carriers.smpp.carrier import Account, SmppCarrier
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.link import Endpoint
from ringfence.carriers.smpp.pdu import Pdu
from ringfence.carriers.smpp.status import Status
from ringfence.kernel.limits import SMPP_SEND_MS
from ringfence.messaging.carrier import Accepted, Cause, Link, Rejected
from ringfence.testing.smsc import Smsc
from ringfence.testing.virtual_time import LoopClock


def carrier(desk: Desk, clock: LoopClock, **options: Any) -> SmppCarrier:
    account = options.pop("account", Account(system_id="ringfence", password="secret"))
    dialect = options.pop("dialect", None)
    return SmppCarrier(
        "test", Endpoint(host="smsc", port=2775, **options), account, desk,
        clock=clock, dialect=dialect,
    )  # fmt: skip


def test_messages_go_out_and_receipts_come_back() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        async with Smsc(receipts=True) as smsc:
            ours = carrier(desk, clock)
            await ours.start()
            short, long = await asyncio.gather(
                ours.send(outbound(1)), ours.send(outbound(2, "a" * 400))
            )
            assert short == Accepted(outbound(1).id, ("1",))
            assert isinstance(long, Accepted)
            assert long.carrier_ids == ("2", "3", "4")
            await asyncio.sleep(1)
            assert sorted(r.carrier_id for r in desk.receipts) == ["1", "2", "3", "4"]
            assert ours.state().link is Link.READY
            await ours.stop()
            assert ours.state().link is Link.STOPPED
            await asyncio.sleep(1)
            assert smsc.clients == []

    play(scene)


def test_what_is_handed_over_before_there_is_a_link_waits_for_it() -> None:
    async def scene(clock: LoopClock) -> None:
        ours = carrier(Desk(), clock)
        await ours.start()
        sending = asyncio.create_task(ours.send(outbound()))
        await asyncio.sleep(5)
        assert ours.state().link in {Link.WAITING, Link.CONNECTING}
        assert ours.state().waiting == 1
        async with Smsc():
            assert isinstance(await sending, Accepted)
            await ours.stop()

    play(scene)


def test_nobody_waits_for_a_link_for_ever() -> None:
    async def scene(clock: LoopClock) -> None:
        ours = carrier(Desk(), clock)
        await ours.start()
        began = clock.now()
        answer = await ours.send(outbound())
        assert clock.now() - began == SMPP_SEND_MS
        assert answer == Rejected(outbound().id, Cause.UNAVAILABLE, "no_answer", 0, True)
        async with Smsc() as smsc:
            await smsc.bound()
            await asyncio.sleep(5)
            assert smsc.messages == []  # its sender was told that it did not leave
            await ours.stop()

    play(scene)


def test_a_broken_link_loses_nothing_and_repeats_only_what_was_not_answered() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            taken = 0

            def judge(_message: Pdu) -> int | None:
                nonlocal taken
                taken += 1
                if taken in {40, 90}:
                    asyncio.get_running_loop().call_soon(smsc.drop)
                return Status.ESME_ROK

            smsc.judge = judge
            ours = carrier(Desk(), clock, window=10)
            await ours.start()
            answers = await asyncio.gather(*(ours.send(outbound(n, f"n{n}")) for n in range(200)))
            assert all(isinstance(answer, Accepted) for answer in answers)
            seen = Counter(pdu.content for pdu in smsc.messages)
            assert set(seen) == {f"n{n}".encode() for n in range(200)}
            assert sum(seen.values()) <= 200 + 2 * 10  # a window each time
            assert smsc.binds == 3
            await ours.stop()

    play(scene)


def test_told_to_slow_down_it_does_and_nothing_is_lost() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            refusals = 30

            def judge(_message: Pdu) -> int | None:
                nonlocal refusals
                if len(smsc.messages) >= 20 and refusals:
                    refusals -= 1
                    return Status.ESME_RTHROTTLED
                return Status.ESME_ROK

            smsc.judge = judge
            ours = carrier(Desk(), clock)
            await ours.start()
            answers = await asyncio.gather(*(ours.send(outbound(n)) for n in range(100)))
            assert all(isinstance(answer, Accepted) for answer in answers)
            assert len(smsc.messages) == 100
            assert refusals == 0
            await ours.stop()

    play(scene)


@pytest.mark.parametrize(
    ("status", "cause", "temporary"),
    [
        (Status.ESME_RINVDSTADR, Cause.BAD_DESTINATION, False),
        (Status.ESME_RSYSERR, Cause.UNAVAILABLE, True),
        (0x440, Cause.UNKNOWN, False),
    ],
)
def test_a_carrier_says_no(status: int, cause: Cause, temporary: bool) -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            smsc.judge = lambda pdu: Status.ESME_ROK if not smsc.messages else status
            ours = carrier(Desk(), clock, window=1)
            await ours.start()
            answer = await ours.send(outbound(0, "a" * 400))
            assert isinstance(answer, Rejected)
            assert (answer.cause, answer.temporary, answer.code) == (cause, temporary, status)
            assert answer.carrier_ids == ("1",)
            await asyncio.sleep(1)
            assert len(smsc.messages) == 1  # the third part did not leave
            await ours.stop()

    play(scene)


def test_what_cannot_be_written_is_refused_at_once() -> None:
    async def scene(clock: LoopClock) -> None:
        ours = carrier(Desk(), clock)
        answer = await ours.send(outbound(0, sender="more than eleven"))
        assert isinstance(answer, Rejected)
        assert (answer.cause, answer.temporary) == (Cause.BAD_SENDER, False)

    play(scene)


def test_a_silent_carrier_is_left_and_asked_again() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            smsc.judge = lambda _: None if smsc.binds == 1 else Status.ESME_ROK
            ours = carrier(Desk(), clock)
            await ours.start()
            answer = await ours.send(outbound())
            assert isinstance(answer, Accepted)
            assert smsc.binds == 2
            await ours.stop()

    play(scene)


def test_a_wrong_password_is_not_tried_in_a_hurry() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc(password="other") as smsc:
            ours = carrier(Desk(), clock)
            await ours.start()
            await asyncio.sleep(9)
            state = ours.state()
            assert (state.link, state.detail) == (Link.REFUSED, "ESME_RINVPASWD")
            assert smsc.binds == 0
            await ours.stop()

    play(scene)


def test_two_sessions() -> None:
    async def scene(clock: LoopClock) -> None:
        desk = Desk()
        async with Smsc(receipts=True) as smsc:
            account = Account(system_id="ringfence", password="secret", sessions="separate")
            ours = carrier(desk, clock, account=account)
            await ours.start()
            await smsc.bound(2)
            assert isinstance(await ours.send(outbound()), Accepted)
            await asyncio.sleep(1)
            assert len(desk.receipts) == 1
            assert await smsc.deliver("12025550123", "12025550100", "hi") == 0
            await ours.stop()

    play(scene)


def test_a_session_that_only_receives_sends_nothing() -> None:
    async def scene(clock: LoopClock) -> None:
        account = Account(system_id="ringfence", password="secret", sessions="receiver")
        answer = await carrier(Desk(), clock, account=account).send(outbound())
        assert isinstance(answer, Rejected)
        assert answer.status == "receives_only"

    play(scene)


def test_a_contract_bounds_the_pace() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc():
            account = Account(system_id="ringfence", password="secret", per_second=10)
            ours = carrier(Desk(), clock, account=account)
            await ours.start()
            began = clock.now()
            await asyncio.gather(*(ours.send(outbound(n)) for n in range(50)))
            assert 4_800 <= clock.now() - began <= 5_500
            await ours.stop()

    play(scene)


def test_ids_in_hexadecimal_meet_their_receipts() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            ours = carrier(Desk(), clock, dialect=Dialect(receipt_ids="decimal"))
            await ours.start()
            await smsc.bound()
            answers = [await ours.send(outbound(n)) for n in range(16)]
            assert isinstance(answers[-1], Accepted)
            assert answers[-1].carrier_ids == ("16",)  # the centre said 10
            await ours.stop()

    play(scene)


def test_stopping_lets_answers_come_and_hands_the_rest_back() -> None:
    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            smsc.judge = lambda _: None if len(smsc.messages) else Status.ESME_ROK
            ours = carrier(Desk(), clock)
            await ours.start()
            await smsc.bound()
            await asyncio.sleep(1)
            first = asyncio.create_task(ours.send(outbound(1)))
            second = asyncio.create_task(ours.send(outbound(2)))
            await asyncio.sleep(0)
            await ours.stop()
            assert isinstance(await first, Accepted)
            answer = await second
            assert isinstance(answer, Rejected)
            assert answer.temporary

    play(scene)


def test_a_message_sent_twice_has_the_same_reference() -> None:
    """A telephone that gets a part twice knows it."""

    async def scene(clock: LoopClock) -> None:
        async with Smsc() as smsc:
            ours = carrier(Desk(), clock)
            await ours.start()
            for _ in range(2):
                await ours.send(outbound(77, "a" * 200))
            heads = [pdu.content[:6] for pdu in smsc.messages]
            assert heads[:2] == heads[2:]
            await ours.stop()

    play(scene)
