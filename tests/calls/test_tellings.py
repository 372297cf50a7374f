"""Telling and asking in the middle of a call: nothing is kept or heard before everybody agreed."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.stream import StreamOrder
from ringfence.kernel.ids import CallId, ClipId, LegId, PartyId, RecordingId, StreamId
from ringfence.kernel.limits import RECORDING_ANSWER_MS

CALLER = LegId("LG-caller")
PEER, PEER_CALL, PEER_PARTY = LegId("LG-peer"), CallId("CA-peer"), PartyId("PA-peer")
WANTED = commands.StartStream(
    order=StreamOrder(url="wss://x.example", name="ear", tracks="inbound_track"),
    stream=StreamId("MZ-mine"),
)
RECORDING = RecordingId("RE-mine")


def notice(*, ask: bool) -> commands.RecordingNotice:
    return commands.RecordingNotice(
        clips=(ClipId("CL-said"),), ask=ask, text="hash", version="1", language="en"
    )


def ruled(*duties: Any, again: bool = False) -> commands.RuleRecording:
    parties = (PartyId("PA-caller"), PEER_PARTY, PartyId("PA-third"))[: len(duties)]
    count = len(parties)
    return commands.RuleRecording(
        source="call", outcome="ask", law="ask", rules=("x",), edition="1",
        decided_at=1, beep=False, policy="law", hours=None, zone="UTC", parties=parties,
        places=("",) * count, standings=("person",) * count, consents=("unknown",) * count,
        restricted=(False,) * count, duties=duties, again=again,
    )  # fmt: skip


def own(*, ask: bool) -> commands.Owed:
    return commands.Owed(leg=CALLER, notice=notice(ask=ask))


def theirs(*, ask: bool = True) -> commands.Owed:
    return commands.Owed(leg=PEER, notice=notice(ask=ask), call=PEER_CALL, party=PEER_PARTY)


def said(rig: Any, reason: Any = "done") -> None:
    play = rig.wants(effects.StartPlay)[-1].play
    rig.hear(inputs.PlayEnded(leg=CALLER, play=play, reason=reason))


def begun(rig: Any) -> list[str]:
    streams = [effect.stream for effect in rig.wants(effects.StartStream)]
    return [*streams, *(effect.recording for effect in rig.wants(effects.StartRecording))]


def asked_of(rig: Any, what: str) -> None:
    rig.answered()
    if what == "stream":
        rig.do(
            commands.StartStream(order=WANTED.order, stream=WANTED.stream, notice=notice(ask=True))
        )
    else:
        rig.do(ruled("ask"))
        rig.do(commands.StartRecording(recording=RECORDING, notices=(own(ask=True),)))
    assert begun(rig) == []


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("what", ["stream", "recording"])
def test_a_yes_begins_it(rig: Any, what: str) -> None:
    asked_of(rig, what)
    said(rig)
    assert begun(rig) == []
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    assert begun(rig) == ["MZ-mine" if what == "stream" else "RE-mine"]
    (told,) = rig.wrote(events.RecordingTold)
    assert (told.kind, told.answer, told.party) == ("ask", "yes", PartyId("PA-caller"))
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="2"))
    assert rig.told(notices.DigitHeard)[-1].digit == "2", "the next key is the program's"


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("what", ["stream", "recording"])
@pytest.mark.parametrize("answer", ["no", "nothing", "not_said"])
def test_anything_else_is_a_no(rig: Any, what: str, answer: str) -> None:
    asked_of(rig, what)
    if answer == "not_said":
        said(rig, "failed")
    else:
        said(rig)
        if answer == "no":
            rig.hear(inputs.DigitPressed(leg=CALLER, digit="2"))
        else:
            rig.wait(RECORDING_ANSWER_MS - 1)
            assert not rig.wrote(events.RecordingTold)
            rig.wait(1)
    assert begun(rig) == []
    assert [told.answer for told in rig.wrote(events.RecordingTold)] == [answer]
    if what == "stream":
        assert [gone.reason for gone in rig.told(notices.StreamFinished)] == ["refused"]
    else:
        assert [gone.reason for gone in rig.told(notices.RecordingMissing)] == ["refused"]


def test_nobody_needs_to_hear_the_question_out(rig: Any) -> None:
    asked_of(rig, "recording")
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    assert begun(rig) == ["RE-mine"]
    assert rig.wants(effects.StopPlay)
    said(rig, "stopped")
    assert len(rig.wrote(events.RecordingTold)) == 1


def test_an_announcement_that_is_stopped_was_not_said(rig: Any) -> None:
    rig.answered()
    rig.do(ruled("announce"))
    rig.do(commands.StartRecording(recording=RECORDING, notices=(own(ask=False),)))
    assert rig.do(commands.StopPlay()) == [effects.StopPlay(leg=CALLER)]
    said(rig, "stopped")
    assert [told.answer for told in rig.wrote(events.RecordingTold)] == ["not_said"]


def test_an_announcement_takes_no_key(rig: Any) -> None:
    rig.answered()
    rig.do(ruled("announce"))
    rig.do(commands.StartRecording(recording=RECORDING, notices=(own(ask=False),)))
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="2"))
    assert rig.told(notices.DigitHeard)
    said(rig)
    assert begun(rig) == ["RE-mine"]


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_whoever_is_in_another_call_is_asked_there(rig: Any, answer: Any) -> None:
    rig.answered()
    rig.do(ruled("none", "ask"))
    rig.do(commands.StartRecording(recording=RECORDING, notices=(theirs(),)))
    (tell,) = rig.wants(effects.TellPeer)
    assert (tell.peer, tell.peer_call, tell.notice.ask) == (PEER, PEER_CALL, True)
    rig.hear(inputs.PeerTold(telling=tell.telling, answer=answer))
    assert begun(rig) == (["RE-mine"] if answer == "yes" else [])
    (told,) = rig.wrote(events.RecordingTold)
    assert (told.leg, told.party, told.answer) == (PEER, PEER_PARTY, answer)
    rig.hear(inputs.PeerTold(telling=tell.telling, answer="yes"))
    assert len(rig.wrote(events.RecordingTold)) == 1


def test_one_no_is_enough_and_the_others_are_not_waited_for(rig: Any) -> None:
    rig.answered()
    rig.do(ruled("announce", "ask"))
    rig.do(commands.StartRecording(recording=RECORDING, notices=(own(ask=False), theirs())))
    rig.hear(inputs.PeerTold(telling=rig.wants(effects.TellPeer)[0].telling, answer="no"))
    assert [gone.reason for gone in rig.told(notices.RecordingMissing)] == ["refused"]
    said(rig)
    assert begun(rig) == []


@pytest.mark.parametrize("key", ["1", "3", ""])
def test_for_another_call_the_answer_goes_there(rig: Any, key: str) -> None:
    rig.answered()
    rig.hear(inputs.TellAsked(leg=CALLER, peer_call=PEER_CALL, notice=notice(ask=True), telling=-4))
    said(rig)
    if key:
        rig.hear(inputs.DigitPressed(leg=CALLER, digit=key))
    else:
        rig.do(commands.Hangup())
    (answered,) = rig.wants(effects.AnswerPeer)
    assert (answered.peer_call, answered.telling) == (PEER_CALL, -4)
    assert answered.answer == {"1": "yes", "3": "no", "": "not_said"}[key]
    assert not rig.wrote(events.RecordingTold), "it is a fact of the call that records"


def test_a_leg_that_is_gone_was_told_nothing(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Hangup())
    rig.finish()
    rig.hear(
        inputs.TellAsked(leg=CALLER, peer_call=PEER_CALL, notice=notice(ask=False), telling=-4)
    )
    assert [one.answer for one in rig.wants(effects.AnswerPeer)] == ["not_said"]


# --- somebody comes in ----------------------------------------------------------------------------


def recorded(rig: Any) -> None:
    rig.answered()
    rig.do(ruled("none"))
    rig.do(commands.StartRecording(recording=RECORDING))
    rig.hear(inputs.RecordingBegan(recording=RECORDING))
    rig.do(commands.PauseRecording(recording=RECORDING))


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("answer", ["yes", "nothing"])
def test_who_comes_in_is_asked_while_it_rests(rig: Any, answer: Any) -> None:
    recorded(rig)
    rig.do(ruled("none", "ask", again=True))
    rig.do(commands.WidenRecording(recording=RECORDING, notices=(theirs(),)))
    rig.do(commands.ResumeRecording(recording=RECORDING))
    assert not rig.wants(effects.ResumeRecording), "nobody else may let it go on"
    rig.hear(inputs.PeerTold(telling=rig.wants(effects.TellPeer)[0].telling, answer=answer))
    assert bool(rig.wants(effects.ResumeRecording)) is (answer == "yes")
    assert bool(rig.wants(effects.StopRecording)) is (answer == "nothing")


def test_where_two_come_in_the_second_is_waited_for(rig: Any) -> None:
    recorded(rig)
    rig.do(ruled("none", "ask", again=True))
    rig.do(commands.WidenRecording(recording=RECORDING, notices=(theirs(),)))
    rig.do(ruled("none", "ask", "announce", again=True))
    rig.hear(inputs.PeerTold(telling=rig.wants(effects.TellPeer)[0].telling, answer="yes"))
    assert not rig.wants(effects.ResumeRecording)
    third = commands.Owed(
        leg=LegId("LG-third"), notice=notice(ask=False), call=CallId("CA-third"),
        party=PartyId("PA-third"),
    )  # fmt: skip
    rig.do(commands.WidenRecording(recording=RECORDING, notices=(third,)))
    rig.hear(inputs.PeerTold(telling=rig.wants(effects.TellPeer)[1].telling, answer="heard"))
    assert rig.wants(effects.ResumeRecording)


def test_what_somebody_else_paused_goes_on_resting(rig: Any) -> None:
    recorded(rig)
    assert rig.call.rests(RECORDING)
    rig.do(ruled("none", "none", again=True))
    rig.do(commands.WidenRecording(recording=RECORDING, notices=(), resume=False))
    assert not rig.wants(effects.ResumeRecording)
    rig.do(commands.ResumeRecording(recording=RECORDING))
    assert rig.wants(effects.ResumeRecording)


def test_a_recording_that_is_over_is_not_widened(rig: Any) -> None:
    recorded(rig)
    rig.do(commands.StopRecording())
    rig.do(commands.WidenRecording(recording=RECORDING, notices=(theirs(),)))
    assert not rig.wants(effects.TellPeer)
