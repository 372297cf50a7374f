"""Numbers that can be had, as Twilio's clients look for them."""

import pytest

HERE = "/AvailablePhoneNumbers"


def found(scene, path, **query):
    return scene.ask("GET", f"{HERE}{path}.json", **query).json()["available_phone_numbers"]


def test_countries_say_which_kinds_there_are(scene):
    countries = scene.ask("GET", f"{HERE}.json").json()["countries"]
    by_code = {one["country_code"]: set(one["subresource_uris"]) for one in countries}
    assert by_code == {"GB": {"mobile"}, "US": {"local", "toll_free"}}
    assert scene.ask("GET", f"{HERE}/US.json").json() in countries
    assert scene.ask("GET", f"{HERE}/DE.json").json()["code"] == 20404


def test_numbers_are_found_by_digits_and_area(scene):
    assert len(found(scene, "/US/Local", PageSize=7)) == 7
    assert {one["phone_number"][:5] for one in found(scene, "/US/Local", AreaCode="202")} == {
        "+1202"
    }
    (one,) = found(scene, "/US/Local", Contains="5550188")
    assert (one["phone_number"], one["friendly_name"]) == ("+12025550188", "(202) 555-0188")
    assert found(scene, "/US/Local", Contains="999") == []
    assert found(scene, "/US/Mobile") == []
    assert found(scene, "/GB/Mobile", SmsEnabled="true")[0]["capabilities"]["sms"] is True


@pytest.mark.parametrize(
    "query", [{"InRegion": "CA"}, {"MmsEnabled": "true"}, {"VoiceEnabled": "false"}]
)
def test_what_is_not_known_of_a_number_finds_none(scene, query):
    assert found(scene, "/US/Local", **query) == []
    assert found(scene, "/US/Local", FaxEnabled="false")


def test_a_number_is_bought_by_area_code_and_released(scene):
    first = found(scene, "/US/Local", AreaCode="202")[0]["phone_number"]
    bought = scene.ask("POST", "/IncomingPhoneNumbers.json", {"AreaCode": "202"}).json()
    assert bought["phone_number"] == first
    assert first not in [one["phone_number"] for one in found(scene, "/US/Local")]
    scene.ask("DELETE", f"/IncomingPhoneNumbers/{bought['sid']}.json")
    assert found(scene, "/US/Local")[0]["phone_number"] == first


def test_a_pattern_that_is_none_is_refused(scene):
    answer = scene.ask("GET", f"{HERE}/US/Local.json", Contains="(((")
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
