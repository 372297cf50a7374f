"""Accounts as Twilio's clients see them."""

import re

import pytest
from twilio_scene import FORMS, VERSION, basic
from twilio_shapes import check

from ringfence.api.twilio.operations import operations

ACCOUNTS = "/2010-04-01/Accounts"
SHARED = {
    "ListAvailablePhoneNumberCountry", "FetchAvailablePhoneNumberCountry",
    "ListAvailablePhoneNumberLocal", "ListAvailablePhoneNumberMobile",
    "ListAvailablePhoneNumberTollFree", "ListAvailablePhoneNumberNational",
    "ListAvailablePhoneNumberVoip", "ListAvailablePhoneNumberSharedCost",
    "ListAvailablePhoneNumberMachineToMachine", "CreateToken", "FetchBalance",
}  # fmt: skip
"""What the installation has for every account alike."""


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


def _asked(scene, row):
    """The path of an operation about the first thing of the scene's account, its form; or None."""
    path = next(scene._paths(row.path), None)
    if path is None or row.handler is None:
        return None
    return path, scene._filled(FORMS.get(row.name, {})) if row.method == "POST" else None


def test_every_list_of_a_new_account_is_empty(scene, branch):
    for row in operations().rows:
        if row.method != "GET" or row.handler is None or row.path.count("{") != 1:
            continue
        if "{AccountSid}" not in row.path or row.name in SHARED:
            continue
        path = row.path.replace("{AccountSid}", branch["sid"])
        for headers in (scene.headers, as_branch(branch)):
            answer = scene.send("GET", f"/2010-04-01{path}", headers=headers)
            assert answer.status_code == 200, (row.name, answer.text)
            rows = [value for value in answer.json().values() if isinstance(value, list)]
            assert not any(rows) or "Usage" in row.path, row.name


def test_what_is_anothers_is_not_there_by_any_operation(scene, branch):
    """Every operation with somebody else's SIDs, below the own account and below theirs."""
    tried = 0
    for row in operations().rows:
        found = _asked(scene, row) if "{AccountSid}" in row.path else None
        if found is None:
            continue
        path, form = found
        theirs = scene.send(row.method, VERSION + path, form, headers=as_branch(branch))
        assert theirs.status_code == 404, (row.name, theirs.text)
        if row.path.count("{") == 1 or row.name in SHARED:
            continue
        own = path.replace(scene.account, branch["sid"])
        for headers in (scene.headers, as_branch(branch)):
            answer = scene.send(row.method, VERSION + own, form, headers=headers)
            body = answer.json() if answer.content else {}
            empty = row.method == "GET" and not any(
                value for value in body.values() if isinstance(value, list)
            )
            lists = any(isinstance(value, list) for value in body.values())
            gone = answer.status_code in {404, 503} or (lists and empty)
            assert gone, (row.name, answer.status_code, answer.text)
        tried += 1
    assert tried > 60


def test_other_ids_lead_nowhere_in_the_native_interface(scene, branch):
    """Every path of /v1 that names something, with the first account's ids, as the new account."""
    headers = as_branch(branch)
    spec = scene.send("GET", "/v1/openapi.json", headers={}).json()
    known = {
        kind: [one["sid"] for one in scene.send("GET", f"/v1/{kind}").json()["items"]]
        for kind in ("calls", "recordings", "numbers", "applications", "queues", "keys", "phones")
    }
    tried = 0
    for path, methods in spec["paths"].items():
        fields = re.findall(r"{(\w+)}", path)
        kind = path.split("/")[2] if path.startswith("/v1/") else ""
        if len(fields) != 1 or not known.get(kind):
            continue
        there = re.sub(r"{\w+}", known[kind][0], path)
        for method in methods:
            if method == "post":
                continue
            answer = scene.send(method.upper(), there, headers=headers)
            gone = answer.status_code in {400, 401, 403, 404, 409, 503}
            assert gone or answer.json() in ([], {"items": [], "next": None}), (path, answer.text)
            tried += 1
    assert tried >= 6
    for kind in known:
        listed = scene.send("GET", f"/v1/{kind}", headers=headers)
        assert listed.json()["items"] == [], kind
    # whoever is above may ask for it by name; nobody else may
    above = {**scene.headers, "Ringfence-Account": branch["sid"]}
    assert scene.send("GET", "/v1/numbers", headers=above).json()["items"] == []
    sideways = {**headers, "Ringfence-Account": scene.account}
    assert scene.send("GET", "/v1/numbers", headers=sideways).status_code == 404


def test_what_is_wrong_has_its_code(scene, branch):
    here = f"{ACCOUNTS}/{branch['sid']}.json"
    assert scene.send("POST", here, {"Status": "happy"}).json()["code"] == 20001
    own = scene.send("POST", f"{ACCOUNTS}/{scene.account}.json", {"Status": "closed"})
    assert own.status_code == 403
    assert scene.send("GET", f"{ACCOUNTS}/AC{'0' * 32}.json").json()["code"] == 20404


def test_an_account_without_a_name_is_called_as_twilio_does_and_a_blank_name_is_refused(scene):
    for given in ({}, {"FriendlyName": ""}):
        made = scene.send("POST", f"{ACCOUNTS}.json", given)
        assert (made.status_code, made.json()["friendly_name"]) == (201, "SubAccount")
        scene.send("POST", f"{ACCOUNTS}/{made.json()['sid']}.json", {"Status": "closed"})
    answer = scene.send("POST", f"{ACCOUNTS}.json", {"FriendlyName": "  "})
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
