"""``<Dial><Application>``: an application's document answers, in a call of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from asked_web import AskedWeb
from platform_run import Platform

from ringfence.testing.phone import Phone, PhoneCall

SHOP, CIRCLE, REFUSED = "+12025550100", "+12025550101", "+12025550102"
CALLER = "+12025550123"
DEADLINE = 40


def dial(sid: str, inside: str = "", attributes: str = "") -> str:
    return (
        f"<Response><Dial action='/after'><Application {attributes} statusCallback='/leg' "
        "statusCallbackEvent='initiated ringing answered completed'>"
        f"<ApplicationSid>{sid}</ApplicationSid>{inside}</Application></Dial></Response>"
    )


@pytest.fixture(scope="module")
def web() -> Iterator[AskedWeb]:
    made = AskedWeb()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(web: AskedWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("applications") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        for number, path in ((SHOP, "/voice"), (CIRCLE, "/circle"), (REFUSED, "/unknown")):
            running.cli("number", "add", number, "--voice-url", f"{web.url}{path}")

        def application(name: str, path: str) -> str:
            hooks = {
                "voice": {"url": f"{web.url}{path}", "method": "POST"},
                "status": {"url": f"{web.url}/status", "method": "POST"},
            }
            made = running.do("application.add", name=name, hooks=hooks)
            return str(made["sid"])

        menu = running.menu = application("Menu", "/menu")  # type: ignore[attr-defined]
        circle = application("Circle", "/circle")
        web.pages = {
            "/voice": dial(menu, "<Parameter name='Ticket' value='9876'/>", "customerId='desk' "),
            "/menu": (
                "<Response><Gather numDigits='1' timeout='30' action='/key'>"
                "<Play digits='5'/><Say>Welcome to the menu</Say></Gather></Response>"
            ),
            "/key": (
                "<Response><Hangup><Parameter name='Result' value='paid'/></Hangup></Response>"
            ),
            "/after": "<Response><Say>Thank you</Say><Hangup/></Response>",
            "/circle": dial(circle),
            "/unknown": dial("AP" + "0" * 32),
        }
        yield running


async def until_loud(talk: PhoneCall) -> None:
    async with asyncio.timeout(DEADLINE):
        while not any(abs(sample) > 1_000 for sample in talk.audio.heard):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_an_application_answers_and_gives_back(platform: Platform, web: AskedWeb) -> None:
    async def converse() -> None:
        async with Phone(username="out") as phone:
            talk = phone.dial(f"sip:{SHOP}@{platform.sip}", caller=CALLER)
            await asyncio.wait_for(talk.answered.wait(), DEADLINE)
            await until_loud(talk)
            await talk.press("7")
            await talk.wait_over(DEADLINE)

    asyncio.run(converse())
    menu: str = platform.menu  # type: ignore[attr-defined]
    (parent,) = {form["CallSid"] for form in web.at("/voice")}
    (asked,) = web.at("/menu")
    child = asked["CallSid"]
    assert child != parent
    assert asked["ParentCallSid"] == parent
    assert (asked["From"], asked["To"]) == (CALLER, menu)
    assert (asked["CustomerId"], asked["Param_Ticket"]) == ("desk", "9876")
    assert asked["Direction"] == "inbound"
    assert web.at("/key")[0]["Digits"] == "7"

    (after,) = web.wait("/after")
    assert after["CallSid"] == parent
    assert after["DialCallSid"] == child
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "true")
    assert after["ReturnParam_Result"] == "paid"

    told = sorted(web.wait("/leg", 4), key=lambda form: int(form["SequenceNumber"]))
    steps = ["initiated", "ringing", "in-progress", "completed"]
    assert [form["CallStatus"] for form in told][:2] == steps[:2]
    assert [form["CallStatus"] for form in told][-2:] == steps[-2:]
    assert {form["CallSid"] for form in told} == {child}
    assert {form["ParentCallSid"] for form in told} == {parent}
    (status,) = web.wait("/status")
    assert (status["CallSid"], status["CallStatus"]) == (child, "completed")
    assert "Param_Ticket" not in status, "what a dial passes on is told to the document alone"

    calls = {call["sid"]: call for call in platform.calls(ended=2)}
    assert {parent, child} == set(calls)
    assert calls[child]["direction"] == "inbound"


def test_applications_that_dial_each_other_come_to_an_end(
    platform: Platform, web: AskedWeb
) -> None:
    async def converse() -> None:
        async with Phone(username="out") as phone:
            talk = phone.dial(f"sip:{CIRCLE}@{platform.sip}", caller=CALLER)
            await talk.wait_over(DEADLINE)

    before = len(web.at("/circle"))
    asyncio.run(converse())
    assert len(web.at("/circle")) - before == 6  # the number's own, then five of the application


def test_an_application_that_is_not_there_fails_the_dial(platform: Platform, web: AskedWeb) -> None:
    async def converse() -> None:
        async with Phone(username="out") as phone:
            talk = phone.dial(f"sip:{REFUSED}@{platform.sip}", caller=CALLER)
            await talk.wait_over(DEADLINE)

    before = len(web.at("/after"))
    asyncio.run(converse())
    assert web.wait("/after", before + 1)[-1]["DialCallStatus"] == "failed"
