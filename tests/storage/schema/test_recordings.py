"""Recordings: each channel has a key of its own, locked."""

from ringfence.storage.schema import label_of_column, recording_channels


def test_each_channel_has_its_own_locked_key_and_knows_whose():
    assert label_of_column(recording_channels.c.wrapped).storage == "sealed"
    assert label_of_column(recording_channels.c.wrapped).retention == "key"
    assert [col.name for col in recording_channels.primary_key] == ["recording_id", "channel"]
    assert recording_channels.c.party_id.nullable
