"""Outgoing caller ids as Twilio's clients see them."""

import pytest
from twilio_scene import OURS
from twilio_shapes import check

from ringfence.api import views_desk as views

LIST = "/OutgoingCallerIds.json"
CHECK = views.CallerIdCheck(
    call="CA" + "1" * 32, number="+12025550123", name="Mobile", code="012345"
)


def test_a_request_answers_with_the_code(twilio, office):
    office.answers["caller_id.verify"] = CHECK
    form = {"PhoneNumber": "+12025550123", "FriendlyName": "Mobile", "Extension": "12"}
    answer = twilio("POST", LIST, form=form)
    assert answer.status_code == 200
    check("CreateValidationRequest", answer.json())
    assert answer.json()["validation_code"] == "012345"
    assert office.asked[-1][1]["digits"] == "12"


def test_confirmed_numbers_are_found_renamed_and_removed(scene):
    one = scene.ask("GET", LIST).json()["outgoing_caller_ids"][0]
    here = f"/OutgoingCallerIds/{one['sid']}.json"
    assert scene.ask("GET", here).json() == one
    assert scene.ask("GET", LIST, PhoneNumber="+4477").json()["outgoing_caller_ids"] == []
    renamed = scene.ask("POST", here, {"FriendlyName": "Other"}).json()
    assert renamed["friendly_name"] == "Other"
    found = scene.ask("GET", LIST, FriendlyName="Other").json()["outgoing_caller_ids"]
    assert [row["sid"] for row in found] == [one["sid"]]
    assert scene.ask("DELETE", here).status_code == 204
    assert scene.ask("GET", here).json()["code"] == 20404


@pytest.mark.parametrize("form", [{}, {"PhoneNumber": "nonsense"}, {"PhoneNumber": OURS}])
def test_without_a_server_nobody_is_called(scene, form):
    answer = scene.ask("POST", LIST, form)
    assert answer.json()["code"] == (20503 if form else 21217)
