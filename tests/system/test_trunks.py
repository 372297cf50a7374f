"""A carrier that we register at: calls in and out through it, and what its refusals mean."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from platform_run import RINGFENCE, Platform

from ringfence.testing.carrier import BUSY, SLOW, Carrier, Subscriber
from ringfence.testing.phone import CallFailed, Phone

CARRIER_HOST = "127.0.0.2"
"""Not the address of the phones, or the carrier's calls would be told apart by nothing."""
CALLER = "+12025550123"
MENU = "+12025550100"
FRIEND = "+12025550150"
WHISPER = "correct horse battery"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("trunks") / "data") as running:
        running.number(
            MENU,
            "<Response><Gather numDigits='1' timeout='20' action='flow:echo'>"
            "<Say>Press a key.</Say></Gather></Response>",
        )
        running.secret = running.do("phone.add", name="desk")["secret"]  # type: ignore[attr-defined]
        yield running


def add_trunk(platform: Platform, carrier: Carrier, password: str = WHISPER) -> None:
    """As an operator does it: the password is asked for, here by a pipe."""
    done = subprocess.run(
        [
            *(str(RINGFENCE), "trunk", "add", "carrier"),
            *("--register", f"ringfence@{CARRIER_HOST}:{carrier.port}"),
            *("--data", str(platform.data)),
        ],
        input=password + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert password not in done.stdout + done.stderr


def trunk(platform: Platform) -> dict[str, Any]:
    (found,) = (one for one in platform.do("trunk.list") if one["name"] == "carrier")
    return found


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(true):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


class Scene:
    """A carrier that the platform is registered at, for the length of one test."""

    def __init__(self, platform: Platform, *, style: str = "number", expires: int = 0) -> None:
        self.platform = platform
        self.carrier = Carrier(
            username="ringfence",
            password=WHISPER,
            host=CARRIER_HOST,
            style=style,  # type: ignore[arg-type]
            expires=expires,
        )

    async def __aenter__(self) -> Carrier:
        await self.carrier.open()
        await asyncio.to_thread(add_trunk, self.platform, self.carrier)
        await self.carrier.registered()
        await until(lambda: trunk(self.platform)["state"] == "registered")
        return self.carrier

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.platform.do, "trunk.remove", name="carrier")
        await self.carrier.unregistered()
        await self.carrier.close()


@pytest.mark.parametrize("style", ["number", "contact"])
def test_a_call_comes_in_through_the_trunk(platform: Platform, style: str) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with Scene(platform, style=style) as carrier:
            call = await carrier.call(MENU, caller="+12025550199", identity=CALLER)
            await asyncio.wait_for(call.audio.talking.wait(), 30)
            await call.hang_up()
            await asyncio.to_thread(check)

    def check() -> None:
        record = platform.calls(ended=before + 1)[0]
        assert (record["caller"], record["called"]) == (CALLER, MENU)
        assert (record["cause"], record["hung_up_by"]) == ("normal", "caller")
        (leg,) = platform.do("call.show", sid=record["sid"])["legs"]
        assert leg["via"] == "carrier"

    asyncio.run(scene())


def test_a_number_that_is_not_ours_is_unknown_to_the_carrier(platform: Platform) -> None:
    async def scene() -> None:
        async with Scene(platform) as carrier:
            with pytest.raises(CallFailed) as failed:
                await carrier.call("+12025550177", caller=CALLER)
            assert failed.value.status == 404

    asyncio.run(scene())


def test_a_withheld_number_is_nobodys(platform: Platform) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with Scene(platform) as carrier:
            call = carrier.dial(MENU, caller="anonymous", withheld=True)
            await carrier.answered(call, 30)
            await call.hang_up()

    asyncio.run(scene())
    assert platform.calls(ended=before + 1)[0]["caller"] in {None, ""}


async def dial_out(platform: Platform, heard: asyncio.Event | None = None) -> int:
    """A registered phone dials a friend's number; the status it gets, 200 if it talked.

    ``heard``: set once the friend has heard enough.
    """
    async with Phone(username="desk", password=platform.secret) as desk:  # type: ignore[attr-defined]
        await desk.register(f"sip:{platform.sip}")
        try:
            call = await desk.call(f"sip:{FRIEND}@{platform.sip}", wait=20)
        except CallFailed as failed:
            await desk.unregister()
            return failed.status
        await asyncio.wait_for(call.audio.talking.wait(), 30)
        if heard is not None:
            await asyncio.wait_for(heard.wait(), 30)
        await call.hang_up()
        await desk.unregister()
        return 200


def test_a_registered_phone_dials_a_number_out_through_the_trunk(platform: Platform) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with Scene(platform) as carrier:
            carrier.subscribers[FRIEND] = Subscriber()
            heard = asyncio.Event()
            talking = asyncio.create_task(dial_out(platform, heard))
            friend = await carrier.next_call()
            await asyncio.wait_for(friend.answered.wait(), 30)
            friend.audio.say_tone(880, seconds=2)
            async with asyncio.timeout(30):
                while friend.audio.received <= 10:  # noqa: ASYNC110 - nobody tells of sound
                    await asyncio.sleep(0.05)
            heard.set()
            assert await talking == 200
            await friend.wait_over(30)
            assert friend.invite is not None
            assert 'username="ringfence"' in str(friend.invite.headers.get("Authorization"))

    asyncio.run(scene())
    record = platform.calls(ended=before + 1)[0]
    assert (record["called"], record["missed"]) == (FRIEND, False)
    assert (record["cause"], record["hung_up_by"]) == ("normal", "caller")


@pytest.mark.parametrize(
    ("subscriber", "cause", "status"),
    [
        (BUSY, "busy", 486),
        (Subscriber(status=603), "rejected", 603),
        (Subscriber(status=404, rings=False), "unallocated", 404),
        (Subscriber(status=480), "no_answer", 480),
        (Subscriber(status=503, q850=1), "unallocated", 404),
        (Subscriber(status=503), "congestion", 503),
    ],
)
def test_what_the_carrier_refuses_has_a_cause(
    platform: Platform, subscriber: Subscriber, cause: str, status: int
) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with Scene(platform) as carrier:
            carrier.subscribers[FRIEND] = subscriber
            assert await dial_out(platform) == status

    asyncio.run(scene())
    record = platform.calls(ended=before + 1)[0]
    assert (record["cause"], record["missed"]) == (cause, True)
    outgoing = platform.do("call.show", sid=record["sid"])["legs"][1]
    assert outgoing["cause"] == cause


def test_nobody_answers_and_the_caller_gives_up(platform: Platform) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with Scene(platform) as carrier:
            carrier.subscribers[FRIEND] = SLOW
            async with Phone(username="desk", password=platform.secret) as desk:  # type: ignore[attr-defined]
                await desk.register(f"sip:{platform.sip}")
                call = desk.dial(f"sip:{FRIEND}@{platform.sip}")
                friend = await carrier.next_call()
                await asyncio.wait_for(call.ringing.wait(), 30)
                await call.hang_up()
                await desk.unregister()
            await friend.wait_over(30)
            assert friend.end is not None
            assert friend.end.cause == "cancelled"

    asyncio.run(scene())
    record = platform.calls(ended=before + 1)[0]
    assert (record["cause"], record["hung_up_by"], record["answered"]) == (
        "cancelled",
        "caller",
        None,
    )


def test_nobody_answers_in_the_time_of_a_dial(platform: Platform) -> None:
    before = len(platform.calls())
    platform.do(
        "number.add",
        number=MENU,
        replace=True,
        twiml=f"<Response><Dial timeout='2'><Number>{FRIEND}</Number></Dial></Response>",
    )

    async def scene() -> None:
        async with Scene(platform) as carrier, Phone(username=CALLER) as caller:
            carrier.subscribers[FRIEND] = SLOW
            call = caller.dial(f"sip:{MENU}@{platform.sip}")
            await call.wait_over(30)

    asyncio.run(scene())
    record = platform.calls(ended=before + 1)[0]
    assert record["missed"] is True
    outgoing = platform.do("call.show", sid=record["sid"])["legs"][1]
    assert outgoing["cause"] == "no_answer"


def test_a_wrong_password_is_a_state_of_the_trunk_with_its_remedy(platform: Platform) -> None:
    async def scene() -> None:
        carrier = Carrier(username="ringfence", password="another", host=CARRIER_HOST)
        async with carrier:
            await asyncio.to_thread(add_trunk, platform, carrier)
            await until(lambda: trunk(platform)["state"] == "refused")
            assert "password" in trunk(platform)["detail"]
            await asyncio.to_thread(doctor_says_so)
            await asyncio.to_thread(platform.do, "trunk.remove", name="carrier")

    def doctor_says_so() -> None:
        told = platform.cli("doctor", "--json", check=False)
        assert told.returncode == 1
        (finding,) = (
            finding
            for finding in json.loads(told.stdout)
            if finding["check"] == "trunks" and finding["level"] == "fault"
        )
        assert "carrier is refused" in finding["text"]
        assert "password" in finding["text"]
        assert "ringfence trunk add carrier" in finding["mend"]
        assert WHISPER not in told.stdout + told.stderr

    asyncio.run(scene())


def test_a_registration_is_renewed_before_it_expires(platform: Platform) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with Scene(platform, expires=8) as carrier:  # renewed after four
            await until(lambda: carrier.grants >= 4)
            assert trunk(platform)["state"] == "registered"
            call = await carrier.call(MENU, caller=CALLER)
            await call.hang_up()
        assert not carrier.agent.bindings("ringfence", carrier.clock.now())

    asyncio.run(scene())
    assert platform.calls(ended=before + 1)[0]["cause"] == "normal"


def test_the_password_is_in_no_file_in_clear(platform: Platform) -> None:
    async def scene() -> None:
        async with Scene(platform):
            for path in platform.data.rglob("*"):
                if path.is_file():
                    assert WHISPER.encode() not in path.read_bytes(), path.name

    asyncio.run(scene())
    assert "Traceback" not in platform.log()
