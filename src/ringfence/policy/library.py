"""The packs that are shipped, and the common sentence about each clause.

``packs/common.toml`` says what this program does about each of the clauses; a pack takes clauses
over from it or writes its own. ``packs/ringfence.toml`` takes all of them, the others those of
one published policy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ringfence.kernel.errors import Refused
from ringfence.policy.pack import Pack, Wording
from ringfence.promises import registry

PACKS = Path(__file__).with_name("packs")
DEFAULT = "ringfence"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A clause as the notice prints it, with its variables still in it."""

    clause: str
    section: str
    text: str
    summary: str


def names() -> tuple[str, ...]:
    """Return the names of the packs that are shipped."""
    return (DEFAULT, *registry.COMPANIES)


def source(name: str) -> str:
    """Return the text of a shipped pack; raises `Refused` (``unknown_pack``)."""
    if name not in names():
        raise Refused("unknown_pack", f"there is no such pack; there are {', '.join(names())}")
    return (PACKS / f"{name}.toml").read_text("utf-8")


@cache
def common() -> Mapping[str, Wording]:
    """Return the common sentence of every clause."""
    document = tomllib.loads((PACKS / "common.toml").read_text("utf-8"))
    found = {
        entry["id"]: Wording(entry["id"], entry["text"], entry["summary"])
        for entry in document["clause"]
    }
    return MappingProxyType(found)


def sentences(pack: Pack) -> list[Sentence]:
    """Return the clauses of a pack as they are printed, in its order."""
    sections = {clause.id: clause.section for clause in registry.load()}
    found = []
    for wording in pack.clauses:
        usual = common()[wording.clause]
        text = wording.text or usual.text
        # a text of one's own with the common summary could say two things
        summary = wording.summary or (wording.text or usual.summary)
        found.append(Sentence(wording.clause, sections[wording.clause], text, summary))
    return found
