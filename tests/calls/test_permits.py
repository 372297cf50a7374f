"""Which recordings are permitted: a ruling, what it leaves owed, and how that is paid off."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import commands, effects, events, inputs
from ringfence.calls.permits import Permits
from ringfence.kernel.ids import ClipId, LegId, PartyId

A, B, C = PartyId("PA-a"), PartyId("PA-b"), PartyId("PA-c")
CALLER, AGENT = PartyId("PA-caller"), PartyId("PA-agent")


def test_without_a_ruling_nothing_is_permitted() -> None:
    assert not Permits().allow("call", [A])
    assert not Permits().allow("voicemail", [])
    assert not Permits().denied("call")


def test_whoever_is_not_covered_is_not_recorded() -> None:
    permits = Permits()
    permits.rule("dial", "record", [(A, "none"), (B, "none"), (None, "none")])
    assert permits.allow("dial", [A, B])
    assert permits.allow("dial", [A, None])
    assert not permits.allow("dial", [A, C])
    assert not permits.allow("call", [A])


@pytest.mark.promise("TEL-07")
def test_what_is_owed_is_owed_until_it_is_paid() -> None:
    permits = Permits()
    permits.rule("dial", "ask", [(A, "announce"), (B, "ask")])
    assert not permits.allow("dial", [A, B])
    permits.told("dial", A, "heard")
    assert permits.owes("dial", A) == "none"
    assert not permits.allow("dial", [A, None])  # who is heard there is owed a question yet
    assert not permits.allow("dial", [A, B])
    permits.told("dial", B, "yes")
    assert permits.allow("dial", [A, B, None])


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("answer", ["no", "nothing", "not_said", "heard"])
def test_only_a_yes_answers_a_question(answer: Any) -> None:
    permits = Permits()
    permits.rule("call", "ask", [(A, "ask")])
    permits.told("call", A, answer)
    assert permits.denied("call")
    assert not permits.allow("call", [A])
    permits.told("call", A, "yes")  # too late
    assert not permits.allow("call", [A])


def test_a_word_about_somebody_else_changes_nothing() -> None:
    permits = Permits()
    permits.rule("call", "announce", [(A, "announce")])
    for source, party in (("call", B), ("dial", A), ("call", None)):
        permits.told(source, party, "no")  # type: ignore[arg-type]
    permits.told("call", A, "heard")
    assert permits.allow("call", [A])


def test_a_later_ruling_replaces_an_earlier_one() -> None:
    permits = Permits()
    permits.rule("call", "record", [(A, "none")])
    permits.rule("call", "never", [(A, "none")])
    assert permits.denied("call")
    assert not permits.allow("call", [A])


# --- what a callee hears before they are connected --------------------------------------------


def ruling(*duties: str, outcome: str = "ask") -> commands.RuleRecording:
    count = len(duties)
    return commands.RuleRecording(
        source="dial", outcome=outcome, law="all_party", rules=("x",), edition="1",  # type: ignore[arg-type]
        decided_at=1, beep=False, policy="law", hours=(60, 120), zone="UTC",  # type: ignore[arg-type]
        parties=(None, AGENT)[:count], places=("US-CA",) * count, standings=("person",) * count,
        consents=("unknown",) * count, restricted=(False,) * count, duties=duties,  # type: ignore[arg-type]
    )  # fmt: skip


def notice(*, ask: bool) -> commands.RecordingNotice:
    return commands.RecordingNotice(
        clips=(ClipId("CL-notice"),), ask=ask, text="ab" * 32, version="1", language="en",
        wait_ms=4_000,
    )  # fmt: skip


def picked_up(rig: Any, make_device: Any, *, duty: str) -> LegId:
    """The callee has answered and hears of the recording."""
    rig.answered()
    rig.do(ruling("none", duty))
    target = make_device("agent", notice=notice(ask=duty == "ask"))
    rig.do(commands.Dial(targets=(target,), record="from_answer"))
    leg = rig.wants(effects.PlaceLeg)[0].leg
    new = rig.hear(inputs.LegAnswered(leg=leg))
    assert [type(effect) for effect in new] == [effects.StartPlay]
    assert new[0].clips == (ClipId("CL-notice"),)
    return LegId(leg)


def heard(rig: Any, leg: LegId, reason: str = "done") -> list[Any]:
    play = rig.wants(effects.StartPlay)[-1].play
    return list(rig.hear(inputs.PlayEnded(leg=leg, play=play, reason=reason)))  # type: ignore[arg-type]


def told(rig: Any) -> list[tuple[str, str]]:
    return [(fact.kind, fact.answer) for fact in rig.wrote(events.RecordingTold)]


def connected(new: list[Any]) -> bool:
    return any(isinstance(effect, effects.BridgeLegs) for effect in new)


def recorded(new: list[Any]) -> bool:
    return any(isinstance(effect, effects.StartRecording) for effect in new)


@pytest.mark.promise("TEL-07")
@pytest.mark.promise("CLS-09")
def test_a_callee_hears_the_announcement_before_the_first_frame(rig: Any, make_device: Any) -> None:
    leg = picked_up(rig, make_device, duty="announce")
    rig.hear(inputs.DigitPressed(leg=leg, digit="1"))
    assert not recorded(rig.effects)
    new = heard(rig, leg)
    assert connected(new)
    assert recorded(new)
    assert told(rig) == [("announce", "heard")]
    assert rig.call.may_record("dial", [CALLER, AGENT])
    rig.hear(inputs.LegHungUp(leg=leg))
    rig.do(commands.Hangup())
    rig.finish()


@pytest.mark.promise("TEL-07")
def test_a_callee_who_agrees_is_recorded(rig: Any, make_device: Any) -> None:
    leg = picked_up(rig, make_device, duty="ask")
    assert heard(rig, leg) == []
    new = rig.hear(inputs.DigitPressed(leg=leg, digit="1"))
    assert connected(new)
    assert recorded(new)
    assert told(rig) == [("ask", "yes")]


def test_nobody_has_to_hear_the_question_out(rig: Any, make_device: Any) -> None:
    leg = picked_up(rig, make_device, duty="ask")
    new = rig.hear(inputs.DigitPressed(leg=leg, digit="1"))
    assert effects.StopPlay(leg=leg, patient=True) in new
    assert recorded(new)
    assert heard(rig, leg, "stopped") == []


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("answer", ["no", "nothing", "not_said"])
def test_a_callee_who_does_not_agree_is_connected_and_not_recorded(
    rig: Any, make_device: Any, answer: str
) -> None:
    leg = picked_up(rig, make_device, duty="ask")
    if answer == "not_said":
        new = heard(rig, leg, "failed")
    else:
        heard(rig, leg)
        new = (
            rig.hear(inputs.DigitPressed(leg=leg, digit="9")) if answer == "no" else rig.wait(4_000)
        )
    assert connected(new)
    assert not recorded(rig.effects)
    assert told(rig) == [("ask", answer)]
    assert not rig.call.may_record("dial", [CALLER, AGENT])
    rig.hear(inputs.LegHungUp(leg=leg))
    rig.do(commands.Hangup())
    rig.finish()


def test_a_callee_who_hangs_up_on_the_question_was_not_connected(
    rig: Any, make_device: Any
) -> None:
    leg = picked_up(rig, make_device, duty="ask")
    rig.hear(inputs.LegHungUp(leg=leg))
    assert not connected(rig.effects)
    rig.do(commands.Hangup())
    rig.finish()


def test_a_callee_who_is_owed_nothing_is_connected_at_once(rig: Any, make_device: Any) -> None:
    rig.answered()
    rig.do(ruling("none", "none", outcome="record"))
    target = make_device("agent", notice=notice(ask=True))
    rig.do(commands.Dial(targets=(target,), record="from_answer"))
    new = rig.hear(inputs.LegAnswered(leg=rig.wants(effects.PlaceLeg)[0].leg))
    assert connected(new)
    assert recorded(new)


def test_a_caller_who_refuses_is_not_recorded_while_it_rings_either(rig: Any) -> None:
    rig.answered()
    rig.do(ruling("ask", "none"))
    rig.do(commands.TellRecording(
        source="dial", kind="ask", answer="no", text="0", version="1", language="en"
    ))  # fmt: skip
    rig.dial("agent", record="from_ringing")
    assert not recorded(rig.effects)


def test_a_ruling_is_a_fact_and_the_first_party_is_the_callers_own(rig: Any) -> None:
    rig.answered()
    rig.do(ruling("announce", "ask"))
    (fact,) = rig.wrote(events.RecordingRuled)
    assert fact.parties == (CALLER, AGENT)
    assert (fact.opens, fact.closes) == (60, 120)
    assert fact.duties == ("announce", "ask")


def test_a_new_partner_on_whom_nobody_ruled_ends_the_recording(rig: Any) -> None:
    agent = rig.talking(record="from_answer")
    assert len(rig.wants(effects.StartRecording)) == 1
    activity = rig.call._live.activity
    activity.partner_moved(LegId("LG-elsewhere"), None, PartyId("PA-else"))
    assert len(rig.call.take_output()) >= 1
    assert not any(r.running for r in rig.call._live.recordings.values())
    assert agent


@pytest.mark.promise("CON-03")
def test_what_is_recorded_of_somebody_who_takes_it_back_stops_for_good(
    rig: Any, make_device: Any
) -> None:
    leg = picked_up(rig, make_device, duty="announce")
    heard(rig, leg)
    assert recorded(rig.effects)
    assert rig.call.has(AGENT)
    new = rig.do(commands.ForbidRecording(party=AGENT))
    assert [type(effect) for effect in new] == [effects.StopRecording]
    assert not rig.call.may_record("dial", [CALLER, AGENT])
    rig.do(ruling("none", "none", outcome="record"))  # whatever is ruled later
    assert not rig.call.may_record("dial", [CALLER, AGENT])
    assert [note.code for note in rig.wrote(events.TimelineNoted)] == ["recording_forbidden"]
    assert not rig.wrote(events.LegsUnbridged)  # the talk goes on
    rig.hear(inputs.LegHungUp(leg=leg))
    rig.do(commands.Hangup())
    rig.finish()


def test_what_a_party_was_told_is_remembered() -> None:
    permits = Permits()
    one = PartyId("PA-1")
    assert permits.paid("conference", one) == "none"
    permits.rule("conference", "ask", [(one, "ask")])
    permits.told("conference", one, "no")
    assert permits.paid("conference", one) == "none"
    permits.rule("conference", "ask", [(one, "ask")])
    permits.told("conference", one, "yes")
    assert permits.paid("conference", one) == "ask"
    assert permits.paid("dial", one) == "none"
    assert permits.paid("conference", None) == "none"


@pytest.mark.promise("TEL-07")
def test_a_ruling_on_what_goes_on_keeps_what_was_said() -> None:
    permits = Permits()
    permits.rule("call", "ask", [(A, "announce")])
    permits.told("call", A, "heard")
    permits.rule("call", "ask", [(A, "announce"), (B, "ask")], again=True)
    assert (permits.owes("call", A), permits.owes("call", B)) == ("none", "ask")
    permits.rule("call", "ask", [(A, "ask"), (B, "ask")], again=True)
    assert permits.owes("call", A) == "ask"  # whoever was told was not asked
    permits.told("call", B, "no")
    permits.rule("call", "record", [(A, "none"), (B, "none")], again=True)
    assert permits.denied("call")
    permits.rule("call", "record", [(A, "none"), (B, "none")])
    assert not permits.denied("call")
    assert permits.ruled("call")
    assert not permits.ruled("dial")
