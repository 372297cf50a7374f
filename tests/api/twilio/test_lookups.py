"""Twilio's Lookup, version 2."""

import pytest
from phonenumbers import PhoneNumberType
from twilio_scene import basic
from twilio_shapes import check

from ringfence.api import views_desk as views
from ringfence.numbers import plan

NUMBER = "+12025550123"


def look_up(scene, number, **query):
    answer = scene.send("GET", f"/v2/PhoneNumbers/{number}", params=query)
    assert answer.status_code == 200, answer.text
    if number != "hello":
        check("FetchPhoneNumber", answer.json(), of="lookups_v2")
    return answer.json()


def test_a_number_is_looked_up_by_its_digits(scene):
    found = look_up(scene, NUMBER)
    assert (found["valid"], found["country_code"]) == (True, "US")
    assert (found["national_format"], found["calling_country_code"]) == ("(202) 555-0123", "1")
    assert found["url"].endswith(f"/v2/PhoneNumbers/{NUMBER}")
    assert look_up(scene, "2025550123", CountryCode="US")["phone_number"] == NUMBER


@pytest.mark.parametrize(
    ("number", "error"),
    [("+1202555", "TOO_SHORT"), ("+120255501234567", "TOO_LONG"), ("hello", "NOT_A_NUMBER")],
)
def test_what_is_wrong_with_a_number_is_said(scene, number, error):
    found = look_up(scene, number, Fields="caller_name")
    assert (found["valid"], found["validation_errors"]) == (False, [error])
    assert found["caller_name"] is None


def test_the_type_of_a_line_needs_nobody_where_the_digits_say_it(scene):
    found = look_up(scene, "+18005550123", Fields="line_type_intelligence")
    assert found["line_type_intelligence"]["type"] == "tollFree"
    assert found["line_type_intelligence"]["error_code"] is None


def test_the_carrier_of_a_range_needs_nobody(scene, monkeypatch):
    monkeypatch.setattr(plan, "carrier_of", lambda _: "Example Mobile")
    monkeypatch.setitem(plan._LINE_TYPES, PhoneNumberType.FIXED_LINE_OR_MOBILE, "mobile")
    found = look_up(scene, NUMBER, Fields="line_type_intelligence")["line_type_intelligence"]
    assert (found["carrier_name"], found["type"], found["error_code"]) == (
        "Example Mobile", "mobile", None,
    )  # fmt: skip


def test_what_only_others_know_needs_a_running_server(scene):
    answer = scene.send(
        "GET", f"/v2/PhoneNumbers/{NUMBER}", params={"Fields": "line_status,caller_name"}
    )
    assert (answer.status_code, answer.json()["code"]) == (503, 20503)


def test_what_others_say_is_in_twilios_shape(client, office, basic):
    office.answers["number.lookup"] = plain = views.Lookup(
        number=NUMBER, valid=True, errors=[], country="US", calling_code="1"
    )
    office.answers["number.lookup.ask"] = views.Lookup(
        number=NUMBER, valid=True, errors=[], country="US", calling_code="1", answered=True,
        line_type="mobile", carrier="Example", caller_name="Somebody", line_status="reachable",
    )  # fmt: skip
    query = "?Fields=line_type_intelligence,caller_name,line_status,sim_swap"
    found = client.get(f"/v2/PhoneNumbers/{NUMBER}{query}", headers=basic()).json()
    check("FetchPhoneNumber", found, of="lookups_v2")
    assert found["caller_name"]["caller_name"] == "Somebody"
    assert found["line_type_intelligence"]["type"] == "mobile"
    assert (found["line_status"]["status"], found["sim_swap"]) == ("reachable", None)
    assert office.asked[-1][1]["fields"] == ["line_type_intelligence", "caller_name", "line_status"]
    office.answers["number.lookup.ask"] = plain
    found = client.get(f"/v2/PhoneNumbers/{NUMBER}?Fields=line_status", headers=basic()).json()
    assert found["line_status"] == {"status": None, "error_code": 60600}


def test_what_is_not_there_and_who_may_not_come_in(scene):
    assert scene.send("POST", "/v2/batch/query").json()["code"] == 20501
    assert scene.send("GET", "/v2/RateLimits").status_code == 501
    assert scene.send("GET", "/v2/Nothing").json()["code"] == 20404
    assert scene.send("POST", f"/v2/PhoneNumbers/{NUMBER}").json()["code"] == 20004
    wrong = scene.send("GET", f"/v2/PhoneNumbers/{NUMBER}", params={"Fields": "shoe_size"})
    assert wrong.json()["code"] == 20001
    stranger = {"Authorization": basic(scene.account, "0" * 32)}
    answer = scene.send("GET", f"/v2/PhoneNumbers/{NUMBER}", headers=stranger)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
