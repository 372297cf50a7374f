"""Transcriptions: words are sealed, and each voice leads to its person."""

from ringfence.privacy.labels import CONTENT_SEALED, PARTY_ID
from ringfence.storage.erasure_map import reach
from ringfence.storage.schema import label_of_column, transcription_parts


def test_words_are_sealed_and_an_erasure_empties_them_at_once():
    assert label_of_column(transcription_parts.c.sealed) is CONTENT_SEALED
    assert label_of_column(transcription_parts.c.party_id) is PARTY_ID
    holding = reach("transcription_parts").holding
    assert (holding.link, holding.emptied) == ("party", ("sealed",))
    assert reach("transcriptions").holding.link == "call"
