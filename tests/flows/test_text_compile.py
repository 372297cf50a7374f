"""Flows as those who write to us meet them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.flows.library import Library
from ringfence.flows.text_compile import Agree, Await, Filled, Leave, Letter
from ringfence.kernel.clock import Ms
from ringfence.markup.verbs import Message, Redirect
from ringfence.privacy.consent.texts import text_for

PERSON = "+12025550123"


class Flow:
    def __init__(self, **applets: Any) -> None:
        self.library = Library()
        document = {"ringfence_flow": 1, "start": "a", "applets": applets}
        self.library.learn("it", json.dumps(document).encode())

    def at(self, url: str, body: str, now: int = 0) -> tuple[object, ...]:
        found = self.library.open(url, {"Body": body, "From": PERSON}, Ms(now))
        assert found is not None
        return found

    def start(self, body: str, now: int = 0) -> tuple[object, ...]:
        return self.at("flow:it", body, now)


def test_a_reply_and_what_comes_after_it() -> None:
    flow = Flow(a={"type": "reply", "text": "One", "next": "b"}, b={"type": "reply", "text": "Two"})
    said, onward = flow.start("hi")
    assert said == Message(body="One")
    assert isinstance(onward, Redirect)
    assert flow.at(onward.url, "hi") == (Message(body="Two"),)


def test_a_registered_text() -> None:
    flow = Flow(a={"type": "reply", "template": "code", "values": ["1", "2"]})
    assert flow.start("hi") == (Filled(template="code", values=("1", "2")),)


def test_words_lead_somewhere_by_the_whole_message_or_its_first_word() -> None:
    flow = Flow(
        a={"type": "keywords", "words": {"opening hours": "b", "price": "c"}, "otherwise": "d"},
        b={"type": "reply", "text": "nine"},
        c={"type": "reply", "text": "ten"},
        d={"type": "inbox"},
    )
    assert flow.start("Opening HOURS!") == (Message(body="nine"),)
    assert flow.start("price of a bolt?") == (Message(body="ten"),)
    assert flow.start("the price?") == (Leave(),)
    assert Flow(a={"type": "keywords", "words": {"x": "a"}}).start("y") == ()


def test_hours() -> None:
    flow = Flow(
        a={
            "type": "hours", "timezone": "Europe/London", "open": "b", "closed": "c",
            "weekly": [{"days": ["mon"], "from": "09:00", "to": "17:00"}],
        },
        b={"type": "inbox"},
        c={"type": "reply", "text": "Closed."},
    )  # fmt: skip
    monday = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/London"))
    at = int(monday.timestamp() * 1000)
    assert flow.start("hi", at) == (Leave(),)
    assert flow.start("hi", at + 12 * 3_600_000) == (Message(body="Closed."),)


ASK = {
    "type": "ask", "text": "Red or blue?", "words": {"red": "r"}, "invalid": "Red?",
    "otherwise": "o", "minutes": 5,
}  # fmt: skip
AFTER = {"r": {"type": "reply", "text": "Red it is."}, "o": {"type": "inbox"}}


def test_an_answer_is_awaited_at_a_place_that_outlives_a_version() -> None:
    flow = Flow(a=ASK, **AFTER)
    said, wait = flow.start("hi")
    assert said == Message(body="Red or blue?")
    assert wait == Await(place="flow:it#a/1", ms=300_000)
    assert flow.at("flow:it#a/1", "RED please") == (Message(body="Red it is."),)


def test_an_answer_nobody_understands_is_asked_about_again_then_given_up() -> None:
    flow = Flow(a=ASK, **AFTER)
    assert flow.at("flow:it#a/1", "green") == (
        Message(body="Red?"),
        Await(place="flow:it#a/2", ms=300_000),
    )
    assert flow.at("flow:it#a/2", "green") == (Leave(),)


def test_any_answer_goes_on_where_next_says() -> None:
    flow = Flow(a={"type": "ask", "text": "Your name?", "next": "b"}, b={"type": "inbox"})
    assert flow.at("flow:it#a/1", "Ann") == (Leave(),)


def test_what_they_wrote_is_sent_on() -> None:
    flow = Flow(a={"type": "forward", "to": "+12025550188", "with_number": True, "next": "b"},
                b={"type": "forward", "to": "ann@example.com"})  # fmt: skip
    said, onward = flow.start("Help me")
    assert said == Message(to="+12025550188", body=f"{PERSON}: Help me")
    assert isinstance(onward, Redirect)
    assert flow.at(onward.url, "Help me") == (Letter(to="ann@example.com", text="Help me"),)


def test_a_consent_is_asked_for_in_the_words_kept_for_it() -> None:
    flow = Flow(a={"type": "opt_in", "given": "b", "refused": "c"}, b={"type": "inbox"},
                c={"type": "reply", "text": "As you like."})  # fmt: skip
    said, wait = flow.start("offers")
    assert said == Message(body=text_for("market", "message", "en").text)
    assert isinstance(wait, Await)
    assert flow.at(wait.place, "Yes!") == (Agree(purpose="market", given=True), Leave())
    assert flow.at(wait.place, "rather not") == (
        Agree(purpose="market", given=False),
        Message(body="As you like."),
    )


def test_a_place_that_is_gone_is_nothing() -> None:
    flow = Flow(a=ASK, **AFTER)
    assert flow.library.open("flow:it#gone/1", {}, Ms(0)) is None
    assert flow.library.open("flow:it#a/x", {}, Ms(0)) is None
    assert flow.library.open("flow:it#o/1", {}, Ms(0)) is None
