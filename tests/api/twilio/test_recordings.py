"""Recordings as Twilio's clients see them."""

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


def test_audio_comes_with_and_without_its_ending(twilio):
    for path in (f"/Recordings/{SID}", f"/Recordings/{SID}.wav"):
        answer = twilio("GET", path)
        assert (answer.status_code, answer.content) == (200, b"RIFFdata")
        assert answer.headers["content-type"] == "audio/wav"
    assert twilio("GET", f"/Recordings/{SID}.mp3").json()["code"] == 20501
    assert twilio("GET", f"/Recordings/{SID}.ogg").status_code == 404
