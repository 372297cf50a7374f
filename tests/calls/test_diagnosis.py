"""A call's facts, in words that say what to do."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from ringfence.calls import commands, diagnosis, effects, events, inputs
from ringfence.calls.causes import Cause
from ringfence.calls.diagnosis import Finding, diagnose
from ringfence.calls.words import RecordingFault
from ringfence.config import TABLE
from ringfence.kernel.ids import ClipId, LegId

CALLER = LegId("LG-caller")
GOOD = {"codec": "PCMU", "packets_in": 500, "packets_out": 500, "mos_x100": 430}


def ended(rig: Any, **figures: Any) -> list[Finding]:
    """Hang up a call of ten seconds whose first leg had these figures."""
    rig.wait(10_000)
    rig.do(commands.Hangup())
    rig.hear(inputs.LegReleased(leg=CALLER, stats=inputs.LegStats(**{**GOOD, **figures})))
    rig.finish()
    return diagnose(rig.facts)


def codes(found: list[Finding]) -> list[str]:
    return [finding.code for finding in found]


def test_a_good_call_has_no_fault(rig: Any) -> None:
    rig.answered()
    found = ended(rig)
    assert [finding.severity for finding in found] == ["note", "ok"]
    assert codes(found) == ["no_person", "no_fault"]


def test_nothing_known() -> None:
    assert codes(diagnose([])) == ["no_facts"]


def test_a_call_that_runs(rig: Any) -> None:
    rig.answered()
    assert codes(diagnose(rig.facts)) == ["call_runs", "no_fault"]


@pytest.mark.parametrize(
    ("number", "named"),
    [(18, "G.729"), (111, "that only its SDP names"), (77, "(payload type 77)")],
)
@pytest.mark.parametrize("sent", [0, 500])
def test_the_wrong_codec_is_told_from_silence(rig: Any, number: int, named: str, sent: int) -> None:
    rig.answered()
    found = ended(rig, packets_in=0, packets_out=sent, foreign_in=490, foreign_type=number)
    told = next(each for each in found if each.severity == "fault")
    assert told.code == "wrong_codec"
    assert "490 packets" in told.sentence
    assert named in told.sentence
    assert "agreed, PCMU" in told.sentence
    assert "Allow PCMU alone" in told.remedy
    assert "one_way_in" not in codes(found)


def test_a_codec_changed_in_mid_call_is_told_too(rig: Any) -> None:
    rig.answered()
    assert "wrong_codec" in codes(ended(rig, packets_in=100, foreign_in=400, foreign_type=3))


def test_a_little_comfort_noise_is_no_fault(rig: Any) -> None:
    rig.answered()
    assert "wrong_codec" not in codes(ended(rig, foreign_in=20, foreign_type=13))


def test_a_muted_microphone_is_told_from_a_network_that_fails(rig: Any) -> None:
    rig.answered()
    found = ended(rig, silent_in=495)
    assert "silence_in" in codes(found)
    assert "one_way_in" not in codes(found)
    told = next(each for each in found if each.code == "silence_in")
    assert "the network and the codec work" in told.sentence
    assert "microphone" in told.remedy


def test_who_only_listens_to_a_prompt_may_be_silent(rig: Any) -> None:
    rig.answered()
    [silent] = [one for one in ended(rig, silent_in=495) if one.code == "silence_in"]
    assert silent.severity == "note"


def test_who_is_heard_by_somebody_may_not(rig: Any) -> None:
    rig.talking()
    [silent] = [one for one in ended(rig, silent_in=495) if one.code == "silence_in"]
    assert silent.severity == "fault"


def test_a_document_of_a_server_is_mended_there_and_not_by_a_file(rig: Any) -> None:
    """`number add --twiml --replace` would take the number away from its server."""
    rig.answered()
    rig.do(commands.Note(code="document_read", text="document fetched in 9 ms"))
    rig.do(commands.Note(code="not_xml", text="line 1, column 2: wrong", level="error"))
    found = ended(rig)
    (finding,) = [finding for finding in found if finding.code == "not_xml"]
    assert f"ringfence simulate {rig.facts[0].call} --url URL --fetch" in finding.remedy
    assert "--replace" not in finding.remedy


def test_packets_from_elsewhere_are_told_from_none(rig: Any) -> None:
    rig.answered()
    assert "wrong_source" in codes(ended(rig, packets_in=0, strangers_in=480))


def test_no_packet_at_all_is_said_so(rig: Any) -> None:
    rig.answered()
    told = next(each for each in ended(rig, packets_in=0) if each.code == "one_way_in")
    assert "no packet of any codec" in told.sentence
    assert "firewall" in told.remedy


@pytest.mark.parametrize(
    ("figures", "code", "severity"),
    [
        ({"packets_in": 0, "packets_out": 0}, "no_audio", "fault"),
        ({"packets_in": 0}, "one_way_in", "fault"),
        ({"packets_out": 0}, "one_way_out", "fault"),
        ({"latched": True}, "latched", "note"),
        ({"lost_in": 60}, "loss_in", "fault"),
        ({"lost_out": 60}, "loss_out", "fault"),
        ({"jitter_ms": 55}, "jitter", "note"),
        ({"mos_x100": 290}, "low_mos", "note"),
    ],
)
def test_what_the_packets_say(rig: Any, figures: dict[str, Any], code: str, severity: str) -> None:
    rig.answered()
    found = ended(rig, **figures)
    (finding,) = [finding for finding in found if finding.code == code]
    assert finding.severity == severity
    assert finding.leg == CALLER
    assert finding.sentence.endswith(".")
    if severity == "fault":
        assert finding.remedy


@pytest.mark.parametrize(
    "figures",
    [{"lost_in": 10}, {"jitter_ms": 20}, {"mos_x100": 0}, {"lost_in": 1, "packets_in": 99}],
)
def test_what_is_nothing_to_speak_of(rig: Any, figures: dict[str, Any]) -> None:
    rig.answered()
    assert codes(ended(rig, **figures)) == ["no_person", "no_fault"]


def test_a_nat_is_named(rig: Any) -> None:
    rig.answered()
    found = ended(rig, packets_in=0, private_address=True)
    assert "NAT" in found[0].sentence
    assert "--advertise" in found[0].remedy


def test_a_very_short_call_says_nothing(rig: Any) -> None:
    rig.answered()
    rig.wait(900)
    rig.do(commands.Hangup())
    rig.hear(inputs.LegReleased(leg=CALLER, stats=inputs.LegStats()))
    assert "no_audio" not in codes(diagnose(rig.facts))


def test_figures_that_never_came(rig: Any) -> None:
    rig.answered()
    rig.wait(5_000)
    rig.do(commands.Hangup())
    rig.wait(60_000)
    assert "no_figures" in codes(diagnose(rig.facts))


def test_silence_on_hold_is_no_fault(rig: Any) -> None:
    rig.answered()
    rig.hear(inputs.LegHeld(leg=CALLER, on=True))
    found = ended(rig, packets_out=0)
    (finding,) = [finding for finding in found if finding.code == "one_way_out"]
    assert finding.severity == "note"
    assert "hold" in finding.sentence


def test_late_audio(rig: Any) -> None:
    rig.answered()
    rig.wait(3_500)
    rig.hear(inputs.AudioStarted(leg=CALLER))
    found = ended(rig)
    (finding,) = [finding for finding in found if finding.code == "audio_late"]
    assert "3.5 s" in finding.sentence


def test_no_common_codec(rig: Any) -> None:
    rig.arrive()
    rig.do(commands.Answer())
    rig.hear(inputs.EffectFailed(effect=effects.AnswerLeg(leg=CALLER), cause=Cause.NOT_ACCEPTABLE))
    rig.finish()
    found = diagnose(rig.facts)
    assert found[0].code == "ended_not_acceptable"
    assert "codec" in found[0].remedy


def test_an_unanswered_call_is_not_a_fault(rig: Any) -> None:
    rig.arrive()
    rig.hear(inputs.LegHungUp(leg=CALLER))
    rig.finish()
    assert codes(diagnose(rig.facts)) == ["not_answered_cancelled", "no_fault"]


def test_a_party_that_could_not_be_reached(rig: Any) -> None:
    rig.answered()
    a, b = rig.dial("a", "b")
    rig.hear(inputs.LegRefused(leg=a, cause=Cause.NOT_REGISTERED, status=480))
    rig.hear(inputs.LegRefused(leg=b, cause=Cause.BUSY, status=486))
    rig.release(a, b)
    found = ended(rig)
    assert [(finding.severity, finding.code, finding.leg) for finding in found[::2]] == [
        ("fault", "leg_not_registered", a),
        ("note", "leg_busy", b),
    ]
    assert "SIP status 480" in found[0].sentence


@pytest.mark.parametrize("rings", [False, True])
def test_who_never_rang_is_told_from_who_was_not_there(rig: Any, rings: bool) -> None:
    rig.answered()
    [leg] = rig.dial("a", ring_ms=6_000)
    if rings:
        rig.hear(inputs.LegRang(leg=leg))
    rig.wait(6_000)
    rig.release(leg)
    [told] = [one for one in ended(rig) if one.leg == leg]
    assert told.code == ("leg_no_answer" if rings else "leg_no_word")
    assert told.severity == ("note" if rings else "fault")
    assert ("It rang" in told.sentence) is rings
    assert bool(told.remedy) is not rings


@pytest.mark.parametrize("rings", [False, True])
def test_a_placed_call_that_never_rang_is_a_fault(rig: Any, rings: bool) -> None:
    leg = rig.originated()
    if rings:
        rig.hear(inputs.LegRang(leg=leg))
    rig.do(commands.Hangup(cause=Cause.NO_ANSWER))
    rig.release(leg)
    rig.finish()
    assert ("no_word" in codes(diagnose(rig.facts))) is not rings


def test_an_outbound_call_that_was_refused_is_told_once(rig: Any) -> None:
    leg = rig.originated()
    rig.hear(inputs.LegRefused(leg=leg, cause=Cause.UNALLOCATED, status=404))
    rig.finish()
    assert codes(diagnose(rig.facts)) == ["ended_unallocated"]


def test_a_prompt_that_was_not_heard(rig: Any) -> None:
    rig.answered()
    for play in (1, 2):
        rig.do(commands.Play(play=play, clips=(ClipId("CL-1"),)))
        rig.hear(inputs.PlayEnded(leg=CALLER, play=play, reason="failed"))
    found = ended(rig)
    assert found[0].code == "prompt_failed"
    assert found[0].sentence.startswith("2 ")


def test_what_the_program_found_wrong(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Note(code="fetch_failed", level="error"))
    rig.do(commands.Note(code="clip_failed", text="A clip was skipped.", level="warning"))
    rig.do(commands.Note(code="document_read", text="Read.", level="info"))
    found = ended(rig)
    assert codes(found) == ["fetch_failed", "no_person", "clip_failed"]
    assert [finding.severity for finding in found] == ["fault", "note", "note"]


@pytest.mark.parametrize("fault", get_args(RecordingFault))
def test_why_there_is_no_recording(rig: Any, fault: RecordingFault) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    start = rig.wants(effects.StartRecording)[0]
    rig.hear(inputs.RecordingBroke(recording=start.recording, reason=fault))
    found = ended(rig)
    (finding,) = [finding for finding in found if finding.code == f"recording_{fault}"]
    assert finding.severity == ("note" if fault in {"empty", "refused"} else "fault")


def test_a_recording_that_was_cut(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    start = rig.wants(effects.StartRecording)[0]
    rig.hear(
        inputs.RecordingEnded(recording=start.recording, reason="disk_full", duration_ms=4_000)
    )
    assert "recording_cut" in codes(ended(rig))


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_can_be_explained(rig: Any, cause: Cause) -> None:
    rig.answered()
    rig.do(commands.Hangup(cause=cause))
    rig.finish()
    found = diagnose(rig.facts)
    assert found
    assert all(finding.sentence for finding in found)
    if f"ended_{cause}" in codes(found):
        assert found[0].remedy


def test_no_remedy_names_a_setting_there_is_not() -> None:
    """There was a time-out to be raised, which nobody can."""
    assert "time-out" not in diagnosis._REMEDIES[Cause.MEDIA_TIMEOUT]
    for remedy in (*diagnosis._REMEDIES.values(), diagnosis._NO_PACKETS):
        for flag in re.findall(r"--([a-z][a-z-]+)", remedy):
            assert flag.replace("-", "_") in TABLE


def test_every_remedy_is_for_a_fault() -> None:
    assert set(diagnosis._FAULTS) == set(get_args(RecordingFault))


def test_nobody_is_named(rig: Any) -> None:
    rig.talking()
    text = repr(ended(rig, packets_in=0))
    for fact in rig.facts:
        assert not isinstance(fact, events.CallOffered) or fact.caller not in text


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("not_xml", "ringfence number add NUMBER --twiml FILE --replace"),
        ("fetch_status", "curl -i -X POST URL"),
        ("fetch_refused", "--fetch-private NETWORK"),
        ("clip_failed", "WAV or MP3"),
        ("no_rtp_port", "--rtp LOW-HIGH"),
    ],
)
def test_what_a_program_noted_has_a_remedy(rig: Any, code: str, mend: str) -> None:
    rig.answered()
    rig.do(commands.Note(code=code, text="line 1, column 2: wrong", level="error"))
    (finding,) = [finding for finding in ended(rig) if finding.code == code]
    assert finding.severity == "fault"
    assert mend in finding.remedy
