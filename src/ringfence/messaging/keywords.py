"""A message that is a word to us: STOP, START or HELP, in the languages of where it comes from.

A stop is a stop in every language and as a sentence too (`ringfence.messaging.stop`). The other
words count only as a whole message. An answer is in the language of the word, to a word that is
understood everywhere (START, HELP, INFO) in that of the place, and goes out once: who has stopped
already hears nothing more.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from ringfence.messaging.stop import is_stop, spoken
from ringfence.privacy.recording_law.places import parent

Word = Literal["stop", "start", "help"]

_FALLBACK = "en"
_EVERYWHERE = "everywhere"
_ANSWERS = {"stop": "stopped", "start": "started", "help": "helped"}
_AS_ANSWER = frozenset({"yes", "continue"})
"""Words that mean start only to who has stopped; to anybody else they are an answer."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word, and the language it is answered in."""

    word: Word
    language: str


def keyword(text: str, place: str, *, stopped: bool = False) -> Keyword | None:
    """Return the keyword that ``text`` is, None for any other message.

    ``place``: of who wrote it (``privacy.recording_law.places``), ``""`` for unknown.
    """
    plain = folded(text)
    languages = languages_of(place)
    if is_stop(text):
        said = spoken(text) or languages
        return Keyword("stop", next((word for word in languages if word in said), said[0]))
    words: tuple[Word, Word] = ("start", "help")
    # the languages of the place first, then all others: people travel
    others = _table().keys() - {"places", _EVERYWHERE, *languages}
    for language in (*languages, _EVERYWHERE, *sorted(others)):
        for word in words:
            if plain in _words(language, word) and (stopped or plain not in _AS_ANSWER):
                return Keyword(word, languages[0] if language == _EVERYWHERE else language)
    return None


def answer(found: Keyword, name: str) -> str:
    """Return what is answered. ``name``: of the business."""
    sentence: str = _table()[found.language][_ANSWERS[found.word]]
    return sentence.replace("{name}", name)


def languages_of(place: str) -> tuple[str, ...]:
    """Return the languages of a place, the first one first; English where they are not known."""
    known: Mapping[str, str] = _table()["places"]
    return tuple(known.get(parent(place), _FALLBACK).split())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("ringfence.messaging").joinpath("keywords.toml").read_text("utf-8"))


@cache
def _words(language: str, word: str) -> frozenset[str]:
    return frozenset(map(folded, _table()[language][word].split()))


def folded(text: str) -> str:
    """Return a text as words are compared: small letters and digits, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())
