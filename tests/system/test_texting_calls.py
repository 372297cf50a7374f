"""Message and Sms in a call, on a running platform: what arrives, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from listening_web import Web, wait_for
from platform_run import Platform
from twilio_here import client_of

from ringfence.testing.phone import Phone

SHOP, PERSON = "+447700900100", "+447700900101"


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


def test_a_call_sends_messages_and_goes_on(web: Web, tmp_path: Path) -> None:
    web.pages["/next"] = b"<Response><Sms>And this</Sms><Play digits='5'/></Response>"
    with Platform(tmp_path / "data", "--fetch-private", "127.0.0.0/8") as platform:
        platform.do("carrier.add", name="here")  # delivers to the numbers of this installation
        platform.number(PERSON, "<Response/>")
        platform.number(
            SHOP,
            f"<Response><Message to='{PERSON}' from='{SHOP}' action='{web.url}/next' "
            f"method='POST' statusCallback='{web.url}/told'><Body>From the call</Body>"
            "<Media>https://example.com/a.png</Media></Message><Play digits='6'/></Response>",
        )
        client = client_of(platform)

        async def call() -> str:
            async with Phone(username=PERSON) as phone:
                talk = await phone.call(f"sip:{SHOP}@{platform.sip}", wait=30)
                await talk.wait_over(60)
                return talk.audio.digits

        assert asyncio.run(call()) == "5"  # the action went on, not what follows the message

        def arrived() -> Any:
            found = client.messages.list(to=PERSON, from_=SHOP)
            here = [one for one in found if one.direction == "inbound"]
            return here if len(here) == 2 else None

        bodies = {one.body: one for one in wait_for(arrived)}
        assert set(bodies) == {"From the call", "And this"}
        assert (bodies["From the call"].num_media, bodies["And this"].num_media) == ("1", "0")
        action = web.told[0]
        sent = client.messages(action["MessageSid"]).fetch()
        assert (sent.body, sent.from_, sent.to) == ("From the call", SHOP, PERSON)
        assert action["MessageStatus"] in {"queued", "sent"}
        told = wait_for(lambda: [one for one in web.told if one["MessageStatus"] == "delivered"])
        assert [one["MessageSid"] for one in told] == [action["MessageSid"]]  # Sms asked for none
        assert "From the call" not in platform.log()
