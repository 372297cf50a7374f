"""Cards with the official SDK: Pay as its builder writes it, payments as its client leads them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pay_scene import CARD, CODE, Shop, digits_in, hits, keyed, spellings
from platform_run import Platform
from tones import spoken_to
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse
from twilio_here import client_of

from ringfence.testing.phone import Phone, PhoneCall

CALLER, AGENT = "+12025550123", "+12025550188"
OURS = "+12025550101"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("pay") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.do("number.add", number=OURS, voice_url=f"{shop.url}/shop")
        yield running


@pytest.fixture(scope="module")
def client(platform: Platform) -> Client:
    return client_of(platform)


async def key_in(talk: PhoneCall, digits: str, *, events: bool) -> None:
    """As RFC 4733 events or as tones: an agent must hear neither."""
    if events:
        await talk.press(digits)
        return
    talk.audio.say(keyed(digits))
    await talk.audio.said()


def test_pay_as_the_builder_writes_it(platform: Platform, shop: Shop) -> None:
    shop.told.clear()
    response = VoiceResponse()
    pay = response.pay(
        payment_connector="test", charge_amount="20.45", postal_code=False,
        action="/paid", status_callback="/status", timeout=3, valid_card_types="visa mastercard",
    )  # fmt: skip
    pay.prompt(for_="payment-card-number").say("Your card")
    pay.prompt(for_="security-code", card_type="visa", attempt="1").say("Three digits")
    pay.prompt(for_="expiration-date", error_type="timeout invalid-date").say("Once more")
    pay.parameter(name="order", value="17")
    shop.pages["/shop"] = str(response)
    shop.pages["/paid"] = "<Response><Hangup/></Response>"

    async def asked(what: str, count: int = 1) -> None:
        async with asyncio.timeout(30):
            while (  # noqa: ASYNC110 - told by another process
                sum(form.get("For") == what for form in shop.told.get("/status", [])) < count
            ):
                await asyncio.sleep(0.02)

    async def scene() -> dict[str, str]:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(f"sip:{OURS}@{platform.sip}", wait=30)
            await asked("payment-card-number")
            await talk.press("5555555555554444")  # whole: it needs no finishing key
            await asked("expiration-date")
            await talk.press("1399")
            await asked("expiration-date", 2)
            await talk.press("1231")
            await asked("security-code")
            await talk.press(CODE)
            paid = await shop.heard("/paid")
            await talk.wait_over(30)
            return paid

    paid = asyncio.run(scene())
    assert (paid["Result"], paid["PaymentCardType"]) == ("success", "mastercard")
    assert paid["PaymentCardNumber"] == "xxxxxxxxxxxx4444"
    wrong = [form for form in shop.told["/status"] if "ErrorType" in form]
    assert [(form["ErrorType"], form["Attempt"]) for form in wrong] == [("invalid-date", "2")]


@pytest.mark.parametrize("events", [True, False], ids=["events", "tones"])
def test_an_agent_leads_a_caller_and_hears_no_digit(
    platform: Platform, shop: Shop, client: Client, events: bool
) -> None:
    shop.told.clear()
    shop.bodies.clear()
    url = f"{shop.url}/session"

    async def told(name: str, value: str, count: int = 1) -> dict[str, str]:
        async with asyncio.timeout(30):
            while True:
                found = [f for f in shop.told.get("/session", []) if f.get(name) == value]
                if len(found) >= count:
                    return found[-1]
                await asyncio.sleep(0.05)

    async def scene() -> str:
        async with (
            Phone(username=CALLER, dtmf=events) as caller,
            Phone(username=AGENT) as agent,
        ):
            sip = f"<Sip>sip:{AGENT}@127.0.0.1:{agent.port}</Sip>"
            dial = f"<Dial record='record-from-answer-dual'>{sip}</Dial>"
            made = await asyncio.to_thread(
                client.calls.create,
                to=f"sip:{CALLER}@127.0.0.1:{caller.port}",
                from_=OURS,
                twiml=f"<Response>{dial}</Response>",
            )
            talk = await caller.next_call(20)
            await talk.answer()
            other = await agent.next_call(20)
            await other.answer()
            talk.audio.say_tone(440, seconds=1)
            async with asyncio.timeout(20):
                await other.audio.talking.wait()
            payments = client.calls(made.sid).payments
            begun = await asyncio.to_thread(
                payments.create, idempotency_key="one", status_callback=url,
                payment_connector="test", charge_amount="12.00", postal_code=False,
                confirmation="true",
            )  # fmt: skip
            again = await asyncio.to_thread(
                payments.create, idempotency_key="one", status_callback=url,
                payment_connector="test", charge_amount="12.00", postal_code=False,
            )  # fmt: skip
            assert begun.sid == again.sid
            assert begun.sid.startswith("PK")
            with pytest.raises(TwilioRestException) as refused:
                await asyncio.to_thread(
                    payments.create, idempotency_key="two", status_callback=url,
                    payment_connector="test",
                )  # fmt: skip
            assert refused.value.code == 64021
            update = payments(begun.sid).update
            for number, (what, digits) in enumerate(
                (("payment-card-number", f"{CARD}#"), ("expiration-date", "1231"),
                 ("security-code", CODE))
            ):  # fmt: skip
                await asyncio.to_thread(
                    update, idempotency_key=f"c{number}", status_callback=url, capture=what
                )
                await key_in(talk, digits, events=events)
                await told("PartialResult", "false", number + 1)
            since = len(talk.audio.heard) + 800
            done = await asyncio.to_thread(
                update, idempotency_key="done", status_callback=url, status="complete"
            )
            assert done.sid == begun.sid
            await spoken_to(talk, since)  # the caller alone hears how the number ends
            await asyncio.sleep(2)
            assert not [form for form in shop.told["/session"] if "Result" in form]
            await key_in(talk, "1", events=events)
            result = await told("Result", "success")
            assert result["PaymentCardNumber"] == "xxxxxxxxxxxx4242"
            assert result["PaymentConfirmationCode"]
            heard = other.audio.heard
            assert not other.audio.digits
            assert digits_in(heard) == ""
            await talk.hang_up()
            return str(made.sid)

    sid = asyncio.run(scene())
    partial = [f for f in shop.told["/session"] if f.get("PartialResult") == "true"]
    assert len(partial) > 16, "every digit is told, as a cross"
    assert partial[0]["Required"] == "payment-card-number expiration-date security-code"
    assert hits(platform.data, CARD) == []
    for body in shop.bodies:
        assert not [how for how, what in spellings(CARD).items() if what in body]
    (kept,) = [p for p in platform.do("payment.list") if p["call"] == sid]
    assert (kept["source"], kept["state"], kept["amount"]) == ("api", "approved", "12.00")
