"""Text messages through a whole platform: command line, killed in the middle, asked again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform

SHOP, PERSON = "+447700900100", "+447700900101"
LONG = 60
MANY = 60


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("texts") / "data"
    with Platform(data) as running:
        for number in (SHOP, PERSON):
            running.number(number, "<Response/>")
        yield running


def until(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not happen")


def came_in(platform: Platform, to: str) -> list[dict[str, Any]]:
    """What came in to a number of ours."""
    found: list[dict[str, Any]] = platform.do("message.list", to=to, limit=1_000)["messages"]
    return [message for message in found if message["direction"] == "inbound"]


def test_what_was_acknowledged_survives_a_kill_and_goes_out_once(platform: Platform) -> None:
    sent = [
        platform.do("message.send", to=PERSON, sender=SHOP, text=f"number {n}")["sid"]
        for n in range(MANY)
    ]
    platform.kill("serve")  # no carrier yet: all of them wait
    until(lambda: _answers(platform))
    platform.do("carrier.add", name="here")
    bodies = until(
        lambda: len(found := [m["body"] for m in came_in(platform, PERSON)]) >= MANY and found
    )
    assert sorted(bodies) == sorted(f"number {n}" for n in range(MANY))
    # What came in is written down by one, that it was sent by another.
    until(
        lambda: (
            {platform.do("message.show", sid=sid)["status"] for sid in sent}
            <= {"sent", "delivered"}
        )
    )


def _answers(platform: Platform) -> bool:
    try:
        platform.do("message.list", limit=1)
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def test_the_command_line_sends_lists_and_shows(platform: Platform) -> None:
    made = platform.ask("sms", "send", PERSON, "Hello from here", "--from", SHOP)
    until(lambda: platform.do("message.show", sid=made["sid"])["status"] == "delivered")
    listed = platform.ask("sms", "list", "--from", SHOP)
    assert "Hello from here" in {message["body"] for message in listed}
    shown = platform.cli("sms", "show", made["sid"]).stdout
    for word in ("MessageAsked", "MessageSent", "MessageDelivered"):
        assert word in shown


def test_nobody_and_nothing_said_is_in_the_logs(platform: Platform) -> None:
    log = platform.log()
    for needle in ("Hello from here", "number 1", "7700900101"):
        assert needle not in log
