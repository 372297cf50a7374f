"""Everything that is wrong with a policy, line by line, each with the clause it goes against."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ringfence.policy import contradictions, pack, vocabulary


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend.

    ``line``: from 1; ``code``: what kind of fault; ``clause``: the promise it goes against, empty
    for a mistake of the file; ``where``: the clause of the pack it stands in; ``words``: the words
    meant; ``says``: what to do; ``printed``: whether it stands in what the notice would print.
    """

    line: int
    code: str
    clause: str
    where: str
    words: str
    says: str
    printed: bool = True


def blocking(found: Iterable[Finding]) -> list[Finding]:
    """Return what keeps a pack from being published: mistakes, and faults in printed sentences."""
    return [finding for finding in found if finding.printed]


def lint(source: str, *, is_pack: bool) -> list[Finding]:
    """Return the findings in ``source``, a pack or any text, by line."""
    passages, mistakes = pack.read(source) if is_pack else (pack.plain(source), [])
    found = [Finding(mistake.line, "bad_pack", "", "", "", mistake.says) for mistake in mistakes]
    for passage in passages:
        found += [
            Finding(
                passage.line_at(hit.span[0]),
                hit.code,
                hit.clause,
                passage.clause,
                _words(passage.text, hit.span),
                hit.says,
                passage.printed,
            )
            for hit in vocabulary.hits(passage.text)
        ]
    if is_pack:
        found += _bare_numbers(passages)
    found += _claims(passages, pack.certified(source) if is_pack else frozenset())
    found += _contradictions(passages)
    return sorted(found, key=lambda finding: finding.line)


_NUMBER = re.compile(r"(?<![\w.-])[0-9]+(?![\w.-])")


def _bare_numbers(passages: list[pack.Passage]) -> list[Finding]:
    """Name figures of printed sentences: nothing holds to them."""
    says = "write a variable, so that the figure comes from the rule that keeps it"
    return [
        Finding(
            passage.line_at(match.start()), "bare_number", "POL-08", passage.clause, match[0], says
        )
        for passage in passages
        if passage.printed
        for match in _NUMBER.finditer(passage.text)
    ]


_CLAIM = re.compile(
    r"\b(?:ISO(?:/IEC)?[ -]?\d{4,5}|SOC[ -]?[123]|PCI[ -]?DSS|HIPAA|HITRUST|FedRAMP)\b",
    re.IGNORECASE,
)


def _claims(passages: list[pack.Passage], registered: frozenset[str]) -> list[Finding]:
    """Name certificates that are claimed and not registered with their end."""
    known = {_plain(name) for name in registered}
    says = "register it: certificates = [{ name = TEXT, until = YYYY-MM-DD }]"
    return [
        Finding(
            passage.line_at(match.start()), "unproved_claim", "SEC-04", passage.clause, match[0],
            says,
            passage.printed,
        )
        for passage in passages
        for match in _CLAIM.finditer(passage.text)
        if _plain(match[0]) not in known
    ]  # fmt: skip


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold().replace("/iec", ""))


_BETWEEN = "\n\n"


def _contradictions(passages: list[pack.Passage]) -> list[Finding]:
    """Look at all passages together: what one says another may deny."""
    whole = _BETWEEN.join(passage.text for passage in passages)
    found: list[Finding] = []
    for clash in contradictions.clashes(whole):
        passage, line = _place(passages, clash.span[0])
        says = clash.says
        if clash.against is not None:
            other = _place(passages, clash.against[0])[1]
            says = f"{says}; line {other}: {_words(whole, clash.against)!r}"
        text = _words(whole, clash.span)
        found.append(
            Finding(
                line,
                "contradiction",
                clash.clause,
                passage.clause,
                text,
                says,
                passage.printed,
            )
        )
    return found


def _place(passages: list[pack.Passage], offset: int) -> tuple[pack.Passage, int]:
    """Return the passage and the line of a character of the joined text."""
    for passage in passages:
        if offset < len(passage.text) + len(_BETWEEN):
            return passage, passage.line_at(offset)
        offset -= len(passage.text) + len(_BETWEEN)
    return passages[-1], passages[-1].line


def _words(text: str, span: vocabulary.Span) -> str:
    return " ".join(text[slice(*span)].split())
