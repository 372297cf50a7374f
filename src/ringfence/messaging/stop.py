"""Whether an answer means: no more of these. One word is enough, and so is a sentence of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from ringfence.kernel.limits import STOP_WORDS_MAX

WORDS = frozenset(
    {
        *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke"),
        *("optout", "opt out", "remove", "remove me", "halt", "arret", "arreter", "desabonner"),
        *("baja", "parar", "alto", "abmelden", "stopp", "stoppen", "отписаться", "стоп"),
    }
)
"""Whole messages that mean stop (the CTIA's six words, 47 CFR 64.1200(a)(10), and others)."""

LANGUAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("alto", "baja"), ("es",)),
        **dict.fromkeys(("parar",), ("es", "pt")),
        **dict.fromkeys(("arret", "arreter", "desabonner"), ("fr",)),
        **dict.fromkeys(("abmelden", "stopp"), ("de",)),
        **dict.fromkeys(("stoppen",), ("nl", "de")),
    }
)
"""Stop words that tell in which language they were written; the others are said everywhere."""

_SENTENCE = re.compile(
    r"\b(?:please|pls|kindly|now)\s+stop\b"
    r"|\bstop\s+(?:it|this|that|now|please|sending|texting|messag\w+|mailing|e-?mailing|calling"
    r"|contacting|bothering|writing)\b"
    r"|\b(?:unsubscribe|opt)\s+(?:me|out)\b|\bopt\s+me\s+out\b"
    r"|\b(?:take|get|remove)\s+me\s+(?:off|from|out)\b"
    r"|\b(?:do\s+not|don['’]?t|never)\s+(?:(?:ever|want|send)\s+){0,2}"
    r"(?:text|messages?|mails?|e-?mails?|call|contact|write|any(?:\s+more)?|me)\b"
    r"|\bno\s+more\s+(?:texts?|messages?|mails?|e-?mails?|of\s+(?:this|these|that))\b"
    r"|\bleave\s+me\s+alone\b"
)
_KEEP = re.compile(r"\b(?:do\s+not|don['’]?t|never)\s+(?:ever\s+)?stop\b|\bbus\s+stop\b")


def is_stop(text: str) -> bool:
    """Whether ``text`` asks for no more messages."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^\w'’\- ]+", " ", plain).split()
    whole = " ".join(words)
    if whole in {_folded(word) for word in WORDS}:
        return True
    if not words or len(words) > STOP_WORDS_MAX or _KEEP.search(whole):
        return False
    return bool(_SENTENCE.search(whole))


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))
