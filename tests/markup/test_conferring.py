"""Dial of a Conference: with which wishes its caller comes in, and what follows."""

from __future__ import annotations

import pytest

from ringfence.calls import commands, notices
from ringfence.markup.context import Source
from ringfence.markup.exchange import Callback, Fetched

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
        name="team", max_members=250, time_limit_ms=14_400_000, wait=None
    )


def test_every_wish(script):
    found = join(
        confer(
            script,
            "muted='true' beep='onExit' startConferenceOnEnter='false' endConferenceOnExit='true' "
            f"maxParticipants='3' coach='{CALL}' participantLabel='ann' waitUrl='/music' "
            "waitMethod='GET' statusCallback='/news' statusCallbackEvent='start end join' "
            "region='ie1' jitterBufferSize='small'",
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
    )


def test_silence_instead_of_music(script):
    assert join(confer(script, "waitUrl=''")).wait == commands.Heard(url="")


def test_the_older_name_of_the_callback(script):
    told = join(confer(script, "eventCallbackUrl='https://x.example/old'")).news
    assert (told.url, told.events) == ("https://x.example/old", ("start", "end"))


def test_a_coach_of_nobody_is_a_member_like_others(script):
    assert join(confer(script, "coach='somebody'")).coach is None


def test_the_next_verb_follows(script):
    s = confer(script)
    s.tell(notices.ConferenceFinished(reason="ended", duration_ms=5_000))
    assert s.heard == ["after"]
    assert s.hung_up


@pytest.mark.parametrize(
    ("reason", "status", "bridged"),
    [("ended", "answered", "true"), ("removed", "answered", "true"), ("full", "failed", "false")],
)
def test_the_action_is_told(script, reason, status, bridged):
    s = confer(script, dial="action='/after'")
    s.tell(notices.ConferenceFinished(reason=reason, duration_ms=5_000))
    params = s.params()
    assert (params["DialCallStatus"], params["DialBridged"]) == (status, bridged)
    assert params["DialCallDuration"] == "5"
    assert ("room_full" in s.codes) is (reason == "full")


def test_who_hangs_up_in_a_room_has_its_action_told_too(script):
    s = confer(script, dial="action='/after'").hang_up()
    s.tell(notices.ConferenceFinished(reason="hung_up", duration_ms=1_000, hung_up=True))
    assert s.last(Callback).url == "https://x.example/after"


def test_only_the_room_is_joined(script):
    s = script("<Response><Dial>+12025550199<Conference>r</Conference></Dial></Response>").begin()
    assert join(s).name == "r"
    assert "too_many_targets" in s.codes
    assert Fetched not in map(type, s.log)
