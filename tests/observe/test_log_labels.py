"""Every field of a log line says what it holds."""

import re

import pytest

from ringfence.observe import metrics
from ringfence.observe.log_labels import IDENTS, labels
from ringfence.observe.logs import FIELDS, IDENT
from ringfence.privacy.gate import decide
from ringfence.privacy.roles import Role
from ringfence.privacy.taxonomy import CATEGORIES, is_personal


def test_every_declared_field_has_a_label_and_no_label_is_left_over() -> None:
    assert set(labels()) == set(FIELDS)
    assert set(IDENTS) == {name for name, (kind, _) in FIELDS.items() if kind is IDENT}


def test_nothing_that_names_a_person_may_be_logged() -> None:
    personal = {name for name, label in labels().items() if is_personal(label.category)}
    assert all(FIELDS[name][0] is IDENT for name in personal)
    assert all(labels()[name].storage == "opaque" for name in personal)


@pytest.mark.promise("PUR-03")
def test_whoever_watches_the_machines_reaches_no_contact() -> None:
    """Watching is the purpose operate: counts and durations, never whom or what."""
    watchers: tuple[Role, ...] = ("system", "developer", "staff", "auditor", "manager")
    for category in CATEGORIES:
        if category.startswith(("user.contact", "user.content", "user.name", "user.telephony")):
            for role in watchers:
                assert not decide(role, purpose="operate", category=category).allowed, category
    assert decide("staff", purpose="operate", category="system.operations").allowed
    rendered = metrics.render(dict.fromkeys(metrics.NAMES, 1.0)).decode()
    assert not re.search(r"(?:\+[0-9]{7}|@|CA[0-9a-f]{32})", rendered)
