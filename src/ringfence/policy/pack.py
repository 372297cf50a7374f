"""A policy pack: a TOML file with a title, a version, clauses taken over and clauses of its own.

::

    title = "Privacy policy of Example Ltd"
    version = "2026-11-22"
    adopts = ["TEL-17", "PUR-13"]      # the common sentence about each stands in the notice
    certificates = [{ name = "ISO 27001", until = 2027-06-30 }]    # printed until that day

    [[clause]]
    id = "RET-01"                      # a sentence of one's own in its place
    text = "Logs of calls are kept for {call_log_floor_days} days."
    summary = "{call_log_floor_days} days of logs."

    [[clause]]
    id = "PUR-13"                      # what a policy claims: examined, and never printed
    says = "We may sell your data."

Every mistake is named with its line, not the first one only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PACK_MISTAKES
from ringfence.policy.variables import VARIABLES, named
from ringfence.promises import registry

_HEAD = frozenset({"title", "version", "company", "adopts", "certificates", "clause"})
_FIELDS = frozenset({"id", "text", "says", "summary"})
_TEXTS = ("text", "says", "summary")
_NAMES = {"says": "claim", "summary": "summary"}
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
    printed: bool = False
    """Whether the notice prints it."""

    def line_at(self, offset: int) -> int:
        """Return the line of the file in which a character of the text stands."""
        return self.line + (self.text.count("\n", 0, offset) if self.many else 0)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the file itself, and in which line."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One clause of a pack; ``text`` is empty where the common sentence stands for it."""

    clause: str
    text: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that may be claimed; ``until``: YYYY-MM-DD, from then on no longer."""

    name: str
    until: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack without mistakes, its clauses in their order. ``company``: whose, of `COMPANIES`."""

    title: str
    version: str
    company: str
    clauses: tuple[Wording, ...]
    certificates: tuple[Certificate, ...] = ()


def load(source: str) -> Pack:
    """Return a pack; raises `Refused` (``bad_pack``) that names every mistake with its line."""
    document, mistakes = _parsed(source)
    pack = _Pack(source.splitlines(), document)
    mistakes += pack.mistakes()
    if mistakes:
        lines = sorted(mistakes, key=lambda mistake: mistake.line)
        says = "; ".join(f"line {mistake.line}: {mistake.says}" for mistake in lines)
        raise Refused("bad_pack", says)
    return pack.made()


def certified(source: str) -> frozenset[str]:
    """Return the names of the certificates a pack registers; none where it cannot be read."""
    document, _ = _parsed(source)
    given = document.get("certificates", [])
    entries = given if isinstance(given, list) else []
    names = (entry.get("name") for entry in entries if isinstance(entry, dict))
    return frozenset(name for name in names if _is_text(name))


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
        adopted = document.get("adopts", [])
        listed = isinstance(adopted, list) and all(_is_text(name) for name in adopted)
        self._adopted: list[str] = adopted if listed else []
        self._starts = [number for number, line in enumerate(lines, 1) if _CLAUSE.match(line)]

    def mistakes(self) -> list[Mistake]:
        """Return what is missing, unknown, twice or of the wrong kind."""
        return [*self._head(), *self._certified(), *self._taken_over(), *self._body()]

    def _head(self) -> Iterator[Mistake]:
        for key in ("title", "version"):
            if not _is_text(self._document.get(key)):
                yield Mistake(self._find(key, 1), f"the {key} of the policy is missing")
        for key in self._document:
            if key not in _HEAD:
                yield Mistake(self._top(key), f"nobody knows the field {key!r}")
        if "company" in self._document and self._document["company"] not in registry.COMPANIES:
            yield Mistake(self._find("company", 1), "nobody knows a policy of that company")
        if not self._clauses and not self._adopted:
            yield Mistake(self._find("clause", 1), "there is no [[clause]]")

    def _certified(self) -> Iterator[Mistake]:
        given = self._document.get("certificates", [])
        for entry in given if isinstance(given, list) else [given]:
            whole = isinstance(entry, dict) and set(entry) == {"name", "until"}
            if not (whole and _is_text(entry["name"]) and type(entry["until"]) is date):
                at = self._find("certificates", 1)
                yield Mistake(at, "a certificate is { name = TEXT, until = YYYY-MM-DD }")

    def _taken_over(self) -> Iterator[Mistake]:
        known = {clause.id for clause in registry.load()}
        given = self._document.get("adopts", [])
        if given and not self._adopted:
            yield Mistake(self._find("adopts", 1), "adopts is a list of ids of clauses")
        seen: set[str] = set()
        for name in self._adopted:
            if name not in known:
                yield Mistake(self._quoted(name), f"there is no clause {name!r}")
            elif name in seen:
                yield Mistake(self._quoted(name), f"{name} is adopted twice")
            seen.add(name)

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
            if "says" not in entry and not _is_text(entry.get("text")):
                yield Mistake(self._find("text", start), "this clause has no text")
            for key in ("says", "summary"):
                if key in entry and not _is_text(entry[key]):
                    yield Mistake(self._find(key, start), f"this {_NAMES[key]} is no text")
            yield from self._variables(entry, start)
            for key in entry:
                if key not in _FIELDS:
                    yield Mistake(self._find(key, start), f"nobody knows the field {key!r}")

    def _variables(self, entry: Mapping[str, Any], start: int) -> Iterator[Mistake]:
        for key in ("text", "summary"):
            value = entry.get(key)
            for name in named(value) if _is_text(value) else ():
                if name not in VARIABLES:
                    yield Mistake(self._find(key, start), f"there is no variable {{{name}}}")

    def made(self) -> Pack:
        """Return the pack, once it is known to have no mistakes."""
        own = {
            entry["id"]: Wording(entry["id"], entry.get("text", ""), entry.get("summary", ""))
            for entry in self._clauses
        }
        order = [*self._adopted, *(name for name in own if name not in self._adopted)]
        return Pack(
            self._document["title"],
            self._document["version"],
            self._document.get("company", ""),
            tuple(own.get(name, Wording(name)) for name in order),
            tuple(
                Certificate(entry["name"], entry["until"].isoformat())
                for entry in self._document.get("certificates", ())
            ),
        )

    def passages(self) -> Iterator[Passage]:
        """Yield every text, claim and summary."""
        for index, entry in enumerate(self._clauses):
            for key in _TEXTS:
                value = entry.get(key)
                if _is_text(value):
                    line = self._find(key, self._start(index))
                    opening = self._lines[line - 1].partition("=")[2].strip()
                    many = opening[:3] in {'"""', "'''"}
                    below = many and len(opening) == 3  # the first line break is not in the text
                    name = str(entry.get("id", ""))
                    yield Passage(name, value, line + below, many, printed=key != "says")

    def _start(self, index: int) -> int:
        return self._starts[index] if index < len(self._starts) else 1

    def _quoted(self, name: str) -> int:
        """Return the line in which an adopted id is written for the last time."""
        start = self._find("adopts", 1)
        last = self._starts[0] if self._starts else len(self._lines) + 1
        lines = [n for n in range(start, last) if f'"{name}"' in self._lines[n - 1]]
        return lines[-1] if lines else start

    def _top(self, key: str) -> int:
        """Return the line of a field of the head, or of the table of that name wherever it is."""
        table = re.compile(rf"""\s*\[+\s*["']?{re.escape(key)}["']?\s*[].]""")
        found = (number for number, line in enumerate(self._lines, 1) if table.match(line))
        return next(found, self._find(key, 1))

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
