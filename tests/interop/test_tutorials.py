"""Flask applications written as Twilio's tutorials teach, run against us with real SIP legs."""

from __future__ import annotations

import asyncio
import time
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform
from tones import level, spoken_to
from tutorials import Shop
from twilio_here import client_of

from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall

LONG = 60
"""Seconds anything may take on a busy machine."""

NUMBERS = {
    "shop": "+12025550100",
    "proxy": "+12025550101",
    "visitor": "+12025550140",
    "clerk": "+12025550141",
    "texts": "+447700900100",
    "writer": "+447700900101",
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop(NUMBERS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("tutorials") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        client = client_of(running)
        shop.opens(client, running.ready["auth_token"])
        for number in (NUMBERS["shop"], NUMBERS["proxy"]):
            client.incoming_phone_numbers.create(phone_number=number)
        running.do("carrier.add", name="here")  # delivers to the numbers of this installation
        client.incoming_phone_numbers.create(
            phone_number=NUMBERS["texts"], sms_url=f"{shop.url}/sms", sms_method="POST"
        )
        client.incoming_phone_numbers.create(phone_number=NUMBERS["writer"])
        yield running
    assert shop.forged == 0


Scene = Callable[["Town"], Coroutine[Any, Any, None]]


@pytest.fixture
def play(platform: Platform, shop: Shop) -> Callable[..., None]:
    """Let the shop's number be answered by a page, then do something in the town."""

    def run(
        page: str, scene: Callable[[Town], Coroutine[Any, Any, None]], who: str = "shop"
    ) -> None:
        shop.told.clear()
        (number,) = shop.client.incoming_phone_numbers.list(phone_number=NUMBERS[who])
        number.update(voice_url=shop.url + page)

        async def whole() -> None:
            async with town(platform, shop) as streets:
                await scene(streets)

        asyncio.run(whole())

    return run


class Town:
    """The telephones of a town: its carrier is one test phone that is everybody."""

    def __init__(self, platform: Platform, shop: Shop, phone: Phone) -> None:
        self.platform = platform
        self.shop = shop
        self.phone = phone

    async def dials(self, who: str, number: str = "shop") -> PhoneCall:
        """Somebody calls a number of the shop and is answered."""
        return await self.phone.call(
            f"sip:{NUMBERS[number]}@{self.platform.sip}", caller=NUMBERS[who], wait=LONG
        )

    def begins_to_dial(self, who: str, number: str = "shop") -> PhoneCall:
        """Somebody calls a number of the shop."""
        return self.phone.dial(f"sip:{NUMBERS[number]}@{self.platform.sip}", caller=NUMBERS[who])

    async def rings(self, who: str) -> tuple[PhoneCall, str]:
        """Wait until somebody's telephone rings: the call, and the number it shows."""
        ringing = await self.phone.next_call(LONG)
        assert ringing.invite is not None
        assert NUMBERS[who] in str(ringing.invite.uri)
        shown = ringing.invite.from_.uri.user
        assert shown is not None
        return ringing, shown

    async def told(self, path: str, count: int = 1) -> list[dict[str, str]]:
        """What a page was told, once it was that often."""
        async with asyncio.timeout(LONG):
            while len(found := self.shop.at(path)) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def town(platform: Platform, shop: Shop) -> AsyncIterator[Town]:
    async with Phone(username="town") as phone:
        address = f"127.0.0.1:{phone.port}"
        await asyncio.to_thread(platform.do, "trunk.add", name="town", address=address)
        try:
            yield Town(platform, shop, phone)
        finally:
            await asyncio.to_thread(platform.do, "trunk.remove", name="town")


async def hears(listener: PhoneCall, speaker: PhoneCall) -> None:
    """Wait until one hears the other whistle."""
    start = len(listener.audio.heard)
    async with asyncio.timeout(LONG):
        while max(map(abs, listener.audio.heard[start:]), default=0) < 4_000:
            if speaker.audio.sound.silent:  # said before they were connected nobody hears it
                speaker.audio.say_tone(880, seconds=2)
            await asyncio.sleep(0.05)


def test_ivr_menu(play: Any) -> None:
    async def scene(town: Town) -> None:
        call = await town.dials("visitor")
        await town.told("/welcome")
        await spoken_to(call)  # a key counts from when it is asked for
        await call.press("2")
        await town.told("/menu")
        await spoken_to(call, len(call.audio.heard) + 800)
        await call.press("2")
        clerk, _ = await town.rings("clerk")
        await clerk.answer()
        await hears(call, clerk)
        await hears(clerk, call)
        await call.hang_up()
        await clerk.wait_over(LONG)
        other = await town.dials("visitor")
        await spoken_to(other)
        await other.press("9")  # nothing is there: back to the beginning
        await town.told("/welcome", 3)
        since = len(other.audio.heard) + 800
        await spoken_to(other, since)
        await other.press("1")
        await other.wait_over(LONG)  # the application hangs up after the directions

    play("/welcome", scene)


def test_voicemail(play: Any) -> None:
    async def scene(town: Town) -> None:
        call = await town.dials("visitor")
        call.audio.say_tone(440, seconds=7)
        await call.audio.said()
        await call.press("*")
        (thanked,) = await town.told("/thanks")
        await call.wait_over(LONG)
        (saved,) = await town.told("/saved")
        assert saved["RecordingSid"] == thanked["RecordingSid"]
        assert saved["RecordingStatus"] == "completed"
        found = await asyncio.to_thread(town.shop.client.recordings(saved["RecordingSid"]).fetch)
        assert found.call_sid == thanked["CallSid"]
        assert int(found.duration) >= 1

    play("/voicemail", scene)


def test_call_forwarding(play: Any) -> None:
    async def scene(town: Town) -> None:
        calling = town.begins_to_dial("visitor")
        clerk, shown = await town.rings("clerk")
        assert shown in {NUMBERS["visitor"], NUMBERS["shop"]}
        await clerk.answer()
        await hears(calling, clerk)
        await clerk.hang_up()
        (done,) = await town.told("/forwarded")
        assert done["DialCallStatus"] == "completed"
        await calling.wait_over(LONG)
        again = town.begins_to_dial("visitor")
        clerk, _ = await town.rings("clerk")
        clerk.reject(486)
        await town.told("/voicemail")
        assert town.shop.at("/forwarded")[1]["DialCallStatus"] == "busy"
        await again.hang_up()

    play("/forward", scene)


def test_click_to_call(play: Any) -> None:
    async def scene(town: Town) -> None:
        form = urllib.parse.urlencode({"userPhone": NUMBERS["visitor"]}).encode()
        clicked = asyncio.create_task(
            asyncio.to_thread(urllib.request.urlopen, f"{town.shop.url}/click", form, LONG)
        )
        visitor, shown = await town.rings("visitor")
        (await clicked).close()
        assert shown == NUMBERS["shop"]
        visitor.ring()
        await visitor.answer()
        clerk, _ = await town.rings("clerk")
        await clerk.answer()
        await hears(visitor, clerk)
        await visitor.hang_up()
        await clerk.wait_over(LONG)
        steps = await town.told("/done", 4)
        assert [step["CallStatus"] for step in steps] == [
            "initiated",
            "ringing",
            "in-progress",
            "completed",
        ]
        assert {step["CallSid"] for step in steps} == {town.shop.at("/outbound")[0]["CallSid"]}

    play("/nothing", scene)


def test_masked_numbers(play: Any) -> None:
    async def scene(town: Town) -> None:
        for caller, callee in (("visitor", "clerk"), ("clerk", "visitor")):
            calling = town.begins_to_dial(caller, "proxy")
            rung, shown = await town.rings(callee)
            assert shown == NUMBERS["proxy"]
            assert NUMBERS[caller].encode() not in rung.invite.to_bytes()
            await rung.answer()
            await hears(rung, calling)
            await calling.hang_up()
            await rung.wait_over(LONG)

    play("/masked", scene, "proxy")


def test_conference_with_a_moderator(play: Any) -> None:
    async def scene(town: Town) -> None:
        visitor = await town.dials("visitor")
        second = await town.dials("proxy")
        moderator = await town.dials("clerk")
        await hears(visitor, moderator)
        await hears(moderator, second)
        await hears(second, visitor)
        await moderator.hang_up()  # the meeting ends with them
        await visitor.wait_over(LONG)
        await second.wait_over(LONG)
        told = await town.told("/met", 8)
        assert {form["StatusCallbackEvent"] for form in told} == {
            "conference-start",
            "conference-end",
            "participant-join",
            "participant-leave",
        }
        (sid,) = {form["ConferenceSid"] for form in told}
        found = await asyncio.to_thread(town.shop.client.conferences(sid).fetch)
        assert (found.friendly_name, found.status) == ("Weekly meeting", "completed")

    play("/meeting", scene)


def test_call_queue_with_an_agent(play: Any) -> None:
    async def scene(town: Town) -> None:
        visitor = await town.dials("visitor")
        waits = (await town.told("/waiting"))[0]
        assert waits["QueuePosition"] == "1"
        (number,) = await asyncio.to_thread(
            town.shop.client.incoming_phone_numbers.list, phone_number=NUMBERS["proxy"]
        )
        await asyncio.to_thread(number.update, voice_url=f"{town.shop.url}/agent")
        clerk = await town.dials("clerk", "proxy")
        await town.told("/connecting")
        await hears(visitor, clerk)
        await hears(clerk, visitor)
        await clerk.hang_up()
        (left,) = await town.told("/left")
        assert left["QueueResult"] in {"bridged", "redirected-from-bridged"}
        await visitor.wait_over(LONG)

    play("/support", scene)


def test_sms_reply(platform: Platform, shop: Shop) -> None:
    ours, theirs = NUMBERS["texts"], NUMBERS["writer"]

    def replies() -> list[str]:
        found = shop.client.messages.list(to=theirs, from_=ours)
        return sorted(one.body for one in found if one.direction == "inbound")

    for written, answered in (("hello", ["Hi!"]), ("bye", ["Goodbye", "Hi!"]), ("what", None)):
        shop.told.clear()
        sent = shop.client.messages.create(to=ours, from_=theirs, body=written)
        deadline = time.monotonic() + 2 * LONG
        while not shop.at("/sms") or (answered is not None and replies() != answered):
            assert time.monotonic() < deadline, (written, replies())
            time.sleep(0.1)
        (told,) = shop.at("/sms")
        assert (told["Body"], told["From"], told["To"]) == (written, theirs, ours)
        assert told["MessageSid"] != sent.sid  # it came in as a message of its own
    assert replies() == ["Goodbye", "Hi!"]  # what is not understood is not answered
    assert "Goodbye" not in platform.log()


def test_media_stream_echo(play: Any) -> None:
    async def scene(town: Town) -> None:
        call = await town.dials("visitor")
        async with asyncio.timeout(LONG):
            while "media" not in town.shop.messages:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        call.audio.say_tone(880, seconds=3)
        async with asyncio.timeout(LONG):
            while level(call.audio.heard[-1600:], 880) < 2_000:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await call.hang_up()
        async with asyncio.timeout(LONG):
            while town.shop.messages[-1] != "stop":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert town.shop.messages == ["connected", "start", "media", "stop"]

    play("/stream", scene)


def test_every_tutorial_is_here() -> None:
    """One test for each application that the tutorials teach."""
    assert {name for name in globals() if name.startswith("test_")} >= {
        "test_ivr_menu",
        "test_voicemail",
        "test_call_forwarding",
        "test_conference_with_a_moderator",
        "test_call_queue_with_an_agent",
        "test_click_to_call",
        "test_masked_numbers",
        "test_sms_reply",
        "test_media_stream_echo",
    }
