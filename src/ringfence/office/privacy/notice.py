"""The notice of this installation: compiled from the map and a pack, published as a version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ringfence.api import views_policy as views
from ringfence.kernel.clock import Ms
from ringfence.office.privacy import census
from ringfence.office.privacy.retention import CHOICES
from ringfence.office.privacy.retention import terms as retention_terms
from ringfence.office.table import KNOWN, TABLE
from ringfence.policy import library, pack
from ringfence.policy.variables import VARIABLES, filled
from ringfence.privacy.notice import (
    NOT_SET_UP,
    Issuer,
    Said,
    Wording,
    compile_notice,
    encode,
    erasure_view,
    fingerprint,
    processing,
)
from ringfence.privacy.processors import Engagement, Terms
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.privacy.registry import DataMap, read
from ringfence.privacy.registry_diff import CHANNELS, SEVERITIES, Difference, Severity, compare
from ringfence.privacy.retention import RULES, RetentionRule
from ringfence.privacy.services import inactive, spoken_of
from ringfence.promises import registry
from ringfence.storage.cases_people import Officer
from ringfence.storage.policies import Version
from ringfence.storage.unit_of_work import Queries

if TYPE_CHECKING:
    from ringfence.office import Office

_TITLE = "Privacy notice"
OWN = "own"
"""Name of a pack that is not one of those shipped."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice that could be published: its JSON, the map behind it and the pack it is from."""

    pack: str
    source: str
    notice: dict[str, Any]
    data: DataMap

    @property
    def encoded(self) -> bytes:
        """The bytes of the notice, which its fingerprint is of."""
        return encode(self.notice)

    @property
    def digest(self) -> str:
        """The fingerprint."""
        return fingerprint(self.encoded)


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a new version means: its severity, the changes, and whose consents lapse."""

    severity: Severity
    changes: tuple[views.PolicyChange, ...]
    lapses: tuple[str, ...]


_NOBODY = frozenset({"", "sphinx"})
"""Recognisers that tell nobody anything: none, and this machine."""


def engagements(office: Office, queries: Queries) -> list[Engagement]:
    """Return the terms of recipients.

    Naming a mail server, a connector or a recogniser of somebody else's in the settings engages it,
    until told otherwise.
    """
    found = office.store.rooms.policies.engaged(queries)
    known = {item.processor for item in found}
    if office.settings.smtp_host and "mail_relay" not in known:
        found.append(Engagement("mail_relay"))
    if office.settings.lookup_url and "number_lookup" not in known:
        found.append(Engagement("number_lookup"))
    if office.settings.recogniser not in _NOBODY and "recogniser" not in known:
        found.append(Engagement("recogniser"))
    return found


def rules(office: Office) -> dict[str, RetentionRule]:
    """Return how long things are kept here: the law's shortest, the operator's longest time."""
    chosen = retention_terms(office.settings, office.clock.now())
    return {
        key: replace(
            rule,
            floor_days=chosen[key].floor_days,
            ceiling_days=chosen[key].days,
            reason=_why(key, rule, chosen[key].days),
        )
        for key, rule in RULES.items()
    }


def _why(key: str, rule: RetentionRule, days: int | None) -> str:
    if days == rule.ceiling_days or key not in CHOICES:
        return rule.reason
    return f"{rule.reason}; shortened here by the setting {CHOICES[key]}"


def current_map(office: Office, queries: Queries) -> DataMap:
    """Return the map of this installation as it is now."""
    settings = office.settings
    hosts = {
        "mail_relay": settings.smtp_host,
        "number_lookup": urlsplit(settings.lookup_url).hostname,
        "recogniser": urlsplit(settings.recogniser_url).hostname,
    }
    return census.current_map(
        home=office.settings.country,
        engagements=engagements(office, queries),
        hosts={key: (host,) for key, host in hosts.items() if host},
        rules=rules(office),
        inactive=services_off(office),
    )


def services_off(office: Office) -> frozenset[str]:
    """Return the purposes of services that are switched off here."""
    settings = office.settings
    return inactive(
        records=settings.recording != "never",
        mails=bool(settings.smtp_host),
        advertises=bool(settings.public_url),
    )


def issuer(office: Office) -> Issuer:
    """Return who answers for the notice, and where people write: the officer, if nowhere else."""
    settings = office.settings
    named = [found.contact for _, found in sorted(_officers(office).items())]
    contact = settings.privacy_contact or next((c.email or c.post for c in named), "")
    return Issuer(office.account_name, contact, settings.country)


def not_set_up(office: Office) -> dict[str, str]:
    """Return clauses that the program keeps and this installation cannot yet, and what to do."""
    missing = {}
    if not _officers(office):
        missing["GRV-01"] = f"{NOT_SET_UP}name who takes them: ringfence privacy officer name"
    if not office.settings.country:  # "in the country named below", and none is
        missing["XFR-02"] = f"{NOT_SET_UP}say where the machine stands: the setting country"
    return missing


def _officers(office: Office) -> dict[str, Officer]:
    with exchange_itself(), purpose("operate"):
        return office.read(office.store.rooms.case_people.officers)


def wording(office: Office, name: str, source: str) -> Wording:
    """Return what a pack says here: kept clauses, with the figures of this installation."""
    missing = not_set_up(office)
    loaded = pack.load(source)
    clauses = {clause.id: clause for clause in registry.load()}
    values = dict(VARIABLES)
    for key, rule in rules(office).items():
        values[f"{key}_floor_days"] = rule.floor_days
        if rule.ceiling_days is not None:
            values[f"{key}_ceiling_days"] = rule.ceiling_days
    off = services_off(office)
    said: list[Said] = []
    unkept: dict[str, str] = {}
    for sentence in library.sentences(loaded):
        clause = clauses[sentence.clause]
        if not spoken_of(clause.id, off):
            continue
        if clause.id in missing:
            unkept[clause.id] = missing[clause.id]
        elif clause.state == "kept":
            texts = (filled(sentence.summary, values), filled(sentence.text, values))
            said.append(Said(sentence.clause, sentence.section, *texts))
        else:
            unkept[clause.id] = clause.waits_for or clause.reason
    today = datetime.fromtimestamp(office.clock.now() / 1000, UTC).date().isoformat()
    return Wording(
        # whose policy a pack was structured after is nothing to readers of this house's notice
        title=_TITLE if name in registry.COMPANIES else loaded.title,
        pack=name,
        said=tuple(said),
        unkept=unkept,
        certificates={c.name: c.until for c in loaded.certificates if today < c.until},
    )


def draft(office: Office, queries: Queries, name: str, source: str) -> Draft:
    """Return the notice that a pack gives here. Raises `Refused` (``bad_pack``)."""
    data = current_map(office, queries)
    notice = compile_notice(data, wording(office, name, source), issuer(office))
    return Draft(name, source, notice, data)


def consequence(before: Version, after: Draft) -> Consequence:
    """Return what publishing ``after`` means for those who know ``before``."""
    return _consequence(
        compare(read(before.map), after.data), json.loads(before.notice), after.notice
    )


def between(before: Version, after: Version) -> views.PolicyDifference:
    """Return what leads from one published version to another."""
    found = _consequence(
        compare(read(before.map), read(after.map)),
        json.loads(before.notice),
        json.loads(after.notice),
    )
    return views.PolicyDifference(
        before=before.number,
        after=after.number,
        severity=found.severity,
        told=list(CHANNELS[found.severity]),
        lapses=list(found.lapses),
        changes=list(found.changes),
    )


def _consequence(
    difference: Difference, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Consequence:
    changes = [
        views.PolicyChange(
            kind=change.kind,
            name=change.name,
            what=change.what,
            severity=change.severity,
            fact=change.fact,
            before=change.before,
            after=change.after,
        )
        for change in difference.changes
    ]
    changes += _texts(old, new)
    found = {change.severity for change in changes}
    gravest: Severity = "none"
    for severity in SEVERITIES:
        if severity in found:
            gravest = severity
    return Consequence(gravest, tuple(changes), difference.lapses)


def _texts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[views.PolicyChange]:
    """Compare what is said: a promise taken back is material, another wording is not."""
    before, after = _clauses(old), _clauses(new)
    found = [
        _clause(name, "removed", "material", before[name], None)
        for name in before
        if name not in after
    ]
    found += [
        _clause(name, "added", "minor", None, after[name]) for name in after if name not in before
    ]
    found += [
        _clause(name, "changed", "editorial", before[name], after[name])
        for name in after
        if name in before and before[name] != after[name]
    ]
    for key, grave in (("title", "editorial"), ("issuer", "material"), ("certificates", "minor")):
        if old.get(key) != new.get(key):
            found.append(_clause(key, "changed", grave, old.get(key), new.get(key)))
    return found


def _clause(name: str, what: str, severity: str, before: Any, after: Any) -> views.PolicyChange:
    return views.PolicyChange(
        kind="clause", name=name, what=what, severity=severity, before=before, after=after
    )


def _clauses(notice: Mapping[str, Any]) -> dict[str, str]:
    return {
        clause["id"]: f"{clause['summary']} {clause['text']}"
        for section in notice["sections"]
        for clause in section["clauses"]
    }


def view(version: Version, in_force: int, *, whole: bool = False) -> views.PolicyVersion:
    """Return a version as use cases answer it; ``whole``: with its notice."""
    return views.PolicyVersion(
        number=version.number,
        digest=version.digest,
        pack=version.pack,
        title=json.loads(version.notice)["title"],
        severity=version.severity,
        lapsed=list(version.lapsed),
        published=version.published_at,
        effective=version.effective_at,
        in_force=version.number == in_force,
        notice=version.notice if whole else None,
    )


def terms(office: Office, queries: Queries, now: Ms) -> Terms:
    """Return the terms on which data leaves now: the places are those of the notice in force."""
    version = office.store.rooms.policies.at(queries, now)
    places = [] if version is None else read(version.map).of("region")
    return Terms.of(
        office.settings.country,
        engagements(office, queries),
        (str(place.get("country")) for place in places),
    )


# --- use cases ------------------------------------------------------------------------------------


@TABLE.use_case("privacy.map", actors=KNOWN, none="declarations about data, no data")
async def show_map(office: Office, *, kind: str | None = None) -> list[views.MapEntry]:
    """Every column, fact, file, cookie, place, recipient, use case, purpose and rule."""
    data = office.read(lambda queries: current_map(office, queries))
    return [
        views.MapEntry(kind=entry.kind, name=entry.name, facts=entry.facts)
        for entry in data.entries
        if kind is None or entry.kind == kind
    ]


@TABLE.use_case("privacy.processing", actors=KNOWN, none="declarations about data, no data")
async def show_processing(office: Office) -> list[dict[str, Any]]:
    """The record of processing activities (GDPR 30)."""
    data = office.read(lambda queries: current_map(office, queries))
    return processing(data, issuer(office))


@TABLE.use_case("privacy.erasure_view", actors=KNOWN, none="declarations about data, no data")
async def show_erasure(office: Office) -> list[dict[str, Any]]:
    """What an erasure does to each place that holds something about a person."""
    data = office.read(lambda queries: current_map(office, queries))
    return erasure_view(data)
