"""Accounts as Twilio's clients see them."""

import re

import pytest
from twilio_scene import basic
from twilio_shapes import check

from ringfence.api.twilio.operations import DESK, operations

ACCOUNTS = "/2010-04-01/Accounts"


@pytest.fixture
def branch(scene):
    made = scene.send("POST", f"{ACCOUNTS}.json", {"FriendlyName": "Branch"})
    assert made.status_code == 201
    check("CreateAccount", made.json())
    yield made.json()
    scene.send("POST", f"{ACCOUNTS}/{made.json()['sid']}.json", {"Status": "closed"})


def as_branch(branch):
    return {"Authorization": basic(branch["sid"], branch["auth_token"])}


def test_the_account_is_shown_without_its_token(scene):
    shown = scene.send("GET", f"{ACCOUNTS}/{scene.account}.json").json()
    assert (shown["sid"], shown["status"], shown["auth_token"]) == (scene.account, "active", None)
    assert shown["owner_account_sid"] == scene.account


def test_a_sub_account_is_made_found_and_changed(scene, branch):
    here = f"{ACCOUNTS}/{branch['sid']}.json"
    assert branch["owner_account_sid"] == scene.account
    shown = scene.send("GET", here).json()
    assert (shown["friendly_name"], shown["auth_token"]) == ("Branch", None)
    listed = scene.send("GET", f"{ACCOUNTS}.json", params={"FriendlyName": "Branch"}).json()
    assert branch["sid"] in [one["sid"] for one in listed["accounts"]]
    changed = scene.send("POST", here, {"Status": "suspended", "FriendlyName": "Closed"}).json()
    assert (changed["status"], changed["friendly_name"]) == ("suspended", "Closed")
    answer = scene.send("GET", here, headers=as_branch(branch))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_a_sub_account_sees_itself_and_no_other(scene, branch):
    headers = as_branch(branch)
    listed = scene.send("GET", f"{ACCOUNTS}.json", headers=headers).json()["accounts"]
    assert [one["sid"] for one in listed] == [branch["sid"]]
    for path in (f"/{scene.account}.json", f"/{scene.account}/Calls.json", f"/AC{'0' * 32}.json"):
        answer = scene.send("GET", ACCOUNTS + path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, 20404), path
    for path in (f"{ACCOUNTS}.json", f"{ACCOUNTS}/{branch['sid']}.json"):
        answer = scene.send("POST", path, {"FriendlyName": "Mine"}, headers=headers)
        assert answer.status_code == 403
    assert scene.send("GET", "/v1/calls", headers=headers).status_code in {401, 403}


def test_nothing_of_the_installation_is_below_a_sub_account(scene, branch):
    for row in operations().rows:
        if "{AccountSid}" not in row.path or row.name in DESK.for_accounts:
            continue
        path = re.sub(r"\{\w+\}", "XX1", row.path.replace("{AccountSid}", branch["sid"]))
        for headers in (scene.headers, as_branch(branch)):
            answer = scene.send(row.method, f"/2010-04-01{path}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (501, 20501), row.name
    media = f"{ACCOUNTS}/{branch['sid']}/Recordings/RE{'0' * 32}"
    assert scene.send("GET", media).status_code == 404


def test_what_is_wrong_has_its_code(scene, branch):
    here = f"{ACCOUNTS}/{branch['sid']}.json"
    assert scene.send("POST", here, {"Status": "happy"}).json()["code"] == 20001
    own = scene.send("POST", f"{ACCOUNTS}/{scene.account}.json", {"Status": "closed"})
    assert own.status_code == 403
    assert scene.send("GET", f"{ACCOUNTS}/AC{'0' * 32}.json").json()["code"] == 20404
