"""What rows of payments hold, and how a person is found in them."""

from ringfence.storage.erasure_map import reaches
from ringfence.storage.schema import label_of_column, payments


def test_what_was_paid_with_is_sealed() -> None:
    assert label_of_column(payments.c.sealed).storage == "sealed"
    assert label_of_column(payments.c.sealed).category == "user.financial.method"


def test_no_column_is_for_a_number_of_a_card() -> None:
    assert {label_of_column(c).category for c in payments.c}.isdisjoint({"user.financial.card"})


def test_whoever_paid_is_found() -> None:
    found = [reach for reach in reaches() if reach.holding.table == "payments"]
    assert found
