"""Programs of real calls: the built-in flows, and documents fetched from a web server."""

from __future__ import annotations

import asyncio
import io
import math
import threading
import time
import wave
from array import array
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform
from tones import spoken_to

from ringfence.testing.endpoint import CallFailed
from ringfence.testing.phone import Phone, PhoneCall
from ringfence.webhooks.signatures import HEADER, verify

CALLER = "+12025550123"


def tone(seconds: float, hertz: int, rate: int = 8000) -> array[int]:
    return array(
        "h",
        (int(9000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * seconds))),
    )


def wav(seconds: float, hertz: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(44_100)
        out.writeframes(tone(seconds, hertz, 44_100).tobytes())
    return file.getvalue()


def power(pcm: array[int], hertz: int) -> float:
    """How much of a stretch is that frequency, 0 to 1 (Goertzel)."""
    if not pcm:
        return 0.0
    total = sum(x * x for x in pcm) or 1
    turn = 2 * math.pi * hertz / 8000
    real = sum(x * math.cos(turn * n) for n, x in enumerate(pcm))
    imaginary = sum(x * math.sin(turn * n) for n, x in enumerate(pcm))
    return 2 * (real * real + imaginary * imaginary) / (total * len(pcm))


class Web:
    """A web application, as a user of the platform writes one."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, list[tuple[str, str]], str]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                self._answer(parse_qsl(body, keep_blank_values=True))

            def do_GET(self) -> None:
                self._answer([])

            def _answer(self, form: list[tuple[str, str]]) -> None:
                url = f"{web.url}{self.path}"
                web.asked.append((self.command, url, form, self.headers.get(HEADER, "")))
                status, kind, body, more = web.page(self.path.partition("?")[0], dict(form))
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    for name, value in more.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str, form: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        xml = "text/xml"
        match path:
            case "/app/menu":
                body = (
                    "<Response><Gather action='choice?from=menu' numDigits='1'>"
                    "<Play>tune.wav</Play></Gather></Response>"
                )
            case "/app/choice":
                body = f"<Response><Play>tune-{form.get('Digits')}.wav</Play></Response>"
            case "/app/tune.wav":
                return 200, "audio/x-wav", wav(1.0, 400), {}
            case "/app/tune-5.wav":
                return 200, "audio/x-wav", wav(1.0, 1200), {}
            case "/app/errors":
                body = "<Response>\n<Say loop='x'>Hi</Say>\n<Foo/>\n<Dial/>\n</Response>"
            case "/app/broken":
                body = "<Response>\n<Say>Hi</Play></Response>"
            case "/app/missing-clip":
                body = "<Response><Play>nothing.wav</Play><Play>tune.wav</Play></Response>"
            case "/app/not-audio":
                body = "<Response><Play>menu</Play><Play>tune.wav</Play></Response>"
            case "/app/private":
                return 302, xml, b"", {"Location": "http://10.0.0.1/metadata"}
            case "/app/huge":
                return 200, xml, b"<Response>" + b" " * 300_000, {}
            case "/app/slow":
                time.sleep(17)
                return 200, xml, b"<Response/>", {}
            case "/app/nothing":
                body = "<Response/>"
            case "/app/hangup":
                body = "<Response><Hangup/></Response>"
            case "/app/pause":
                body = "<Response><Pause length='2'/></Response>"
            case "/app/reject":
                body = "<Response><Pause length='1'/><Reject reason='busy'/></Response>"
            case "/app/html":
                return 200, "text/html", b"<!DOCTYPE html><html>Log in</html>", {}
            case _:
                return 404, "text/plain", b"no such page", {}
        return 200, xml, body.encode(), {}


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.close()


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, web: Web, monkeypatch_module: pytest.MonkeyPatch
) -> Iterator[Platform]:
    monkeypatch_module.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    with Platform(tmp_path_factory.mktemp("programs") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


_NUMBERS = iter(range(100, 200))


def voice_url(platform: Platform, url: str) -> str:
    number = f"+12025550{next(_NUMBERS)}"
    platform.cli("number", "add", number, "--voice-url", url)
    return number


def call(platform: Platform, user: str, scenario, *, ended: bool = True):
    """Call ``user``, run the scenario, return the call's record, timeline and the audio heard."""
    before = len(platform.calls())

    async def run() -> array[int]:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(f"sip:{user}@{platform.sip}", wait=40)
            await asyncio.wait_for(talk.audio.talking.wait(), 30)
            await scenario(talk)
            if not talk.over.is_set():
                await (talk.wait_over(60) if ended else talk.hang_up())
            return talk.audio.heard

    heard = asyncio.run(run())
    record = platform.calls(ended=before + 1)[0]
    return record, platform.ask("call", "timeline", record["sid"]), heard


async def told(platform: Platform, name: str) -> None:
    """Wait until such a fact of the newest call is on record."""

    def there() -> bool:
        (newest, *_) = platform.do("call.list")["calls"]
        lines = platform.do("call.timeline", sid=newest["sid"])
        return any(line["name"] == name for line in lines)

    async with asyncio.timeout(60):
        while not await asyncio.to_thread(there):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def until_loud(talk: PhoneCall) -> None:
    """Wait until something is heard."""
    async with asyncio.timeout(30):
        while not any(talk.audio.heard[-400:]):  # noqa: ASYNC110 - nobody tells of sound
            await asyncio.sleep(0.05)


def best(heard: array[int], hertz: int) -> float:
    """The purest quarter of a second of that frequency."""
    starts = range(0, len(heard) - 2000, 400)
    return max((power(heard[at : at + 2000], hertz) for at in starts), default=0.0)


async def to_the_end(talk: PhoneCall) -> None:
    await talk.wait_over(60)


def text_of(timeline) -> str:
    return "\n".join(str(line) for line in timeline)


# --- flows ----------------------------------------------------------------------------------------


def test_the_echo_returns_what_is_said(platform: Platform) -> None:
    async def scenario(talk: PhoneCall) -> None:
        async with asyncio.timeout(60):
            while best(talk.audio.heard, 700) <= 0.9:  # there is a sentence before it
                talk.audio.say(tone(1.5, 700))
                await talk.audio.said()
                await asyncio.sleep(0.5)

    _, _, heard = call(platform, "echo", scenario, ended=False)
    assert best(heard, 700) > 0.9


def test_the_welcome_flow_says_the_hours_and_takes_a_message(platform: Platform) -> None:
    async def scenario(talk: PhoneCall) -> None:
        await until_loud(talk)
        await asyncio.sleep(1.0)
        await talk.press("1")  # cuts the menu short
        await told(platform, "DigitsCollected")
        await spoken_to(talk, len(talk.audio.heard))
        await asyncio.sleep(1.0)
        await talk.press("2")
        await told(platform, "RecordingStarted")
        talk.audio.say(tone(2.0, 500))
        await talk.audio.said()
        await talk.press("#")

    record, timeline, heard = call(platform, "welcome", scenario)
    assert (record["cause"], record["missed"]) == ("normal", True)
    names = [line["name"] for line in timeline]
    assert names.count("DigitsCollected") == 2
    assert "RecordingSaved" in names
    assert len(heard) > 8000 * 10


# --- documents ------------------------------------------------------------------------------------


def test_a_document_is_fetched_signed_and_its_action_is_asked(platform: Platform, web: Web) -> None:
    web.asked.clear()

    async def scenario(talk: PhoneCall) -> None:
        await until_loud(talk)
        await asyncio.sleep(0.5)
        await talk.press("5")
        await to_the_end(talk)

    number = voice_url(platform, f"{web.url}/app/menu")
    record, timeline, heard = call(platform, number, scenario)
    paths = [url.removeprefix(web.url) for _, url, _, _ in web.asked]
    assert paths == ["/app/menu", "/app/tune.wav", "/app/choice?from=menu", "/app/tune-5.wav"]
    token = platform.ready["auth_token"]
    for method, url, form, signature in web.asked:
        assert verify(signature, url=url, params=form, token=token), url
        assert method == ("GET" if url.endswith(".wav") else "POST")
    form = dict(web.asked[2][2])
    assert form["Digits"] == "5"
    assert form["From"] == CALLER
    assert form["To"] == number
    assert form["CallSid"] == record["sid"]
    assert form["AccountSid"] == platform.ready["account_sid"]
    assert best(heard, 400) > 0.9
    assert best(heard, 1200) > 0.9
    assert "fetched" in text_of(timeline)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/app/404", "404"),
        ("/app/broken", "line 2"),
        ("/app/html", "DOCTYPE"),
        ("/app/huge", "too large"),
        ("/app/private", "private"),
    ],
)
def test_what_cannot_be_used_is_an_apology_and_a_line_on_the_timeline(
    platform: Platform, web: Web, path: str, words: str
) -> None:
    number = voice_url(platform, web.url + path)
    record, timeline, heard = call(platform, number, to_the_end)
    assert record["cause"] == "normal"
    assert words in text_of(timeline)
    assert len(heard) > 8000 * 2  # the sentence


def test_a_document_with_errors_runs_up_to_them_and_says_all_with_their_lines(
    platform: Platform, web: Web
) -> None:
    number = voice_url(platform, f"{web.url}/app/errors")
    _, timeline, heard = call(platform, number, to_the_end)
    told = text_of(timeline)
    for words in ("line 2", "line 3", "line 4", "nobody to dial"):
        assert words in told
    assert len(heard) > 8000 * 3


@pytest.mark.parametrize("path", ["/app/missing-clip", "/app/not-audio"])
def test_a_clip_that_is_none_is_passed(platform: Platform, web: Web, path: str) -> None:
    number = voice_url(platform, web.url + path)
    _, timeline, heard = call(platform, number, to_the_end)
    assert "skipped" in text_of(timeline)
    assert best(heard, 400) > 0.9


def test_a_slow_server_is_given_up(platform: Platform, web: Web) -> None:
    number = voice_url(platform, f"{web.url}/app/slow")
    _, timeline, heard = call(platform, number, to_the_end)
    assert "no answer in time" in text_of(timeline)
    assert len(heard) > 8000 * 2


@pytest.mark.parametrize(
    ("path", "answer", "least"),
    [("nothing", 200, 0.0), ("hangup", 200, 0.0), ("pause", 200, 2.0), ("reject", 486, 1.0)],
)
def test_only_reject_ends_a_call_unanswered(
    platform: Platform, web: Web, path: str, answer: int, least: float
) -> None:
    number = voice_url(platform, f"{web.url}/app/{path}")
    before = len(platform.calls())

    async def run() -> tuple[int, float]:
        async with Phone(username=CALLER) as phone:
            began = time.monotonic()
            try:
                talk = await phone.call(f"sip:{number}@{platform.sip}", wait=25)
            except CallFailed as failed:
                return failed.status, time.monotonic() - began
            waited = time.monotonic() - began
            await talk.wait_over(25)
            return 200, waited

    status, waited = asyncio.run(run())
    assert status == answer
    assert waited >= least
    record = platform.calls(ended=before + 1)[0]
    assert record["cause"] == ("normal" if answer == 200 else "busy")
    names = [line["name"] for line in platform.ask("call", "timeline", record["sid"])]
    assert ("CallAnswered" in names) == (answer == 200)


@pytest.mark.promise("TEL-14")
def test_nobody_is_named_in_the_logs(platform: Platform) -> None:
    log = platform.log()
    assert "2025550123" not in log
    assert "Traceback" not in log
