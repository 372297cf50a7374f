"""Dial: whom, how, and what comes after."""

import pytest
from msgspec.structs import replace

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.calls.reply import Reply
from ringfence.calls.targets import ToApplication
from ringfence.kernel.ids import ApplicationId, LegId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Restart, Source
from ringfence.markup.exchange import Callback, Fetch, SendOn

BASE = Source(url="https://x.example/d/voice")


def dial(script, attributes, inside, **how):
    s = script(BASE, **how).begin()
    s.fetched(f"<Response><Dial {attributes}>{inside}</Dial><Say>after</Say></Response>")
    return s


def test_what_is_asked_of_the_call(script):
    s = dial(
        script,
        "timeout='20' timeLimit='60' callerId='+12025550100' hangupOnStar='true' sequential='true' "
        "record='record-from-ringing-dual'",
        "<Number sendDigits='1W'>+12025550124</Number>"
        "<Sip username='u' password='p'>sip:ann@example.com"
        "<Headers><Header name='X-A' value='1'/></Headers></Sip>",
    )
    assert s.last(commands.Dial) == commands.Dial(
        targets=(
            commands.DialTarget(
                endpoint=commands.ToPhone(phone=Phone("+12025550124")), send_digits="1ww"
            ),
            commands.DialTarget(
                endpoint=commands.ToSip(
                    uri="sip:ann@example.com", username="u", password="p", headers=(("X-A", "1"),)
                )
            ),
        ),
        sequential=True,
        ring_ms=20_000,
        time_limit_ms=60_000,
        caller_id=Phone("+12025550100"),
        hangup_on_star=True,
        record="from_ringing",
        dual=True,
    )
    assert s.all(commands.Answer)


def test_answer_on_bridge_leaves_the_caller_ringing(script):
    s = dial(script, "answerOnBridge='true'", "+12025550124")
    assert s.all(commands.Answer) == []
    assert s.last(commands.Dial).answer_on_bridge


def test_answer_on_bridge_means_nothing_to_an_answered_call(script):
    s = dial(script, "answerOnBridge='true'", "+12025550124", answered=True)
    assert not s.last(commands.Dial).answer_on_bridge


def test_national_numbers_are_completed_by_the_region(script, context):
    s = dial(script, "", "(202) 555-0124", context=replace(context, region="US"))
    (target,) = s.last(commands.Dial).targets
    assert target.endpoint.phone == Phone("+12025550124")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("completed", "completed"),
        ("busy", "busy"),
        ("no_answer", "no-answer"),
        ("failed", "failed"),
        ("cancelled", "canceled"),
    ],
)
def test_the_action_is_told_how_it_ended(script, status, word):
    s = dial(script, "action='/after'", "+12025550124")
    s.tell(
        notices.DialFinished(
            status=status, cause=Cause.NORMAL, ring_ms=900, talk_ms=61_200, leg=LegId("LG1"),
            recording=RecordingId("RE1"),
        )
    )  # fmt: skip
    assert s.last(Fetch).url == "https://x.example/after"
    params = s.params()
    assert params["DialCallStatus"] == word
    assert params["DialCallSid"] == "CA1"
    assert params["RecordingSid"] == "RE1"
    assert params["DialBridged"] == ("true" if status == "completed" else "false")
    assert params.get("DialCallDuration") == ("61" if status == "completed" else None)


def test_who_was_rung_last_is_named_where_nobody_answered(script):
    s = dial(script, "action='/after'", "+12025550124")
    s.tell(notices.DialFinished(status="busy", cause=Cause.BUSY, rung=LegId("LG7")))
    assert s.params()["DialCallSid"] == "CA7"


def test_without_an_action_the_next_verb_follows(script):
    s = dial(script, "", "+12025550124")
    s.tell(notices.DialFinished(status="busy", cause=Cause.BUSY))
    assert s.heard == ["after"]


def test_a_caller_who_hung_up_is_told_of_in_a_callback(script):
    s = dial(script, "action='/after'", "+12025550124")
    s.hang_up()
    s.tell(
        notices.DialFinished(status="completed", cause=Cause.NORMAL, talk_ms=5_000, hung_up=True)
    )
    told = s.last(Callback)
    assert told.url == "https://x.example/after"
    assert s.params(told)["CallStatus"] == "completed"
    assert len(s.all(Fetch)) == 1


def test_a_client_is_a_phone_of_ours_and_its_parameters_are_headers(script):
    inside = (
        "<Client><Identity>ann</Identity><Parameter name='Account' value='7'/>"
        "<Parameter name='bad name' value='x'/></Client>"
    )
    s = dial(script, "", inside)
    (target,) = s.last(commands.Dial).targets
    assert target.endpoint == commands.ToSip(uri="client:ann", headers=(("X-Account", "7"),))


@pytest.mark.parametrize(
    "target",
    ["<Sim>DE1</Sim>", "<WhatsApp>+12025550123</WhatsApp>"],
)
def test_targets_in_anothers_cloud_are_reported(script, target):
    s = dial(script, "action='/after'", f"{target}<Number>+12025550123</Number>")
    assert len(s.last(commands.Dial).targets) == 1
    assert s.codes == ["unavailable_target"]


def test_a_caller_id_that_is_no_number(script):
    s = dial(script, "callerId='client:ann'", "+12025550124")
    assert s.codes == ["caller_id_refused"]
    assert s.last(commands.Dial).caller_id is None


@pytest.mark.parametrize(
    ("name", "tone"), [("automatic", "ringback"), ("us", "ringback"), ("gb", "ring_uk")]
)
def test_ring_tones(script, name, tone):
    s = dial(script, f"ringTone='{name}'", "+12025550124")
    assert s.last(commands.Dial).ring_tone == tone


def recorded(**more):
    return notices.RecordingFinished(
        recording=RecordingId("RE1"), source="dial", reason="stopped", duration_ms=3_000, **more
    )


def test_a_country_that_nobody_knows_rings_like_the_one_called_and_that_is_said(script):
    s = dial(script, "ringTone='xx'", "+447700900123")
    assert s.last(commands.Dial).ring_tone == "ring_uk"
    assert s.codes == ["bad_ring_tone"]


def test_the_recording_of_a_dial_is_told_whenever_it_comes(script):
    s = dial(
        script, "record='record-from-answer-dual' recordingStatusCallback='/rec'", "+12025550124"
    )
    s.tell(
        notices.DialFinished(
            status="completed", cause=Cause.NORMAL, talk_ms=3_000, recording=RecordingId("RE1")
        )
    )
    assert s.all(Callback) == []
    s.hang_up()
    s.tell(recorded())
    told = s.params(s.last(Callback))
    assert s.last(Callback).url == "https://x.example/rec"
    assert (told["RecordingStatus"], told["RecordingDuration"]) == ("completed", "3")
    assert (told["RecordingChannels"], told["RecordingSource"]) == ("2", "DialVerb")
    assert "RecordingStartTime" not in told, "nobody said when"


def test_its_recording_is_told_of_at_the_url_of_its_own_document(script):
    s = dial(script, "record='true' recordingStatusCallback='rec'", "+12025550124")
    s.order(Restart(source=Source(document="<Response><Say>elsewhere</Say></Response>")))
    s.tell(recorded())
    assert s.last(Callback).url == "https://x.example/d/rec"


def test_a_recording_that_is_missing_is_told_where_that_is_asked(script):
    how = "record='true' recordingStatusCallback='/rec' recordingStatusCallbackEvent='absent'"
    missing = notices.RecordingMissing(
        recording=RecordingId("RE1"), source="dial", reason="disk_full"
    )
    s = dial(script, how, "+12025550124")
    s.tell(missing)
    assert s.params(s.last(Callback))["RecordingStatus"] == "absent"
    s = dial(script, how, "+12025550124")
    s.tell(recorded())
    assert s.all(Callback) == []


def test_silence_at_the_ends_is_cut_off_where_that_is_asked_for(script):
    s = dial(script, "trim='trim-silence'", "+12025550124")
    assert s.codes == []
    assert s.last(commands.Dial).trim
    assert not dial(script, "trim='do-not-trim'", "+12025550124").last(commands.Dial).trim


@pytest.mark.parametrize("track", ["both", "inbound", "outbound"])
def test_which_sides_are_recorded(script, track):
    s = dial(script, f"recordingTrack='{track}'", "+12025550124")
    assert (s.last(commands.Dial).track, s.codes) == (track, [])


def test_what_stands_behind_the_question_mark_goes_as_headers(script):
    s = dial(
        script, "", "<Sip>sip:ann@example.com?hatch=4&amp;x-b=a%20b&amp;Route=%0d%0aEvil</Sip>"
    )
    (target,) = s.last(commands.Dial).targets
    assert target.endpoint.uri == "sip:ann@example.com"
    assert target.endpoint.headers == (("X-hatch", "4"), ("x-b", "a b"))
    assert s.codes == ["bad_header"]


def test_a_client_is_named_by_its_attribute_child_or_text(script):
    for inside in (
        "<Client identity='desk'/>",
        "<Client>desk</Client>",
        "<Client><Identity>desk</Identity><Parameter name='a' value='1'/></Client>",
    ):
        s = dial(script, "", inside)
        assert s.last(commands.Dial).targets[0].endpoint.uri == "client:desk"
        assert s.codes == []


APPLICATION = (
    "<Application customerId='desk' copyParentTo='true'><ApplicationSid>AP1</ApplicationSid>"
    "<Parameter name='Ticket' value='9876'/></Application>"
)


def test_an_application_is_rung_with_what_it_is_to_be_told(script):
    s = dial(script, "", APPLICATION)
    (target,) = s.last(commands.Dial).targets
    assert target.endpoint == ToApplication(
        application=ApplicationId("AP1"),
        customer="desk",
        keeps_called=True,
        parameters=(("Ticket", "9876"),),
    )
    assert not target.person


def test_an_application_is_not_recorded_from_outside(script):
    s = dial(script, "record='record-from-answer'", APPLICATION)
    assert s.last(commands.Dial).record == "never"
    assert s.codes == ["recording_not_permitted"]


def test_an_application_without_a_sid_is_left_out(script):
    s = dial(script, "", "<Application customerId='desk'/><Number>+12025550124</Number>")
    assert len(s.last(commands.Dial).targets) == 1
    assert s.codes == ["nobody_to_dial"]


@pytest.mark.parametrize(
    "inside", ["<Sip>sip:ann@example.com</Sip>", "<Number>+12025550124</Number>"]
)
def test_what_the_far_end_answered_is_told_of_a_sip_target(script, inside):
    s = dial(script, "action='/after'", inside)
    reply = Reply(
        status=486, call_id="abc", headers=(("X-A", "1"),), returned=(("Result", "paid"),)
    )
    s.tell(notices.DialFinished(status="busy", cause=Cause.BUSY, reply=reply))
    params = dict(s.last(Fetch).params)
    assert params["ReturnParam_Result"] == "paid"
    told = {name: value for name, value in params.items() if name.startswith("DialSip")}
    assert told == (
        {"DialSipResponseCode": "486", "DialSipCallId": "abc", "DialSipHeader_X-A": "1"}
        if "Sip" in inside
        else {}
    )


def test_a_callers_refer_sends_whom_they_talk_to_to_the_refer_url(script):
    s = dial(script, "referUrl='/refer' referMethod='GET'", "+12025550124")
    s.tell(notices.CallerRefers(leg=LegId("LG-callee"), target="sip:sales@example.com"))
    wanted = s.last(SendOn)
    assert (wanted.leg, wanted.method) == (LegId("LG-callee"), "GET")
    assert wanted.url.endswith("/refer")
    assert wanted.params == (("ReferTransferTarget", "sip:sales@example.com"),)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+1202555", "impossible_number"), ("+1202555012345", "impossible_number"),
        ("+999123456", "unknown_country"), ("+1" + "2" * 40, "bad_number"),
    ],
)  # fmt: skip
def test_a_number_no_country_has_is_left_out(script, number, code):
    s = dial(script, "", f"<Number>{number}</Number><Number>+12025550124</Number>")
    (target,) = s.last(commands.Dial).targets
    assert target.endpoint.phone == Phone("+12025550124")
    (note,) = [one for one in s.all(commands.Note) if one.code == code]
    assert note.level == "warning"
    assert number not in note.text
