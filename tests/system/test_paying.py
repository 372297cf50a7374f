"""Cards on real calls: charged once, and nowhere to be found afterwards."""

from __future__ import annotations

import asyncio
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pay_scene import CARD, CODE, Ear, Shop, digits_in, hits, keyed, spellings
from platform_run import Platform

from ringfence.testing.phone import Phone, PhoneCall

CALLER = "+12025550123"
_NUMBERS = iter(range(100, 200))


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    made = Ear()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("paying") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        yield running


def number(platform: Platform, shop: Shop, path: str) -> str:
    made = f"+12025550{next(_NUMBERS)}"
    platform.do("number.add", number=made, voice_url=f"{shop.url}{path}")
    return made


def pay(more: str = "", inside: str = "", connector: str = "test") -> str:
    return (
        f"<Pay paymentConnector='{connector}' postalCode='false' chargeAmount='20.45'"
        f" action='/paid' statusCallback='/status' timeout='3' {more}>"
        "<Prompt for='payment-card-number'><Say>Card</Say></Prompt>"
        "<Prompt for='expiration-date'><Say>Date</Say></Prompt>"
        "<Prompt for='security-code'><Say>Code</Say></Prompt>"
        f"<Prompt for='payment-processing'><Say>Wait</Say></Prompt>{inside}</Pay>"
    )


async def asked(shop: Shop, what: str, since: int = 0) -> None:
    """Wait until the caller is asked for something."""
    async with asyncio.timeout(30):
        while not any(  # noqa: ASYNC110 - told by another process
            form.get("For") == what for form in shop.told.get("/status", [])[since:]
        ):
            await asyncio.sleep(0.02)


async def key_in(talk: PhoneCall, digits: str, *, events: bool, sound: bool) -> None:
    """Press keys: as RFC 4733 events, as tones, or as both at once, as some gateways do."""
    if sound:
        talk.audio.say(keyed(digits))
    if events:
        await talk.press(digits)
    await talk.audio.said()


async def enter(
    shop: Shop,
    talk: PhoneCall,
    card: str = CARD,
    *,
    events: bool = True,
    sound: bool = False,
    since: int = 0,
) -> None:
    """Key in a whole card as it is asked for."""
    for what, digits in (
        ("payment-card-number", card + "#"),
        ("expiration-date", "1231"),
        ("security-code", CODE),
    ):
        await asked(shop, what, since)
        await key_in(talk, digits, events=events, sound=sound)


def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def timeline(platform: Platform, sid: str) -> str:
    return str(platform.ask("call", "timeline", sid))


@pytest.mark.promise("PAY-02")
@pytest.mark.parametrize("events", [True, False], ids=["events and tones", "tones alone"])
def test_a_card_is_charged_and_nothing_of_it_stays(
    platform: Platform, shop: Shop, ear: Ear, tmp_path: Path, events: bool
) -> None:
    shop.told.clear()
    ear.messages.clear()
    shop.pages["/shop"] = (
        f"<Response><Start><Stream url='{ear.url}/listen' track='inbound_track'/></Start>"
        f"<Say>Welcome</Say>{pay()}</Response>"
    )
    shop.pages["/paid"] = "<Response><Pause length='2'/><Hangup/></Response>"
    ours = number(platform, shop, "/shop")

    async def scene() -> tuple[dict[str, str], str, str]:
        async with Phone(username=CALLER, dtmf=events) as phone:
            talk = await phone.call(f"sip:{ours}@{platform.sip}", wait=30)
            await asked(shop, "payment-card-number")
            live = shop.told["/shop"][-1]["CallSid"]
            recorded = await asyncio.to_thread(platform.do, "recording.start", call=live)
            await enter(shop, talk, events=events, sound=True)
            paid = await shop.heard("/paid")
            await talk.wait_over(30)
            return paid, recorded["sid"], live

    paid, recording, call = asyncio.run(scene())
    assert paid["Result"] == "success"
    assert paid["PaymentCardNumber"] == "xxxxxxxxxxxx4242"
    assert paid["PaymentCardType"] == "visa"
    assert paid["ExpirationDate"] == "1231"
    assert paid["SecurityCode"] == "xxx"
    assert paid["PaymentConfirmationCode"].startswith("sandbox_")
    until(lambda: len(shop.told["/status"]) >= 5)  # they come by a way of their own
    told = [form.get("For", "") for form in shop.told["/status"]]
    assert told == [
        "payment-card-number", "expiration-date", "security-code", "payment-processing",
        "payment-processing",
    ]  # fmt: skip
    until(lambda: platform.do("call.show", sid=call)["status"] == "ended")
    lines = timeline(platform, call)
    assert "payment ended: success" in lines
    (kept,) = [p for p in platform.do("payment.list") if p["call"] == call]
    assert (kept["state"], kept["amount"], kept["currency"]) == ("approved", "20.45", "usd")
    shown = platform.do("payment.show", sid=kept["sid"])
    assert (shown["last"], shown["card_type"]) == ("4242", "visa")
    # nothing of it is anywhere
    pieces = [CARD, CARD[:12], CODE + CARD[:8]]
    for digits in pieces[:2]:
        assert hits(platform.data, digits) == []
        for body in shop.bodies:
            assert not [how for how, what in spellings(digits).items() if what in body]
    assert CARD not in platform.log()
    assert CARD not in lines
    # nobody hears it in the recording, nor through the stream
    target = tmp_path / "call.wav"
    platform.cli("recording", "export", recording, "--to", str(target))
    with wave.open(str(target)) as file:
        pcm = array("h", file.readframes(file.getnframes()))[:: file.getnchannels()]
    at = {line["name"]: line["at"] for line in platform.do("call.timeline", sid=call)}
    seconds = (at["CallEnded"] - at["RecordingStarted"]) / 1000
    assert abs(len(pcm) / 8000 - seconds) < 2  # it went on, with noise in place of the digits
    assert "noise in place of keys" in lines
    assert digits_in(pcm) == ""
    assert digits_in(ear.audio()) == ""
    assert not [m for m in ear.messages if m["event"] == "dtmf"]


def test_nobody_is_set_up_and_nobody_is_asked_for_a_card(platform: Platform, shop: Shop) -> None:
    shop.told.clear()
    shop.pages["/shop"] = f"<Response>{pay(connector='Default')}</Response>"
    shop.pages["/paid"] = "<Response><Hangup/></Response>"
    ours = number(platform, shop, "/shop")

    async def scene() -> dict[str, str]:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(f"sip:{ours}@{platform.sip}", wait=30)
            paid = await shop.heard("/paid")
            await shop.heard("/status")
            await talk.wait_over(30)
            return paid

    paid = asyncio.run(scene())
    assert (paid["Result"], paid["PayErrorCode"]) == ("payment-connector-error", "64004")
    assert not any(form["For"] == "payment-card-number" for form in shop.told["/status"])
    call = paid["CallSid"]
    until(lambda: "no payment connector of that name" in timeline(platform, call))


def test_a_processor_over_http_is_asked_once_though_the_server_is_killed(
    platform: Platform, shop: Shop
) -> None:
    shop.told.clear()
    platform.do(
        "payment_connector.add",
        name="acme",
        url=f"{shop.url}/charge",
        template={"headers": {"Idempotency-Key": "{id}"}, "url": f"{shop.url}/charge"},
    )
    shop.pages["/shop"] = f"<Response>{pay(connector='acme')}</Response>"
    shop.pages["/paid"] = "<Response><Hangup/></Response>"
    ours = number(platform, shop, "/shop")

    async def paid() -> dict[str, str]:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(f"sip:{ours}@{platform.sip}", wait=30)
            await enter(shop, talk)
            told = await shop.heard("/paid")
            await talk.wait_over(30)
            return told

    told = asyncio.run(paid())
    assert (told["Result"], told["PaymentConfirmationCode"]) == ("success", "ch_1")
    (asked,) = shop.charged
    assert (asked["cardnumber"], asked["cvv"], asked["amount"]) == (CARD, CODE, "20.45")
    first = shop.keys[0]
    assert platform.do("payment.show", sid=first)["confirmation"] == "ch_1"

    shop.charged.clear()
    shop.told.clear()
    shop.asked.clear()
    shop.delay_s = 10

    async def cut() -> None:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(f"sip:{ours}@{platform.sip}", wait=30)
            await enter(shop, talk)
            assert await asyncio.to_thread(shop.asked.wait, 30)
            platform.kill("ringfence.app")
            talk.audio.close()

    try:
        asyncio.run(cut())
    finally:
        shop.delay_s = 0
    deadline = time.monotonic() + 60
    while True:
        try:
            (unknown,) = [p for p in platform.do("payment.list") if p["sid"] == shop.keys[1]]
        except (OSError, RuntimeError, ValueError):
            assert time.monotonic() < deadline
            time.sleep(0.2)
            continue
        break
    assert (unknown["state"], unknown["code"]) == ("unknown", "interrupted")
    assert len(shop.charged) == 1
    assert hits(platform.data, CARD) == []
