"""Real-time transcriptions as Twilio's clients see them."""

from ringfence.api.views_streams import Stream

CALL, SID = "CA" + "b" * 32, "GT" + "c" * 32


def test_one_begins_as_the_form_says(twilio, office):
    made = Stream(sid=SID, call=CALL, status="in-progress", name="notes")
    office.answers["live_transcription.start"] = made
    form = {
        "Name": "notes", "Track": "inbound_track", "LanguageCode": "en-GB", "Hints": "yes, no",
        "PartialResults": "true", "ProfanityFilter": "false",
        "StatusCallbackUrl": "https://example.com/t", "StatusCallbackMethod": "GET",
    }  # fmt: skip
    answer = twilio(
        "POST", f"/Calls/{CALL}/Transcriptions.json", operation="CreateRealtimeTranscription",
        form=form,
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.json()["uri"].endswith(f"/Calls/{CALL}/Transcriptions/{SID}.json")
    assert office.asked[-1][1] == {
        "call": CALL, "name": "notes", "track": "inbound_track", "language": "en-GB",
        "hints": ["yes", "no"], "partial": True, "profanity_filter": False,
        "url": "https://example.com/t", "method": "GET",
    }  # fmt: skip


def test_it_is_stopped_by_sid_or_name(twilio, office):
    office.answers["live_transcription.stop"] = Stream(sid=SID, call=CALL, status="stopped")
    here = f"/Calls/{CALL}/Transcriptions/{SID}.json"
    stopped = twilio(
        "POST", here, operation="UpdateRealtimeTranscription", form={"Status": "stopped"}
    )
    assert stopped.json()["status"] == "stopped"
    assert twilio("POST", here, form={"Status": "paused"}).status_code == 400
