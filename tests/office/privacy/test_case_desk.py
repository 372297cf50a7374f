"""What every kind of case shares."""

from __future__ import annotations

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office.privacy import case_desk


@pytest.mark.parametrize(
    ("text", "place"), [("de", "DE"), (" us-ca ", "US-CA"), ("", ""), ("IN", "IN"), ("EU", "EU")]
)
def test_residences(text, place):
    assert case_desk.check_residence(text) == place


@pytest.mark.parametrize("text", ["Germany", "D", "12", "US-", "US-C!", "é1", "ZZ", "UK", "US-ZZ"])
def test_what_is_no_residence(text):
    with pytest.raises(Refused):
        case_desk.check_residence(text)


def test_mailboxes():
    assert case_desk.mailbox(" Ada@Example.com ") == "mailto:ada@example.com"
    for wrong in (
        "ada",
        "ada@",
        "@x.org",
        "a b@x.org",
        "a@x",
        "a@x.org\nBcc: b@x.org",
        "<a@x.org>",
    ):
        with pytest.raises(Refused):
            case_desk.mailbox(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "sip:", "SIP:", "sips:", "sip:@example.com", "sip:ann@", "sip:a b@example.com",
        "sip:ann@exa mple.com", "sip:ann@example.com\r\nX: y", "sip:<ann@example.com>", "tel:",
        "mailto:", "@", "ann@", "+", "12", "sip:" + "a" * 5_000 + "@example.com", "sip:ann@\0",
        "sip:ann%zz@example.com",
    ],
)  # fmt: skip
def test_what_is_nobodys_address_is_no_subject(scene, text):
    for ask in (
        lambda: scene.run("privacy.erase.plan", address=text),
        lambda: scene.run("privacy.rights.ask", "public", kind="access", contact=text),
        lambda: scene.run("privacy.child.report", "public", contact=text),
        lambda: scene.run("privacy.case.open", kind="access", contact=text, method="met"),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code in {"bad_address", "bad_email", "invalid_number"}
        assert len(refused.value.reason) < 200, "what was said is not repeated"


@pytest.mark.parametrize(
    "text", ["sip:192.0.2.1", "SIP:ann@Example.com", "sips:ann@example.com:5061;transport=tls",
             "sip:#31#@[2001:db8::1]"],
)  # fmt: skip
def test_whatever_can_call_can_be_erased(scene, text):
    assert scene.run("privacy.erase.plan", address=text).sid


def test_addresses_are_read_as_people_write_them(scene):
    assert case_desk.read_address(scene.office, "(202) 555-0123") == Phone("+12025550123")
    assert case_desk.read_address(scene.office, "sip:ada@x.example") == "sip:ada@x.example"
    assert case_desk.read_address(scene.office, "ada@x.example") == "mailto:ada@x.example"


def test_secrets_are_letters_and_digits_and_never_the_same(scene):
    found = {case_desk.new_secret(scene.office) for _ in range(100)}
    assert len(found) == 100
    assert all(secret.isalnum() and len(secret) == 24 for secret in found)


def test_a_case_of_another_family_is_not_found(scene):
    asked = scene.run("privacy.grievance.file", "public", words="no answer")
    (case,) = scene.run("privacy.grievance.list")
    assert scene.refused("privacy.case.show", sid=case.sid).code == "not_found"
    found = scene.refused("privacy.rights.status", "public", reference=asked.reference)
    assert found.code == "not_found"


def test_words_have_an_end():
    with pytest.raises(Refused):
        case_desk.check_words("x" * 4_001)
