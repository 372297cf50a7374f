"""A program carried out without a call, in virtual time."""

from __future__ import annotations

from typing import Any

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Context, Source
from ringfence.markup.exchange import Fetched, FetchFailed
from ringfence.markup.rehearsal import LETTER_MS, Rehearsal, Script
from ringfence.markup.voice import Program

DIAL = "<Dial action='after'><Number>+12025550199</Number></Dial>"
NOW = Ms(1_700_000_000_000)
URL = "https://example.com/voice"


def rehearse(document: str, *, base: str = URL, **script: Any) -> Rehearsal:
    context = Context(
        call=CallId("CA" + "1" * 32), account=AccountId("AC" + "1" * 32),
        caller=Phone("+12025550123"), called=Phone("+12025550100"),
    )  # fmt: skip
    source = Source(document=f"<Response>{document}</Response>", url=base)
    return Rehearsal(Program(context, source), Script(**script), NOW)


def run(made: Rehearsal, **documents: str) -> list[tuple[int, str, str]]:
    while (fetch := made.step()) is not None:
        name = fetch.url.rpartition("/")[2]
        made.note("asks", f"{fetch.method} {name} {dict(fetch.params).get('Digits', '')}".strip())
        if name in documents:
            body = f"<Response>{documents[name]}</Response>".encode()
            answer = Fetched(
                request=fetch.request, body=body, url=fetch.url, content_type="text/xml"
            )
            made.answer(answer, 100)
        else:
            made.answer(FetchFailed(request=fetch.request, code="fetch_status", status=404), 100)
    return [(line.at, line.what, line.text) for line in made.lines]


def words(lines: list[tuple[int, str, str]]) -> list[str]:
    return [f"{what}: {text}" for _, what, text in lines]


def test_what_is_said_takes_its_time() -> None:
    lines = run(rehearse("<Say>Hello</Say><Pause length='2'/><Hangup/>"))
    assert words(lines) == [
        "answers: the call is answered", 'plays: says "Hello"', "over: the program hangs up",
    ]  # fmt: skip
    assert lines[-1][0] == 5 * LETTER_MS + 2_000


def test_keys_are_pressed_when_something_collects_them_and_the_action_is_asked() -> None:
    menu = "<Gather numDigits='1' action='chosen'><Say>Press one</Say></Gather><Say>None</Say>"
    lines = run(rehearse(menu, keys=((300, "1"),)), chosen="<Say>Good</Say>")
    assert words(lines)[:5] == [
        "answers: the call is answered",
        "collects: 1 keys, 5000 ms of silence end it",
        'plays: says "Press one"',
        "key: 1",
        "collected: 1 (max digits)",
    ]
    assert lines[3][0] == 300, "the key cuts the prompt short"
    assert "asks: POST chosen 1" in words(lines)
    assert 'plays: says "Good"' in words(lines)
    assert 'plays: says "None"' not in words(lines)


def test_a_caller_who_presses_nothing_hears_the_rest() -> None:
    lines = run(rehearse("<Gather timeout='3'><Say>One</Say></Gather><Say>Bye</Say>"))
    assert "collected: nothing (timeout)" in words(lines)
    assert lines[-2][0] == 3 * LETTER_MS + 3_000
    assert lines[-2][2] == 'says "Bye"'


def test_nobody_is_rung_recorded_or_told() -> None:
    document = "<Record action='kept' recordingStatusCallback='https://example.com/rec'/>"
    lines = run(rehearse(document), kept=DIAL,
                after="<Hangup/>")  # fmt: skip
    said = words(lines)
    assert "would record: voicemail" in said
    assert "would dial: 1: no answer" in said
    assert any(line.startswith("would tell: POST https://example.com/rec ") for line in said)
    assert said[-1] == "over: the program hangs up"


def test_a_dial_ends_as_the_script_says() -> None:
    made = rehearse(DIAL, dial="completed", ring_ms=2_000, talk_ms=9_000)
    lines = run(made, after="<Hangup/>")
    (asked,) = (at for at, what, _ in lines if what == "asks")
    assert asked == 11_000


def test_a_document_that_cannot_be_had_is_a_line_and_the_sorry_sentence() -> None:
    said = words(run(rehearse("<Redirect>gone</Redirect>")))
    assert any("the server answered 404" in line for line in said)
    assert any("Something went wrong" in line for line in said)


def test_it_ends_when_the_caller_goes_and_never_runs_for_ever() -> None:
    lines = run(rehearse("<Play loop='0'>https://example.com/a.wav</Play>", hangs_up_ms=7_000))
    assert lines[-1] == (7_000, "over", "the caller hangs up")
    assert "again and again" in words(lines)[1]
    endless = run(rehearse("<Redirect>loop</Redirect>"), loop="<Redirect>loop</Redirect>")
    assert any("too many documents in a row" in line for line in words(endless))
