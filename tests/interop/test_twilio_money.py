"""What things cost, through the official Python SDK: prices, usage, the balance, trial accounts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio_here import Here, client_of

from ringfence.testing.phone import Phone

SHOP, PERSON, ABROAD = "+447700900100", "+447700900101", "+447700900123"
VOICEMAIL, CALLER = "+12025550150", "+12025550123"
SPEAK = "<Response><Say>Hello</Say><Pause length='20'/></Response>"
RECORD = "<Response><Record maxLength='3' timeout='5' playBeep='false'/></Response>"
RATES = """service,to,price,per,increment
calls-inbound,,0.01,minute,60/60
calls-outbound,+44,0.6,minute,1/1
sms-outbound,GB,0.04,segment,
sms-inbound,,0.0075,segment,
recordings,,0.0025,minute,60/60
"""
LONG = 60
"""Seconds anything may take on a busy machine."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("money")
    (folder / "rates.csv").write_text(RATES)
    with Platform(folder / "data") as running:
        running.do("carrier.add", name="here")
        running.number(SHOP, SPEAK)
        running.number(PERSON, SPEAK)
        running.number(VOICEMAIL, RECORD)
        yield running


@pytest.fixture(scope="module")
def client(platform: Platform) -> Client:
    return client_of(platform)


def until(what: Callable[[], Any]) -> Any:
    """Return what ``what`` returns once it is something."""
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not come to that")


def priced(resource: Any) -> Any:
    """A call, message or recording once its price is known."""

    def look() -> Any:
        found = resource.fetch()
        return found if found.price is not None else None

    return until(look)


def balance(client: Client) -> Decimal:
    return Decimal(client.balance.fetch().balance or "0")


async def called(client: Client, platform: Platform) -> str:
    """Let the SDK call a number abroad, by a trunk, that answers and hangs up; the call."""
    async with Phone(username="carrier") as phone:
        address = f"127.0.0.1:{phone.port}"
        await asyncio.to_thread(platform.do, "trunk.add", name="abroad", address=address)
        made = await asyncio.to_thread(
            client.calls.create, to=ABROAD, from_=SHOP, twiml="<Response><Pause/></Response>"
        )
        ringing = await phone.next_call(LONG)
        await ringing.answer()
        await ringing.wait_over(LONG)
        await asyncio.to_thread(platform.do, "trunk.remove", name="abroad")
    return str(made.sid)


async def recorded(platform: Platform) -> None:
    async with Phone(username="caller") as phone:
        call = await phone.call(f"sip:{VOICEMAIL}@{platform.sip}", caller=CALLER, wait=LONG)
        call.audio.say_tone(440, seconds=1)
        await call.audio.said()
        await call.hang_up()


def test_what_was_used_has_its_price(client: Client, platform: Platform) -> None:
    before = client.balance.fetch()
    assert (before.balance, before.currency) == ("0.00", "USD")
    rates = Path(platform.data).parent / "rates.csv"
    platform.cli("tariff", "import", str(rates), "--currency", "EUR")
    platform.cli("balance", "credit", "10", "--reason", "first")
    assert balance(client) == 10

    call = priced(client.calls(asyncio.run(called(client, platform))))
    seconds = Decimal(call.price) / Decimal("-0.01")
    assert call.price_unit == "EUR"
    assert 1 <= seconds <= int(call.duration) + 1
    assert seconds == int(seconds)

    asyncio.run(recorded(platform))
    (recording,) = until(lambda: [r for r in client.recordings.list() if r.status == "completed"])
    assert priced(client.recordings(recording.sid)).price == "-0.00250"
    inbound = priced(client.calls(recording.call_sid))
    assert (inbound.price, inbound.price_unit) == ("-0.01000", "EUR")

    sent = client.messages.create(to=PERSON, from_=SHOP, body="x" * 200)
    assert priced(client.messages(sent.sid)).price == "-0.08000"
    (came,) = until(lambda: client.messages.list(to=PERSON, from_=SHOP, limit=1))
    assert until(lambda: [m for m in client.messages.list() if m.direction == "inbound"])
    assert came.price_unit == "EUR"

    spent = seconds * Decimal("0.01") + Decimal("0.0025") + Decimal("0.01") + Decimal("0.08")
    until(lambda: cost(client, "totalprice") > spent)
    found = records(client)
    assert cost(client, "calls") == seconds * Decimal("0.01") + Decimal("0.01")
    assert cost(client, "sms-outbound") == Decimal("0.08")
    assert cost(client, "recordings") == Decimal("0.0025")
    assert {one.price_unit for one in found.values()} == {"eur"}
    assert balance(client) == 10 - cost(client, "totalprice")


def records(client: Client) -> dict[str, Any]:
    """What was used since this platform began, which may have been before midnight."""
    return {one.category: one for one in client.usage.records.list()}


def cost(client: Client, category: str) -> Decimal:
    """What the SDK read, which makes a float of it on the way."""
    return round(Decimal(records(client)[category].price), 6)


def test_a_message_that_would_cost_too_much_is_not_sent(client: Client) -> None:
    dear = client.messages.create(to=PERSON, from_=SHOP, body="hi", max_price=0.01)
    found = client.messages(dear.sid).fetch()
    assert (found.status, found.error_code, found.price) == ("failed", 30010, None)


def test_a_trigger_looks_at_what_was_charged(client: Client) -> None:
    made = client.usage.triggers.create(
        usage_category="totalprice", trigger_by="price", trigger_value="50.5",
        callback_url="https://example.com/used",
    )  # fmt: skip
    assert (made.trigger_by, made.trigger_value) == ("price", "50.5")
    assert Decimal(made.current_value) == cost(client, "totalprice")
    assert made.delete()


def test_a_trial_account_without_credit_calls_and_texts_nobody(
    client: Client, platform: Platform
) -> None:
    made = platform.ask("account", "add", "Trial", "--trial")
    number = "+447700900150"
    document = Path(platform.data).parent / "speak.xml"
    document.write_text(SPEAK)
    platform.cli("number", "add", number, "--twiml", str(document), "--account", made["sid"])
    trial = Client(
        made["sid"], made["token"], http_client=Here(f"http://127.0.0.1:{platform.http_port}")
    )
    platform.do("trunk.add", name="nowhere", address="127.0.0.1:9")
    for place in (
        lambda: trial.calls.create(to=ABROAD, from_=number, twiml=SPEAK),
        lambda: trial.messages.create(to=PERSON, from_=number, body="hi"),
    ):
        with pytest.raises(TwilioRestException) as refused:
            place()
        assert (refused.value.status, refused.value.code) == (403, 10001)

    async def inbound() -> None:
        async with Phone(username="caller") as phone:
            call = await phone.call(f"sip:{number}@{platform.sip}", caller=ABROAD, wait=LONG)
            await call.hang_up()

    asyncio.run(inbound())
    assert until(lambda: Decimal(trial.balance.fetch().balance) == Decimal("-0.01"))
    platform.cli("balance", "credit", "1", "--for", made["sid"])
    sent = trial.messages.create(to=PERSON, from_=number, body="hi")
    assert priced(trial.messages(sent.sid)).price == "-0.04000"
    assert Decimal(trial.balance.fetch().balance) == Decimal("0.95")


def test_a_call_that_a_kill_cuts_off_is_charged_once(client: Client, platform: Platform) -> None:
    before = cost(client, "calls-inbound")

    async def cut() -> None:
        async with Phone(username="caller") as phone:
            await phone.call(f"sip:{SHOP}@{platform.sip}", caller=ABROAD, wait=LONG)
            (going,) = await asyncio.to_thread(
                until, lambda: client.calls.list(status="in-progress", limit=1)
            )
            # what was said last is the last sign of life, and so where the call ends
            await asyncio.to_thread(until, lambda: _said_something(platform, going.sid))
            old = platform.pids("ringfence.app")
            platform.kill("ringfence.app")
            await asyncio.to_thread(until, lambda: set(platform.pids("ringfence.app")) - set(old))
            await asyncio.to_thread(until, lambda: _there(client))

    asyncio.run(cut())
    newest = client.calls.list(limit=1)[0]
    assert priced(client.calls(newest.sid)).price == "-0.01000"
    platform.kill("ringfence.app")
    until(lambda: _there(client))
    assert cost(client, "calls-inbound") == before + Decimal("0.01")


def _said_something(platform: Platform, call: str) -> bool:
    told = platform.do("call.timeline", sid=call)
    return any(line["name"] == "PromptPlayed" for line in told)


def _there(client: Client) -> bool:
    """Whether the server answers again."""
    try:
        client.balance.fetch()
    except Exception:
        return False
    return True
