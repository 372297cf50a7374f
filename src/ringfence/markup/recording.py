"""Record: a beep, the caller's words, then the action.

Whether they may be kept is asked first (`ringfence.markup.consenting`): who speaks after a beep
knows it, who hears none is told or asked; where it may not be, the next verb follows.

A caller who hangs up has left a message all the same: the recording is reported after the end of
the call, and the action is told with ``Digits=hangup``.
"""

from __future__ import annotations

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.kernel.ids import RecordingId
from ringfence.kernel.limits import MARKUP_RECORD_MIN_MS
from ringfence.markup.consenting import AskingStep, RecordingConsent
from ringfence.markup.context import recording_params, whole_seconds
from ringfence.markup.exchange import Params, RecordingMay, Transcribe
from ringfence.markup.stage import Stage
from ringfence.markup.verbs import Record


class RecordStep(AskingStep):
    """One Record."""

    __slots__ = ("_left", "_record", "_stage")

    def __init__(self, stage: Stage, record: Record) -> None:
        self._stage = stage
        self._record = record
        self._left = False
        self._consent = RecordingConsent(stage, "voicemail", self._permitted, beep=record.play_beep)

    def _permitted(self, permitted: bool, _may: RecordingMay) -> None:
        record = self._record
        if not permitted:
            self._tell("absent", (("RecordingDuration", "0"),))
            self._stage.note(
                "recording_not_permitted",
                "nothing is recorded: the law, the caller or the account does not let it be",
                at=record,
            )
            self._stage.proceed()
            return
        self._stage.command(
            commands.StartRecording(
                source="voicemail",
                max_ms=record.max_length * 1000,
                silence_ms=record.timeout * 1000,
                min_ms=MARKUP_RECORD_MIN_MS,
                finish_on=record.finish_on_key,
                beep=record.play_beep,
                dual=False,
                trim=record.trim == "trim-silence",
            )
        )

    def receive(self, notice: Notice) -> None:
        if not self._consent.over:
            self._consent.receive(notice)
            return
        match notice:
            case notices.RecordingBegun(source="voicemail"):
                about = recording_params(self._stage.context, notice.recording)
                self._tell("in-progress", about)
                self._transcribe(notice.recording)
            case notices.RecordingFinished(source="voicemail"):
                self._finished(notice)
            case notices.RecordingMissing(source="voicemail"):
                self._missing(notice)
            case _:
                pass

    def hung_up(self) -> None:
        self._left = True

    def abandon(self) -> None:
        if not self._consent.over:
            self._consent.abandon()
            return
        self._stage.command(commands.StopRecording(source="voicemail"))
        self._stage.ignore(notices.RecordingFinished, notices.RecordingMissing)

    def _finished(self, ended: notices.RecordingFinished) -> None:
        record, stage = self._record, self._stage
        stage.progress()
        about = recording_params(stage.context, ended.recording)
        duration = whole_seconds(ended.duration_ms)
        self._tell("completed", (*about, ("RecordingDuration", duration)))
        silence_ms = record.timeout * 1000
        whole_ms = ended.duration_ms + ended.cut_ms
        if ended.reason == "silence" and whole_ms < silence_ms + MARKUP_RECORD_MIN_MS:
            # nothing but the silence that ended it: nobody spoke, so the action is not asked
            stage.proceed()
            return
        left = ended.reason == "leg_closed" or (self._left and not ended.digit)
        digits = "hangup" if left else ended.digit
        stage.go(
            record.action,
            record.method,
            (*about, ("RecordingDuration", duration), ("Digits", digits)),
        )

    def _missing(self, missing: notices.RecordingMissing) -> None:
        about = recording_params(self._stage.context, missing.recording)
        self._tell("absent", (*about, ("RecordingDuration", "0")))
        if missing.reason != "empty":
            self._stage.note(
                "recording_failed",
                f"there is no recording: {missing.reason.replace('_', ' ')}",
                at=self._record,
            )
        self._stage.proceed()

    def _transcribe(self, recording: RecordingId) -> None:
        """Ask for the text at once: who left a message and hung up has left it all the same."""
        record, stage = self._record, self._stage
        if record.transcribe or record.transcribe_callback is not None:
            url = stage.whole(record.transcribe_callback) if record.transcribe_callback else None
            stage.ask(
                Transcribe(recording=recording, url=url or "", language=record.transcribe_language)
            )

    def _tell(self, status: str, params: Params) -> None:
        record = self._record
        if record.recording_status_callback and status in record.recording_status_callback_event:
            self._stage.tell(
                record.recording_status_callback,
                record.recording_status_callback_method,
                (
                    *params,
                    ("RecordingStatus", status),
                    ("RecordingChannels", "1"),
                    ("RecordingSource", "RecordVerb"),
                ),
                "recording",
            )
