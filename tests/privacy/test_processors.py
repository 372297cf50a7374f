"""The door data leaves by: who may have which field, on what terms."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy.processors import (
    MECHANISMS,
    PROCESSORS,
    Engagement,
    Terms,
    check_engagement,
    reach,
    release,
    released,
)
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.taxonomy import CATEGORIES

NOW = Ms(1_795_000_000_000)
MAIL = {"to": "a@example.com", "subject": "Hello", "body": "x", "caller": "+12025550123"}


def terms(home: str = "DE", regions: str = "DE FR US", **engaged: object) -> Terms:
    engagement = Engagement("mail_relay", **engaged)  # type: ignore[arg-type]
    return Terms.of(home, [engagement], regions.split())


def refusal(wanted: Terms, *, purpose: str = "notify", now: Ms = NOW) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        release("mail_relay", MAIL, purpose=purpose, terms=wanted, now=now)
    return refused.value.code, refused.value.clause


@pytest.mark.promise("SHR-02")
def test_a_supplier_gets_the_fields_of_its_task() -> None:
    sent = release("mail_relay", MAIL, purpose="notify", terms=terms(), now=NOW)
    assert set(sent) == {"to", "subject", "body"}
    assert refusal(terms(), purpose="connect_call") == ("purpose_not_allowed", "SHR-02")


@pytest.mark.promise("SHR-02")
def test_a_field_that_comes_twice_stays_twice_and_a_stranger_goes() -> None:
    fields = [("Digits", "1"), ("Mood", "good"), ("Digits", "2"), ("CallSid", "CA1")]
    sent = released("account_server", fields, purpose="connect_call", terms=terms(), now=NOW)
    assert sent == [("Digits", "1"), ("Digits", "2"), ("CallSid", "CA1")]


@pytest.mark.promise("SHR-03")
def test_nothing_is_sent_without_a_contract_in_force() -> None:
    nobody = Terms.of("DE", [], ["DE"])
    assert refusal(nobody) == ("no_contract", "SHR-03")
    ending = terms(until=NOW)
    assert release("mail_relay", MAIL, purpose="notify", terms=ending, now=Ms(NOW - 1))
    assert refusal(ending) == ("no_contract", "SHR-03")


@pytest.mark.promise("XFR-01")
def test_a_place_that_the_notice_does_not_name_receives_nothing() -> None:
    assert refusal(terms(regions="DE", country="FR")) == ("region_unknown", "XFR-01")
    assert release("mail_relay", MAIL, purpose="notify", terms=terms(country="FR"), now=NOW)


def at(day: str) -> Ms:
    return Ms(int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000))


@pytest.mark.promise("XFR-03")
def test_data_of_europeans_leaves_on_a_ground_that_holds_that_day() -> None:
    assert refusal(terms(country="US")) == ("no_mechanism", "XFR-03")
    assert refusal(terms(country="US", mechanism="privacy-shield")) == ("no_mechanism", "XFR-03")
    scc = terms(country="US", mechanism="scc")
    assert release("mail_relay", MAIL, purpose="notify", terms=scc, now=NOW)
    shield = terms(country="US", mechanism="privacy-shield")
    before = at("2020-07-15T23:59:59")
    assert release("mail_relay", MAIL, purpose="notify", terms=shield, now=before)
    assert refusal(shield, now=at("2020-07-16T00:00:00")) == ("no_mechanism", "XFR-03")
    elsewhere = terms(home="IN", country="US")
    assert release("mail_relay", MAIL, purpose="notify", terms=elsewhere, now=NOW)


@pytest.mark.promise("PUR-13")
def test_nobody_else_gets_anything_and_no_purpose_sells() -> None:
    with pytest.raises(Refused) as refused:
        release("data_broker", MAIL, purpose="notify", terms=terms(), now=NOW)
    assert (refused.value.code, refused.value.clause) == ("unknown_processor", "PUR-13")
    assert "data_broker" not in {name for name in CATEGORIES for name in reach([name])}
    for item in PROCESSORS.values():
        for purpose in PURPOSES:
            if purpose not in item.purposes:
                with pytest.raises(Refused):
                    release(item.key, MAIL, purpose=purpose, terms=terms(), now=NOW)


@pytest.mark.promise("PUR-12")
def test_what_a_visit_to_our_pages_leaves_behind_reaches_nobody() -> None:
    site = ["user.authorization.credentials", "user.account.username", "user.privacy_preferences"]
    for category in site:
        assert reach([category]) == frozenset(), category
    called = reach(["user.contact.phone_number"])
    assert called == {"carrier", "text_carrier", "account_server", "number_lookup"}
    with pytest.raises(LocalError):
        reach([])


def test_the_register_speaks_of_what_there_is() -> None:
    for item in PROCESSORS.values():
        assert set(item.purposes) <= set(PURPOSES)
        assert set(item.fields.values()) <= set(CATEGORIES)
        assert item.edges
    assert all(not item.until or item.since < item.until for item in MECHANISMS.values())


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Engagement("nobody"), "unknown_processor"),
        (Engagement("mail_relay", country="Germany"), "bad_country"),
        (Engagement("mail_relay", mechanism="eu-ukraine-shield"), "unknown_mechanism"),
    ],
)
def test_an_engagement_is_checked(wanted: Engagement, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_engagement(wanted)
    assert refused.value.code == code


def test_a_good_engagement_passes() -> None:
    check_engagement(Engagement("mail_relay", "US", "scc", NOW))


@pytest.mark.promise("SHR-02")
def test_headers_have_the_names_their_sender_gave_them_and_no_others_pass() -> None:
    fields = [("SipHeader_X-Ticket", "1"), ("Param_Name", "2"), ("Header_X", "3"), ("Param", "4")]
    sent = released("account_server", fields, purpose="connect_call", terms=terms(), now=NOW)
    assert sent == fields[:2]
