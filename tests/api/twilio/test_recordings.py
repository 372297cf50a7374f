"""Recordings as Twilio's clients see them."""

from ringfence.kernel.errors import Refused

SID = "RE" + "e" * 32
CALL = "CA" + "b" * 32


def test_recordings_are_listed_and_shown(twilio):
    listed = twilio("GET", "/Recordings.json", operation="ListRecording").json()
    shown = twilio("GET", f"/Recordings/{SID}.json", operation="FetchRecording").json()
    assert listed["recordings"] == [shown]
    assert (shown["status"], shown["duration"], shown["source"]) == ("completed", "6", "RecordVerb")


def test_those_of_a_call(twilio, office):
    twilio("GET", f"/Calls/{CALL}/Recordings.json", operation="ListCallRecording")
    assert office.asked[-1][1]["call"] == CALL
    here = f"/Calls/{CALL}/Recordings/{SID}.json"
    twilio("GET", here, operation="FetchCallRecording")
    elsewhere = here.replace(CALL, "CA" + "f" * 32)
    assert twilio("GET", elsewhere).status_code == 404


def test_those_of_a_call_that_is_not_there(twilio, office):
    office.answers["recording.list"] = Refused("not_found", "no call of that SID")
    other = "CA" + "f" * 32
    assert twilio("GET", f"/Calls/{other}/Recordings.json").json()["code"] == 20404
    listed = twilio("GET", "/Recordings.json", CallSid=other, operation="ListRecording")
    assert (listed.status_code, listed.json()["recordings"]) == (200, [])


def test_audio_comes_with_and_without_its_ending(twilio):
    for path in (f"/Recordings/{SID}", f"/Recordings/{SID}.wav"):
        answer = twilio("GET", path)
        assert (answer.status_code, answer.content) == (200, b"RIFFdata")
        assert answer.headers["content-type"] == "audio/wav"
    assert twilio("GET", f"/Recordings/{SID}.mp3").status_code == 200
    assert twilio("GET", f"/Recordings/{SID}.wav", RequestedChannels="7").status_code == 400
    assert twilio("GET", f"/Recordings/{SID}.ogg").status_code == 404


def test_a_call_is_recorded_as_the_form_says(twilio, office):
    form = {
        "RecordingChannels": "dual", "RecordingTrack": "inbound", "Trim": "trim-silence",
        "RecordingStatusCallback": "https://example.com/r",
        "RecordingStatusCallbackEvent": "in-progress absent nonsense",
        "RecordingStatusCallbackMethod": "GET",
    }  # fmt: skip
    here = f"/Calls/{CALL}/Recordings.json"
    made = twilio("POST", here, form=form, operation="CreateCallRecording")
    assert made.status_code == 201
    assert office.asked[-2][:2] == ("recording.start", {
        "call": CALL, "dual": True, "track": "inbound", "trim": True,
        "status_url": "https://example.com/r", "status_method": "GET",
        "status_events": ["in-progress", "absent"],
    })  # fmt: skip
    twilio("POST", here, form={"Track": "x"}, operation="CreateCallRecording")
    assert office.asked[-1][1] == {"call": CALL, "dual": False, "track": "both", "trim": False}


def test_a_recording_is_paused_and_stopped(twilio, office):
    here = f"/Calls/{CALL}/Recordings/{SID}.json"
    form = {"Status": "paused", "PauseBehavior": "skip"}
    twilio("POST", here, form=form, operation="UpdateCallRecording")
    assert office.asked[-1][1] == {"call": CALL, "sid": SID, "to": "paused", "keep_time": False}
    current = here.replace(SID, "Twilio.CURRENT")
    twilio("POST", current, form={"Status": "stopped"}, operation="UpdateCallRecording")
    assert office.asked[-1][1]["sid"] == "current"
    assert twilio("POST", here, form={"Status": "louder"}).json()["code"] == 20001


def test_recordings_of_some_days_and_deleted_ones(twilio, office):
    query = {"DateCreated>": "2030-01-01", "IncludeSoftDeleted": "true"}
    twilio("GET", "/Recordings.json", operation="ListRecording", **query)
    asked = office.asked[-1][1]
    assert asked["since"] > 1_800_000_000_000
    assert asked["removed"] is True


def test_the_recording_of_a_conference_is_found_by_its_sid(twilio, office):
    room = "CF" + "c" * 32
    twilio("GET", "/Recordings.json", operation="ListRecording", ConferenceSid=room)
    assert office.asked[-1][1]["conference"] == room
    here = f"/Calls/{CALL}/Recordings.json"
    twilio("GET", here, operation="ListCallRecording", ConferenceSid=room)
    assert office.asked[-1][1]["conference"] is None


def test_a_recording_is_deleted(twilio, office):
    assert twilio("DELETE", f"/Recordings/{SID}.json").status_code == 204
    assert office.asked[-1][:2] == ("recording.remove", {"sid": SID})
    elsewhere = f"/Calls/CA{'f' * 32}/Recordings/{SID}.json"
    assert twilio("DELETE", elsewhere).status_code == 404
