"""Templates: typed, filled whole, and free of advertising where nobody can decline."""

import pytest

from ringfence.kernel.errors import LocalError, Refused
from ringfence.messaging.templates import TEMPLATES, Template, letter, table

GOOD = {"time": "12:00", "call": "CA1"}


def test_a_letter_is_filled() -> None:
    filled = letter("missed_call", GOOD)
    assert (filled.template, filled.subject) == ("missed_call", "A call was missed")
    assert filled.body == "A call was missed at 12:00. Its record: CA1\n"


def test_a_value_is_not_read_as_a_template_again() -> None:
    assert "{call}" in letter("missed_call", GOOD | {"time": "{call}"}).body


@pytest.mark.parametrize(
    ("key", "fields", "code"),
    [
        ("nothing", {}, "unknown_template"),
        ("missed_call", {"time": "x"}, "bad_fields"),
        ("missed_call", GOOD | {"more": "x"}, "bad_fields"),
        ("product_news", {"title": "a\r\nBcc: b@example.com", "text": "x"}, "bad_fields"),
        ("product_news", {"title": " ", "text": "x"}, "bad_fields"),
        ("product_news", {"title": "x" * 500, "text": "x"}, "bad_fields"),
        ("product_news", {"title": "x", "text": "x" * 20_000}, "bad_fields"),
    ],
)
def test_what_cannot_be_sent_is_refused(key: str, fields: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        letter(key, fields)
    assert refused.value.code == code


@pytest.mark.promise("MSG-02")
def test_a_service_message_cannot_carry_advertising() -> None:
    with pytest.raises(LocalError, match="advertises"):
        table([Template("x", "service", "Hello", "Get 20% off today")])
    with pytest.raises(Refused) as refused:
        letter("technical_update", {"what": "By the way: buy now and save up to half."})
    assert (refused.value.code, refused.value.clause) == ("promotion", "MSG-02")


def test_marketing_belongs_to_a_list_and_keys_are_unique() -> None:
    with pytest.raises(LocalError, match="no list"):
        table([Template("x", "marketing", "a", "b")])
    with pytest.raises(LocalError, match="two templates"):
        table([Template("x", "service", "a", "b")] * 2)


@pytest.mark.promise("MSG-01")
def test_the_service_speaks_of_what_it_has_to() -> None:
    service = {key for key, template in TEMPLATES.items() if template.kind == "service"}
    assert service >= {
        *("account_opened", "password_changed", "payment_received", "package_ending"),
        *("security_alert", "policy_changed", "technical_update", "missed_call"),
    }
    for key in service:
        fields = dict.fromkeys(TEMPLATES[key].fields, "x")
        assert letter(key, fields).body
