"""What every kind of case shares."""

from __future__ import annotations

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office.privacy import case_desk


@pytest.mark.parametrize(
    ("text", "place"), [("de", "DE"), (" us-ca ", "US-CA"), ("", ""), ("IN", "IN")]
)
def test_residences(text, place):
    assert case_desk.check_residence(text) == place


@pytest.mark.parametrize("text", ["Germany", "D", "12", "US-", "US-C!", "é1"])
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
