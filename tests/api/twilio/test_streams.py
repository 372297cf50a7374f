"""Media streams of a call as Twilio's clients see them."""

from ringfence.api.views_streams import Stream

CALL = "CA" + "b" * 32
SID = "MZ" + "c" * 32


def test_a_stream_begins_as_the_form_says(twilio, office):
    office.answers["stream.start"] = Stream(sid=SID, call=CALL, status="in-progress", name="ear")
    form = {
        "Url": "wss://media.example.com/a", "Name": "ear", "Track": "both_tracks",
        "Parameter1.Name": "who", "Parameter1.Value": "7", "Parameter3.Name": "empty",
        "StatusCallback": "https://example.com/s", "StatusCallbackMethod": "GET",
    }  # fmt: skip
    made = twilio("POST", f"/Calls/{CALL}/Streams.json", operation="CreateStream", form=form)
    assert (made.status_code, made.json()["name"]) == (200, "ear")
    assert office.asked[-1][1] == {
        "call": CALL, "url": "wss://media.example.com/a", "name": "ear", "track": "both_tracks",
        "parameters": {"who": "7", "empty": ""},
        "status_url": "https://example.com/s", "status_method": "GET",
    }  # fmt: skip


def test_it_needs_an_address(twilio):
    assert twilio("POST", f"/Calls/{CALL}/Streams.json", form={}).status_code == 400


def test_it_is_stopped_by_sid_or_name(twilio, office):
    office.answers["stream.stop"] = Stream(sid=SID, call=CALL, status="stopped")
    here = f"/Calls/{CALL}/Streams/{SID}.json"
    stopped = twilio("POST", here, operation="UpdateStream", form={"Status": "stopped"})
    assert stopped.json()["status"] == "stopped"
    assert twilio("POST", here, form={"Status": "paused"}).status_code == 400
