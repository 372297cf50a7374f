"""Text messages over SMPP through a whole platform, killed on the way."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from platform_run import RINGFENCE, Platform

from ringfence.carriers.smpp.pdu import Command, Pdu
from ringfence.messaging.segments import split
from ringfence.testing.smsc import Smsc

OURS, TO = "+447700900100", "+447700900123"
SPEAK = "<Response><Pause length='1'/></Response>"
MANY = 240


class Centre:
    """A message centre in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.smsc = Smsc(receipts=True)
        self.run(self.smsc.open())

    def run(self, work: Any) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self.loop)
        return done.result(60)

    def close(self) -> None:
        self.run(self.smsc.close())
        self.run(asyncio.sleep(0.2))  # the connections it drops
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture(scope="module")
def centre() -> Iterator[Centre]:
    centre = Centre()
    yield centre
    centre.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, centre: Centre) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("carriers") / "data"
    with Platform(data) as running:
        running.number(OURS, SPEAK)
        words = ["carrier", "add", "main", "--smpp", f"127.0.0.1:{centre.smsc.port}"]
        words += ["--system-id", "ringfence", "--data", str(data)]
        subprocess.run(
            [str(RINGFENCE), *words], input="secret\n", text=True, check=True, timeout=60
        )
        yield running


def until(true: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    deadline = time.monotonic() + 90
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def ask(platform: Platform, text: str) -> None:
    """Have a message sent, once more where the server went away before it said yes."""
    while True:
        try:
            platform.do("message.send", to=TO, sender=OURS, text=text)
        except (OSError, ValueError):
            until(lambda: _answers(platform))
        else:
            return


def states(platform: Platform) -> Counter[str]:
    found: Counter[str] = Counter()
    before = None
    while True:
        args = {} if before is None else {"before": before}
        page = platform.do("message.list", limit=500, **args)
        found.update(message["status"] for message in page["messages"])
        before = page.get("next")
        if not before:
            return found


def test_a_carrier_is_set_up_tried_and_listed(platform: Platform) -> None:
    tried = platform.ask("carrier", "test", "main")
    assert tried[0]["state"] == "ready"
    listed = platform.ask("carrier", "list")
    assert [(c["name"], c["kind"], c["state"]) for c in listed] == [("main", "smpp", "ready")]
    assert "secret" not in json.dumps(listed)
    assert "secret" not in platform.log()


def test_a_long_message_of_a_person_arrives_whole(platform: Platform, centre: Centre) -> None:
    text = "It was a bright cold day in April. " * 8
    before = states(platform)["received"]
    for segment in split(text, reference=3).segments:
        unit = Pdu(
            Command.DELIVER_SM,
            fields={
                "source_addr_ton": 1, "source_addr": TO[1:],
                "dest_addr_ton": 1, "destination_addr": OURS[1:],
                "esm_class": 0x40, "short_message": segment.header + segment.body,
            },
        )  # fmt: skip
        assert centre.run(centre.smsc.send(unit)) == 0
    until(lambda: states(platform)["received"] == before + 1)
    newest = platform.do("message.list", limit=1)["messages"][0]
    assert platform.do("message.show", sid=newest["sid"])["body"] == text


def test_a_killed_platform_and_a_broken_link_lose_no_message(
    platform: Platform, centre: Centre
) -> None:
    smsc = centre.smsc
    smsc.messages.clear()
    for number in range(MANY):
        ask(platform, f"number {number}")
        if number == 80:
            until(lambda: len(smsc.messages) >= 20)
            platform.kill("ringfence.app")
            until(lambda: _answers(platform))
        if number == 160:
            centre.loop.call_soon_threadsafe(smsc.drop)
    wanted = {f"number {number}" for number in range(MANY)}
    until(lambda: {pdu.content.decode() for pdu in list(smsc.messages)} >= wanted)
    seen = Counter(pdu.content.decode() for pdu in smsc.messages)
    assert set(seen) == wanted
    assert sum(seen.values()) <= MANY + 200  # what was under way, twice
    until(lambda: not states(platform)["sending"] and not states(platform)["queued"])


def test_a_gateways_webhook_brings_a_message_and_a_strangers_does_not(
    platform: Platform,
) -> None:
    inbound = {"from": "msisdn", "to": "to", "text": "text"}
    http = {"url": "https://sms.example.com", "inbound": inbound}
    hook = platform.do("carrier.add", name="gateway", http=http)["webhook"]
    before = states(platform)["received"]
    form = f"msisdn={TO[1:]}&to={OURS[1:]}&text=hello".encode()
    with urllib.request.urlopen(f"{platform.ready['http']}{hook}", data=form, timeout=30) as answer:
        assert answer.read() == b"ok"
    assert states(platform)["received"] == before + 1
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(
            f"{platform.ready['http']}/carriers/gateway/wrong", data=b"id=1", timeout=30
        )
    assert refused.value.code == 404
    refused.value.close()


def _answers(platform: Platform) -> bool:
    try:
        return platform.do("carrier.list")[0]["state"] == "ready"
    except (OSError, RuntimeError, ValueError):
        return False
