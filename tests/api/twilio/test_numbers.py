"""Incoming phone numbers as Twilio's clients see them."""

import pytest
from twilio_scene import OURS
from twilio_shapes import check

from ringfence.numbers.plan import kind_of

LIST = "/IncomingPhoneNumbers.json"


def make(scene, number, **form):
    answer = scene.ask("POST", LIST, {"PhoneNumber": number, **form})
    assert answer.status_code == 201, answer.text
    return answer.json()


def here(one):
    return f"/IncomingPhoneNumbers/{one['sid']}.json"


def test_a_number_is_taken_changed_and_let_go(scene):
    made = make(scene, "+12025550161", VoiceUrl="https://example.com/a", FriendlyName="Front desk")
    assert (made["voice_url"], made["friendly_name"]) == ("https://example.com/a", "Front desk")
    form = {
        "VoiceMethod": "get", "VoiceFallbackUrl": "https://example.com/b",
        "StatusCallback": "https://example.com/c", "StatusCallbackMethod": "GET",
        "SmsUrl": "https://example.com/d", "VoiceCallerIdLookup": "true",
    }  # fmt: skip
    changed = scene.ask("POST", here(made), form).json()
    check("UpdateIncomingPhoneNumber", changed)
    assert (changed["voice_url"], changed["voice_method"]) == ("https://example.com/a", "GET")
    assert changed["voice_fallback_url"] == "https://example.com/b"
    assert changed["status_callback_method"] == "GET"
    assert changed["sms_url"] == "https://example.com/d"
    assert changed["voice_caller_id_lookup"] is True
    cleared = scene.ask("POST", here(made), {"VoiceUrl": "", "SmsUrl": ""}).json()
    assert (cleared["voice_url"], cleared["sms_url"]) == ("", "")
    gone = scene.ask("DELETE", here(made))
    assert (gone.status_code, gone.content) == (204, b"")
    assert scene.ask("GET", here(made)).json()["code"] == 20404


def test_a_number_without_a_url_turns_calls_away(scene):
    made = make(scene, "+12025550162")
    assert made["voice_url"] == ""
    route = scene.office.directory.numbers["+12025550162"].route
    assert "Reject" in route.document


def test_an_application_answers_before_the_url(scene):
    application = scene.ask("GET", "/Applications.json").json()["applications"][0]
    made = make(scene, "+12025550163", VoiceApplicationSid=application["sid"])
    assert made["voice_application_sid"] == application["sid"]
    directory = scene.office.directory
    route = directory.url_route(directory.numbers["+12025550163"].route)
    assert (route.url, route.method) == ("https://example.com/voice", "GET")


def test_numbers_are_found(scene):
    one = make(scene, "+12025550164", FriendlyName="Found")
    assert one in scene.ask("GET", LIST).json()["incoming_phone_numbers"]
    for query in ({"PhoneNumber": "*550164"}, {"FriendlyName": "Found"}):
        found = scene.ask("GET", LIST, **query).json()["incoming_phone_numbers"]
        assert [one["phone_number"] for one in found] == ["+12025550164"]
    for query in ({"PhoneNumber": "+49"}, {"Beta": "true"}, {"Origin": "twilio"}):
        assert scene.ask("GET", LIST, **query).json()["incoming_phone_numbers"] == []


def test_numbers_are_sorted_by_what_they_are(scene):
    assert kind_of("+447700900145") is None  # nobody has numbers made for fiction
    make(scene, "+18005550195")

    def of(kind):
        found = scene.ask("GET", f"/IncomingPhoneNumbers/{kind}.json").json()
        return {one["phone_number"] for one in found["incoming_phone_numbers"]}

    assert OURS in of("Local")
    assert "+18005550195" in of("TollFree")
    assert not of("Local") & of("Mobile")
    answer = scene.ask("POST", "/IncomingPhoneNumbers/Mobile.json", {"PhoneNumber": "+12025550166"})
    assert answer.json()["code"] == 21421


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21421),
        ({"PhoneNumber": "nonsense"}, 21421),
        ({"PhoneNumber": OURS}, 21422),
        ({"PhoneNumber": "+12025550101"}, 21422),
        ({"AreaCode": "999"}, 21452),
        ({"PhoneNumber": "+12025550165", "VoiceUrl": "ftp://example.com"}, 21402),
        ({"PhoneNumber": "+12025550165", "SmsUrl": "http://127.0.0.1/"}, 21402),
        ({"PhoneNumber": "+12025550165", "VoiceUrl": "https://example.com",
          "VoiceMethod": "PUT"}, 21403),
        ({"PhoneNumber": "+12025550165", "StatusCallbackMethod": "PUT"}, 21403),
        ({"PhoneNumber": "+12025550165", "VoiceApplicationSid": "AP" + "0" * 32}, 21218),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_code(scene, form, code):
    answer = scene.ask("POST", LIST, form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert "+12025550165" not in scene.office.numbers


def test_another_sid_is_not_there(scene):
    assert scene.ask("GET", "/IncomingPhoneNumbers/PN0.json").json()["code"] == 20404
    assert scene.ask("DELETE", "/IncomingPhoneNumbers/PN0.json").json()["code"] == 20404
