"""STOP, START and HELP, by where somebody is."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.messaging.keywords import Keyword, answer, keyword, languages_of
from ringfence.messaging.segments import count

TABLE = tomllib.loads(files("ringfence.messaging").joinpath("keywords.toml").read_text())
LANGUAGES = sorted(TABLE.keys() - {"places", "everywhere"})


@pytest.mark.promise("MSG-04")
@pytest.mark.parametrize(
    ("text", "place", "word", "language"),
    [
        ("STOP", "US-CA", "stop", "en"),
        ("Please stop sending me these", "GB", "stop", "en"),
        ("Arrêter", "FR", "stop", "fr"),
        ("توقف", "AE", "stop", "ar"),
        ("إيقاف", "AE", "stop", "ar"),
        ("الغاء الاشتراك", "AE", "stop", "ar"),
        ("बंद करो।", "IN", "stop", "hi"),
        ("Band karo", "IN", "stop", "hi"),
        ("शुरू", "IN", "start", "hi"),
        ("मदद", "IN", "help", "hi"),
        ("SAIR", "BR", "stop", "pt"),
        ("Cancelar", "BR", "stop", "pt"),
        ("cancelar", "MX", "stop", "es"),
        ("Afmelden!", "NL", "stop", "nl"),
        ("Abbestellen", "AT", "stop", "de"),
        ("Désinscription", "BE", "stop", "fr"),
        ("annulla", "IT", "stop", "it"),
        ("opt-out", "GB", "stop", "en"),
        ("HELP", "US-CA", "help", "en"),
        (" help! ", "", "help", "en"),
        ("Aide", "FR", "help", "fr"),
        ("AYUDA", "US-CA", "help", "es"),
        ("hilfe", "US-CA", "help", "de"),  # people travel
        ("START", "IN", "start", "en"),
        ("Début", "FR", "start", "fr"),
        ("INFO", "DE", "help", "de"),
        ("Help", "DE", "help", "de"),
        ("START", "DE", "start", "de"),
        ("STOP", "DE", "stop", "de"),
        ("UNSTOP", "CH", "start", "de"),
        ("info", "FR", "help", "fr"),
        ("HELP", "BR", "help", "pt"),
        ("INFO", "PL", "help", "en"),
        ("subscribe", "DE", "start", "en"),
    ],
)
def test_words(text, place, word, language):
    found = keyword(text, place)
    assert (found.word, found.language) == (word, language)


@pytest.mark.parametrize("text", ["", "Hello", "I need help with my order", "start at nine", "yes"])
def test_other_messages_are_left_alone(text):
    assert keyword(text, "US-CA") is None


def test_yes_means_start_to_who_has_stopped_alone():
    assert keyword("YES", "US-CA") is None
    assert keyword("YES", "US-CA", stopped=True).word == "start"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_words_and_answers(language):
    for word in ("start", "help"):
        for one in TABLE[language][word].split():
            assert keyword(one, "", stopped=True).word == word
    for name in ("stopped", "started", "helped"):
        text = TABLE[language][name].replace("{name}", "Example Ltd")
        assert "{" not in text
        assert count(text) <= 2


def test_the_languages_of_places_are_there():
    for spoken in TABLE["places"].values():
        assert set(spoken.split()) <= set(LANGUAGES)
    assert languages_of("US-CA")[0] == "en"
    assert languages_of("XX") == ("en",)


def test_an_answer_names_the_business():
    assert answer(keyword("stop", "DE"), "Example Ltd").startswith("Example Ltd: Sie erhalten")


@given(st.text(max_size=200), st.sampled_from(["", "US-CA", "FR", "AE", "ZZ"]))
def test_any_text_has_an_answer(text, place):
    """Invariant: no text raises."""
    assert keyword(text, place) is None or keyword(text, place).word in {"stop", "start", "help"}


@pytest.mark.parametrize(
    ("text", "place", "language"),
    [
        ("ALTO", "US-DC", "es"),
        ("Arrêt", "CA-ON", "fr"),
        ("stoppen", "DE", "de"),
        ("stoppen", "BE", "nl"),
        ("parar", "BR", "pt"),
        ("STOP", "FR", "fr"),
        ("stopp", "US-DC", "de"),
    ],
)
def test_a_stop_is_answered_in_the_language_it_was_written_in(
    text: str, place: str, language: str
) -> None:
    assert keyword(text, place) == Keyword("stop", language)
