"""The room for people: nothing about them lies anywhere else."""

from ringfence.privacy.taxonomy import is_within
from ringfence.storage.schema import label_of_column, metadata, parties


def test_callers_numbers_are_in_the_parties_table_alone():
    for table in metadata.sorted_tables:
        for col in table.columns:
            if is_within(label_of_column(col).category, "user.contact.phone_number"):
                assert table is parties, f"{table.name}.{col.name}"


def test_an_erased_party_can_lose_everything_but_its_id():
    nullable = {col.name for col in parties.columns if col.nullable}
    assert {"lookup", "address"} <= nullable
