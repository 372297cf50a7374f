"""A policy pack: a TOML file with a title, a version and clauses.

::

    title = "Privacy policy of Example Ltd"
    version = "2026-11-22"

    [[clause]]
    id = "RET-01"
    text = "Logs of calls are kept for 180 days."
    summary = "Half a year of logs."

Every mistake is named with its line, not the first one only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from ringfence.kernel.limits import PACK_MISTAKES
from ringfence.promises import registry

_HEAD = frozenset({"title", "version", "clause"})
_FIELDS = frozenset({"id", "text", "summary"})
_CLAUSE = re.compile(r"\s*\[\[\s*clause\s*\]\]")
_PLACE = re.compile(r"\s*\(at (?:line ([0-9]+), column [0-9]+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of policy text: the clause it belongs to, and the line where it begins."""

    clause: str
    text: str
    line: int
    many: bool
    """Whether its lines are lines of the file."""

    def line_at(self, offset: int) -> int:
        """Return the line of the file in which a character of the text stands."""
        return self.line + (self.text.count("\n", 0, offset) if self.many else 0)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the file itself, and in which line."""

    line: int
    says: str


def plain(source: str) -> list[Passage]:
    """Return a text that is no pack as one passage."""
    return [Passage("", source, 1, many=True)]


def read(source: str) -> tuple[list[Passage], list[Mistake]]:
    """Return the passages of a pack, and every mistake in it; neither raises nor stops early."""
    document, mistakes = _parsed(source)
    pack = _Pack(source.splitlines(), document)
    mistakes += pack.mistakes()
    return list(pack.passages()), sorted(mistakes, key=lambda mistake: mistake.line)


def _parsed(source: str) -> tuple[dict[str, Any], list[Mistake]]:
    """Parse, taking out one line that cannot be read after the other."""
    lines = source.splitlines()
    mistakes: list[Mistake] = []
    while len(mistakes) < PACK_MISTAKES:
        try:
            return tomllib.loads("\n".join(lines)), mistakes
        except RecursionError:
            return {}, [*mistakes, Mistake(1, "it is nested too deeply")]
        except tomllib.TOMLDecodeError as error:
            place = _PLACE.search(str(error))
            at = int(place[1]) if place and place[1] else len(lines)
            says = _PLACE.sub("", str(error))
            mistakes.append(Mistake(at, f"this is not TOML: {says[:1].lower()}{says[1:]}"))
            if not 1 <= at <= len(lines) or not lines[at - 1]:
                break
            lines[at - 1] = ""
    return {}, mistakes


class _Pack:
    """A parsed pack beside its lines."""

    def __init__(self, lines: list[str], document: Mapping[str, Any]) -> None:
        self._lines = lines
        self._document = document
        found = document.get("clause", [])
        whole = isinstance(found, list) and all(isinstance(entry, dict) for entry in found)
        self._clauses: list[dict[str, Any]] = found if whole else []
        self._starts = [number for number, line in enumerate(lines, 1) if _CLAUSE.match(line)]

    def mistakes(self) -> list[Mistake]:
        """Return what is missing, unknown, twice or of the wrong kind."""
        return [*self._head(), *self._body()]

    def _head(self) -> Iterator[Mistake]:
        for key in ("title", "version"):
            if not _is_text(self._document.get(key)):
                yield Mistake(self._find(key, 1), f"the {key} of the policy is missing")
        for key in self._document:
            if key not in _HEAD:
                yield Mistake(self._find(key, 1), f"nobody knows the field {key!r}")
        if not self._clauses:
            yield Mistake(self._find("clause", 1), "there is no [[clause]]")

    def _body(self) -> Iterator[Mistake]:
        known = {clause.id for clause in registry.load()}
        seen: set[str] = set()
        for index, entry in enumerate(self._clauses):
            start = self._start(index)
            name = entry.get("id")
            at = self._find("id", start)
            if not _is_text(name):
                yield Mistake(at, "this clause has no id")
            elif name not in known:
                yield Mistake(at, f"there is no clause {name!r}")
            elif name in seen:
                yield Mistake(at, f"{name} is there twice")
            seen.add(str(name))
            if not _is_text(entry.get("text")):
                yield Mistake(self._find("text", start), "this clause has no text")
            if "summary" in entry and not _is_text(entry["summary"]):
                yield Mistake(self._find("summary", start), "this summary is no text")
            for key in entry:
                if key not in _FIELDS:
                    yield Mistake(self._find(key, start), f"nobody knows the field {key!r}")

    def passages(self) -> Iterator[Passage]:
        """Yield every text and summary."""
        for index, entry in enumerate(self._clauses):
            for key in ("text", "summary"):
                value = entry.get(key)
                if _is_text(value):
                    line = self._find(key, self._start(index))
                    opening = self._lines[line - 1].partition("=")[2].strip()
                    many = opening[:3] in {'"""', "'''"}
                    below = many and len(opening) == 3  # the first line break is not in the text
                    yield Passage(str(entry.get("id", "")), value, line + below, many)

    def _start(self, index: int) -> int:
        return self._starts[index] if index < len(self._starts) else 1

    def _find(self, key: str, start: int) -> int:
        """Return the line where ``key`` is written from line ``start`` on; ``start`` if nowhere."""
        written = re.compile(rf"""\s*(?:\[+\s*)?["']?{re.escape(key)}["']?\s*[=\].]""")
        for number in range(start, len(self._lines) + 1):
            line = self._lines[number - 1]
            if written.match(line):
                return number
            if number > start and _CLAUSE.match(line):
                break
        return start


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())
