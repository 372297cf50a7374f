"""The notice, the record of processing and the view of an erasure, compiled from the map.

A notice is layered: each clause has its plain summary above its sentence, and every figure in
either comes from a variable. Clauses that nothing enforces yet are left out and named in a list
of their own: what is not kept is not promised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ringfence.privacy.interests import INTERESTS
from ringfence.privacy.registry import DataMap, Entry
from ringfence.privacy.taxonomy import CATEGORIES, is_personal

_encode = msgspec.json.Encoder(order="sorted").encode

NOT_SET_UP = "not set up here: "
"""How the reason begins why a clause that the program keeps is not promised here."""
BASES: Mapping[str, str] = {
    "contract": "to fulfil the contract (GDPR 6(1)(b))",
    "legal_obligation": "because the law asks for it (GDPR 6(1)(c))",
    "legitimate_interest": "for a legitimate interest that was weighed (GDPR 6(1)(f))",
    "consent": "with consent (GDPR 6(1)(a))",
    "none": "no person is concerned",
}
STORAGE: Mapping[str, str] = {
    "plain": "in clear",
    "opaque": "as a number that means nothing elsewhere",
    "sealed": "encrypted",
    "keyed_hash": "as a hash under a secret",
}
TRIGGERS: Mapping[str, str] = {
    "written": "after it was written",
    "call_ended": "after the call",
    "account_closed": "after the account was closed",
    "subject_erased": "after the erasure",
}
SUBJECTS: Mapping[str, str] = {
    "none": "nobody",
    "caller": "people who call or are called",
    "agent": "people who answer calls",
    "customer": "customers",
    "staff": "people who work with the exchange",
    "account": "the business that holds the account",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A clause as the notice prints it, its figures filled in."""

    clause: str
    section: str
    summary: str
    text: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who answers for the notice. ``contact``: an address for questions, empty where none is."""

    name: str
    contact: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The text of a notice: what is said, and which clauses are not promised yet and why."""

    title: str
    pack: str
    said: tuple[Said, ...]
    unkept: Mapping[str, str]
    certificates: Mapping[str, str] = field(default_factory=dict)
    """Those in force: the name and the day each ends."""


def compile_notice(data: DataMap, wording: Wording, issuer: Issuer) -> dict[str, Any]:
    """Return the notice as JSON values."""
    sections: dict[str, list[dict[str, str]]] = {}
    for said in wording.said:
        sections.setdefault(said.section, []).append(
            {"id": said.clause, "summary": said.summary, "text": said.text}
        )
    return {
        "title": wording.title,
        "pack": wording.pack,
        "issuer": {"name": issuer.name, "contact": issuer.contact, "country": issuer.country},
        "sections": [{"section": name, "clauses": rows} for name, rows in sections.items()],
        "not_promised": dict(sorted(wording.unkept.items())),
        "data": _data(data),
        "purposes": [
            {
                "key": entry.name,
                "says": entry.get("says"),
                "basis": entry.get("basis"),
                "ground": BASES[str(entry.get("basis"))],
                **_weighing(entry.name),
            }
            for entry in data.of("purpose")
            if entry.get("active")
        ],
        "recipients": [
            {
                "key": entry.name,
                "says": entry.get("says"),
                "role": entry.get("role"),
                "fields": list(entry.words("fields")),
                "purposes": list(entry.words("purposes")),
                "place": _place(data, entry),
                "mechanism": entry.get("mechanism"),
            }
            for entry in data.of("processor")
        ],
        "places": [
            {"key": entry.name, "country": entry.get("country"), "says": entry.get("says")}
            for entry in data.of("region")
        ],
        "retention": [_retention(entry) for entry in data.of("retention")],
        "cookies": [
            {
                "name": entry.name,
                "category": entry.get("category"),
                "seconds": entry.get("seconds"),
                "holds": entry.get("holds"),
            }
            for entry in data.of("cookie")
        ],
        "certificates": [
            {"name": name, "until": until} for name, until in sorted(wording.certificates.items())
        ],
        "map": data.digest,
    }


def encode(notice: Mapping[str, Any]) -> bytes:
    """Return a notice as bytes, the same for the same notice."""
    return _encode(notice)


def fingerprint(encoded: bytes) -> str:
    """Return SHA-256 of a notice, as hexadecimal digits."""
    return hashlib.sha256(encoded).hexdigest()


def _weighing(purpose: str) -> dict[str, str]:
    found = INTERESTS.get(purpose)
    if found is None:
        return {}
    return {"weighing": f"{found.interest} {found.need} {found.balance} ({found.weighed})"}


def _place(data: DataMap, entry: Entry) -> str:
    region = data.find("region", str(entry.get("region")))
    return str(region.get("country") or region.get("says")) if region is not None else ""


def _personal(data: DataMap) -> list[Entry]:
    return [
        entry
        for entry in data.of("column", "event", "log", "object")
        if is_personal(str(entry.get("category")))
    ]


def _data(data: DataMap) -> list[dict[str, Any]]:
    """Return what is held about people, one row for each category and kind of person."""
    rows: dict[tuple[str, str], list[Entry]] = {}
    off = {entry.name for entry in data.of("purpose") if not entry.get("active")}
    for entry in _personal(data):
        key = (str(entry.get("category")), str(entry.get("subject")))
        rows.setdefault(key, []).append(entry)
    return [
        {
            "category": category,
            "says": CATEGORIES[category],
            "subject": SUBJECTS[subject],
            "purposes": sorted({p for e in entries for p in e.words("purposes")} - off),
            "storage": sorted({STORAGE[str(entry.get("storage"))] for entry in entries}),
            "retention": sorted({str(entry.get("retention")) for entry in entries}),
            "fields": sorted(f"{entry.kind} {entry.name}" for entry in entries),
        }
        for (category, subject), entries in sorted(rows.items())
    ]


def _retention(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.name,
        "at_least_days": entry.get("floor_days"),
        "at_most_days": entry.get("ceiling_days"),
        "counted": TRIGGERS[str(entry.get("trigger"))],
        "reason": entry.get("reason"),
    }


def processing(data: DataMap, issuer: Issuer) -> list[dict[str, Any]]:
    """Return the record of processing activities (GDPR 30(1)), one row for each purpose."""
    rows: list[dict[str, Any]] = []
    for purpose in data.of("purpose"):
        entries = [e for e in _personal(data) if purpose.name in e.words("purposes")]
        receivers = [e for e in data.of("processor") if purpose.name in e.words("purposes")]
        if purpose.get("basis") == "none" and not entries:
            continue
        rows.append(
            {
                "controller": issuer.name,
                "contact": issuer.contact,
                "purpose": purpose.name,
                "says": purpose.get("says"),
                "basis": purpose.get("basis"),
                "subjects": sorted({SUBJECTS[str(e.get("subject"))] for e in entries}),
                "categories": sorted({str(e.get("category")) for e in entries}),
                "recipients": [e.name for e in receivers],
                "transfers": sorted({_place(data, e) for e in receivers}),
                "mechanisms": sorted({str(e.get("mechanism")) for e in receivers} - {""}),
                "erased_after_days": _limits(data, entries),
                "security": sorted({STORAGE[str(e.get("storage"))] for e in entries}),
            }
        )
    return rows


def _limits(data: DataMap, entries: Iterable[Entry]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for entry in entries:
        rule = data.find("retention", str(entry.get("retention")))
        if rule is not None:
            found[rule.name] = rule.get("ceiling_days")
    return dict(sorted(found.items()))


_ACTIONS: Mapping[str, str] = {
    "sealed": "destroy the key",
    "keyed_hash": "remove the hash",
    "opaque": "cut the link to the person",
    "plain": "remove or make anonymous",
}


def erasure_view(data: DataMap) -> list[dict[str, Any]]:
    """Return what an erasure does to each place that holds something about a person."""
    rows: list[dict[str, Any]] = []
    for entry in _personal(data):
        rule = data.find("retention", str(entry.get("retention")))
        floor = int(rule.get("floor_days")) if rule is not None else 0
        rows.append(
            {
                "kind": entry.kind,
                "name": entry.name,
                "subject": SUBJECTS[str(entry.get("subject"))],
                "action": _ACTIONS[str(entry.get("storage"))],
                "rule": entry.get("retention"),
                "not_before_days": floor,
            }
        )
    return rows
