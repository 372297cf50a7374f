"""The recordings of one call: asked for, watched, and each brought to an outcome that is said."""

from __future__ import annotations

from msgspec.structs import replace

from ringfence.calls import effects, events, notices
from ringfence.calls.leg import Leg
from ringfence.calls.outlets import Outlets
from ringfence.calls.recording import Recording
from ringfence.calls.secrecy import Secrecy
from ringfence.calls.words import (
    RecordingAsker,
    RecordingEnd,
    RecordingFault,
    RecordingSource,
    RecordingTrack,
)
from ringfence.kernel import ids
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, RecordingId
from ringfence.kernel.limits import (
    RECORDING_BEGIN_MS,
    RECORDING_CLOSE_MS,
    RECORDING_MS,
    RECORDING_RECOVER_MS,
    RECORDING_TELL_MS,
    RECORDINGS_PER_CALL,
)


class Recordings(Outlets):
    """See the module. ``recordings`` holds those whose outcome is not known yet."""

    __slots__ = ("_recordings_made", "recordings", "secret_fading", "secrets")

    def __init__(self, call: CallId, *, account: AccountId, entropy: Entropy) -> None:
        super().__init__(call, account=account, entropy=entropy)
        self.recordings: dict[RecordingId, Recording] = {}
        self._recordings_made = 0
        self.secrets: set[Secrecy] = set()
        """Why digits are secret at present; empty: they are not."""
        self.secret_fading = False
        """Whether a secret digit was keyed in a moment ago and may still be on its way."""

    def start_recording(
        self,
        source: RecordingSource,
        channels: tuple[effects.Channel, ...],
        *,
        max_ms: int = 0,
        silence_ms: int = 0,
        min_ms: int = 0,
        finish_on: str = "",
        beep: bool = False,
        mixed: bool = False,
        trim: bool = False,
        track: RecordingTrack = "both",
        asked_by: RecordingAsker = "program",
        name: RecordingId | None = None,
        hold_back: bool = False,
    ) -> Recording:
        """Ask for a recording; one of a source at a time.

        ``hold_back``: it begins with `begin_recording`, once its parties were told.
        """
        for other in self.recordings.values():
            if other.source == source and other.running:
                raise LocalError("a recording of this kind is running")
        if self._recordings_made >= RECORDINGS_PER_CALL:
            raise LocalError("too many recordings in one call")
        self._recordings_made += 1
        recording = Recording(
            name or RecordingId(ids.make("recording", self.now, self.entropy)),
            source=source,
            channels=channels,
            min_ms=min_ms,
            silence_ms=silence_ms,
            finish_on=finish_on,
        )
        self.recordings[recording.id] = recording
        start = effects.StartRecording(
            recording=recording.id,
            source=source,
            channels=channels,
            max_ms=min(max_ms or RECORDING_MS, RECORDING_MS),
            silence_ms=silence_ms,
            beep=beep,
            mixed=mixed,
            trim=trim,
            redact=self.keeps_secret,
        )
        if hold_back:
            recording.held_back = start
        else:
            self.effects.append(start)
        self.facts.append(
            events.RecordingRequested(
                at=self.now,
                call=self.call,
                recording=recording.id,
                source=source,
                legs=tuple(channel.leg for channel in channels),
                parties=tuple(channel.party for channel in channels),
                asked_by=asked_by,
                track=track,
                mixed=mixed,
            )
        )
        self.tell(notices.RecordingAsked(recording=recording.id, source=source))
        if self.keeps_secret:
            self._redacted(recording, on=True)
        wait = RECORDING_BEGIN_MS + (RECORDING_TELL_MS if hold_back else 0)
        self.timers.set("recording", self.now + wait, recording.id)
        return recording

    @property
    def keeps_secret(self) -> bool:
        """Whether what is keyed in, or was a moment ago, is nobody's to hear."""
        return bool(self.secrets) or self.secret_fading

    @property
    def recordings_spent(self) -> bool:
        """Whether there have been as many recordings as a call may have."""
        return self._recordings_made >= RECORDINGS_PER_CALL

    def begin_recording(self, recording: Recording) -> None:
        """Everybody was told: what was held back is carried out."""
        start, recording.held_back = recording.held_back, None
        if start is not None and recording.running:
            self.effects.append(replace(start, redact=recording.redacting))
            self.timers.set("recording", self.now + RECORDING_BEGIN_MS, recording.id)

    def resume_recording(self, recording: Recording) -> None:
        """Go on with a recording that rests; one that does not is fine."""
        if recording.step("resume"):
            self.effects.append(effects.ResumeRecording(recording=recording.id))
            self.facts.append(
                events.RecordingResumed(at=self.now, call=self.call, recording=recording.id)
            )

    def stop_recording(self, recording: Recording) -> None:
        """Close a recording that runs; its outcome is waited for, but not for ever."""
        if recording.held_back is not None:
            recording.held_back = None
            self.recording_failed(recording, "refused")
            return
        if recording.step("stop"):
            self.effects.append(effects.StopRecording(recording=recording.id))
            self.timers.set("recording", self.now + RECORDING_CLOSE_MS, recording.id)

    def redact_recordings(self, *, on: bool) -> None:
        """Let every running recording hold noise for digits, or what is said again."""
        for recording in self.recordings.values():
            if recording.running and recording.redacting != on:
                if recording.held_back is None:
                    self.effects.append(effects.RedactDigits(recording=recording.id, on=on))
                self._redacted(recording, on=on)

    def _redacted(self, recording: Recording, *, on: bool) -> None:
        recording.redacting = on
        self.facts.append(
            events.RecordingRedacted(at=self.now, call=self.call, recording=recording.id, on=on)
        )

    def stop_recordings(self, source: RecordingSource) -> None:
        """Close whatever runs for one reason."""
        for recording in tuple(self.recordings.values()):
            if recording.source == source:
                self.stop_recording(recording)

    def record_heard(self, source: RecordingSource, leg: Leg) -> None:
        """Record what a leg says and hears, unless that is done already."""
        if any(r.source == source and r.running for r in self.recordings.values()):
            return
        self.start_recording(source, self.both_ways(leg))

    def record_said(self, source: RecordingSource, leg: Leg, *, trim: bool = False) -> None:
        """Record what a leg says and nobody else, or go on with it where it rests."""
        for recording in self.recordings.values():
            if recording.source == source and recording.running:
                self.resume_recording(recording)
                return
        if self._recordings_made < RECORDINGS_PER_CALL:
            self.start_recording(source, self.both_ways(leg)[:1], trim=trim)

    def rest_recordings(self, source: RecordingSource, *, keep_time: bool = True) -> None:
        """Keep nothing for a while; one that has not begun yet does not begin."""
        for recording in tuple(self.recordings.values()):
            if recording.source != source or recording.state == "paused" or not recording.running:
                continue
            if recording.step("pause"):
                self.effects.append(
                    effects.PauseRecording(recording=recording.id, keep_time=keep_time)
                )
                self.facts.append(
                    events.RecordingPaused(at=self.now, call=self.call, recording=recording.id)
                )
            else:
                self.stop_recording(recording)

    @staticmethod
    def both_ways(leg: Leg) -> tuple[effects.Channel, effects.Channel]:
        """Return the channels of what a leg says and of what it hears."""
        return (
            effects.Channel(leg=leg.id, incoming=True, party=leg.party),
            effects.Channel(leg=leg.id, incoming=False),
        )

    def lose_recording(self, recording: Recording) -> None:
        """The media process is gone; whoever recovers its spool reports what was found."""
        if recording.step("lost"):
            self.timers.set("recording", self.now + RECORDING_RECOVER_MS, recording.id)

    def recording_saved(
        self,
        recording: Recording,
        reason: RecordingEnd,
        duration_ms: int,
        *,
        size: int,
        sha256: tuple[str, ...],
        from_ms: int = 0,
        cut_ms: int = 0,
    ) -> None:
        """A recording is closed and durable; one that holds nothing is thrown away."""
        if recording.is_empty(reason, duration_ms + cut_ms):
            self.effects.append(effects.DiscardRecording(recording=recording.id))
            self.recording_failed(recording, "empty")
            return
        if not recording.step("ended"):
            return
        if recording.ended_by_digit and reason == "stopped":
            reason = "digit"
        self._forget(recording)
        self.facts.append(
            events.RecordingSaved(
                at=self.now,
                call=self.call,
                recording=recording.id,
                source=recording.source,
                reason=reason,
                duration_ms=duration_ms,
                size=size,
                sha256=sha256,
                from_ms=from_ms,
            )
        )
        if recording.source == "voicemail":
            self.facts.append(
                events.VoicemailLeft(
                    at=self.now,
                    call=self.call,
                    recording=recording.id,
                    duration_ms=duration_ms,
                    party=recording.channels[0].party if recording.channels else None,
                )
            )
        self.tell(
            notices.RecordingFinished(
                recording=recording.id,
                source=recording.source,
                reason=reason,
                duration_ms=duration_ms,
                cut_ms=cut_ms,
                digit=recording.ended_by_digit,
                began=recording.began_at,
            )
        )

    def recording_failed(self, recording: Recording, reason: RecordingFault) -> None:
        """There is no recording; say so."""
        if not recording.step("broke"):
            return
        self._forget(recording)
        self.facts.append(
            events.RecordingFailed(
                at=self.now,
                call=self.call,
                recording=recording.id,
                source=recording.source,
                reason=reason,
            )
        )
        self.tell(
            notices.RecordingMissing(
                recording=recording.id,
                source=recording.source,
                reason=reason,
                began=recording.began_at,
            )
        )

    def recording_due(self, subject: str) -> None:
        """Nothing was heard of a recording for too long."""
        recording = self.recordings.get(RecordingId(subject))
        if recording is None:
            return
        if recording.state == "requested":
            # It may have begun without our hearing of it, so it is closed all the same.
            self.stop_recording(recording)
        elif recording.state == "recovering":
            self.recording_failed(recording, "media_lost")
        else:
            self.recording_failed(recording, "no_answer")

    def _forget(self, recording: Recording) -> None:
        self.timers.clear("recording", recording.id)
        del self.recordings[recording.id]
