"""The list of countries is the library's."""

import phonenumbers

from ringfence.kernel.regions import REGIONS


def test_every_country_whose_numbers_can_be_read_is_listed_in_order() -> None:
    assert list(REGIONS) == sorted(phonenumbers.SUPPORTED_REGIONS)
