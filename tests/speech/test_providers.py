"""Who speaks."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.speech import providers
from ringfence.speech.espeak import Espeak


class Entry:
    name = "other"

    def load(self):
        return lambda default_voice: ("made", default_voice)


def test_espeak_is_built_in():
    assert isinstance(providers.provider("espeak", default_voice="en"), Espeak)


def test_packages_may_offer_others(monkeypatch):
    monkeypatch.setattr(
        providers, "entry_points", lambda group: [Entry()] if group == "ringfence.tts" else []
    )
    assert providers.provider("other", default_voice="de") == ("made", "de")


def test_nobody_of_that_name():
    with pytest.raises(Refused) as refused:
        providers.provider("nobody", default_voice="en")
    assert refused.value.code == "unknown_speech"
