"""The recording of a Dial's talk: who is told of it, and the one with a caller out of a queue.

Whom a queue brings is known when they are connected, so it is then that the law is asked, of both
and by the strictest:

    taken ─▶ ruled ──nobody owed anything────▶ recorded, as long as they talk
               ├──somebody to be told, asked─▶ not recorded: the caller is another call's, and
               │                               what they talk of already cannot be said before
               └──never──────────────────────▶ not recorded
"""

from __future__ import annotations

from typing import Final

from ringfence.calls import commands, notices
from ringfence.calls.words import RecordingTrack
from ringfence.kernel.ids import CallId
from ringfence.markup.context import recording_params, whole_seconds
from ringfence.markup.exchange import AskRecording, RecordingMay
from ringfence.markup.following import RecordingNews
from ringfence.markup.stage import Stage
from ringfence.markup.verbs import Dial

TRACKS: Final[dict[str, RecordingTrack]] = {
    "both": "both",
    "inbound": "inbound",
    "outbound": "outbound",
}
"""``recordingTrack``: of whoever called, or of whom they reached."""

_STATUS: Final[dict[type, str]] = {
    notices.RecordingBegun: "in-progress",
    notices.RecordingFinished: "completed",
    notices.RecordingMissing: "absent",
}


def tell_recorded(stage: Stage, dial: Dial, news: RecordingNews) -> None:
    """Tell the dial's ``recordingStatusCallback`` how its recording fares, where it asked."""
    status = _STATUS[type(news)]
    if not dial.recording_status_callback or status not in dial.recording_status_callback_event:
        return
    duration = news.duration_ms if isinstance(news, notices.RecordingFinished) else 0
    two = dial.recording_track == "both" and dial.record.endswith("-dual")
    stage.tell(
        dial.recording_status_callback,
        dial.recording_status_callback_method,
        (
            *recording_params(stage.context, news.recording),
            ("RecordingStatus", status),
            ("RecordingDuration", whole_seconds(duration)),
            ("RecordingChannels", "2" if two else "1"),
            ("RecordingTrack", dial.recording_track),
            ("RecordingSource", "DialVerb"),
        ),
        "recording",
    )


class QueueRecording:
    """The recording of one talk with a caller out of a queue, if it may be."""

    __slots__ = ("_dial", "_request", "_stage")

    def __init__(self, stage: Stage, dial: Dial) -> None:
        self._stage = stage
        self._dial = dial
        self._request = 0

    def taken(self, peer_call: CallId) -> None:
        """Somebody of another call talks with whoever the program is for: ask for the ruling."""
        stage, context = self._stage, self._stage.context
        inbound = context.direction == "inbound"
        self._request = stage.next_request()
        stage.ask(
            AskRecording(
                request=self._request,
                source="dial",
                first=context.caller if inbound else context.called,
                own=context.called if inbound else context.caller,
                peer=peer_call,
            )
        )

    def ruled(self, may: RecordingMay) -> None:
        """The ruling is here; they talk already."""
        if not self._request or may.request != self._request:
            return
        self._request = 0
        stage, dial, ruling = self._stage, self._dial, may.ruling
        stage.command(ruling)
        if ruling.outcome == "never":
            self._note("the law, a party or the account does not let it be")
        elif any(duty != "none" for duty in ruling.duties):
            self._note("somebody has to be told or asked before, and talks already")
        else:
            if dial.recording_status_callback:
                stage.follow_recording(self._recorded)
            stage.command(
                commands.StartRecording(
                    source="dial",
                    dual=dial.record.endswith("-dual"),
                    trim=dial.trim == "trim-silence",
                    track=TRACKS[dial.recording_track],
                )
            )

    def over(self) -> None:
        """The talk is over, or there was none: a ruling comes too late."""
        self._request = 0

    def _recorded(self, news: RecordingNews) -> None:
        tell_recorded(self._stage, self._dial, news)

    def _note(self, why: str) -> None:
        text = f"the talk with a caller out of a queue is not recorded: {why}"
        self._stage.note("recording_not_permitted", text, at=self._dial)
