"""Through a gateway with HTTP: templates, receipts, stops, and what the rules let nobody send."""

from __future__ import annotations

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from platform_run import RINGFENCE, Platform

OURS, TO = "+12025550100", "+12025550123"
INDIAN = "+910000000000"
LONG = 60
TEMPLATE = {
    "body": "json",
    "headers": {"Authorization": "Bearer {secret}"},
    "fields": {
        "to": "{to}", "from": "{from}", "text": "{text}", "ref": "{id}",
        "dlt.entity": "{entity}", "dlt.template": "{template}", "campaign": "{campaign}",
    },
    "success": "queued", "message_id": "messages[0].id",
    "receipt": {"id": "messageId", "state": "status", "error": "code"},
    "inbound": {"from": "msisdn", "to": "to", "text": "text", "id": "messageId"},
    "states": {"OK": "delivered", "NO": "undeliverable"},
}  # fmt: skip


class Gateway:
    """Somebody's SMS gateway. ``down``: so many requests it answers with 503. ``webhook``: ours."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.down = 0
        self.webhook = ""
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                allowed = self.headers["Authorization"] == "Bearer hush-hush"
                if gateway.down:
                    gateway.down -= 1
                    self.answer(503, {})
                elif not allowed:
                    self.answer(401, {})
                else:
                    gateway.asked.append(body)
                    number = len(gateway.asked)
                    self.answer(200, {"status": "queued", "messages": [{"id": f"m{number}"}]})

            def answer(self, status: int, document: dict[str, Any]) -> None:
                said = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/send"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("sending")
    description = folder / "gateway.json"
    description.write_text(json.dumps(TEMPLATE | {"url": gateway.url}))
    with Platform(folder / "data", "--fetch-private", "127.0.0.0/8") as running:
        running.number(OURS, "<Response/>")
        words = ["carrier", "add", "main", "--http", str(description)]
        words += ["--json", "--data", str(running.data)]
        added = subprocess.run(
            [str(RINGFENCE), *words], input="hush-hush\n", text=True, check=True, timeout=60,
            capture_output=True,
        )  # fmt: skip
        gateway.webhook = running.ready["http"].rstrip("/") + json.loads(added.stdout)["webhook"]
        yield running


def until(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not happen")


def told(gateway: Gateway, **document: str) -> bytes:
    """The gateway tells us something by its webhook, which is shown once."""
    request = urllib.request.Request(
        gateway.webhook, json.dumps(document).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=LONG) as answer:
        body: bytes = answer.read()
    return body


def refused(platform: Platform, *words: str) -> str:
    done = platform.cli("sms", "send", *words, check=False)
    assert done.returncode == 2, done
    return done.stderr


def status(platform: Platform, sid: str) -> str:
    found: str = platform.do("message.show", sid=sid)["status"]
    return found


def test_what_is_registered_nowhere_is_refused_with_the_rules_id(platform: Platform) -> None:
    assert "us-10dlc-campaign" in refused(platform, TO, "Hello", "--from", OURS)
    assert "in-dlt-template" in refused(platform, INDIAN, "Hello", "--from", OURS)
    platform.cli("sms", "campaign", "add", "alerts", "--from", OURS, "--id", "CABC123")
    platform.cli(
        "sms", "template", "add", "code", "Your code is {#var#}", "--header", "EXAMPL",
        "--entity", "1101", "--id", "1107",
    )  # fmt: skip
    wrong = refused(platform, INDIAN, "Your secret is 7", "--from", "EXAMPL")
    assert "in-dlt-template" in wrong, "a text that is not the registered one"


def test_offers_need_consent_and_the_hours_of_whoever_gets_them(platform: Platform) -> None:
    offer = (TO, "Sale!", "--from", OURS, "--marketing")
    assert "marketing-consent" in refused(platform, *offer)
    night = (datetime.now(UTC) + timedelta(days=1)).replace(hour=7, minute=0)  # 2 or 3 there
    late = refused(platform, *offer, "--customer", "--at", f"{night:%Y-%m-%dT%H:%M}")
    assert "hours" in late
    assert "us-" in late, "named by its id"
    noon = night.replace(hour=17)
    made = platform.ask("sms", "send", *offer, "--customer", "--at", f"{noon:%Y-%m-%dT%H:%M}")
    assert platform.do("message.cancel", sid=made["sid"])["status"] == "canceled"


def test_a_gateway_is_asked_as_its_template_says_until_it_answers(
    platform: Platform, gateway: Gateway
) -> None:
    gateway.down = 1
    sid = platform.ask("sms", "send", TO, "Your parcel is here", "--from", OURS)["sid"]
    until(lambda: status(platform, sid) == "sent")
    assert gateway.asked == [
        {
            "to": TO, "from": OURS, "text": "Your parcel is here", "ref": sid,
            "dlt": {"entity": "", "template": ""}, "campaign": "CABC123",
        }
    ]  # fmt: skip
    assert told(gateway, messageId="m1", status="OK") == b"ok"
    assert status(platform, sid) == "delivered"
    code = platform.ask("sms", "send", INDIAN, "--from", "EXAMPL", "--template", "code",
                        "--value", "4711")["sid"]  # fmt: skip
    until(lambda: status(platform, code) == "sent")
    assert gateway.asked[-1]["dlt"] == {"entity": "1101", "template": "1107"}
    assert gateway.asked[-1]["text"] == "Your code is 4711"
    told(gateway, messageId="m2", status="NO", code="8")
    assert status(platform, code) == "undelivered"


def test_a_stop_in_the_words_of_their_country_ends_it_until_they_start(
    platform: Platform, gateway: Gateway
) -> None:
    def write(text: str, ref: str) -> None:
        told(gateway, msisdn=TO[1:], to=OURS[1:], text=text, messageId=ref)

    write("Alto", "in1")  # Spanish is spoken there, too
    until(lambda: "no recibira" in gateway.asked[-1]["text"])
    assert "STOP" in refused(platform, TO, "Hello?", "--from", OURS)
    before = len(gateway.asked)
    write("Alto", "in1")  # the gateway repeats itself
    write("comenzar", "in2")
    until(lambda: len(gateway.asked) > before)
    assert "vuelve a recibir" in gateway.asked[before]["text"], "one answer, to the START"
    sid = platform.ask("sms", "send", TO, "Hello again", "--from", OURS)["sid"]
    until(lambda: status(platform, sid) == "sent")
    write("ayuda", "in3")
    until(lambda: "mensajes de este numero" in gateway.asked[-1]["text"])


def test_neither_secret_nor_text_rests_readable(platform: Platform) -> None:
    for file in platform.data.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for needle in (b"hush-hush", b"Your parcel", b"4711", TO[1:].encode()):
                assert needle not in content, (file, needle)
