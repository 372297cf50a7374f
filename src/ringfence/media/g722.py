"""G.722 at 64 kbit/s: 16000 Hz audio in two bands, one byte per two samples.

Source: ITU-T G.722 (09/2012) clauses 3 and 4, and its clause 6 for the arithmetic: 16-bit numbers,
additions saturate, products lose 15 bits by an arithmetic shift. Bit exact::

    16 kHz  ->  24-tap quadrature mirror filter  ->  low band  -> 6-bit ADPCM -> bits 0..5
                                                 ->  high band -> 2-bit ADPCM -> bits 6..7

The samples here are 16 bits wide where the standard's are 14 bits left-justified in 15, so the
analysis filter shifts right by 14 instead of 13 and the synthesis filter by 11 instead of 12.

Names follow the standard: ``det`` the quantiser scale, ``nb`` its logarithm, ``a`` poles, ``b``
zeros, ``d`` quantised differences, ``p`` partial and ``r`` whole reconstructions; an index counts
samples back in time. One instance is one direction of one stream; RTP's clock is 8000 all the same
(RFC 3551 4.5.2), one tick per byte.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Final

from ringfence.media.fir import Filter, clipped

QMF: Final = (3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11)
"""Table 11/G.722, scaled: half of the 24 symmetric taps."""
Q6: Final = (
    35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
    786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
)  # fmt: skip
"""Decision levels of the 6-bit quantiser."""
CODE_NEGATIVE: Final = (63, 62, *range(31, 3, -1))
"""Code of interval 0..29 below zero (codes 0 to 3 are not used)."""
CODE_POSITIVE: Final = tuple(range(61, 31, -1))
"""Code of interval 0..29 from zero up."""
QM6: Final = (
    -136, -136, -136, -136, -24808, -21904, -19008, -16704,
    -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
    -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576,
    -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
    24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192,
    10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
    4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032,
    1688, 1360, 1040, 728, 432, 136, -432, -136,
)  # fmt: skip
QM4: Final = (
    0, -20456, -12896, -8968, -6288, -4240, -2584, -1200,
    20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
)  # fmt: skip
QM2: Final = (-7408, -1616, 7408, 1616)
WL: Final = (-60, -30, 58, 172, 334, 538, 1198, 3042)
RL42: Final = (0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0)
WH: Final = (798, -214, 798, -214)
"""Logarithmic step of each 2-bit code (tables WH and RH2 in one)."""
ILB: Final = (
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
)  # fmt: skip
NB_MOST_LOW: Final = 18432
NB_MOST_HIGH: Final = 22528
HIGH_DECISION: Final = 564

_LOW_STEP = tuple(WL[RL42[code >> 2]] for code in range(64))
_LOW_VALUE = tuple(QM4[code >> 2] for code in range(64))
_LOW_SCALE = tuple(
    (ILB[nb >> 6 & 31] << (nb >> 11) >> 8) << 2 for nb in range(0, NB_MOST_LOW + 1, 64)
)
"""``det`` of the low band by ``nb >> 6`` (SCALEL)."""
_HIGH_SCALE = tuple(
    (ILB[nb >> 6 & 31] << (nb >> 11) >> 10) << 2 for nb in range(0, NB_MOST_HIGH + 1, 64)
)
"""``det`` of the high band by ``nb >> 6`` (SCALEH)."""

_EVEN = Filter(tuple(reversed(QMF)))
_ODD = Filter(QMF)
_ORDER = _EVEN.order


class _Band:
    """The predictor and scale of one band; `adapt` is block 4 of the standard.

    ``d1`` to ``d6`` and ``r1`` hold the doubled, saturated values the filters need.
    """

    __slots__ = (
        "a1", "a2", "b1", "b2", "b3", "b4", "b5", "b6", "d1", "d2", "d3", "d4", "d5", "d6",
        "det", "nb", "p1", "p2", "r1", "s", "sz",
    )  # fmt: skip

    def __init__(self, *, det: int) -> None:
        self.det = det
        self.nb = 0
        self.s = self.sz = 0
        self.a1 = self.a2 = self.r1 = self.p1 = self.p2 = 0
        self.b1 = self.b2 = self.b3 = self.b4 = self.b5 = self.b6 = 0
        self.d1 = self.d2 = self.d3 = self.d4 = self.d5 = self.d6 = 0

    def adapt(self, d0: int) -> None:
        """Update the predictor by the quantised difference ``d0`` and predict the next sample."""
        # RECONS, PARREC.
        r0 = self.s + d0
        p0 = self.sz + d0
        if not -32768 <= p0 <= 32767:
            p0 = 32767 if p0 > 0 else -32768
        # UPPOL2: the second pole, within 0.75.
        a1, p1 = self.a1, self.p1
        step = 4 * a1
        if not -32768 <= step <= 32767:
            step = 32767 if step > 0 else -32768
        if (p0 ^ p1) >= 0:
            step = 32767 if step == -32768 else -step
            pull = 192
        else:
            pull = -192
        a2 = (step >> 7) + (128 if (p0 ^ self.p2) >= 0 else -128) + (self.a2 * 32512 >> 15)
        if not -12288 <= a2 <= 12288:
            a2 = 12288 if a2 > 0 else -12288
        # UPPOL1: the first pole, within 15360 - a2.
        a1 = pull + (a1 * 32640 >> 15)
        bound = 15360 - a2
        if not -bound <= a1 <= bound:
            a1 = bound if a1 > 0 else -bound
        self.a1, self.a2, self.p1, self.p2 = a1, a2, p0, p1
        # UPZERO: six zeros, each drawn by the signs of two differences.
        up = 128 if d0 else 0
        d2, d3, d4, d5, d6, d7 = self.d1, self.d2, self.d3, self.d4, self.d5, self.d6
        self.b1 = b1 = (self.b1 * 32640 >> 15) + (up if (d0 ^ d2) >= 0 else -up)
        self.b2 = b2 = (self.b2 * 32640 >> 15) + (up if (d0 ^ d3) >= 0 else -up)
        self.b3 = b3 = (self.b3 * 32640 >> 15) + (up if (d0 ^ d4) >= 0 else -up)
        self.b4 = b4 = (self.b4 * 32640 >> 15) + (up if (d0 ^ d5) >= 0 else -up)
        self.b5 = b5 = (self.b5 * 32640 >> 15) + (up if (d0 ^ d6) >= 0 else -up)
        self.b6 = b6 = (self.b6 * 32640 >> 15) + (up if (d0 ^ d7) >= 0 else -up)
        # DELAYA: what was d1 is now d2, and d0 becomes d1.
        d1 = 2 * d0
        if not -32768 <= d1 <= 32767:
            d1 = 32767 if d1 > 0 else -32768
        self.d1, self.d2, self.d3, self.d4, self.d5, self.d6 = d1, d2, d3, d4, d5, d6
        # FILTEP. Doubling saturates, so r0 need not be saturated before.
        r1 = 2 * r0
        if not -32768 <= r1 <= 32767:
            r1 = 32767 if r1 > 0 else -32768
        sp = (a1 * r1 >> 15) + (a2 * self.r1 >> 15)
        self.r1 = r1
        if not -32768 <= sp <= 32767:
            sp = 32767 if sp > 0 else -32768
        # FILTEZ: from the oldest on, each sum saturated.
        sz = (b6 * d6 >> 15) + (b5 * d5 >> 15)
        if not -32768 <= sz <= 32767:
            sz = 32767 if sz > 0 else -32768
        sz += b4 * d4 >> 15
        if not -32768 <= sz <= 32767:
            sz = 32767 if sz > 0 else -32768
        sz += b3 * d3 >> 15
        if not -32768 <= sz <= 32767:
            sz = 32767 if sz > 0 else -32768
        sz += b2 * d2 >> 15
        if not -32768 <= sz <= 32767:
            sz = 32767 if sz > 0 else -32768
        sz += b1 * d1 >> 15
        if not -32768 <= sz <= 32767:
            sz = 32767 if sz > 0 else -32768
        self.sz = sz
        # PREDIC.
        s = sp + sz
        if not -32768 <= s <= 32767:
            s = 32767 if s > 0 else -32768
        self.s = s


def _adapt_low(band: _Band, code: int) -> None:
    """INVQAL, LOGSCL, SCALEL and the predictor, for a 6-bit code."""
    d0 = band.det * _LOW_VALUE[code] >> 15
    nb = (band.nb * 127 >> 7) + _LOW_STEP[code]
    band.nb = nb = 0 if nb < 0 else min(nb, NB_MOST_LOW)
    band.det = _LOW_SCALE[nb >> 6]
    band.adapt(d0)


def _adapt_high(band: _Band, code: int, d0: int) -> None:
    """LOGSCH, SCALEH and the predictor, for a 2-bit code whose INVQAH is ``d0``."""
    nb = (band.nb * 127 >> 7) + WH[code]
    band.nb = nb = 0 if nb < 0 else min(nb, NB_MOST_HIGH)
    band.det = _HIGH_SCALE[nb >> 6]
    band.adapt(d0)


class Encoder:
    """16000 Hz samples to bytes, two to one."""

    __slots__ = ("_even", "_high", "_low", "_odd")

    def __init__(self) -> None:
        self._low = _Band(det=32)
        self._high = _Band(det=8)
        self._even = array("h", bytes(2 * _ORDER))
        self._odd = array("h", bytes(2 * _ORDER))

    def feed(self, pcm: array[int]) -> bytes:
        """Encode an even number of samples."""
        count = len(pcm) // 2
        even = self._even + pcm[::2]
        odd = self._odd + pcm[1::2]
        self._even, self._odd = even[count:], odd[count:]
        low, high = self._low, self._high
        out = bytearray(count)
        for i, (e, o) in enumerate(zip(_EVEN.run(even), _ODD.run(odd), strict=True)):
            # SUBTRA, QUANTL: the one's complement of a negative difference is compared.
            difference = (o + e >> 14) - low.s
            if not -32768 <= difference <= 32767:
                difference = 32767 if difference > 0 else -32768
            size = difference if difference >= 0 else ~difference
            # The first level with (level * det) >> 12 above size.
            interval = bisect_left(Q6, -(-((size + 1) << 12) // low.det))
            code = (CODE_POSITIVE if difference >= 0 else CODE_NEGATIVE)[interval]
            _adapt_low(low, code)
            # SUBTRA, QUANTH.
            difference = (o - e >> 14) - high.s
            if not -32768 <= difference <= 32767:
                difference = 32767 if difference > 0 else -32768
            size = difference if difference >= 0 else ~difference
            top = 2 if difference >= 0 else 0
            if size < HIGH_DECISION * high.det >> 12:
                top += 1
            out[i] = top << 6 | code
            _adapt_high(high, top, high.det * QM2[top] >> 15)
        return bytes(out)


class Decoder:
    """Bytes to 16000 Hz samples, one to two."""

    __slots__ = ("_difference", "_high", "_low", "_sum")

    def __init__(self) -> None:
        self._low = _Band(det=32)
        self._high = _Band(det=8)
        self._sum = array("h", bytes(2 * _ORDER))
        self._difference = array("h", bytes(2 * _ORDER))

    def feed(self, payload: bytes) -> array[int]:
        """Decode any number of bytes."""
        count = len(payload)
        low, high = self._low, self._high
        sums, differences = self._sum, self._difference
        for byte in payload:
            code, top = byte & 63, byte >> 6
            # INVQBL, RECONS and LIMIT of the low band.
            sample = low.s + (low.det * QM6[code] >> 15)
            if not -16384 <= sample <= 16383:
                sample = 16383 if sample > 0 else -16384
            _adapt_low(low, code)
            d0 = high.det * QM2[top] >> 15
            h = high.s + d0
            if not -16384 <= h <= 16383:
                h = 16383 if h > 0 else -16384
            _adapt_high(high, top, d0)
            sums.append(sample + h)
            differences.append(sample - h)
        self._sum, self._difference = sums[count:], differences[count:]
        out = array("h", bytes(4 * count))
        out[::2] = clipped([total >> 11 for total in _ODD.run(differences)])
        out[1::2] = clipped([total >> 11 for total in _EVEN.run(sums)])
        return out
