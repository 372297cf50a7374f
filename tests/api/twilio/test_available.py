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
    "query",
    [
        {"InRegion": "CA"}, {"MmsEnabled": "true"}, {"VoiceEnabled": "false"}, {"InLata": "236"},
        {"InPostalCode": "20001"}, {"NearLatLong": "38.9,-77.0"}, {"InLocality": "Springfield"},
    ],
)  # fmt: skip
def test_what_is_not_known_of_a_number_finds_none(scene, query):
    assert found(scene, "/US/Local", **query) == []
    assert found(scene, "/US/Local", FaxEnabled="false")


def test_countries_have_names(scene):
    countries = scene.ask("GET", f"{HERE}.json").json()["countries"]
    assert {one["country"] for one in countries} == {"United Kingdom", "United States"}


def test_a_number_is_found_by_where_it_is_from(scene):
    (first, *_) = found(scene, "/US/Local", InRegion="DC", InLocality="washington")
    assert (first["locality"], first["region"]) == ("Washington", "DC")
    assert found(scene, "/US/Local", NearNumber=first["phone_number"], Distance="5")
    made = scene.run(
        "number.stock.add", first="+12025550110", locality="Arlington", region="VA",
        postal_code="22201", rate_center="WSHNGTNZN", lata="236", latitude=38.88, longitude=-77.1,
        address="any", beta=True, mms=True, sms=True,
    )  # fmt: skip
    for query in (
        {"InPostalCode": "22201"}, {"InLata": "236", "InRateCenter": "WSHNGTNZN"},
        {"NearLatLong": "38.9,-77.0", "Distance": "10"}, {"MmsEnabled": "true"},
    ):  # fmt: skip
        (one,) = found(scene, "/US/Local", **query)
        assert (one["phone_number"], one["latitude"]) == ("+12025550110", 38.88)
        assert (one["address_requirements"], one["beta"]) == ("any", True)
        assert one["capabilities"] == {"voice": True, "sms": True, "mms": True, "fax": False}
    assert found(scene, "/US/Local", InRegion="VA", ExcludeAllAddressRequired="true") == []
    assert found(scene, "/US/Local", InRegion="VA", Beta="false") == []
    assert found(scene, "/US/Local", NearLatLong="38.9,-77.0", Distance="1") == []
    scene.run("number.stock.remove", sid=made.sid)


def test_what_is_no_place_is_refused(scene):
    for query in ({"NearLatLong": "here"}, {"NearNumber": "0"}, {"Distance": "501"}):
        assert scene.ask("GET", f"{HERE}/US/Local.json", **query).json()["code"] == 20001


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
