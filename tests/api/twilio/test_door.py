"""Who comes in by the door of the 2010 interface, and what is not there."""

import re
import xml.etree.ElementTree as ET

import pytest

from ringfence.api.twilio.door import span_of
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


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_version_without_a_resource_is_not_there_in_twilios_words(client, basic, method):
    for path in ("/2010-04-01.json", "/v2", "/v2/", "/v2/Nothing"):
        answer = client.request(method, path, headers=basic())
        assert (answer.status_code, answer.json()["code"]) == (404, 20404), path
        assert client.request(method, path).json()["code"] == 20003
    for path in ("/2010-04-01", "/2010-04-01/"):
        answer = client.request(method, path, headers=basic())
        assert answer.status_code == 404
        assert ET.fromstring(answer.text).findtext("RestException/Code") == "20404"
        assert client.request(method, path).status_code == 401
    assert client.head("/v2/Nothing", headers=basic()).status_code == 404


def test_an_unknown_path_and_an_unknown_method(twilio):
    assert twilio("GET", "/Nothing.json").json()["code"] == 20404
    answer = twilio("DELETE", "/Balance.json")
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_a_method_nobody_uses_is_refused_in_twilios_words(twilio, method):
    answer = twilio(method, "/Calls.json")
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_resource_says_what_may_be_asked_of_it(twilio, client, basic):
    payments = f"/Calls/CA{'b' * 32}/Payments.json"
    assert twilio("GET", payments).headers["allow"] == "OPTIONS, POST"
    for path, allow in (
        (f"/Calls/CA{'b' * 32}.json", "DELETE, GET, HEAD, OPTIONS, POST"),
        ("/Balance", "GET, HEAD, OPTIONS"),
        (payments, "OPTIONS, POST"),
    ):
        answer = twilio("OPTIONS", path)
        assert (answer.status_code, answer.headers["allow"]) == (204, allow)
    assert twilio("OPTIONS", "/Nothing.json").json()["code"] == 20404
    assert client.options(f"{HERE}/Calls.json").json()["code"] == 20003
    number = client.options("/v2/PhoneNumbers/+12025550123", headers=basic())
    assert (number.status_code, number.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_head_is_get_without_its_body(twilio):
    asked, answer = twilio("GET", "/Calls.json"), twilio("HEAD", "/Calls.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["content-length"] == asked.headers["content-length"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bug_of_ours_is_told_in_twilios_words(twilio, office, monkeypatch, method):
    async def broken(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(office, "run", broken)
    answer = twilio(method, "/Calls.json")
    assert (answer.status_code, answer.json()["code"]) == (500, 20500)


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
    assert office.asked[-2][1]["to"] == "+12025550124"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=1&" * 5000])
def test_a_body_that_is_no_form_is_refused(client, basic, twilio, body):
    answer = client.post(HERE + "/Calls.json", content=body, headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("", None),
        ("bytes=0-3", (0, 3)),
        ("bytes=2-", (2, 9)),
        ("bytes=-4", (6, 9)),
        ("bytes=-99", (0, 9)),
        ("bytes=3-99", (3, 9)),
        ("bytes=10-", (1, 0)),
        ("bytes=-0", (10, -1)),
        ("bytes=5-2", None),
        ("bytes=0-1,4-5", None),
        ("lines=1-2", None),
        ("bytes=-", None),
    ],
)
def test_a_range_is_understood_or_everything_is_given(text, span):
    assert span_of(text, 10) == span


def test_a_part_of_a_recording_is_given(twilio):
    where = "/Recordings/RE" + "e" * 32 + ".wav"
    answer = twilio("GET", where, headers={"Range": "bytes=2-5"})
    assert (answer.status_code, answer.content) == (206, b"FFda")
    assert answer.headers["content-range"] == "bytes 2-5/8"
    assert twilio("GET", where, headers={"Range": "bytes=8-"}).status_code == 416


def test_a_body_of_ten_megabytes_is_refused(scene):
    answer = scene.send(
        "POST",
        f"/2010-04-01/Accounts/{scene.account}/Applications.json",
        {"FriendlyName": "x" * 10_000_000},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, 20413)


@pytest.mark.parametrize(
    "query",
    [
        {"PageSize": "many"}, {"PageSize": "-1"}, {"Page": "-5"},
        {"PageSize": "9" * 40}, {"Page": "9" * 40},
    ],
)  # fmt: skip
def test_nonsense_about_pages_does_no_harm(scene, query):
    for part in ("Calls", "Applications", "IncomingPhoneNumbers", "Usage/Records"):
        assert scene.ask("GET", f"/{part}.json", **query).status_code == 200


LISTS = [
    row
    for row in operations().rows
    if row.handler is not None
    and row.name.startswith("List")
    and row.name not in {"ListMember", "ListMedia", "ListAvailablePhoneNumberCountry"}
    # the first two are a platform's, the last has no pages
]


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row.name)
def test_a_page_token_nobody_gave_is_one_refusal_in_every_list(scene, row):
    path = f"/2010-04-01{next(iter(scene._paths(row.path)))}"
    for token in ("garbage", "\x00'", "☃", "CA1~x", "9" * 40, "../Calls"):
        answer = scene.send("GET", path, None, params={"PageToken": token, "Page": "1"})
        assert (answer.status_code, answer.json()["code"]) == (400, 20001), token


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/Applications.json", {"VoiceUrl": "http://127.0.0.1:1/"}),
        ("/Applications.json", {"StatusCallback": "http://[::1]/"}),
        ("/IncomingPhoneNumbers.json", {"PhoneNumber": "+12025550190",
                                        "VoiceUrl": "http://169.254.169.254/latest"}),
    ],
)  # fmt: skip
def test_a_private_address_is_refused(scene, path, form):
    answer = scene.ask("POST", path, form)
    assert (answer.status_code, answer.json()["code"]) == (400, 21402)


def test_a_problem_repeats_nothing_it_was_given(scene):
    for form in ({"VoiceUrl": "http://10.0.0.1/s3cret"}, {"FriendlyName": "s3cret" * 20}):
        assert "s3cret" not in scene.ask("POST", "/Applications.json", form).text


# --- a path that does not end in .json ------------------------------------------------------------


def tree(answer):
    assert answer.headers["content-type"].startswith("application/xml")
    return ET.fromstring(answer.content)


@pytest.mark.parametrize("end", ["", ".xml"])
def test_xml_is_what_a_path_without_json_is_answered_with(twilio, end):
    found = tree(twilio("GET", f"/Calls/CA{'b' * 32}{end}"))
    assert found.tag == "TwilioResponse"
    assert found.findtext("Call/Sid") == "CA" + "b" * 32
    listed = tree(twilio("GET", f"/Calls{end}", PageSize=1)).find("Calls")
    assert [call.findtext("Status") for call in listed.findall("Call")] == ["completed"]
    assert listed.get("nextpageuri").startswith(f"/2010-04-01/Accounts/{ACCOUNT}/Calls?PageSize=1")
    unread = tree(twilio("GET", f"/Calls{end}", PageToken="x"))
    assert unread.findtext("RestException/Code") == "20001"
    made = twilio("POST", f"/Calls{end}", form={"To": "+12025550123", "From": "+447700900123",
                                                "Twiml": "<Response/>"})  # fmt: skip
    assert (made.status_code, tree(made).findtext("Call/Status")) == (201, "queued")
    assert twilio("DELETE", f"/Calls/CA{'b' * 32}{end}").status_code == 204


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/Nothing", 404, "20404"), ("/Calls/CA1.html", 404, "20404"), ("/Calls.csv", 501, "20501"),
        ("/Usage/Records.csv", 501, "20501"),
    ],
)  # fmt: skip
def test_a_refusal_is_xml_there_as_well(twilio, path, status, code):
    answer = twilio("GET", path)
    assert answer.status_code == status
    found = tree(answer).find("RestException")
    assert (found.findtext("Code"), found.findtext("Status")) == (code, str(status))


def test_a_stranger_and_a_bug_are_told_in_xml_there(client, twilio, office, monkeypatch):
    answer = client.get(f"/2010-04-01/Accounts/{ACCOUNT}/Calls")
    assert (answer.status_code, tree(answer).findtext("RestException/Code")) == (401, "20003")
    assert "Basic" in answer.headers["www-authenticate"]

    async def broken(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(office, "run", broken)
    answer = twilio("GET", "/Calls")
    assert (answer.status_code, tree(answer).findtext("RestException/Code")) == (500, "20500")


@pytest.mark.anyio
async def test_a_client_that_hangs_up_in_the_middle_is_no_fault_of_ours(application, basic):
    parts = [{"type": "http.request", "body": b"FriendlyName=a", "more_body": True}]
    sent = []

    async def receive():
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in basic().items()]
    scope = {
        "type": "http", "method": "POST", "path": f"{HERE}/Queues.json", "query_string": b"",
        "headers": headers, "http_version": "1.1", "scheme": "http", "root_path": "",
        "client": ("192.0.2.1", 1), "server": ("192.0.2.2", 80), "asgi": {"version": "3.0"},
        "raw_path": f"{HERE}/Queues.json".encode(), "extensions": {}, "state": {},
    }  # fmt: skip
    await application(scope, receive, send)
    assert sent[0]["status"] == 400
    assert b"20001" in sent[1]["body"]
