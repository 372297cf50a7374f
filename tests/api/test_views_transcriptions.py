"""Transcriptions as they are shown: words stay out of every repr."""

from ringfence.api.views_transcriptions import Said, Transcription


def test_words_are_not_in_a_repr():
    said = Said(at_ms=0, voice=0, text="secret", confidence=1.0)
    whole = Transcription(
        sid="TR1", call="CA1", recording="RE1", status="completed", created=1, text="secret",
        said=[said],
    )  # fmt: skip
    assert "secret" not in repr(said) + repr(whole)
