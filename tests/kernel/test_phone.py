import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("+1 202-555-0123", None, "+12025550123"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("0044 7700 900123", None, "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("+15550100", None, "+15550100"),
        ("911", "US", "911"),
    ],
)
def test_numbers_as_people_write_them(written: str, region: str | None, e164: str) -> None:
    assert Phone.parse(written, region=region).e164 == e164


@pytest.mark.parametrize("bad", ["", "+", "12", "+1234567890123456", "call me", "+1a2025550123"])
def test_a_bad_number_is_refused_without_repeating_it(bad: str) -> None:
    with pytest.raises(Refused) as refused:
        Phone.parse(bad)
    assert refused.value.code == "invalid_number"
    assert len(bad) < 3 or bad not in str(refused.value)


@pytest.mark.parametrize(
    "impossible", ["+1202555", "+12025550123456", "+91123", "+999123456", "+442079"]
)
def test_nobody_is_reached_at_a_number_no_country_has(impossible: str) -> None:
    assert Phone.parse(impossible).e164 == impossible  # it may be asked about all the same
    with pytest.raises(Refused, match="invalid_number") as refused:
        Phone.to_reach(impossible)
    assert impossible not in str(refused.value)


@pytest.mark.parametrize("number", ["+12025550123", "+447700900123", "911", "+80000000000"])
def test_somebody_is_reached_at_a_number_of_its_countrys_length(number: str) -> None:
    assert Phone.to_reach(number).e164 == number


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_no_printed_form_shows_the_digits(e164: str) -> None:
    phone = Phone(e164)
    for shown in (repr(phone), str(phone), f"{phone}", f"{phone:>30}", repr({"a": [phone]})):
        assert e164 not in shown
        assert e164[2:-2] not in shown


def test_region_of_a_number() -> None:
    assert Phone("+12025550123").region == "US"
    assert Phone("+447700900123").region == "GB"
    assert Phone("911").region is None
