"""Labels name things that exist, and every fact that can be stored carries them."""

from typing import Annotated

import pytest

from ringfence.calls.events import FACTS
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.events import Event
from ringfence.privacy import labels
from ringfence.privacy.labels import CALL_FACT, CALL_TIME, PHONE_SEALED, Label, label_of, labels_of
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.retention import RULES
from ringfence.privacy.taxonomy import is_known, is_personal

ALL = {name: value for name, value in vars(labels).items() if isinstance(value, Label)}


@pytest.mark.parametrize("name", ALL)
def test_a_label_names_only_what_exists(name):
    label = ALL[name]
    assert is_known(label.category)
    assert label.retention in RULES
    assert label.purposes
    assert set(label.purposes) <= set(PURPOSES)


@pytest.mark.parametrize("name", ALL)
def test_highly_sensitive_data_never_rests_in_clear(name):
    label = ALL[name]
    if label.sensitivity == "high":
        assert label.storage in {"sealed", "keyed_hash"}


@pytest.mark.parametrize("name", ALL)
def test_personal_data_has_a_subject(name):
    label = ALL[name]
    assert label.subject != "none" or not is_personal(label.category)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_every_call_fact_is_labelled_and_safe_to_store_in_clear(fact):
    assert {label.storage for label in labels_of(fact).values()} <= {"plain", "opaque"}


class Careless(Event, frozen=True, kw_only=True):
    number: str


class Careful(Event, frozen=True, kw_only=True):
    cause: Annotated[str, CALL_FACT]


def test_a_field_without_a_label_is_named():
    with pytest.raises(LocalError, match=r"Careless\.number"):
        labels_of(Careless)


def test_labels_come_in_field_order_and_the_time_of_a_fact_is_known():
    assert labels_of(Careful) == {"at": CALL_TIME, "cause": CALL_FACT}
    assert list(labels_of(Careful)) == ["at", "cause"]


def test_only_facts_have_labels():
    with pytest.raises(LocalError):
        labels_of(int)


def test_a_label_is_found_among_other_annotations():
    assert label_of(Annotated[int, "bytes", PHONE_SEALED]) is PHONE_SEALED
    assert label_of(Annotated[int, "bytes"]) is None
    assert label_of(Ms) is None
