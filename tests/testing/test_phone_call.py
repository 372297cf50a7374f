"""What a person does in a call: the parts that the tests of the phone do not show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ringfence.kernel.errors import RemoteError
from ringfence.testing.phone import CallFailed, Phone


def test_a_refusal_may_say_why_in_q850(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one, Phone(place=hosts.at(2)) as two:
            call = one.dial(f"sip:two@192.0.2.2:{two.port}")
            (await two.next_call()).reject(503, q850=34)
            await call.wait_over()
            assert (call.end.status, call.end.q850) == (503, 34)

    play(scene)


def test_a_transfer_is_reported(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with Phone(place=hosts.at(1)) as one, Phone(place=hosts.at(2)) as two:
            calling = asyncio.create_task(one.call(f"sip:two@192.0.2.2:{two.port}"))
            called = await two.next_call()
            await called.answer()
            call = await calling
            call.refer("sip:three@192.0.2.3")
            await asyncio.sleep(1)
            assert call.transfer is None or call.transfer.status >= 200  # a phone transfers nobody
            await call.hang_up()

    play(scene)


def test_codecs_that_have_nothing_in_common_are_told(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with (
            Phone(place=hosts.at(1), codecs=("PCMU",)) as one,
            Phone(place=hosts.at(2), codecs=("PCMA",)) as two,
        ):
            call = one.dial(f"sip:two@192.0.2.2:{two.port}")
            called = await two.next_call()
            with pytest.raises(RemoteError) as refused:
                called.agree()
            assert refused.value.hint == 488
            called.reject(488)
            await call.wait_over()
            assert call.stream is None

    play(scene)


def test_a_call_without_telephone_event_has_none(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        async with (
            Phone(place=hosts.at(1)) as one,
            Phone(place=hosts.at(2), dtmf=False) as two,
        ):
            calling = asyncio.create_task(one.call(f"sip:two@192.0.2.2:{two.port}"))
            called = await two.next_call()
            await called.answer()
            call = await calling
            assert call.stream.dtmf_payload_type is None
            await call.hang_up()
            await called.wait_over()

    play(scene)


def test_a_failed_call_says_its_status_and_nobodys_number() -> None:
    failed = CallFailed(486)
    assert failed.status == 486
    assert "486" in str(failed)
