"""Record: a beep, the caller's words, then the action.

Whether they may be kept is asked first (`ringfence.markup.consenting`): who speaks after a beep
knows it, who hears none is told or asked; where it may not be, the next verb follows.

A caller who hangs up has left a message all the same: the recording is reported after the end of
the call, and the action is told with ``Digits=hangup``.
"""

from __future__ import annotations

from typing import Final

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.kernel.ids import RecordingId
from ringfence.kernel.limits import MARKUP_RECORD_MIN_MS
from ringfence.markup.consenting import AskingStep, RecordingConsent
from ringfence.markup.context import recording_params, whole_seconds
from ringfence.markup.exchange import Params, RecordingMay, Transcribe
from ringfence.markup.following import RecordingNews, tell_fares
from ringfence.markup.stage import Stage
from ringfence.markup.verbs import Record

_OF_VERB: Final[Params] = (("RecordingChannels", "1"), ("RecordingSource", "RecordVerb"))


class RecordStep(AskingStep):
    """One Record."""

    __slots__ = ("_left", "_record", "_recording", "_stage")

    def __init__(self, stage: Stage, record: Record) -> None:
        self._stage = stage
        self._record = record
        self._left = False
        self._recording: RecordingId | None = None
        self._consent = RecordingConsent(stage, "voicemail", self._permitted, beep=record.play_beep)

    def _permitted(self, permitted: bool, _may: RecordingMay) -> None:
        record = self._record
        if not permitted:
            self._tell_absent()
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
            case notices.RecordingAsked(source="voicemail"):
                self._recording = notice.recording
                self._fares(notice)
            case notices.RecordingBegun(source="voicemail"):
                self._fares(notice)
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

        if self._recording is None:
            self._stage.ignore(notices.RecordingFinished, notices.RecordingMissing)

    def afterwards(self, notice: Notice) -> bool:
        # What was said until then is kept, and whoever wanted to know of it is told.
        if not isinstance(notice, notices.RecordingFinished | notices.RecordingMissing):
            return False
        if notice.recording != self._recording:
            return False
        lasted = notice.duration_ms if isinstance(notice, notices.RecordingFinished) else 0
        self._fares(notice, ("RecordingDuration", whole_seconds(lasted)))
        return True

    def _finished(self, ended: notices.RecordingFinished) -> None:
        record, stage = self._record, self._stage
        stage.progress()
        about = recording_params(stage.context, ended.recording)
        duration = whole_seconds(ended.duration_ms)
        self._fares(ended, ("RecordingDuration", duration))
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
        self._fares(missing, ("RecordingDuration", "0"))
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

    def _fares(self, news: RecordingNews, *more: tuple[str, str]) -> None:
        about = recording_params(self._stage.context, news.recording)
        record = self._record
        tell_fares(
            self._stage,
            news,
            (*about, *more, *_OF_VERB),
            url=record.recording_status_callback,
            method=record.recording_status_callback_method,
            words=record.recording_status_callback_event,
        )

    def _tell_absent(self) -> None:
        """Nothing was asked of the call, so there is no recording to speak of."""
        record = self._record
        if record.recording_status_callback and "absent" in record.recording_status_callback_event:
            self._stage.tell(
                record.recording_status_callback,
                record.recording_status_callback_method,
                (("RecordingDuration", "0"), ("RecordingStatus", "absent"), *_OF_VERB),
                "recording",
            )
