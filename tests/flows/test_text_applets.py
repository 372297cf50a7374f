"""Applets of messages: read from their fields, refused with the place of the mistake."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ringfence.flows import text_applets as t
from ringfence.flows.versions import read, read_or_problems

PERSON = "+12025550123"


def shell(value: dict[str, Any], **more: Any) -> bytes:
    applets = {"a": value, "b": {"type": "inbox"}} | more
    return json.dumps({"ringfence_flow": 1, "start": "a", "applets": applets}).encode()


GOOD: dict[str, tuple[dict[str, Any], object]] = {
    "reply": (
        {"type": "reply", "text": "One.\nTwo.", "media": ["https://x.example/a.png"], "next": "b"},
        t.Reply(text="One.\nTwo.", media=("https://x.example/a.png",), next="b"),
    ),
    "template": (
        {"type": "reply", "template": "code", "values": ["1234"]},
        t.Reply(template="code", values=("1234",)),
    ),
    "keywords": (
        {"type": "keywords", "words": {"Hours": "b", "PREIS\u00dcBERSICHT": "b"}, "otherwise": "b"},
        t.Keywords(words={"hours": "b", "preisubersicht": "b"}, otherwise="b"),
    ),
    "ask": (
        {"type": "ask", "text": "Which?", "words": {"red": "b"}, "invalid": "Red?", "tries": 3,
         "minutes": 60, "otherwise": "b"},
        t.Ask(text="Which?", words={"red": "b"}, invalid="Red?", tries=3, minutes=60,
              otherwise="b"),
    ),
    "forward": (
        {"type": "forward", "to": "+1 202 555 0123", "with_number": True, "next": "b"},
        t.Forward(to=PERSON, with_number=True, next="b"),
    ),
    "mail": ({"type": "forward", "to": "ann@EXAMPLE.com"}, t.Forward(to="ann@example.com")),
    "opt_in": (
        {"type": "opt_in", "purpose": "market", "language": "de", "yes": ["Ja"], "given": "b"},
        t.OptIn(language="de", yes=("ja",), given="b"),
    ),
    "inbox": ({"type": "inbox"}, t.Inbox()),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_every_applet(name: str) -> None:
    value, applet = GOOD[name]
    found, problems = read_or_problems(shell(value))
    assert problems == []
    assert found is not None
    assert found.applets["a"] == applet


def test_every_type_has_an_example() -> None:
    assert {value["type"] for value, _ in GOOD.values()} == t.TEXT_APPLETS.keys()


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"type": "reply"}, "$.applets.a"),
        ({"type": "reply", "text": "x", "template": "y"}, "$.applets.a"),
        ({"type": "ask", "text": "Which?"}, "$.applets.a"),
        ({"type": "keywords", "words": {"red": "c"}}, "$.applets.a.words.red"),
        ({"type": "keywords", "words": {"red": "b", "RED": "b"}}, "$.applets.a.words.RED"),
        ({"type": "forward", "to": "nobody"}, "$.applets.a.to"),
        ({"type": "forward", "to": "a@b"}, "$.applets.a.to"),
        ({"type": "opt_in", "purpose": "record_call"}, "$.applets.a.purpose"),
        ({"type": "opt_in", "minutes": 0}, "$.applets.a.minutes"),
    ],
)
def test_what_is_wrong_is_said_where(value: dict[str, Any], where: str) -> None:
    found, problems = read_or_problems(shell(value))
    assert found is None
    assert [problem.where for problem in problems] == [where]


def test_a_flow_answers_calls_or_messages() -> None:
    both = shell({"type": "reply", "text": "x"}, c={"type": "hangup"})
    found, problems = read_or_problems(both)
    assert found is None
    assert "not both" in problems[0].text
    texts = read(shell({"type": "url", "url": "https://x.example/sms"}))
    assert t.answers_texts(texts)
    assert not t.answers_calls(texts)
