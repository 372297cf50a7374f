"""What was charged names nobody; what is left of it is the account's alone."""

import pytest

from ringfence.privacy.labels import BILLING
from ringfence.privacy.retention import RULES
from ringfence.storage.erasure_map import reach, reaches
from ringfence.storage.schema import (
    balances,
    charge_sums,
    charges,
    label_of_column,
    metadata,
    movements,
)


def test_a_charge_of_a_call_stays_without_the_person_and_of_a_message_goes_with_it() -> None:
    assert (reach("charges").holding.link, reach("charges").holding.ending) == ("call", "anonymise")
    assert reach("text_charges").holding.link == "party"
    names = {column.name for column in charges.columns}
    assert not names & {"party_id", "caller_id", "called_id", "address", "to"}


@pytest.mark.parametrize("table", [charge_sums, movements, balances])
def test_no_erasure_is_about_sums(table) -> None:
    assert table.name not in {found.holding.table for found in reaches()}
    subjects = {label_of_column(column).subject for column in table.columns}
    assert subjects <= {"account", "none"}


def test_amounts_are_kept_for_the_floor_of_billing_logs() -> None:
    assert BILLING.retention == "billing"
    assert RULES["billing"].floor_days >= 180
    assert "price" in metadata.tables["charge_sums"].columns
