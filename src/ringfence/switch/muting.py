"""Who is heard by others: muted by somebody, or quiet while their digits are secret.

Two wishes for one switch of the media worker: a leg is heard again when neither holds any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ringfence.calls import effects
from ringfence.kernel.ids import LegId
from ringfence.media.engine import protocol as media
from ringfence.switch.live import LiveCall, LiveLeg

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner


class Muting:
    """The legs of all calls."""

    def __init__(self) -> None:
        self._runner: CallRunner

    def attach(self, runner: CallRunner) -> None:
        """The runner whose legs they are."""
        self._runner = runner

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {effects.MuteLeg: self._mute, effects.QuietLeg: self._quiet}

    def joins(self, leg: LegId, *, muted: bool) -> bool:
        """A leg joins a room; whether it joins it unheard."""
        found = self._runner.legs.get(leg)
        if found is None:
            return muted
        found.muted = muted
        return muted or found.quiet

    def mute(self, leg: LegId, *, on: bool) -> None:
        """Let nobody hear a leg, or whoever may."""
        found = self._runner.legs.get(leg)
        if found is not None:
            found.muted = on
            self._say(found)

    def _mute(self, live: LiveCall, effect: effects.MuteLeg) -> None:  # noqa: ARG002 - a handler
        self.mute(effect.leg, on=effect.on)

    def _quiet(self, live: LiveCall, effect: effects.QuietLeg) -> None:  # noqa: ARG002 - a handler
        found = self._runner.legs.get(effect.leg)
        if found is not None:
            found.quiet = effect.on
            self._say(found)

    @staticmethod
    def _say(leg: LiveLeg) -> None:
        if leg.link is not None:
            leg.link.send(media.SetMute(leg=leg.id, on=leg.muted or leg.quiet))
