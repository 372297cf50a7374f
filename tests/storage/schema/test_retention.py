"""What is left of calls names nobody."""

from ringfence.privacy.taxonomy import is_personal
from ringfence.storage.schema import call_counts


def test_no_column_is_about_a_person():
    categories = [column.info["label"].category for column in call_counts.columns]
    assert not [category for category in categories if is_personal(category)]


def test_a_month_is_counted_once_for_each_kind():
    assert [column.name for column in call_counts.primary_key] == [
        "account_id", "month", "direction", "missed",
    ]  # fmt: skip
