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
