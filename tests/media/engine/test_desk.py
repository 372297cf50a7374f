"""The worker's part of the protocol, with an engine and files that do as the test says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.media.engine import protocol as p
from ringfence.media.engine.desk import Desk
from ringfence.media.engine.interface import Audio, Clockwork, Identity, RecordingEnded
from ringfence.media.engine.recorder import Broke, Finished, Opened

NOW = Ms(1_700_000_000_000)


class Engine:
    """Notes what it is asked."""

    kind: p.EngineKind = "native"
    abi = 1
    wake: int | None = None

    def __init__(self) -> None:
        self.asked: list[p.AnyCommand] = []
        self.identities: list[Identity] = []
        self.renamed: list[tuple[str, str]] = []
        self.outcome: int | p.LegFailure = 20_000

    busy = True

    def open(self, leg: str, identity: Identity) -> int | p.LegFailure:
        self.identities.append(identity)
        return self.outcome

    def rename(self, leg: str, name: str) -> bool:
        self.renamed.append((leg, name))
        return True

    def do(self, command: p.AnyCommand) -> None:
        self.asked.append(command)

    def take(self) -> tuple[list[Audio], list[p.AnyNotice | RecordingEnded]]:
        return [], []

    def clockwork(self) -> Clockwork:
        return Clockwork(ticks=7, datagrams_out=3, lateness=(3, *[0] * 63))

    def awake(self) -> None: ...
    def pump(self) -> None: ...
    def close(self) -> None: ...

    def take_asked(self) -> list[p.AnyCommand]:
        asked, self.asked = self.asked, []
        return asked


class Files:
    """Notes what is to be written."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.slow = False

    def open(
        self, recording: str, channels: Sequence[p.Channel], rate: int, coding: p.Coding
    ) -> None:
        self.asked.append(("open", recording, len(channels), rate, coding))

    def append(self, chunks: Sequence[Audio]) -> bool:
        self.asked.append(("append", *chunks))
        return not self.slow

    def finish(self, recording: str) -> None:
        self.asked.append(("finish", recording))

    def abandon(self, recording: str) -> None:
        self.asked.append(("abandon", recording))


class Scene:
    def __init__(self) -> None:
        self.engine = Engine()
        self.files = Files()
        self.desk = Desk(self.engine, self.files, SeededEntropy(1))

    def do(self, *commands: p.AnyCommand, now: Ms = NOW) -> list[p.AnyNotice]:
        for command in commands:
            self.desk.do(command, now)
        return self.desk.take_notices()

    def heard(self, *notices: p.AnyNotice | RecordingEnded) -> list[p.AnyNotice]:
        self.desk.heard([], notices)
        return self.desk.take_notices()

    def sealed(self, outcome: Opened | Broke | Finished) -> list[p.AnyNotice]:
        self.desk.sealed(outcome)
        return self.desk.take_notices()

    def leg(self, codec: str = "PCMU", dtmf: int | None = 101, name: str = "LG1") -> None:
        kind = {"PCMU": 0, "PCMA": 8, "G722": 9}[codec]
        self.do(
            p.OpenLeg(name),
            p.ConnectLeg(name, "192.0.2.1", 4000, codec, kind, dtmf),  # type: ignore[arg-type]
        )
        self.engine.take_asked()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def record(**changes: object) -> p.StartRecording:
    channel = p.Channel("LG1", "in", bytes(32), "/x")
    return p.StartRecording("RE1", [channel], **changes)  # type: ignore[arg-type]


# --------------------------------------------------------------------------- legs


def test_a_leg_gets_a_port_and_an_identity_nobody_can_guess(scene: Scene) -> None:
    assert scene.do(p.OpenLeg("LG1"), p.OpenLeg("LG2")) == [
        p.LegOpened("LG1", 20_000),
        p.LegOpened("LG2", 20_000),
    ]
    one, two = scene.engine.identities
    assert one != two
    assert len(one.cname) == 16
    assert one.cname.isalnum()


def test_a_leg_that_cannot_be_opened(scene: Scene) -> None:
    scene.engine.outcome = "no_port"
    assert scene.do(p.OpenLeg("LG1")) == [p.LegFailed("LG1", "no_port")]


def test_nobody_waits_for_the_end_of_a_leg_or_for_a_spare_one(scene: Scene) -> None:
    desk = scene.desk

    def waits() -> bool:
        """Whether the server waits for some of what it is to be told."""
        found = len(desk.unsaid) > desk.patient
        desk.take_notices()
        return found

    desk.do(p.OpenLeg("LG2", ahead=True), NOW)
    assert not waits()
    desk.do(p.OpenLeg("LG1"), NOW)
    assert waits()
    desk.heard([], [p.PlayFinished("LG1", "1", "stopped", 20)])
    assert waits()
    desk.do(p.CloseLeg("LG1", spare="LG3"), NOW)
    desk.heard([], [p.LegClosed("LG1", _nothing())])
    assert not waits()
    desk.heard([], [p.LegFailed("LG1", "unknown")])
    assert waits()


def test_what_a_leg_played_ends_with_it_untold(scene: Scene) -> None:
    scene.leg()
    scene.do(p.Play("LG1", "1", ["a"]), p.CloseLeg("LG1"))
    closed = p.LegClosed("LG1", _nothing())
    assert scene.heard(p.PlayFinished("LG1", "1", "stopped", 20), closed) == [closed]
    scene.leg()
    played = p.PlayFinished("LG1", "2", "done", 20)
    assert scene.heard(played) == [played]


def test_a_spare_leg_takes_the_place_of_one_that_is_closed(scene: Scene) -> None:
    scene.leg()
    assert scene.do(p.CloseLeg("LG1", spare="LG2")) == []
    (closed,) = scene.heard(p.LegClosed("LG1", _nothing()))
    assert closed == p.LegClosed("LG1", _nothing(), "LG2", 20_000)
    assert scene.do(p.OpenLeg("LG3", spare="LG2")) == []
    scene.engine.outcome = "no_port"
    scene.do(p.CloseLeg("LG3", spare="LG4"))
    assert scene.heard(p.LegClosed("LG3", _nothing())) == [p.LegClosed("LG3", _nothing(), "LG4", 0)]
    assert scene.do(p.OpenLeg("LG5", spare="LG4")) == [p.LegFailed("LG5", "unknown")]


def test_no_spare_leg_where_there_is_none_to_close_or_nobody_to_need_it(scene: Scene) -> None:
    assert scene.do(p.CloseLeg("LG1", spare="LG2")) == [p.LegFailed("LG2", "unknown")]
    scene.leg()
    opened = len(scene.engine.identities)
    scene.do(p.CloseLeg("LG1", spare="LG2"))
    scene.desk.hang_up()
    assert scene.heard(p.LegClosed("LG1", _nothing())) == [p.LegClosed("LG1", _nothing())]
    assert len(scene.engine.identities) == opened
    assert scene.desk.idle


def test_a_leg_that_is_needed_takes_the_place_of_a_spare_one(scene: Scene) -> None:
    scene.do(p.OpenLeg("LG1", ahead=True), p.OpenLeg("LG2"))
    assert scene.do(p.OpenLeg("LG3", spare="LG1")) == []
    assert scene.engine.renamed == [("LG1", "LG3")]
    assert len(scene.engine.identities) == 2
    for gone in ("LG1", "LG2", "LG9"):  # taken, never a spare, never there
        assert scene.do(p.OpenLeg("LG4", spare=gone)) == [p.LegFailed("LG4", "unknown")]
    assert scene.engine.renamed == [("LG1", "LG3")]


def test_most_commands_and_notices_pass_untouched(scene: Scene) -> None:
    commands = [p.Bridge("a", "b"), p.SetMute("a", True), p.Ping(3), p.DetectTones("a", True)]
    assert scene.do(*commands) == []
    assert scene.engine.take_asked() == commands
    assert scene.heard(p.RtpStarted("a"), p.Pong(3)) == [p.RtpStarted("a"), p.Pong(3)]


def test_the_engine_reports(scene: Scene) -> None:
    scene.leg()
    (report,) = scene.do(p.ReadEngine())
    assert isinstance(report, p.EngineReport)
    assert (report.legs, report.recordings, report.ticks, report.lateness_p99_us) == (1, 0, 7, 50)


def test_hanging_up_drops_legs_and_clips(scene: Scene) -> None:
    scene.leg()
    scene.do(p.LoadClip("a", 8000, b""), p.LoadClip("b", 8000, b""), p.DropClip("b"))
    scene.engine.take_asked()
    scene.desk.hang_up()
    assert scene.engine.take_asked() == [p.CloseLeg("LG1"), p.DropClip("a")]
    assert not scene.desk.idle
    scene.heard(p.LegClosed("LG1", _nothing()))
    assert scene.desk.idle


def _nothing() -> p.Stats:
    return p.Stats("", 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, False, False, 0, 0, 0)


# --------------------------------------------------------------------------- tones


def test_a_tone_becomes_a_clip_that_plays_until_its_time(scene: Scene) -> None:
    scene.leg()
    assert scene.do(p.Tone("LG1", "P1", "busy", 750)) == []
    load, play = scene.engine.take_asked()
    assert isinstance(load, p.LoadClip)
    assert (load.rate, len(load.pcm)) == (8000, 16_000)
    assert play == p.Play("LG1", "P1", [load.clip], 0)
    assert scene.desk.deadline() == NOW + 750
    scene.desk.fire(Ms(NOW + 749))
    assert scene.engine.take_asked() == []
    scene.desk.fire(Ms(NOW + 750))
    assert scene.engine.take_asked() == [p.StopPlay("LG1")]
    stopped = p.PlayFinished("LG1", "P1", "stopped", 760)
    assert scene.heard(stopped) == [p.PlayFinished("LG1", "P1", "done", 760)]
    assert scene.desk.deadline() is None


def test_a_tone_is_rendered_once(scene: Scene) -> None:
    scene.leg()
    scene.do(p.Tone("LG1", "P1", "busy"), p.Tone("LG1", "P2", "busy"))
    kinds = [type(command) for command in scene.engine.take_asked()]
    assert kinds == [p.LoadClip, p.Play, p.Play]


def test_a_tone_replaced_by_a_play_does_not_stop_it(scene: Scene) -> None:
    scene.leg()
    scene.do(p.Tone("LG1", "P1", "busy", 100), p.Play("LG1", "P2", ["x"]))
    assert scene.heard(p.PlayFinished("LG1", "P1", "stopped", 40)) == [
        p.PlayFinished("LG1", "P1", "stopped", 40)
    ]
    scene.engine.take_asked()
    scene.desk.fire(Ms(NOW + 1000))
    assert scene.engine.take_asked() == []


@pytest.mark.parametrize(
    "tone",
    [p.Tone("LG1", "P1", "moo"), p.Tone("LG9", "P1", "busy"), p.Tone("LG1", "P1", "busy", -1)],
)
def test_a_tone_that_cannot_be(scene: Scene, tone: p.Tone) -> None:
    scene.leg()
    assert scene.do(tone) == [p.PlayFinished(tone.leg, "P1", "failed", 0)]


def test_digits_go_as_events_where_negotiated(scene: Scene) -> None:
    scene.leg()
    digits = p.SendDtmf("LG1", "12")
    assert scene.do(digits) == []
    assert scene.engine.take_asked() == [digits]


def test_digits_become_tones_where_not(scene: Scene) -> None:
    scene.leg(dtmf=None)
    assert scene.do(p.SendDtmf("LG1", "1w1", 100, 50)) == []
    *loads, play = scene.engine.take_asked()
    assert [len(load.pcm) // 16 for load in loads if isinstance(load, p.LoadClip)] == [150, 500]
    assert isinstance(play, p.Play)
    assert len(play.clips) == 3
    assert play.clips[0] == play.clips[2]
    assert scene.heard(p.PlayFinished("LG1", play.play, "done", 800)) == [p.DtmfSent("LG1")]


@pytest.mark.parametrize("digits", ["", "E", "1 2"])
def test_tones_of_no_digits(scene: Scene, digits: str) -> None:
    scene.leg(dtmf=None)
    assert scene.do(p.SendDtmf("LG1", digits)) == [p.CommandRefused("SendDtmf", "LG1", "invalid")]


def test_rendered_clips_are_bounded(scene: Scene) -> None:
    scene.leg(dtmf=None)
    for tone_ms in range(40, 120):
        scene.do(p.SendDtmf("LG1", "1", tone_ms, 0))
    asked = scene.engine.take_asked()
    loads = [command.clip for command in asked if isinstance(command, p.LoadClip)]
    drops = [command.clip for command in asked if isinstance(command, p.DropClip)]
    assert len(loads) == 80
    assert drops == loads[:16]


# --------------------------------------------------------------------------- recordings


def test_the_life_of_a_recording(scene: Scene) -> None:
    scene.leg()
    assert scene.do(record(max_ms=500)) == []
    assert scene.files.asked == [("open", "RE1", 1, 8000, "PCMU")]
    assert scene.engine.take_asked() == []
    assert scene.sealed(Opened("RE1", None)) == []
    assert scene.engine.take_asked() == [record(max_ms=500, coding="PCMU")]
    assert scene.heard(p.RecordingStarted("RE1")) == [p.RecordingStarted("RE1")]
    chunk = Audio("RE1", 0, b"x")
    assert scene.desk.recordings
    scene.desk.heard([chunk], [RecordingEnded("RE1", 500, "max")])
    assert scene.files.asked[1:] == [("append", chunk), ("finish", "RE1")]
    assert scene.desk.take_notices() == []
    files = [p.ChannelFile("/x", 9, "00")]
    assert scene.sealed(Finished("RE1", files)) == [p.RecordingFinished("RE1", 500, "max", files)]
    assert scene.desk.idle
    assert not scene.desk.recordings, "nobody looks for audio that nobody records"


@pytest.mark.parametrize(
    ("codec", "rate", "coding", "kept"),
    [
        ("PCMU", 8000, "", "PCMU"), ("PCMA", 8000, "", "PCMA"), ("G722", 8000, "", "s16"),
        ("PCMU", 16_000, "", "s16"), ("PCMA", 8000, "s16", "s16"),
    ],
)  # fmt: skip
def test_how_a_recording_rests(scene: Scene, codec: str, rate: int, coding: str, kept: str) -> None:
    scene.leg(codec)
    scene.do(record(rate=rate, coding=coding))
    assert scene.files.asked == [("open", "RE1", 1, rate, kept)]


def test_recordings_that_never_begin(scene: Scene) -> None:
    assert scene.do(record()) == [p.RecordingFailed("RE1", "unknown")]
    assert scene.do(p.StartRecording("RE1", [])) == [p.RecordingFailed("RE1", "invalid")]
    scene.leg()
    scene.do(record())
    assert scene.do(record()) == [p.RecordingFailed("RE1", "exists")]
    assert scene.sealed(Opened("RE1", "disk_full")) == [p.RecordingFailed("RE1", "disk_full")]
    scene.do(record())
    scene.sealed(Opened("RE1", None))
    failed = p.RecordingFailed("RE1", "limit")
    assert scene.heard(failed) == [failed]
    assert scene.files.asked[-1] == ("abandon", "RE1")
    assert scene.desk.idle


def test_a_beep_sounds_before_and_is_not_told(scene: Scene) -> None:
    scene.leg()
    scene.do(record(beep=True))
    scene.sealed(Opened("RE1", None))
    load, play = scene.engine.take_asked()
    assert isinstance(load, p.LoadClip)
    assert isinstance(play, p.Play)
    assert play.leg == "LG1"
    assert scene.heard(p.PlayFinished("LG1", play.play, "done", 400)) == []
    assert scene.engine.take_asked() == [record(beep=True, coding="PCMU")]


def test_what_is_asked_too_early_waits(scene: Scene) -> None:
    scene.leg()
    scene.do(record(), p.RedactDigits("RE1", True), p.PauseRecording("RE1"))
    scene.sealed(Opened("RE1", None))
    scene.engine.take_asked()
    scene.heard(p.RecordingStarted("RE1"))
    assert scene.engine.take_asked() == [p.RedactDigits("RE1", True), p.PauseRecording("RE1")]
    scene.do(p.ResumeRecording("RE1"))
    assert scene.engine.take_asked() == [p.ResumeRecording("RE1")]


def test_stopped_while_it_beeps(scene: Scene) -> None:
    scene.leg()
    scene.do(record(beep=True))
    scene.sealed(Opened("RE1", None))
    *_, play = scene.engine.take_asked()
    assert isinstance(play, p.Play)
    scene.do(p.StopRecording("RE1"))
    assert scene.engine.take_asked() == [p.StopPlay("LG1")]
    scene.heard(p.PlayFinished("LG1", play.play, "stopped", 40))
    scene.heard(p.RecordingStarted("RE1"))
    assert scene.engine.take_asked()[-1] == p.StopRecording("RE1")


def test_stopped_before_the_beep(scene: Scene) -> None:
    scene.leg()
    scene.do(record(beep=True), p.StopRecording("RE1"))
    scene.sealed(Opened("RE1", None))
    assert [type(command) for command in scene.engine.take_asked()] == [p.StartRecording]


def test_the_leg_hangs_up_while_it_beeps(scene: Scene) -> None:
    scene.leg()
    scene.do(record(beep=True))
    scene.sealed(Opened("RE1", None))
    *_, play = scene.engine.take_asked()
    assert isinstance(play, p.Play)
    scene.do(p.CloseLeg("LG1"))
    scene.heard(p.PlayFinished("LG1", play.play, "stopped", 40), p.LegClosed("LG1", _nothing()))
    failed = p.RecordingFailed("RE1", "unknown")
    assert scene.heard(failed) == [failed]
    assert scene.desk.idle


def test_a_command_about_no_recording(scene: Scene) -> None:
    for command in (p.StopRecording("RE1"), p.PauseRecording("RE1"), p.RedactDigits("RE1", True)):
        refusal = p.CommandRefused(type(command).__name__, "RE1", "unknown")
        assert scene.do(command) == [refusal]


@pytest.mark.parametrize(("full", "reason"), [(True, "disk_full"), (False, "failed")])
def test_a_disk_that_fails_ends_the_recording_and_nothing_else(
    scene: Scene, full: bool, reason: p.RecordingEnd
) -> None:
    scene.leg()
    scene.do(record())
    scene.sealed(Opened("RE1", None))
    scene.heard(p.RecordingStarted("RE1"))
    scene.engine.take_asked()
    assert scene.sealed(Broke("RE1", full)) == []
    assert scene.engine.take_asked() == [p.StopRecording("RE1")]
    scene.heard(RecordingEnded("RE1", 700, "stopped"))
    files = [p.ChannelFile("/x", 9, "00")]
    assert scene.sealed(Finished("RE1", files)) == [p.RecordingFinished("RE1", 700, reason, files)]


def test_a_disk_that_is_too_slow_ends_the_recordings_it_holds_up(scene: Scene) -> None:
    scene.leg()
    scene.do(record())
    scene.sealed(Opened("RE1", None))
    scene.heard(p.RecordingStarted("RE1"))
    scene.engine.take_asked()
    scene.files.slow = True
    scene.desk.heard([Audio("RE1", 0, b"x")], [])
    assert scene.engine.take_asked() == [p.StopRecording("RE1")]


def test_a_disk_that_broke_before_the_start(scene: Scene) -> None:
    scene.leg()
    scene.do(record())
    scene.sealed(Opened("RE1", None))
    scene.sealed(Broke("RE1", full=True))
    scene.engine.take_asked()
    scene.heard(p.RecordingStarted("RE1"))
    assert scene.engine.take_asked() == [p.StopRecording("RE1")]


def test_what_is_fed_is_a_clip_of_its_own_behind_what_plays() -> None:
    scene = Scene()
    scene.do(p.OpenLeg("LG"))
    scene.engine.take_asked()
    scene.do(p.Feed("LG", "P", b"\1\0"))
    assert scene.engine.take_asked() == [
        p.LoadClip("\x01P", 8000, b"\1\0"),
        p.Play("LG", "P", ["\x01P"], queue=True),
        p.DropClip("\x01P"),
    ]


def test_taps_pass_the_files_by() -> None:
    scene = Scene()
    scene.do(p.StartTap("T", "LG", ["in"]))
    assert scene.desk.taps.dropped
    assert not scene.desk.recordings
    scene.desk.heard([Audio("\x01T", 0, b"f" * 160)], [RecordingEnded("\x01T", 20, "stopped")])
    assert scene.desk.take_notices() == [p.TapAudio("T", 0, b"f" * 160), p.TapEnded("T", "stopped")]
    assert scene.files.asked == []
