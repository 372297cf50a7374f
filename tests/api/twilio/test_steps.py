"""Events that are asked for and do not exist are passed over, and on the log."""

import pytest

from ringfence.markup.problems import KINDS

CALL, OTHER = "CA" + "b" * 32, "CA" + "c" * 32
WHOM = {"To": "+12025550123", "From": "+447700900123"}
PLACED = WHOM | {"Twiml": "<Response/>"}
URL = "https://example.com/told"


def remarks(office):
    return [args for name, args, *_ in office.asked if name == "call.remark"]


@pytest.mark.parametrize(
    ("path", "form", "call", "code", "number"),
    [
        ("/Calls.json", PLACED | {"StatusCallback": URL, "StatusCallbackEvent": "answerd"},
         OTHER, "unknown_call_event", 21626),
        ("/Calls.json", PLACED | {"Record": "true", "RecordingStatusCallback": URL,
                                  "RecordingStatusCallbackEvent": "completed done"},
         OTHER, "unknown_recording_event", 13621),
        (f"/Calls/{CALL}/Recordings.json", {"RecordingStatusCallbackEvent": "started"},
         CALL, "unknown_recording_event", 13621),
    ],
)  # fmt: skip
def test_an_unknown_event_is_on_the_log_of_its_call(twilio, office, path, form, call, code, number):
    assert twilio("POST", path, form=form).status_code == 201
    assert remarks(office) == [{"sid": call, "codes": [code]}]
    assert (KINDS[code].severity, KINDS[code].twilio) == ("warning", number)


def test_known_events_leave_nothing(twilio, office):
    form = PLACED | {"StatusCallback": URL, "StatusCallbackEvent": ["initiated", "answered"]}
    assert twilio("POST", "/Calls.json", form=form).status_code == 201
    assert remarks(office) == []
