"""The clauses of the five policies as data: what each states, and what of it is kept.

One TOML file per section lies in ``clauses/``. A clause is *kept* when a place in the code
enforces it (``control``, a dotted path) and tests of behaviour show it (``tests``, which carry
``@pytest.mark.promise(ID)``); *planned* when that waits for something (``waits_for``); *not ours*
when it cannot concern this program (``reason``). A sentence without an enforcement point does not
count as kept, however true it sounds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from ringfence.kernel.errors import LocalError

State = Literal["kept", "planned", "not_ours"]

COMPANIES = (
    "exotel-2013",
    "exotel-uae-2018",
    "myoperator-2019",
    "calltrackingmetrics-2015",
    "excitel",
)
"""Whose policy, and of which year."""

CLAUSES = Path(__file__).with_name("clauses")

_ID = re.compile(r"[A-Z]{3}-[0-9]{2}")
_PATH = re.compile(r"ringfence(\.[A-Za-z_][A-Za-z0-9_]*)+")
_TEST = re.compile(r"tests/[a-z0-9_/]+\.py::test_[a-z0-9_]+")

_NEEDED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "kept": frozenset({"control", "tests"}),
        "planned": frozenset({"waits_for"}),
        "not_ours": frozenset({"reason"}),
    }
)
"""What a clause in each state says besides the common fields, and nothing else."""

_COMMON = frozenset({"id", "companies", "states", "state"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise.

    ``companies``: whose policies make it, of `COMPANIES`; ``states``: what it says, in our words;
    ``control``: the dotted path of what enforces it; ``tests``: ``tests/x/test_y.py::test_z``.
    """

    id: str
    section: str
    companies: tuple[str, ...]
    states: str
    state: State
    control: str = ""
    tests: tuple[str, ...] = field(default=())
    waits_for: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many promises of one company are in each state."""

    company: str
    kept: int
    planned: int
    not_ours: int

    @property
    def clauses(self) -> int:
        """All of them."""
        return self.kept + self.planned + self.not_ours


@cache
def load(folder: Path = CLAUSES) -> tuple[Clause, ...]:
    """Return every clause in ``folder``, in the order of file names and of each file.

    Raises `LocalError` naming the file and the clause that is not as it must be.
    """
    found: dict[str, Clause] = {}
    for path in sorted(folder.glob("*.toml")):
        document = tomllib.loads(path.read_text("utf-8"))
        section = document.get("section")
        if not isinstance(section, str) or not section or set(document) != {"section", "clause"}:
            raise LocalError(f"{path.name} needs a section and its clauses, and nothing else")
        for entry in document["clause"]:
            clause = _clause(entry, section, path.name)
            if clause.id in found:
                raise LocalError(f"{path.name}: {clause.id} is there twice")
            found[clause.id] = clause
    return tuple(found.values())


def chosen(clauses: Iterable[Clause], company: str | None) -> list[Clause]:
    """Return the clauses of one company's policy; all of them for None."""
    return [clause for clause in clauses if company is None or company in clause.companies]


def count(clauses: Iterable[Clause], company: str) -> Count:
    """Return how many promises of ``company`` are in each state."""
    states = [clause.state for clause in chosen(clauses, company)]
    return Count(company, *(states.count(state) for state in get_args(State)))


def _clause(entry: Mapping[str, Any], section: str, file: str) -> Clause:
    """Return the clause a table describes."""
    name = entry.get("id")
    where = f"{file}: {name}"
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise LocalError(f"{where} is not the id of a clause")
    state = entry.get("state", "")
    if state not in _NEEDED:
        raise LocalError(f"{where}: the state is one of {', '.join(_NEEDED)}")
    if set(entry) != _COMMON | _NEEDED[state]:
        raise LocalError(f"{where}: a clause that is {state} has other fields")
    for key, value in entry.items():
        wanted = list if key in {"companies", "tests"} else str
        if not value or not isinstance(value, wanted):
            raise LocalError(f"{where}: {key} is missing")
    if not set(entry["companies"]) <= set(COMPANIES):
        raise LocalError(f"{where}: a company nobody knows")
    if not _PATH.fullmatch(entry.get("control", "ringfence.x")):
        raise LocalError(f"{where}: the control is a dotted path")
    if not all(_TEST.fullmatch(test) for test in entry.get("tests", ())):
        raise LocalError(f"{where}: a test is written tests/x/test_y.py::test_z")
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    return Clause(**(dict(entry) | lists | {"section": section}))
