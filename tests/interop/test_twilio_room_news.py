"""What an application written for Twilio is told of its rooms and queues, and says into them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform
from tones import until
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, VoiceResponse

from ringfence.testing.phone import Phone

ROOM, QUEUE, AGENT = "+12025550131", "+12025550132", "+12025550133"


def conference(url: str) -> str:
    dial = Dial()
    dial.conference(
        "board",
        beep=False,
        status_callback=f"{url}/news",
        status_callback_event="start end join leave mute hold speaker announcement",
    )
    return str(VoiceResponse().append(dial))


def documents(url: str) -> dict[str, str]:
    """Everything the application answers, made with Twilio's own builder."""
    enqueue = VoiceResponse()
    enqueue.enqueue("sales", wait_url="/wait", action="/left")
    wait = VoiceResponse()
    wait.say("Please hold the line.")
    wait.pause(length=1)
    brief = VoiceResponse()
    brief.say("You will now be connected.")
    dial = Dial()
    dial.queue("sales", url="/brief")
    agent = VoiceResponse()
    agent.append(dial)
    words = VoiceResponse()
    words.say("The meeting ends in five minutes.")
    return {
        "/room": conference(url),
        "/queue": str(enqueue),
        "/wait": str(wait),
        "/brief": str(brief),
        "/agent": str(agent),
        "/words": str(words),
    }


class Application:
    """A web server of a customer: answers documents, remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str], str]] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                app.told.append((self.path, form, self.headers["X-Twilio-Signature"]))
                answer = documents(app.url).get(self.path, "<Response/>").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def of(self, path: str) -> list[dict[str, str]]:
        return [form for where, form, _ in self.told if where == path]

    def events(self) -> list[str]:
        """The events of the room in the order of their numbers."""
        news = sorted(self.of("/news"), key=lambda form: int(form["SequenceNumber"]))
        return [form["StatusCallbackEvent"] for form in news]


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    made = Application()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(app: Application, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("room-news") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        for number, path in ((ROOM, "/room"), (QUEUE, "/queue"), (AGENT, "/agent")):
            running.do("number.add", number=number, voice_url=f"{app.url}{path}")
        yield running


def test_a_room_tells_its_news_and_hears_announcements(
    platform: Platform, app: Application
) -> None:
    async def scene() -> None:
        async with Phone(username="one") as one, Phone(username="two") as two:
            first = await one.call(f"sip:{ROOM}@{platform.sip}")
            second = await two.call(f"sip:{ROOM}@{platform.sip}")
            await until(lambda: app.events().count("participant-join") == 2)
            second.audio.say_tone(440, seconds=1)
            await until(lambda: "participant-speech-stop" in app.events())
            (room,) = platform.do("conference.list", name="board")["conferences"]
            sid = room["sid"]
            quiet = len(first.audio.heard)
            await asyncio.to_thread(
                platform.do, "conference.announce", sid=sid, url=f"{app.url}/words"
            )
            await until(lambda: "announcement-end" in app.events())
            for call in (first, second):
                spoken = call.audio.loudness(quiet // 8)
                assert spoken > 100, "everybody heard it"
            (who, _) = platform.do("participant.list", conference=sid)
            change = {"conference": sid, "call": who["call"]}
            await asyncio.to_thread(platform.do, "participant.update", **change, muted=True)
            held = {"held": True, "hold_url": f"{app.url}/words"}
            await asyncio.to_thread(platform.do, "participant.update", **change, **held)
            await until(lambda: len(app.of("/words")) >= 3)  # on hold it is heard again and again
            await first.hang_up()
            await second.hang_up()
            await until(lambda: "conference-end" in app.events())

    asyncio.run(scene())
    assert app.events() == [
        "participant-join",
        "conference-start",
        "participant-join",
        "participant-speech-start",
        "participant-speech-stop",
        "announcement-start",
        "announcement-end",
        "participant-mute",
        "participant-hold",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    end = next(f for f in app.of("/news") if f["StatusCallbackEvent"] == "conference-end")
    assert end["ReasonConferenceEnded"] == "last-participant-left"


def test_a_caller_waits_with_a_document_and_is_told_before_the_agent(
    platform: Platform, app: Application
) -> None:
    async def scene() -> None:
        async with Phone(username="one") as one, Phone(username="agent") as desk:
            caller = await one.call(f"sip:{QUEUE}@{platform.sip}")
            await until(lambda: len(app.of("/wait")) >= 2)
            agent = await desk.call(f"sip:{AGENT}@{platform.sip}")
            agent.audio.say_tone(880, seconds=60, level=6_000)
            await until(lambda: bool(app.of("/brief")))
            before = caller.audio.received
            await until(lambda: caller.audio.received > before + 100)
            await agent.hang_up()
            await until(lambda: bool(app.of("/left")))
            if not caller.over.is_set():
                await caller.hang_up()

    asyncio.run(scene())
    wait = app.of("/wait")[-1]
    assert (wait["QueuePosition"], wait["CurrentQueueSize"]) == ("1", "1")
    assert wait["QueueSid"].startswith("QU")
    (brief,) = app.of("/brief")
    assert brief["CallSid"] == wait["CallSid"]
    assert brief["DequeingCallSid"] != brief["CallSid"]
    assert app.of("/left")[0]["QueueResult"] == "bridged"


def test_who_is_still_rung_hears_an_announcement_once_in(
    platform: Platform, app: Application
) -> None:
    told = len(app.of("/news"))

    def events() -> list[str]:
        return [form["StatusCallbackEvent"] for form in app.of("/news")[told:]]

    async def scene() -> None:
        async with Phone(username="one") as one, Phone(username="late") as late:
            first = await one.call(f"sip:{ROOM}@{platform.sip}")
            await until(lambda: events().count("participant-join") == 1)
            room = next(
                found["sid"]
                for found in platform.do("conference.list", name="board")["conferences"]
                if found["status"] != "ended"
            )
            to = f"sip:late@127.0.0.1:{late.port}"
            wish = {"conference": room, "to": to, "caller": ROOM, "label": "late"}
            await asyncio.to_thread(platform.do, "participant.add", **wish)
            rung = await late.next_call(20)
            change = {"conference": room, "call": "late", "announce_url": f"{app.url}/words"}
            await asyncio.to_thread(platform.do, "participant.update", **change)
            assert "announcement-start" not in events()
            await rung.answer()
            await until(lambda: "announcement-end" in events())
            assert rung.audio.loudness() > 100
            await first.hang_up()
            await rung.hang_up()
            await until(lambda: "conference-end" in events())

    asyncio.run(scene())
    ours = [word for word in events() if word.startswith(("participant-join", "announcement"))]
    assert ours == [
        "participant-join", "participant-join", "announcement-start", "announcement-end",
    ]  # fmt: skip


def test_who_is_still_rung_is_given_up_with_the_room(platform: Platform, app: Application) -> None:
    told = len(app.of("/news"))

    async def scene() -> None:
        async with Phone(username="one") as one, Phone(username="late") as late:
            first = await one.call(f"sip:{ROOM}@{platform.sip}")
            await until(lambda: len(app.of("/news")) > told)
            room = next(
                found["sid"]
                for found in platform.do("conference.list", name="board")["conferences"]
                if found["status"] != "ended"
            )
            wish = {"conference": room, "to": f"sip:late@127.0.0.1:{late.port}", "caller": ROOM}
            made = await asyncio.to_thread(platform.do, "participant.add", **wish)
            rung = await late.next_call(20)
            await asyncio.to_thread(platform.do, "conference.end", sid=room)
            await rung.wait_over(20)
            assert platform.do("call.show", sid=made["call"])["answered"] is None
            if not first.over.is_set():
                await first.wait_over(20)
            await until(lambda: app.of("/news")[-1]["StatusCallbackEvent"] == "conference-end")

    asyncio.run(scene())


def test_all_of_it_is_signed_as_twilio_signs(platform: Platform, app: Application) -> None:
    validator = RequestValidator(platform.ready["auth_token"])
    assert app.told
    for path, form, signature in app.told:
        assert validator.validate(f"{app.url}{path}", form, signature), path
