"""Dial of a Conference: with which wishes its caller comes in, and what follows."""

from __future__ import annotations

import pytest

from ringfence.calls import commands, notices
from ringfence.markup.context import Source
from ringfence.markup.exchange import AskRecording, Callback, Fetched

CALL = "CA" + "9" * 32


def confer(script, attributes="", *, dial="", after="<Say>after</Say>"):
    s = script(Source(url="https://x.example/voice")).begin()
    body = (
        f"<Response><Dial {dial}><Conference {attributes}>team</Conference></Dial>"
        f"{after}</Response>"
    )
    return s.fetched(body)


def join(s):
    return s.last(commands.JoinConference)


def test_a_room_is_joined_with_twilio_s_defaults(script):
    found = join(confer(script))
    assert found == commands.JoinConference(
        name="team", max_members=250, time_limit_ms=14_400_000, wait=None, trim=True
    )


def test_every_wish(script):
    found = join(
        confer(
            script,
            "muted='true' beep='onExit' startConferenceOnEnter='false' endConferenceOnExit='true' "
            f"maxParticipants='3' coach='{CALL}' participantLabel='ann' waitUrl='/music' "
            "waitMethod='GET' statusCallback='/news' statusCallbackEvent='start end join' "
            "region='ie1' jitterBufferSize='small' trim='do-not-trim'",
            dial="hangupOnStar='true' timeLimit='60'",
        )
    )
    assert found == commands.JoinConference(
        name="team",
        muted=True,
        beep="exit",
        start_on_enter=False,
        end_on_exit=True,
        max_members=3,
        coach=CALL,
        label="ann",
        wait=commands.Heard(url="https://x.example/music", method="GET"),
        news=commands.Told(
            url="https://x.example/news", method="POST", events=("start", "end", "join")
        ),
        hangup_on_star=True,
        time_limit_ms=60_000,
        trim=False,
    )


def test_silence_instead_of_music(script):
    assert join(confer(script, "waitUrl=''")).wait == commands.Heard(url="")


def test_the_older_name_of_the_callback_of_recordings(script):
    found = join(confer(script, "eventCallbackUrl='https://x.example/old'"))
    assert found.news is None
    told = found.recording_news
    assert (told.url, told.events) == ("https://x.example/old", ("completed",))


def recorded(script, outcome, duties, *, attributes="record='record-from-start'", already=False):
    s = script(Source(url="https://x.example/voice"))
    s.outcome, s.duties, s.room_recorded = outcome, duties, already
    s.begin()
    body = f"<Response><Dial><Conference {attributes}>team</Conference></Dial></Response>"
    return s.fetched(body)


def test_who_may_be_recorded_is_asked_before_the_door(script):
    s = recorded(script, "record", ("none",))
    asked = s.last(AskRecording)
    assert (asked.source, asked.room) == ("conference", "team")
    assert (join(s).recorded, join(s).record) == (True, True)


def test_who_is_told_hears_it_before_the_door(script):
    s = recorded(script, "announce", ("announce",))
    assert len(s.heard) == 1
    assert [one.answer for one in s.all(commands.TellRecording)] == ["heard"]
    assert join(s).record


@pytest.mark.parametrize(("key", "kept"), [("1", True), ("2", False)])
def test_who_says_no_is_in_the_room_all_the_same(script, key, kept):
    s = recorded(script, "ask", ("ask",))
    assert s.all(commands.JoinConference) == []
    s.keys(key)
    assert (join(s).recorded, join(s).record) == (True, kept)
    assert ("recording_not_permitted" in s.codes) is not kept


def test_who_comes_into_a_room_that_is_recorded_is_asked_too(script):
    s = recorded(script, "never", ("none",), attributes="", already=True)
    assert (join(s).recorded, join(s).record) == (False, False)
    assert "recording_not_permitted" in s.codes


def test_a_coach_of_nobody_is_a_member_like_others(script):
    assert join(confer(script, "coach='somebody'")).coach is None


def test_the_next_verb_follows(script):
    s = confer(script)
    s.tell(notices.ConferenceFinished(reason="ended", duration_ms=5_000))
    assert s.heard == ["after"]
    assert s.hung_up


@pytest.mark.parametrize(
    ("reason", "status", "bridged"),
    [
        ("ended", "answered", "true"),
        ("removed", "answered", "true"),
        ("full", "failed", "false"),
        ("label_taken", "failed", "false"),
    ],
)
def test_the_action_is_told(script, reason, status, bridged):
    s = confer(script, dial="action='/after'")
    s.tell(notices.ConferenceFinished(reason=reason, duration_ms=5_000))
    params = s.params()
    assert (params["DialCallStatus"], params["DialBridged"]) == (status, bridged)
    assert params["DialCallDuration"] == "5"
    assert ("room_full" in s.codes) is (reason == "full")
    assert ("label_taken" in s.codes) is (reason == "label_taken")


def test_who_hangs_up_in_a_room_has_its_action_told_too(script):
    s = confer(script, dial="action='/after'").hang_up()
    s.tell(notices.ConferenceFinished(reason="hung_up", duration_ms=1_000, hung_up=True))
    assert s.last(Callback).url == "https://x.example/after"


def test_only_the_room_is_joined(script):
    s = script("<Response><Dial>+12025550199<Conference>r</Conference></Dial></Response>").begin()
    assert join(s).name == "r"
    assert "too_many_targets" in s.codes
    assert Fetched not in map(type, s.log)


def test_the_dial_s_record_is_not_the_room_s(script):
    s = confer(script, dial="record='true'")
    assert "attribute_without_effect" in s.codes
    assert not join(s).recorded
