"""Who calls, as INVITEs say it, and what of it is shown to whom."""

import pytest
from sip_net import request

from ringfence.kernel.limits import CALLER_NAME_CHARS
from ringfence.kernel.phone import Phone
from ringfence.sip.headers import NameAddr
from ringfence.switch.identity import ANONYMOUS, Identity, address_of, stated, to_phone, to_trunk

FROM = '"A. Friend" <sip:+12025550123@192.0.2.50>;tag=a'
ASSERTED = ("P-Asserted-Identity", '"Doe, John" <sip:+12025550144@192.0.2.50>, <tel:+12025550145>')
DESK = "sip:desk@pbx.example.com"


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("<sip:+12025550123@192.0.2.50>", Phone("+12025550123")),
        ("<tel:+1-202-555-0123>", Phone("+12025550123")),
        ("<sip:alice@example.com>", "sip:alice@example.com"),
        ("<sip:anonymous@anonymous.invalid>", ""),
        ("<sip:Restricted@192.0.2.50>", ""),
        ("<sip:192.0.2.50>", "sip:192.0.2.50"),
    ],
)
def test_who_calls_is_read_from_the_wire(written: str, known: Phone | str) -> None:
    assert address_of(NameAddr.parse(written)) == known


@pytest.mark.parametrize("written", ["+12025550124", "12025550124", "2025550124"])
def test_a_national_number_is_the_number_behind_the_country_code(written: str) -> None:
    asked = request(from_=f"<sip:{written}@192.0.2.50>;tag=a")
    found = stated(asked, trusted=True, phone=None, region="US")
    assert found.address == Phone("+12025550124")


def test_a_trunk_is_believed_and_a_stranger_is_not() -> None:
    asked = request(from_=FROM, extra=[ASSERTED])
    assert stated(asked, trusted=True, phone=None) == Identity(
        address=Phone("+12025550144"), display="Doe, John"
    )
    assert stated(asked, trusted=False, phone=None).address == Phone("+12025550123")


def test_an_identity_that_cannot_be_read_leaves_the_from_field() -> None:
    asked = request(from_=FROM, extra=[("P-Asserted-Identity", "<<<")])
    assert stated(asked, trusted=True, phone=None) == Identity(
        address=Phone("+12025550123"), display="A. Friend"
    )


@pytest.mark.parametrize(
    "privacy", ["id", "ID; critical", "user", "header;user", "session;id", "id, critical"]
)
def test_a_caller_who_asks_for_privacy_is_nobody(privacy: str) -> None:
    asked = request(from_=FROM, extra=[ASSERTED, ("Privacy", privacy)])
    assert stated(asked, trusted=True, phone=None) == Identity(address="", private=True)


@pytest.mark.parametrize("privacy", ["none", "session", "critical"])
def test_other_wishes_hide_nobody(privacy: str) -> None:
    asked = request(from_=FROM, extra=[("Privacy", privacy)])
    assert stated(asked, trusted=True, phone=None).address == Phone("+12025550123")


def test_a_phone_is_who_it_proved_to_be_and_names_itself() -> None:
    assert stated(request(from_=FROM), trusted=False, phone=DESK) == Identity(
        address=DESK, display="A. Friend"
    )
    for hidden in (
        request(from_=FROM, extra=[("Privacy", "id")]),
        request(from_="Anonymous <sip:anonymous@anonymous.invalid>;tag=a"),
    ):
        assert stated(hidden, trusted=False, phone=DESK) == Identity(address=DESK, private=True)


def test_a_name_is_cut_and_holds_nothing_that_does_not_print() -> None:
    asked = request(from_='"A\tB' + "x" * 200 + '" <sip:+12025550123@192.0.2.50>;tag=a')
    display = stated(asked, trusted=True, phone=None).display
    assert display.startswith("ABx")
    assert len(display) == CALLER_NAME_CHARS


def test_a_caller_that_is_no_uri_is_nobody() -> None:
    assert to_phone(Identity(address="sip:a b@c"), "pbx.example.com") == ANONYMOUS
    assert to_phone(Identity(address=""), "pbx.example.com") == ANONYMOUS


def test_without_a_number_of_ours_the_carrier_is_told_to_hide_us_all_the_same() -> None:
    hidden = Identity(address=DESK, private=True)
    assert to_trunk(hidden, ANONYMOUS) == (ANONYMOUS, (("Privacy", "id"),))
    ours = NameAddr.parse("<sip:+12025550100@pbx.example.com>")
    assert to_trunk(None, ours) == (ours, ())
    assert to_trunk(Identity(address="", private=True), ours) == (ours, ())
