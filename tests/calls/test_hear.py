"""What each input means: audio that fails, holds, replaced legs, effects that could not be done."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.calls.hearing import Wish
from ringfence.calls.stream import StreamOrder
from ringfence.kernel.ids import (
    CallId,
    ClipId,
    ConferenceId,
    LegId,
    QueueId,
    RecordingId,
    StreamId,
)

CALLER = LegId("LG-caller")
STRANGER = LegId("LG-stranger")
CLIP = ClipId("CL-1")
NOTICE = commands.RecordingNotice(clips=(CLIP,), ask=True, text="hash", version="1", language="en")


@pytest.mark.parametrize(
    "x",
    [
        inputs.LegRang(leg=STRANGER),
        inputs.LegAnswered(leg=STRANGER),
        inputs.LegRefused(leg=STRANGER, cause=Cause.BUSY),
        inputs.LegHungUp(leg=STRANGER),
        inputs.LegFailed(leg=STRANGER, cause=Cause.UNREACHABLE),
        inputs.LegHeld(leg=STRANGER, on=True),
        inputs.LegReleased(leg=STRANGER),
        inputs.LegReleased(leg=CALLER),
        inputs.TransferAsked(leg=STRANGER, refer=1),
        inputs.TransferReported(leg=STRANGER, outcome="completed"),
        inputs.DigitPressed(leg=STRANGER, digit="1"),
        inputs.DigitsSent(leg=STRANGER),
        inputs.PlayEnded(leg=STRANGER, play=1, reason="done"),
        inputs.PlayEnded(leg=CALLER, play=1, reason="done"),
        inputs.RecordingBegan(recording=RecordingId("RE-x")),
        inputs.RecordingEnded(recording=RecordingId("RE-x"), reason="stopped", duration_ms=1),
        inputs.RecordingBroke(recording=RecordingId("RE-x"), reason="failed"),
        inputs.AudioStarted(leg=STRANGER),
        inputs.AudioTimedOut(leg=STRANGER),
        inputs.MediaLost(legs=frozenset({STRANGER})),
        inputs.RoomEntered(leg=STRANGER, members=1),
        inputs.RoomLeft(leg=STRANGER, reason="left"),
        inputs.QueueMoved(position=1, size=1),
        inputs.QueueEnded(reason="full"),
        inputs.Disconnected(leg=CALLER),
        inputs.Connected(leg=CALLER, peer=STRANGER),
    ],
    ids=lambda x: type(x).__name__,
)
def test_what_concerns_nobody_changes_nothing(rig: Any, x: inputs.Input) -> None:
    rig.answered()
    facts, told = len(rig.facts), len(rig.notices)
    assert rig.hear(x) == []
    assert (len(rig.facts), len(rig.notices)) == (facts, told)


# --- audio ------------------------------------------------------------------------------------


def test_the_first_audio_is_measured(rig: Any) -> None:
    rig.answered()
    rig.wait(150)
    rig.hear(inputs.AudioStarted(leg=CALLER))
    rig.wait(5_000)
    rig.hear(inputs.AudioStarted(leg=CALLER))
    rig.do(commands.Hangup())
    rig.finish()
    assert rig.wrote(events.LegEnded)[0].audio_after_ms == 150
    assert not rig.wrote(events.AudioArrived)


def test_late_audio_is_noted(rig: Any) -> None:
    rig.answered()
    rig.wait(2_000)
    rig.hear(inputs.AudioStarted(leg=CALLER))
    assert rig.wrote(events.AudioArrived)


def test_audio_before_the_answer_is_not_late(rig: Any) -> None:
    rig.arrive()
    rig.hear(inputs.AudioStarted(leg=CALLER))
    rig.wait(4_000)
    rig.do(commands.Answer())
    rig.hear(inputs.LegAnswered(leg=CALLER))
    rig.do(commands.Hangup())
    rig.finish()
    assert rig.wrote(events.LegEnded)[0].audio_after_ms == 0


def test_no_audio_from_the_caller_ends_the_call_with_its_name(rig: Any) -> None:
    rig.answered()
    new = rig.hear(inputs.AudioTimedOut(leg=CALLER))
    assert effects.HangUpLeg(leg=CALLER, cause=Cause.MEDIA_TIMEOUT) in new
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by) == (Cause.MEDIA_TIMEOUT, "system")
    assert rig.wrote(events.AudioMissed)


def test_no_audio_from_the_callee_ends_the_dial(rig: Any) -> None:
    agent = rig.talking()
    rig.hear(inputs.AudioTimedOut(leg=agent))
    assert rig.told(notices.DialFinished)[0].cause is Cause.MEDIA_TIMEOUT
    assert not rig.call.ending


def test_silence_on_hold_is_allowed(rig: Any) -> None:
    agent = rig.talking()
    rig.hear(inputs.LegHeld(leg=agent, on=True))
    assert rig.hear(inputs.AudioTimedOut(leg=agent)) == []


def test_the_media_process_dies(rig: Any) -> None:
    agent = rig.talking()
    new = rig.hear(inputs.MediaLost(legs=frozenset({CALLER, agent})))
    assert effects.HangUpLeg(leg=CALLER, cause=Cause.INTERRUPTED) in new
    ended = rig.finish()
    assert (ended.cause, ended.hung_up_by) == (Cause.INTERRUPTED, "system")


def test_only_the_callee_s_media_process_dies(rig: Any) -> None:
    agent = rig.talking()
    rig.hear(inputs.MediaLost(legs=frozenset({agent})))
    assert rig.told(notices.DialFinished)[0].cause is Cause.INTERRUPTED
    assert not rig.call.ending


def test_a_release_the_dead_process_cannot_confirm(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Hangup())
    rig.hear(inputs.MediaLost(legs=frozenset({CALLER})))
    assert rig.call.over
    assert not rig.wrote(events.LegEnded)[0].stats_known


# --- holding ----------------------------------------------------------------------------------


def test_a_party_on_hold_hears_music(make_rig: Any) -> None:
    rig = make_rig(hold_clips=(CLIP,))
    agent = rig.talking()
    (music,) = rig.hear(inputs.LegHeld(leg=agent, on=True))
    assert (music.leg, music.loop, music.clips) == (CALLER, 0, (CLIP,))
    assert rig.hear(inputs.LegHeld(leg=agent, on=True)) == []
    assert rig.hear(inputs.LegHeld(leg=agent, on=False)) == [
        effects.StopPlay(leg=CALLER, patient=True)
    ]
    assert [fact.on for fact in rig.wrote(events.LegHeld)] == [True, False]


def test_music_that_was_stopped_begins_anew_before_its_end_is_reported(make_rig: Any) -> None:
    rig = make_rig(hold_clips=(CLIP,))
    agent = rig.talking()
    (music,) = rig.hear(inputs.LegHeld(leg=agent, on=True))
    rig.hear(inputs.LegHeld(leg=agent, on=False))
    (again,) = rig.hear(inputs.LegHeld(leg=agent, on=True))
    assert again.play != music.play
    rig.hear(inputs.PlayEnded(leg=CALLER, play=music.play, reason="stopped"))
    assert rig.hear(inputs.LegHeld(leg=agent, on=False)) == [
        effects.StopPlay(leg=CALLER, patient=True)
    ]


def test_a_prompt_beside_music_is_waited_for(make_rig: Any) -> None:
    rig = make_rig(hold_clips=(CLIP,))
    rig.answered()
    rig.call._live.hold_music(rig.call._live.first(), on=True)
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    assert rig.do(commands.StopPlay()) == [effects.StopPlay(leg=CALLER)]
    rig.hear(inputs.PlayEnded(leg=CALLER, play=1, reason="stopped"))
    assert [told.play for told in rig.told(notices.PlayFinished)] == [1]


def test_the_music_ends_with_who_put_him_on_hold(make_rig: Any) -> None:
    """The program goes on, with a pause say, and nobody holds anybody any more."""
    rig = make_rig(hold_clips=(CLIP,))
    agent = rig.talking()
    rig.hear(inputs.LegHeld(leg=agent, on=True))
    assert rig.wants(effects.StartPlay)[-1].leg == CALLER
    assert effects.StopPlay(leg=CALLER, patient=True) in rig.hear(inputs.LegHungUp(leg=agent))


@pytest.mark.parametrize("end", ["taken back", "gone"])
def test_a_party_of_another_call_on_hold_hears_music(make_rig: Any, end: str) -> None:
    rig = make_rig(hold_clips=(CLIP,)).answered()
    rig.do(commands.Enqueue(queue=QueueId("QU-1")))
    call = CallId("CA-agent")
    rig.hear(inputs.Connected(leg=CALLER, peer=STRANGER, peer_call=call, bridge=False))
    (play,) = rig.hear(inputs.PeerHeld(leg=CALLER, on=True))
    assert (play.leg, play.clips, play.loop) == (CALLER, (CLIP,), 0)
    rig.hear(inputs.PeerHeld(leg=CALLER, on=True))
    if end == "taken back":
        assert rig.hear(inputs.PeerHeld(leg=CALLER, on=False)) == [
            effects.StopPlay(leg=CALLER, patient=True)
        ]
    else:
        assert rig.hear(inputs.Disconnected(leg=CALLER)) == [
            effects.StopPlay(leg=CALLER, patient=True)
        ]
        assert rig.hear(inputs.PeerHeld(leg=CALLER, on=True)) == []  # too late


def test_who_holds_somebody_of_another_call_tells_it(make_rig: Any) -> None:
    rig = make_rig(hold_clips=(CLIP,)).answered()
    rig.do(commands.TakeFromQueue(queue=QueueId("QU-1")))
    call = CallId("CA-waiter")
    rig.hear(inputs.Connected(leg=CALLER, peer=STRANGER, peer_call=call, bridge=False))
    for on in (True, False):
        assert rig.hear(inputs.LegHeld(leg=CALLER, on=on)) == [
            effects.HoldPeer(leg=CALLER, peer=STRANGER, peer_call=call, on=on)
        ]


def test_holding_alone_is_only_written_down(make_rig: Any) -> None:
    rig = make_rig(hold_clips=(CLIP,)).answered()
    assert rig.hear(inputs.LegHeld(leg=CALLER, on=True)) == []
    assert rig.wrote(events.LegHeld)


# --- keys -------------------------------------------------------------------------------------


def test_a_key_stops_a_prompt_that_allows_it(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Play(play=1, clips=(CLIP,), stop_on_digit=True))
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="1")) == [effects.StopPlay(leg=CALLER)]
    assert rig.told(notices.DigitHeard)


def test_a_key_that_came_by_info_is_sent_on_to_the_partner(rig: Any) -> None:
    agent = rig.talking()
    heard = rig.hear(inputs.DigitPressed(leg=CALLER, digit="7", signalled=True))
    assert heard == [effects.SendDigits(leg=agent, digits="7")]
    heard = rig.hear(inputs.DigitPressed(leg=agent, digit="8", signalled=True))
    assert heard == [effects.SendDigits(leg=CALLER, digits="8")]
    # What came with the audio has gone on with it.
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="9")) == []


def test_a_collection_that_does_not_barge_in_lets_the_prompt_finish(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.do(commands.Collect(barge_in=False))
    assert rig.hear(inputs.DigitPressed(leg=CALLER, digit="1")) == []


def test_a_key_pressed_into_such_a_prompt_waits_for_its_end(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Play(play=1, clips=(CLIP,)))
    rig.do(commands.Collect(barge_in=False, timeout_ms=5_000))
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    rig.wait(60_000)
    assert not rig.told(notices.DigitsEntered)
    rig.hear(inputs.PlayEnded(leg=CALLER, play=1, reason="done"))
    rig.wait(5_000)
    assert [notice.digits for notice in rig.told(notices.DigitsEntered)] == ["1"]


def test_keys_before_the_answer_are_nobody_s(rig: Any) -> None:
    rig.arrive()
    rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
    assert not rig.told(notices.DigitHeard)


def test_digits_sent_to_the_caller(rig: Any) -> None:
    rig.answered()
    rig.do(commands.SendDigits(digits="1w2"))
    rig.hear(inputs.DigitsSent(leg=CALLER))
    rig.do(commands.SendDigits(digits="3"))
    rig.hear(inputs.EffectFailed(effect=rig.wants(effects.SendDigits)[1]))
    assert [notice.failed for notice in rig.told(notices.DigitsSent)] == [False, True]


# --- the failure ladder: every effect has a way out ---------------------------------------------


EXAMPLES: dict[type, effects.Effect] = {
    type(effect): effect
    for effect in (
        effects.RingLeg(leg=CALLER),
        effects.AnswerLeg(leg=CALLER),
        effects.RefuseLeg(leg=CALLER, cause=Cause.BUSY),
        effects.PlaceLeg(leg=STRANGER, endpoint=commands.ToSip(uri="sip:x@example.com")),
        effects.CancelLeg(leg=STRANGER, cause=Cause.CANCELLED),
        effects.HangUpLeg(leg=CALLER, cause=Cause.NORMAL),
        effects.ReleaseLeg(leg=CALLER),
        effects.ReferLeg(leg=CALLER),
        effects.AnswerRefer(leg=CALLER, refer=1, accepted=True),
        effects.ReportRefer(leg=CALLER, refer=1),
        effects.StartPlay(leg=CALLER, play=1, clips=()),
        effects.StartTone(leg=CALLER, play=1, tone="beep"),
        effects.StopPlay(leg=CALLER),
        effects.SendDigits(leg=CALLER, digits="1"),
        effects.BridgeLegs(a=CALLER, b=STRANGER),
        effects.UnbridgeLegs(a=CALLER, b=STRANGER),
        effects.MuteLeg(leg=CALLER, on=True),
        effects.QuietLeg(leg=CALLER, on=True),
        effects.EchoLeg(leg=CALLER, on=True),
        effects.ListenLeg(leg=CALLER),
        effects.StartListening(leg=CALLER, wish=Wish()),
        effects.StopListening(leg=CALLER),
        effects.StartStream(
            stream=StreamId("MZ-x"), leg=CALLER, order=StreamOrder(url="wss://x.example")
        ),
        effects.StopStream(stream=StreamId("MZ-x")),
        effects.HoldStream(stream=StreamId("MZ-x"), on=True),
        effects.StartRecording(recording=RecordingId("RE-x"), source="call", channels=()),
        effects.PauseRecording(recording=RecordingId("RE-x")),
        effects.ResumeRecording(recording=RecordingId("RE-x")),
        effects.StopRecording(recording=RecordingId("RE-x")),
        effects.DiscardRecording(recording=RecordingId("RE-x")),
        effects.RedactDigits(recording=RecordingId("RE-x"), on=True),
        effects.EnterRoom(
            leg=CALLER, join=commands.JoinConference(conference=ConferenceId("CF-x"))
        ),
        effects.LeaveRoom(leg=CALLER, conference=ConferenceId("CF-x")),
        effects.EnterQueue(leg=CALLER, queue=QueueId("QU-x")),
        effects.LeaveQueue(leg=CALLER, queue=QueueId("QU-x")),
        effects.TakeFromQueue(leg=CALLER, queue=QueueId("QU-x")),
        effects.MeetAgent(leg=CALLER, queue=QueueId("QU-x")),
        effects.TellPeer(
            leg=CALLER, peer=STRANGER, peer_call=CallId("CA-x"), notice=NOTICE, telling=-9
        ),
        effects.AnswerPeer(leg=CALLER, peer_call=CallId("CA-x"), telling=-9, answer="yes"),
        effects.HoldPeer(leg=CALLER, peer=STRANGER, peer_call=CallId("CA-x"), on=True),
        effects.LeavePeer(leg=CALLER, peer=STRANGER, peer_call=CallId("CA-x"), cause=Cause.NORMAL),
    )
}


def test_there_is_an_example_of_every_effect() -> None:
    assert set(EXAMPLES) == set(get_args(effects.Effect))


@pytest.mark.parametrize("effect", EXAMPLES.values(), ids=lambda effect: type(effect).__name__)
def test_an_effect_that_fails_out_of_the_blue_does_no_harm(
    rig: Any, effect: effects.Effect
) -> None:
    rig.answered()
    rig.hear(inputs.EffectFailed(effect=effect))
    assert not rig.call.ending
    rig.do(commands.Hangup())
    rig.finish()


def whole_call(rig: Any, make_device: Any, fail_at: int) -> None:
    """A call with everything in it; its ``fail_at``-th effect cannot be carried out."""
    answered: set[int] = set()

    def serve() -> None:
        """Answer the effects as a switch would, except the one that fails."""
        index = 0
        while index < len(rig.effects):
            if index not in answered:
                answered.add(index)
                effect = rig.effects[index]
                if index == fail_at:
                    rig.hear(inputs.EffectFailed(effect=effect))
                else:
                    reply(effect)
            index += 1

    def reply(effect: effects.Effect) -> None:
        match effect:
            case effects.AnswerLeg(leg=leg) | effects.PlaceLeg(leg=leg):
                rig.hear(inputs.LegAnswered(leg=leg))
            case effects.StartPlay(leg=leg, play=play) if effect.loop:
                rig.hear(inputs.PlayEnded(leg=leg, play=play, reason="done"))
            case effects.SendDigits(leg=leg):
                rig.hear(inputs.DigitsSent(leg=leg))
            case effects.StartRecording(recording=recording):
                rig.hear(inputs.RecordingBegan(recording=recording))
            case effects.StopRecording(recording=recording):
                rig.hear(
                    inputs.RecordingEnded(recording=recording, reason="stopped", duration_ms=900)
                )
            case effects.ReleaseLeg(leg=leg):
                rig.hear(inputs.LegReleased(leg=leg))
            case _:
                pass

    def program(command: commands.Command) -> None:
        if not rig.call.ending:
            rig.do(command)
        serve()

    rig.arrive()
    program(commands.Ring())
    program(commands.Answer())
    if rig.call.answered:
        program(commands.StartRecording(source="call"))
        program(commands.Play(play=1, clips=(CLIP,)))
        program(commands.Collect(max_digits=2, sensitive=True))
        rig.hear(inputs.DigitPressed(leg=CALLER, digit="1"))
        rig.hear(inputs.DigitPressed(leg=CALLER, digit="2"))
        program(commands.PauseRecording())
        program(commands.ResumeRecording())
        targets = (make_device("agent", send_digits="1"),)
        program(commands.Dial(targets=targets, record="from_answer"))
        program(commands.EndDial())
        program(commands.StartRecording(source="voicemail", min_ms=1_000))
        program(commands.StopRecording())
        program(commands.Hangup())
    serve()
    rig.wait(300_000)
    serve()


@pytest.mark.parametrize("fail_at", range(32))
def test_whichever_effect_fails_the_call_ends_cleanly(
    rig: Any, make_device: Any, make_ledger: Any, fail_at: int
) -> None:
    """For every n: when the n-th effect fails, everything opened is closed, and it is all said."""
    whole_call(rig, make_device, fail_at)
    assert rig.call.over
    ledger = make_ledger()
    ledger.opens(CALLER)
    for index, effect in enumerate(rig.effects):
        ledger.effect(effect)
        if index == fail_at:
            ledger.failed(effect)
    for fact in rig.facts:
        ledger.fact(fact)
    ledger.over = len(rig.told(notices.CallOver))
    ledger.conclude()


def test_the_ladder_is_high_enough(rig: Any, make_device: Any) -> None:
    whole_call(rig, make_device, -1)
    assert 20 <= len(rig.effects) <= 32
