"""What each input means to a call: one function per input, one table of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from ringfence.calls import effects, events, handing, inputs, notices
from ringfence.calls.causes import Cause
from ringfence.calls.dial import DialActivity
from ringfence.calls.leg import Leg
from ringfence.calls.lifecycle import LiveCall
from ringfence.calls.reply import Reply
from ringfence.calls.transfer import BlindTransfer
from ringfence.kernel.ids import LegId
from ringfence.kernel.limits import AUDIO_LATE_MS

# --- legs -----------------------------------------------------------------------------------------


def _arrived(call: LiveCall, x: inputs.CallArrived) -> None:
    call.caller = x.caller
    leg = Leg(x.leg, role="caller", state="offered", placed_at=call.now, party=x.caller)
    call.begin(leg, "arrive", x.max_duration_ms)
    call.facts.append(
        events.CallOffered(
            at=call.now,
            call=call.call,
            account=call.account,
            leg=x.leg,
            caller=x.caller,
            called=x.called,
            number=x.number,
            trunk=x.trunk,
            flow=x.flow,
            forwarded=x.forwarded,
            parent=x.parent,
            application=x.application,
        )
    )
    call.timers.set("offer", call.now + call.settings.offer_ms)


def _rang(call: LiveCall, x: inputs.LegRang) -> None:
    leg = call.legs.get(x.leg)
    if leg is None:
        return
    was = leg.state
    if not leg.step("rang"):
        return
    if was == "placing":
        call.facts.append(
            events.LegAlerted(at=call.now, call=call.call, leg=leg.id, early_media=x.early_media)
        )
    if leg is call.anchor:
        call.rang()
    elif call.activity is not None:
        call.activity.leg_rang(leg, early_media=x.early_media)


def _answered(call: LiveCall, x: inputs.LegAnswered) -> None:
    leg = call.legs.get(x.leg)
    if leg is None:
        return
    ours = leg.target is not None
    if not leg.step("answered"):
        return
    leg.up_at = call.now
    leg.codec = x.codec
    leg.reply = x.reply
    if ours:
        call.facts.append(
            events.LegConnected(at=call.now, call=call.call, leg=leg.id, codec=x.codec)
        )
    if leg.target is not None and leg.target.listen is not None and leg is not call.anchor:
        call.effects.append(effects.ListenLeg(leg=leg.id, how=leg.target.listen))
    if leg is call.anchor:
        call.first_leg_up(leg)
    if call.activity is not None:
        call.activity.leg_up(leg)


def _refused(call: LiveCall, x: inputs.LegRefused) -> None:
    leg = call.legs.get(x.leg)
    if leg is not None and leg.step("refused"):
        leg.reply = x.reply
        call.lose_leg(leg, x.cause, by_far_end=True, status=x.status)
        _lost(call, leg)


def _hung_up(call: LiveCall, x: inputs.LegHungUp) -> None:
    leg = call.legs.get(x.leg)
    if leg is None:
        return
    cause = x.cause
    if leg.up_at is None and cause is Cause.NORMAL:
        cause = Cause.CANCELLED
    if leg.step("hung_up"):
        if x.returned:
            leg.reply = replace(leg.reply or Reply(), returned=x.returned)
        call.lose_leg(leg, cause, by_far_end=True)
        _lost(call, leg)


def _leads(call: LiveCall, x: inputs.LegLeads) -> None:
    call.facts.append(events.LegGiven(at=call.now, call=call.call, leg=x.leg, to=x.to))


def _failed(call: LiveCall, x: inputs.LegFailed) -> None:
    leg = call.legs.get(x.leg)
    if leg is not None and leg.step("failed"):
        call.lose_leg(leg, x.cause, by_far_end=False)
        _lost(call, leg)


def _lost(call: LiveCall, leg: Leg) -> None:
    """A leg has ended, whoever did it: the first one takes the call with it."""
    activity = call.activity
    if leg is not call.anchor:
        if activity is not None:
            activity.leg_over(leg)
    elif activity is None or not activity.survives(leg):
        call.end(leg.cause, leg.role if leg.by_far_end else "system")


def _held(call: LiveCall, x: inputs.LegHeld) -> None:
    leg = call.legs.get(x.leg)
    if leg is None or leg.state != "up" or leg.held == x.on:
        return
    leg.held = x.on
    call.hold(leg, on=x.on)


def _peer_held(call: LiveCall, x: inputs.PeerHeld) -> None:
    leg = call.legs.get(x.leg)
    if leg is not None and leg.peer_call is not None:
        call.hold_music(leg, on=x.on)


def _released(call: LiveCall, x: inputs.LegReleased) -> None:
    leg = call.legs.get(x.leg)
    if leg is not None and leg.state == "ended":
        call.leg_released(leg, x.stats)


def _transfer_asked(call: LiveCall, x: inputs.TransferAsked) -> None:
    leg = call.legs.get(x.leg)
    if leg is None or leg.state != "up":
        return
    activity = call.activity
    if isinstance(activity, DialActivity) and activity.asks_about(leg.id):
        call.effects.append(effects.AnswerRefer(leg=leg.id, refer=x.refer, accepted=True))
        call.effects.append(effects.ReportRefer(leg=leg.id, refer=x.refer, cause=Cause.NORMAL))
        activity.referred(x.uri)
        return
    sent = activity.sends_partner(leg.id) if isinstance(activity, DialActivity) else None
    if sent is not None and x.uri:
        call.effects.append(effects.AnswerRefer(leg=leg.id, refer=x.refer, accepted=True))
        call.effects.append(effects.ReportRefer(leg=leg.id, refer=x.refer, cause=Cause.NORMAL))
        call.tell(notices.CallerRefers(leg=sent, target=x.uri))
        return
    if x.inside and leg.peer is not None:
        _leaves_for_program(call, leg, x.refer)
        return
    stay = None if leg.peer is None else call.legs.get(leg.peer)
    if (
        isinstance(activity, DialActivity)
        and activity.state == "talking"
        and stay is not None
        and stay.state == "up"
        and x.target is not None
    ):
        transfer = BlindTransfer(call, activity, leaver=leg, stay=stay, refer=x.refer)
        call.activity = transfer
        transfer.begin(x.target)
    else:
        call.effects.append(effects.AnswerRefer(leg=leg.id, refer=x.refer, accepted=False))


def _leaves_for_program(call: LiveCall, leg: Leg, refer: int) -> None:
    """Its partner goes on with a program of ours, at once: there is nobody who has to answer."""
    call.effects.append(effects.AnswerRefer(leg=leg.id, refer=refer, accepted=True))
    call.effects.append(effects.ReportRefer(leg=leg.id, refer=refer, cause=Cause.NORMAL))
    call.facts.append(events.LegTransferred(at=call.now, call=call.call, leg=leg.id))
    if leg is not call.anchor:
        call.end_leg(leg, Cause.TRANSFERRED)


def _transfer_reported(call: LiveCall, x: inputs.TransferReported) -> None:
    if call.activity is not None:
        call.activity.hear(x)


# --- media ----------------------------------------------------------------------------------------


def _digit(call: LiveCall, x: inputs.DigitPressed) -> None:
    leg = call.legs.get(x.leg)
    if leg is None or leg.state != "up":
        return
    if (call.secrets or call.capture is not None) and call.secret_digit(leg, x.digit):
        return
    if call.answers_notice(leg, x.digit):
        return
    if leg.plays and any(playing.stop_on_digit for playing in leg.plays.values()):
        call.stop_play(leg)
    partner = call.legs.get(leg.peer) if x.signalled and leg.peer is not None else None
    if partner is not None and partner.state == "up":
        call.dial_digits(partner, x.digit)
    if call.activity is not None and call.activity.digit(leg, x.digit):
        return
    if leg is not call.anchor:
        return
    for recording in tuple(call.recordings.values()):
        if recording.running and x.digit in recording.finish_on:
            recording.ended_by_digit = x.digit
            call.stop_recording(recording)
            return
    collector = call.collector
    if collector is None:
        call.tell(notices.DigitHeard(digit=x.digit))
        return
    if collector.count == 0 and collector.barge_in:
        call.stop_play(leg)
    reason = collector.press(x.digit)
    if reason is None:
        call.await_digits()
    else:
        call.end_collection(reason)


def _answerer_known(call: LiveCall, x: inputs.AnswererKnown) -> None:
    if call.anchor is not None and x.leg == call.anchor.id:
        call.answerer_known(x.answered_by, x.after_ms)
        return
    leg = call.legs.get(x.leg)
    if leg is not None and leg.target is not None and leg.target.listen is not None:
        call.facts.append(
            events.AnswererDetected(
                at=call.now,
                call=call.call,
                answered_by=x.answered_by,
                after_ms=x.after_ms,
                leg=leg.id,
            )
        )
        call.tell(
            notices.CalleeKnown(
                report=leg.target.report,
                leg=leg.id,
                answered_by=x.answered_by,
                after_ms=x.after_ms,
            )
        )


def _digits_sent(call: LiveCall, x: inputs.DigitsSent) -> None:
    leg = call.legs.get(x.leg)
    if leg is None or leg.over:
        return
    if leg is call.anchor and "digits" in call.preparing:
        call.prepared("digits")
    elif leg is call.anchor:
        call.tell(notices.DigitsSent())
    elif call.activity is not None:
        call.activity.digits_sent(leg)


def _play_ended(call: LiveCall, x: inputs.PlayEnded) -> None:
    leg = call.legs.get(x.leg)
    if leg is None or not call.end_play(leg, x.play, x.reason, x.played_ms):
        return
    if x.play in call.tellings:
        call.notice_played(x.play, x.reason)
    elif x.play < 0:
        if call.activity is not None:
            call.activity.play_ended(leg, x.play, x.reason)
    elif leg is call.anchor and call.collector is not None:
        collector = call.collector
        if collector.count == 0 or not collector.barge_in:
            call.await_digits()


def _recording_began(call: LiveCall, x: inputs.RecordingBegan) -> None:
    recording = call.recordings.get(x.recording)
    if recording is not None and recording.step("began"):
        call.timers.clear("recording", recording.id)
        call.facts.append(
            events.RecordingStarted(at=call.now, call=call.call, recording=recording.id)
        )
        recording.began_at = call.now
        call.tell(
            notices.RecordingBegun(
                recording=recording.id, source=recording.source, began=recording.began_at
            )
        )


def _recording_ended(call: LiveCall, x: inputs.RecordingEnded) -> None:
    recording = call.recordings.get(x.recording)
    if recording is not None:
        call.recording_saved(
            recording,
            x.reason,
            x.duration_ms,
            size=x.size,
            sha256=x.sha256,
            from_ms=x.from_ms,
            cut_ms=x.cut_ms,
        )


def _recording_broke(call: LiveCall, x: inputs.RecordingBroke) -> None:
    recording = call.recordings.get(x.recording)
    if recording is not None:
        call.recording_failed(recording, x.reason)


def _audio_started(call: LiveCall, x: inputs.AudioStarted) -> None:
    leg = call.legs.get(x.leg)
    if leg is None or leg.audio_at is not None:
        return
    leg.audio_at = call.now
    if leg.up_at is not None and call.now - leg.up_at >= AUDIO_LATE_MS:
        call.facts.append(events.AudioArrived(at=call.now, call=call.call, leg=leg.id))


def _audio_timed_out(call: LiveCall, x: inputs.AudioTimedOut) -> None:
    leg = call.legs.get(x.leg)
    # A party that has put us on hold is allowed to send nothing (RFC 3264 8.4).
    if leg is None or leg.state != "up" or leg.held:
        return
    call.facts.append(events.AudioMissed(at=call.now, call=call.call, leg=leg.id))
    call.end_leg(leg, Cause.MEDIA_TIMEOUT)
    _lost(call, leg)


def _media_lost(call: LiveCall, x: inputs.MediaLost) -> None:
    for recording in call.recordings.values():
        if any(channel.leg in x.legs for channel in recording.channels):
            call.lose_recording(recording)
    lost = [leg for leg in call.legs.values() if leg.id in x.legs]
    for leg in lost:
        if leg.state == "ended":
            call.leg_released(leg, None)
        elif not leg.over:
            call.end_leg(leg, Cause.INTERRUPTED)
            _lost(call, leg)


def _speech_heard(call: LiveCall, x: inputs.SpeechHeard) -> None:
    if call.anchor is not None and call.anchor.id == x.leg:
        call.tell(notices.SpeechHeard(text=x.text, confidence=x.confidence, final=x.final))


def _hearing_ended(call: LiveCall, x: inputs.HearingEnded) -> None:
    if call.anchor is not None and call.anchor.id == x.leg:
        call.tell(notices.HearingOver(reason=x.reason))


def _stream_began(call: LiveCall, x: inputs.StreamBegan) -> None:
    call.stream_began(x.stream)


def _stream_ended(call: LiveCall, x: inputs.StreamEnded) -> None:
    call.stream_ended(x.stream, x.reason, sent=x.sent, dropped=x.dropped)


# --- rooms, queues, other calls -------------------------------------------------------------------


def _to_activity(
    call: LiveCall,
    x: inputs.RoomEntered
    | inputs.RoomLeft
    | inputs.RoomMuted
    | inputs.RoomHeld
    | inputs.QueueMoved
    | inputs.QueueOffered
    | inputs.QueueEnded
    | inputs.Disconnected,
) -> None:
    if call.activity is not None:
        call.activity.hear(x)


def _connected(call: LiveCall, x: inputs.Connected) -> None:
    if call.activity is not None and call.activity.accepts_partner:
        call.activity.hear(x)
    elif x.peer_call is not None:
        # Too late: our party has gone meanwhile, and theirs must not wait for it.
        call.leave_peer(x.leg, x.peer, x.peer_call, Cause.CANCELLED)


def _tell_asked(call: LiveCall, x: inputs.TellAsked) -> None:
    call.tell_for(x)


def _peer_told(call: LiveCall, x: inputs.PeerTold) -> None:
    call.peer_answered(x.telling, x.answer)


# --- effects that failed --------------------------------------------------------------------------


def _effect_failed(call: LiveCall, x: inputs.EffectFailed) -> None:
    match x.effect:
        case effects.AnswerLeg(leg=leg_id):
            leg = call.legs.get(leg_id)
            if leg is not None and leg.state == "answering":
                call.end_leg(leg, x.cause)
                _lost(call, leg)
        case effects.PlaceLeg(leg=leg_id):
            _failed(call, inputs.LegFailed(leg=leg_id, cause=x.cause))
        case effects.ReleaseLeg(leg=leg_id):
            _released(call, inputs.LegReleased(leg=leg_id))
        case effects.StartPlay(leg=leg_id, play=play) | effects.StartTone(leg=leg_id, play=play):
            _play_ended(call, inputs.PlayEnded(leg=leg_id, play=play, reason="failed"))
        case effects.ListenLeg():
            call.answerer_known("unknown", 0)
        case effects.SendDigits(leg=leg_id):
            _digits_failed(call, leg_id)
        case effects.BridgeLegs():
            if call.activity is not None:
                call.activity.bridge_failed(x.cause)
        case (
            effects.StartRecording(recording=recording) | effects.StopRecording(recording=recording)
        ):
            fault = x.fault if isinstance(x.effect, effects.StartRecording) else "failed"
            _recording_broke(call, inputs.RecordingBroke(recording=recording, reason=fault))
        case (
            effects.PauseRecording(recording=recording_id)
            | effects.RedactDigits(recording=recording_id)
        ):
            # What must not be recorded is not: rather a short recording than a card number in it.
            found = call.recordings.get(recording_id)
            if found is not None:
                call.stop_recording(found)
        case effects.StartListening(leg=leg_id):
            _hearing_ended(call, inputs.HearingEnded(leg=leg_id, reason="failed"))
        case effects.StartStream(stream=stream):
            call.stream_ended(stream, "refused" if x.cause is Cause.FORBIDDEN else "failed")
        case effects.HoldStream(stream=stream) if stream in call.streams:
            # Who must not hear does not go on hearing.
            call.stop_stream(call.streams[stream], "failed")
        case effects.ReferLeg(leg=leg_id):
            _transfer_reported(call, inputs.TransferReported(leg=leg_id, outcome="failed"))
        case effects.EnterRoom(leg=leg_id):
            _to_activity(call, inputs.RoomLeft(leg=leg_id, reason="failed"))
        case effects.LeaveRoom(leg=leg_id):
            _to_activity(call, inputs.RoomLeft(leg=leg_id, reason="left"))
        case effects.TellPeer(telling=telling):
            call.peer_answered(telling, "not_said")
        case effects.EnterQueue() | effects.TakeFromQueue():
            _to_activity(call, inputs.QueueEnded(reason="failed"))
        case effects.QuietLeg(on=True):
            # Who must not be heard keys in nothing more: rather no payment than a heard card.
            call.end_capture("stopped")
            call.note("effect_failed", type(x.effect).__name__, "warning")
        case (
            effects.RingLeg() | effects.MuteLeg() | effects.QuietLeg() | effects.EchoLeg()
            | effects.ResumeRecording()
        ):  # fmt: skip
            call.note("effect_failed", type(x.effect).__name__, "warning")
        case effects.DiscardRecording():
            call.note("discard_failed", "An empty recording could not be deleted.", "error")
        case _:
            # Refusing, hanging up, cancelling, stopping, parting: it is over either way.
            pass


def _digits_failed(call: LiveCall, leg_id: LegId) -> None:
    leg = call.legs.get(leg_id)
    if leg is None or leg.over:
        return
    if leg is call.anchor and "digits" not in call.preparing:
        call.tell(notices.DigitsSent(failed=True))
    else:
        # The callee is there all the same; without its extension, but there.
        _digits_sent(call, inputs.DigitsSent(leg=leg_id))


HEAR: dict[type, Callable[[LiveCall, Any], None]] = {
    inputs.CallArrived: _arrived,
    inputs.LegRang: _rang,
    inputs.LegAnswered: _answered,
    inputs.LegRefused: _refused,
    inputs.LegHungUp: _hung_up,
    inputs.LegLeads: _leads,
    inputs.LegFailed: _failed,
    inputs.LegHeld: _held,
    inputs.LegReleased: _released,
    inputs.TransferAsked: _transfer_asked,
    inputs.TransferReported: _transfer_reported,
    **handing.HEAR,
    inputs.DigitPressed: _digit,
    inputs.AnswererKnown: _answerer_known,
    inputs.DigitsSent: _digits_sent,
    inputs.PlayEnded: _play_ended,
    inputs.RecordingBegan: _recording_began,
    inputs.RecordingEnded: _recording_ended,
    inputs.RecordingBroke: _recording_broke,
    inputs.AudioStarted: _audio_started,
    inputs.AudioTimedOut: _audio_timed_out,
    inputs.MediaLost: _media_lost,
    inputs.RoomEntered: _to_activity,
    inputs.RoomLeft: _to_activity,
    inputs.RoomMuted: _to_activity,
    inputs.RoomHeld: _to_activity,
    inputs.QueueMoved: _to_activity,
    inputs.QueueOffered: _to_activity,
    inputs.QueueEnded: _to_activity,
    inputs.Connected: _connected,
    inputs.Disconnected: _to_activity,
    inputs.PeerHeld: _peer_held,
    inputs.TellAsked: _tell_asked,
    inputs.PeerTold: _peer_told,
    inputs.SpeechHeard: _speech_heard,
    inputs.HearingEnded: _hearing_ended,
    inputs.StreamBegan: _stream_began,
    inputs.StreamEnded: _stream_ended,
    inputs.EffectFailed: _effect_failed,
}
"""The function of every input; a test holds that none is missing."""
