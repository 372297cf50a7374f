"""Conferences and queues driven by the official Python SDK, with real calls in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio_here import client_of

from ringfence.testing.phone import Phone

OURS = "+12025550100"
GUEST, MODERATOR = "+12025550101", "+12025550102"
CALLER, AGENT = "+12025550103", "+12025550104"


def conference(attributes: str) -> str:
    return (
        f"<Response><Dial><Conference beep='false' {attributes}>standup</Conference></Dial>"
        "</Response>"
    )


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("twilio-rooms") / "data"
    with Platform(data) as running:
        running.number(OURS, "<Response><Pause length='20'/></Response>")
        running.number(GUEST, conference("startConferenceOnEnter='false'"))
        running.number(MODERATOR, conference("endConferenceOnExit='true' participantLabel='chair'"))
        running.number(CALLER, "<Response><Enqueue>support</Enqueue></Response>")
        running.number(AGENT, "<Response><Dial><Queue>support</Queue></Dial></Response>")
        yield running


@pytest.fixture
def client(platform: Platform) -> Client:
    return client_of(platform)


async def until(ask: Callable[[], Any], true: Callable[[Any], bool]) -> Any:
    """Ask until the answer is as it should be."""
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(ask)
            if true(found):
                return found
            await asyncio.sleep(0.05)


def test_a_conference_with_a_moderator(platform: Platform, client: Client) -> None:
    async def scene() -> str:
        async with (
            Phone(username="guest") as guest,
            Phone(username="chair") as chair,
            Phone(username="third") as third,
        ):
            waiting = await guest.call(f"sip:{GUEST}@{platform.sip}")
            (room,) = await until(
                lambda: client.conferences.list(friendly_name="standup", status="init"), bool
            )
            talk = await chair.call(f"sip:{MODERATOR}@{platform.sip}")
            sid = room.sid
            await until(
                lambda: client.conferences(sid).fetch(), lambda one: one.status == "in-progress"
            )
            members = await until(
                lambda: client.conferences(sid).participants.list(), lambda found: len(found) == 2
            )
            by_label = {one.label: one for one in members}
            assert by_label["chair"].end_conference_on_exit
            assert not by_label[None].start_conference_on_enter

            # the SDK calls a third one in, who is rung, answers and is there
            made = await asyncio.to_thread(
                client.conferences("standup").participants.create,
                from_=OURS,
                to=f"sip:third@127.0.0.1:{third.port}",
                label="late",
                beep="False",
                call_reason="The stand-up",
                caller_display_name="Standup",
                machine_detection="Enable",
            )
            assert made.conference_sid == sid
            assert made.status in {"queued", "ringing", "connecting"}
            rung = await third.next_call(20)
            late = client.conferences(sid).participants("late")
            fetched = await asyncio.to_thread(late.fetch)
            assert fetched.status in {"queued", "ringing", "connecting"}
            muted = await asyncio.to_thread(late.update, muted=True)  # while it rings
            assert muted.muted
            await rung.answer()
            joined = await until(late.fetch, lambda one: one.status == "connected")
            assert joined.call_sid == fetched.call_sid
            await until(late.fetch, lambda one: one.muted)
            listed = await asyncio.to_thread(client.conferences(sid).participants.list, muted=True)
            assert [one.label for one in listed] == ["late"]
            held = await asyncio.to_thread(late.update, hold=True, muted=False)
            assert (held.hold, held.muted) == (True, False)
            guest_sid = by_label[None].call_sid
            coach = await asyncio.to_thread(
                late.update, hold=False, coaching=True, call_sid_to_coach=guest_sid
            )
            assert (coach.coaching, coach.call_sid_to_coach) == (True, guest_sid)
            await asyncio.to_thread(late.delete)
            await rung.wait_over(20)

            await talk.hang_up()
            await waiting.wait_over(20)
            await until(
                lambda: client.conferences(sid).fetch(), lambda one: one.status == "completed"
            )
            return str(sid)

    sid = asyncio.run(scene())
    ended = client.conferences(sid).fetch()
    assert ended.reason_conference_ended == "participant-with-end-conference-on-exit-left"
    assert {one.status for one in client.conferences(sid).participants.list()} == {"complete"}
    assert sid in {one.sid for one in client.conferences.list(status="completed", page_size=1)}


def test_a_conference_is_ended_by_its_sid(platform: Platform, client: Client) -> None:
    async def scene() -> None:
        async with Phone(username="alone") as phone:
            talk = await phone.call(f"sip:{MODERATOR}@{platform.sip}")
            (room,) = await until(
                lambda: client.conferences.list(status="in-progress"), lambda found: len(found) == 1
            )
            done = await asyncio.to_thread(client.conferences(room.sid).update, status="completed")
            assert done.reason_conference_ended == "conference-ended-via-api"
            await talk.wait_over(20)

    asyncio.run(scene())


def test_a_queue_with_an_agent(platform: Platform, client: Client) -> None:
    async def scene() -> None:
        made = await asyncio.to_thread(client.queues.create, friendly_name="support", max_size=5)
        assert (made.friendly_name, made.max_size, made.current_size) == ("support", 5, 0)
        members = client.queues(made.sid).members
        async with (
            Phone(username="one") as one,
            Phone(username="two") as two,
            Phone(username="agent") as desk,
        ):
            first = await one.call(f"sip:{CALLER}@{platform.sip}")
            await until(members.list, lambda found: len(found) == 1)
            second = await two.call(f"sip:{CALLER}@{platform.sip}")
            found = await until(members.list, lambda found: len(found) == 2)
            assert [one.position for one in found] == [1, 2]
            front = await asyncio.to_thread(client.queues(made.sid).members("Front").fetch)
            assert front.call_sid == found[0].call_sid
            with pytest.raises(TwilioRestException) as refused:
                await asyncio.to_thread(client.queues(made.sid).delete)
            assert refused.value.status == 400
            # the agent takes the first, the second is sent elsewhere by its SID
            agent = await desk.call(f"sip:{AGENT}@{platform.sip}")
            await until(members.list, lambda found: len(found) == 1)
            moved = client.queues(made.sid).members(found[1].call_sid)
            await asyncio.to_thread(moved.update, url="https://example.com/nowhere")
            await until(members.list, lambda found: not found)
            await second.hang_up()
            await first.hang_up()
            await agent.wait_over(20)
        changed = await asyncio.to_thread(
            client.queues(made.sid).update, friendly_name="second line"
        )
        assert changed.friendly_name == "second line"
        assert await asyncio.to_thread(client.queues(made.sid).delete)

    asyncio.run(scene())
    assert client.queues.list() == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.conferences("CF" + "0" * 32).fetch(),
        lambda c: c.conferences("CF" + "0" * 32).update(status="completed"),
    ],
)  # fmt: skip
def test_what_is_not_there(client: Client, ask: Callable[[Client], Any]) -> None:
    with pytest.raises(TwilioRestException) as refused:
        ask(client)
    assert (refused.value.code, refused.value.status) == (20404, 404)
