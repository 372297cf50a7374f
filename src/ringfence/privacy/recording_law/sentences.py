"""What is said on a call before it is recorded, by language, with its version and its hash.

The hash is over version, language and text, so that a stored hash tells exactly what was said.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["announce", "ask"]

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it is said. ``yes``: the key that means consent, "" for an announcement."""

    kind: Kind
    language: str
    text: str
    version: str
    yes: str = ""

    @property
    def hash(self) -> str:
        """What the timeline and the ledger keep of it."""
        return text_hash(self.version, self.language, self.text)


def text_hash(version: str, locale: str, text: str) -> str:
    """Return the SHA-256 of what somebody was shown or told, in hexadecimal."""
    return hashlib.sha256(f"{version}\0{locale}\0{text}".encode()).hexdigest()


def sentence(kind: Kind, language: str = "") -> Sentence:
    """Return a sentence in a language (BCP 47), in English where it is not known."""
    table = _table()
    texts: Mapping[str, str] = table[kind]
    wanted = language.partition("-")[0].lower()
    spoken = wanted if wanted in texts else DEFAULT_LANGUAGE
    return Sentence(
        kind, spoken, texts[spoken], table["version"], table["yes"] if kind == "ask" else ""
    )


def languages() -> tuple[str, ...]:
    """Return the languages in which a call may be announced and asked about."""
    table = _table()
    return tuple(sorted(set(table["announce"]) & set(table["ask"])))


def by_hash(digest: str) -> Sentence | None:
    """Return the sentence of a hash, or None where this version of the program never said it."""
    for kind in ("announce", "ask"):
        for language in languages():
            found = sentence("announce" if kind == "announce" else "ask", language)
            if found.hash == digest:
                return found
    return None


@cache
def _table() -> dict[str, Any]:
    text = files("ringfence.privacy.recording_law").joinpath("sentences.toml").read_text("utf-8")
    return tomllib.loads(text)
