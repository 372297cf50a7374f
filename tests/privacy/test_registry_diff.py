"""A change of policy is noticed; a change of the program that alters no policy is not."""

import copy
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from data_map_source import sources

from ringfence.privacy.labels import CALL_FACT, CONTENT_SEALED, PHONE_SEALED, SYSTEM, Label
from ringfence.privacy.purposes import PURPOSES, Purpose
from ringfence.privacy.registry import BrowserItem, DataMap, Region, Sources, compile_map
from ringfence.privacy.registry_diff import CHANNELS, SEVERITIES, Difference, compare
from ringfence.privacy.retention import RULES

BEFORE = compile_map(sources())


def after(**changes: object) -> Difference:
    return compare(BEFORE, compile_map(sources(**changes)))


BASE = sources()
RELAY = next(iter(BASE.processors))
PLAIN_PHONE = replace(PHONE_SEALED, storage="keyed_hash")
LONGER = dict(RULES) | {"call_log": replace(RULES["call_log"], ceiling_days=9_999)}
SHORTER = dict(RULES) | {"call_log": replace(RULES["call_log"], ceiling_days=200)}
ENDLESS = dict(RULES) | {"content": replace(RULES["content"], ceiling_days=None)}


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({}, "none"),
        ({"columns": {**BASE.columns, "x.y": PHONE_SEALED}}, "material"),
        ({"columns": {**BASE.columns, "x.y": SYSTEM}}, "minor"),
        ({"columns": {**BASE.columns, "parties.address": PLAIN_PHONE}}, "material"),
        ({"columns": {"jobs.state": SYSTEM}}, "minor"),
        ({"cookies": [*BASE.cookies, BrowserItem("n", "necessary", "operate", 1, "x")]},
         "material"),
        ({"cookies": [BrowserItem("session", "necessary", "authenticate", 7200, "a word")]},
         "material"),
        ({"cookies": [BrowserItem("session", "necessary", "authenticate", 60, "a word")]},
         "minor"),
        ({"cookies": [BrowserItem("session", "analytics", "authenticate", 3600, "a word")]},
         "material"),
        ({"cookies": [BrowserItem("session", "necessary", "authenticate", 3600, "a text")]},
         "editorial"),
        ({"cookies": []}, "minor"),
        ({"regions": [*BASE.regions, Region("us", "US", "there")]}, "material"),
        ({"processors": [replace(RELAY, hosts=("other.example.com",))]}, "material"),
        ({"processors": [replace(RELAY, key="second")]}, "material"),
        ({"processors": [replace(RELAY, fields={})]}, "minor"),
        ({"processors": [replace(RELAY, says="Carries our mail.")]}, "editorial"),
        ({"processors": []}, "minor"),
        ({"rules": LONGER}, "material"),
        ({"rules": SHORTER}, "minor"),
        ({"rules": ENDLESS}, "material"),
        ({"scopes": {"call.list": ("admin", "operator", "public")}}, "material"),
        ({"scopes": {**BASE.scopes, "call.tap": ("admin",)}}, "material"),
        ({"scopes": {"call.list": ("operator",)}}, "minor"),
        ({"purposes": {**PURPOSES, "sell": Purpose("sell", "To sell it.", "none")}}, "material"),
    ],
)  # fmt: skip
def test_severity_follows_from_what_changed(changes: dict[str, object], severity: str) -> None:
    assert after(**changes).severity == severity


def test_who_is_told() -> None:
    assert set(CHANNELS) == set(SEVERITIES)
    assert after(rules=LONGER).channels == ("page", "feed", "popup", "email")
    assert after(rules=SHORTER).channels == ("page", "feed")
    assert after().channels == ()


def test_the_ground_of_a_purpose_is_material() -> None:
    purposes = {**PURPOSES, "billing": replace(PURPOSES["billing"], basis="legal_obligation")}
    difference = after(purposes=purposes)
    assert difference.severity == "material"
    [change] = difference.changes
    assert (change.fact, change.before, change.after) == (
        "basis", "contract", "legal_obligation",
    )  # fmt: skip


def test_consents_lapse_with_what_they_were_given_for() -> None:
    market = replace(PURPOSES["market"], says="To tell everybody about everything.")
    assert after(purposes={**PURPOSES, "market": market}).lapses == ()  # wording alone
    other = compile_map(sources(processors=[replace(RELAY, region="home", hosts=("x.example",))]))
    assert compare(BEFORE, other).lapses == ("market",)
    label = replace(CALL_FACT, purposes=("record_call",))
    assert after(columns={**BASE.columns, "calls.mood": label}).lapses == ("record_call",)
    assert after(rules=SHORTER).lapses == ()


def test_a_place_that_moves_lapses_what_is_sent_there() -> None:
    assert after(regions=[Region("home", "US", "here")]).lapses == ("market",)


# --- two hundred changes, fifty that are none -----------------------------------------------------

Mutation = Callable[[Sources, random.Random], Sources]
PERSONAL = [PHONE_SEALED, CALL_FACT, CONTENT_SEALED]


def add_column(base: Sources, chance: random.Random) -> Sources:
    name = f"table{chance.randrange(99)}.column{chance.randrange(99)}"
    return replace(base, columns={**base.columns, name: chance.choice([*PERSONAL, SYSTEM])})


def relabel(base: Sources, chance: random.Random) -> Sources:
    name = chance.choice(sorted(base.columns))
    old = base.columns[name]
    facts: list[Label] = [
        replace(old, storage="sealed" if old.storage != "sealed" else "keyed_hash"),
        replace(old, purposes=(*old.purposes, "prevent_abuse")),
        replace(old, retention="audit" if old.retention != "audit" else "content"),
        replace(old, subject="agent" if old.subject != "agent" else "caller"),
        replace(old, sensitivity="low" if old.sensitivity != "low" else "none"),
        replace(old, category="user.name" if old.category != "user.name" else "user.content"),
    ]
    return replace(base, columns={**base.columns, name: chance.choice(facts)})


def add_event_field(base: Sources, chance: random.Random) -> Sources:
    name = f"CallMoved.field{chance.randrange(99)}"
    return replace(base, events={**base.events, name: chance.choice(PERSONAL)})


def add_log_field(base: Sources, chance: random.Random) -> Sources:
    return replace(base, logs={**base.logs, f"f{chance.randrange(99)}": chance.choice(PERSONAL)})


def change_host(base: Sources, chance: random.Random) -> Sources:
    items = list(base.processors)
    at = chance.randrange(len(items))
    items[at] = replace(items[at], hosts=(*items[at].hosts, f"h{chance.randrange(99)}.example.com"))
    return replace(base, processors=items)


def add_cookie(base: Sources, chance: random.Random) -> Sources:
    category = chance.choice(["necessary", "functional", "analytics", "advertising"])
    item = BrowserItem(f"c{chance.randrange(99)}", category, "operate", 60, "x")
    return replace(base, cookies=[*base.cookies, item])


def longer_cookie(base: Sources, chance: random.Random) -> Sources:
    items = list(base.cookies)
    items[0] = replace(items[0], seconds=items[0].seconds + chance.randint(1, 10**6))
    return replace(base, cookies=items)


def longer_retention(base: Sources, chance: random.Random) -> Sources:
    key = chance.choice([k for k, rule in base.rules.items() if rule.ceiling_days is not None])
    rule = base.rules[key]
    longer = replace(rule, ceiling_days=(rule.ceiling_days or 0) + chance.randint(1, 999))
    return replace(base, rules={**base.rules, key: longer})


def add_region(base: Sources, chance: random.Random) -> Sources:
    country = chance.choice(["US", "IN", "SG", "UA", "AE"])
    return replace(base, regions=[*base.regions, Region(country.lower(), country, "there")])


def add_purpose(base: Sources, chance: random.Random) -> Sources:
    key = f"purpose{chance.randrange(99)}"
    return replace(base, purposes={**base.purposes, key: Purpose(key, "To see.", "contract")})


def wider_receiver(base: Sources, chance: random.Random) -> Sources:
    items = list(base.processors)
    at = chance.randrange(len(items))
    name = f"field{chance.randrange(99)}"
    items[at] = replace(items[at], fields={**items[at].fields, name: "user.name"})
    return replace(base, processors=items)


def wider_scope(base: Sources, chance: random.Random) -> Sources:
    name = chance.choice(sorted(base.scopes))
    return replace(base, scopes={**base.scopes, name: (*base.scopes[name], "stranger")})


def add_scope(base: Sources, chance: random.Random) -> Sources:
    return replace(base, scopes={**base.scopes, f"call.do{chance.randrange(99)}": ("api",)})


MUTATIONS: tuple[Mutation, ...] = (
    *(add_column, relabel, add_event_field, add_log_field, change_host, add_cookie),
    *(longer_cookie, longer_retention, add_region, add_purpose, wider_receiver),
    *(wider_scope, add_scope),
)
LESS_IS_MINOR = {add_column, relabel}
"""These may also add technical data or lessen a label, which is noticed and not grave."""


@pytest.mark.promise("POL-04")
def test_of_two_hundred_changes_all_are_noticed() -> None:
    chance = random.Random(2026)
    base = full()
    before = compile_map(base)
    missed: list[str] = []
    for number in range(200):
        mutation = MUTATIONS[number % len(MUTATIONS)]
        found = compare(before, compile_map(mutation(base, chance)))
        grave = found.severity == "material" or (
            mutation in LESS_IS_MINOR and found.severity == "minor"
        )
        if not grave:
            missed.append(mutation.__name__)
    assert len(missed) <= 2, missed


def full() -> Sources:
    """The declarations of this program, with a relay engaged."""
    import ringfence.office  # noqa: F401 - fills the table of use cases
    from ringfence.office.privacy import census
    from ringfence.privacy.processors import Engagement

    return census.sources(home="DE", engagements=[Engagement("mail_relay", "FR")])


def shuffled(base: Sources, chance: random.Random) -> Sources:
    def mixed(items: dict[str, object]) -> dict[str, object]:
        names = list(items)
        chance.shuffle(names)
        return {name: items[name] for name in names}

    objects, receivers = list(base.objects), list(base.processors)
    chance.shuffle(objects)
    chance.shuffle(receivers)
    return replace(
        base,
        columns=mixed(dict(base.columns)),
        events=mixed(dict(base.events)),
        scopes=mixed(dict(base.scopes)),
        purposes=mixed(dict(base.purposes)),
        rules=mixed(dict(base.rules)),
        objects=objects,
        processors=receivers,
    )


def purposes_in_another_order(base: Sources, chance: random.Random) -> Sources:
    def turned(label: Label) -> Label:
        words = list(label.purposes)
        chance.shuffle(words)
        return replace(label, purposes=(*words, *words[:1]))

    return replace(base, columns={name: turned(label) for name, label in base.columns.items()})


def labels_made_elsewhere(base: Sources, chance: random.Random) -> Sources:
    """Constants renamed, modules moved: equal labels that are other objects."""
    return replace(
        base,
        columns=copy.deepcopy(dict(base.columns)),
        events=copy.deepcopy(dict(base.events)),
        rules=copy.deepcopy(dict(base.rules)),
    )


def white_space(base: Sources, chance: random.Random) -> Sources:
    gap = chance.choice(["  ", "\n    ", "\t"])
    return replace(
        base,
        processors=[replace(p, says=p.says.replace(" ", gap)) for p in base.processors],
        purposes={
            key: replace(p, says=f" {p.says.replace(' ', gap)}\n")
            for key, p in base.purposes.items()
        },
    )


def scopes_listed_twice(base: Sources, chance: random.Random) -> Sources:
    return replace(base, scopes={n: (*who, *who) for n, who in base.scopes.items()})


REFACTORINGS: tuple[Mutation, ...] = (
    *(shuffled, purposes_in_another_order, labels_made_elsewhere, white_space),
    scopes_listed_twice,
)


@pytest.mark.promise("POL-04")
def test_of_fifty_refactorings_none_raises_an_alarm() -> None:
    chance = random.Random(2026)
    base = full()
    before = compile_map(base)
    for number in range(50):
        changed = base
        for refactoring in chance.sample(REFACTORINGS, 1 + number % len(REFACTORINGS)):
            changed = refactoring(changed, chance)
        made: DataMap = compile_map(changed)
        assert compare(before, made).severity == "none"
        assert made.digest == before.digest


def test_another_name_for_the_same_column_is_no_alarm() -> None:
    columns = dict(BASE.columns)
    columns["calls.came_at"] = columns.pop("calls.offered_at")
    difference = after(columns=columns)
    assert difference.severity == "editorial"
    [change] = difference.changes
    assert (change.what, change.before, change.after) == (
        "renamed", "calls.offered_at", "calls.came_at",
    )  # fmt: skip
