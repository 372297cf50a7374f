"""The alphabets of 3GPP TS 23.038: default, its extension, and the national ones of annex A.

A table is 128 characters, one per septet; U+FFFD where there is none. The Indic and Urdu tables
share a frame of digits, Latin letters and marks; what stands between is written as runs of code
points in order: ``0985+7`` is U+0985 to U+098C, ``-3`` three places that nobody has.
"""

from __future__ import annotations

from typing import Final

NONE: Final = "\ufffd"
ESCAPE: Final = 0x1B

DEFAULT: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\ufffdÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TURKISH: Final = (
    "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\ufffdŞşßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà"
)
_PORTUGUESE: Final = (
    "@£$¥êéúíóç\nÔô\rÁáΔ_ªÇÀ∞^\\€Ó|\ufffdÂâÊÉ !\"#º%&'()*+,-./0123456789:;<=>?"
    "ÍABCDEFGHIJKLMNOPQRSTUVWXYZÃÕÚÜ§~abcdefghijklmnopqrstuvwxyzãõ`üà"
)

_LOCKING_FRAME: Final = {
    **dict(zip(b"\n\r !?,.", "\n\r !?,.", strict=True)),
    0x28: ")",  # the other way round, as the standard has it
    0x29: "(",
    **{0x30 + n: digit for n, digit in enumerate("0123456789:;")},
    **{0x61 + n: letter for n, letter in enumerate("abcdefghijklmnopqrstuvwxyz")},
}
_SINGLE_FRAME: Final = {
    **{at: mark for at, mark in enumerate("@£$¥¿\"¤%&'\f*+\ufffd-/<=>¡^¡_#*") if mark != NONE},
    **dict(zip(b"()/<=>@", "{}\\[~]|", strict=True)),
    **{0x41 + n: letter for n, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")},
    0x65: "€",
}


def _framed(frame: dict[int, str], last: int, runs: str) -> str:
    """Return a table: the frame, and ``runs`` in the places up to ``last`` that it leaves."""
    letters: list[str] = []
    for run in runs.split():
        if run.startswith("-"):
            letters += [NONE] * int(run[1:] or 1)
        else:
            first, _, more = run.partition("+")
            letters += [chr(int(first, 16) + n) for n in range(int(more or 0) + 1)]
    table = [frame.get(at, "") for at in range(128)]
    free = [at for at in range(last + 1) if not table[at] and at not in (0x0D, ESCAPE)]
    for at, letter in zip(free, letters, strict=True):
        table[at] = letter
    return "".join(letter or NONE for letter in table)


def _locking(runs: str) -> str:
    return _framed(_LOCKING_FRAME, 0x7F, runs)


def _single(runs: str) -> str:
    return _framed(_SINGLE_FRAME, 0x3F, runs)


def _sparse(**places: str) -> str:
    """Return a single shift table: the default extension and letters at ``x41`` and the like."""
    table = [NONE] * 128
    for at, mark in {0x0A: "\f", 0x14: "^", 0x2F: "\\", 0x40: "|", 0x65: "€"}.items():
        table[at] = mark
    table[0x28:0x2A] = "{}"
    table[0x3C:0x3F] = "[~]"
    for place, letter in places.items():
        table[int(place[1:], 16)] = letter
    return "".join(table)


EXTENSION: Final = _sparse()

LOCKING: Final[dict[int, str]] = {
    0: DEFAULT,
    1: _TURKISH,
    3: _PORTUGUESE,
    4: _locking(
        "0981+2 0985+7 -2 098f+1 -2 0993+21 - 09aa+6 - 09b2 -3 09b6+3 09bc+8 -2 09c7+1 -2 09cb+3"
        " 09d7 09dc+1 09f0+1"
    ),
    5: _locking(
        "0a81+2 0a85+8 - 0a8f+2 - 0a93+21 - 0aaa+6 - 0ab2+1 - 0ab5+4 0abc+9 - 0ac7+2 - 0acb+2"
        " 0ad0 0ae0+3 0af1"
    ),
    6: _locking("0901+2 0905+52 093c+17 0950 0972 097b+1 097e+1"),
    7: _locking(
        "- 0c82+1 0c85+7 - 0c8e+2 - 0c92+22 - 0caa+9 - 0cb5+4 0cbc+8 - 0cc6+2 - 0cca+3 0cd5+1"
        " 0ce0+3"
    ),
    8: _locking(
        "- 0d02+1 0d05+7 - 0d0e+2 - 0d12+22 - 0d2a+15 - 0d3d+7 - 0d46+2 - 0d4a+3 0d57 0d60+3 0d79"
    ),
    9: _locking(
        "0b01+2 0b05+7 -2 0b0f+1 -2 0b13+21 - 0b2a+6 - 0b32+1 - 0b35+4 0b3c+8 -2 0b47+1 -2 0b4b+2"
        " 0b56+1 0b60+3"
    ),
    10: _locking(
        "0a01+2 0a05+5 -4 0a0f+1 -2 0a13+21 - 0a2a+6 - 0a32+1 - 0a35+1 - 0a38+1 0a3c - 0a3e+4 -4"
        " 0a47+1 -2 0a4b+2 0a51 0a70+4"
    ),
    11: _locking(
        "- 0b82+1 0b85+5 -3 0b8e+2 - 0b92+3 -3 0b99+1 - 0b9c - 0b9e+1 -3 0ba3+1 -3 0ba8+2 -3"
        " 0bae+11 -2 0bbe+4 -3 0bc6+2 - 0bca+3 0bd0 0bd7 0bf0+2 0bf9"
    ),
    12: _locking(
        "0c01+2 0c05+7 - 0c0e+2 - 0c12+22 - 0c2a+9 - 0c35+4 - 0c3d+7 - 0c46+2 - 0c4a+3 0c55+1"
        " 0c60+3"
    ),
    13: _locking(
        "0627 0622 0628 067b 0680 067e 06a6 062a 06c2 067f 0679 067d 067a 067c 062b+1 0681 0684"
        " 0683 0685+2 062d+2 068c 0688+2 068f 068d 0630+1 0691 0693 0699 0632 0696 0698 069a"
        " 0633+6 0641+1 06a9+2 06af 06b3 06b1 0644+2 06ba+2 0648 06c4 06d5 06c1 06be 0621 06cc"
        " 06d0 06d2 064d 0650 064f 0657 0654+1 0651 0653 0656 0670"
    ),
}
"""Locking shift tables (A.3) by national language identifier; Spanish (2) has none."""

SINGLE: Final[dict[int, str]] = {
    0: EXTENSION,
    1: _sparse(x47="Ğ", x49="İ", x53="Ş", x63="ç", x67="ğ", x69="ı", x73="ş"),
    2: _sparse(
        x09="ç", x41="Á", x49="Í", x4f="Ó", x55="Ú", x61="á", x69="í", x6f="ó", x75="ú",
    ),
    3: _sparse(
        x05="ê", x09="ç", x0b="Ô", x0c="ô", x0e="Á", x0f="á", x12="Φ", x13="Γ", x15="Ω", x16="Π",
        x17="Ψ", x18="Σ", x19="Θ", x1f="Ê", x41="À", x49="Í", x4f="Ó", x55="Ú", x5b="Ã", x5c="Õ",
        x61="Â", x69="í", x6f="ó", x75="ú", x7b="ã", x7c="õ", x7f="â",
    ),
    4: _single("09e6+9 09df+4 09f2+8 -8"),
    5: _single("0964+1 0ae6+9 -20"),
    6: _single("0964+11 0951+3 0958+11 0970+1 -2"),
    7: _single("0964+1 0ce6+9 0cde 0cf1+1 -17"),
    8: _single("0964+1 0d66+15 0d7a+5 -8"),
    9: _single("0964+1 0b66+9 0b5c+1 0b5f 0b70+1 -15"),
    10: _single("0964+1 0a66+9 0a59+3 0a5e 0a75 -14"),
    11: _single("0964+1 0be6+9 0bf3+5 0bfa -13"),
    12: _single("-2 0c66+9 0c58+1 0c78+7 -10"),
    13: _single("0600+1 06f0+9 060c+8 061b 061f 0640 0652 0658 066b+1 0672+1 06cd 06d4"),
}  # fmt: skip
"""Single shift tables (A.2): what a septet means after an escape."""

LANGUAGES: Final[dict[str, int]] = {
    "tr": 1, "es": 2, "pt": 3, "bn": 4, "as": 4, "gu": 5, "hi": 6, "kn": 7, "ml": 8, "or": 9,
    "pa": 10, "ta": 11, "te": 12, "ur": 13,
}  # fmt: skip
"""National language identifiers (6.2.1.2.4) by ISO 639-1 code."""
