"""Incoming phone numbers as Twilio's clients see them."""

import pytest

HERE = "/IncomingPhoneNumbers/PN" + "d" * 32 + ".json"


def test_numbers_are_listed_found_and_shown(twilio):
    everything = twilio(
        "GET", "/IncomingPhoneNumbers.json", operation="ListIncomingPhoneNumber"
    ).json()
    one = twilio("GET", HERE, operation="FetchIncomingPhoneNumber").json()
    assert everything["incoming_phone_numbers"] == [one]
    assert one["capabilities"]["voice"] is True
    none = twilio("GET", "/IncomingPhoneNumbers.json", PhoneNumber="+4477").json()
    assert none["incoming_phone_numbers"] == []


def test_a_number_is_added_changed_and_forgotten(twilio, office):
    form = {"PhoneNumber": "+12025550123", "VoiceUrl": "https://example.com/voice"}
    added = twilio(
        "POST", "/IncomingPhoneNumbers.json", form=form, operation="CreateIncomingPhoneNumber"
    )
    assert added.status_code == 201
    twilio("POST", HERE, form={"VoiceMethod": "get"}, operation="UpdateIncomingPhoneNumber")
    assert office.asked[-1][1]["voice_method"] == "GET"
    assert office.asked[-1][1]["replace"] is True
    gone = twilio("DELETE", HERE)
    assert (gone.status_code, gone.content) == (204, b"")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21421),
        ({"PhoneNumber": "+12025550123"}, 21402),
        ({"PhoneNumber": "+1", "VoiceUrl": "https://x", "VoiceMethod": "PUT"}, 21403),
    ],
)
def test_what_is_missing_has_its_code(twilio, form, code):
    assert twilio("POST", "/IncomingPhoneNumbers.json", form=form).json()["code"] == code


def test_another_sid_is_not_there(twilio):
    assert twilio("GET", "/IncomingPhoneNumbers/PN0.json").json()["code"] == 20404
