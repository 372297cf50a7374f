"""Words some callers use and some businesses do not want to read: a letter and stars.

The list is short and English, the words no business prints; a recogniser of its own may know more
(it is told the wish).
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = (
    "arsehole", "asshole", "bastard", "bastards", "bitch", "bitches", "bollocks", "bullshit",
    "cock", "cocksucker", "cunt", "cunts", "dickhead", "fuck", "fucked", "fucker", "fuckers",
    "fucking", "fucks", "motherfucker", "motherfuckers", "motherfucking", "piss", "pissed",
    "prick", "shit", "shits", "shitty", "slut", "twat", "wank", "wanker", "whore",
)  # fmt: skip
_FOUND: Final = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)


def decent(text: str) -> str:
    """Return a text in which such a word is its first letter and stars."""
    return _FOUND.sub(lambda match: match[0][0] + "*" * (len(match[0]) - 1), text)
