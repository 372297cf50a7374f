"""Carries out what calls want recorded: the last place before a disk.

The worker seals and writes; what it tells becomes inputs of the call once the files are where they
stay. Where a worker dies, what it had handed to the disk is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringfence.calls import effects, inputs
from ringfence.calls.causes import Cause
from ringfence.calls.words import RecordingEnd, RecordingFault
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import CallId, RecordingId
from ringfence.kernel.limits import RECORDING_FINISH_MS
from ringfence.media.engine import protocol as media
from ringfence.media.engine.sealing import mend, read_channel
from ringfence.media.trimming import heard_span
from ringfence.media.wav import from_little_endian
from ringfence.observe.logs import get_logger
from ringfence.switch.live import LiveCall
from ringfence.switch.media_link import MediaLink
from ringfence.switch.ports import ChannelFile, Recorder

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

_ENDS: dict[str, RecordingEnd] = {
    "stopped": "stopped",
    "max": "max_duration",
    "silence": "silence",
    "leg_closed": "leg_closed",
    "disk_full": "disk_full",
}
_FAULTS: dict[str, RecordingFault] = {"disk_full": "disk_full"}


@dataclass(slots=True)
class _Recording:
    """A recording under way: whose it is, where it goes, and the keys, in case a worker dies."""

    call: CallId
    files: Sequence[ChannelFile]
    trim: bool = False
    shared: bool = False


class RecordingDesk:
    """Every recording of this process that is under way. ``link_of``: the worker of a call."""

    def __init__(self, recorder: Recorder, link_of: Callable[[LiveCall], MediaLink]) -> None:
        self._recorder = recorder
        self._link_of = link_of
        self._runner: CallRunner
        self._under_way: dict[RecordingId, _Recording] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {
            effects.StartRecording: self._record,
            effects.PauseRecording: lambda live, effect: self._link_of(live).send(
                media.PauseRecording(recording=effect.recording, keep_time=effect.keep_time)
            ),
            effects.ResumeRecording: lambda live, effect: self._link_of(live).send(
                media.ResumeRecording(recording=effect.recording)
            ),
            effects.StopRecording: lambda live, effect: self._link_of(live).send(
                media.StopRecording(recording=effect.recording)
            ),
            effects.RedactDigits: lambda live, effect: self._link_of(live).send(
                media.RedactDigits(recording=effect.recording, on=effect.on)
            ),
            effects.DiscardRecording: lambda _, effect: self._recorder.discard(effect.recording),
        }

    def notices(self) -> dict[type, Callable[[Any], None]]:
        """Which method takes which notice of the worker."""
        return {
            media.RecordingStarted: self._started,
            media.RecordingFinished: self._finished,
            media.RecordingFailed: self._failed,
        }

    def _record(self, live: LiveCall, effect: effects.StartRecording) -> None:
        """Begin a recording, where it was ruled on and nobody is owed anything any more.

        This is the last place before a key is made, a file opened and a frame kept.
        """
        if not live.call.may_record(effect.source, [channel.party for channel in effect.channels]):
            log.info("recording_not_permitted", call=live.id)
            self._runner.failed(live, effect, Cause.FORBIDDEN, "refused")
            return
        try:
            recorder = live.tenant.recorder or self._recorder
            files = recorder.begin(
                effect.recording,
                live.id,
                effect.source,
                effect.channels,
                self._runner.clock.now(),
            )
        except Refused as refused:
            fault: RecordingFault = "disk_full" if refused.code == "disk_full" else "refused"
            self._runner.failed(live, effect, Cause.SERVER_ERROR, fault)
            return
        self._under_way[effect.recording] = _Recording(
            live.id, files, effect.trim, effect.source == "conference"
        )
        live.recordings.add(effect.recording)
        self._link_of(live).send(
            media.StartRecording(
                recording=effect.recording,
                channels=[
                    media.Channel(
                        leg=channel.leg,
                        direction="in" if channel.incoming else "out",
                        key=file.key,
                        path=file.path,
                    )
                    for channel, file in zip(effect.channels, files, strict=True)
                ],
                max_ms=int(effect.max_ms),  # a Limit is no int to msgspec
                silence_ms=int(effect.silence_ms),
                beep=effect.beep,
                redact=effect.redact,
            )
        )

    def _started(self, notice: media.RecordingStarted) -> None:
        recording = RecordingId(notice.recording)
        self._tell(recording, inputs.RecordingBegan(recording=recording))

    def _finished(self, notice: media.RecordingFinished) -> None:
        self._start(self._keep(notice))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self, notice: media.RecordingFinished) -> None:
        """Move the files to where they stay, then tell the call."""
        recording = RecordingId(notice.recording)
        end = _ENDS.get(notice.reason)
        first, last = 0, notice.duration_ms
        known = self._under_way.get(recording)
        try:
            async with asyncio.timeout(RECORDING_FINISH_MS / 1000):
                if known is not None and known.trim and end is not None:
                    # Who said nothing in a room makes nothing longer; alone, silence is kept.
                    silent = (0, 0) if known.shared else (first, last)
                    span = await asyncio.to_thread(_heard, known.files, silent)
                    first, last = span or (first, last)
                size = await self._recorder.finish(recording, keep=end is not None)
        except (OSError, TimeoutError, Refused):
            log.exception("recording_not_kept", recording=recording)
            self._tell(recording, inputs.RecordingBroke(recording=recording, reason="failed"))
        else:
            self._tell(
                recording,
                inputs.RecordingBroke(recording=recording, reason="failed")
                if end is None
                else inputs.RecordingEnded(
                    recording=recording,
                    reason=end,
                    duration_ms=last - first,
                    size=size,
                    sha256=tuple(channel.sha256 for channel in notice.channels),
                    from_ms=first,
                    cut_ms=notice.duration_ms - (last - first),
                ),
            )
        finally:
            self._under_way.pop(recording, None)

    def lost(self, live: LiveCall) -> None:
        """The worker that carried a call died: keep what it had handed to the disk."""
        for recording in live.recordings & self._under_way.keys():
            self._start(self._salvage(recording, self._under_way[recording].files))

    async def _salvage(self, recording: RecordingId, files: Sequence[ChannelFile]) -> None:
        item: inputs.Input = inputs.RecordingBroke(recording=recording, reason="media_lost")
        try:
            async with asyncio.timeout(RECORDING_FINISH_MS / 1000):
                # A worker may die before it has made every file.
                sealed = [
                    await asyncio.to_thread(mend, file.path, file.key)
                    for file in files
                    if await asyncio.to_thread(Path(file.path).exists)
                ]
                length = max((one.duration_ms for one in sealed), default=0)
                size = await self._recorder.finish(recording, keep=length > 0)
            if length:
                item = inputs.RecordingEnded(
                    recording=recording,
                    reason="leg_closed",
                    duration_ms=length,
                    size=size,
                    sha256=tuple(one.sha256 for one in sealed),
                )
        except (OSError, TimeoutError, Refused, RemoteError):
            log.exception("recording_not_salvaged", recording=recording)
        self._tell(recording, item)
        self._under_way.pop(recording, None)

    def _failed(self, notice: media.RecordingFailed) -> None:
        recording = RecordingId(notice.recording)
        fault = _FAULTS.get(notice.reason, "not_started")
        log.warning("recording_failed", recording=recording, reason=notice.reason)
        if recording in self._under_way:
            self._recorder.discard(recording)
        self._tell(recording, inputs.RecordingBroke(recording=recording, reason=fault))
        self._under_way.pop(recording, None)

    def _tell(self, recording: RecordingId, item: inputs.Input) -> None:
        known = self._under_way.get(recording)
        live = self._runner.calls.get(known.call) if known is not None else None
        if live is not None:
            self._runner.feed(live, item)


def _heard(files: Sequence[ChannelFile], silent: tuple[int, int]) -> tuple[int, int] | None:
    """When something is heard in a recording's files; None where they cannot be read. Blocking."""
    try:
        sides = [read_channel(file.path, file.key) for file in files]
    except (OSError, RemoteError):
        return None  # what cannot be read is kept as it is
    return heard_span((from_little_endian(side.pcm), side.rate) for side in sides) or silent
