"""Transcriptions as Twilio's clients see them."""

from ringfence.api.views_transcriptions import Transcription

RECORDING, SID = "RE" + "b" * 32, "TR" + "c" * 32
ONE = Transcription(
    sid=SID, call="CA" + "a" * 32, recording=RECORDING, status="completed",
    created=1_700_000_000_000, settled=1_700_000_002_000, duration_ms=2_400, text="hello",
)  # fmt: skip


def test_one_is_fetched_by_itself_and_below_its_recording(twilio, office):
    office.answers["transcription.show"] = ONE
    found = twilio("GET", f"/Transcriptions/{SID}.json", operation="FetchTranscription").json()
    assert (found["status"], found["transcription_text"]) == ("completed", "hello")
    assert (found["duration"], found["recording_sid"], found["type"]) == ("2", RECORDING, "fast")
    below = f"/Recordings/{RECORDING}/Transcriptions/{SID}.json"
    assert twilio("GET", below, operation="FetchRecordingTranscription").json() == found
    other = f"/Recordings/{'RE' + 'd' * 32}/Transcriptions/{SID}.json"
    assert twilio("GET", other).status_code == 404


def test_they_are_listed_and_what_is_being_read_is_in_progress(twilio, office):
    waiting = Transcription(
        sid="TR" + "d" * 32, call=ONE.call, recording=RECORDING, status="waiting", created=1
    )
    office.answers["transcription.list"] = [waiting, ONE]
    listed = twilio(
        "GET", f"/Recordings/{RECORDING}/Transcriptions.json",
        operation="ListRecordingTranscription", PageSize=1,
    ).json()  # fmt: skip
    assert [one["status"] for one in listed["transcriptions"]] == ["in-progress"]
    assert waiting.sid in listed["next_page_uri"]
    assert office.asked[-1][1]["recording"] == RECORDING


def test_one_is_removed(twilio, office):
    office.answers |= {"transcription.show": ONE, "transcription.remove": None}
    gone = twilio("DELETE", f"/Transcriptions/{SID}.json")
    assert gone.status_code == 204
    assert office.asked[-1][:2] == ("transcription.remove", {"sid": SID})
