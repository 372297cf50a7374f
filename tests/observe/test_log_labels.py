"""Every field of a log line says what it holds."""

from ringfence.observe.log_labels import IDENTS, labels
from ringfence.observe.logs import FIELDS, IDENT
from ringfence.privacy.taxonomy import is_personal


def test_every_declared_field_has_a_label_and_no_label_is_left_over() -> None:
    assert set(labels()) == set(FIELDS)
    assert set(IDENTS) == {name for name, (kind, _) in FIELDS.items() if kind is IDENT}


def test_nothing_that_names_a_person_may_be_logged() -> None:
    personal = {name for name, label in labels().items() if is_personal(label.category)}
    assert all(FIELDS[name][0] is IDENT for name in personal)
    assert all(labels()[name].storage == "opaque" for name in personal)
