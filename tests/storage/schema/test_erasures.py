"""The ledger of erasures names nobody, and says what is to be done again after a restore."""

from ringfence.privacy.taxonomy import is_personal
from ringfence.storage.schema import erasures, jobs, label_of_column, parties


def test_the_ledger_holds_no_personal_data():
    for col in erasures.columns:
        assert not is_personal(label_of_column(col).category), col.name


def test_what_is_erased_is_found_by_an_index():
    def first_of(table):
        return {next(iter(index.columns)).name for index in table.indexes}

    assert "party_id" in first_of(erasures)
    assert {"call_id", "key_serial"} <= first_of(jobs)
    assert "kept_lookup" in first_of(parties)
