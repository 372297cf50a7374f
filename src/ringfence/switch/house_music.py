"""The music of the house as a clip, always at hand, for whoever waits or is on hold."""

from __future__ import annotations

from typing import Final

from ringfence.calls.core import HOUSE_MUSIC
from ringfence.media.music import music
from ringfence.switch.ports import Clip

_RATE: Final = 8_000


def house_music() -> Clip:
    """Return the clip `HOUSE_MUSIC` names; its samples are made once."""
    return Clip(HOUSE_MUSIC, _RATE, music(_RATE))
