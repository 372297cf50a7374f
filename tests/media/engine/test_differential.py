"""Invariant: whatever arrives and whatever is asked, both cores give the same bytes."""

from __future__ import annotations

import ctypes
import random

import pytest
from media_schedules import Schedule, Step, play, speech

from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Identity
from ringfence.media.engine.native import NativeCore
from ringfence.media.engine.reference import ReferenceCore
from ringfence.media.rtp import Packet


@pytest.mark.parametrize(
    ("seed", "ticks", "legs", "storm"),
    [
        *[(seed, 700, 4, 0.05) for seed in range(6)],
        *[(seed, 250, 6, 0.6) for seed in range(100, 103)],
        (200, 1500, 2, 0.01),
    ],
)
def test_same_bytes(library: ctypes.CDLL, seed: int, ticks: int, legs: int, storm: float) -> None:
    agree(library, Schedule(seed, ticks=ticks, legs=legs, storm=storm).steps)


@pytest.mark.parametrize("seed", range(300, 304))
def test_same_recordings(library: ctypes.CDLL, seed: int) -> None:
    agree(library, Schedule(seed, ticks=1200, legs=3, storm=0.02, recorded=True).steps)


@pytest.mark.parametrize("jump", [-300, -40, 160, 1000, 2700, 3300, 3500, 3700, 5000, 90_000])
def test_what_is_missing_after_a_jump_sounds_alike(library: ctypes.CDLL, jump: int) -> None:
    jumping(library, jump, sent=set(range(14)), count=60)


@pytest.mark.parametrize("lost", range(5))
def test_what_is_missing_where_a_delay_was_cut_sounds_alike(
    library: ctypes.CDLL, lost: int
) -> None:
    jumping(library, 2240, sent={k for k in range(200) if k < 50 or k % 5 != lost}, count=200)


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "echoed"])
@pytest.mark.parametrize(
    ("codec", "kind", "ticks"), [("PCMU", 0, 480), ("PCMA", 8, 960), ("G722", 9, 720)]
)
def test_where_some_take_a_longer_way_the_delay_grows_alike(
    library: ctypes.CDLL, codec: p.Codec, kind: int, ticks: int, recorded: bool
) -> None:
    """Each tenth packet comes so much later; after some seconds no more is too late."""
    rng, now = random.Random(ticks), 1_700_000_000_000
    steps: list[Step] = [
        ("open", ("LG", Identity(1, 2, 3, b"0123456789abcdef"))),
        ("do", (p.ConnectLeg("LG", "192.0.2.1", 4000, codec, kind), now)),
    ]
    if recorded:
        channels = [p.Channel("LG", "in", bytes(32), "/nowhere")]
        steps.append(("do", (p.StartRecording("RE", channels, coding="PCMU"), now)))
    else:
        steps.append(("do", (p.Bridge("LG", "LG"), now)))
    due: list[tuple[int, bytes]] = []
    for number in range(500):
        packet = Packet(kind, number, 160 * number, 7, speech(rng)[:160])
        longer = ticks // 8 if rng.random() < 0.1 else 0
        due.append((now + longer, packet.to_bytes()))
        for _ in range(4):
            for one in sorted(one for one in due if one[0] <= now):
                steps.append(("receive", ("LG", one[1], "192.0.2.1", 4000, now, False)))
                due.remove(one)
            now += 5
            steps.append(("tick", (now,)))
    steps.append(("do", (p.CloseLeg("LG"), now)))
    agree(library, steps)
    seen = [notice for step in play(ReferenceCore(), steps) for notice in step[4]]
    (stats,) = [notice.stats for notice in seen if isinstance(notice, p.LegClosed)]
    assert 3 <= stats.late < 20, "of fifty"


def jumping(library: ctypes.CDLL, jump: int, *, sent: set[int], count: int) -> None:
    """Record a source whose time jumps with its twelfth packet and that sends only some of them."""
    rng, now = random.Random(jump), 1_700_000_000_000
    steps: list[Step] = [
        ("open", ("LG", Identity(1, 2, 3, b"0123456789abcdef"))),
        ("do", (p.ConnectLeg("LG", "192.0.2.1", 4000, "PCMU", 0), now)),
    ]
    channels = [p.Channel("LG", "in", bytes(32), "/nowhere")]
    steps.append(("do", (p.StartRecording("RE", channels, coding="PCMU"), now)))
    for number in range(count):
        if number in sent:
            timestamp = 160 * number + jump * (number >= 12)
            packet = Packet(0, number, timestamp & 0xFFFF_FFFF, 7, speech(rng)[:160])
            steps.append(("receive", ("LG", packet.to_bytes(), "192.0.2.1", 4000, now, False)))
        for _ in range(4):
            now += 5
            steps.append(("tick", (now,)))
    steps.append(("do", (p.StopRecording("RE"), now)))
    agree(library, steps)


def agree(library: ctypes.CDLL, steps: list[Step]) -> None:
    native = NativeCore(library)
    try:
        theirs = play(native, steps)
    finally:
        native.close()
    ours = play(ReferenceCore(), steps)
    for mine, other in zip(ours, theirs, strict=False):
        assert mine == other, f"step {mine[0]}: {steps[mine[0]]}"
    assert len(ours) == len(theirs)


def test_the_schedules_reach_every_kind_of_notice() -> None:
    seen: set[str] = set()
    for seed in range(4):
        for step in play(ReferenceCore(), Schedule(seed, ticks=500, storm=0.2).steps):
            seen |= {type(notice).__name__ for notice in step[4]}
    expected = {
        p.LegFailed, p.LegClosed, p.LegReport, p.RtpStarted, p.PlayFinished, p.DtmfReceived,
        p.DtmfSent, p.RecordingStarted, p.RecordingFailed, p.CommandRefused,
    }  # fmt: skip
    assert {kind.__name__ for kind in expected} | {"RecordingEnded"} <= seen


@pytest.mark.parametrize(("codec", "kind"), [("PCMU", 0), ("PCMA", 8), ("G722", 9)])
def test_what_was_no_use_is_counted_alike(library: ctypes.CDLL, codec: p.Codec, kind: int) -> None:
    """Packets of another codec, and digital silence: what a diagnosis tells apart."""
    now = 1_700_000_000_000
    steps: list[Step] = [
        ("open", ("LG", Identity(1, 2, 3, b"0123456789abcdef"))),
        ("do", (p.ConnectLeg("LG", "192.0.2.1", 4000, codec, kind), now)),
    ]
    rng = random.Random(kind)
    said = [*(bytes([0xFF]) * 160 for _ in range(3)), speech(rng)[:160], b"\x7f"]
    types = [*[kind] * len(said), 18, 3, 111]
    for number, (which, payload) in enumerate(
        zip(types, [*said, bytes(20), bytes(33), b"opus"], strict=True)
    ):
        packet = Packet(which, number, 160 * number, 7, payload)
        steps.append(("receive", ("LG", packet.to_bytes(), "192.0.2.1", 4000, now, False)))
        now += 20
        steps.append(("tick", (now,)))
    steps.append(("do", (p.CloseLeg("LG"), now)))
    agree(library, steps)
    seen = [notice for step in play(ReferenceCore(), steps) for notice in step[4]]
    (stats,) = [notice.stats for notice in seen if isinstance(notice, p.LegClosed)]
    assert (stats.packets_in, stats.silent) == (len(said), 4)
    assert (stats.foreign, stats.foreign_type) == (3, 111)
