"""Calls: written while people talk, so nothing may refuse them."""

from ringfence.storage.schema import call_parties, calls, events, label_of_column


def test_no_foreign_key_can_refuse_the_record_of_a_call():
    for table in (calls, events, call_parties):
        assert not table.foreign_keys


def test_people_are_ids():
    for col in (calls.c.caller_id, calls.c.called_id, calls.c.answered_by, call_parties.c.party_id):
        assert label_of_column(col).storage == "opaque"


def test_calls_in_progress_are_found_without_reading_the_others():
    index = next(index for index in calls.indexes if index.name == "ix_calls_open")
    assert "ended_at IS NULL" in str(index.dialect_options["sqlite"]["where"])
