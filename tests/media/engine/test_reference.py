"""The reference core: its clockwork and how each command is refused."""

from __future__ import annotations

import pytest
from media_twin import Exchange

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    MEDIA_CHANNELS_MAX,
    MEDIA_CLIP_BYTES,
    MEDIA_CLIP_TOTAL_BYTES,
    MEDIA_CLIPS_MAX,
    MEDIA_DIGITS_MAX,
    MEDIA_LEGS_MAX,
    MEDIA_PLAY_CLIPS,
    MEDIA_RECORDINGS_MAX,
    MEDIA_ROOM_MEMBERS,
)
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Identity
from ringfence.media.engine.reference import ReferenceCore

WHO = Identity(1, 2, 3, b"c" * 16)
KEY = b"k" * 32


def _answers(*commands, legs=()) -> list:
    exchange = Exchange()
    for name in legs:
        exchange.leg(name)
    for command in commands:
        exchange.do(command)
    return exchange.take_notices()


# ------------------------------------------------------------------ clockwork


def test_legs_are_spread_over_the_four_phases() -> None:
    exchange = Exchange()
    for name in "ABCDEF":
        exchange.leg(name)
    exchange.core.take_output()
    order = []
    for _ in range(4):
        exchange.core.tick(Ms(exchange.now + 5))
        order.append([datagram.leg for datagram in exchange.core.take_output()])
    assert order == [["A", "E"], ["B", "F"], ["C"], ["D"]]


def test_a_freed_phase_is_filled_first() -> None:
    exchange = Exchange()
    for name in "ABCD":
        exchange.leg(name)
    exchange.do(p.CloseLeg("C"))
    exchange.leg("E")
    exchange.core.take_output()
    order = []
    for _ in range(4):
        exchange.core.tick(exchange.now)
        order += [datagram.leg for datagram in exchange.core.take_output()]
    assert order == ["A", "B", "E", "D"]


def test_a_name_is_open_once_and_room_is_bounded() -> None:
    core = ReferenceCore()
    assert all(core.open(f"L{k}", WHO) for k in range(MEDIA_LEGS_MAX))
    assert not core.open("L0", WHO)
    assert not core.open("more", WHO)
    core.do(p.CloseLeg("L5"), Ms(0))
    assert core.open("more", WHO)


def test_datagrams_for_nobody_are_nothing() -> None:
    core = ReferenceCore()
    core.receive("A", b"x", "192.0.2.1", 1, Ms(0))
    assert core.take_notices() == []


def test_an_address_has_one_spelling() -> None:
    """An IPv4 source seen by a dual-stack socket is the IPv4 address of the SDP."""
    exchange = Exchange()
    phone = exchange.leg("A", latch_ms=0)
    phone.host = f"::ffff:{phone.host}"
    exchange.receive("A", phone.packet(b"\xff" * 160))
    assert exchange.stats("A").packets_in == 1
    phone = exchange.leg("B", host="2001:0DB8::0001", latch_ms=0)
    phone.host = "2001:db8:0:0::1"
    exchange.receive("B", phone.packet(b"\xff" * 160))
    assert exchange.stats("B").packets_in == 1


def test_the_worker_s_own_commands_are_left_to_it() -> None:
    assert _answers(p.OpenLeg("A"), p.Tone("A", "T", "busy"), p.Ping(1)) == []


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (p.ConnectLeg("X", "192.0.2.1", 1, "PCMU", 0), p.LegFailed("X", "unknown")),
        (p.CloseLeg("X"), p.LegFailed("X", "unknown")),
        (p.Play("X", "P", ["c"]), p.PlayFinished("X", "P", "failed", 0)),
        (
            p.StartRecording("R", [p.Channel("X", "in", KEY, "/x")]),
            p.RecordingFailed("R", "unknown"),
        ),
        *[
            (command, p.CommandRefused(type(command).__name__, "X", "unknown"))
            for command in (
                p.StopPlay("X"),
                p.DetectTones("X", True),
                p.SendDtmf("X", "1"),
                p.Bridge("X", "A"),
                p.Bridge("A", "X"),
                p.Unbridge("A", "X"),
                p.JoinConference("R", "X"),
                p.LeaveConference("R", "X"),
                p.SetMute("X", True),
                p.ReadLeg("X"),
            )
        ],
        *[
            (command, p.CommandRefused(type(command).__name__, "R", "unknown"))
            for command in (
                p.PauseRecording("R"),
                p.ResumeRecording("R"),
                p.StopRecording("R"),
                p.RedactDigits("R", True),
                p.DropClip("R"),
            )
        ],
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_known(command, answer) -> None:
    assert _answers(command, legs="A") == [answer]


@pytest.mark.parametrize(
    "change",
    [
        {"host": "phone.example.com"},
        {"host": ""},
        {"host": "fe80::1%eth0"},
        {"port": 0},
        {"port": 65_536},
        {"payload_type": 128},
        {"payload_type": 101},
        {"dtmf_payload_type": 200},
        {"dtmf_payload_type": -1},
        {"ptime": 25},
        {"latch_ms": -1},
        {"timeout_ms": -1},
        {"timeout_ms": 1 << 31},
    ],
    ids=str,
)
def test_wrong_settings_change_nothing(change) -> None:
    exchange = Exchange()
    exchange.leg("A")
    settings = {
        "leg": "A",
        "host": "192.0.2.1",
        "port": 5000,
        "codec": "PCMA",
        "payload_type": 8,
    } | change
    exchange.do(p.ConnectLeg(**settings))
    assert exchange.take_notices() == [p.LegFailed("A", "invalid")]
    assert exchange.stats("A").codec == "PCMU"


def test_clips_are_bounded() -> None:
    def refused(name, reason) -> p.CommandRefused:
        return p.CommandRefused("LoadClip", name, reason)

    assert _answers(p.LoadClip("c", 11_025, b""), p.LoadClip("d", 8000, b"odd")) == [
        refused("c", "invalid"),
        refused("d", "invalid"),
    ]
    big = bytes(int(MEDIA_CLIP_BYTES) // 4 * 4)
    assert _answers(p.LoadClip("c", 8000, big + b"12")) == [refused("c", "invalid")]
    exchange = Exchange()
    fit = MEDIA_CLIP_TOTAL_BYTES // len(big)
    # One name loaded again and again takes its room once.
    for number in [0] * 3 + list(range(fit)):
        exchange.do(p.LoadClip(f"c{number}", 8000, big))
    assert exchange.take_notices() == []
    exchange.do(p.LoadClip("more", 8000, big))
    assert exchange.take_notices() == [refused("more", "limit")]
    exchange.do(p.DropClip("c0"))
    exchange.do(p.LoadClip("more", 8000, big))
    assert exchange.take_notices() == []


def test_the_number_of_clips_is_bounded() -> None:
    exchange = Exchange()
    for number in range(MEDIA_CLIPS_MAX):
        exchange.do(p.LoadClip(f"c{number}", 8000, b""))
    exchange.do(p.LoadClip("more", 8000, b""))
    exchange.do(p.LoadClip("c7", 8000, b""))
    assert exchange.take_notices() == [p.CommandRefused("LoadClip", "more", "limit")]


@pytest.mark.parametrize(
    ("clips", "loop"),
    [([], 1), (["c", "nope"], 1), (["c"] * (MEDIA_PLAY_CLIPS + 1), 1), (["c"], -1)],
    ids=["none", "unknown", "many", "loop"],
)
def test_a_play_that_cannot_be_leaves_the_one_under_way(clips, loop) -> None:
    exchange = Exchange()
    exchange.leg("A")
    exchange.do(p.LoadClip("c", 8000, bytes(1600)))
    exchange.do(p.Play("A", "P1", ["c"]))
    exchange.do(p.Play("A", "P2", clips, loop))
    exchange.run(120)
    assert exchange.take_notices() == [
        p.PlayFinished("A", "P2", "failed", 0),
        p.PlayFinished("A", "P1", "done", 100),
    ]


def test_a_dropped_or_replaced_clip_plays_to_its_end() -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    exchange.do(p.LoadClip("c", 8000, b"\x10\x20" * 800))
    exchange.do(p.Play("A", "P", ["c"]))
    exchange.run(20)
    exchange.do(p.LoadClip("c", 8000, b"\0\0"))
    exchange.do(p.DropClip("c"))
    exchange.run(100)
    assert exchange.take_notices() == [p.PlayFinished("A", "P", "done", 100)]
    assert len(set(phone.heard[:800])) == 1
    assert phone.heard[0] != phone.heard[800]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"digits": ""}, "invalid"),
        ({"digits": "12x"}, "invalid"),
        ({"digits": "a"}, "invalid"),
        ({"tone_ms": 39}, "invalid"),
        ({"tone_ms": 6001}, "invalid"),
        ({"gap_ms": -1}, "invalid"),
        ({"gap_ms": 1001}, "invalid"),
        ({"digits": "1" * (MEDIA_DIGITS_MAX + 1)}, "limit"),
    ],
    ids=str,
)
def test_digits_that_cannot_be_sent(change, reason) -> None:
    command = p.SendDtmf(**({"leg": "A", "digits": "1"} | change))
    assert _answers(command, legs="A") == [p.CommandRefused("SendDtmf", "A", reason)]


def test_digits_need_the_type_and_a_place_in_the_queue() -> None:
    exchange = Exchange()
    exchange.leg("A")
    exchange.do(p.SendDtmf("A", "1" * (MEDIA_DIGITS_MAX - 2), 40, 0))
    exchange.do(p.SendDtmf("A", "123"))
    exchange.run(200)
    exchange.do(p.SendDtmf("A", "123"))
    exchange.leg("B", dtmf_payload_type=None)
    exchange.do(p.SendDtmf("B", "1"))
    exchange.core.open("C", WHO)
    exchange.do(p.SendDtmf("C", "1"))
    assert exchange.take_notices() == [
        p.CommandRefused("SendDtmf", "A", "limit"),
        p.CommandRefused("SendDtmf", "B", "invalid"),
        p.CommandRefused("SendDtmf", "C", "invalid"),
    ]


def test_company_excludes_other_company() -> None:
    def refused(kind, leg, reason) -> p.CommandRefused:
        return p.CommandRefused(kind, leg, reason)

    assert _answers(
        p.Bridge("A", "B"),
        p.Bridge("A", "A"),
        p.Bridge("C", "B"),
        p.Bridge("A", "C"),
        p.JoinConference("R", "B"),
        p.JoinConference("R", "C"),
        p.Bridge("D", "C"),
        p.JoinConference("S", "C"),
        p.JoinConference("R", "C", True),
        p.JoinConference("R", "D", False, 44_100),
        p.LeaveConference("R", "D"),
        p.LeaveConference("S", "C"),
        p.Unbridge("A", "C"),
        p.Unbridge("B", "A"),
        p.Unbridge("A", "B"),
        p.LeaveConference("R", "C"),
        p.Bridge("A", "C"),
        legs="ABCD",
    ) == [
        refused("Bridge", "A", "busy"),
        refused("Bridge", "B", "busy"),
        refused("Bridge", "A", "busy"),
        refused("JoinConference", "B", "busy"),
        refused("Bridge", "C", "busy"),
        refused("JoinConference", "C", "busy"),
        refused("JoinConference", "D", "invalid"),
        refused("LeaveConference", "D", "unknown"),
        refused("LeaveConference", "C", "unknown"),
        refused("Unbridge", "A", "unknown"),
        refused("Unbridge", "A", "unknown"),
    ]


def test_a_room_is_bounded_and_forgotten_when_empty() -> None:
    core = ReferenceCore()
    names = [f"L{k}" for k in range(MEDIA_ROOM_MEMBERS + 1)]
    for name in names:
        core.open(name, WHO)
        core.do(p.JoinConference("R", name), Ms(0))
    assert core.take_notices() == [p.CommandRefused("JoinConference", names[-1], "limit")]
    for name in names[:-1]:
        core.do(p.CloseLeg(name), Ms(0))
    core.take_notices()
    core.do(p.JoinConference("R", names[-1], rate=16_000), Ms(0))
    assert core.take_notices() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"channels": []}, "invalid"),
        ({"rate": 44_100}, "invalid"),
        ({"max_ms": -1}, "invalid"),
        ({"silence_ms": -1}, "invalid"),
        ({"channels": [p.Channel("X", "in", KEY, "/x")], "rate": 1}, "invalid"),
        ({"channels": [p.Channel("A", "in", KEY, "/x")] * (MEDIA_CHANNELS_MAX + 1)}, "limit"),
        ({"recording": "R0"}, "exists"),
    ],
    ids=["none", "rate", "max", "silence", "order", "many", "exists"],
)
def test_recordings_that_cannot_be(change, reason) -> None:
    exchange = Exchange()
    exchange.leg("A")
    channels = [p.Channel("A", "in", KEY, "/x")]
    exchange.do(p.StartRecording("R0", channels))
    exchange.do(p.StartRecording(**({"recording": "R", "channels": channels} | change)))
    assert exchange.take_notices() == [
        p.RecordingStarted("R0"),
        p.RecordingFailed(change.get("recording", "R"), reason),
    ]


def test_the_number_of_recordings_is_bounded() -> None:
    exchange = Exchange()
    exchange.leg("A")
    channels = [p.Channel("A", "in", KEY, "/x")]
    for number in range(MEDIA_RECORDINGS_MAX):
        exchange.do(p.StartRecording(f"R{number}", channels))
    exchange.take_notices()
    exchange.do(p.StartRecording("more", channels))
    assert exchange.take_notices() == [p.RecordingFailed("more", "limit")]


def test_closing_goes_in_order() -> None:
    exchange = Exchange()
    exchange.leg("A")
    exchange.leg("B")
    exchange.do(p.LoadClip("c", 8000, bytes(16_000)))
    exchange.do(p.Play("A", "P", ["c"]))
    exchange.do(p.StartRecording("R", [p.Channel("A", "in", KEY, "/x")]))
    exchange.do(p.Bridge("A", "B"))
    exchange.run(40)
    exchange.take_notices()
    exchange.do(p.CloseLeg("A"))
    assert [type(notice).__name__ for notice in exchange.take_notices()] == [
        "PlayFinished",
        "RecordingEnded",
        "LegClosed",
    ]
    exchange.do(p.CloseLeg("A"))
    assert exchange.take_notices() == [p.LegFailed("A", "unknown")]
    exchange.run(40)
    assert exchange.phones["B"].got
