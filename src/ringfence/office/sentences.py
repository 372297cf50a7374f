"""One line of a timeline per fact: a sentence that names nobody, no number and no digit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringfence.api.views import Line
from ringfence.calls import events as e
from ringfence.calls.causes import CAUSES
from ringfence.calls.events import CallFact

_BAD_CAUSES = {"failed"}

_BAD_STREAMS = {"refused", "failed", "not_understood", "too_many", "not_permitted"}

_ENDS = {
    "done": "to its end",
    "stopped": "until it was cut short",
    "failed": "not at all: the sound could not be had",
}

_RULINGS = {
    "record": "May be recorded",
    "announce": "May be recorded once it is announced",
    "ask": "May be recorded if they agree",
    "never": "May not be recorded",
}
_TOLD = {
    ("announce", "heard"): "A party was told that it is recorded",
    ("announce", "not_said"): "A party could not be told that it is recorded",
    ("ask", "yes"): "A party was asked, and agreed to be recorded",
    ("ask", "no"): "A party was asked, and did not agree to be recorded",
    ("ask", "nothing"): "A party was asked about recording, and did not answer",
    ("ask", "not_said"): "A party could not be asked about recording",
}


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f} s"


def _ended(fact: e.CallEnded) -> str:
    who = {"caller": "the caller", "callee": "the callee", "system": "the system"}
    talked = f", {_seconds(fact.talk_ms)} of talk with a person" if fact.talk_ms else ""
    missed = " — missed" if fact.missed else ""
    quality = f", MOS {fact.mos_x100 / 100:.2f}" if fact.mos_x100 else ""
    return (
        f"Ended by {who[fact.hung_up_by]} after {_seconds(fact.duration_ms)}{talked}{quality}"
        f"{missed}. {CAUSES[fact.cause].sentence}"
    )


def _leg_ended(fact: e.LegEnded) -> str:
    if not fact.stats_known:
        return "A leg ended"
    quality = f", MOS {fact.mos_x100 / 100:.2f}" if fact.mos_x100 else ""
    return (
        f"A leg ended: {fact.codec or 'no'} audio, {fact.packets_in} packets in,"
        f" {fact.packets_out} out, {fact.lost_in} lost{quality}"
    )


_TEXT: dict[type[CallFact], Callable[[Any], str]] = {
    e.CallOffered: lambda _: "A call arrived",
    e.CallPlaced: lambda _: "A call was placed",
    e.CallRang: lambda _: "Ringing",
    e.CallAnswered: lambda f: f"Answered ({f.codec})" if f.codec else "Answered",
    e.AnswererDetected: lambda f: f"By its sound: {f.answered_by.replace('_', ' ')}",
    e.CallAnsweredByPerson: lambda _: "A person answered",
    e.CallEnded: _ended,
    e.LegPlaced: lambda _: "Ringing another party",
    e.LegForwarded: lambda _: "The call was sent on to another party",
    e.LegAlerted: lambda f: "It rings" + (", with sound of its own" if f.early_media else ""),
    e.LegConnected: lambda f: f"The other party answered ({f.codec or 'no codec'})",
    e.LegsBridged: lambda _: "Two parties hear each other",
    e.LegsUnbridged: lambda _: "Two parties no longer hear each other",
    e.LegHeld: lambda f: "Put on hold" if f.on else "Taken off hold",
    e.LegMuted: lambda f: "Muted" if f.on else "Unmuted",
    e.LegTransferred: lambda _: "Transferred",
    e.LegGiven: lambda _: "The other party has a call of its own from here",
    e.LegEnded: _leg_ended,
    e.AudioArrived: lambda _: "First audio packet from the other side",
    e.AudioMissed: lambda _: "No audio arrived for too long",
    e.PromptPlayed: lambda f: f"A prompt was played {_ENDS[f.reason]} ({_seconds(f.played_ms)})",
    e.DigitsCollected: lambda f: f"{f.count} key(s) pressed ({f.reason.replace('_', ' ')})",
    e.DigitsDialled: lambda f: f"{f.count} key(s) sent",
    e.RecordingRuled: lambda f: f"{_RULINGS[f.outcome]} ({f.source}; {', '.join(f.rules)})",
    e.RecordingTold: lambda f: _TOLD.get((f.kind, f.answer), "A party was told"),
    e.RecordingRequested: lambda f: f"A recording was asked for ({f.source})",
    e.RecordingStarted: lambda _: "Recording, sealed as it is written",
    e.RecordingPaused: lambda _: "Recording paused",
    e.RecordingResumed: lambda _: "Recording resumed",
    e.RecordingRedacted: lambda f: (
        "From here on the recording holds noise in place of keys"
        if f.on
        else "Keys are recorded as they sound again"
    ),
    e.RecordingSaved: lambda f: f"Recording saved, {_seconds(f.duration_ms)}",
    e.RecordingFailed: lambda f: f"No recording: {f.reason.replace('_', ' ')}",
    e.VoicemailLeft: lambda f: f"A voicemail of {_seconds(f.duration_ms)} was left",
    e.DialStarted: lambda f: f"Dialling {f.targets} target(s)",
    e.DialEnded: lambda f: f"The dial ended: {f.status.replace('_', ' ')}",
    e.ConferenceJoined: lambda _: "Joined a conference",
    e.ConferenceLeft: lambda _: "Left the conference",
    e.QueueEntered: lambda _: "Waiting in a queue",
    e.QueueAnswered: lambda f: f"An agent answered after {_seconds(f.waited_ms)}",
    e.QueueLeft: lambda _: "Left the queue",
    e.StreamStarted: lambda f: (
        "The account's server hears the call" + (" and may speak" if f.two_way else "")
    ),
    e.StreamEnded: lambda f: (
        f"The account's server hears the call no more: {f.reason.replace('_', ' ')}"
        f" ({f.messages} messages{f', {f.dropped} too late' if f.dropped else ''})"
    ),
    e.TimelineNoted: lambda f: f.text or f.code.replace("_", " "),
}

_LEVEL: dict[type[CallFact], Callable[[Any], str]] = {
    e.AudioMissed: lambda _: "warning",
    e.RecordingFailed: lambda f: "info" if f.reason in {"empty", "refused"} else "fault",
    e.PromptPlayed: lambda f: "warning" if f.reason == "failed" else "info",
    e.StreamEnded: lambda f: "warning" if f.dropped or f.reason in _BAD_STREAMS else "info",
    e.CallEnded: lambda f: "fault" if CAUSES[f.cause].word in _BAD_CAUSES else "info",
    e.TimelineNoted: lambda f: {"error": "fault", "warning": "warning"}.get(f.level, "info"),
}


def line_of(fact: CallFact) -> Line:
    """The line of a fact."""
    kind = type(fact)
    text = _TEXT.get(kind)
    level = _LEVEL.get(kind)
    return Line(
        at=fact.at,
        call=fact.call,
        leg=getattr(fact, "leg", None),
        name=fact.name(),
        text=fact.name() if text is None else text(fact),
        level="info" if level is None else level(fact),
    )
