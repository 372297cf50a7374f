"""Where a number lives: country, state, or what is presumed where it does not tell."""

from zoneinfo import ZoneInfo

import pytest

from ringfence.kernel.phone import Phone
from ringfence.privacy.recording_law.places import STATELESS, UNKNOWN, parent, place_of, zones_of


@pytest.mark.parametrize(
    ("number", "place"),
    [
        ("+12025550123", "US-DC"),
        ("+14155550123", "US-CA"),
        ("+13055550123", "US-FL"),
        ("+18005550123", STATELESS),
        ("+19995550123", STATELESS),
        ("+1", STATELESS),
        ("+15145550123", "CA"),
        ("+18765550123", "JM"),
        ("+447700900123", "GB"),
        ("+441624000000", "IM"),
        ("+77010000000", "KZ"),
        ("+390600000000", "IT"),
        ("+971500000000", "AE"),
        ("+883510000000", UNKNOWN),
        ("+999123456789", UNKNOWN),
        ("112", UNKNOWN),
    ],
)
def test_a_number_lives_somewhere(number, place):
    assert place_of(Phone(number)) == place


def test_a_state_lies_in_a_country():
    assert parent("US-CA") == parent(STATELESS) == parent("US") == "US"
    assert parent("DE") == "DE"


def test_where_a_clock_is_not_known_all_clocks_count():
    assert zones_of("US-CA", {}) == ("America/Los_Angeles",)
    assert set(zones_of("US-FL", {})) == {"America/New_York", "America/Chicago"}
    assert {"America/New_York", "Pacific/Honolulu"} <= set(zones_of(STATELESS, {}))
    assert zones_of("AE", {"AE": ("Asia/Dubai",)}) == ("Asia/Dubai",)
    assert zones_of("DE", {}) == ()


def test_every_state_has_codes_and_clocks_that_exist():
    for code in ("907", "212", "415", "808", "307"):
        place = place_of(Phone(f"+1{code}5550123"))
        zones = zones_of(place, {})
        assert place.startswith("US-")
        assert zones
        for zone in zones:
            assert ZoneInfo(zone)
