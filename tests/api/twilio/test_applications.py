"""Applications as Twilio's clients see them."""

import pytest
from twilio_shapes import check

LIST = "/Applications.json"


def make(scene, **form):
    answer = scene.ask("POST", LIST, form)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_application_is_made_changed_and_forgotten(scene):
    made = make(
        scene, FriendlyName="Menu", VoiceUrl="https://example.com/v", VoiceMethod="GET",
        MessageStatusCallback="https://example.com/m",
    )  # fmt: skip
    check("CreateApplication", made)
    assert (made["voice_url"], made["voice_method"]) == ("https://example.com/v", "GET")
    assert made["message_status_callback"] == "https://example.com/m"
    here = f"/Applications/{made['sid']}.json"
    changed = scene.ask("POST", here, {"FriendlyName": "Other", "VoiceMethod": "POST"}).json()
    assert (changed["friendly_name"], changed["voice_url"]) == ("Other", "https://example.com/v")
    assert changed["voice_method"] == "POST"
    assert scene.ask("GET", here).json() == changed
    assert scene.office.directory.applications[made["sid"]].name == "Other"
    assert scene.ask("DELETE", here).status_code == 204
    assert scene.ask("GET", here).json()["code"] == 20404
    assert made["sid"] not in scene.office.directory.applications


def test_pages_lead_through_all_of_them(scene):
    for number in range(5):
        make(scene, FriendlyName=f"Page {number}")
    everything = [one["sid"] for one in scene.ask("GET", LIST).json()["applications"]]
    seen, page = [], scene.ask("GET", LIST, PageSize=2).json()
    while True:
        seen += [one["sid"] for one in page["applications"]]
        if page["next_page_uri"] is None:
            break
        page = scene.send("GET", page["next_page_uri"]).json()
    assert seen == everything
    found = scene.ask("GET", LIST, FriendlyName="Page 3").json()["applications"]
    assert [one["friendly_name"] for one in found] == ["Page 3"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"VoiceUrl": "http://192.168.0.1/"}, 21402),
        ({"SmsUrl": "nonsense"}, 21402),
        ({"VoiceUrl": "https://example.com", "VoiceMethod": "PATCH"}, 21403),
        ({"FriendlyName": "x" * 65}, 20001),
    ],
)
def test_what_is_wrong_has_its_code(scene, form, code):
    answer = scene.ask("POST", LIST, form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
