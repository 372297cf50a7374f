"""Conferences as Twilio's clients see them."""

import pytest

from ringfence.api import views
from ringfence.api.views_rooms import Conference, ConferencePage, Participant

ROOM, CALL, OTHER = "CF" + "1" * 32, "CA" + "2" * 32, "CA" + "3" * 32
RUNNING = Conference(sid=ROOM, name="standup", status="running", created=1, updated=2)
ENDED = Conference(
    sid=ROOM, name="standup", status="ended", reason="exit_left", ended_by=CALL,
    created=1, updated=2, ended=2,
)  # fmt: skip
MEMBER = Participant(
    conference=ROOM, call=CALL, label="ann", status="connected", muted=True, coaching=OTHER,
    end_on_exit=True, joined=1, updated=2,
)  # fmt: skip
HERE = f"/Conferences/{ROOM}"


@pytest.fixture
def rooms(twilio, office):
    office.answers |= {
        "conference.list": ConferencePage(conferences=[RUNNING]),
        "conference.show": RUNNING,
        "conference.end": ENDED,
        "conference.announce": RUNNING,
        "participant.list": [MEMBER],
        "participant.show": MEMBER,
        "participant.update": MEMBER,
        "participant.add": MEMBER,
        "participant.remove": None,
    }
    return twilio


def asked(office):
    return office.asked[-1][1]


def test_conferences_are_listed_with_every_filter(rooms, office):
    query = {
        "FriendlyName": "standup", "Status": "in-progress", "DateCreated>": "2030-01-31",
        "DateUpdated<": "2030-02-01",
    }  # fmt: skip
    listed = rooms("GET", "/Conferences.json", operation="ListConference", **query).json()
    assert [one["status"] for one in listed["conferences"]] == ["in-progress"]
    args = asked(office)
    assert (args["name"], args["status"]) == ("standup", "running")
    assert args["created_since"] is not None
    assert args["created_until"] is None
    assert args["updated_until"] is not None
    assert rooms("GET", "/Conferences.json", Status="over").json()["code"] == 20001


def test_a_conference_ends_and_says_why(rooms):
    form = {"Status": "completed"}
    ended = rooms("POST", f"{HERE}.json", operation="UpdateConference", form=form).json()
    assert ended["reason_conference_ended"] == "participant-with-end-conference-on-exit-left"
    assert ended["call_sid_ending_conference"] == CALL
    assert rooms("POST", f"{HERE}.json", form={"Status": "paused"}).json()["code"] == 20001


def test_an_announcement(rooms, office):
    form = {"AnnounceUrl": "https://example.com/a", "AnnounceMethod": "GET"}
    rooms("POST", f"{HERE}.json", operation="UpdateConference", form=form)
    assert asked(office) == {"sid": ROOM, "url": "https://example.com/a", "method": "GET"}


def test_participants(rooms, office):
    path = f"{HERE}/Participants.json"
    listed = rooms("GET", path, operation="ListParticipant", Muted="true", Hold="false").json()
    (one,) = listed["participants"]
    assert (one["label"], one["muted"], one["coaching"]) == ("ann", True, True)
    assert one["call_sid_to_coach"] == OTHER
    args = asked(office)
    assert (args["muted"], args["held"], args["coaching"]) == (True, False, None)
    assert rooms("GET", path, Muted="maybe").json()["code"] == 20001
    shown = rooms("GET", f"{HERE}/Participants/ann.json", operation="FetchParticipant").json()
    assert shown == one


def test_somebody_is_called_in_with_every_wish(rooms, office):
    form = {
        "To": "+12025550123", "From": "+12025550100", "Label": "ann", "Muted": "true",
        "Beep": "onEnter", "StartConferenceOnEnter": "false", "EndConferenceOnExit": "true",
        "WaitUrl": "", "MaxParticipants": "5", "Timeout": "20", "TimeLimit": "60",
        "CallSidToCoach": OTHER, "StatusCallback": "https://example.com/s",
        "StatusCallbackEvent": "answered completed",
        "ConferenceStatusCallback": "https://example.com/c",
        "ConferenceStatusCallbackMethod": "GET", "ConferenceStatusCallbackEvent": "join leave",
        "ConferenceRecord": "record-from-start",
        "ConferenceRecordingStatusCallback": "https://example.com/r",
        "CallToken": "CA1.x", "Byoc": "BY" + "1" * 32,
    }  # fmt: skip
    answer = rooms("POST", "/Conferences/standup/Participants.json", operation="CreateParticipant",
                   form=form)  # fmt: skip
    assert answer.status_code == 201
    assert asked(office) == {
        "conference": "standup", "to": "+12025550123", "caller": "+12025550100", "label": "ann",
        "beep": "onEnter", "coach": OTHER, "muted": True, "start_on_enter": False,
        "end_on_exit": True, "ring_s": 20, "limit_s": 60, "max_participants": 5,
        "call_token": "CA1.x", "trunk": "TK" + "1" * 32,
        "status_url": "https://example.com/s", "status_method": "POST",
        "status_events": ["answered", "completed"], "news_url": "https://example.com/c",
        "news_method": "GET", "news_events": ["join", "leave"], "wait_url": "",
        "wait_method": "POST", "record": True, "recording_url": "https://example.com/r",
        "recording_method": "POST", "recording_events": None, "trim": True,
    }  # fmt: skip
    path = "/Conferences/standup/Participants.json"
    assert rooms("POST", path, form={"From": "+12025550100"}).json()["code"] == 21201
    assert rooms("POST", path, form={"To": "+12025550100"}).json()["code"] == 21213


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 0),
        ({"EarlyMedia": "true", "JitterBufferSize": "small", "ConferenceTrim": "trim-silence"}, 0),
        ({"JitterBufferSize": "huge"}, 20001),
        ({"EarlyMedia": "perhaps"}, 20001),
        ({"ConferenceTrim": "a little"}, 20001),
    ],
)
def test_wishes_that_are_taken_and_those_that_are_refused(rooms, office, form, code):
    both = {"To": "+12025550123", "From": "+12025550100"}
    answer = rooms("POST", "/Conferences/standup/Participants.json", form=both | form)
    if code:
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    else:
        assert (answer.status_code, answer.json()["status"]) == (201, "queued")
        assert asked(office)["trim"] is True


@pytest.mark.parametrize(
    ("said", "beep"),
    [("True", "true"), ("FALSE", "false"), ("onenter", "onEnter"), ("ONEXIT", "onExit")],
)
def test_a_beep_is_said_in_any_letter_case(rooms, office, said, beep):
    path = "/Conferences/standup/Participants.json"
    both = {"To": "+12025550123", "From": "+12025550100"}
    more = {"Beep": said, "ConferenceRecord": "Record-From-Start", "ConferenceTrim": "Do-Not-Trim"}
    assert rooms("POST", path, form=both | more).status_code == 201
    args = asked(office)
    assert (args["beep"], args["record"], args["trim"]) == (beep, True, False)
    refused = rooms("POST", path, form=both | {"Beep": "on-enter"})
    assert (refused.status_code, refused.json()["code"]) == (400, 20001)


def test_who_coaches_says_whom(rooms, office):
    path = "/Conferences/standup/Participants.json"
    both = {"To": "+12025550123", "From": "+12025550100"}
    assert rooms("POST", path, form=both | {"Coaching": "true"}).json()["code"] == 20001
    rooms("POST", path, form=both | {"Coaching": "true", "CallSidToCoach": OTHER})
    assert asked(office)["coach"] == OTHER
    rooms("POST", path, form=both | {"Coaching": "False", "CallSidToCoach": OTHER})
    assert "coach" not in asked(office)


def test_what_is_left_unsaid_of_a_change_is_as_twilio_has_it(rooms, office):
    path = f"{HERE}/Participants/{CALL}.json"
    rooms("POST", path, form={"Muted": "perhaps", "HoldUrl": "https://example.com/h"})
    args = asked(office)
    assert (args["muted"], args["hold_method"]) == (False, "GET")
    rooms("POST", path, form={"AnnounceUrl": "https://example.com/a", "WaitUrl": ""})
    args = asked(office)
    assert (args["muted"], args["announce_method"], args["wait_method"]) == (None, "POST", "POST")


def test_a_participant_is_changed_and_put_out(rooms, office):
    path = f"{HERE}/Participants/{CALL}.json"
    form = {
        "Muted": "false", "Hold": "true", "HoldUrl": "https://example.com/h", "HoldMethod": "GET",
        "AnnounceUrl": "https://example.com/a", "WaitUrl": "", "BeepOnExit": "true",
        "EndConferenceOnExit": "false", "Coaching": "true", "CallSidToCoach": OTHER,
    }  # fmt: skip
    rooms("POST", path, operation="UpdateParticipant", form=form)
    args = asked(office)
    assert (args["muted"], args["held"], args["hold_method"]) == (False, True, "GET")
    assert (args["announce_url"], args["wait_url"]) == ("https://example.com/a", "")
    assert (args["coaching"], args["coach"], args["end_on_exit"]) == (True, OTHER, False)
    assert rooms("DELETE", path).status_code == 204
    assert office.asked[-1][0] == "participant.remove"


def test_the_recording_of_a_conference(rooms, office):
    whole = views.Recording(
        sid="RE" + "7" * 32, call=CALL, kind="recording", status="saved", created=1_700_000_000_000,
        duration_ms=8_000, source="conference", conference=ROOM,
    )  # fmt: skip
    office.answers |= {
        "conference.recording.list": [whole],
        "conference.recording.show": whole,
        "conference.recording.control": whole,
        "conference.recording.remove": None,
    }
    path = f"{HERE}/Recordings"
    listed = rooms("GET", f"{path}.json", operation="ListConferenceRecording").json()
    (one,) = listed["recordings"]
    assert (one["source"], one["conference_sid"], one["duration"]) == ("Conference", ROOM, "8")
    empty = rooms("GET", f"{path}.json", **{"DateCreated>": "2030-01-31"}).json()
    assert empty["recordings"] == []
    here = f"{path}/{whole.sid}.json"
    assert rooms("GET", here, operation="FetchConferenceRecording").json() == one
    paused = rooms(
        "POST", f"{path}/Twilio.CURRENT.json", operation="UpdateConferenceRecording",
        form={"Status": "paused"},
    )  # fmt: skip
    assert paused.json()["status"] == "paused"
    assert office.asked[-1][1] == {
        "conference": ROOM, "sid": whole.sid, "to": "paused", "skip": False,
    }  # fmt: skip
    assert rooms("POST", here, form={"Status": "odd"}).json()["code"] == 20001
    assert rooms("DELETE", here).status_code == 204
