"""Recording in Start: the whole call is kept from here on, while the next verbs are carried out.

What the law wants is asked and told first (`ringfence.markup.consenting`), as for every recording.
Whoever is dialled later hears of it as well (``Stage.recorded``). A Recording in Stop ends it.
"""

from __future__ import annotations

from ringfence.calls import commands, notices
from ringfence.markup.consenting import AskingStep, RecordingConsent
from ringfence.markup.context import recording_params, whole_seconds
from ringfence.markup.exchange import Params, RecordingMay
from ringfence.markup.following import RecordingNews, tell_fares
from ringfence.markup.stage import Stage
from ringfence.markup.verbs import Recording


class KeepingStep(AskingStep):
    """One Recording of a Start."""

    __slots__ = ("_stage", "_verb")

    def __init__(self, stage: Stage, verb: Recording) -> None:
        self._stage = stage
        self._verb = verb
        self._consent = RecordingConsent(stage, "call", self._permitted)

    def begin(self) -> None:
        if self._stage.recorded:
            self._stage.note("recording_failed", "the call is recorded already", at=self._verb)
            self._stage.proceed()
        else:
            self._consent.begin()

    def _permitted(self, permitted: bool, _may: RecordingMay) -> None:
        verb, stage = self._verb, self._stage
        if not permitted:
            stage.note(
                "recording_not_permitted",
                "the call is not recorded: the law, a party or the account does not let it be",
                at=verb,
            )
        elif stage.recorded:  # somebody outside was quicker
            stage.note("recording_failed", "the call is recorded already", at=verb)
        else:
            stage.recorded, stage.recorded_as = True, verb.name
            stage.follow_recording(self._fares, "call")
            stage.command(
                commands.StartRecording(
                    source="call",
                    dual=verb.channels == "dual" and verb.track == "both",
                    track=verb.track,
                    trim=verb.trim == "trim-silence",
                )
            )
        stage.proceed()

    def _fares(self, news: RecordingNews) -> None:
        verb, stage = self._verb, self._stage
        if isinstance(news, notices.RecordingMissing):
            reason = news.reason.replace("_", " ")
            stage.note("recording_failed", f"there is no recording: {reason}", at=verb)
        two = verb.channels == "dual" and verb.track == "both"
        length: Params = ()
        if isinstance(news, notices.RecordingFinished):
            length = (("RecordingDuration", whole_seconds(news.duration_ms)),)
        elif isinstance(news, notices.RecordingMissing):
            length = (("RecordingDuration", "0"),)
        params = (
            *recording_params(stage.context, news.recording),
            *length,
            ("RecordingChannels", "2" if two else "1"),
            ("RecordingTrack", verb.track),
            ("RecordingSource", "StartCallRecordingTwiML"),
        )
        tell_fares(
            stage,
            news,
            params,
            url=verb.recording_status_callback,
            method=verb.recording_status_callback_method,
            words=verb.recording_status_callback_event,
        )
