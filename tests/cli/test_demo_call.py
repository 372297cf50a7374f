"""The demo's caller: what it says, and when it thinks the other side is done."""

from __future__ import annotations

import asyncio
from array import array
from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.cli import demo_call
from ringfence.kernel.errors import RingfenceError
from ringfence.testing.phone import CallFailed

SPEECH = array("h", [4000, -4000] * 400)
SILENCE = array("h", [0] * 800)
ENOUGH = (9, 10)
"""How many looks of 100 ms without speech make the 900 ms of quiet."""


def test_the_message_is_speech() -> None:
    samples = demo_call.voice()
    assert 3 < len(samples) / 8000 < 10
    assert max(samples) > 10_000


def listen(monkeypatch: Any, *heard: array[int] | None) -> int:
    """Return after how many looks of 100 ms the caller thinks it is quiet; None ends the call."""
    made = SimpleNamespace(audio=SimpleNamespace(heard=array("h", SPEECH)), over=asyncio.Event())
    clock = SimpleNamespace(now=0.0)
    pieces = iter(heard)

    async def sleep(seconds: float) -> None:
        clock.now += seconds
        piece = next(pieces, array("h"))
        if piece is None:
            made.over.set()
        else:
            made.audio.heard.extend(piece)

    monkeypatch.setattr(demo_call.asyncio, "sleep", sleep)
    monkeypatch.setattr(
        demo_call.asyncio, "get_running_loop", lambda: SimpleNamespace(time=lambda: clock.now)
    )
    asyncio.run(demo_call._until_quiet(made))  # type: ignore[arg-type]
    monkeypatch.undo()
    return round(clock.now * 10)


def test_silence_before_speech_is_not_the_end(monkeypatch: Any) -> None:
    assert listen(monkeypatch, *[SILENCE] * 30, SPEECH, *[SILENCE] * 50) - 31 in ENOUGH


def test_a_pause_in_speech_is_not_the_end(monkeypatch: Any) -> None:
    assert listen(monkeypatch, SPEECH, *[SILENCE] * 8, SPEECH, *[SILENCE] * 50) - 10 in ENOUGH


def test_no_packets_are_quiet_too(monkeypatch: Any) -> None:
    assert listen(monkeypatch, SPEECH) - 1 in ENOUGH


def test_what_was_heard_before_does_not_count_and_a_hang_up_is_no_quiet(monkeypatch: Any) -> None:
    with pytest.raises(CallFailed):
        listen(monkeypatch, *[SILENCE] * 20, None)


def test_a_call_that_fails_is_one_sentence(monkeypatch: Any) -> None:
    async def refuse(_sip: str) -> None:
        raise CallFailed(486)

    monkeypatch.setattr(demo_call, "_converse", refuse)
    with pytest.raises(RingfenceError, match="not answered as expected"):
        demo_call.call("127.0.0.1:5060")
