"""The helper's own part, with a voice that is not espeak-ng; the real one is in tests/system."""

from ringfence.speech.espeak_helper import answer


class Voice:
    rate = 22_050

    def __init__(self, pcm):
        self.pcm = pcm
        self.asked = []

    def speak(self, text, voice, speed, *, ssml=False):
        self.asked.append((text, voice, speed))
        return self.pcm


def request(rate=8000, text="hello"):
    return {"text": text, "voice": "en", "speed": 165, "rate": rate}


def test_speech_is_brought_to_the_wanted_rate():
    voice = Voice(b"\0\0" * 22_050)
    assert abs(len(answer(voice, request(8000))) - 16_000) <= 4
    assert abs(len(answer(voice, request(16_000))) - 32_000) <= 4
    assert voice.asked[0] == ("hello", "en", 165)


def test_a_voice_that_does_not_exist_says_nothing():
    assert answer(Voice(b""), request()) == b""


def test_texts_are_bounded():
    voice = Voice(b"")
    answer(voice, request(text="x" * 100_000))
    assert len(voice.asked[0][0]) == 65_536


def test_markup_is_handed_on_as_such():
    class Marked:
        rate = 22_050

        def speak(self, text, voice, speed, *, ssml=False):
            self.ssml = ssml
            return b""

    voice = Marked()
    answer(voice, {**request(), "ssml": True})
    assert voice.ssml
