"""Sentences of one policy that cannot both be true, or that this installation does not keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ringfence.policy.vocabulary import Sentences, Span, words
from ringfence.privacy.retention import RULES


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements that exclude each other."""

    clause: str
    one: re.Pattern[str]
    other: re.Pattern[str]
    says: str


PAIRS: tuple[Pair, ...] = (
    Pair(
        "PUR-13",
        words(r"(?:\bnot|\bnever|n['’]t),? (?:\w+,? ){0,3}?(?:sell|rent|trade)\b"),
        words(
            r"\bmay (?:\w+,? ){0,4}?(?:sell|rent|trade)\b[^.;!?]{0,60}?"
            r"\b(?:information|data|details|lists?)\b"
        ),
        "it is sold here and never sold there",
    ),
    Pair(
        "TEL-17",
        words(r"\bno cop(?:y|ies)\b|\bnot (?:keep|store|retain|cache) (?:a |any )?cop(?:y|ies)\b"),
        words(
            r"\bmay (?:\w+ ){0,2}?(?:keep|hold|contain|store|retain)\b[^.;!?]{0,40}?"
            r"\bcop(?:y|ies)\b"
        ),
        "no copy is kept, and a copy may be kept",
    ),
    Pair(
        "SHR-11",
        words(r"\b(?:notify|inform|tell) you (?:\w+ ){0,3}?before\b"),
        words(r"\bwithout (?:any )?(?:further|prior|additional) notice\b"),
        "people are told before, and not told at all",
    ),
    Pair(
        "XFR-02",
        words(
            r"\b(?:stored|processed|kept|held|remains?)\b[^.;!?]{0,40}?"
            r"\b(?:only|exclusively|solely) (?:in|within)\b"
            r"|\b(?:only|exclusively|solely) (?:stored|processed|kept|held) (?:in|within)\b"
            r"|\bnever leaves?\b"
        ),
        words(r"\bany (?:other )?country\b|\banywhere in the world\b"),
        "it stays in one place, and goes to any",
    ),
)


@dataclass(frozen=True, slots=True)
class Clash:
    """``span``: the statement; ``against``: the other one, None where the installation differs."""

    span: Span
    clause: str
    says: str
    against: Span | None


def clashes(text: str) -> list[Clash]:
    """Return every contradiction in ``text``, in the order of the text."""
    found = [*_pairs(text), *_durations(text)]
    return sorted(found, key=lambda clash: clash.span)


def _pairs(text: str) -> Iterator[Clash]:
    for pair in PAIRS:
        one, other = pair.one.search(text), pair.other.search(text)
        if one and other:
            first, second = sorted((one.span(), other.span()))
            yield Clash(second, pair.clause, pair.says, first)


Bound = Literal["least", "most"]


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a text says something is kept."""

    span: Span
    topic: str
    bound: Bound
    days: int


_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_DURATION = words(rf"\b([0-9]{{1,5}}|{'|'.join(_NUMBERS)}) (day|week|month|year)s?\b")
_KEPT = words(
    r"\b(?:keep|kept|retain(?:ed)?|stored?|delet(?:e|ed)|eras(?:e|ed)|removed?|purged?)\b"
)
_LEAST = words(r"\b(?:at least|no less than|not less than|a minimum of)\b|\bat the least\b")
_TOPICS = {
    "logs": words(r"\b(?:logs?|call records?|call details)\b"),
    "recordings": words(r"\b(?:recordings?|voice\s*mails?)\b"),
    "backups": words(r"\bbackups?\b"),
    "cookies": words(r"\bcookies?\b"),
}
_RULES = {"logs": "call_log", "recordings": "content"}
"""Which retention rule of this installation a topic falls under."""


def durations(text: str) -> Iterator[Duration]:
    """Yield how long ``text`` says that logs, recordings, backups and cookies are kept."""
    sentences = Sentences(text)
    for match in _DURATION.finditer(text):
        start, end = sentences.around(match.start())
        around = text[start:end]
        if not _KEPT.search(around):
            continue
        number = _NUMBERS.get(match[1].lower()) or int(match[1])
        bound: Bound = "least" if _LEAST.search(around) else "most"
        for topic, pattern in _TOPICS.items():
            if pattern.search(around):
                days = number * _UNITS[match[2].lower()]
                yield Duration(match.span(), topic, bound, days)


def _durations(text: str) -> Iterator[Clash]:
    earlier: list[Duration] = []
    for now in durations(text):
        yield from _against_rules(now)
        for before in earlier:
            if before.topic == now.topic and _differ(before, now):
                says = f"{now.topic} are kept for another time elsewhere"
                yield Clash(now.span, "RET-02", says, before.span)
                break
        else:
            if not any(_same(before, now) for before in earlier):
                earlier.append(now)


def _same(one: Duration, two: Duration) -> bool:
    return (one.topic, one.bound, one.days) == (two.topic, two.bound, two.days)


def _differ(one: Duration, two: Duration) -> bool:
    if one.bound == two.bound:
        return one.days != two.days
    least, most = (one, two) if one.bound == "least" else (two, one)
    return least.days > most.days


def _against_rules(said: Duration) -> Iterator[Clash]:
    rule = RULES.get(_RULES.get(said.topic, ""))
    if rule is None:
        return
    if said.bound == "most" and said.days < rule.floor_days:
        says = f"this installation keeps {said.topic} {rule.floor_days} days at the least"
        yield Clash(said.span, "RET-01", says, None)
    if said.bound == "least" and rule.ceiling_days is not None and said.days > rule.ceiling_days:
        says = f"this installation keeps {said.topic} {rule.ceiling_days} days at the most"
        yield Clash(said.span, "RET-02", says, None)
