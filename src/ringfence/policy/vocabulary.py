"""Phrases that a policy must not contain, each with the clause it goes against.

A pattern is written with single spaces, which stand for any white space, so a phrase is found
across the end of a line. ``unless`` is looked for in the same sentence before the phrase: "we do
not claim to be completely secure" is honest.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One kind of phrase: ``code``, the clause it goes against, and what to say about it."""

    code: str
    clause: str
    pattern: re.Pattern[str]
    says: str
    unless: re.Pattern[str] | None = None


def words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which a space is any white space."""
    return re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE)


_NEGATED = words(
    r"\b(?:no(?! doubt)|not(?! only)|cannot|never|neither|nor|nobody|nothing|none|without|unable)\b"
    r"|n['’]t\b"
)
_OFTEN = r"(?:regularly|periodically|frequently|often|occasionally|from time to time)"
_LOOK = r"(?:check|review|visit|consult|read|re-?read|revisit|monitor)"
_TEXT = r"(?:policy|notice|page|statement|(?:web\s*)?site|terms|back|(?:changes|updates))"
_IP = r"\b(?:IP|internet protocol)[- ]address(?:es)?\b"
_IMPERSONAL = (
    r"(?:non[-‐‑ ]?personal|\bNPII\b|\banonymous\b"
    r"|not (?:\w+ ){0,3}?(?:personal\b|personally|identif))"
)

PHRASES: tuple[Phrase, ...] = (
    Phrase(
        "vague_time",
        "RET-02",
        words(
            r"\breasonabl[ey] (?:necessary |long )?(?:amount of |period of )?(?:time|periods?)\b"
        ),
        "write a number of days: nobody can tell when a reasonable time is over",
    ),
    Phrase(
        "vague_time",
        "RET-02",
        words(r"\bas long as (?:\w+ ){0,4}?(?:reasonable|reasonably|necessary|needed|required)\b"),
        "write a number of days and the event it is counted from",
    ),
    Phrase(
        "vague_time",
        "CON-04",
        words(r"\bas soon as (?:is )?(?:reasonably )?(?:possible|practicable|practical)\b"),
        "write the longest time it may take",
    ),
    Phrase(
        "other_period",
        "GRV-02",
        words(
            r"\b(?:or|and) (?:any |such |some |an)?other (?:\w+ )?"
            r"(?:periods?|terms?|times?|durations?|time\s*frames?)\b"
        ),
        "a time limit that any other may replace is none; name the extension and its reasons",
    ),
    Phrase(
        "indeterminate",
        "TEL-16",
        words(
            r"\b(?:indeterminate|indefinite|indefinitely|undetermined"
            r"|(?:unspecified|unlimited) (?:time|period)s?)\b"
        ),
        "everything that is kept has an end; write it as a number",
    ),
    Phrase(
        "other_services",
        "PUR-07",
        words(r"\bother services\b|\b(?:any|other) (?:\w+ )?purposes?\b"),
        "a purpose that is not named cannot be agreed to; name it or leave it out",
        _NEGATED,
    ),
    Phrase(
        "check_regularly",
        "POL-05",
        words(
            rf"\b{_LOOK}\b[^.;!?]{{0,60}}?\b{_TEXT}\b[^.;!?]{{0,60}}?\b{_OFTEN}\b"
            rf"|\b{_OFTEN},? {_LOOK}\b[^.;!?]{{0,60}}?\b{_TEXT}\b"
            rf"|\bcheck (?:back )?{_OFTEN}\b"
        ),
        "readers are told of changes; they need not look for them",
        words(r"\bwe(?: will| shall| may|['’]ll)? $"),
    ),
    Phrase(
        "absolute_security",
        "SEC-04",
        words(
            r"\b(?:100|one hundred)\s*(?:%|per\s*cent) (?:safe|secure|protected|security)\b"
            r"|\b(?:completely|absolutely|totally|fully|perfectly|entirely|always)"
            r" (?:safe|secure|secured|protected)\b"
            r"|\b(?:absolute|complete|total|perfect) (?:security|safety|protection)\b"
            r"|\bguarantees? (?:\w+ ){0,4}?(?:security|safety|confidentiality)\b"
            r"|\b(?:cannot|can never|will never) be (?:hacked|breached|intercepted|stolen|leaked)\b"
            r"|\bimpossible to (?:hack|breach|intercept|steal|break)\b"
            r"|\b(?:unbreakable|unhackable|impenetrable|bulletproof)\b"
        ),
        "no security is absolute; say what is done",
        _NEGATED,
    ),
    Phrase(
        "impersonal_address",
        "CLS-02",
        words(rf"{_IP}[^.;!?]{{0,120}}?{_IMPERSONAL}|{_IMPERSONAL}[^.;!?]{{0,120}}?{_IP}"),
        "an IP address identifies people together with other data; treat it as personal",
        words(r"(?:\bnot|\bnever|n['’]t) (?:treat|call|consider|regard|count)"),
    ),
    Phrase(
        "vague",
        "RET-02",
        words(r"\breasonabl[ey]\b"),
        "say what is done, by whom and by when; everybody calls their own ways reasonable",
    ),
)
"""In the order in which they are looked for: what an earlier one named, a later one leaves."""

_MECHANISM = re.compile(
    r"(?:\b[A-Z][A-Za-z.]{0,20}[-–—/\s]{1,3}){0,4}"
    r"\b(?:(?i:Privacy\s+Shield|Safe\s+Harbou?r)|Privacy\s+Framework|Data\s+Bridge"
    r"|Transfer\s+(?:Agreement|Accord|Framework|Treaty|Pact))\b"
)
_REFUTED = re.compile(
    r"\b(?:invalid|fell|struck|annulled|ended|no longer|never existed|not rely|expired)"
)
_IN_FORCE = frozenset(
    {
        "data privacy framework",
        "eu-us data privacy framework",
        "swiss-us data privacy framework",
        "uk-us data bridge",
        "international data transfer agreement",
    }
)
_SHIELDED = frozenset({"eu", "us", "usa", "swiss"})


@dataclass(frozen=True, slots=True)
class Hit:
    """One place in a text: the characters, and what is wrong with them."""

    span: Span
    code: str
    clause: str
    says: str


def hits(text: str) -> list[Hit]:
    """Return every phrase of ``text`` that must not be there, in the order of the text."""
    sentences = Sentences(text)
    named = bytearray(len(text))
    found: list[Hit] = list(_mechanisms(text, sentences))
    for hit in found:
        named[slice(*hit.span)] = bytes([1]) * (hit.span[1] - hit.span[0])
    for phrase in PHRASES:
        for match in phrase.pattern.finditer(text):
            start, end = match.span()
            before = text[sentences.around(start)[0] : start]
            if any(named[start:end]) or (phrase.unless and phrase.unless.search(before)):
                continue
            named[start:end] = bytes([1]) * (end - start)
            found.append(Hit((start, end), phrase.code, phrase.clause, phrase.says))
    return sorted(found, key=lambda hit: hit.span)


_STOP = re.compile(r"[.!?](?=\s)|;|\n[ \t]*\n|\n[ \t]*(?:[-*#•]|[0-9]+[.)])[ \t]")


class Sentences:
    """Where the sentences of a text begin and end."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, text: str) -> None:
        stops = list(_STOP.finditer(text))
        self._starts = [0, *(stop.end() for stop in stops)]
        self._ends = [*(stop.start() for stop in stops), len(text)]

    def around(self, at: int) -> Span:
        """Return the sentence that holds character ``at``; a stop belongs to the one before it."""
        index = bisect_right(self._starts, at) - 1
        return self._starts[index], max(self._ends[index], at)


def _mechanisms(text: str, sentences: Sentences) -> Iterator[Hit]:
    """Yield transfer mechanisms that do not exist, or do so no longer."""
    for match in _MECHANISM.finditer(text):
        start, end = sentences.around(match.start())
        says = verdict(match[0])
        if says and not _REFUTED.search(text[start:end]):
            yield Hit(match.span(), "unknown_mechanism", "XFR-03", says)


def verdict(mechanism: str) -> str:
    """Return what is wrong with a transfer mechanism of that name; empty where nothing is."""
    name = re.sub(r"[\s]+", " ", re.sub(r"[–—/]", "-", mechanism.replace(".", ""))).lower()
    name = re.sub(r"^(?:(?:the|a|an|under|with|by|our) )+", "", name)
    if name in _IN_FORCE:
        return ""
    if name.endswith("privacy shield"):
        parties = set(re.findall(r"[a-z]+", name.removesuffix("privacy shield")))
        if parties <= _SHIELDED:
            return "it fell on 16 July 2020 (CJEU C-311/18)"
        return "there never was such a shield"
    if name.endswith(("safe harbor", "safe harbour")):
        return "it fell on 6 October 2015 (CJEU C-362/14)"
    return "no mechanism of that name is known; name a decision or the standard clauses"
