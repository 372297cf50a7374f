"""The recordings of a call: each comes to an outcome, and the outcome is said once."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.recordings import Recordings
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, LegId, RecordingId
from ringfence.kernel.limits import RECORDINGS_PER_CALL

CALLER = LegId("LG-caller")


def recorded(rig: Any, **more: Any) -> RecordingId:
    rig.answered()
    rig.do(commands.StartRecording(**more))
    (start,) = rig.wants(effects.StartRecording)
    assert isinstance(start, effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    return start.recording


def saved(recording: RecordingId, **more: Any) -> inputs.RecordingEnded:
    return inputs.RecordingEnded(
        recording=recording,
        **({"reason": "stopped", "duration_ms": 4_000, "size": 9, "sha256": ("ab",)} | more),
    )


def test_a_call_recording_has_both_directions(rig: Any) -> None:
    recorded(rig, dual=False)
    (start,) = rig.wants(effects.StartRecording)
    assert [(c.leg, c.incoming, c.party) for c in start.channels] == [
        (CALLER, True, "PA-caller"),
        (CALLER, False, None),
    ]
    assert start.mixed
    (asked,) = rig.wrote(events.RecordingRequested)
    assert asked.legs == (CALLER, CALLER)
    assert asked.parties == ("PA-caller", None)


def test_a_voicemail_has_the_caller_only_and_is_noted(rig: Any) -> None:
    voicemail = recorded(rig, source="voicemail", beep=True, silence_ms=5_000, max_ms=60_000)
    (start,) = rig.wants(effects.StartRecording)
    assert len(start.channels) == 1
    assert (start.beep, start.silence_ms, start.max_ms) == (True, 5_000, 60_000)
    rig.hear(saved(voicemail, reason="silence", duration_ms=9_000))
    (notice,) = rig.told(notices.RecordingFinished)
    assert (notice.reason, notice.duration_ms) == ("silence", 9_000)
    (left,) = rig.wrote(events.VoicemailLeft)
    assert (left.recording, left.duration_ms, left.party) == (voicemail, 9_000, "PA-caller")


def test_the_caller_hangs_up_after_the_message(rig: Any) -> None:
    voicemail = recorded(rig, source="voicemail")
    new = rig.hear(inputs.LegHungUp(leg=CALLER))
    assert new == [
        effects.StopRecording(recording=voicemail),
        effects.ReleaseLeg(leg=CALLER),
    ]
    rig.release()
    assert not rig.call.over  # the last fact waits for the recording
    rig.hear(saved(voicemail))
    assert rig.call.over
    assert [type(notice) for notice in rig.notices[-2:]] == [
        notices.CallOver,
        notices.RecordingFinished,
    ]
    assert rig.fact_names()[-3:] == ["RecordingSaved", "VoicemailLeft", "CallEnded"]
    (begun,), (done,) = rig.told(notices.RecordingBegun), rig.told(notices.RecordingFinished)
    (since,) = [fact.at for fact in rig.wrote(events.RecordingStarted)]
    assert begun.began == done.began == since


def test_a_key_ends_a_message(rig: Any) -> None:
    voicemail = recorded(rig, source="voicemail", finish_on="#1")
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="2")) == []
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="#")) == [
        effects.StopRecording(recording=voicemail)
    ]
    rig.hear(saved(voicemail))
    (notice,) = rig.told(notices.RecordingFinished)
    assert (notice.reason, notice.digit) == ("digit", "#")
    assert rig.told(notices.DigitHeard) == [notices.DigitHeard(digit="2")]


@pytest.mark.parametrize(
    ("more", "ending"),
    [
        ({"min_ms": 5_000}, {"duration_ms": 4_999}),
        ({"silence_ms": 3_000}, {"reason": "silence", "duration_ms": 3_100}),
    ],
)
def test_a_message_without_words_is_thrown_away(
    rig: Any, more: dict[str, Any], ending: dict[str, Any]
) -> None:
    voicemail = recorded(rig, source="voicemail", **more)
    assert rig.hear(saved(voicemail, **ending)) == [effects.DiscardRecording(recording=voicemail)]
    assert rig.told(notices.RecordingMissing)[0].reason == "empty"
    assert not rig.wrote(events.VoicemailLeft)


def test_pause_and_resume(rig: Any) -> None:
    recording = recorded(rig)
    assert rig.do(commands.ResumeRecording()) == []
    assert rig.do(commands.PauseRecording()) == [effects.PauseRecording(recording=recording)]
    assert rig.do(commands.PauseRecording(recording=recording)) == []
    assert rig.do(commands.ResumeRecording(recording=recording)) == [
        effects.ResumeRecording(recording=recording)
    ]
    assert rig.do(commands.PauseRecording(recording=RecordingId("RE-no"))) == []
    names = [name for name in rig.fact_names() if name.startswith("Recording")]
    assert names[-2:] == ["RecordingPaused", "RecordingResumed"]


def test_what_must_not_be_recorded_is_not_even_if_pausing_fails(rig: Any) -> None:
    recording = recorded(rig)
    (pause,) = rig.do(commands.PauseRecording())
    assert rig.hear(inputs.EffectFailed(effect=pause)) == [
        effects.StopRecording(recording=recording)
    ]


def test_stopping_twice_stops_once(rig: Any) -> None:
    recording = recorded(rig)
    assert rig.do(commands.StopRecording()) == [effects.StopRecording(recording=recording)]
    assert rig.do(commands.StopRecording()) == []


# --- nothing is lost silently ---------------------------------------------------------------------


def test_a_refusal_is_said(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    (start,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.EffectFailed(effect=start, fault="disk_full"))
    assert rig.told(notices.RecordingMissing)[0].reason == "disk_full"
    assert rig.wrote(events.RecordingFailed)[0].reason == "disk_full"
    rig.wait(60_000)
    assert not rig.wants(effects.StopRecording)


def test_a_beginning_nobody_confirms_is_closed_and_then_given_up(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    (start,) = rig.wants(effects.StartRecording)
    rig.wait(5_000)
    assert rig.effects[-1] == effects.StopRecording(recording=start.recording)
    rig.wait(15_000)
    assert rig.told(notices.RecordingMissing)[0].reason == "no_answer"


def test_an_end_that_comes_in_time_after_all(rig: Any) -> None:
    recording = recorded(rig)
    rig.do(commands.StopRecording())
    rig.wait(14_999)
    rig.hear(saved(recording))
    assert rig.told(notices.RecordingFinished)
    rig.wait(60_000)
    assert not rig.told(notices.RecordingMissing)


def test_a_media_process_that_died_is_waited_for_longer(rig: Any) -> None:
    recording = recorded(rig)
    rig.hear(inputs.MediaLost(legs=frozenset({CALLER})))
    assert not rig.wants(effects.StopRecording)  # there is nobody to tell
    rig.release()
    rig.wait(59_000)
    assert not rig.call.over
    rig.hear(saved(recording, reason="leg_closed"))
    assert rig.call.over
    assert rig.wrote(events.RecordingSaved)


def test_what_cannot_be_recovered_is_said(rig: Any) -> None:
    recorded(rig)
    rig.hear(inputs.MediaLost(legs=frozenset({CALLER})))
    rig.release()
    rig.wait(60_000)
    assert rig.wrote(events.RecordingFailed)[0].reason == "media_lost"
    assert rig.call.over


@pytest.mark.parametrize("how", ["broke", "stop failed"])
def test_a_broken_recording_is_said_once(rig: Any, how: str) -> None:
    recording = recorded(rig)
    rig.do(commands.StopRecording())
    if how == "broke":
        rig.hear(inputs.RecordingBroke(recording=recording, reason="failed"))
    else:
        rig.hear(inputs.EffectFailed(effect=effects.StopRecording(recording=recording)))
    rig.hear(saved(recording))
    rig.hear(inputs.RecordingBroke(recording=recording, reason="failed"))
    assert len(rig.wrote(events.RecordingFailed)) == 1
    assert not rig.wrote(events.RecordingSaved)


def test_an_empty_one_that_cannot_be_deleted_is_noted(rig: Any) -> None:
    recording = recorded(rig)
    (discard,) = rig.hear(saved(recording, duration_ms=0))
    rig.hear(inputs.EffectFailed(effect=discard))
    assert rig.wrote(events.TimelineNoted)[0].code == "discard_failed"


# --- bounds ---------------------------------------------------------------------------------------


def test_one_of_a_kind_at_a_time(rig: Any) -> None:
    recorded(rig)
    with pytest.raises(LocalError):
        rig.do(commands.StartRecording())
    rig.do(commands.StartRecording(source="voicemail"))


def test_a_program_that_records_in_a_circle_is_stopped() -> None:
    it = Recordings(CallId("CA-1"), account=AccountId("AC-1"), entropy=SeededEntropy(1))
    for _ in range(RECORDINGS_PER_CALL):
        it.recording_failed(it.start_recording("call", ()), "failed")
    with pytest.raises(LocalError):
        it.start_recording("call", ())


def test_the_longest_recording(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording(max_ms=999_999_999))
    (start,) = rig.wants(effects.StartRecording)
    assert start.max_ms == 14_400_000


# --- told first, and guarded ----------------------------------------------------------------------


def told_of(*legs):
    from ringfence.calls.commands import Owed, RecordingNotice

    said = RecordingNotice(clips=("CL-n",), ask=False, text="t", version="1", language="en")
    return tuple(Owed(leg=leg, notice=said) for leg in legs)


def ruled(parties, duties):
    count = len(parties)
    return commands.RuleRecording(
        source="call", outcome="announce", law="announce", rules=("x",), edition="1",
        decided_at=1, beep=False, policy="law", hours=None, zone="UTC", parties=parties,
        places=("",) * count, standings=("person",) * count, consents=("unknown",) * count,
        restricted=(False,) * count, duties=duties,
    )  # fmt: skip


def test_a_recording_begins_once_everybody_has_heard_of_it(rig):
    agent = rig.talking()
    rig.do(ruled(("PA-caller", "PA-agent"), ("announce", "announce")))
    caller = rig.call.first_leg
    rig.do(commands.StartRecording(notices=told_of(caller, agent), asked_by="api"))
    plays = [(e.leg, e.play) for e in rig.wants(effects.StartPlay)][-2:]
    assert not rig.wants(effects.StartRecording)
    (asked,) = rig.wrote(events.RecordingRequested)
    assert asked.asked_by == "api"
    rig.hear(inputs.PlayEnded(leg=plays[0][0], play=plays[0][1], reason="done"))
    assert not rig.wants(effects.StartRecording)
    rig.hear(inputs.PlayEnded(leg=plays[1][0], play=plays[1][1], reason="done"))
    assert len(rig.wants(effects.StartRecording)) == 1
    assert rig.call.may_record("call", ["PA-caller", "PA-agent", None])


def test_who_did_not_hear_of_it_is_not_recorded(rig):
    rig.answered()
    rig.do(ruled(("PA-caller",), ("announce",)))
    rig.do(commands.StartRecording(notices=told_of(rig.call.first_leg)))
    play = rig.wants(effects.StartPlay)[-1].play
    rig.hear(inputs.PlayEnded(leg=rig.call.first_leg, play=play, reason="stopped"))
    assert not rig.wants(effects.StartRecording)
    (failed,) = rig.wrote(events.RecordingFailed)
    assert failed.reason == "refused"


def test_a_call_that_ends_before_anybody_was_told_has_no_recording(rig):
    rig.answered()
    rig.do(ruled(("PA-caller",), ("announce",)))
    rig.do(commands.StartRecording(notices=told_of(rig.call.first_leg)))
    rig.do(commands.Hangup())
    rig.finish()
    assert [fact.reason for fact in rig.wrote(events.RecordingFailed)] == ["refused"]


@pytest.mark.parametrize("ruled_on", [True, False])
def test_who_joins_a_recorded_call_was_ruled_on_or_it_ends(rig, ruled_on):
    rig.answered()
    parties = ("PA-caller", "PA-agent") if ruled_on else ("PA-caller",)
    rig.do(ruled(parties, ("none",) * len(parties)))
    rig.do(commands.StartRecording())
    (agent,) = rig.dial("agent")
    rig.hear(inputs.LegAnswered(leg=agent, codec="PCMU"))
    assert bool(rig.wants(effects.StopRecording)) is not ruled_on


def test_one_kind_is_stopped_and_another_goes_on(rig):
    rig.answered()
    rig.do(commands.StartRecording(source="call"))
    rig.do(commands.StartRecording(source="voicemail"))
    rig.do(commands.StopRecording(source="voicemail"))
    (stopped,) = rig.wants(effects.StopRecording)
    kinds = {e.recording: e.source for e in rig.wants(effects.StartRecording)}
    assert kinds[stopped.recording] == "voicemail"


def test_one_track_is_one_channel(rig):
    rig.answered()
    rig.do(commands.StartRecording(track="outbound"))
    (start,) = rig.wants(effects.StartRecording)
    assert [channel.incoming for channel in start.channels] == [False]
