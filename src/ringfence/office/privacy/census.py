"""The census: everything that is declared about data, gathered from where it is declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ringfence.api.cookies import COOKIES
from ringfence.calls.events import FACTS
from ringfence.calls.room_events import ROOM_FACTS
from ringfence.observe import log_labels
from ringfence.office.table import TABLE
from ringfence.privacy.labels import Label, labels_of
from ringfence.privacy.processors import PROCESSORS, Engagement
from ringfence.privacy.registry import BrowserItem, DataMap, Receiver, Region, Sources, compile_map
from ringfence.privacy.registry_objects import OBJECTS
from ringfence.privacy.retention import RULES, RetentionRule
from ringfence.privacy.scopes import SCOPES
from ringfence.storage.schema import label_of_column, metadata

HOME = "home"
NOT_SAID = "not-said"
"""Where recipients are whom the account names, until somebody writes down in which country."""


def columns() -> dict[str, Label]:
    """Return the label of every column of every table, by ``table.column``."""
    found: dict[str, Label] = {}
    for table in metadata.tables.values():
        for column in table.columns:
            label = label_of_column(column)
            if label is not None:
                found[f"{table.name}.{column.name}"] = label
    return found


def events() -> dict[str, Label]:
    """Return the label of every field of every fact, by ``Fact.field``."""
    return {
        f"{fact.name()}.{field}": label
        for fact in (*FACTS, *ROOM_FACTS)
        for field, label in labels_of(fact).items()
    }


def cookies() -> list[BrowserItem]:
    """Return the register of cookies."""
    return [
        BrowserItem(item.name, item.category, item.purpose, item.seconds, item.holds)
        for item in COOKIES.values()
    ]


def scopes() -> dict[str, Iterable[str]]:
    """Return every use case and who may ask for it, and what apps of others may be allowed."""
    asked: dict[str, Iterable[str]] = {row.name: sorted(row.actors) for row in TABLE.rows.values()}
    return asked | {f"app {key}": ("app",) for key in SCOPES}


def regions(home: str, engagements: Collection[Engagement]) -> list[Region]:
    """Return the places: where the installation is, and those of the recipients, where known."""
    found = [Region(HOME, home, "where the machine of this installation stands")]
    if {item.key for item in PROCESSORS.values() if item.role != "engaged"} - {
        item.processor for item in engagements
    }:
        says = "wherever the recipient is that is named to us; the country is not written down"
        found.append(Region(NOT_SAID, "", says))
    countries = {item.country for item in engagements} - {"", home}
    return found + [
        Region(country.lower(), country, "where a recipient is") for country in sorted(countries)
    ]


def receivers(
    home: str, engagements: Iterable[Engagement], hosts: Mapping[str, tuple[str, ...]]
) -> list[Receiver]:
    """Return the recipients that can receive anything.

    ``hosts``: those the settings name, by recipient. One that has to be engaged appears once it is.
    """
    engaged = {item.processor: item for item in engagements}
    found: list[Receiver] = []
    for item in PROCESSORS.values():
        terms = engaged.get(item.key)
        if item.role == "engaged" and terms is None:
            continue
        found.append(
            Receiver(
                key=item.key,
                says=item.says,
                role=item.role,
                purposes=item.purposes,
                fields=item.fields,
                region=_region(home, terms),
                mechanism=terms.mechanism if terms is not None else "",
                hosts=(*item.hosts, *hosts.get(item.key, ())),
            )
        )
    return found


def _region(home: str, terms: Engagement | None) -> str:
    """Return the place of a recipient: one of whom nothing is written down may be anywhere."""
    if terms is None:
        return NOT_SAID
    return terms.country.lower() if terms.country and terms.country != home else HOME


def sources(
    *,
    home: str = "",
    engagements: Iterable[Engagement] = (),
    hosts: Mapping[str, tuple[str, ...]] | None = None,
    rules: Mapping[str, RetentionRule] = RULES,
    inactive: frozenset[str] = frozenset(),
) -> Sources:
    """Return everything a map is compiled from.

    ``home``: country of the installation; ``rules``: how long things are kept here;
    ``inactive``: purposes of services that are off.
    """
    engaged = tuple(engagements)
    return Sources(
        columns=columns(),
        events=events(),
        logs=log_labels.labels(),
        objects=OBJECTS,
        cookies=cookies(),
        regions=regions(home, engaged),
        processors=receivers(home, engaged, hosts or {}),
        scopes=scopes(),
        rules=rules,
        inactive=inactive,
    )


def current_map(
    *,
    home: str = "",
    engagements: Iterable[Engagement] = (),
    hosts: Mapping[str, tuple[str, ...]] | None = None,
    rules: Mapping[str, RetentionRule] = RULES,
    inactive: frozenset[str] = frozenset(),
) -> DataMap:
    """Return the map of this program as it is."""
    return compile_map(
        sources(home=home, engagements=engagements, hosts=hosts, rules=rules, inactive=inactive)
    )
