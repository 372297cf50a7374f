"""The softphone, against another one and against a registrar, in virtual time."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable

import pytest

from ringfence.testing.carrier import Carrier
from ringfence.testing.network import Quality
from ringfence.testing.phone import CallFailed, Phone


def test_two_phones_talk_and_press_keys(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with (
            Phone(username="one", place=hosts.at(1)) as one,
            Phone(username="two", place=hosts.at(2)) as two,
        ):
            calling = asyncio.create_task(one.call(f"sip:two@192.0.2.2:{two.port}"))
            called = await two.next_call()
            await asyncio.sleep(1)
            await called.answer()
            call = await calling
            assert call.ringing.is_set()
            call.audio.say(array("h", [8000] * 8000))
            await call.audio.said()
            await call.press("5")
            await asyncio.sleep(0.1)
            assert called.audio.digits == "5"
            assert called.audio.loudness(100, 900) > 7000
            await call.hang_up()
            await called.wait_over()
            assert (call.end.by, called.end.by) == ("local", "remote")
            assert one.calls == two.calls == {}

    play(scene)


@pytest.mark.parametrize("status", [486, 603, 404])
def test_a_refusal_carries_its_status(play: Callable[..., None], status: int) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one, Phone(place=hosts.at(2)) as two:
            calling = asyncio.create_task(one.call(f"sip:two@192.0.2.2:{two.port}"))
            (await two.next_call()).reject(status)
            with pytest.raises(CallFailed) as failed:
                await calling
            assert failed.value.status == status

    play(scene)


def test_nobody_answers_in_time(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one, Phone(place=hosts.at(2)) as two:
            with pytest.raises(CallFailed) as failed:
                await one.call(f"sip:two@192.0.2.2:{two.port}", wait=5)
            assert failed.value.status == 408
            called = await two.next_call()
            await called.wait_over(5)
            assert called.end.cause == "cancelled"

    play(scene)


def test_a_phone_that_is_not_there_is_a_failed_call(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one:
            with pytest.raises(CallFailed):
                await one.call("sip:two@192.0.2.2:9", wait=60)

    play(scene)


def test_hold_silences_the_far_end_until_it_is_taken_back(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one, Phone(place=hosts.at(2)) as two:
            calling = asyncio.create_task(one.call(f"sip:two@192.0.2.2:{two.port}"))
            called = await two.next_call()
            await called.answer()
            call = await calling
            call.hold(on=True)
            await asyncio.sleep(0.5)
            assert (call.stream.direction, called.stream.direction) == ("sendonly", "recvonly")
            received = call.audio.received
            await asyncio.sleep(1)
            assert call.audio.received == received
            call.hold(on=False)
            await asyncio.sleep(1)
            assert call.audio.received > received + 20
            await call.hang_up()

    play(scene)


def test_a_phone_registers_and_leaves(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with (
            Carrier(username="desk", password="right", place=hosts.at(9)) as registrar,
            Phone(username="desk", password="right", place=hosts.at(1)) as desk,
        ):
            await desk.register(f"sip:192.0.2.9:{registrar.port}")
            await registrar.registered()
            await desk.unregister()
            await registrar.unregistered()

    play(scene)


def test_a_wrong_password_is_told(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with (
            Carrier(username="desk", password="right", place=hosts.at(9)) as registrar,
            Phone(username="desk", password="wrong", place=hosts.at(1)) as desk,
        ):
            with pytest.raises(CallFailed) as failed:
                await desk.register(f"sip:192.0.2.9:{registrar.port}")
            assert failed.value.status == 401

    play(scene)


@pytest.mark.parametrize("seed", range(5))
def test_a_call_over_a_bad_line_is_still_one_call(play: Callable[..., None], seed: int) -> None:
    """Invariant: loss, copies and overtaking change no call, neither its answer nor its end."""
    quality = Quality(loss=150, duplicate=100, reorder=100, delay_ms=30, jitter_ms=40)

    async def scene(hosts) -> None:
        async with (
            Phone(place=hosts.at(1), quality=quality) as one,
            Phone(place=hosts.at(2)) as two,
        ):
            calling = asyncio.create_task(one.call(f"sip:two@192.0.2.2:{two.port}", wait=60))
            called = await two.next_call(60)
            await called.answer()
            call = await calling
            await asyncio.sleep(1)
            await call.hang_up(wait=60)
            await called.wait_over(60)
            assert (call.end.by, called.end.by) == ("local", "remote")
            assert two._incoming.empty()

    play(scene, seed=seed)


def test_a_phone_calls_addresses_alone(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one:
            with pytest.raises(Exception, match="addresses"):
                one.dial("sip:two@example.com")
            for call in one.calls.values():
                call.audio.close()
            one.calls.clear()

    play(scene)
