"""Streams of a call: begun, held, ended once, and written down."""

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.hearing import Wish
from ringfence.calls.stream import StreamOrder, Words
from ringfence.kernel.ids import ClipId, LegId, PartyId, StreamId
from ringfence.kernel.limits import SECRET_QUIET_MS, STREAM_END_MS, STREAMS_PER_CALL

CALLER = LegId("LG-caller")
TWO_WAY = StreamOrder(url="wss://media.example.com", two_way=True)


def ear(name: str = "", tracks: Any = "both_tracks") -> StreamOrder:
    return StreamOrder(url="wss://media.example.com", name=name, tracks=tracks)


def started(rig: Any, order: StreamOrder = TWO_WAY) -> StreamId:
    rig.do(commands.StartStream(order=order))
    stream: StreamId = rig.wants(effects.StartStream)[-1].stream
    rig.hear(inputs.StreamBegan(stream=stream))
    return stream


def test_its_beginning_and_its_end_are_facts(rig: Any) -> None:
    rig.answered()
    stream = started(rig)
    (begun,) = rig.wrote(events.StreamStarted)
    assert (begun.stream, begun.two_way, begun.tracks) == (stream, True, "inbound_track")
    assert rig.told(notices.StreamStarted)[0].stream == stream
    rig.hear(inputs.StreamEnded(stream=stream, reason="closed", sent=50, dropped=2))
    (ended,) = rig.wrote(events.StreamEnded)
    assert (ended.reason, ended.messages, ended.dropped) == ("closed", 50, 2)
    assert rig.told(notices.StreamFinished)[0].reason == "closed"
    rig.hear(inputs.StreamEnded(stream=stream, reason="failed"))
    assert len(rig.wrote(events.StreamEnded)) == 1


@pytest.mark.parametrize("way", [{"name": "ear"}, {"stream": StreamId("MZ-mine")}])
def test_it_is_stopped_by_name_or_id_and_ours_is_the_reason(rig: Any, way: Any) -> None:
    rig.answered()
    rig.do(commands.StartStream(order=ear("ear"), stream=StreamId("MZ-mine")))
    rig.hear(inputs.StreamBegan(stream=StreamId("MZ-mine")))
    rig.do(commands.StopStream(name="another"))
    assert rig.wants(effects.StopStream) == []
    rig.do(commands.StopStream(**way))
    assert rig.wants(effects.StopStream) == [effects.StopStream(stream=StreamId("MZ-mine"))]
    rig.hear(inputs.StreamEnded(stream=StreamId("MZ-mine"), reason="closed"))
    assert rig.wrote(events.StreamEnded)[0].reason == "stopped"


def test_the_end_of_the_call_waits_for_its_figures_but_not_for_ever(rig: Any) -> None:
    rig.answered()
    stream = started(rig)
    rig.do(commands.Hangup())
    assert effects.StopStream(stream=stream, call_over=True) in rig.effects
    rig.release()
    assert not rig.call.over
    rig.wait(STREAM_END_MS)
    assert rig.call.over
    assert rig.wrote(events.StreamEnded)[0].reason == "call_over"
    assert rig.told(notices.StreamFinished)[0].reason == "call_over"


def test_one_too_many_ends_at_once_and_the_call_goes_on(rig: Any) -> None:
    rig.answered()
    for number in range(STREAMS_PER_CALL):
        rig.do(commands.StartStream(order=ear(f"ear {number}")))
    rig.do(commands.StartStream(order=ear("one more")))
    assert rig.told(notices.StreamFinished)[0].reason == "too_many"
    assert len(rig.wants(effects.StartStream)) == STREAMS_PER_CALL
    assert not rig.call.ending


def test_two_of_a_name_or_two_that_speak_are_one_too_many(rig: Any) -> None:
    rig.answered()
    for order in (ear("a"), ear("a"), TWO_WAY, TWO_WAY):
        rig.do(commands.StartStream(order=order))
    assert [n.reason for n in rig.told(notices.StreamFinished)] == ["too_many"] * 2


def test_nobody_hears_secret_digits(rig: Any) -> None:
    rig.answered()
    stream = started(rig)
    rig.do(commands.Collect(max_digits=4, sensitive=True))
    assert rig.effects[-1] == effects.HoldStream(stream=stream, on=True)
    rig.do(commands.StopCollect())
    rig.wait(SECRET_QUIET_MS)
    assert rig.effects[-1] == effects.HoldStream(stream=stream, on=False)


def test_a_stream_that_begins_while_digits_are_secret_is_deaf_from_the_start(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Collect(max_digits=4, sensitive=True))
    new = rig.do(commands.StartStream(order=TWO_WAY))
    assert [type(effect) for effect in new] == [effects.StartStream, effects.HoldStream]


def test_who_was_told_of_nothing_is_not_heard_by_a_third_ear(rig: Any) -> None:
    rig.answered()
    stream = started(rig, ear("ear"))
    caller_only = started(rig, ear("caller", "inbound_track"))
    (leg,) = rig.dial("agent")
    rig.hear(inputs.LegAnswered(leg=leg, codec="PCMA"))
    assert rig.wants(effects.HoldStream) == [effects.HoldStream(stream=stream, on=True)]
    rig.hear(inputs.LegHungUp(leg=leg))
    assert rig.wants(effects.HoldStream)[1:] == [effects.HoldStream(stream=stream, on=False)]
    assert caller_only != stream


def test_a_hold_that_fails_ends_the_stream(rig: Any) -> None:
    rig.answered()
    stream = started(rig)
    rig.hear(inputs.EffectFailed(effect=effects.HoldStream(stream=stream, on=True)))
    assert rig.wants(effects.StopStream) == [effects.StopStream(stream=stream)]


NOTICE = commands.RecordingNotice(
    clips=(ClipId("CL-told"),), ask=False, text="hash", version="1", language="en"
)


def announced(rig: Any) -> int:
    """Somebody has to be told first; the number of what they hear."""
    rig.answered()
    asked = commands.StartStream(order=ear(), stream=StreamId("MZ-mine"), notice=NOTICE)
    new = rig.do(asked)
    (play,) = [effect for effect in new if isinstance(effect, effects.StartPlay)]
    assert not rig.wants(effects.StartStream)
    number: int = play.play
    return number


@pytest.mark.parametrize("reason", ["done", "stopped", "failed"])
def test_nobody_listens_before_it_was_said_to_the_end(rig: Any, reason: Any) -> None:
    play = announced(rig)
    rig.hear(inputs.PlayEnded(leg=CALLER, play=play, reason=reason))
    (told,) = rig.wrote(events.RecordingTold)
    assert (told.source, told.kind) == ("stream", "announce")
    assert told.answer == ("heard" if reason == "done" else "not_said")
    begun = [effect.stream for effect in rig.wants(effects.StartStream)]
    assert begun == (["MZ-mine"] if reason == "done" else [])
    refused = [notice.reason for notice in rig.told(notices.StreamFinished)]
    assert refused == ([] if reason == "done" else ["refused"])


def test_who_hangs_up_while_it_is_said_is_not_listened_to(rig: Any) -> None:
    announced(rig)
    rig.hear(inputs.LegHungUp(leg=CALLER))
    assert not rig.wants(effects.StartStream)
    assert [notice.reason for notice in rig.told(notices.StreamFinished)] == ["call_over"]


def test_who_takes_a_consent_back_is_listened_to_no_more(rig: Any) -> None:
    """A stream that only listens, and words written down, end; a server that speaks stays."""
    rig.answered()
    listening, both = started(rig, ear("ear")), started(rig)
    written = started(rig, StreamOrder(url="", name="words", words=Words(wish=Wish())))
    assert rig.call.transcribed() == (written,)
    new = rig.do(commands.ForbidRecording(party=PartyId("PA-caller")))
    stopped = {effect.stream for effect in new if isinstance(effect, effects.StopStream)}
    assert stopped == {listening, written}
    assert both not in stopped
    assert rig.call.transcribed() == ()
    assert not rig.call.ending
