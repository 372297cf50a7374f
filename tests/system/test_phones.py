"""Phones of ours that call each other: several devices of one account, who calls, forwarding."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest
from platform_run import Platform

from ringfence.sip import commands
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.testing.phone import Phone, PhoneCall
from ringfence.testing.phone_call import CallFailed

NAMES = ("desk", "kitchen", "attic")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("phones") / "data") as running:
        running.secrets = {  # type: ignore[attr-defined]
            name: running.do("phone.add", name=name)["secret"] for name in NAMES
        }
        yield running


def phone(platform: Platform, name: str, **kwargs: object) -> Phone:
    secret = platform.secrets[name]  # type: ignore[attr-defined]
    return Phone(username=name, password=secret, **kwargs)  # type: ignore[arg-type]


def call_from(caller: Phone, display: str, to: str, **kwargs: object) -> PhoneCall:
    from_ = NameAddr(display, Uri("sip", caller.username, caller.host))
    return caller.place_call(
        Uri.parse(to),
        from_=from_,
        credentials=commands.Credentials(caller.username, caller._credentials.password),
        **kwargs,  # type: ignore[arg-type]
    )


def test_both_devices_ring_and_see_who_calls_and_one_takes_the_call(platform: Platform) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with (
            phone(platform, "desk") as one,
            phone(platform, "desk") as two,
            phone(platform, "kitchen") as kitchen,
        ):
            for each in (one, two):
                await each.register(f"sip:{platform.sip}")
            call = call_from(kitchen, "The Kitchen", f"sip:desk@{platform.sip}")
            rings = [await each.next_call() for each in (one, two)]
            for ring in rings:
                assert ring.invite is not None
                assert ring.invite.from_.display == "The Kitchen"
                assert ring.invite.from_.uri.user == "kitchen"
            await rings[1].answer()
            await kitchen.answered(call, 30)
            await rings[0].wait_over(30)
            assert rings[0].end is not None
            assert rings[0].end.cause == "cancelled"
            assert rings[0].end.q850 == 26
            await call.hang_up()
            await rings[1].wait_over(30)
            for each in (one, two):
                await each.unregister()

    asyncio.run(scene())
    record = platform.calls(ended=before + 1)[0]
    legs = platform.do("call.show", sid=record["sid"])["legs"]
    assert len(legs) == 2


def test_one_busy_device_leaves_the_other_ringing_and_two_end_the_call(platform: Platform) -> None:
    async def scene() -> None:
        async with (
            phone(platform, "desk") as one,
            phone(platform, "desk") as two,
            phone(platform, "kitchen") as kitchen,
        ):
            for each in (one, two):
                await each.register(f"sip:{platform.sip}")
            call = call_from(kitchen, "", f"sip:desk@{platform.sip}")
            first, second = [await each.next_call() for each in (one, two)]
            first.reject(486)
            await asyncio.sleep(0.5)
            assert not call.over.is_set()
            second.reject(486)
            with pytest.raises(CallFailed) as failed:
                await kitchen.answered(call, 30)
            assert failed.value.status == 486
            for each in (one, two):
                await each.unregister()

    asyncio.run(scene())


def test_a_forwarded_phone_sends_the_call_on(platform: Platform) -> None:
    async def scene() -> None:
        async with (
            phone(platform, "desk") as desk,
            phone(platform, "attic") as attic,
            phone(platform, "kitchen") as kitchen,
        ):
            for each in (desk, attic):
                await each.register(f"sip:{platform.sip}")
            call = call_from(kitchen, "", f"sip:desk@{platform.sip}")
            away = ("Contact", f"<sip:attic@{platform.sip}>")
            (await desk.next_call()).reject(302, headers=(away,))
            ring = await attic.next_call()
            await ring.answer()
            await kitchen.answered(call, 30)
            await call.hang_up()
            await ring.wait_over(30)
            for each in (desk, attic):
                await each.unregister()

    asyncio.run(scene())


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_a_phone_that_is_given_up_while_it_opens_holds_no_port(turns: int) -> None:
    """What is held when nobody knows it any more is a ResourceWarning, and so an error."""

    async def scene() -> None:
        opening = asyncio.create_task(Phone(username="desk").open())
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

    asyncio.run(scene())
    gc.collect()


def test_a_phone_that_hides_itself_is_anonymous_to_the_other(platform: Platform) -> None:
    async def scene() -> None:
        async with phone(platform, "desk") as desk, phone(platform, "kitchen") as kitchen:
            await desk.register(f"sip:{platform.sip}")
            call = call_from(kitchen, "K", f"sip:desk@{platform.sip}", headers=(("Privacy", "id"),))
            ring = await desk.next_call()
            assert ring.invite is not None
            assert str(ring.invite.from_.uri) == "sip:anonymous@anonymous.invalid"
            assert "kitchen" not in str(ring.invite.to_bytes())
            ring.reject(486)
            with pytest.raises(CallFailed):
                await kitchen.answered(call, 30)
            await desk.unregister()

    asyncio.run(scene())
