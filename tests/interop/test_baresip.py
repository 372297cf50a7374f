"""baresip, a telephone nobody here wrote: it registers, dials the menu, is called and answers."""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from baresip_run import BARESIP, MODULES, Baresip
from platform_run import Platform

from ringfence.testing.phone import Phone

pytestmark = pytest.mark.skipif(
    BARESIP is None or not MODULES.name,
    reason="baresip is not installed: apt-get install baresip-core",
)

CALLER = "+12025550123"
MENU = "+12025550100"
DESK = "+12025550101"
BEFORE, DURING, AFTER = 700, 1000, 1300
"""Hertz that the caller whistles: while connected, on hold, and connected again."""


def menu(prompt: str, key: str, then: str) -> dict[str, object]:
    """Only that key leads on; silence would keep the call for longer than a test waits."""
    return {
        "type": "menu",
        "prompt": prompt,
        "choices": {key: then},
        "timeout": 30,
        "tries": 1,
        "otherwise": "goodbye",
    }


FOUR_TWO = {
    "ringfence_flow": 1,
    "title": "Key 4 and then key 2 hang up",
    "start": "first",
    "applets": {
        "first": menu("Press four.", "4", "second"),
        "second": menu("Press two.", "2", "goodbye"),
        "goodbye": {"type": "hangup"},
    },
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("baresip") / "data") as running:
        running.do("flow.add", name="four-two", document=FOUR_TWO)
        running.do("number.add", number=MENU, flow="four-two")
        running.number(
            DESK, "<Response><Dial timeout='20'><Sip>sip:desk@127.0.0.1</Sip></Dial></Response>"
        )
        running.secret = running.do("phone.add", name="desk")["secret"]  # type: ignore[attr-defined]
        yield running


@pytest.fixture
def baresip(platform: Platform, tmp_path: Path) -> Iterator[Callable[..., Baresip]]:
    """Start a baresip that is the phone ``desk``; it is registered when this returns."""
    started: list[Baresip] = []

    def start(**options: object) -> Baresip:
        settings = {"user": "desk", "password": platform.secret} | options  # type: ignore[attr-defined]
        phone = Baresip(tmp_path / "baresip", platform.sip, **settings)  # type: ignore[arg-type]
        started.append(phone)
        wait_until(lambda: is_registered(platform), phone.log)
        return phone

    yield start
    for phone in started:
        phone.__exit__()
    wait_until(lambda: not is_registered(platform), lambda: "still registered")


def is_registered(platform: Platform) -> bool:
    (desk,) = platform.do("phone.list")
    return bool(desk["registered"])


def wait_until(true: Callable[[], bool], explain: Callable[[], str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, explain()[-3000:]
        time.sleep(0.05)


def told(platform: Platform, name: str) -> bool:
    """Whether such a fact of the newest call is on record."""
    (newest, *_) = platform.do("call.list")["calls"]
    return any(line["name"] == name for line in platform.do("call.timeline", sid=newest["sid"]))


def tone(hertz: int, seconds: float) -> array[int]:
    count = int(8000 * seconds)
    return array("h", (int(9000 * math.sin(math.tau * hertz * n / 8000)) for n in range(count)))


def strength(pcm: array[int], rate: int, hertz: int) -> float:
    """The share, 0 to 1, of a frequency in the power of a sound (Goertzel)."""
    power = sum(sample * sample for sample in pcm)
    if not power:
        return 0.0
    turn = 2 * math.cos(math.tau * hertz / rate)
    before = last = 0.0
    for sample in pcm:
        before, last = last, sample + turn * last - before
    found = before * before + last * last - turn * before * last
    return 2 * found / (power * len(pcm))


def loudest(pcm: array[int], rate: int, hertz: int) -> float:
    """The greatest share of a frequency in any half second."""
    piece = rate // 2
    starts = range(0, len(pcm) - piece, rate // 8)
    return max(strength(pcm[start : start + piece], rate, hertz) for start in starts)


@pytest.mark.parametrize(
    ("transport", "codec"), [("udp", "PCMU"), ("udp", "G722"), ("tcp", "PCMA")]
)
def test_it_registers_dials_the_menu_and_presses_keys(
    platform: Platform, baresip: Callable[..., Baresip], transport: str, codec: str
) -> None:
    before = len(platform.calls())
    phone = baresip(transport=transport, codec=codec)
    phone.do("dial", f"sip:{MENU}@{platform.sip};transport={transport}")
    phone.wait_for("CALL_ESTABLISHED")
    wait_until(lambda: phone.hears(), phone.log)  # a key counts from when it is asked for
    phone.do("sndcode", "4")
    wait_until(lambda: told(platform, "DigitsCollected"), phone.log)
    since = phone.heard_so_far() + 0.2
    wait_until(lambda: phone.hears(since), phone.log)
    phone.do("sndcode", "2")
    assert phone.wait_for("CALL_CLOSED")["direction"] == "outgoing"
    record = platform.calls(ended=before + 1)[0]
    assert (record["cause"], record["hung_up_by"]) == ("normal", "system")
    assert record["codec"] == codec
    assert record["mos"] > 3.5
    heard, _ = phone.heard()
    assert max(map(abs, heard)) > 3000
    (leg,) = platform.do("call.show", sid=record["sid"])["legs"]
    assert leg["media"]["dtmf_in"] == 2
    assert leg["media"]["packets_in"] > 30


def test_it_is_called_answers_and_both_hear_each_other_through_hold(
    platform: Platform, baresip: Callable[..., Baresip]
) -> None:
    before = len(platform.calls())
    desk = baresip()

    async def conversation() -> None:
        async with Phone(username=CALLER) as caller:
            call = caller.dial(f"sip:{DESK}@{platform.sip}")
            await asyncio.to_thread(desk.wait_for, "CALL_INCOMING")
            desk.do("accept")
            await asyncio.wait_for(call.answered.wait(), 30)
            await asyncio.to_thread(desk.wait_for, "CALL_ESTABLISHED")
            for hertz, command in ((BEFORE, "hold"), (DURING, "resume"), (AFTER, "")):
                call.audio.say(tone(hertz, 1.0))
                await call.audio.said()
                await asyncio.sleep(0.3)
                if not command:
                    break
                before_it = desk.agreed()
                desk.do(command)
                while desk.agreed() == before_it:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                await asyncio.sleep(0.5)
            assert strength(call.audio.heard[-4000:], 8000, 440) > 0.9
            desk.do("hangup")
            await call.wait_over(30)
            assert call.end is not None
            assert call.end.by == "remote"

    asyncio.run(conversation())
    heard, rate = desk.heard()
    assert loudest(heard, rate, BEFORE) > 0.8
    assert loudest(heard, rate, DURING) < 0.1
    record = platform.calls(ended=before + 1)[0]
    assert (record["missed"], record["hung_up_by"]) == (False, "callee")
    assert record["talk_ms"] > 3000
    _, desk_leg = platform.do("call.show", sid=record["sid"])["legs"]
    # Nothing is sent to a phone that holds: some two of the five seconds are missing. (After a
    # hold this baresip hears nothing of what it receives, from whomever.)
    talked = record["talk_ms"] // 20
    assert talked * 0.4 < desk_leg["media"]["packets_out"] < talked * 0.8


def test_a_busy_telephone_is_busy_for_the_caller(
    platform: Platform, baresip: Callable[..., Baresip]
) -> None:
    before = len(platform.calls())
    desk = baresip()

    async def refused() -> None:
        async with Phone(username=CALLER) as caller:
            call = caller.dial(f"sip:{DESK}@{platform.sip}")
            await asyncio.to_thread(desk.wait_for, "CALL_INCOMING")
            desk.do("hangup")  # declines: 486
            await call.wait_over(30)

    asyncio.run(refused())
    record = platform.calls(ended=before + 1)[0]
    assert record["missed"] is True


def test_a_wrong_password_does_not_register(platform: Platform, tmp_path: Path) -> None:
    with Baresip(
        tmp_path / "baresip", platform.sip, user="desk", password="not the password"
    ) as phone:
        wait_until(lambda: "reg: sip:desk@" in phone.log(), phone.log)
        assert not is_registered(platform)
        assert "200 OK" not in phone.log()


def test_no_traceback_and_no_error_was_logged(platform: Platform) -> None:
    log = platform.log()
    assert "Traceback" not in log
    assert not [line for line in log.splitlines() if '"level":"error"' in line]
