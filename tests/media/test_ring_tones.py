"""National ring tones: every country has one, heard as its administration says."""

from ringfence.markup.ring_tones import COUNTRIES
from ringfence.media.ring_tones import RING_TONES
from ringfence.media.tones import Oscillator


def test_there_is_a_tone_for_every_country_that_may_be_asked_for():
    assert {f"ring_{word}" for word in COUNTRIES} - RING_TONES.keys() == {"ring_us"}
    assert RING_TONES.keys() <= {f"ring_{word}" for word in COUNTRIES}


def test_a_british_telephone_rings_twice():
    heard = Oscillator(RING_TONES["ring_uk"], rate=8000).read(8 * 3000)
    loud = [any(heard[at : at + 8 * 50]) for at in range(0, 8 * 3000, 8 * 50)]
    assert loud == [True] * 8 + [False] * 4 + [True] * 8 + [False] * 40


def test_none_is_too_loud():
    for tone in RING_TONES.values():
        assert max(map(abs, Oscillator(tone, rate=8000).read(16_000))) <= 9_000
        assert tone.repeats
