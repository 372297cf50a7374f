"""``ringfence sms inbox``: what is asked of the office, and what is shown."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner

from ringfence.cli import inbox as module

MESSAGE = {"sid": "SM1", "created": 0, "unread": True, "sender": "+447700900123",
           "to": "+447700900100", "body": "Hello\nthere " + "x" * 60}  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    seen: list[tuple[str, dict[str, Any]]] = []
    answers: dict[str, Any] = {
        "inbox.list": {"messages": [MESSAGE], "next": "SM0"},
        "inbox.count": {"unread": 3, "numbers": []},
        "inbox.read": MESSAGE,
        "inbox.mark": MESSAGE,
        "inbox.reply": {"sid": "SM2", "status": "queued"},
    }

    class Ask:
        def run(self, name: str, **args: Any) -> Any:
            seen.append((name, args))
            return answers[name]

    @contextmanager
    def office(_data: object) -> Any:
        yield Ask()

    monkeypatch.setattr(module, "office", office)
    return seen


def run(*words: str) -> str:
    done = CliRunner().invoke(module.inbox, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_what_nobody_has_read_is_listed(asked: list[Any]) -> None:
    output = run()
    assert asked[0] == ("inbox.list", {"unread": True, "limit": 50})
    assert "Hello there" in output
    assert "3 unread" in output
    assert "--before SM0" in output


def test_a_search(asked: list[Any]) -> None:
    run("--all", "--search", "parcel", "--from", "+447700900123")
    assert asked[0][1] == {
        "unread": False, "limit": 50, "text": "parcel", "sender": "+447700900123",
    }  # fmt: skip


def test_reading_marking_answering(asked: list[Any]) -> None:
    assert "Hello" in run("read", "SM1")
    assert "SM1 is unread" in run("mark", "SM1", "--unread")
    assert "SM2 is queued" in run("reply", "SM1", "At nine")
    assert [name for name, _ in asked] == ["inbox.read", "inbox.mark", "inbox.reply"]
    assert asked[2][1] == {"sid": "SM1", "text": "At nine"}
