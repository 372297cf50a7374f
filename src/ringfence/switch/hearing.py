"""Listening for words: a tap of the media worker on one side, a recogniser on the other.

Nothing of the sound is kept: frames wait in memory, and where the recogniser is slow the oldest go.
Whoever does not let their words be written down is not listened to: asked at the start, and again
every second that they speak, so a consent taken back ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from ringfence.calls import effects, inputs
from ringfence.calls.hearing import HearingEnd, Wish
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId
from ringfence.kernel.limits import HEARING_FRAMES, HEARING_RESULT_MS, WORDS_ASKED_MS
from ringfence.media.engine import protocol as media
from ringfence.observe.logs import get_logger
from ringfence.switch.live import LiveCall
from ringfence.switch.media_link import MediaLink
from ringfence.switch.ports import Recogniser

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

_TAP = "hearing:"


class Ear:
    """One leg being listened to."""

    def __init__(self, tap: str, call: CallId, leg: LegId, link: MediaLink, wish: Wish) -> None:
        self.tap = tap
        self.call = call
        self.leg = leg
        self.link = link
        self.wish = wish
        self.dropped = 0
        self.asked_at = Ms(0)
        """When it was last asked whether their words may be written down."""
        self.task: asyncio.Task[None] | None = None
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(HEARING_FRAMES)

    def put(self, frame: bytes | None) -> None:
        """Take a frame, None for the last; the oldest makes room."""
        if self._frames.full():
            self._frames.get_nowait()
            self.dropped += 1
        self._frames.put_nowait(frame)

    async def frames(self) -> AsyncIterator[bytes]:
        """What the leg says: s16le at 8000 Hz, 20 ms at a time."""
        while (frame := await self._frames.get()) is not None:
            yield frame


class HearingDesk:
    """Every leg of this process that is listened to. ``recogniser`` None: nobody can."""

    def __init__(self, recogniser: Recogniser | None) -> None:
        self.recogniser = recogniser
        self._runner: CallRunner
        self._ears: dict[LegId, Ear] = {}
        self._taps: dict[str, Ear] = {}

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {effects.StartListening: self._start, effects.StopListening: self._stop}

    def heard(self, notice: media.TapAudio) -> bool:
        """A frame of a tap; False where it is another's."""
        ear = self._taps.get(notice.tap)
        if ear is not None and self._still_may(ear):
            ear.put(notice.data)
        return notice.tap.startswith(_TAP)

    def _still_may(self, ear: Ear) -> bool:
        """Whether they let their words be written down; where not any more, nobody listens."""
        now, live = self._runner.clock.now(), self._runner.calls.get(ear.call)
        if live is None or now < ear.asked_at + WORDS_ASKED_MS:
            return live is not None
        ear.asked_at = now
        if live.tenant.host.may_be_written(live.call.speaker(ear.leg)):
            return True
        self._end(ear.leg)
        self._runner.feed(live, inputs.HearingEnded(leg=ear.leg, reason="not_permitted"))
        return False

    def ended(self, notice: media.TapEnded) -> bool:
        """A tap is over; False where it is another's."""
        ear = self._taps.pop(notice.tap, None)
        if ear is not None:
            ear.put(None)
        return notice.tap.startswith(_TAP)

    def _start(self, live: LiveCall, effect: effects.StartListening) -> None:
        self._end(effect.leg)
        may = live.tenant.host.may_be_written(live.call.speaker(effect.leg))
        if self.recogniser is None or live.link is None or not may:
            reason: HearingEnd = "failed" if may else "not_permitted"
            if self.recogniser is None:
                reason = "none_installed"
            live.inbox.append(inputs.HearingEnded(leg=effect.leg, reason=reason))
            return
        runner = self._runner
        tap = _TAP + ids.make("event", runner.clock.now(), runner.entropy)
        ear = Ear(tap, live.id, effect.leg, live.link, effect.wish)
        ear.asked_at = runner.clock.now()
        self._ears[effect.leg] = self._taps[tap] = ear
        live.link.send(media.StartTap(tap=tap, leg=effect.leg, directions=["in"], coding="s16"))
        ear.task = asyncio.create_task(self._run(ear, self.recogniser))

    def _stop(self, live: LiveCall, effect: effects.StopListening) -> None:  # noqa: ARG002
        self._end(effect.leg)

    def _end(self, leg: LegId) -> None:
        ear = self._ears.pop(leg, None)
        if ear is None:
            return
        self._taps.pop(ear.tap, None)
        ear.link.send(media.StopTap(tap=ear.tap))
        if ear.task is not None:
            ear.task.cancel()

    async def _run(self, ear: Ear, recogniser: Recogniser) -> None:
        reason: HearingEnd = "over"
        try:
            results = recogniser.listen(ear.frames(), ear.wish)
            while True:
                async with asyncio.timeout(HEARING_RESULT_MS / 1000):
                    heard = await anext(results)
                self._tell(
                    ear,
                    inputs.SpeechHeard(
                        leg=ear.leg,
                        text=heard.text,
                        confidence=heard.confidence,
                        final=heard.final,
                    ),
                )
        except StopAsyncIteration:
            pass
        except asyncio.CancelledError:
            raise
        except Exception:
            reason = "failed"
            log.exception("recogniser_failed", call=ear.call)
        if self._ears.get(ear.leg) is ear:
            del self._ears[ear.leg]
            if self._taps.pop(ear.tap, None) is not None:
                ear.link.send(media.StopTap(tap=ear.tap))
            self._tell(ear, inputs.HearingEnded(leg=ear.leg, reason=reason))

    def _tell(self, ear: Ear, item: inputs.Input) -> None:
        live = self._runner.calls.get(ear.call)
        if live is not None:
            self._runner.feed(live, item)

    async def close(self) -> None:
        """Listen to nobody any more."""
        for leg in tuple(self._ears):
            self._end(leg)
