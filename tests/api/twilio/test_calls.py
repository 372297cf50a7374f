"""Calls as Twilio's clients see them."""

import msgspec
import pytest

from ringfence.kernel.errors import Refused

HERE = "/Calls/CA" + "b" * 32 + ".json"
FORM = {"To": "+12025550123", "From": "+447700900123"}
PLACED = "CA" + "c" * 32


def test_a_call_is_shown(twilio):
    call = twilio("GET", HERE, operation="FetchCall").json()
    assert (call["status"], call["duration"], call["direction"]) == ("completed", "15", "inbound")
    assert call["start_time"] == "Tue, 14 Nov 2023 22:13:22 +0000"
    assert call["from_formatted"] == "(202) 555-0123"
    assert call["phone_number_sid"] == "PN" + "d" * 32


def test_a_list_leads_on(twilio, office):
    body = twilio("GET", "/Calls.json", operation="ListCall", PageSize=1, Status="busy").json()
    assert len(body["calls"]) == 1
    assert "PageToken=CA" in body["next_page_uri"]
    assert "Status=busy" in body["next_page_uri"]
    asked = office.asked[-1][1]
    assert (asked["limit"], asked["statuses"]) == (1, ["busy"])


def test_every_filter_reaches_the_search(twilio, office):
    query = {"To": "+1", "From": "+2", "StartTime>": "2030-01-01", "EndTime<": "2030-02-01"}
    twilio("GET", "/Calls.json", **query)
    asked = office.asked[-1][1]
    assert (asked["called"], asked["caller"]) == ("+1", "+2")
    assert asked["since"] < asked["ended_until"]
    assert asked["until"] is asked["ended_since"] is None


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21201),
        ({"To": "+12025550123"}, 21213),
        (FORM, 21205),
        (FORM | {"Url": "https://example.com", "Method": "PUT"}, 20001),
        (FORM | {"Twiml": "<Response/>", "Timeout": "601"}, 20001),
        (FORM | {"Twiml": "<Response/>", "TimeLimit": "soon"}, 20001),
    ],
)
def test_what_is_missing_has_its_code(twilio, form, code):
    answer = twilio("POST", "/Calls.json", form=form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_call_is_placed(twilio, office):
    answer = twilio(
        "POST", "/Calls.json", form=FORM | {"Twiml": "<Response/>"}, operation="CreateCall"
    )
    assert answer.status_code == 201
    assert office.asked[-1][:2] == (
        "call.place", {"to": "+12025550123", "caller": "+447700900123", "twiml": "<Response/>"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "news",
    [
        {"status": "ringing", "ringing": 5},
        {"status": "answered", "answered": 9},
        {"status": "ended", "cause": "busy"},
    ],
)
def test_a_call_that_was_asked_for_is_queued_however_far_it_has_come(twilio, office, news):
    placed = msgspec.structs.replace(office.answers["call.place"], direction="outbound", **news)
    office.answers["call.place"] = placed
    answer = twilio("POST", "/Calls.json", form=FORM | {"Twiml": "<Response/>"})
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")


def test_everything_said_about_a_call_reaches_it(twilio, office):
    form = FORM | {
        "Url": "https://example.com/a", "Twiml": "<Response/>", "Method": "get",
        "FallbackUrl": "https://example.com/b", "CallerId": "+447700900124", "Timeout": "20",
        "TimeLimit": "90", "SendDigits": "ww12#", "SipAuthUsername": "u", "SipAuthPassword": "p",
        "StatusCallback": "https://example.com/c", "StatusCallbackMethod": "GET",
        "StatusCallbackEvent": ["initiated answered", "completed", "nonsense"], "Unknown": "1",
    }  # fmt: skip
    assert twilio("POST", "/Calls.json", form=form, operation="CreateCall").status_code == 201
    *_, placed, warned = office.asked
    assert warned[:2] == ("call.remark", {"sid": PLACED, "codes": ["unknown_call_event"]})
    assert placed[1] == {
        "to": "+12025550123", "caller": "+447700900124", "voice_url": "https://example.com/a",
        "voice_method": "GET", "fallback_url": "https://example.com/b", "fallback_method": "POST",
        "ring_s": 20, "limit_s": 90, "digits": "ww12#", "sip_username": "u", "sip_password": "p",
        "status_url": "https://example.com/c", "status_method": "GET",
        "status_events": ["initiated", "answered", "completed"],
    }  # fmt: skip


def test_a_call_is_passed_on_by_a_carrier_showing_who_called(twilio, office):
    form = {"To": "+12025550123", "From": "+12025550142", "Twiml": "<Response/>",
            "CallToken": "CA1.x", "Byoc": "BY" + "1" * 32}  # fmt: skip
    twilio("POST", "/Calls.json", form=form, operation="CreateCall")
    asked = office.asked[-1][1]
    assert (asked["call_token"], asked["trunk"]) == ("CA1.x", "TK" + "1" * 32)


def test_a_wrong_number_has_its_code(twilio, office):
    office.answers["call.place"] = Refused("invalid_number", "no")
    answer = twilio("POST", "/Calls.json", form=FORM | {"Url": "https://example.com"})
    assert answer.json()["code"] == 21211


def test_a_call_is_ended(twilio, office):
    live = {"status": "answered", "ended": None, "cause": None}
    office.answers["call.show"] = msgspec.structs.replace(office.answers["call.show"], **live)
    office.answers["call.hangup"] = office.answers["call.show"]
    ended = twilio("POST", HERE, form={"Status": "completed"}, operation="UpdateCall")
    assert ended.json()["status"] == "in-progress"
    assert office.asked[-1][0] == "call.hangup"
    assert twilio("POST", HERE, form={"Status": "canceled"}).json()["code"] == 21220


def test_whoever_is_named_while_a_call_is_ended_hears_of_the_end(twilio, office):
    live = {"status": "answered", "ended": None, "cause": None}
    found = msgspec.structs.replace(office.answers["call.show"], **live)
    office.answers |= {"call.show": found, "call.hangup": found, "call.adjust": found}
    twilio("POST", HERE, form={"Status": "completed", "StatusCallback": "https://example.com/s"})
    assert [one[0] for one in office.asked[-2:]] == ["call.adjust", "call.hangup"]
    assert office.asked[-2][1]["status_url"] == "https://example.com/s"


def test_a_call_that_is_answered_while_it_is_cancelled_goes_on(twilio, office):
    rings = {"status": "ringing", "ended": None, "cause": None, "answered": None}
    office.answers["call.show"] = msgspec.structs.replace(office.answers["call.show"], **rings)
    office.answers["call.hangup"] = Refused("call_answered", "no")
    assert twilio("POST", HERE, form={"Status": "canceled"}).json()["code"] == 21220
    assert office.asked[-1][:2] == ("call.hangup", {"sid": "CA" + "b" * 32, "unanswered": True})


def test_an_ended_call_is_not_ended_again(twilio):
    assert twilio("POST", HERE, form={"Status": "completed"}).json()["code"] == 21220
    assert twilio("POST", HERE, form={"Status": "paused"}).json()["code"] == 21218


LIVE = {"status": "answered", "ended": None, "cause": None}


@pytest.fixture
def live(twilio, office):
    call = msgspec.structs.replace(office.answers["call.show"], **LIVE)
    office.answers |= {"call.show": call, "call.redirect": call, "call.adjust": call}


@pytest.mark.usefixtures("live")
def test_another_document_takes_over(twilio, office):
    form = {"Url": "https://example.com/a", "Method": "GET", "FallbackUrl": "https://example.com/b"}
    twilio("POST", HERE, form=form, operation="UpdateCall")
    name, args, *_ = office.asked[-1]
    assert name == "call.redirect"
    assert args == {
        "sid": "CA" + "b" * 32, "voice_url": "https://example.com/a", "voice_method": "GET",
        "fallback_url": "https://example.com/b", "fallback_method": "POST",
    }  # fmt: skip
    twilio("POST", HERE, form={"Twiml": "<Response/>"}, operation="UpdateCall")
    assert office.asked[-1][1]["twiml"] == "<Response/>"


@pytest.mark.usefixtures("live")
def test_a_limit_and_who_is_told_change_in_flight(twilio, office):
    form = {"TimeLimit": "30", "StatusCallback": "https://example.com/s"}
    twilio("POST", HERE, form=form, operation="UpdateCall")
    assert office.asked[-1][0] == "call.adjust"
    assert office.asked[-1][1]["limit_s"] == 30
    assert office.asked[-1][1]["status_events"] == ["completed"]


@pytest.mark.usefixtures("live")
def test_what_cannot_be_done_to_a_call_in_flight_has_its_code(twilio, office):
    assert twilio("POST", HERE, form={}).json()["code"] == 20001
    office.answers["call.redirect"] = Refused("call_not_in_progress", "no")
    assert twilio("POST", HERE, form={"Twiml": "<Response/>"}).json()["code"] == 21220


def test_an_ended_call_is_not_sent_elsewhere(twilio):
    answer = twilio("POST", HERE, form={"Twiml": "<Response/>"})
    assert (answer.status_code, answer.json()["code"]) == (400, 21220)


def test_a_call_is_deleted(twilio, office):
    assert twilio("DELETE", HERE).status_code == 204
    assert office.asked[-1][:2] == ("call.remove", {"sid": "CA" + "b" * 32})
    office.answers["call.remove"] = Refused("in_progress", "no")
    answer = twilio("DELETE", HERE)
    assert (answer.status_code, answer.json()["code"]) == (409, 20009)


def test_a_call_is_recorded_from_its_answer(twilio, office):
    form = FORM | {"Twiml": "<Response/>", "Record": "true", "RecordingChannels": "dual"}
    twilio("POST", "/Calls.json", form=form, operation="CreateCall")
    assert office.asked[-1][1]["record"] == {"dual": True, "track": "both", "trim": True}


def test_children_are_listed_with_their_parent(twilio, office):
    child = msgspec.structs.replace(
        office.answers["call.show"], direction="outbound", parent="CA" + "c" * 32,
        answered_by="human", forwarded_from="+12025550177",
    )  # fmt: skip
    office.answers["call.search"] = msgspec.structs.replace(
        office.answers["call.search"], calls=[child]
    )
    (shown,) = twilio("GET", "/Calls.json", operation="ListCall").json()["calls"]
    assert (shown["parent_call_sid"], shown["direction"]) == ("CA" + "c" * 32, "outbound-dial")
    assert (shown["answered_by"], shown["forwarded_from"]) == ("human", "+12025550177")
    twilio("GET", "/Calls.json", ParentCallSid="CA1")
    assert office.asked[-1][1]["parent"] == "CA1"


def test_an_application_answers_before_any_url(twilio, office):
    form = FORM | {"ApplicationSid": "AP1", "Url": "https://example.com", "StatusCallback": "x"}
    twilio("POST", "/Calls.json", form=form, operation="CreateCall")
    asked = office.asked[-1][1]
    assert asked == {"to": FORM["To"], "caller": FORM["From"], "application": "AP1"}
    office.answers["call.place"] = Refused("unknown_application", "no")
    assert twilio("POST", "/Calls.json", form=form).json()["code"] == 21218


def test_it_is_found_out_who_answers(twilio, office):
    form = FORM | {
        "Twiml": "<Response/>", "MachineDetection": "DetectMessageEnd", "AsyncAmd": "true",
        "MachineDetectionTimeout": "20", "MachineDetectionSpeechThreshold": "3000",
        "MachineDetectionSpeechEndThreshold": "900", "MachineDetectionSilenceTimeout": "4000",
        "AsyncAmdStatusCallback": "https://example.com/who", "AsyncAmdStatusCallbackMethod": "GET",
    }  # fmt: skip
    twilio("POST", "/Calls.json", form=form, operation="CreateCall")
    assert office.asked[-1][1]["listen"] == {
        "to_the_end": True, "beside": True, "timeout_s": 20, "speech_ms": 3_000,
        "speech_end_ms": 900, "silence_ms": 4_000, "status_url": "https://example.com/who",
        "status_method": "GET",
    }  # fmt: skip
    twilio(
        "POST", "/Calls.json", form=FORM | {"Twiml": "<Response/>", "MachineDetection": "Enable"}
    )
    assert office.asked[-1][1]["listen"] == {"to_the_end": False}
    wrongs = {"MachineDetectionTimeout": "99", "MachineDetection": "Enable"}
    for wrong in ({"MachineDetection": "Maybe"}, wrongs):
        answer = twilio("POST", "/Calls.json", form=form | wrong)
        assert answer.json()["code"] == 20001
