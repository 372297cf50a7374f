"""A mean opinion score from what the network did: the E-model in whole numbers.

Source: ITU-T G.107 (R and the score), G.113 appendix I (impairments of codecs), with the delay
term in the usual linear form (Cole and Rosenbluth). With losses in thousandths of a percent and
R in thousandths::

    p     = 100000 * (lost + late) / expected      late packets were of no use either
    delay = rtt / 2 + 2 * jitter + 60              ms; 60 = one frame and the buffer at rest
    Id    = 24 * delay + max(0, 110 * delay - 19503)
    Ie    = ie + (95000 - ie) * p / (p + bpl)
    R     = 93200 - Id - Ie, within 0 and 100000
    score = 100 + 3.5 R + 0.0007 R (R - 60) (100 - R), within 100 and 450, with R in ones

It rates what was received: the person at this end of the wire. G.722 has no rating on the
narrow-band scale; it is rated as G.711 whose losses are heard more, and capped by the same 4.5.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Impairment(NamedTuple):
    """``ie`` (equipment impairment) and ``bpl`` (robustness to loss), both times 1000."""

    ie: int
    bpl: int


IMPAIRMENTS: Final[dict[str, Impairment]] = {
    "PCMU": Impairment(0, 25_100),
    "PCMA": Impairment(0, 25_100),
    "G722": Impairment(0, 10_000),
}
"""G.113 table I.4: G.711 with concealment has Bpl 25.1 (4.3 without)."""

_WORST = Impairment(11_000, 19_000)
"""For a codec not listed: that of G.729A."""


def rating(
    *, expected: int, lost: int, late: int = 0, jitter_ms: int = 0, rtt_ms: int = -1, codec: str
) -> int:
    """Return R times 1000, 0 to 100000. ``rtt_ms`` below 0 means not known, counted as 0."""
    missing = min(max(0, lost) + max(0, late), expected)
    p = 100_000 * missing // expected if expected > 0 else 0
    delay = max(0, rtt_ms) // 2 + 2 * jitter_ms + 60
    from_delay = 24 * delay + max(0, 110 * delay - 19_503)
    ie, bpl = IMPAIRMENTS.get(codec, _WORST)
    from_loss = ie + (95_000 - ie) * p // (p + bpl)
    return max(0, min(100_000, 93_200 - from_delay - from_loss))


def score(rating_: int) -> int:
    """Return the mean opinion score times 100, 100 to 450, of a rating times 1000 (G.107 B.4)."""
    r = rating_
    exact = 35 * r * 10**9 + 7 * r * (r - 60_000) * (100_000 - r)
    return max(100, min(450, 100 + (exact + 5 * 10**12) // 10**13))


def mos(
    *, expected: int, lost: int, late: int = 0, jitter_ms: int = 0, rtt_ms: int = -1, codec: str
) -> int:
    """Return the score times 100, or 0 where nothing was expected and so nothing can be said."""
    if expected <= 0:
        return 0
    return score(
        rating(
            expected=expected, lost=lost, late=late, jitter_ms=jitter_ms, rtt_ms=rtt_ms,
            codec=codec,
        )
    )  # fmt: skip
