"""The transparency report: counted again from the log each time, never kept as a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ringfence.kernel.clock import Ms

FLOOR = 10
"""How many people were concerned is published in bands of ten: an exact figure before and after
somebody's erasure would give the person away."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of one demand, as the audit log has it."""

    at: Ms
    case: str
    action: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a span of time. ``people``: e.g. ``fewer than 10``, ``10 to 19``."""

    received: int
    referred: int
    objected: int
    disclosed: int
    emergencies: int
    gagged: int
    told: int
    pending: int
    people: str
    countries: dict[str, int]


def report(entries: Iterable[Entry], *, since: Ms, until: Ms) -> Report:
    """Count the demands received in a span of time, whatever became of them since."""
    steps: dict[str, list[Entry]] = {}
    for entry in entries:
        steps.setdefault(entry.case, []).append(entry)
    chosen = {
        case: found
        for case, found in steps.items()
        if any(e.action == "receive" and since <= e.at < until for e in found)
    }
    did = {case: {entry.action for entry in found} for case, found in chosen.items()}
    ended = {"referred": 0, "objected": 0, "disclosed": 0}
    ends = {"refer": "referred", "object": "objected", "disclose": "disclosed"}
    for actions in did.values():
        for action, end in ends.items():
            ended[end] += action in actions
    countries = Counter(
        str(entry.body.get("country", "unknown"))
        for found in chosen.values()
        for entry in found
        if entry.action == "receive"
    )
    people = sum(
        int(entry.body.get("people", 0))
        for found in chosen.values()
        for entry in found
        if entry.action == "disclose"
    )
    return Report(
        received=len(chosen),
        **ended,
        emergencies=_count(did, "declare_emergency"),
        gagged=_count(did, "gag"),
        told=sum(bool(a & {"notify", "lift", "tell_late"}) for a in did.values()),
        pending=sum(not a & {*ends, "close"} for a in did.values()),
        people=band(people),
        countries=dict(sorted(countries.items())),
    )


def band(people: int) -> str:
    """Return a count of people as it may be published."""
    if people == 0:
        return "none"
    if people < FLOOR:
        return f"fewer than {FLOOR}"
    low = people - people % FLOOR
    return f"{low} to {low + FLOOR - 1}"


def _count(did: Mapping[str, set[str]], action: str) -> int:
    return sum(action in actions for actions in did.values())
