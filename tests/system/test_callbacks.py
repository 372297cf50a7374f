"""Callbacks of a running platform: nothing is lost by a kill, nobody is slowed by who hangs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform

from ringfence.testing.phone import Phone
from ringfence.webhooks.signatures import verify

SHOP, OTHER = "+12025550100", "+12025550101"
PATIENCE = 60


class Server:
    """An account's web server. ``status``: of every answer; ``hold``: answers wait until it is set.

    ``heard``: path, CallSid and token of every request, in the order of their arrival.
    """

    def __init__(self) -> None:
        self.status = 200
        self.hold = threading.Event()
        self.hold.set()
        self.heard: list[tuple[str, str, str]] = []
        self.taken: list[tuple[str, str, str]] = []
        self.simulated: list[str] = []
        self.signed: list[tuple[str, list[tuple[str, str]], str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                if self.path in FLAWS:
                    self.fail()
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = parse_qsl(body, keep_blank_values=True)
                token = self.headers.get("I-Twilio-Idempotency-Token") or ""
                said = (self.path, dict(form).get("CallSid", ""), token)
                server.heard.append(said)
                server.simulated.append(self.headers.get("X-Ringfence-Simulation") or "")
                server.signed.append((self.path, form, self.headers["X-Twilio-Signature"]))
                server.hold.wait(PATIENCE)
                if server.status == 200:
                    server.taken.append(said)
                document = DOCUMENTS.get(self.path, "<Response/>").encode()
                self.send_response(server.status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def fail(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, kind, said, more = flawed(self.path)
                self.close_connection = True
                self.send_response(status)
                self.send_header("Content-Type", kind)
                header = {"Content-Length": str(len(said)), "Connection": "close"} | more
                for name, value in header.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # whoever reads no further hangs up
                    self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        self.heard.clear()
        self.taken.clear()


def flawed(path: str) -> tuple[int, str, bytes, dict[str, str]]:
    """Status, type, body and header of an answer with something wrong in it."""
    match path:
        case "/garbage":
            return 200, "text/xml", b"\x00\xff<<<>>>", {}
        case "/json":
            return 200, "application/json", b'{"say": "hello"}', {}
        case "/huge":
            return 200, "text/xml", b"x" * 10_000_000, {}
        case "/redirects":
            return 302, "text/plain", b"", {"Location": "/redirects"}
        case "/private":
            return 302, "text/plain", b"", {"Location": "http://10.0.0.1/voice"}
        case "/documents":
            return 200, "text/xml", b"<Response><Redirect>/documents</Redirect></Response>", {}
        case "/cut":
            return 200, "text/xml", b"<Response>", {"Content-Length": "5000"}
    return 500, "text/plain", b"sorry", {}


DOCUMENTS = {
    "/voice": "<Response><Redirect>/second</Redirect></Response>",
    "/second": "<Response><Say>Bye</Say></Response>",
}


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    made = Server(), Server()
    yield made
    for server in made:
        server.close()


@pytest.fixture(scope="module")
def platform(
    servers: tuple[Server, Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("callbacks") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        for number, server in zip((SHOP, OTHER), servers, strict=True):
            running.do("number.add", number=number, voice_url=f"{server.url}/voice")
        asyncio.run(call_all(running))
        yield running


async def call_all(platform: Platform) -> None:
    """Three calls to each number."""
    async with Phone(username="caller") as phone, asyncio.timeout(PATIENCE):
        for _ in range(3):
            for number in (SHOP, OTHER):
                made = await phone.call(f"sip:{number}@{platform.sip}", caller="+12025550123")
                await made.over.wait()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def documents(platform: Platform, number: str) -> list[dict[str, Any]]:
    """What was asked in the calls to a number, the oldest first."""

    def found() -> list[dict[str, Any]]:
        page = platform.do("notification.list", kind="document", number=number, limit=200)
        return [row for row in page["notifications"] if row["source"] is None]

    until(lambda: len(found()) >= 6)  # it is written down a moment after it was asked
    rows = found()
    assert len(rows) == 6
    return rows[::-1]


def again(platform: Platform, rows: list[dict[str, Any]]) -> list[str]:
    made = platform.do("notification.replay", sids=[row["sid"] for row in rows])
    assert made["left_out"] == {}
    return [one["sid"] for one in made["deliveries"]]


def waiting(platform: Platform) -> list[dict[str, Any]]:
    """Callbacks that are not behind another."""
    found: list[dict[str, Any]] = platform.do("delivery.list", state="ready")["deliveries"]
    return found


def alive(platform: Platform) -> bool:
    try:
        platform.do("system.status")
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def test_a_kill_loses_no_callback_and_each_call_keeps_its_order(
    platform: Platform, servers: tuple[Server, Server]
) -> None:
    shop = servers[0]
    rows = documents(platform, SHOP)
    shop.forget()
    shop.status = 503
    sids = again(platform, rows)
    until(lambda: len(shop.heard) == 3)
    assert {path for path, _, _ in shop.heard} == {"/voice"}, "what came later waits"
    refused = {token for _, _, token in shop.heard}
    until(lambda: [one["attempts"] for one in waiting(platform)] == [1, 1, 1])
    platform.kill("ringfence.app serve")
    shop.status = 200
    until(lambda: alive(platform))
    until(lambda: len(shop.taken) == 6)
    for call in {row["call"] for row in rows}:
        assert [path for path, sid, _ in shop.taken if sid == call] == ["/voice", "/second"]
    assert {token for path, _, token in shop.taken if path == "/voice"} == refused, (
        "the same token at every try"
    )
    assert {token for _, _, token in shop.taken} == set(sids)
    until(lambda: not waiting(platform))
    tries = platform.do("notification.list", delivery=sids[0])["notifications"]
    assert [(row["attempt"], row["status"]) for row in tries] == [(2, 200), (1, 503)]
    (found,) = {row["source"] for row in tries}
    assert found == "replay"
    token = platform.ready["auth_token"]
    for path, form, signature in shop.signed:
        assert verify(signature, url=f"{shop.url}{path}", token=token, params=form)


def test_an_endpoint_that_hangs_slows_no_other(
    platform: Platform, servers: tuple[Server, Server]
) -> None:
    shop, other = servers
    hanging, quick = documents(platform, SHOP), documents(platform, OTHER)
    shop.forget()
    other.forget()
    shop.hold.clear()
    again(platform, hanging)
    until(lambda: len(shop.heard) == 3)
    again(platform, quick)
    until(lambda: len(other.taken) == 6)
    assert shop.taken == [], "it still hangs"
    shop.hold.set()
    until(lambda: len({token for _, _, token in shop.taken}) == 6)


def test_a_simulation_asks_nobody_or_says_that_it_is_one(
    platform: Platform, servers: tuple[Server, Server]
) -> None:
    shop = servers[0]
    call = documents(platform, SHOP)[0]["call"]
    shop.forget()
    shop.simulated.clear()
    kept = platform.do("call.simulate", sid=call, url=f"{shop.url}/voice")
    assert shop.heard == []
    asked = platform.ask("simulate", call, "--url", f"{shop.url}/voice", "--fetch")
    assert shop.simulated == ["true", "true"]
    for found in (kept, asked):
        said = [line["what"] for line in found["lines"]]
        assert said.count("asks") == said.count("gets") == 2
        assert any(line["text"] == 'says "Bye"' for line in found["lines"])
    assert len(platform.do("call.list")["calls"]) == 6, "no call was placed"


FLAWS = {
    "/garbage": 12100,
    "/json": 12300,
    "/huge": 11750,
    "/redirects": 11215,
    "/private": 11205,
    "/documents": 11215,
    "/broken": 11200,
    "/cut": 11206,
}
"""What a server does wrong, and Twilio's number for it."""


def codes(platform: Platform, number: str) -> set[int]:
    """Twilio's numbers of what went wrong in calls to a number."""
    page = platform.do("notification.list", number=number, failed=True)
    return {row["code"] for row in page["notifications"]}


def test_each_bad_answer_has_its_number_on_the_timeline_and_in_the_log(
    platform: Platform, servers: tuple[Server, Server]
) -> None:
    base = servers[1].url
    numbers = {path: f"+1202555015{place}" for place, path in enumerate(FLAWS)}
    for path, number in numbers.items():
        platform.do("number.add", number=number, voice_url=f"{base}{path}")

    async def call(phone: Phone, number: str) -> None:
        made = await phone.call(f"sip:{number}@{platform.sip}", caller="+12025550123", wait=30)
        await made.hang_up()

    async def call_each() -> None:
        async with Phone(username="caller") as phone, asyncio.timeout(PATIENCE):
            await asyncio.gather(*(call(phone, number) for number in numbers.values()))

    asyncio.run(call_each())
    for path, number in numbers.items():
        until(lambda path=path, number=number: FLAWS[path] in codes(platform, number))  # type: ignore[misc]
        failed = platform.do("notification.list", number=number, failed=True)["notifications"]
        until(lambda: on_timeline(platform, failed[0]["call"], f"({FLAWS[path]})"))  # noqa: B023
    until(lambda: sum(map(platform.log().count, WRONG)) >= len(FLAWS))
    assert base not in platform.log()


WRONG = ('"document_failed"', '"document_wrong"')


def on_timeline(platform: Platform, call: str, words: str) -> bool:
    """Whether the call's timeline says so by now."""
    return any(words in line["text"] for line in platform.do("call.timeline", sid=call))
