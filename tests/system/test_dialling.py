"""A dial whose callee hears a document first, and whose steps are told to a web server."""

from __future__ import annotations

import asyncio
import io
import math
import threading
import wave
from array import array
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform

from ringfence.sip import commands
from ringfence.sip.info import RELAY
from ringfence.testing.phone import Phone, PhoneCall

SHOP, CHOOSY = "+12025550100", "+12025550101"
CALLER = "+12025550123"
DEADLINE = 30
EVENTS = "initiated ringing answered completed"


def tone(seconds: float, hertz: int) -> array[int]:
    return array(
        "h",
        (int(9000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(int(8000 * seconds))),
    )


def wav(pcm: array[int]) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes(pcm.tobytes())
    return file.getvalue()


class Web:
    """The shop's web server; ``told``: the status callbacks it got, ``judged``: callees' keys."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.judged: list[dict[str, str]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = dict(
                    parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
                )
                if self.path == "/status":
                    web.told.append(form)
                if self.path == "/verdict":
                    web.judged.append(form)
                    self._answer(f"/verdict-{form['Digits']}")
                    return
                # A Gather without an action tells the document it stands in.
                self._answer("/verdict-1" if "Digits" in form else "")

            def do_GET(self) -> None:
                self._answer()

            def _answer(self, page: str = "") -> None:
                kind, body = PAGES.get(page or self.path, ("text/plain", b""))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


PAGES = {
    "/voice": (
        "text/xml",
        b"<Response><Dial><Sip url='/whisper' statusCallback='/status' statusCallbackEvent='"
        + EVENTS.encode()
        + b"'>sip:desk@127.0.0.1</Sip></Dial></Response>",
    ),
    "/whisper": (
        "text/xml",
        (
            b"<Response><Gather numDigits='1' timeout='20'><Play>/tone.wav</Play></Gather>"
            b"<Hangup/></Response>"
        ),
    ),
    "/choosy": (
        "text/xml",
        b"<Response><Dial><Sip url='/asked'>sip:desk@127.0.0.1</Sip></Dial></Response>",
    ),
    "/asked": (
        "text/xml",
        (
            b"<Response><Gather numDigits='1' timeout='20' action='/verdict'>"
            b"<Play>/tone.wav</Play></Gather><Hangup/></Response>"
        ),
    ),
    "/verdict-1": ("text/xml", b"<Response/>"),
    "/verdict-2": ("text/xml", b"<Response><Play>/tone.wav</Play><Hangup/></Response>"),
    "/tone.wav": ("audio/wav", wav(tone(1.0, 440))),
}


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("dialling") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.cli("number", "add", SHOP, "--voice-url", f"{web.url}/voice")
        running.cli("number", "add", CHOOSY, "--voice-url", f"{web.url}/choosy")
        running.secret = running.ask("phone", "add", "desk")["secret"]  # type: ignore[attr-defined]
        yield running


async def until_loud(talk: PhoneCall) -> None:
    """Wait until something is heard."""
    async with asyncio.timeout(DEADLINE):
        while not any(abs(sample) > 1_000 for sample in talk.audio.heard):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_a_callee_is_asked_first_and_every_step_is_told(platform: Platform, web: Web) -> None:
    secret: str = platform.secret  # type: ignore[attr-defined]

    async def converse() -> None:
        async with Phone(username="desk", password=secret) as desk, Phone(username="out") as phone:
            await desk.register(f"sip:{platform.sip}")
            talk = phone.dial(f"sip:{SHOP}@{platform.sip}", caller=CALLER)
            ringing = await desk.next_call(DEADLINE)
            await ringing.answer()
            await until_loud(ringing)
            await ringing.press("1")
            await asyncio.wait_for(talk.answered.wait(), DEADLINE)
            heard = len(talk.audio.heard)
            ringing.audio.say(tone(1.0, 880))
            async with asyncio.timeout(DEADLINE):
                while max(map(abs, talk.audio.heard[heard:]), default=0) < 4_000:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await ringing.hang_up()
            await talk.wait_over(DEADLINE)
            async with asyncio.timeout(DEADLINE):
                while len(web.told) < len(EVENTS.split()):  # noqa: ASYNC110 - a server is told
                    await asyncio.sleep(0.05)

    asyncio.run(converse())
    told = sorted(web.told, key=lambda form: int(form["SequenceNumber"]))
    assert [form["CallStatus"] for form in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert {form["From"] for form in told} == {CALLER}
    assert {form["ParentCallSid"] for form in told} == {platform.calls(ended=1)[0]["sid"]}
    assert len({form["CallSid"] for form in told}) == 1


def test_who_presses_no_key_is_not_connected(platform: Platform) -> None:
    secret: str = platform.secret  # type: ignore[attr-defined]
    before = len(platform.calls())

    async def converse() -> None:
        async with Phone(username="desk", password=secret) as desk, Phone(username="out") as phone:
            await desk.register(f"sip:{platform.sip}")
            talk = phone.dial(f"sip:{SHOP}@{platform.sip}", caller=CALLER)
            ringing = await desk.next_call(DEADLINE)
            await ringing.answer()
            await until_loud(ringing)
            await ringing.hang_up()
            await talk.wait_over(DEADLINE)

    asyncio.run(converse())
    record = platform.calls(ended=before + 1)[0]
    assert record["missed"] is True


@pytest.mark.parametrize(("key", "connected"), [("1", True), ("2", False)])
def test_the_web_server_judges_what_a_callee_presses(
    platform: Platform, web: Web, key: str, connected: bool
) -> None:
    secret: str = platform.secret  # type: ignore[attr-defined]
    before = len(platform.calls())

    async def converse() -> None:
        async with Phone(username="desk", password=secret) as desk, Phone(username="out") as phone:
            await desk.register(f"sip:{platform.sip}")
            talk = phone.dial(f"sip:{CHOOSY}@{platform.sip}", caller=CALLER)
            ringing = await desk.next_call(DEADLINE)
            await ringing.answer()
            await until_loud(ringing)
            await ringing.press(key)
            if connected:
                await asyncio.wait_for(talk.answered.wait(), DEADLINE)
                heard = len(talk.audio.heard)
                ringing.audio.say(tone(1.0, 880))
                async with asyncio.timeout(DEADLINE):
                    while max(map(abs, talk.audio.heard[heard:]), default=0) < 4_000:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                await ringing.hang_up()
            await ringing.wait_over(DEADLINE)
            await talk.wait_over(DEADLINE)

    asyncio.run(converse())
    record = platform.calls(ended=before + 1)[0]
    assert record["missed"] is not connected
    judged = web.judged[-1]
    assert (judged["Digits"], judged["ParentCallSid"]) == (key, record["sid"])
    assert judged["CallSid"] != record["sid"]


def test_music_is_heard_on_hold_and_keys_by_info_arrive(platform: Platform) -> None:
    secret: str = platform.secret  # type: ignore[attr-defined]

    async def converse() -> None:
        async with Phone(username="desk", password=secret) as desk, Phone(username="out") as phone:
            await desk.register(f"sip:{platform.sip}")
            talk = phone.dial(f"sip:desk@{platform.sip}", caller=CALLER)
            ringing = await desk.next_call(DEADLINE)
            await ringing.answer()
            await phone.answered(talk, DEADLINE)

            body = b"Signal=7\r\nDuration=160\r\n"
            keys = commands.SendInfo(leg=talk.leg, content_type=RELAY, body=body)
            talk._endpoint.do(keys)
            async with asyncio.timeout(DEADLINE):
                while ringing.audio.digits != "7":  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert talk.audio.loudness() == 0
            ringing.hold(on=True)
            await until_loud(talk)
            ringing.hold(on=False)
            await talk.hang_up()
            await ringing.wait_over(DEADLINE)

    before = len(platform.calls())
    asyncio.run(converse())
    assert platform.calls(ended=before + 1)[0]["cause"] == "normal"
