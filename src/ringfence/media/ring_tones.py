"""What a caller hears while it rings, by country.

Frequencies and cadences: ITU-T E.180 supplement 2 (various tones used in national networks). A tone
that is modulated there (400 Hz by 25 Hz) is here its two sidebands, which sounds the same.
"""

from __future__ import annotations

from typing import Final

from ringfence.media.tones import Segment, Tone

ALONE: Final = 8192
"""Peak of a single sine: as loud as two of `tones.LEVEL`."""


def _once(on: int, off: int, low: int, high: int = 0) -> Tone:
    return Tone((_sound(on, low, high), Segment(off)), repeats=True)


def _twice(low: int, high: int = 0, *, off: int = 2_000) -> Tone:
    """Two short rings and a pause."""
    ring = _sound(400, low, high)
    return Tone((ring, Segment(200), ring, Segment(off)), repeats=True)


def _sound(on: int, low: int, high: int) -> Segment:
    return Segment(on, low, high) if high else Segment(on, low, 0, ALONE)


_EUROPE: Final = _once(1_000, 4_000, 425)

RING_TONES: Final[dict[str, Tone]] = {
    "ring_at": _once(1_000, 5_000, 420),
    "ring_au": _twice(413, 438),
    "ring_be": _once(1_000, 3_000, 425),
    "ring_bg": _EUROPE,
    "ring_br": _EUROPE,
    "ring_ch": _EUROPE,
    "ring_cl": _once(1_000, 3_000, 400),
    "ring_cn": _once(1_000, 4_000, 450),
    "ring_cz": _EUROPE,
    "ring_de": _EUROPE,
    "ring_dk": _EUROPE,
    "ring_ee": _EUROPE,
    "ring_es": _once(1_500, 3_000, 425),
    "ring_fi": _EUROPE,
    "ring_fr": _once(1_500, 3_500, 440),
    "ring_gr": _EUROPE,
    "ring_hu": _once(1_250, 3_750, 425),
    "ring_il": _once(1_000, 3_000, 400),
    "ring_in": _twice(375, 425),
    "ring_it": _EUROPE,
    "ring_jp": _once(1_000, 2_000, 385, 415),
    "ring_lt": _EUROPE,
    "ring_mx": _EUROPE,
    "ring_my": _twice(425),
    "ring_nl": _EUROPE,
    "ring_no": _EUROPE,
    "ring_nz": _twice(400, 450),
    "ring_ph": _once(1_000, 4_000, 425, 480),
    "ring_pl": _EUROPE,
    "ring_pt": _once(1_000, 5_000, 425),
    "ring_ru": _EUROPE,
    "ring_se": _once(1_000, 5_000, 425),
    "ring_sg": _twice(401, 449),
    "ring_th": _once(1_000, 4_000, 375, 425),
    "ring_tw": _once(1_000, 2_000, 440, 480),
    "ring_uk": _twice(400, 450),
    "ring_us-old": _once(2_000, 4_000, 380, 460),
    "ring_ve": _EUROPE,
    "ring_za": _twice(367, 433),
}
"""By ``ring_`` and the word of Twilio's ``ringTone``; that of ``us`` is called ``ringback``."""
