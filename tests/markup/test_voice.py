"""The program: documents one after the other, their failures, orders from outside, the end."""

import random

import pytest

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.kernel.errors import LocalError
from ringfence.markup.context import Restart, Source
from ringfence.markup.exchange import (
    Begin,
    Callback,
    ClipFailed,
    ClipReady,
    Fetch,
    Fetched,
    FetchFailed,
    GoTo,
    Perform,
    Speak,
)
from ringfence.markup.verbs import Pause, Play, Record, Redirect, Say

URL = "https://x.example/d/voice"


class Library:
    """Applets by URL."""

    def __init__(self, **applets):
        self.applets = applets
        self.asked = []

    def open(self, url, params, now):
        self.asked.append((url, params))
        return self.applets.get(url.removeprefix("flow:"))


def test_clips_are_asked_for_while_the_call_is_answered(script):
    s = script("<Response><Gather><Say>a</Say></Gather><Say>b</Say></Response>")
    s.hold_answer = True
    s.begin()
    assert [x.text for x in s.all(Speak)] == ["a", "b"]
    assert s.heard == []
    s.tell(notices.Answered())
    assert s.heard == ["a"]


# --- failures -------------------------------------------------------------------------------------


# --- loops ----------------------------------------------------------------------------------------


# --- flows ----------------------------------------------------------------------------------------


# --- orders ---------------------------------------------------------------------------------------


def test_a_program_begins_once(script):
    s = script("<Response/>").begin()
    with pytest.raises(LocalError):
        s.program.do(Begin(), s.clock.now())


def test_another_document_in_mid_call(script):
    s = script("<Response><Pause length='60'/></Response>", answered=True).begin()
    s.order(GoTo(url=URL, method="GET"))
    assert s.all(commands.Clear)
    assert s.last(Fetch).method == "GET"
    s.fetched("<Response><Say>new</Say></Response>")
    assert s.heard == ["new"]


def test_other_verbs_in_mid_gather(script):
    s = script("<Response><Gather><Say>menu</Say></Gather></Response>").begin()
    s.order(Perform(verbs=(Say(text="new"),)))
    assert s.heard == ["menu", "new"]
    s.keys("1")
    assert s.hung_up


def test_an_order_in_mid_recording_keeps_its_late_notice_from_the_next(script):
    s = script("<Response><Record/></Response>").begin()
    s.order(Perform(verbs=(Record(timeout=9),)))
    assert s.all(commands.StopRecording)
    old = notices.RecordingFinished(
        recording="RE1", source="voicemail", reason="stopped", duration_ms=3_000
    )
    s.tell(old)
    assert not s.hung_up
    s.tell(notices.RecordingMissing(recording="RE2", source="voicemail", reason="empty"))
    assert s.hung_up


def test_an_order_while_digits_are_sent(script):
    s = script("<Response><Play digits='123'/></Response>").begin()
    s.order(Perform(verbs=(Play(digits="4"), Say(text="x"))))
    s.tell(notices.DigitsSent())
    assert s.heard == []
    s.tell(notices.DigitsSent())
    assert s.heard == ["x"]


def test_an_order_while_the_answer_is_awaited(script):
    s = script("<Response><Say>old</Say></Response>")
    s.hold_answer = True
    s.begin()
    s.order(Perform(verbs=(Say(text="new"),)))
    s.tell(notices.Answered())
    assert s.heard == ["new"]


def test_an_order_after_hanging_up_still_counts_until_the_call_is_over(script):
    s = script("<Response><Hangup/></Response>", answered=True).begin()
    s.order(Perform(verbs=(Say(text="x"),)))
    assert s.heard == ["x"]
    s.hang_up()
    s.new()
    s.order(Perform(verbs=(Say(text="y"),)))
    s.order(GoTo(url=URL))
    assert s.new() == []


# --- the end --------------------------------------------------------------------------------------


def test_nothing_goes_on_after_the_end(script):
    s = script(Source(url=URL)).begin()
    s.hang_up()
    s.new()
    assert s.program.finished
    assert s.program.deadline() is None
    s.fetched("<Response><Say>late</Say></Response>")
    s.program.fire(s.clock.now())
    s.tell(notices.Answered())
    assert s.new() == []


def test_the_end_before_the_beginning(script):
    s = script(Source(url=URL))
    s.hang_up()
    s.order(Begin())
    assert s.new() == []


def test_a_callback_to_a_relative_url_of_a_flow_goes_nowhere(script):
    library = Library(a=(Record(action="flow:b"),), b=())
    s = script(Source(url="flow:a"), applets=library).begin()
    s.hang_up()
    s.tell(
        notices.RecordingFinished(
            recording="RE1", source="voicemail", reason="leg_closed", duration_ms=3_000
        )
    )
    assert s.all(Callback) == []


def test_events_are_left_to_the_call(script):
    s = script("<Response/>").begin()
    assert s.program.take_events() == []


# --- anything in any order ------------------------------------------------------------------------


def _random_news(rng, program):
    request = rng.randint(0, 6)
    bodies = [
        b"<Response><Say>a</Say><Gather><Say>b</Say><Pause/></Gather><Redirect/></Response>",
        b"<Response><Record/><Dial action='/x'>+12025550123</Dial></Response>",
        b"<Response><Play>a.wav</Play><Pause/><Play digits='1'/><Hangup/></Response>",
        b"<Response>",
        b"",
    ]
    return rng.choice(
        [
            lambda: notices.Answered(),
            lambda: notices.PlayFinished(
                play=rng.randint(0, 6), reason=rng.choice(["done", "stopped", "failed"])
            ),
            lambda: notices.DigitHeard(digit="1"),
            lambda: notices.DigitsEntered(
                digits=rng.choice(["", "1", "123"]),
                reason=rng.choice(["finish_key", "max_digits", "timeout", "stopped"]),
            ),
            lambda: notices.DigitsSent(failed=rng.random() < 0.5),
            lambda: notices.RecordingFinished(
                recording="RE1", source="voicemail", duration_ms=rng.randint(0, 9_000),
                reason=rng.choice(["digit", "silence", "leg_closed", "disk_full"]),
            ),
            lambda: notices.RecordingMissing(
                recording="RE1", source="voicemail", reason=rng.choice(["empty", "failed"])
            ),
            lambda: notices.DialFinished(
                status=rng.choice(["completed", "busy"]), cause=Cause.NORMAL,
                talk_ms=rng.randint(0, 1), hung_up=rng.random() < 0.2,
            ),
            lambda: notices.TransferFinished(cause=Cause.BUSY),
            lambda: notices.QueuePlace(position=1, size=1),
            lambda: Fetched(request=request, body=rng.choice(bodies), url=URL),
            lambda: FetchFailed(request=request, code="fetch_status", status=500),
            lambda: ClipReady(request=request, clip="CL1"),
            lambda: ClipFailed(request=request),
        ]
    )()  # fmt: skip


def test_any_news_in_any_order(script):
    """Invariant: no news at any time raises, and after CallOver nothing but callbacks comes out."""
    from ringfence.markup.voice import Program

    for seed in range(300):
        rng = random.Random(seed)
        s = script(
            rng.choice(
                [
                    Source(url=URL),
                    Source(document="<Response><Say>a</Say><Gather/><Record/></Response>"),
                    Source(url="flow:a"),
                ]
            ),
            applets=Library(a=(Say(text="a"), Pause(), Redirect(url=URL))),
        )
        program: Program = s.program
        now = s.clock.now()
        if rng.random() < 0.9:
            program.do(Begin(), now)
        for _ in range(60):
            now += rng.choice([0, 1, 500, 30_000])
            if rng.random() < 0.05:
                program.do(rng.choice([GoTo(url=URL), Perform(verbs=(Say(text="x"),))]), now)
            elif rng.random() < 0.2:
                program.fire(now)
            else:
                program.receive(_random_news(rng, program), now)
            program.take_output()
        program.receive(notices.CallOver(cause=Cause.NORMAL, answered=True), now)
        program.take_output()
        for _ in range(20):
            program.receive(_random_news(rng, program), now)
        out = program.take_output()
        assert all(isinstance(x, Callback) for x in out), out
        assert program.deadline() is None


def test_a_program_begins_anew_with_another_source_and_its_fallback(script):
    s = script("<Response><Pause length='60'/></Response>", answered=True).begin()
    s.order(Restart(source=Source(url=URL, fallback_url="https://example.com/f")))
    s.tell(FetchFailed(request=s.last(Fetch).request, code="fetch_status", status=500))
    assert s.last(Fetch).url == "https://example.com/f"
    s.order(Restart(source=Source(document="<Response><Say>now</Say></Response>")))
    assert s.heard == ["now"]
    assert s.hung_up
