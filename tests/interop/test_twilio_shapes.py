"""Every operation that needs a running platform, asked by the official Python SDK.

The client holds each answer against the official description (see ``twilio_here``); the last test
says that none was left out.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import twilio_shapes
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio_here import Here
from twilio_scene import ON_A_PLATFORM
from websockets.sync.server import serve

from ringfence.testing.phone import Phone

OURS, SHOP, PERSON = "+12025550100", "+447700900100", "+447700900101"
ROOM, CALLER = "+12025550101", "+12025550102"
LONG = 60
"""Seconds anything may take on a busy machine."""

SPEAK = "<Response><Pause length='60'/></Response>"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("shapes") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8", "--recogniser", "sphinx") as running:
        running.do("carrier.add", name="here")
        running.number(OURS, SPEAK)
        running.number(SHOP, SPEAK)
        running.number(PERSON, SPEAK)
        running.number(
            ROOM,
            "<Response><Dial><Conference beep='false' record='record-from-start'>standup"
            "</Conference></Dial></Response>",
        )
        running.number(CALLER, "<Response><Enqueue>support</Enqueue></Response>")
        yield running


@pytest.fixture(scope="module")
def here(platform: Platform) -> Here:
    return Here(platform.ready["http"])


@pytest.fixture
def client(platform: Platform, here: Here) -> Client:
    ready = platform.ready
    return Client(ready["account_sid"], ready["auth_token"], http_client=here)


async def until(ask: Callable[[], Any], true: Callable[[Any], bool] = bool) -> Any:
    """Ask until the answer is as it should be; nothing there yet is no answer."""
    async with asyncio.timeout(LONG):
        while True:
            try:
                found = await asyncio.to_thread(ask)
            except TwilioRestException as refused:
                if refused.status != 404:
                    raise
            else:
                if true(found):
                    return found
            await asyncio.sleep(0.05)


@pytest.fixture
def listener() -> Iterator[str]:
    """The address of somebody who listens to streams."""
    with serve(lambda socket: [None for _ in socket], "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/a"
        server.shutdown()
        thread.join(LONG)


def test_of_a_call(client: Client, listener: str) -> None:
    async def scene() -> None:
        async with Phone(username="+12025550188") as phone:
            made = await asyncio.to_thread(
                client.calls.create,
                to=f"sip:+12025550188@127.0.0.1:{phone.port}", from_=OURS, twiml=SPEAK,
            )  # fmt: skip
            ringing = await phone.next_call(LONG)
            await ringing.answer()
            call = client.calls(made.sid)
            await until(call.fetch, lambda one: one.status == "in-progress")
            kept = await asyncio.to_thread(call.recordings.create)
            current = call.recordings(kept.sid)
            await until(current.fetch, lambda one: one.status == "in-progress")
            paused = await asyncio.to_thread(current.update, status="paused")
            assert paused.status == "paused"
            stream = await asyncio.to_thread(call.streams.create, url=listener)
            over = await asyncio.to_thread(call.streams(stream.sid).update, status="stopped")
            assert over.status == "stopped"
            words = await asyncio.to_thread(
                call.transcriptions.create, status_callback_url="http://127.0.0.1:9/words"
            )
            over = await asyncio.to_thread(call.transcriptions(words.sid).update, status="stopped")
            assert over.status == "stopped"
            paid = await asyncio.to_thread(
                call.payments.create,
                idempotency_key="k1", status_callback="http://127.0.0.1:9/paid",
                payment_connector="test", charge_amount=1.5,
            )  # fmt: skip
            given_up = await asyncio.to_thread(
                call.payments(paid.sid).update,
                idempotency_key="k2", status_callback="http://127.0.0.1:9/paid", status="cancel",
            )  # fmt: skip
            assert given_up.sid == paid.sid
            await asyncio.to_thread(call.update, status="completed")
            await ringing.wait_over(LONG)

    asyncio.run(scene())


def test_of_a_conference(platform: Platform, client: Client) -> None:
    async def scene() -> None:
        async with (
            Phone(username="+447700900123") as one,
            Phone(username="+447700900124") as two,
        ):
            talk = await one.call(f"sip:{ROOM}@{platform.sip}")
            (room,) = await until(
                lambda: client.conferences.list(friendly_name="standup", status="in-progress")
            )
            there = client.conferences(room.sid)
            made = await asyncio.to_thread(
                there.participants.create,
                from_=OURS, label="late", beep="false",
                to=f"sip:+447700900124@127.0.0.1:{two.port}",
            )  # fmt: skip
            assert made.conference_sid == room.sid
            rung = await two.next_call(LONG)
            await rung.answer()
            late = there.participants("late")
            await until(late.fetch, lambda found: found.status == "connected")
            assert (await asyncio.to_thread(late.update, muted=True)).muted
            await asyncio.to_thread(late.delete)
            await rung.wait_over(LONG)
            (kept,) = await until(there.recordings.list)
            current = there.recordings(kept.sid)
            await until(current.fetch, lambda found: found.status == "in-progress")
            stopped = await asyncio.to_thread(current.update, status="stopped")
            assert stopped.status == "stopped"
            await talk.hang_up()
            await until(there.fetch, lambda found: found.status == "completed")
            await until(current.fetch, lambda found: found.status == "completed")
            assert await asyncio.to_thread(current.delete)

    asyncio.run(scene())


def test_of_a_queue(platform: Platform, client: Client) -> None:
    async def scene() -> None:
        made = await asyncio.to_thread(client.queues.create, friendly_name="support")
        members = client.queues(made.sid).members
        async with Phone(username="caller") as phone:
            talk = await phone.call(f"sip:{CALLER}@{platform.sip}")
            (waiting,) = await until(members.list)
            front = members(waiting.call_sid)
            assert (await asyncio.to_thread(front.fetch)).position == 1
            await asyncio.to_thread(front.update, url="https://example.com/nowhere")
            await talk.hang_up()

    asyncio.run(scene())


def test_of_a_message(client: Client) -> None:
    def send() -> Any:
        made = client.messages.create(
            to=SHOP, from_=PERSON, body="Hi", media_url=["https://example.com/a.png"]
        )
        message = client.messages(made.sid)
        deadline = time.monotonic() + LONG
        while message.fetch().status != "delivered":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return message

    message = send()
    (picture,) = message.media.list()
    assert message.media(picture.sid).fetch().sid == picture.sid
    assert message.media(picture.sid).delete()
    message.feedback.create(outcome="confirmed")
    assert message.update(body="").body == ""
    assert message.delete()


def test_of_what_lets_somebody_in(client: Client) -> None:
    made = client.new_signing_keys.create(friendly_name="Spare")
    assert client.signing_keys(made.sid).delete()
    people = client.sip.credential_lists.create(friendly_name="People")
    domain = client.sip.domains.create(domain_name="shapes.example.com")
    mapped = client.sip.domains(domain.sid).credential_list_mappings
    one = mapped.create(credential_list_sid=people.sid)
    assert mapped(one.sid).delete()


def test_of_a_caller_id(platform: Platform, client: Client) -> None:
    async def scene() -> None:
        async with Phone(username="carrier") as phone:
            address = f"127.0.0.1:{phone.port}"
            await asyncio.to_thread(platform.do, "trunk.add", name="carrier", address=address)
            asked = await asyncio.to_thread(
                client.validation_requests.create, phone_number="+12025550123"
            )
            assert len(asked.validation_code) == 6
            (await phone.next_call(LONG)).reject()

    asyncio.run(scene())


def test_none_was_left_out(here: Here) -> None:
    """Comes last in this file, and looks at what the tests before it saw."""
    twilio_shapes.document()
    assert here.checked >= ON_A_PLATFORM
