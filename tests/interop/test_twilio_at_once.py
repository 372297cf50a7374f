"""A server that is told of a call asks the official SDK about it at once, and is told the truth."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio_here import client_of

from ringfence.testing.phone import Phone

NUMBER, CALLER, CALLEE = "+12025550100", "+12025550140", "+12025550150"


class Asking:
    """A web server that, told of a call, fetches it before it answers. ``seen``: what it saw."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}
        self.client: Client | None = None
        self.pages: dict[str, Callable[[], str]] = {}
        asking = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                told = dict(parse_qsl(self.rfile.read(length).decode()))
                asking.look(self.path, told)
                body = asking.pages.get(self.path, lambda: "<Response/>")().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def look(self, path: str, told: dict[str, str]) -> None:
        assert self.client is not None
        sid = told.get("DialCallSid") or told["CallSid"]
        try:
            self.seen[path] = self.client.calls(sid).fetch().status
        except TwilioRestException as error:
            self.seen[path] = str(error.code)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def asking() -> Iterator[Asking]:
    made = Asking()
    yield made
    made.close()


def test_what_a_server_is_told_it_finds(asking: Asking, tmp_path: Path) -> None:
    asking.pages["/voice"] = lambda: (
        f"<Response><Dial action='{asking.url}/after'>"
        f"<Number url='{asking.url}/screen'>{CALLEE}</Number></Dial></Response>"
    )
    with Platform(tmp_path / "data", "--fetch-private", "127.0.0.0/8") as platform:
        client = asking.client = client_of(platform)
        client.incoming_phone_numbers.create(phone_number=NUMBER, voice_url=f"{asking.url}/voice")

        async def scene() -> None:
            async with Phone(username="town") as town:
                address = f"127.0.0.1:{town.port}"
                await asyncio.to_thread(platform.do, "trunk.add", name="town", address=address)
                calling = town.dial(f"sip:{NUMBER}@{platform.sip}", caller=CALLER)
                ringing = await town.next_call(30)
                await ringing.answer()
                async with asyncio.timeout(30):
                    while "/screen" not in asking.seen:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                    await ringing.hang_up()
                    while "/after" not in asking.seen:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                await calling.wait_over(30)
                made = await asyncio.to_thread(
                    client.calls.create, to=CALLEE, from_=NUMBER, twiml="<Response/>"
                )
                await town.next_call(30)
                over = await asyncio.to_thread(client.calls(made.sid).update, status="canceled")
                assert over.status == "canceled"
                assert client.calls(made.sid).fetch().status == "canceled"

        asyncio.run(scene())
    assert asking.seen == {"/voice": "ringing", "/screen": "in-progress", "/after": "completed"}
