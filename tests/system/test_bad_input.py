"""Bad input of every kind, as clients and their servers send it: its Twilio code and a line.

What a request is refused for is a line of the program's log (``request_refused``); what goes wrong
between a call and the account's server is a row of its notification log, and told to who asks for
``Notifications``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from platform_run import Platform

from ringfence.kernel.limits import MARKUP_IDLE_DOCUMENTS
from ringfence.testing.phone import Phone

CALLER, OURS = "+12025550123", "+12025550100"
DEADLINE = 60


class Web:
    """The account's own server, whose answers are of no use."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                web.asked[self.path] += 1
                status, kind, body, more = web.page(self.path)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    for name, value in more.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # it hung up: that is what some of these are for

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str) -> tuple[int, str, bytes, dict[str, str]]:
        xml = "text/xml"
        match path:
            case "/ping":
                return 200, xml, b"<Response><Redirect>/pong</Redirect></Response>", {}
            case "/pong":
                return 200, xml, b"<Response><Redirect>/ping</Redirect></Response>", {}
            case "/round":
                return 302, xml, b"", {"Location": "/round"}
            case "/private":
                return 302, xml, b"", {"Location": "http://10.0.0.1/metadata"}
            case "/gather":
                return 200, xml, (
                    b"<Response><Gather action='/garbage' timeout='1' actionOnEmptyResult='true'/>"
                    b"</Response>"
                ), {}  # fmt: skip
            case "/garbage":
                return 200, xml, bytes(range(256)) * 8, {}
            case "/page":
                return 200, "text/html", b"<!DOCTYPE html><html>Sign in</html>", {}
            case "/broken":
                return 500, xml, b"<html>oops", {}
            case "/huge":
                return 200, xml, b"<Response>" + b" " * 300_000, {}
        return 404, "text/plain", b"no such page", {}


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("bad") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.number(OURS, "<Response><Hangup/></Response>")
        yield running


# --- requests -------------------------------------------------------------------------------------


def send(
    platform: Platform,
    method: str,
    path: str,
    form: Any = None,
    *,
    user: str = "",
    secret: str = "",
) -> tuple[int, Any, bytes]:
    """Ask the interface; its status, its JSON and the bytes."""
    ready = platform.ready
    word = f"{user or ready['account_sid']}:{secret or ready['auth_token']}".encode()
    body = urllib.parse.urlencode(form).encode() if isinstance(form, dict) else form
    asked = urllib.request.Request(
        f"{ready['http'].rstrip('/')}/2010-04-01{path}",
        body,
        {"Authorization": "Basic " + base64.b64encode(word).decode()},
        method=method,
    )
    try:
        with urllib.request.urlopen(asked, timeout=DEADLINE) as answer:
            data = answer.read()
            return answer.status, json.loads(data or b"null"), data
    except urllib.error.HTTPError as error:
        data = error.read()
        return error.code, json.loads(data), data


def logged(platform: Platform, status: int, code: int) -> bool:
    """Whether the log has a line about such a refusal; it is written a moment later."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        for text in platform.log().splitlines():
            if '"request_refused"' not in text:
                continue
            line = json.loads(text[text.index("{") :])
            if (line["status"], line.get("error_code")) == (status, code):
                return True
        time.sleep(0.1)
    return False


DIAL = {"To": "+12025550188", "From": OURS, "Twiml": "<Response/>"}
REQUESTS: list[tuple[str, str, Any, int, int]] = [
    ("GET", "/Accounts/AC" + "0" * 32 + "/Calls.json", None, 404, 20404),
    ("GET", "/Accounts/ME/Calls/CA" + "0" * 32 + ".json", None, 404, 20404),
    ("GET", "/Accounts/ME/Nonsense.json", None, 404, 20404),
    ("DELETE", "/Accounts/ME/Calls.json", None, 405, 20004),
    ("POST", "/Accounts/ME/Calls.json", b"\xff\xfe=\x00", 400, 20001),
    ("POST", "/Accounts/ME/Calls.json", b"a=1&" * 5_000, 400, 20001),
    ("POST", "/Accounts/ME/Calls.json", b"To=" + b"1" * 10_000_000, 413, 20413),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "To": "not a number"}, 400, 21211),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "To": "+1202555"}, 400, 21211),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "To": "+1202555", "Twiml": "<"}, 400, 21211),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "To": "+1202555018877"}, 400, 21211),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "To": "+1" + "2" * 4_000}, 400, 21211),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "From": "nobody"}, 400, 21212),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "From": "+1202555"}, 400, 21212),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "From": "+1" + "2" * 4_000}, 400, 21212),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "From": "+12025550199"}, 400, 21210),
    ("POST", "/Accounts/ME/Conferences/room/Participants.json",
     {"To": "+1202555", "From": OURS}, 400, 21211),
    ("POST", "/Accounts/ME/Conferences/room/Participants.json",
     {"To": DIAL["To"], "From": "+12025550199"}, 400, 21210),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "To": ""}, 400, 21201),
    ("POST", "/Accounts/ME/Calls.json", {**DIAL, "From": ""}, 400, 21213),
    ("POST", "/Accounts/ME/Calls.json",
     {**DIAL, "To": "sip:nobody@127.0.0.1:9", "From": "+12025550199"}, 400, 21210),
    ("POST", "/Accounts/ME/Calls.json", DIAL, 400, 21214),
    ("POST", "/Accounts/ME/Calls.json", {"To": DIAL["To"], "From": OURS}, 400, 21205),
    ("POST", "/Accounts/ME/Calls.json",
     {"To": DIAL["To"], "From": OURS, "Url": "http://10.0.0.1/"}, 400, 21205),
    ("POST", "/Accounts/ME/Messages.json",
     {"To": "+1202555", "From": "x", "Body": "x"}, 400, 21211),
    ("POST", "/Accounts/ME/Messages.json", {"To": "hello", "From": OURS, "Body": "x"}, 400, 21211),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "form", "status", "code"), REQUESTS)
def test_a_request_is_refused_with_its_code_and_a_line(
    platform: Platform, method: str, path: str, form: Any, status: int, code: int
) -> None:
    path = path.replace("/ME/", f"/{platform.ready['account_sid']}/")
    found, body, _ = send(platform, method, path, form)
    assert (found, body["code"], body["status"]) == (status, code, status)
    assert str(code) in body["more_info"]
    assert logged(platform, status, code)


def test_every_kind_of_wrong_credentials_gets_the_same_bytes(platform: Platform) -> None:
    sid = platform.ready["account_sid"]
    key = platform.do("key.add", name="bad", purposes=["call_record"])
    wrong = [
        (sid, "wrong"), ("AC" + "0" * 32, platform.ready["auth_token"]), ("AC" + "0" * 32, "x"),
        (key["sid"], "wrong"), ("SK" + "0" * 32, key["secret"]), ("", "x"), ("nonsense", "x"),
    ]  # fmt: skip
    answers = {
        send(platform, "GET", f"/Accounts/{sid}/Calls.json", user=user or "-", secret=secret)[::2]
        for user, secret in wrong
    }
    ((status, data),) = answers
    assert (status, json.loads(data)["code"]) == (401, 20003)
    assert logged(platform, 401, 20003)


def test_fields_nobody_knows_are_ignored(platform: Platform) -> None:
    sid = platform.ready["account_sid"]
    status, body, _ = send(platform, "GET", f"/Accounts/{sid}/Calls.json?Nonsense=1&PageSize=2")
    assert (status, body["page_size"]) == (200, 2)
    form = {"FriendlyName": "bad input", "Nonsense": "1", "Another[]": "2"}
    status, body, _ = send(platform, "POST", f"/Accounts/{sid}/Applications.json", form)
    assert (status, body["friendly_name"]) == (201, "bad input")


def send_all(connection: socket.socket, lines: Iterator[bytes]) -> None:
    """Send them, with time to be cut off in between."""
    for line in lines:
        connection.sendall(line)
        time.sleep(0.001)


def test_a_head_without_end_and_one_that_never_comes_are_cut_off(platform: Platform) -> None:
    where = ("127.0.0.1", platform.http_port)
    with socket.create_connection(where, DEADLINE) as silent:
        with socket.create_connection(where, DEADLINE) as endless:
            endless.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            line = b"X-Y: " + b"a" * 4_000 + b"\r\n"
            with pytest.raises(OSError):
                send_all(endless, (line for _ in range(1_000)))
        assert silent.recv(1) == b""


# --- documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "dialled", "code"),
    [
        ("+12025550121", "+1202555", "13224"),
        ("+12025550122", "+1202555018877", "13224"),
        ("+12025550124", "+" + "1" * 60, "13223"),
        ("+12025550125", "+999123456", "13226"),
        ("+12025550126", "call me", "13223"),
    ],
)
def test_a_number_that_cannot_be_dialled_is_left_out_and_said(
    platform: Platform, number: str, dialled: str, code: str
) -> None:
    """The call goes on with the next verb; digits of the number are on no line of it."""
    numbers = f"<Number>{dialled}</Number><Number>+12025550188</Number>"
    inside = f"<Dial timeout='5'>{numbers}</Dial>"
    platform.number(number, f"<Response>{inside}<Say>after</Say></Response>")
    before = len(platform.calls())

    async def listen() -> None:
        async with Phone(username=CALLER) as phone, asyncio.timeout(DEADLINE):
            talk = await phone.call(f"sip:{number}@{platform.sip}", wait=25)
            await talk.wait_over(DEADLINE)

    asyncio.run(listen())
    (record, *_) = platform.calls(ended=before + 1)
    lines = [one["text"] for one in platform.do("call.timeline", sid=record["sid"])]
    assert any(f"({code})" in line and "number" in line for line in lines), lines
    assert dialled not in "".join(lines)
    assert record["cause"] == "normal"


# --- the account's own server ---------------------------------------------------------------------


def call(platform: Platform, path: str, web: Web, number: str, *more: str) -> dict[str, Any]:
    """Call a number whose document is at a path; the call's record."""
    platform.cli("number", "add", number, "--voice-url", web.url + path, *more)
    before = len(platform.calls())

    async def listen() -> None:
        async with Phone(username=CALLER) as phone, asyncio.timeout(DEADLINE):
            talk = await phone.call(f"sip:{number}@{platform.sip}", wait=25)
            await talk.wait_over(DEADLINE)

    asyncio.run(listen())
    return platform.calls(ended=before + 1)[0]


def codes(platform: Platform, sid: str) -> set[str]:
    account = platform.ready["account_sid"]
    path = f"/Accounts/{account}/Calls/{sid}/Notifications.json"
    status, body, _ = send(platform, "GET", path)
    assert status == 200
    return {row["error_code"] for row in body["notifications"]}


@pytest.mark.parametrize(
    ("number", "path", "code"),
    [
        ("+12025550101", "/ping", "11215"),  # documents that lead to each other
        ("+12025550102", "/round", "11215"),  # a redirect that leads to itself
        ("+12025550103", "/private", "11205"),
        ("+12025550104", "/gather", "12100"),  # the action answers no XML
        ("+12025550105", "/page", "12100"),
        ("+12025550106", "/broken", "11200"),
        ("+12025550107", "/huge", "11750"),
        ("+12025550108", "/nothing", "11200"),
    ],
)
def test_a_call_comes_through_whatever_a_server_answers(
    platform: Platform, web: Web, number: str, path: str, code: str
) -> None:
    record = call(platform, path, web, number)
    assert record["status"] == "ended"
    deadline = time.monotonic() + DEADLINE
    while code not in (found := codes(platform, record["sid"])):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    assert web.asked["/ping"] + web.asked["/pong"] <= MARKUP_IDLE_DOCUMENTS + 1
    assert "Traceback" not in platform.log()
