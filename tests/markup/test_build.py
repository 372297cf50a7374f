"""From elements to verbs, field by field."""

import pytest

from ringfence.kernel.limits import MARKUP_SIP_HEADERS, MARKUP_SPEECH_CHARS, MARKUP_TARGETS
from ringfence.markup.build import is_sip_uri
from ringfence.markup.parser import parse
from ringfence.markup.verbs import (
    Broken,
    Client,
    Conference,
    Dial,
    Gather,
    Number,
    Pause,
    Play,
    Queue,
    Record,
    Redirect,
    Say,
    Sip,
)


def verbs_of(inside):
    return parse(f"<Response>{inside}</Response>").verbs


def test_gather():
    assert verbs_of(
        "<Gather numDigits='4' action='/a' method='get' timeout='9' finishOnKey='*' "
        "actionOnEmptyResult='true' bargeIn='false'><Say>x</Say><Pause/><Play>y.wav</Play></Gather>"
    ) == (
        Gather(
            num_digits=4, action="/a", method="GET", timeout=9, finish_on_key="*",
            action_on_empty_result=True, barge_in=False,
            prompts=(Say(text="x"), Pause(), Play(url="y.wav")),
        ),
    )  # fmt: skip


def test_record():
    assert verbs_of(
        "<Record maxLength='9' timeout='0' finishOnKey='' playBeep='false' trim='do-not-trim' "
        "recordingStatusCallback='/s' recordingStatusCallbackEvent='absent,completed'/>"
    ) == (
        Record(
            max_length=9, timeout=0, finish_on_key="", play_beep=False, trim="do-not-trim",
            recording_status_callback="/s",
            recording_status_callback_event=("completed", "absent"),
        ),
    )  # fmt: skip


def test_dial_targets_in_order_with_the_bare_number_first():
    (dial,) = verbs_of(
        "<Dial record='true'>+12025550123<Sip>sip:a@example.com</Sip>"
        "<Number sendDigits='1w2'>+442079460100</Number></Dial>"
    )
    assert dial == Dial(
        record="record-from-answer",
        targets=(
            Number(number="+12025550123"),
            Sip(uri="sip:a@example.com"),
            Number(number="+442079460100", send_digits="1w2"),
        ),
    )


def test_sip_in_parts():
    (dial,) = verbs_of(
        "<Dial><Sip password='p'><Uri username='u' password='ignored'>a@example.com</Uri>"
        "<Headers><Header name='X-A' value='1'/></Headers></Sip></Dial>"
    )
    assert dial.targets == (
        Sip(uri="sip:a@example.com", username="u", password="p", headers=(("X-A", "1"),)),
    )


def test_targets_of_later_are_parsed():
    (dial,) = verbs_of(
        "<Dial><Client>ann</Client><Client><Identity>bob</Identity>"
        "<Parameter name='a' value='b'/><Parameter value='c'/></Client>"
        "<Conference muted='true' beep='onEnter' maxParticipants='5'>room</Conference>"
        "<Queue url='/q'>support</Queue><Client/><Conference/><Queue/></Dial>"
    )
    assert dial.targets == (
        Client(identity="ann"),
        Client(identity="bob", parameters=(("a", "b"),)),
        Conference(room="room", muted=True, beep="onEnter", max_participants=5),
        Queue(name="support", url="/q"),
    )


def test_speech_is_collapsed_and_cut():
    assert verbs_of("<Say>\n  one\n\ttwo  </Say>") == (Say(text="one two"),)
    (say,) = verbs_of(f"<Say>{'x' * (MARKUP_SPEECH_CHARS + 1)}</Say>")
    assert len(say.text) == MARKUP_SPEECH_CHARS


def test_play_of_digits_needs_no_url():
    assert verbs_of("<Play digits='wW1'/>") == (Play(digits="wW1"),)


def test_bounds_of_lists():
    (dial,) = verbs_of(f"<Dial>{'<Number>+12025550123</Number>' * 20}</Dial>")
    assert len(dial.targets) == MARKUP_TARGETS
    headers = "<Header name='X-A' value='1'/>" * 40
    (dial,) = verbs_of(f"<Dial><Sip>sip:a@b<Headers>{headers}</Headers></Sip></Dial>")
    assert len(dial.targets[0].headers) == MARKUP_SIP_HEADERS


def test_what_cannot_be_carried_out_is_broken():
    assert verbs_of("<Dial/>") == (Broken(name="Dial"),)
    assert verbs_of("<Redirect>ftp://x</Redirect>") == (Broken(name="Redirect"),)
    assert verbs_of("<Redirect/>") == (Redirect(),)


@pytest.mark.parametrize(
    "uri",
    [
        "sip:ann@example.com",
        "sips:ann@example.com:5061;transport=tcp",
        "SIP:example.com",
        "sip:+12025550123@192.0.2.1?X-A=b",
        "sip:ann@[2001:db8::1]:5060",
        "sip:a.b-c_d%20e@example.com",
    ],
)
def test_sip_uris(uri):
    assert is_sip_uri(uri)


@pytest.mark.parametrize(
    "uri",
    ["", "ann", "http://example.com", "sip:", "sip:a@b c", "sip:a@b\r\nX: y", "sip:a@@b", "tel:+1"],
)
def test_no_sip_uris(uri):
    assert not is_sip_uri(uri)
