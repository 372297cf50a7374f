"""Twilio's parameters."""

from msgspec.structs import replace

from ringfence.kernel.ids import RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import base_params, dial_word, recording_params, whole_seconds


def test_parameters_of_every_request(context):
    params = dict(base_params(context))
    assert params == {
        "CallSid": context.call,
        "AccountSid": context.account,
        "From": Phone("+12025550123"),
        "To": Phone("+12025550100"),
        "Caller": Phone("+12025550123"),
        "Called": Phone("+12025550100"),
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
        **{
            f"{side}{part}": ("US" if part == "Country" else "")
            for side in ("From", "Caller", "To", "Called")
            for part in ("City", "State", "Zip", "Country")
        },
    }


def test_parameters_that_are_there_only_sometimes(context):
    told = replace(
        context, direction="outbound", caller_name="Ann", forwarded_from=Phone("+12025550101")
    )
    params = dict(base_params(told))
    assert params["Direction"] == "outbound-api"
    assert params["CallerName"] == "Ann"
    assert params["ForwardedFrom"] == Phone("+12025550101")


def test_where_somebody_is_is_as_much_as_a_number_says(context):
    british = replace(context, called=Phone("+442079460000"))
    params = dict(base_params(british))
    assert (params["FromCountry"], params["CallerCountry"]) == ("US", "US")
    assert (params["ToCountry"], params["CalledCountry"]) == ("GB", "GB")
    for side in ("From", "Caller", "To", "Called"):
        assert [params[f"{side}{part}"] for part in ("City", "State", "Zip")] == ["", "", ""]
    short = dict(base_params(replace(context, caller=Phone("20255"))))
    assert (short["FromCountry"], short["ToCountry"]) == ("", "US")
    nobody = dict(base_params(replace(context, caller="")))
    assert (nobody["From"], nobody["Caller"], "FromCity" in nobody) == (*["anonymous"] * 2, False)
    address = dict(base_params(replace(context, caller="sip:bob@example.com")))
    assert "FromCountry" not in address
    assert "ToCountry" in address


def test_a_context_shows_nobody(context):
    assert "202555" not in repr(replace(context, caller_name="Ann"))
    assert "Ann" not in repr(replace(context, caller_name="Ann"))


def test_recordings(context):
    recording = RecordingId("RE" + "3" * 32)
    assert dict(recording_params(context, recording)) == {
        "RecordingSid": recording,
        "RecordingUrl": "https://pbx.example.com/2010-04-01/Accounts/"
        f"{context.account}/Recordings/{recording}",
    }


def test_words():
    assert dial_word("no_answer") == "no-answer"
    assert dial_word("cancelled") == "canceled"
    assert dial_word("completed") == "completed"


def test_seconds():
    assert [whole_seconds(ms) for ms in (0, 499, 500, 1499, 61_000)] == ["0", "0", "1", "1", "61"]
