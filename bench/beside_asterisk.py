"""Ringfence and Asterisk 22 on the same machine, in the same minutes: what ours costs of theirs.

    python bench/beside_asterisk.py [--quick] [--only WORD] [--asterisk DIR]

A figure in milliseconds of a shared machine moves by a factor of two from one hour to the next; the
ratio of two programs that do the same work in alternating windows does not. So both are started,
the same load is given to the one and the other in turn, and each row is ours over theirs: the
cheapest window of each, of the same few minutes. The notes give both figures and the medians.

The targets are what was asked of Ringfence over what Asterisk cost on the machine the targets were
set on; where that was a range, its end that asks for more is taken:

    work                                        asked of ours    Asterisk took       target
    one IVR call, without audio                 1.9 ms           1.9 ms              1.0
    one bridged call, without audio             4.0 ms           4.3 - 4.4 ms        0.91
    a REGISTER refresh                          0.4 ms           0.5 - 1.0 ms        -
    IVR leg, receive + play, 200 legs           280 µs           1,900 - 2,200 µs    0.127
    the same, both sides recorded               392 µs           3,600 - 4,100 µs    0.096
    relayed leg, 200 legs                       290 µs           930 - 1,260 µs      0.23
    conference of 3, 198 legs                   320 µs           2,760 - 3,480 µs    0.092

Whole calls stand beside two Asterisks: a *bare* one with what the call needs and no more, and one
as Debian ships it (`_asterisk`). Which of the two took the figures above is not said; the one they
are from took 107 MB when idle. Both rows have the target. Audio passes the same few modules in
either, and is measured beside the bare one alone.

The works are not quite the same, and where they differ Asterisk has the lighter one:

    IVR call       both: INVITE, answer, BYE after 0.3 s, by sipp. Ours begins a prompt and writes
                   every fact to its database; the audio is taken off again (what as many calls cost
                   the media worker that are only held). Asterisk answers and waits: no prompt, no
                   database, no digits gathered; as shipped it writes a call detail record.
    bridged call   both dial a second leg over SIP; the audio is taken off as above.
    REGISTER       closed loop, one digest each, an old nonce; both keep the registration. Measured
                   so, Asterisk takes half of what the range says, which may count the challenge,
                   too: no target is made of it (`whole_calls` has the one in milliseconds).
    audio          both: far ends in C on loopback, 50 packets a second each way. Ours is the media
                   worker alone, as in `media.py`: its legs are opened by its socket. Asterisk is
                   the whole process, its legs set up by SIP before; SIP is silent meanwhile.
    recorded       ours seals the two sides in files of their own; Asterisk's MixMonitor mixes them
                   into a WAV in clear.
    relayed        Asterisk's bridge_native_rtp, which hands packets over without a look inside.
    conference     ConfBridge, rooms of three.

Both are counted by the process's own CPU clock in nanoseconds, threads that ended included.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _asterisk as asterisk
import whole_calls as calls

import media

Row = dict[str, object]

LEGS = 200
LEGS_OF_ROOMS = 198
STEADY_SECONDS = 2.0
"""From the first packet to the first window: strict RTP has learned, jitter buffers are full."""
WINDOWS_A_TURN = 2
LEAST_BACK = 0.97
"""Of the packets sent as many must come back, or the work was not done."""

IVR = (
    "<Response><Gather numDigits='1' timeout='30'><Say>Press one for our opening hours,"
    " or two to leave a message.</Say></Gather></Response>"
)


class Turn(NamedTuple):
    """What one side showed in one turn: the cost of each window, and of packets how many came."""

    costs: list[float]
    received: int = 0
    sent: int = 0


def alternate(sides: Sequence[Callable[[], Turn]], rounds: int) -> list[list[Turn]]:
    """Let one after the other do its turn, so many times; the turns of each."""
    turns = [[side() for side in sides] for _ in range(rounds)]
    return [list(of_one) for of_one in zip(*turns, strict=True)]


def row(
    work: str,
    unit: str,
    target: float | None,
    turns: Sequence[list[Turn]],
    *,
    peer: str = "Asterisk",
    less: float = 0.0,
    note: str = "",
) -> Row:
    """Return the ratio of the cheapest windows; ``less`` is taken off ours."""
    words, least = [], []
    for name, side, off in zip(("ours", peer), turns, (less, 0.0), strict=True):
        costs = sorted(cost - off for turn in side for cost in turn.costs)
        least.append(costs[0])
        figure = f"{name} {costs[0]:.3g} {unit} (median {costs[len(costs) // 2]:.3g})"
        sent, received = sum(turn.sent for turn in side), sum(turn.received for turn in side)
        if sent:
            figure += f", {received} of {sent} packets back"
            if received < LEAST_BACK * sent:
                raise RuntimeError(f"{work}: {figure}")
        words.append(figure)
    pairs = sorted(
        (min(one.costs) - less) / min(other.costs) for one, other in zip(*turns, strict=True)
    )
    words.append(f"turn by turn {pairs[0]:.3g} to {pairs[-1]:.3g}")
    return {
        "work": f"{work}: ours / {peer}",
        "value": round(least[0] / least[1], 3),
        "unit": "x Asterisk",
        "target": target,
        "note": "; ".join([*words, note] if note else words),
    }


class Calls:
    """Whole calls and registrations: the platform and every Asterisk, all of them running."""

    def __init__(
        self, platform: calls.Platform, peers: dict[str, asterisk.Asterisk], tmp: Path, quick: bool
    ) -> None:
        self.platform, self.peers, self.tmp = platform, peers, tmp
        self.rounds = 2 if quick else 4
        self.seconds = 2 if quick else 3
        self.callee = calls.free_port()
        platform.number("+12025550100", IVR)
        platform.number(
            "+12025550101",
            f"<Response><Dial><Sip>sip:agent@127.0.0.1:{self.callee}</Sip></Dial></Response>",
        )

    def _ours(self) -> dict[int, float]:
        return {pid: asterisk.cpu_us(pid) for pid in calls.processes(self.platform)}

    def _spent(self, side: object, work: Callable[[], None], count: int, rest: float) -> Turn:
        """Count the milliseconds of one side for each of so many."""
        if isinstance(side, asterisk.Asterisk):
            before = side.cpu_us()
            work()
            time.sleep(rest)
            used = side.cpu_us() - before
        else:
            earlier = self._ours()
            work()
            time.sleep(rest)
            used = sum(us - earlier.get(pid, 0) for pid, us in self._ours().items())
        return Turn([used / 1000 / count])

    def _calls(self, side: object, number: str, rate: int, seconds: int) -> Turn:
        where: calls.Platform = side  # type: ignore[assignment]  # sipp asks where SIP is alone

        def make() -> None:
            calls.sipp(where, self.tmp, number, rate=rate, calls=rate * seconds, hold=calls.HOLD_MS)

        return self._spent(side, make, rate * seconds, 0.7)

    def _rows(
        self, work: str, rate: int, target: float, number: str, extension: str
    ) -> Iterator[Row]:
        sides = {self.platform: number, **dict.fromkeys(self.peers.values(), extension)}
        for side, called in sides.items():
            self._calls(side, called, rate, 1)
        together = rate * calls.HOLD_MS // 1000
        audio = calls.held(self.platform, self.tmp, number, legs=together, seconds=6)
        less = audio * calls.HOLD_MS / 1e6
        ours, *others = alternate(
            [
                partial(self._calls, side, called, rate, self.seconds)
                for side, called in sides.items()
            ],
            self.rounds,
        )
        note = f"audio of ours taken off: {less:.2f}"
        for peer, theirs in zip(self.peers, others, strict=True):
            yield row(work, "ms", target, (ours, theirs), peer=peer, less=less, note=note)

    def ivr(self) -> Iterator[Row]:
        """Answer and hang up."""
        name = "one IVR call, 50/s, without audio"
        yield from self._rows(name, 50, 1.0, "+12025550100", "answer")

    def bridged(self) -> Iterator[Row]:
        """Dial a second leg."""
        words = ["sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(self.callee), "-nostdin"]
        nowhere = subprocess.DEVNULL
        answering = subprocess.Popen(words, cwd=self.tmp, stdout=nowhere, stderr=nowhere)
        try:
            name = "one bridged call, 25/s, without audio"
            yield from self._rows(name, 25, 0.91, "+12025550101", f"dial{self.callee}")
        finally:
            answering.terminate()
            answering.wait(10)

    def registers(self) -> Iterator[Row]:
        """Refresh a registration."""
        count = 200 if self.rounds == 2 else 1000
        secret = self.platform.ask("phone", "add", "bench")["secret"]
        with contextlib.ExitStack() as stack:

            def phone(side: object, sip: str, user: str, word: str) -> Callable[[], Turn]:
                one = stack.enter_context(calls.Registrant(sip, user, word))

                def turn() -> Turn:
                    one.begin()
                    one.refresh(20)
                    return self._spent(side, lambda: one.refresh(count), count, 0.2)

                return turn

            ours, *others = alternate(
                [
                    phone(self.platform, self.platform.sip, "bench", secret),
                    *(
                        phone(peer, peer.sip, asterisk.USER, asterisk.SECRET)
                        for peer in self.peers.values()
                    ),
                ],
                self.rounds,
            )
        for peer, theirs in zip(self.peers, others, strict=True):
            yield row("a REGISTER refresh", "ms", None, (ours, theirs), peer=peer)


def memory(platform: calls.Platform, theirs: dict[str, float]) -> Iterator[Row]:
    """Resident pages of those that do nothing; to be asked before the first call."""
    ours_mb, together_mb = calls.idle_memory(platform)
    for peer, theirs_mb in theirs.items():
        yield {
            "work": f"resident memory, idle: ours / {peer}",
            "value": round(ours_mb / theirs_mb, 2),
            "unit": "x Asterisk",
            "note": f"ours {ours_mb:.0f} MB, pages that its processes share counted in each "
            f"({together_mb:.0f} MB counted once); {peer} {theirs_mb:.0f} MB",
        }


class Audio:
    """Steady audio of many legs: the media worker and Asterisk in turn."""

    def __init__(self, peer: asterisk.Asterisk, tmp: Path, quick: bool) -> None:
        self.peer, self.tmp = peer, tmp
        self.rounds = 1 if quick else 3
        self.program = media.load_program(tmp)
        self.recorded = 0

    def _far(self, count: int) -> media.Far:
        return media.Far(self.program, count, STEADY_SECONDS + WINDOWS_A_TURN * media.WINDOW + 0.5)

    def _turn(self, far: media.Far, ports: list[int], pid: int) -> Turn:
        far.go(ports)
        time.sleep(STEADY_SECONDS)
        count = len(ports)
        seconds = WINDOWS_A_TURN * media.WINDOW
        costs = media.windows(lambda: asterisk.cpu_us(pid), seconds, count)
        found = far.result()
        return Turn(costs, found["received"], found["sent"])

    def ours(self, count: int, prepare: Callable[[media.Worker, int, Path], None]) -> Turn:
        """Legs of a media worker as it runs in service."""
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.tmp)))
            far = self._far(count)
            stack.callback(far.process.wait)
            stack.callback(far.process.kill)
            worker = media.Worker(folder, "native")
            stack.callback(worker.close)
            ports = media.open_legs(worker, far)
            prepare(worker, count, folder)
            return self._turn(far, ports, worker.process.pid)

    def theirs(self, count: int, extension: Callable[[int, int], str], *, pairs: bool) -> Turn:
        """Legs that were set up by SIP, to ``extension(number of the leg, port of the phones)``."""
        with contextlib.ExitStack() as stack:
            far = self._far(count)
            stack.callback(far.process.wait)
            stack.callback(far.process.kill)
            phones = stack.enter_context(asterisk.Phones(self.peer.sip))
            step = 2 if pairs else 1
            ports: list[int] = []
            for k in range(0, count, step):
                callee = far.ports[k + 1] if pairs else 0
                ports += phones.call(extension(k, phones.port), far.ports[k], callee)
            found = self._turn(far, ports, self.peer.process.pid)
        time.sleep(1)  # its threads end
        self.recorded += self.peer.forget_recordings()
        return found

    def _row(
        self,
        work: str,
        count: int,
        target: float,
        prepare: Callable[[media.Worker, int, Path], None],
        extension: Callable[[int, int], str],
        *,
        pairs: bool = False,
    ) -> Row:
        turns = alternate(
            [
                lambda: self.ours(count, prepare),
                lambda: self.theirs(count, extension, pairs=pairs),
            ],
            self.rounds,
        )
        return row(f"{work}, {count} legs", "µs/leg-s", target, turns)

    def played(self) -> Row:
        """Each leg hears a sound and is heard."""
        return self._row(
            "IVR leg, receive + play", LEGS, 0.127,
            lambda worker, count, _: media.play(worker, count),
            lambda *_: "play",
        )  # fmt: skip

    def taped(self) -> Row:
        """The same, both sides recorded."""
        self.recorded = 0
        found = self._row(
            "IVR leg, both sides recorded, ours sealed", LEGS, 0.096,
            media.record,
            lambda *_: "record",
        )  # fmt: skip
        # what 16-bit samples of so many legs need for the seconds that were measured
        least = self.rounds * LEGS * WINDOWS_A_TURN * media.WINDOW * 16_000
        if self.recorded < least:
            raise RuntimeError(f"Asterisk recorded {self.recorded} bytes where {least:.0f} are due")
        found["note"] = f"{found['note']}; Asterisk recorded {self.recorded >> 20} MiB in clear"
        return found

    def relayed(self) -> Row:
        """Two legs each speak to each other."""
        return self._row(
            "relayed leg", LEGS, 0.23,
            lambda worker, count, _: media.relay(worker, count),
            lambda _, port: f"dial{port}",
            pairs=True,
        )  # fmt: skip

    def conference(self) -> Row:
        """Three legs each in a room."""
        return self._row(
            "conference of 3, per leg", LEGS_OF_ROOMS, 0.092,
            lambda worker, count, _: media.conference(worker, count),
            lambda k, _: f"room{k // 3}",
        )  # fmt: skip


def measure(tmp: Path, folder: Path, word: str, *, quick: bool) -> Iterator[Row]:
    """Yield the rows whose name holds a word."""
    with (
        asterisk.Asterisk(folder) as bare,
        asterisk.Asterisk(folder, shipped=True) as shipped,
        calls.Platform(tmp / "data") as platform,
    ):
        peers = {"Asterisk": bare, "Asterisk as shipped": shipped}
        time.sleep(10)  # the platform speaks its prompts ahead of time
        theirs_mb = {name: peer.resident_kb() / 1024 for name, peer in peers.items()}
        audio = Audio(bare, tmp, quick)
        first: dict[str, Callable[[], Iterator[Row]]] = {
            "IVR leg, receive + play": lambda: iter((audio.played(),)),
            "IVR leg, both sides recorded": lambda: iter((audio.taped(),)),
            "relayed leg": lambda: iter((audio.relayed(),)),
            "conference": lambda: iter((audio.conference(),)),
            # The helper that spoke has ended meanwhile, and no call has come to the platform yet.
            "resident memory": lambda: memory(platform, theirs_mb),
        }
        for name, rows in first.items():
            if word in name:
                yield from rows()
        whole = Calls(platform, peers, tmp, quick)
        then = {
            "one IVR call": whole.ivr,
            "one bridged call": whole.bridged,
            "REGISTER": whole.registers,
        }
        for name, rows in then.items():
            if word in name:
                yield from rows()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter windows")
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    parser.add_argument("--asterisk", type=Path, default=asterisk.FOLDER, metavar="DIR")
    options = parser.parse_args()
    reason = asterisk.missing(options.asterisk)
    if reason:
        print(f"NOT MEASURED: {reason}", file=sys.stderr)
        if options.json:
            print(json.dumps({"rows": []}))
        return 0
    if shutil.which("sipp") is None:
        sys.exit("bench/beside_asterisk.py needs sipp: apt-get install sip-tester")
    # Where modules are compiled at each start, what that leaves behind is resident.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rows = []
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as folder:
        for one in measure(Path(folder), options.asterisk, options.only, quick=options.quick):
            if not options.json:
                target = one.get("target", "-")
                print(f"{one['work']:70} {one['value']:>7} target {target}\n    {one['note']}")
                sys.stdout.flush()
            rows.append(one)
    if options.json:
        print(json.dumps({"rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
