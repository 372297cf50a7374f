"""How a platform asks and tells: by GET, by POST, the second URL, each signed as Twilio signs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from platform_run import Platform
from twilio.request_validator import RequestValidator

from ringfence.testing.phone import Phone

NUMBER, SPARE, CALLER = "+12025550100", "+12025550101", "+12025550123"
LONG = 60
RECORD = (
    "<Response><Record maxLength='1' timeout='2' playBeep='false' action='/after'"
    " recordingStatusCallback='/recorded?of=me' recordingStatusCallbackMethod='{}'/></Response>"
)


class Server:
    """A web server. ``heard``: method, path and query, form, signature; ``all``: ever."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, dict[str, str], str]] = []
        self.all: list[tuple[str, str, dict[str, str], str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.take("GET")

            def do_POST(self) -> None:
                self.take("POST")

            def take(self, method: str) -> None:
                form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                signature = self.headers["X-Twilio-Signature"]
                said = dict(parse_qsl(form, keep_blank_values=True))
                server.heard.append((method, self.path, said, signature))
                server.all.append(server.heard[-1])
                place = urlsplit(self.path).path
                status = 500 if place == "/broken" else 200
                ways = {"/get": "GET", "/post": "POST", "/spare": "POST"}
                body = RECORD.format(ways[place]) if place in ways else "<Response/>"
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def of(self, path: str) -> list[tuple[str, dict[str, str]]]:
        """Method and parameters of the requests to a path, from the query or the form."""
        found = []
        for method, whole, form, _ in list(self.heard):
            parts = urlsplit(whole)
            if parts.path == path:
                found.append((method, dict(parse_qsl(parts.query)) | form))
        return found


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("ways") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8", "--recording", "law") as running:
        yield running


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def call(platform: Platform, number: str) -> None:
    async def listen() -> None:
        async with Phone(username="caller") as phone, asyncio.timeout(LONG):
            made = await phone.call(f"sip:{number}@{platform.sip}", caller=CALLER)
            made.audio.say_tone(440, seconds=10)
            await made.over.wait()

    asyncio.run(listen())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_documents_statuses_and_recordings_are_told_either_way(
    platform: Platform, server: Server, method: str
) -> None:
    server.heard.clear()
    way = {"method": method}
    platform.do(
        "number.add", number=NUMBER, voice_url=f"{server.url}/{method.lower()}",
        voice_method=method, replace=True,
        hooks={"status": {"url": f"{server.url}/status", **way}},
    )  # fmt: skip
    call(platform, NUMBER)
    until(lambda: server.of("/status") and server.of("/recorded"))
    ((asked, document),) = server.of(f"/{method.lower()}")
    assert (asked, document["From"], document["To"]) == (method, CALLER, NUMBER)
    assert document["CallStatus"] == "ringing"
    ((asked, status),) = server.of("/status")
    assert (asked, status["CallStatus"]) == (method, "completed")
    assert status["CallSid"] == document["CallSid"]
    ((asked, recorded),) = server.of("/recorded")
    assert (asked, recorded["RecordingStatus"], recorded["of"]) == (method, "completed", "me")
    path = f"/2010-04-01/Accounts/{recorded['AccountSid']}/Recordings/{recorded['RecordingSid']}"
    assert recorded["RecordingUrl"] == platform.ready["http"] + path
    assert int(recorded["RecordingDuration"]) >= 0


def test_the_second_url_is_asked_with_what_went_wrong(platform: Platform, server: Server) -> None:
    server.heard.clear()
    platform.do(
        "number.add", number=SPARE, voice_url=f"{server.url}/broken",
        hooks={"fallback": {"url": f"{server.url}/spare"}},
    )  # fmt: skip
    call(platform, SPARE)
    until(lambda: server.of("/recorded"))
    ((_, broken),) = server.of("/broken")
    ((_, spare),) = server.of("/spare")
    assert "ErrorCode" not in broken
    assert (spare["ErrorCode"], spare["ErrorUrl"]) == ("11200", f"{server.url}/broken")
    assert spare["CallSid"] == broken["CallSid"]


def test_all_of_it_is_signed_as_twilios_own_validator_wants(
    platform: Platform, server: Server
) -> None:
    validator = RequestValidator(platform.ready["auth_token"])
    assert {method for method, *_ in server.all} == {"GET", "POST"}
    for method, path, form, signature in server.all:
        params = form if method == "POST" else {}
        assert validator.validate(f"{server.url}{path}", params, signature), path
        assert not validator.validate(f"{server.url}{path}&more=1", params, signature)
