"""What of SIP's messages a web server is told, and that no log says any of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from asked_web import AskedWeb
from platform_run import Platform
from tones import hears, tone, until

from ringfence.testing.phone import Phone

SHOP = "+12025550100"
CALLER = "+12025550123"
DEADLINE = 40
SECRET, ANSWERED, REFUSED = "ticket-4711-of-alice", "desk-says-4712", "desk-says-4713"


@pytest.fixture(scope="module")
def web() -> Iterator[AskedWeb]:
    made = AskedWeb(
        {
            "/voice": (
                "<Response><Dial action='/after'><Sip>sip:desk@127.0.0.1</Sip></Dial></Response>"
            ),
            "/after": "<Response><Hangup/></Response>",
        }
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(web: AskedWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("sipwords") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.cli("number", "add", SHOP, "--voice-url", f"{web.url}/voice")
        running.secret = running.ask("phone", "add", "desk")["secret"]  # type: ignore[attr-defined]
        yield running


@pytest.mark.parametrize("status", [200, 486])
def test_headers_of_the_call_and_of_the_answer(
    platform: Platform, web: AskedWeb, status: int
) -> None:
    secret: str = platform.secret  # type: ignore[attr-defined]
    call_ids: list[str | None] = []
    before = len(web.at("/after"))

    async def converse() -> None:
        async with Phone(username="desk", password=secret) as desk, Phone(username="out") as phone:
            await desk.register(f"sip:{platform.sip}")
            talk = phone.dial(
                f"sip:{SHOP}@{platform.sip}",
                caller=CALLER,
                headers=(("X-Ticket", SECRET), ("X-Empty", ""), ("Subject", "nobody's business")),
            )
            ringing = await desk.next_call(DEADLINE)
            assert ringing.invite is not None
            call_ids.append(ringing.invite.headers.get("Call-ID"))
            if status == 200:
                await ringing.answer(headers=(("X-Desk", ANSWERED),))
                ringing.audio.say(tone(5, 440))
                await until(lambda: hears(talk, 440), seconds=DEADLINE)
                await ringing.hang_up()
            else:
                ringing.reject(status, headers=(("X-Desk", REFUSED),))
            await talk.wait_over(DEADLINE)

    asyncio.run(converse())
    asked = web.at("/voice")[-1]
    assert asked["SipHeader_X-Ticket"] == SECRET
    assert asked["SipDomain"] == "127.0.0.1"
    assert asked["SipSourceIp"] == "127.0.0.1"
    assert asked["SipCallId"]
    assert not any("Subject" in name for name in asked)
    after = web.wait("/after", before + 1)[-1]
    assert after["SipCallId"] == asked["SipCallId"]
    assert after["DialSipResponseCode"] == str(status)
    assert [after["DialSipCallId"]] == call_ids
    assert after["DialSipHeader_X-Desk"] == (ANSWERED if status == 200 else REFUSED)
    assert after["DialBridged"] == ("true" if status == 200 else "false")
    logged = platform.log()
    assert logged
    for value in (SECRET, ANSWERED, REFUSED, asked["SipCallId"]):
        assert value not in logged
