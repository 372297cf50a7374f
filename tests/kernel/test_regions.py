"""The list of countries is the library's."""

import tomllib
from importlib.resources import files

import phonenumbers

from ringfence.kernel.regions import REGIONS, STATES


def test_every_country_whose_numbers_can_be_read_is_listed_in_order() -> None:
    assert list(REGIONS) == sorted(phonenumbers.SUPPORTED_REGIONS)


def test_every_state_has_area_codes_in_the_law_on_recording() -> None:
    text = files("ringfence.privacy.recording_law").joinpath("areas.toml").read_text("utf-8")
    assert list(STATES) == sorted(tomllib.loads(text)["areas"])
