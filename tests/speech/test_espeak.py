"""Voices, and what becomes of texts that cannot be spoken."""

import asyncio

import pytest

from ringfence.kernel.limits import SPEECH_TEXT_CHARS
from ringfence.speech.espeak import Espeak, voice_name, voices_to_try


@pytest.mark.parametrize(
    ("voice", "language", "name"),
    [
        ("", "", "en"),
        ("", "en-GB", "en-gb"),
        ("", "pt_BR", "pt-br"),
        ("man", "de", "de+m3"),
        ("Woman", "", "en+f3"),
        ("alice", "fr-FR", "fr-fr+f4"),
        ("Polly.Joanna", "en-US", "en-us"),
    ],
)
def test_voice_names(voice, language, name):
    assert voice_name(voice, language, "en") == name


def test_a_language_nobody_taught_falls_back():
    assert voices_to_try("woman", "xx-YY", "en-gb") == ["xx-yy+f3", "xx+f3", "en-gb+f3", "en-gb"]
    assert voices_to_try("", "en", "en") == ["en"]


def test_a_language_that_is_none_is_not_tried():
    assert voices_to_try("", "../../etc", "en") == ["en"]
    assert voices_to_try("", "e n", "en") == ["en"]


class Fake:
    def __init__(self, known):
        self.known = known
        self.asked = []

    async def ask(self, head):
        self.asked.append(head["voice"])
        if self.known is None:
            return None
        return (0, b"pcm") if head["voice"] in self.known else (0, b"")


def speak(text, known, language=""):
    provider = Espeak(default="en")
    provider._helper = Fake(known)
    pcm = asyncio.run(provider.speak(text, voice="", language=language, rate=8000))
    return pcm, provider._helper.asked


def test_the_first_voice_that_exists_speaks():
    assert speak("hello", {"en"}, "tlh-KX") == (b"pcm", ["tlh-kx", "tlh", "en"])
    assert speak("hello", {"de"}, "de") == (b"pcm", ["de"])


def test_nothing_is_none():
    assert speak("  ", {"en"}) == (None, [])
    assert speak("x" * (SPEECH_TEXT_CHARS + 1), {"en"}) == (None, [])
    assert speak("hello", set())[0] is None
    assert speak("hello", None) == (None, ["en"])
