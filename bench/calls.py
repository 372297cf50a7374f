"""What the call machine costs: CPU of one call, without SIP, media, program or database.

    python bench/calls.py [--json] [--quick]

The IVR call arrives, is answered, plays, collects a digit, plays again and is hung up; the bridged
call arrives, dials, rings, is answered, talks and is hung up. The best of several rounds counts,
because the machine is shared; collection of garbage is part of it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

from ringfence.calls import commands, effects, inputs
from ringfence.calls.call import Call
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import AccountId, CallId, ClipId, LegId, PartyId, PhoneDeviceId

CALLER = LegId("LG-caller")
CLIP = (ClipId("CL-1"),)
TARGET = commands.DialTarget(
    endpoint=commands.ToDevice(device=PhoneDeviceId("PD-1")), party=PartyId("PA-3")
)
STATS = inputs.LegStats(codec="PCMU", packets_in=500, packets_out=500, mos_x100=430)
NOW = Ms(1_700_000_000_000)
ENTROPY = SystemEntropy()


def begin() -> tuple[Call, Callable[[], list[effects.Effect]]]:
    """Return a call that has arrived, and what a driver does after each step."""
    call = Call(CallId("CA-1"), account=AccountId("AC-1"), entropy=ENTROPY)

    def turn() -> list[effects.Effect]:
        call.take_notices()
        call.take_events()
        call.deadline()
        return call.take_output()

    call.receive(
        inputs.CallArrived(leg=CALLER, caller=PartyId("PA-1"), called=PartyId("PA-2")), NOW
    )
    turn()
    return call, turn


def menu() -> Call:
    """One IVR call."""
    call, turn = begin()
    call.do(commands.Answer(), NOW)
    turn()
    call.receive(inputs.LegAnswered(leg=CALLER, codec="PCMU"), NOW)
    turn()
    call.do(commands.Play(play=1, clips=CLIP), NOW)
    call.do(commands.Collect(max_digits=1), NOW)
    turn()
    call.receive(inputs.AudioStarted(leg=CALLER), NOW)
    turn()
    call.receive(inputs.DigitPressed(leg=CALLER, digit="1"), NOW)
    turn()
    call.receive(inputs.PlayEnded(leg=CALLER, play=1, reason="stopped"), NOW)
    turn()
    call.do(commands.Play(play=2, clips=CLIP), NOW)
    turn()
    call.receive(inputs.PlayEnded(leg=CALLER, play=2, reason="done"), NOW)
    turn()
    call.do(commands.Hangup(), NOW)
    turn()
    call.receive(inputs.LegReleased(leg=CALLER, stats=STATS), NOW)
    turn()
    return call


def bridged() -> Call:
    """One bridged call."""
    call, turn = begin()
    call.do(commands.Dial(targets=(TARGET,), answer_on_bridge=True), NOW)
    (leg,) = [effect.leg for effect in turn() if isinstance(effect, effects.PlaceLeg)]
    call.receive(inputs.LegRang(leg=leg), NOW)
    turn()
    call.receive(inputs.LegAnswered(leg=leg, codec="PCMU"), NOW)
    turn()
    call.receive(inputs.LegAnswered(leg=CALLER, codec="PCMU"), NOW)
    turn()
    call.receive(inputs.LegHungUp(leg=leg), NOW)
    turn()
    call.do(commands.Hangup(), NOW)
    turn()
    for gone in (leg, CALLER):
        call.receive(inputs.LegReleased(leg=gone, stats=STATS), NOW)
        turn()
    return call


def cost(work: Callable[[], Call], *, rounds: int, calls: int) -> float:
    """Return the CPU time of one call in µs, the best of ``rounds``."""
    if not work().over:
        raise RuntimeError("the call did not end")
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time_ns()
        for _ in range(calls):
            work()
        best = min(best, (time.process_time_ns() - begun) / calls / 1000)
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rounds, calls = (5, 300) if options.quick else (20, 1_000)
    note = f"CPU of the call machine alone, best of {rounds} rounds of {calls} calls"
    rows = [
        {
            "work": f"call machine, {title}",
            "value": round(cost(work, rounds=rounds, calls=calls), 1),
            "unit": "µs/call",
            "target": target,
            "note": note,
        }
        for title, work, target in (("IVR call", menu, 60), ("bridged call", bridged, 100))
    ]
    if options.json:
        print(json.dumps({"rows": rows}))
    else:
        for row in rows:
            print(f"{row['work']}: {row['value']} {row['unit']} (target {row['target']})")


if __name__ == "__main__":
    main()
