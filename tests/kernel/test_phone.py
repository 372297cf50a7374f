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


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("+12025550124", "US", "+12025550124"),
        ("2025550124", "US", "+12025550124"),
        ("12025550124", "US", "+12025550124"),
        ("0012025550124", "GB", "+12025550124"),
        ("07700900123", "GB", "+447700900123"),
        ("7700900123", "GB", "+447700900123"),
        ("447700900123", "GB", "+447700900123"),
        ("447700900123", "US", "+447700900123"),
        ("12025550124", "IN", "+12025550124"),
        ("911", "US", "911"),
        ("62442", "US", "62442"),
        ("2025550124", None, "2025550124"),
        ("99999999999999", "US", "99999999999999"),
    ],
)
def test_a_caller_is_the_same_person_however_a_carrier_writes_them(
    written: str, region: str | None, e164: str
) -> None:
    assert Phone.received(written, region=region).e164 == e164


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


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("call me", "format"), ("", "format"), ("+1", "format"), ("+" + "1" * 16, "format"),
        ("1" * 5_000, "format"), ("+1202555010a", "format"), ("sip:ann@example.com", "format"),
        ("+1202555", "length"), ("+12025550123456", "length"), ("+442079", "length"),
        ("+1202", "length"), ("+999123456", "country"), ("+9991", "country"),
        ("+12025550123", None), ("911", None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_number(text: str, fault: str | None) -> None:
    assert Phone.fault(text) == fault
    if fault is None:
        assert Phone.to_reach(text)
    else:
        with pytest.raises(Refused, match="invalid_number"):
            Phone.to_reach(text)


@given(st.text(max_size=40))
def test_whatever_is_written_has_a_fault_or_can_be_reached(text: str) -> None:
    """A text is refused exactly where it has a fault, and is never anything else than refused."""
    try:
        Phone.to_reach(text)
    except Refused:
        assert Phone.fault(text) is not None
    else:
        assert Phone.fault(text) is None


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
