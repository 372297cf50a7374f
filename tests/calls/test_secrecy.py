"""Digits that are secret: taken by whoever asked, dropped where nobody did, heard by nobody."""

from typing import Any

from ringfence.calls import commands, effects, events, inputs, notices
from ringfence.calls.secrecy import Capture, GuardDigits, StopCapture
from ringfence.kernel.ids import LegId
from ringfence.kernel.limits import SECRET_QUIET_MS

CALLER = LegId("LG-caller")


def press(rig: Any, digits: str, leg: Any = CALLER) -> None:
    for digit in digits:
        rig.hear(inputs.DigitPressed(leg=leg, digit=digit))


def test_a_sensitive_collection_gives_its_digits_in_one_place_alone(rig: Any) -> None:
    rig.answered()
    rig.do(commands.Collect(sensitive=True, finish_on="#*", max_digits=19))
    press(rig, "42#")
    assert not rig.told(notices.DigitsEntered)
    (entered,) = rig.told(notices.SecretEntered)
    assert (entered.digits.reveal(), entered.reason, entered.key) == ("42", "finish_key", "#")
    assert "42" not in repr(entered)
    assert [n.by for n in rig.told(notices.SecretPressed)] == ["program", "program"]
    assert [f.count for f in rig.wrote(events.DigitsCollected)] == [2]


def test_between_two_entries_a_key_is_nobodys(rig: Any) -> None:
    rig.answered()
    rig.do(GuardDigits(on=True, why="verb"))
    press(rig, "7")
    assert not rig.told(notices.DigitHeard)
    rig.do(GuardDigits(on=False, why="verb"))
    press(rig, "8")
    assert [n.digit for n in rig.told(notices.DigitHeard)] == ["8"]


def test_a_recording_hears_noise_for_as_long_as_there_is_any_reason(rig: Any) -> None:
    rig.answered()
    rig.do(commands.StartRecording())
    (start,) = rig.wants(effects.StartRecording)
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    on = effects.RedactDigits(recording=start.recording, on=True)
    off = effects.RedactDigits(recording=start.recording, on=False)
    assert rig.do(GuardDigits(on=True, why="verb")) == [on]
    assert rig.do(commands.Collect(sensitive=True)) == []
    assert rig.do(commands.StopCollect()) == []
    assert rig.do(GuardDigits(on=False, why="verb")) == []
    rig.wait(SECRET_QUIET_MS)
    assert rig.effects[-1] == off


def test_the_sound_of_the_last_key_may_be_late_and_is_noise_all_the_same(rig: Any) -> None:
    rig.answered()
    rig.do(GuardDigits(on=True, why="verb"))
    rig.do(GuardDigits(on=False, why="verb"))
    rig.wait(SECRET_QUIET_MS - 1)
    (start,) = rig.do(commands.StartRecording())
    assert start.redact
    rig.hear(inputs.RecordingBegan(recording=start.recording))
    rig.do(GuardDigits(on=True, why="verb"))
    rig.do(GuardDigits(on=False, why="verb"))
    rig.wait(SECRET_QUIET_MS - 1)
    assert not rig.wants(effects.RedactDigits)
    rig.wait(1)
    assert rig.wants(effects.RedactDigits) == [
        effects.RedactDigits(recording=start.recording, on=False)
    ]


def test_another_program_lifts_what_a_verb_keeps_and_not_a_session(rig: Any) -> None:
    rig.answered()
    rig.do(GuardDigits(on=True, why="session"))
    rig.do(GuardDigits(on=True, why="verb"))
    rig.do(commands.Clear())
    press(rig, "7")
    assert not rig.told(notices.DigitHeard)


def test_a_capture_takes_keys_from_whatever_the_call_is_about(rig: Any) -> None:
    rig.talking(hangup_on_star=True)
    quiet = rig.do(Capture(max_digits=3, timeout_ms=5_000))
    assert quiet == [effects.QuietLeg(leg=CALLER, on=True)]
    press(rig, "12")
    assert len(rig.told(notices.SecretPressed)) == 2
    press(rig, "3")
    assert not rig.told(notices.DialFinished)
    (entered,) = rig.told(notices.SecretEntered)
    assert (entered.by, entered.digits.reveal(), entered.reason) == ("session", "123", "max_digits")
    rig.wait(SECRET_QUIET_MS)
    assert rig.wants(effects.QuietLeg)[-1] == effects.QuietLeg(leg=CALLER, on=False)


def test_a_capture_waits_for_the_first_key_and_not_long_for_the_next(rig: Any) -> None:
    rig.answered()
    rig.do(Capture(max_digits=19, timeout_ms=5_000))
    rig.wait(60_000)
    assert not rig.told(notices.SecretEntered)
    press(rig, "4")
    rig.wait(5_000)
    (entered,) = rig.told(notices.SecretEntered)
    assert entered.reason == "timeout"


def test_what_was_captured_is_wiped_where_nobody_hears_of_it(rig: Any) -> None:
    rig.answered()
    rig.do(Capture(max_digits=19, timeout_ms=5_000))
    press(rig, "4242")
    digits = rig.told(notices.SecretPressed)[-1].digits
    rig.do(commands.Hangup())
    assert not digits
    assert not rig.told(notices.SecretEntered)


def test_a_stopped_capture_is_told_once(rig: Any) -> None:
    rig.answered()
    rig.do(StopCapture())
    assert not rig.told(notices.SecretEntered)
    rig.do(Capture(max_digits=19, timeout_ms=5_000))
    rig.do(StopCapture())
    assert [n.reason for n in rig.told(notices.SecretEntered)] == ["stopped"]
