"""What is said on a call is known by its hash, in the caller's language where there is one."""

from ringfence.privacy.recording_law.sentences import by_hash, languages, sentence, text_hash


def test_a_sentence_comes_in_the_language_asked_for_or_in_english():
    assert sentence("announce", "de-AT").language == "de"
    assert sentence("announce", "xx").language == "en"
    assert sentence("announce").text.startswith("This call")


def test_who_is_asked_hears_the_key_that_means_yes():
    for language in languages():
        asked = sentence("ask", language)
        assert asked.yes in asked.text
        assert sentence("announce", language).yes == ""


def test_what_was_said_is_found_again_by_its_hash():
    for language in languages():
        for kind in ("announce", "ask"):
            said = sentence(kind, language)
            assert by_hash(said.hash) == said
    assert by_hash("0" * 64) is None


def test_a_hash_is_of_version_language_and_text_together():
    one = text_hash("1", "en", "hello")
    assert len(one) == 64
    assert one != text_hash("2", "en", "hello") != text_hash("1", "de", "hello")
    assert text_hash("1", "e", "nhello") != text_hash("1", "en", "hello")
