"""Listening to who answers a call of ours: a tap of the line, heard by ``media.answering``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ringfence.calls import effects, inputs
from ringfence.calls.targets import ListenHow
from ringfence.kernel.ids import CallId, LegId
from ringfence.media.answering import AnswerDetector, Listening, Meter
from ringfence.media.engine import protocol as media
from ringfence.switch.live import LiveCall

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner
    from ringfence.switch.media_link import MediaLink

_TAP = "answer:"
"""Begins the name of each tap of ours; the leg follows."""


@dataclass(slots=True)
class _Ear:
    call: CallId
    link: MediaLink
    meter: Meter
    detector: AnswerDetector


class Listener:
    """Every line that is listened to."""

    def __init__(self) -> None:
        self._ears: dict[str, _Ear] = {}
        self._runner: CallRunner

    def attach(self, runner: CallRunner) -> None:
        """The runner this listener works for."""
        self._runner = runner

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {effects.ListenLeg: self._begin}

    def _begin(self, live: LiveCall, effect: effects.ListenLeg) -> None:
        link = live.link
        if link is None:
            live.inbox.append(inputs.AnswererKnown(leg=effect.leg, answered_by="unknown"))
            return
        detector = AnswerDetector(_how(effect.how) or live.listening or Listening())
        name = _TAP + effect.leg
        self._ears[name] = _Ear(live.id, link, Meter(), detector)
        link.send(media.StartTap(tap=name, leg=effect.leg, directions=["in"], coding="s16"))

    def heard(self, notice: media.TapAudio) -> bool:
        """Take what a line said; False where it is not one of ours."""
        ear = self._ears.get(notice.tap)
        if ear is None:
            return notice.tap.startswith(_TAP)
        for frame in ear.meter.feed(notice.data):
            verdict = ear.detector.feed(frame)
            if verdict is not None:
                del self._ears[notice.tap]
                ear.link.send(media.StopTap(tap=notice.tap))
                self._tell(notice.tap, ear, verdict)
                break
        return True

    def ended(self, notice: media.TapEnded) -> bool:
        """A tap is over; False where it is not one of ours."""
        ear = self._ears.pop(notice.tap, None)
        if ear is not None:
            self._tell(notice.tap, ear, "unknown")
        return notice.tap.startswith(_TAP)

    def _tell(self, tap: str, ear: _Ear, verdict: Any) -> None:
        live = self._runner.calls.get(ear.call)
        if live is not None:
            self._runner.feed(
                live,
                inputs.AnswererKnown(
                    leg=LegId(tap.removeprefix(_TAP)),
                    answered_by=verdict,
                    after_ms=ear.detector.heard_ms,
                ),
            )


def _how(wanted: ListenHow | None) -> Listening | None:
    if wanted is None:
        return None
    return Listening(
        to_the_end=wanted.to_the_end,
        timeout_ms=wanted.timeout_ms,
        speech_ms=wanted.speech_ms,
        speech_end_ms=wanted.speech_end_ms,
        silence_ms=wanted.silence_ms,
    )
