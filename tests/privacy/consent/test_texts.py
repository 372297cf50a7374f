"""What people are shown: one text per purpose and channel, each apart from the others."""

from contextlib import suppress

import pytest

from ringfence.kernel.errors import Refused
from ringfence.privacy.consent.texts import CHANNELS, channel_of, consentable, text_for


def all_texts():
    for purpose in consentable():
        for channel in CHANNELS:
            with suppress(Refused):
                yield text_for(purpose, channel)


@pytest.mark.promise("CON-01")
def test_every_purpose_is_asked_about_on_its_own():
    texts = [*all_texts()]
    assert len({text.hash for text in texts}) == len(texts) >= 6
    assert {text.purpose for text in texts} == set(consentable())
    for text in texts:
        assert "take this back" in text.text


def test_a_text_comes_in_the_language_asked_for_or_in_english():
    assert text_for("market", "call", "de-CH").locale == "de"
    assert text_for("publication", "any", "de").locale == "en"


def test_nobody_can_agree_to_everything_at_once():
    with pytest.raises(Refused, match="bad_purpose"):
        text_for("everything", "any")
    with pytest.raises(Refused, match="bad_channel"):
        channel_of("market", "any")
    with pytest.raises(Refused, match="bad_channel"):
        channel_of("record_call", "email")
