"""The map of the data: one sorted list of everything that holds, moves or explains personal data.

Columns, event fields, log fields, kinds of objects, cookies, regions, recipients, rights of the
interface, purposes and retention rules all become `Entry` rows. The notice, the record of
processing and the view of an erasure are read from this list alone, and a change of policy is a
difference between two such lists (``privacy.registry_diff``).

What a row says is normalised: order, white space, names of Python objects and modules leave no
trace in it, so only what the data is, and what is done with it, can change a map.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

import msgspec

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.privacy import interests
from ringfence.privacy.labels import Label
from ringfence.privacy.purposes import PURPOSES, Purpose
from ringfence.privacy.retention import RULES, RetentionRule
from ringfence.privacy.taxonomy import CATEGORIES

Kind = Literal[
    "column",  # of a table
    "event",  # a field of a fact
    "log",  # a field of a log line
    "object",  # a kind of file
    "cookie",  # or another key in a browser
    "region",  # a place where data is
    "processor",  # whoever receives data
    "scope",  # what may be asked of the installation, and by whom
    "purpose",
    "retention",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

Fact = str | int | bool | None | tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, order=True):
    """One row: what kind of thing, its name, and what is said about it, by key."""

    kind: str
    name: str
    facts: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """Return one fact, None where nothing is said."""
        return self.facts.get(key)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a fact that is a list."""
        return tuple(self.facts.get(key) or ())


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A kind of file: ``paths`` are globs below the data folder, ``label`` what is in it."""

    key: str
    says: str
    paths: tuple[str, ...]
    label: Label


@dataclass(frozen=True, slots=True)
class BrowserItem:
    """A cookie or a storage key of a browser."""

    name: str
    category: str
    purpose: str
    seconds: int
    holds: str


@dataclass(frozen=True, slots=True)
class Region:
    """A place: ``country`` as ISO 3166, empty where the operator has not said."""

    key: str
    country: str
    says: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whoever receives data, as the map shows them; see ``privacy.processors``."""

    key: str
    says: str
    role: str
    purposes: tuple[str, ...]
    fields: Mapping[str, str]
    region: str
    mechanism: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a map is compiled from; each part is read where it is declared."""

    columns: Mapping[str, Label]
    events: Mapping[str, Label]
    logs: Mapping[str, Label]
    objects: Iterable[StoredObject] = ()
    cookies: Iterable[BrowserItem] = ()
    regions: Iterable[Region] = ()
    processors: Iterable[Receiver] = ()
    scopes: Mapping[str, Iterable[str]] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=lambda: PURPOSES)
    rules: Mapping[str, RetentionRule] = field(default_factory=lambda: RULES)
    inactive: frozenset[str] = frozenset()
    """Purposes of services that are switched off here."""


class DataMap(msgspec.Struct, frozen=True, dict=True):
    """A compiled map: entries by kind and name."""

    entries: tuple[Entry, ...]

    def of(self, *kinds: Kind) -> list[Entry]:
        """Return the entries of some kinds, in their order."""
        return [entry for entry in self.entries if entry.kind in kinds]

    def find(self, kind: Kind, name: str) -> Entry | None:
        """Return one entry."""
        return self.index.get((kind, name))

    @cached_property
    def index(self) -> dict[tuple[str, str], Entry]:
        """Return every entry by kind and name."""
        return {(entry.kind, entry.name): entry for entry in self.entries}

    @cached_property
    def encoded(self) -> bytes:
        """Return the map as JSON, the same bytes for the same map."""
        return _encode(self)

    @cached_property
    def digest(self) -> str:
        """Return SHA-256 of `encoded`, as hexadecimal digits."""
        return hashlib.sha256(self.encoded).hexdigest()


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(DataMap).decode


def read(encoded: bytes | str) -> DataMap:
    """Return a stored map; raises `RemoteError` for bytes that are none."""
    try:
        return _decode(encoded)
    except msgspec.MsgspecError:
        raise RemoteError("a stored map of the data cannot be read", hint=500) from None


def compile_map(sources: Sources) -> DataMap:
    """Return the map of ``sources``.

    Raises `LocalError` for the first thing that does not fit: a label with a category, purpose
    or rule that does not exist, sensitive data that would rest in clear, an interest that nobody
    weighed, a recipient in an undeclared region, a name that is there twice.
    """
    interests.check(sources.purposes.values())
    entries = [
        *_labelled("column", sources.columns, sources),
        *_labelled("event", sources.events, sources),
        *_labelled("log", sources.logs, sources),
        *(_object(item, sources) for item in sources.objects),
        *(_cookie(item, sources) for item in sources.cookies),
        *(_entry("region", r.key, country=r.country, says=r.says) for r in sources.regions),
        *_processors(sources),
        *(_entry("scope", name, actors=_set(who)) for name, who in sources.scopes.items()),
        *(
            _entry(
                "purpose", p.key, says=p.says, basis=p.basis, active=p.key not in sources.inactive
            )
            for p in sources.purposes.values()
        ),
        *(_rule(rule) for rule in sources.rules.values()),
    ]
    order = {kind: number for number, kind in enumerate(KINDS)}
    entries.sort(key=lambda entry: (order[_kind(entry)], entry.name))
    made = DataMap(tuple(entries))
    if len(made.index) != len(entries):
        raise LocalError("two entries of the map have one name")
    return made


def _kind(entry: Entry) -> Kind:
    for kind in KINDS:
        if kind == entry.kind:
            return kind
    raise LocalError(f"no such kind of entry: {entry.kind}")


def _entry(kind: Kind, name: str, **facts: Fact) -> Entry:
    """Return an entry with its facts in order, without line breaks and double spaces."""
    clean: dict[str, Any] = {}
    for key in sorted(facts):
        value = facts[key]
        if isinstance(value, str):
            clean[key] = " ".join(value.split())
        else:
            clean[key] = list(value) if isinstance(value, tuple) else value
    return Entry(kind, name, clean)


def _set(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))


def _label(where: str, label: Label, sources: Sources) -> dict[str, Fact]:
    if label.category not in CATEGORIES:
        raise LocalError(f"{where}: no such category: {label.category}")
    for purpose in label.purposes:
        if purpose not in sources.purposes:
            raise LocalError(f"{where}: no such purpose: {purpose}")
    if label.sensitivity == "high" and label.storage not in {"sealed", "keyed_hash"}:
        raise LocalError(f"{where}: what is sensitive rests sealed or as a keyed hash")
    if label.retention not in sources.rules:
        raise LocalError(f"{where}: no such retention rule: {label.retention}")
    return {
        "category": label.category,
        "subject": label.subject,
        "purposes": _set(label.purposes),
        "sensitivity": label.sensitivity,
        "storage": label.storage,
        "retention": label.retention,
    }


def _labelled(kind: Kind, labels: Mapping[str, Label], sources: Sources) -> Iterable[Entry]:
    for name, label in labels.items():
        yield _entry(kind, name, **_label(f"{kind} {name}", label, sources))


def _object(item: StoredObject, sources: Sources) -> Entry:
    facts = _label(f"object {item.key}", item.label, sources)
    return _entry("object", item.key, says=item.says, paths=_set(item.paths), **facts)


def _cookie(item: BrowserItem, sources: Sources) -> Entry:
    if item.purpose not in sources.purposes:
        raise LocalError(f"cookie {item.name}: no such purpose: {item.purpose}")
    return _entry(
        "cookie",
        item.name,
        category=item.category,
        purposes=(item.purpose,),
        seconds=item.seconds,
        holds=item.holds,
    )


def _processors(sources: Sources) -> Iterable[Entry]:
    regions = {region.key for region in sources.regions}
    for item in sources.processors:
        if item.region not in regions:
            raise LocalError(f"processor {item.key}: no such region: {item.region}")
        for purpose in item.purposes:
            if purpose not in sources.purposes:
                raise LocalError(f"processor {item.key}: no such purpose: {purpose}")
        for category in item.fields.values():
            if category not in CATEGORIES:
                raise LocalError(f"processor {item.key}: no such category: {category}")
        yield _entry(
            "processor",
            item.key,
            says=item.says,
            role=item.role,
            purposes=_set(item.purposes),
            fields=_set(item.fields),
            categories=_set(item.fields.values()),
            region=item.region,
            mechanism=item.mechanism,
            hosts=_set(item.hosts),
        )


def _rule(rule: RetentionRule) -> Entry:
    return _entry(
        "retention",
        rule.key,
        trigger=rule.trigger,
        floor_days=rule.floor_days,
        ceiling_days=rule.ceiling_days,
        reason=rule.reason,
    )
