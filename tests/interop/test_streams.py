"""Media streams with a server nobody here wrote: an echo application as the tutorials teach it."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from platform_run import Platform
from tones import spoken_to
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Connect, Start, Stop, VoiceResponse
from twilio_here import client_of
from websockets.asyncio.server import ServerConnection, serve

from ringfence.media.g711 import decode_ulaw
from ringfence.testing.phone import Phone, PhoneCall

CALLER = "+12025550123"
WAIT = 30


class App:
    """A WebSocket application in a thread of its own. ``/echo`` sends the caller's voice back."""

    def __init__(self) -> None:
        self.heard: dict[str, list[dict[str, Any]]] = {}
        """Every message, by path."""
        self.headers: dict[str, dict[str, str]] = {}
        self.over: set[str] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(WAIT)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serve(self._serve, "127.0.0.1", 0) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self._ready.set()
            await self._stop.wait()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(WAIT)

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        path = socket.request.path
        heard = self.heard.setdefault(path, [])
        self.headers[path] = dict(socket.request.headers.raw_items())
        async for text in socket:
            message = json.loads(text)
            heard.append(message)
            if path.startswith("/echo") and message["event"] == "media":
                await socket.send(
                    json.dumps(
                        {
                            "event": "media",
                            "streamSid": message["streamSid"],
                            "media": {"payload": message["media"]["payload"]},
                        }
                    )
                )
            elif path.startswith("/bot") and message["event"] == "media":
                # a bot of Exotel's: what it says has Exotel's names, or Twilio's as some clients do
                names = ("stream_sid", "streamSid")
                name = names[len(heard) % 2]
                media = {"payload": message["media"]["payload"]}
                said = {"event": "media", name: message["stream_sid"], "media": media}
                await socket.send(json.dumps(said))
            elif path.startswith("/bot") and message["event"] == "dtmf":
                mark = {"event": "mark", "stream_sid": message["stream_sid"]}
                await socket.send(json.dumps(mark | {"mark": {"name": "pressed"}}))
            elif path.startswith("/bye") and message["event"] == "dtmf":
                await socket.close()
            elif path.startswith("/say") and message["event"] == "start":
                await self._speak(socket, message["streamSid"])
            elif path.startswith("/say") and message["event"] == "dtmf":
                await socket.send(json.dumps({"event": "clear", "streamSid": message["streamSid"]}))
            elif path.startswith("/slow"):
                await self._stop.wait()  # and read nothing
        self.over.add(path)

    async def _speak(self, socket: ServerConnection, stream: str) -> None:
        """A second of a tone, a mark, a minute of it, another mark: faster than it can be said."""
        second = base64.b64encode(b"\x90\x10" * 4000).decode()
        for payload, mark in ((second, "first"), *[(second, "")] * 59, (second, "last")):
            media = {"event": "media", "streamSid": stream, "media": {"payload": payload}}
            await socket.send(json.dumps(media))
            if mark:
                named = {"event": "mark", "streamSid": stream, "mark": {"name": mark}}
                await socket.send(json.dumps(named))

    def events(self, path: str, event: str) -> list[dict[str, Any]]:
        """The messages of a kind on a path."""
        return [m for m in self.heard.get(path, []) if m["event"] == event]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


async def awaited(condition: Callable[[], object]) -> None:
    await asyncio.to_thread(until, condition)


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    app = App()
    yield app
    app.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
        with Platform(tmp_path_factory.mktemp("streams") / "data") as running:
            yield running


_NUMBERS = iter(range(100, 200))


def call(
    platform: Platform, response: VoiceResponse, scenario: Any, caller: str = CALLER
) -> tuple[Any, str, array[int]]:
    """Call a number that answers with this document; the record, the timeline, what was heard."""
    number = f"+12025550{next(_NUMBERS)}"
    platform.number(number, str(response))
    before = len(platform.calls())

    async def run() -> array[int]:
        async with Phone(username=caller) as phone:
            talk = await phone.call(f"sip:{number}@{platform.sip}", wait=WAIT)
            await scenario(talk)
            if not talk.over.is_set():
                await talk.hang_up()
            return talk.audio.heard

    heard = asyncio.run(run())
    record = platform.calls(ended=before + 1)[0]
    timeline = platform.ask("call", "timeline", record["sid"])
    return record, "\n".join(str(line) for line in timeline), heard


def tone(seconds: float, hertz: int) -> array[int]:
    samples = range(int(8000 * seconds))
    return array("h", (int(9000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in samples))


def power(pcm: array[int], hertz: int) -> float:
    """How much of a stretch is that frequency, 0 to 1."""
    total = sum(x * x for x in pcm) or 1
    turn = 2 * math.pi * hertz / 8000
    real = sum(x * math.cos(turn * n) for n, x in enumerate(pcm))
    imaginary = sum(x * math.sin(turn * n) for n, x in enumerate(pcm))
    return 2 * (real * real + imaginary * imaginary) / (total * len(pcm))


def best(heard: array[int], hertz: int) -> float:
    return max(power(heard[at : at + 2000], hertz) for at in range(0, len(heard) - 2000, 400))


def test_what_the_caller_says_comes_back(platform: Platform, app: App) -> None:
    path = "/echo"
    response = VoiceResponse()
    stream = Connect().stream(url=f"{app.url}{path}", name="echo")
    stream.parameter(name="first name", value="Søren")
    connect = Connect()
    connect.append(stream)
    response.append(connect)

    async def scenario(talk: PhoneCall) -> None:
        await awaited(lambda: app.events(path, "media"))
        talk.audio.say(tone(2.0, 700))
        await talk.audio.said()
        await awaited(lambda: best(talk.audio.heard, 700) > 0.9)
        await talk.press("7")
        await awaited(lambda: app.events(path, "dtmf"))

    record, timeline, _ = call(platform, response, scenario)
    until(lambda: path in app.over)
    first, start, *_ = app.heard[path]
    assert first == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start["sequenceNumber"] == "1"
    sid = start["streamSid"]
    assert start["start"] == {
        "accountSid": platform.ready["account_sid"],
        "streamSid": sid,
        "callSid": record["sid"],
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"first name": "Søren"},
    }
    media = app.events(path, "media")
    assert [int(m["media"]["chunk"]) for m in media] == list(range(1, len(media) + 1))
    assert {m["streamSid"] for m in media} == {sid}
    assert {m["media"]["track"] for m in media} == {"inbound"}
    said = b"".join(base64.b64decode(m["media"]["payload"]) for m in media)
    assert best(decode_ulaw(said), 700) > 0.9
    assert app.events(path, "dtmf")[0]["dtmf"] == {"track": "inbound_track", "digit": "7"}
    assert app.heard[path][-1]["stop"] == {
        "accountSid": platform.ready["account_sid"],
        "callSid": record["sid"],
    }
    validator = RequestValidator(platform.ready["auth_token"])
    signature = app.headers[path]["X-Twilio-Signature"]
    assert validator.validate(f"{app.url}{path}", {}, signature)
    assert "StreamStarted" in timeline
    assert "StreamEnded" in timeline


def test_a_bot_written_for_exotel_talks_with_the_caller(platform: Platform, app: App) -> None:
    path = "/bot"
    response = VoiceResponse()
    connect = Connect()
    stream = connect.stream(url=f"{app.url}{path}", dialect="exotel")
    stream.parameter(name="order", value="12")
    response.append(connect)

    async def scenario(talk: PhoneCall) -> None:
        await awaited(lambda: app.events(path, "media"))
        talk.audio.say(tone(2.0, 700))
        await talk.audio.said()
        await awaited(lambda: best(talk.audio.heard, 700) > 0.9)
        await talk.press("7")
        await awaited(lambda: app.events(path, "mark"))

    record, _, _ = call(platform, response, scenario)
    until(lambda: path in app.over)
    first, start, *_ = app.heard[path]
    assert first == {"event": "connected"}
    sid = start["stream_sid"]
    about = start["start"]
    called = about.pop("to")
    assert called.startswith("+12025550")
    assert about == {
        "stream_sid": sid,
        "call_sid": record["sid"],
        "account_sid": platform.ready["account_sid"],
        "from": CALLER,
        "media_format": {"encoding": "base64", "sample_rate": "8000", "bit_rate": "128kbps"},
        "custom_parameters": {"order": "12"},
    }
    media = app.events(path, "media")
    assert [int(m["media"]["chunk"]) for m in media] == list(range(1, len(media) + 1))
    assert {m["stream_sid"] for m in media} == {sid}
    said = array("h")
    said.frombytes(b"".join(base64.b64decode(m["media"]["payload"]) for m in media))
    assert best(said, 700) > 0.9
    (pressed,) = app.events(path, "dtmf")
    assert pressed["dtmf"]["digit"] == "7"
    assert int(pressed["dtmf"]["duration"]) > 0
    assert app.events(path, "mark")[0]["mark"] == {"name": "pressed"}
    assert app.heard[path][-1]["stop"] == {
        "call_sid": record["sid"],
        "account_sid": platform.ready["account_sid"],
        "reason": "callended",
    }


def test_the_servers_voice_its_marks_and_a_clear(platform: Platform, app: App) -> None:
    path = "/say"
    response = VoiceResponse()
    connect = Connect()
    connect.stream(url=f"{app.url}{path}")
    response.append(connect)

    def marks() -> list[str]:
        return [m["mark"]["name"] for m in app.events(path, "mark")]

    async def scenario(talk: PhoneCall) -> None:
        await awaited(lambda: marks() == ["first"])
        assert any(talk.audio.heard)
        await talk.press("1")  # the application throws the minute away that is left
        await awaited(lambda: marks() == ["first", "last"])
        silent = len(talk.audio.heard) + 4000
        await awaited(lambda: len(talk.audio.heard) > silent + 4000)
        assert not any(talk.audio.heard[silent:])

    call(platform, response, scenario)


def test_when_the_server_closes_the_next_verb_follows(platform: Platform, app: App) -> None:
    path = "/bye"
    response = VoiceResponse()
    connect = Connect()
    connect.stream(url=f"{app.url}{path}")
    response.append(connect)
    response.play(digits="9")
    response.hangup()

    async def scenario(talk: PhoneCall) -> None:
        await awaited(lambda: app.events(path, "media"))
        await talk.press("0")
        await talk.wait_over(WAIT)

    _, timeline, _ = call(platform, response, scenario)
    assert "DigitsDialled" in timeline


def test_who_only_listens_hears_both_sides_until_it_is_stopped(
    platform: Platform, app: App
) -> None:
    path = "/listen"
    response = VoiceResponse()
    start = Start()
    start.stream(url=f"{app.url}{path}", name="ear", track="both_tracks")
    response.append(start)
    response.say("One two three four five six seven.")
    stop = Stop()
    stop.stream(name="ear")
    response.append(stop)
    response.pause(length=30)

    async def scenario(_: PhoneCall) -> None:
        await awaited(lambda: path in app.over)

    _, timeline, _ = call(platform, response, scenario)
    tracks = {m["media"]["track"] for m in app.events(path, "media")}
    assert tracks == {"inbound", "outbound"}
    said = b"".join(
        base64.b64decode(m["media"]["payload"])
        for m in app.events(path, "media")
        if m["media"]["track"] == "outbound"
    )
    assert any(decode_ulaw(said))
    assert app.heard[path][-1]["event"] == "stop"
    assert "RecordingRuled" in timeline


def test_a_server_that_reads_nothing_delays_nobody(platform: Platform, app: App) -> None:
    response = VoiceResponse()
    start = Start()
    start.stream(url=f"{app.url}/slow", name="slow", track="both_tracks")
    response.append(start)
    response.say("One two three.")
    response.hangup()

    async def scenario(talk: PhoneCall) -> None:
        await talk.wait_over(WAIT)

    _, timeline, heard = call(platform, response, scenario)
    assert any(heard)
    assert "StreamEnded" in timeline


@pytest.mark.parametrize("url", ["wss://10.0.0.1/x", "ws://127.0.0.1:9/nobody"])
def test_an_address_that_may_not_be_or_is_not_there_is_said(platform: Platform, url: str) -> None:
    response = VoiceResponse()
    connect = Connect()
    connect.stream(url=url)
    response.append(connect)
    response.play(digits="9")
    response.hangup()

    async def scenario(talk: PhoneCall) -> None:
        await talk.wait_over(WAIT)

    _, timeline, _ = call(platform, response, scenario)
    assert "StreamStarted" not in timeline
    assert "of the stream" in timeline
    assert "DigitsDialled" in timeline


def test_a_stream_is_begun_and_stopped_by_the_official_client(platform: Platform, app: App) -> None:
    path = "/asked"
    response = VoiceResponse()
    response.pause(length=1)
    response.say("One two three.", loop=20)

    async def scenario(talk: PhoneCall) -> None:
        await asyncio.wait_for(talk.audio.talking.wait(), WAIT)
        streams = client_of(platform).calls(await going(platform)).streams
        made = await asyncio.to_thread(
            streams.create,
            url=f"{app.url}{path}",
            name="asked",
            parameter1_name="who",
            parameter1_value="7",
        )
        assert made.status == "in-progress"
        await awaited(lambda: app.events(path, "media"))
        stopped = await asyncio.to_thread(streams(made.sid).update, status="stopped")
        assert stopped.status == "stopped"
        await awaited(lambda: path in app.over)

    call(platform, response, scenario)
    start = app.events(path, "start")[0]["start"]
    assert start["customParameters"] == {"who": "7"}


def told(platform: Platform, call: str) -> list[str]:
    """The facts of a call so far."""
    return [line["name"] for line in platform.do("call.timeline", sid=call)]


BRITON, GERMAN = "+447700900123", "+493023125000"


async def going(platform: Platform) -> str:
    """The SID of the one call in progress, once it is written down."""

    def found() -> list[str]:
        calls = platform.do("call.list")["calls"]
        return [str(one["sid"]) for one in calls if one["status"] != "ended"]

    await awaited(found)
    (sid,) = await asyncio.to_thread(found)
    return sid


def test_a_stream_asked_for_by_the_client_begins_once_the_caller_was_told(
    platform: Platform, app: App
) -> None:
    path = "/told"
    response = VoiceResponse()
    response.say("One.")
    response.pause(length=60)

    async def scenario(talk: PhoneCall) -> None:
        await asyncio.wait_for(talk.audio.talking.wait(), WAIT)
        streams = client_of(platform).calls(await going(platform)).streams
        made = await asyncio.to_thread(streams.create, url=f"{app.url}{path}", name="told")
        assert made.status == "in-progress"
        await awaited(lambda: app.events(path, "media"))

    _, timeline, _ = call(platform, response, scenario, BRITON)
    assert timeline.index("RecordingTold") < timeline.index("StreamStarted")


def test_who_is_asked_and_does_not_agree_is_not_streamed_by_the_client(
    platform: Platform, app: App
) -> None:
    response = VoiceResponse()
    response.say("One.")
    response.pause(length=60)

    async def scenario(talk: PhoneCall) -> None:
        await asyncio.wait_for(talk.audio.talking.wait(), WAIT)
        sid = await going(platform)
        await awaited(lambda: not any(talk.audio.heard[-4_000:]))  # what was to be said was said
        since = len(talk.audio.heard)
        streams = client_of(platform).calls(sid).streams
        made = await asyncio.to_thread(streams.create, url=f"{app.url}/asked-first")
        assert made.sid.startswith("MZ")
        await spoken_to(talk, since)
        await talk.press("2")
        await awaited(lambda: "RecordingTold" in told(platform, sid))
        await asyncio.sleep(1)

    _, timeline, _ = call(platform, response, scenario, GERMAN)
    assert "RecordingTold" in timeline
    assert "StreamStarted" not in timeline
    assert "/asked-first" not in app.heard
