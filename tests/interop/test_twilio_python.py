"""The official Python SDK, its base URL changed and nothing else, with real calls behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asked_web import AskedWeb
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio_here import Here, client_of

from ringfence.testing.phone import Phone

OURS, TO = "+12025550100", "+12025550123"
SPEAK = "<Response><Pause length='20'/></Response>"
RECORD = "<Response><Record maxLength='3' timeout='5' playBeep='false'/></Response>"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("twilio") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.number(OURS, SPEAK)
        yield running


@pytest.fixture
def client(platform: Platform) -> Client:
    return client_of(platform)


async def answered(client: Client, **how: Any) -> tuple[Any, Any]:
    """Let the SDK place a call to a telephone that answers; the call while it lasts, and after."""
    async with Phone(username="+12025550188") as phone:
        to = f"sip:+12025550188@127.0.0.1:{phone.port}"
        made = await asyncio.to_thread(client.calls.create, to=to, from_=OURS, **how)
        ringing = await phone.next_call(20)
        await ringing.answer()
        during = await until(client, made.sid, "in-progress")
        await asyncio.to_thread(client.calls(made.sid).update, status="completed")
        await ringing.wait_over(20)
    return during, await until(client, made.sid, "completed")


async def until(client: Client, sid: str, status: str) -> Any:
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(client.calls(sid).fetch)
            if found.status == status:
                return found
            await asyncio.sleep(0.05)


def test_a_call_is_placed_followed_and_ended(client: Client) -> None:
    during, after = asyncio.run(answered(client, twiml=SPEAK))
    assert (during.status, during.direction, during.end_time) == (
        "in-progress",
        "outbound-api",
        None,
    )
    assert after.status == "completed"
    assert int(after.duration) >= 0
    assert after.end_time >= after.start_time
    assert after._from == OURS


def test_calls_are_listed_filtered_and_paged(client: Client, platform: Platform) -> None:
    async def several() -> None:
        async with Phone(username="caller") as phone:
            for number in range(5):
                call = await phone.call(
                    f"sip:echo@{platform.sip}", caller=f"+1202555010{number % 2}"
                )
                await call.hang_up()

    before = len(client.calls.list())
    asyncio.run(several())
    platform.calls(ended=before + 5)
    everything = client.calls.list(page_size=2)
    assert len(everything) == before + 5
    assert [c.sid for c in everything] == sorted((c.sid for c in everything), reverse=True)
    mine = client.calls.list(from_="+12025550101", page_size=1)
    assert len(mine) == 2
    assert {call._from for call in mine} == {"+12025550101"}
    assert len(client.calls.list(limit=3, page_size=2)) == 3
    assert client.calls.list(status="busy") == []


def completed(client: Client) -> Any:
    """The first recording that is complete, once there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for one in client.recordings.list():
            if one.status == "completed":
                return one
        time.sleep(0.1)
    raise TimeoutError("no recording was completed")


def test_a_recording_is_listed_and_its_audio_fetched(client: Client, platform: Platform) -> None:
    platform.number("+12025550150", RECORD)

    async def leave() -> None:
        async with Phone(username="caller") as phone:
            call = await phone.call(f"sip:+12025550150@{platform.sip}", caller="+12025550123")
            call.audio.say_tone(440, seconds=2)
            await call.audio.said()
            await call.hang_up()

    asyncio.run(leave())
    saved = completed(client)
    again = client.recordings(saved.sid).fetch()
    assert (again.call_sid, again.duration) == (saved.call_sid, saved.duration)
    audio = client.request("GET", again.media_url)
    assert audio.status_code == 200
    assert client.recordings.list(call_sid=again.call_sid)


def test_numbers_are_added_changed_and_removed(client: Client) -> None:
    made = client.incoming_phone_numbers.create(
        phone_number="+12025550177", voice_url="https://example.com/voice"
    )
    assert made.phone_number == "+12025550177"
    made.update(voice_url="https://example.com/other", voice_method="GET")
    (found,) = client.incoming_phone_numbers.list(phone_number="+12025550177")
    assert (found.voice_url, found.voice_method) == ("https://example.com/other", "GET")
    assert found.delete()
    assert client.incoming_phone_numbers.list(phone_number="+12025550177") == []


@pytest.mark.parametrize(
    ("ask", "code", "status"),
    [
        (lambda c: c.calls("CA" + "0" * 32).fetch(), 20404, 404),
        (lambda c: c.calls.create(to="not a number", from_=OURS, twiml=SPEAK), 21211, 400),
        (lambda c: c.calls.create(to=TO, from_=OURS, url="http://10.0.0.1/x"), 21205, 400),
        (lambda c: c.calls("CA" + "0" * 32).siprec.create(), 20501, 501),
    ],
)  # fmt: skip
def test_errors_have_the_codes_clients_know(
    client: Client, ask: Any, code: int, status: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        ask(client)
    assert (refused.value.code, refused.value.status) == (code, status)


def test_wrong_credentials(platform: Platform) -> None:
    ready = platform.ready
    stranger = Client(ready["account_sid"], "0" * 32, http_client=Here(ready["http"]))
    with pytest.raises(TwilioRestException) as refused:
        stranger.api.accounts(ready["account_sid"]).fetch()
    assert (refused.value.code, refused.value.status) == (20003, 401)


# --- calls in flight ------------------------------------------------------------------------------

TALK = (
    "<Response><Dial><Sip>sip:agent@127.0.0.1:{port}</Sip></Dial>"
    "<Say>after</Say><Pause length='30'/></Response>"
)
TO_A_NUMBER = TALK.replace("sip:agent", "sip:+12025550189")  # where one party may record
ELSEWHERE = "<Response><Say>elsewhere</Say><Pause length='30'/></Response>"


async def settled(ask: Any, wanted: Any) -> Any:
    """Ask until the answer is as wanted."""
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(ask)
            if wanted(found):
                return found
            await asyncio.sleep(0.05)


async def talking(
    client: Client, phone: Phone, agent: Phone, document: str = TALK
) -> tuple[Any, Any, Any]:
    """A call placed by the SDK that has dialled an agent: it, both telephones' sides."""
    made = await asyncio.to_thread(
        client.calls.create,
        to=f"sip:+12025550188@127.0.0.1:{phone.port}",
        from_=OURS,
        twiml=document.format(port=agent.port),
    )
    first = await phone.next_call(20)
    await first.answer()
    second = await agent.next_call(20)
    await second.answer()
    return made, first, second


def test_a_dialled_leg_is_a_child_and_another_document_hangs_it_up(client: Client) -> None:
    async def scene() -> None:
        async with Phone(username="+12025550188") as phone, Phone(username="agent") as agent:
            made, first, second = await talking(client, phone, agent)
            (child,) = await settled(
                lambda: client.calls.list(parent_call_sid=made.sid),
                lambda found: found and found[0].status == "in-progress",
            )
            assert (child.direction, child.parent_call_sid) == ("outbound-dial", made.sid)
            assert second.invite is not None
            assert child._from == second.invite.from_.uri.user == OURS
            assert made.sid in {call.sid for call in client.calls.list(limit=20)}
            await asyncio.to_thread(client.calls(made.sid).update, twiml=ELSEWHERE)
            await second.wait_over(20)
            assert (await until(client, child.sid, "completed")).sid == child.sid
            assert client.calls(made.sid).fetch().status == "in-progress"
            await first.hang_up()
            await until(client, made.sid, "completed")

    asyncio.run(scene())


def test_a_child_is_sent_elsewhere_and_its_parent_goes_on(client: Client) -> None:
    async def scene() -> None:
        async with Phone(username="+12025550188") as phone, Phone(username="agent") as agent:
            made, first, second = await talking(client, phone, agent)
            (child,) = await settled(
                lambda: client.calls.list(parent_call_sid=made.sid),
                lambda found: found and found[0].status == "in-progress",
            )
            moved = await asyncio.to_thread(client.calls(child.sid).update, twiml=ELSEWHERE)
            assert (moved.sid, moved.parent_call_sid) == (child.sid, made.sid)
            assert moved.status == "in-progress"
            await first.hang_up()
            await until(client, made.sid, "completed")
            assert client.calls(child.sid).fetch().status == "in-progress"
            await asyncio.to_thread(client.calls(child.sid).update, status="completed")
            await second.wait_over(20)
            await until(client, child.sid, "completed")
            (listed,) = client.calls.list(parent_call_sid=made.sid)
            assert listed.sid == child.sid

    asyncio.run(scene())


def test_a_dialled_call_is_recorded_and_told_of_by_its_own_sid(client: Client) -> None:
    web = AskedWeb()

    async def scene() -> tuple[str, str]:
        async with Phone(username="+12025550188") as phone, Phone(username="+12025550189") as agent:
            made, first, second = await talking(client, phone, agent, TO_A_NUMBER)
            (child,) = await settled(
                lambda: client.calls.list(parent_call_sid=made.sid),
                lambda found: found and found[0].status == "in-progress",
            )
            first.audio.say_tone(440, seconds=20)
            own = client.calls(child.sid)
            await asyncio.to_thread(own.update, status_callback=f"{web.url}/leg")
            begun = await asyncio.to_thread(own.recordings.create, recording_channels="dual")
            assert (begun.call_sid, begun.source) == (child.sid, "StartCallRecordingAPI")
            await settled(own.recordings(begun.sid).fetch, lambda r: r.status == "in-progress")
            await second.hang_up()
            await settled(own.recordings(begun.sid).fetch, lambda r: r.status == "completed")
            await first.hang_up()
            await until(client, made.sid, "completed")
            return str(child.sid), str(begun.sid)

    try:
        child, recording = asyncio.run(scene())
        (told,) = web.wait("/leg")
    finally:
        web.close()
    assert [one.sid for one in client.calls(child).recordings.list()] == [recording]
    assert (told["CallSid"], told["CallStatus"]) == (child, "completed")
    assert (told["Direction"], told["SipResponseCode"]) == ("outbound-dial", "200")
    assert told["ParentCallSid"].startswith("CA")


def test_a_call_is_recorded_paused_and_had_as_mp3(client: Client) -> None:
    async def scene() -> str:
        async with Phone(username="+12025550188") as phone:
            made = await asyncio.to_thread(
                client.calls.create,
                to=f"sip:+12025550188@127.0.0.1:{phone.port}",
                from_=OURS,
                twiml=SPEAK,
            )
            ringing = await phone.next_call(20)
            await ringing.answer()
            await until(client, made.sid, "in-progress")
            recordings = client.calls(made.sid).recordings
            begun = await asyncio.to_thread(recordings.create, recording_channels="dual")
            assert begun.source == "StartCallRecordingAPI"
            await settled(recordings(begun.sid).fetch, lambda r: r.status == "in-progress")
            ringing.audio.say_tone(440, seconds=1)
            await ringing.audio.said()
            current = recordings("Twilio.CURRENT")
            paused = await asyncio.to_thread(current.update, status="paused", pause_behavior="skip")
            assert paused.status == "paused"
            await asyncio.to_thread(current.update, status="in-progress")
            await asyncio.to_thread(current.update, status="stopped")
            await settled(recordings(begun.sid).fetch, lambda r: r.status == "completed")
            await ringing.hang_up()
            await until(client, made.sid, "completed")
            return str(begun.sid)

    sid = asyncio.run(scene())
    whole = client.request("GET", f"https://api.twilio.com/2010-04-01/Accounts/"
                           f"{client.account_sid}/Recordings/{sid}.mp3")  # fmt: skip
    assert whole.status_code == 200
    assert client.recordings(sid).fetch().channels == 2
    assert client.recordings(sid).delete()
    assert sid not in {one.sid for one in client.recordings.list()}
    assert sid in {one.sid for one in client.recordings.list(include_soft_deleted=True)}


def test_a_call_that_is_over_is_deleted(client: Client) -> None:
    _, after = asyncio.run(answered(client, twiml=SPEAK))
    assert client.calls(after.sid).delete()
    with pytest.raises(TwilioRestException) as gone:
        client.calls(after.sid).fetch()
    assert gone.value.status == 404


def test_a_machine_is_known_by_its_beep(client: Client) -> None:
    async def scene() -> None:
        async with Phone(username="+12025550188") as phone:
            made = await asyncio.to_thread(
                client.calls.create,
                to=f"sip:+12025550188@127.0.0.1:{phone.port}",
                from_=OURS,
                twiml=SPEAK,
                machine_detection="DetectMessageEnd",
            )
            ringing = await phone.next_call(20)
            await ringing.answer()
            ringing.audio.say_tone(1_000, seconds=0.5)
            found = await settled(client.calls(made.sid).fetch, lambda c: c.answered_by)
            assert found.answered_by == "machine_end_beep"
            await ringing.hang_up()
            await until(client, made.sid, "completed")

    asyncio.run(scene())
