"""What the helper makes of hints and samples; the model itself is tried in `test_sphinx`."""

import json
from array import array

from ringfence.speech.framing import DONE
from ringfence.speech.sphinx_helper import Ear, answer, grammar, noise, phrases, prepared


def test_hints_are_words_and_classes_of_digits_are_digits():
    assert phrases(["Sales!", "Billing-Department", "line 2", "sales", "…"]) == [
        "sales", "billing department", "line two",
    ]  # fmt: skip
    assert phrases(["$OOV_CLASS_DIGIT_SEQUENCE"])[:2] == ["zero", "one"]


def test_a_grammar_of_them():
    assert "( yes | no )+" in grammar(["yes", "no"])


def test_samples_are_doubled_with_silence_that_is_not_quite_silent():
    samples = array("h", prepared(array("h", [30_000] * 800).tobytes()))
    assert len(samples) == 2 * (800 + 8000)
    assert 0 < max(map(abs, samples[:6000])) < 50
    assert max(samples) > 29_000
    assert noise(100) == noise(100)


class Decoder:
    """Knows a few words, and hears whatever its search is called."""

    def __init__(self):
        self.searches, self.active = {}, "free"

    def current_search(self):
        return "free"

    def lookup_word(self, word):
        return None if word == "frobnicate" else word

    def add_jsgf_string(self, name, text):
        self.searches[name] = text

    def activate_search(self, name):
        self.active = name

    def remove_search(self, name):
        del self.searches[name]

    def start_utt(self):
        pass

    def process_raw(self, *_):
        pass

    def end_utt(self):
        pass

    def hyp(self):
        return type("Hyp", (), {"hypstr": "yes no", "prob": 0.25})


def ear():
    made = Ear.__new__(Ear)
    made._decoder, made._free, made._grammars = Decoder(), "free", {}
    return made


def test_hints_are_a_search_of_their_own_and_few_stay():
    one = ear()
    status, body = answer(one, {"hints": ["yes", "frobnicate"]}, bytes(320))
    assert (status, json.loads(body)) == (DONE, {"text": "yes no", "confidence": 0.5})
    (text,) = one._decoder.searches.values()
    assert "( yes )+" in text
    answer(one, {"hints": ["frobnicate"]}, b"")
    assert one._decoder.active == "free"
    for number in range(40):
        answer(one, {"hints": [f"word {chr(97 + number % 26)} {number}"]}, b"")
    assert len(one._decoder.searches) <= 16
