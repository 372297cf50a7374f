"""A server that is told of a call asks the official SDK about it at once, and is told the truth."""

from __future__ import annotations

import asyncio
from pathlib import Path

from asked_web import AskedWeb
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio_here import client_of

from ringfence.testing.phone import Phone

NUMBER, CALLER, CALLEE = "+12025550100", "+12025550140", "+12025550150"


def test_what_a_server_is_told_it_finds(tmp_path: Path) -> None:
    with Platform(tmp_path / "data", "--fetch-private", "127.0.0.0/8") as platform:
        client = client_of(platform)
        seen: dict[str, str] = {}

        def look(path: str, told: dict[str, str]) -> None:
            try:
                sid = told.get("DialCallSid") or told["CallSid"]
                seen[path] = client.calls(sid).fetch().status
            except TwilioRestException as error:
                seen[path] = str(error.code)

        web = AskedWeb({"/screen": "<Response/>", "/after": "<Response/>"}, before=look)
        web.pages["/voice"] = (
            f"<Response><Dial action='{web.url}/after'>"
            f"<Number url='{web.url}/screen'>{CALLEE}</Number></Dial></Response>"
        )
        client.incoming_phone_numbers.create(phone_number=NUMBER, voice_url=f"{web.url}/voice")

        async def scene() -> None:
            async with Phone(username="town") as town:
                address = f"127.0.0.1:{town.port}"
                await asyncio.to_thread(platform.do, "trunk.add", name="town", address=address)
                calling = town.dial(f"sip:{NUMBER}@{platform.sip}", caller=CALLER)
                ringing = await town.next_call(30)
                await ringing.answer()
                await asyncio.to_thread(web.wait, "/screen")
                await ringing.hang_up()
                await asyncio.to_thread(web.wait, "/after")
                await calling.wait_over(30)
                made = await asyncio.to_thread(
                    client.calls.create, to=CALLEE, from_=NUMBER, twiml="<Response/>"
                )
                await town.next_call(30)
                over = await asyncio.to_thread(client.calls(made.sid).update, status="canceled")
                assert over.status == "canceled"
                assert client.calls(made.sid).fetch().status == "canceled"

        try:
            asyncio.run(scene())
        finally:
            web.close()
    assert seen == {"/voice": "ringing", "/screen": "in-progress", "/after": "completed"}
