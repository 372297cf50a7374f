"""What each command does to a call: one function per command, one table of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringfence.calls import commands, effects, events, notices
from ringfence.calls.activity import Activity
from ringfence.calls.causes import Cause
from ringfence.calls.collect import Collector
from ringfence.calls.dial import DialActivity
from ringfence.calls.dial_voices import both_voices
from ringfence.calls.leg import Leg
from ringfence.calls.lifecycle import LiveCall
from ringfence.calls.recording import Recording
from ringfence.calls.rooms import ConferenceStay
from ringfence.calls.transfer import ReferAway
from ringfence.calls.waiting import QueueTaking, QueueWaiting
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import RecordingId


def _originate(call: LiveCall, c: commands.Originate) -> None:
    if call.state != "new":
        raise LocalError("the call has begun already")
    call.direction = "outbound"
    leg = call.place(c.target, role=c.role, caller_id=c.caller_id, ring_ms=c.ring_ms)
    # The call is written down before its leg: its own fact is the first of all.
    placed = call.facts.pop()
    call.caller = c.caller
    call.listen = c.listen
    call.begin(leg, "place", c.max_duration_ms)
    call.facts.append(
        events.CallPlaced(
            at=call.now,
            call=call.call,
            account=call.account,
            leg=leg.id,
            caller=c.caller,
            called=c.called,
            number=c.number,
            flow=c.flow,
            trunk=c.target.trunk,
            application=c.application,
        )
    )
    call.facts.append(placed)
    call.timers.set("offer", call.now + c.ring_ms)


def _ring(call: LiveCall, c: commands.Ring) -> None:  # noqa: ARG001
    call.ring(call.first())


def _answer(call: LiveCall, c: commands.Answer) -> None:  # noqa: ARG001
    first = call.first()
    if first.state == "up":
        call.tell(notices.Answered())
    else:
        call.answer(first)


def _reject(call: LiveCall, c: commands.Reject) -> None:
    call.farewell = c.headers
    call.end(c.cause, "system")


def _hangup(call: LiveCall, c: commands.Hangup) -> None:
    call.farewell = c.headers
    cause = c.cause
    if cause is Cause.NORMAL and call.answered_at is None:
        # A caller who was never answered hears why: the dial that failed, if there was one.
        cause = call.last_dial_cause or (
            Cause.CANCELLED if call.direction == "outbound" else Cause.NO_ANSWER
        )
    # A program that does nothing more after the callee hung up has not ended the call itself.
    call.end(cause, call.last_far_hangup or "system")


def _drop_leg(call: LiveCall, c: commands.DropLeg) -> None:
    leg = call.legs.get(c.leg)
    if leg is None or leg.over:
        return
    if leg is call.anchor:
        call.end(c.cause, "system")
        return
    call.end_leg(leg, c.cause)
    if call.activity is not None:
        call.activity.leg_over(leg)


def _limit_time(call: LiveCall, c: commands.LimitTime) -> None:
    if c.leg is not None and (call.anchor is None or c.leg != call.anchor.id):
        if not isinstance(call.activity, DialActivity) or call.activity.partner != c.leg:
            raise LocalError("nobody talks to that leg")
        call.activity.limit(c.max_ms)
        return
    call.max_duration_ms = min(c.max_ms, call.settings.max_duration_ms)
    if call.answered_at is not None:
        call.timers.set("max", max(call.answered_at + call.max_duration_ms, call.now))


def _give_leg(call: LiveCall, c: commands.GiveLeg) -> None:
    activity = call.activity
    if not isinstance(activity, DialActivity) or not activity.gives(c.leg):
        raise LocalError("only a leg that talks through a dial can be handed over")
    activity.give(c.to)


def _adopt_leg(call: LiveCall, c: commands.AdoptLeg) -> None:
    if call.state != "new":
        raise LocalError("the call has begun already")
    call.direction = "outbound"
    call.caller = c.caller
    leg = Leg(
        c.leg, role="callee", state="up", placed_at=c.placed_at, party=c.party, person=c.person
    )
    leg.up_at, leg.audio_at = c.up_at, c.audio_at
    leg.codec = c.codec
    call.begin(leg, "place", None)
    call.offered_at = c.placed_at
    call.facts.append(
        events.CallPlaced(
            at=c.placed_at,
            call=call.call,
            account=call.account,
            leg=leg.id,
            caller=c.caller,
            called=c.party,
            number=c.number,
            parent=c.parent,
        )
    )
    call.first_leg_up(leg, since=c.up_at)


def _play(call: LiveCall, c: commands.Play) -> None:
    if c.play <= 0:
        raise LocalError("a prompt has a number above zero")
    call.last_far_hangup = None
    leg = call.find(c.leg)
    if not c.clips:
        call.tell(notices.PlayFinished(play=c.play, reason="done"))
        return
    call.play(leg, c.play, c.clips, loop=c.loop, stop_on_digit=c.stop_on_digit)
    if leg is call.anchor:
        call.await_digits()


def _play_tone(call: LiveCall, c: commands.PlayTone) -> None:
    if c.play <= 0:
        raise LocalError("a prompt has a number above zero")
    call.last_far_hangup = None
    leg = call.find(c.leg)
    call.tone(leg, c.play, c.tone, c.duration_ms)
    if leg is call.anchor:
        call.await_digits()


def _stop_play(call: LiveCall, c: commands.StopPlay) -> None:
    call.stop_play(call.find(c.leg))


def _collect(call: LiveCall, c: commands.Collect) -> None:
    call.find(None)
    _need_no_talk(call)
    call.last_far_hangup = None
    call.end_collection("stopped")
    call.collector = Collector(c)
    if c.sensitive:
        call.keep_secret("collect", on=True)
    call.await_digits()


def _prompts_done(call: LiveCall, c: commands.PromptsDone) -> None:  # noqa: ARG001
    if call.collector is not None:
        call.collector.prompting = False
        if call.collector.count == 0 or not call.collector.barge_in:
            call.await_digits()


def _stop_collect(call: LiveCall, c: commands.StopCollect) -> None:  # noqa: ARG001
    call.end_collection("stopped")


def _guard_digits(call: LiveCall, c: commands.GuardDigits) -> None:
    if c.why == "session":
        call.secret_leg = call.find(c.leg).id if c.on else None
    if not c.on and c.why == "session":
        call.end_capture("stopped", tell=False)
    call.keep_secret(c.why, on=c.on)


def _capture(call: LiveCall, c: commands.Capture) -> None:
    call.begin_capture(call.find(c.leg), Collector(c))


def _stop_capture(call: LiveCall, c: commands.StopCapture) -> None:  # noqa: ARG001
    call.end_capture("stopped")


def _send_digits(call: LiveCall, c: commands.SendDigits) -> None:
    call.dial_digits(call.find(c.leg), c.digits)


# --- recording ------------------------------------------------------------------------------------


def _start_recording(call: LiveCall, c: commands.StartRecording) -> None:
    first = call.find(None)
    call.last_far_hangup = None
    channels: tuple[effects.Channel, ...] = call.both_ways(first)
    if c.partner is not None:
        channels = both_voices(first, call.find(c.partner))
    if isinstance(call.activity, QueueTaking) and c.source == "dial":
        voices = call.activity.voices()
        if voices is None:
            raise LocalError("nobody talks to the first leg")
        if call.recordings_spent:
            call.note("recording_failed", "there are as many recordings as a call may have")
            return
        channels = voices
    if c.source == "voicemail" or c.track == "inbound":
        channels = channels[:1]
    elif c.track == "outbound":
        channels = channels[1:]
    recording = call.start_recording(
        c.source,
        channels,
        max_ms=c.max_ms,
        silence_ms=c.silence_ms,
        min_ms=c.min_ms,
        finish_on=c.finish_on,
        beep=c.beep,
        mixed=not c.dual,
        trim=c.trim,
        track=c.track,
        asked_by=c.asked_by,
        name=c.recording,
        hold_back=bool(c.notices),
    )
    if c.notices:
        call.tell_of_recording(recording, c.notices)


def _rule_recording(call: LiveCall, c: commands.RuleRecording) -> None:
    parties = (call.first().party, *c.parties[1:])
    if isinstance(call.activity, QueueTaking) and call.activity.peer and len(parties) == 2:
        parties = (parties[0], call.activity.peer.party)
    duties = zip(parties, c.duties, strict=True)
    call.permits.rule(c.source, c.outcome, duties, again=c.again)
    call.facts.append(
        events.RecordingRuled(
            at=call.now,
            call=call.call,
            source=c.source,
            outcome=c.outcome,
            law=c.law,
            rules=c.rules,
            edition=c.edition,
            decided_at=c.decided_at,
            beep=c.beep,
            policy=c.policy,
            opens=-1 if c.hours is None else c.hours[0],
            closes=-1 if c.hours is None else c.hours[1],
            zone=c.zone,
            parties=parties,
            places=c.places,
            standings=c.standings,
            consents=c.consents,
            restricted=c.restricted,
            duties=c.duties,
        )
    )


def _tell_recording(call: LiveCall, c: commands.TellRecording) -> None:
    first = call.first()
    call.told(first.id, first.party, c.source, c, c.answer)


def _widen_recording(call: LiveCall, c: commands.WidenRecording) -> None:
    recording = call.recordings.get(c.recording)
    if recording is None or not recording.running:
        return
    recording.resumes = c.resume
    if c.notices:
        call.tell_of_recording(recording, c.notices)
    else:
        call.all_told(recording)


def _forbid_recording(call: LiveCall, c: commands.ForbidRecording) -> None:
    # In a talk each side is heard on the other's channels too, so all of it stops.
    call.permits.forbid(c.party)
    for recording in tuple(call.recordings.values()):
        call.stop_recording(recording)
    for stream in tuple(call.streams.values()):
        if not stream.order.two_way:  # a third ear, ruled on like a recording
            call.stop_stream(stream)
    call.note("recording_forbidden", "a party lets it be recorded no more: nothing more is kept")


def _chosen(call: LiveCall, recording: RecordingId | None) -> tuple[Recording, ...]:
    if recording is None:
        return tuple(call.recordings.values())
    found = call.recordings.get(recording)
    return () if found is None else (found,)


def _pause_recording(call: LiveCall, c: commands.PauseRecording) -> None:
    for recording in _chosen(call, c.recording):
        if recording.step("pause"):
            call.effects.append(
                effects.PauseRecording(recording=recording.id, keep_time=c.keep_time)
            )
            call.facts.append(
                events.RecordingPaused(at=call.now, call=call.call, recording=recording.id)
            )


def _resume_recording(call: LiveCall, c: commands.ResumeRecording) -> None:
    for recording in _chosen(call, c.recording):
        if not call.waits_for_word(recording):
            call.resume_recording(recording)


def _stop_recording(call: LiveCall, c: commands.StopRecording) -> None:
    for recording in _chosen(call, c.recording):
        if c.source is None or c.source == recording.source:
            call.stop_recording(recording)


# --- other people ---------------------------------------------------------------------------------


def _need_free(call: LiveCall) -> None:
    if call.activity is not None:
        raise LocalError("the first leg is dialling, waiting or talking")


def _need_no_talk(call: LiveCall) -> None:
    if call.activity is not None and not isinstance(call.activity, QueueWaiting):
        raise LocalError("the first leg is dialling or talking")


def _start(call: LiveCall, activity: Activity) -> None:
    call.last_far_hangup = None
    call.end_collection("stopped")
    call.activity = activity


def _dial(call: LiveCall, c: commands.Dial) -> None:
    _need_free(call)
    if call.first().over:
        raise LocalError("the first leg has ended")
    dial = DialActivity(call, c)
    _start(call, dial)
    dial.begin()


def _end_dial(call: LiveCall, c: commands.EndDial) -> None:
    if call.activity is not None:
        call.activity.stop(c.cause)


def _screened(call: LiveCall, c: commands.Screened) -> None:
    if isinstance(call.activity, DialActivity):
        call.activity.screened(c.leg, c.screen)


def _join_conference(call: LiveCall, c: commands.JoinConference) -> None:
    _need_free(call)
    call.find(None)
    call.guard_recording(None)
    stay = ConferenceStay(call, c)
    _start(call, stay)
    stay.begin()


def _leave_conference(call: LiveCall, c: commands.LeaveConference) -> None:  # noqa: ARG001
    if isinstance(call.activity, ConferenceStay):
        call.activity.stop(Cause.NORMAL)


def _keep_voice(call: LiveCall, c: commands.KeepVoice) -> None:
    if isinstance(call.activity, ConferenceStay):
        call.activity.keep(on=c.on)


def _hold_voice(call: LiveCall, c: commands.HoldVoice) -> None:
    if isinstance(call.activity, ConferenceStay):
        if c.why == "unasked":
            call.drop_voice()
        call.activity.hush(c.why, on=c.on, keep_time=c.keep_time)


def _ask_voice(call: LiveCall, c: commands.AskVoice) -> None:
    if isinstance(call.activity, ConferenceStay) and not call.permits.denied("conference"):
        call.tell_of_voice(c)


def _enqueue(call: LiveCall, c: commands.Enqueue) -> None:
    _need_free(call)
    call.find(None)
    waiting = QueueWaiting(call, c)
    _start(call, waiting)
    waiting.begin()


def _leave_queue(call: LiveCall, c: commands.LeaveQueue) -> None:  # noqa: ARG001
    if isinstance(call.activity, QueueWaiting):
        call.activity.stop(Cause.NORMAL)


def _meet_agent(call: LiveCall, c: commands.MeetAgent) -> None:  # noqa: ARG001
    if isinstance(call.activity, QueueWaiting):
        call.activity.meet()


def _take_from_queue(call: LiveCall, c: commands.TakeFromQueue) -> None:
    _need_free(call)
    call.find(None)
    taking = QueueTaking(call, c)
    _start(call, taking)
    taking.begin()


def _transfer(call: LiveCall, c: commands.Transfer) -> None:
    _need_free(call)
    call.find(None)
    away = ReferAway(call, c)
    _start(call, away)
    away.begin()


def _mute(call: LiveCall, c: commands.Mute) -> None:
    leg = call.find(c.leg)
    call.effects.append(effects.MuteLeg(leg=leg.id, on=c.on))
    call.facts.append(events.LegMuted(at=call.now, call=call.call, leg=leg.id, on=c.on))


def _echo(call: LiveCall, c: commands.Echo) -> None:
    _need_free(call)
    call.effects.append(effects.EchoLeg(leg=call.find(None).id, on=c.on))


def _listen(call: LiveCall, c: commands.Listen) -> None:
    call.last_far_hangup = None
    call.effects.append(effects.StartListening(leg=call.find(None).id, wish=c.wish))


def _stop_listening(call: LiveCall, c: commands.StopListening) -> None:  # noqa: ARG001
    call.effects.append(effects.StopListening(leg=call.first().id))


def _start_stream(call: LiveCall, c: commands.StartStream) -> None:
    call.find(None)
    call.last_far_hangup = None
    if c.notice is not None:
        call.tell_of_stream(c, c.notice)
    else:
        call.let_hear(c)


def _stop_stream(call: LiveCall, c: commands.StopStream) -> None:
    for stream in tuple(call.streams.values()):
        named = c.name and stream.order.name == c.name
        if stream.id == c.stream or named or (c.two_way and stream.order.two_way):
            call.stop_stream(stream)


def _hold(call: LiveCall, c: commands.Hold) -> None:
    leg = call.find(c.leg)
    partner = None if leg.peer is None else call.legs.get(leg.peer)
    if partner is None:
        raise LocalError("there is nobody to put on hold")
    call.effects.append(effects.MuteLeg(leg=partner.id, on=c.on))
    call.hold(leg, on=c.on, clips=c.clips)


def _clear(call: LiveCall, c: commands.Clear) -> None:  # noqa: ARG001
    call.end_collection("stopped", tell=False)
    call.keep_secret("verb", on=False)
    if call.activity is not None:
        call.activity.stop(Cause.CANCELLED, tell=False)
    first = call.first()
    for play in tuple(first.plays):
        if play > 0:
            call.forget_play(first, play)
    if first.state == "up":
        call.effects.append(effects.StopPlay(leg=first.id))


def _forward_leg(call: LiveCall, c: commands.ForwardLeg) -> None:
    if c.target.party is None:
        raise LocalError("nobody knows whom the leg was sent on to")
    call.facts.append(
        events.LegForwarded(
            at=call.now,
            call=call.call,
            leg=c.leg,
            party=c.target.party,
            caller=None if call.first().id == c.leg else call.caller,
            trunk=c.target.trunk,
        )
    )


def _note(call: LiveCall, c: commands.Note) -> None:
    call.note(c.code, c.text, c.level)


OBEY: dict[type, Callable[[LiveCall, Any], None]] = {
    commands.Originate: _originate,
    commands.Ring: _ring,
    commands.Answer: _answer,
    commands.Reject: _reject,
    commands.Hangup: _hangup,
    commands.DropLeg: _drop_leg,
    commands.LimitTime: _limit_time,
    commands.GiveLeg: _give_leg,
    commands.AdoptLeg: _adopt_leg,
    commands.Play: _play,
    commands.PlayTone: _play_tone,
    commands.StopPlay: _stop_play,
    commands.Collect: _collect,
    commands.PromptsDone: _prompts_done,
    commands.StopCollect: _stop_collect,
    commands.GuardDigits: _guard_digits,
    commands.Capture: _capture,
    commands.StopCapture: _stop_capture,
    commands.SendDigits: _send_digits,
    commands.RuleRecording: _rule_recording,
    commands.TellRecording: _tell_recording,
    commands.WidenRecording: _widen_recording,
    commands.ForbidRecording: _forbid_recording,
    commands.StartRecording: _start_recording,
    commands.PauseRecording: _pause_recording,
    commands.ResumeRecording: _resume_recording,
    commands.StopRecording: _stop_recording,
    commands.Dial: _dial,
    commands.EndDial: _end_dial,
    commands.Screened: _screened,
    commands.JoinConference: _join_conference,
    commands.LeaveConference: _leave_conference,
    commands.AskVoice: _ask_voice,
    commands.HoldVoice: _hold_voice,
    commands.KeepVoice: _keep_voice,
    commands.Enqueue: _enqueue,
    commands.LeaveQueue: _leave_queue,
    commands.MeetAgent: _meet_agent,
    commands.TakeFromQueue: _take_from_queue,
    commands.Transfer: _transfer,
    commands.Mute: _mute,
    commands.Echo: _echo,
    commands.Listen: _listen,
    commands.StopListening: _stop_listening,
    commands.StartStream: _start_stream,
    commands.StopStream: _stop_stream,
    commands.Hold: _hold,
    commands.Clear: _clear,
    commands.ForwardLeg: _forward_leg,
    commands.Note: _note,
}
"""The function of every command; a test holds that none is missing."""
