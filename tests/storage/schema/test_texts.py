"""Text messages: what was said is sealed, nobody's number is in a row, and who is found by it."""

from ringfence.privacy.labels import PARTY_ID, TEXT_SEALED
from ringfence.storage.schema import (
    label_of_column,
    text_events,
    text_media,
    text_parts,
    texts,
)


def test_what_was_said_is_sealed():
    assert label_of_column(texts.c.sealed) is TEXT_SEALED
    assert label_of_column(text_media.c.sealed) is TEXT_SEALED


def test_every_row_leads_to_its_person_by_an_index():
    for table in (texts, text_events, text_parts, text_media):
        assert label_of_column(table.c.party_id) is PARTY_ID
        assert any(next(iter(index.columns)).name == "party_id" for index in table.indexes)


def test_only_messages_that_wait_are_in_the_index_of_the_queue():
    index = next(index for index in texts.indexes if index.name == "ix_texts_due")
    assert "due_at IS NOT NULL" in str(index.dialect_options["sqlite"]["where"])
