"""Who comes in by the door of the 2010 interface, and what is not there."""

import re

import pytest

from ringfence.api.twilio.operations import operations

ACCOUNT = "AC" + "a" * 32
HERE = f"/2010-04-01/Accounts/{ACCOUNT}"


@pytest.mark.parametrize("path", ["/Calls.json", "/Nothing.json", "/Balance.json"])
def test_a_stranger_learns_nothing(client, basic, path):
    bodies = set()
    for headers in ({}, basic(token="wrong"), {"Authorization": "Basic ???"}):
        answer = client.get(HERE + path, headers=headers)
        assert answer.status_code == 401
        assert "Basic" in answer.headers["www-authenticate"]
        bodies.add(answer.text)
    assert len(bodies) == 1


def test_another_account_is_not_there(twilio):
    answer = twilio("GET", "/Calls.json", account="AC" + "9" * 32)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_an_unknown_path_and_an_unknown_method(twilio):
    assert twilio("GET", "/Nothing.json").json()["code"] == 20404
    answer = twilio("DELETE", "/Balance.json")
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)


def test_what_is_not_there_says_so(twilio):
    missing = [row for row in operations().rows if row.state == "not"]
    for row in missing:
        if "/Accounts/{AccountSid}" not in row.path:
            continue
        path = re.sub(r"\{\w+\}", "XX1", row.path.removeprefix("/Accounts/{AccountSid}"))
        answer = twilio(row.method, path)
        assert (answer.status_code, answer.json()["code"]) == (501, 20501), row.name
        assert row.name in answer.json()["message"]
    assert missing


def test_repeated_and_unknown_fields_do_no_harm(twilio, client, basic, office):
    answer = client.post(
        HERE + "/Calls.json",
        content=(
            "To=%2B12025550123&To=%2B12025550124&From=%2B1&Twiml=x&Nonsense=1"
            "&StatusCallbackEvent=a&StatusCallbackEvent=b"
        ),
        headers=basic() | {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 201
    assert office.asked[-1][1]["to"] == "+12025550124"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 5000])
def test_a_body_that_is_no_form_is_refused(client, basic, twilio, body):
    answer = client.post(HERE + "/Calls.json", content=body, headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
