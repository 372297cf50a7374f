"""Fuzz documents: whatever is fetched becomes verbs or problems, and a call with it ends cleanly.

    python fuzz/markup/run.py --inputs 1000000 --seed 1

Inputs are the vectors of ``tests/vectors/twiml`` and the built-in flows with one to eight mutations
each, drawn from one seed, so a finding is repeated by its seed and number. What is understood is
carried out: a program gets the document, answers in any order, digits, failures and the end of the
call. Checked: nothing raises; every problem is of a known kind; after the end nothing comes out but
callbacks; a program that is left alone stops by itself. The first input that breaks this is
written to ``--keep`` and ends the run with status 1, as does one that takes a second of CPU time.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from importlib.resources import files
from pathlib import Path

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.flows.library import Library
from ringfence.flows.versions import read_or_problems
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, ClipId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Context, Source
from ringfence.markup.elements import ELEMENTS
from ringfence.markup.exchange import (
    AskRecording,
    Begin,
    Callback,
    ClipFailed,
    ClipReady,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
    RecordingMay,
    Speak,
)
from ringfence.markup.parser import parse
from ringfence.markup.problems import KINDS
from ringfence.markup.voice import Program

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "twiml"
SLOW = 1.0
STEPS = 400
PIECES = (
    *(f"<{name}>".encode() for name in ELEMENTS),
    *(f"</{name}>".encode() for name in ELEMENTS),
    *(f' {name}="'.encode() for element in ELEMENTS.values() for name in element.attributes),
    *(b"/>", b">", b'"', b"'", b"&amp;", b"&", b"&#0;", b"&#x10FFFF;", b"<![CDATA[", b"]]>"),
    *(b"<!--", b"-->", b"<?xml?>", b"<!DOCTYPE x>", b"\0", b"\xff", b"\xed\xa0\x80", b"\n"),
    *(b"0", b"-1", b"99999999999", b"1e9", b"true", b"GET", b"+12025550123", b"sip:a@b", b"#"),
    *(b"{", b"}", b"[", b"]", b":", b",", b"null", b'"type"', b'"menu"', b'"goto"', b'"next"'),
)
CONTEXT = Context(
    call=CallId("CA" + "0" * 32),
    account=AccountId("AC" + "0" * 32),
    caller=Phone("+12025550123"),
    called=Phone("+12025550100"),
)


def mutate(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Return a seed with one to eight changes."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0:
                data[at:at] = rng.choice(PIECES)
            case 1:
                del data[at : at + rng.randint(1, 20)]
            case 2 if data:
                data[min(at, len(data) - 1)] = rng.randrange(256)
            case 3:
                data[at:at] = data[at : at + rng.randint(1, 60)]
            case 4:
                other = rng.choice(seeds)
                start = rng.randrange(len(other) + 1)
                data[at:at] = other[start : start + rng.randint(1, 80)]
            case _:
                data[at : at + rng.randint(1, 8)] = rng.choice(PIECES)
    return bytes(data)


def check(rng: random.Random, data: bytes) -> None:
    """Read and carry out one input."""
    document = parse(data)
    for problem in document.problems:
        assert problem.code in KINDS
    library = Library()
    flow, _ = read_or_problems(data)
    if flow is not None:
        library.learn("x", data)
        source = Source(url="flow:x")
    else:
        source = rng.choice(
            [Source(document=data), Source(url="https://example.com/v", fallback_url="/f")]
        )
    converse(rng, Program(CONTEXT, source, applets=library), data)


def converse(rng: random.Random, program: Program, body: bytes) -> None:
    """Live through a call with a program, then end it."""
    now = Ms(1_700_000_000_000)
    program.do(Begin(), now)
    for _ in range(rng.randint(1, STEPS)):
        out = program.take_output()
        if program.finished:
            break
        for item in out:
            answer(rng, program, item, body, now)
        due = program.deadline()
        if due is not None and rng.random() < 0.5:
            now = Ms(max(now, due))
            program.fire(now)
        if not out and due is None:
            break
    program.receive(notices.CallOver(cause=Cause.NORMAL, answered=True), now)
    program.take_output()
    for item in (
        notices.RecordingFinished(
            recording=RecordingId("RE"), source="voicemail", reason="leg_closed", duration_ms=9_000
        ),
        notices.DialFinished(status="completed", cause=Cause.NORMAL, hung_up=True),
        notices.PlayFinished(play=1, reason="stopped"),
        ClipReady(request=1, clip=ClipId("CL")),
    ):
        program.receive(item, now)
    assert all(isinstance(item, Callback) for item in program.take_output())
    assert program.deadline() is None


def answer(rng: random.Random, program: Program, item: object, body: bytes, now: Ms) -> None:
    """Do as a call and a world would, or fail to."""
    bad = rng.random() < 0.2
    match item:
        case commands.Answer():
            program.receive(notices.Answered(), now)
        case Fetch(request=request):
            program.receive(
                FetchFailed(request=request, code="fetch_status", status=500)
                if bad
                else Fetched(request=request, body=body, url="https://example.com/v/"),
                now,
            )
        case Speak(request=request) | LoadMedia(request=request):
            program.receive(
                ClipFailed(request=request)
                if bad
                else ClipReady(request=request, clip=ClipId("CL")),
                now,
            )
        case commands.Play(play=play) | commands.PlayTone(play=play):
            reason = rng.choice(["done", "stopped", "failed"])
            program.receive(notices.PlayFinished(play=play, reason=reason), now)
        case commands.Collect():
            digits = rng.choice(["", "1", "2", "0", "12#"])
            reason = rng.choice(["timeout", "max_digits", "finish_key"])
            program.receive(notices.DigitsEntered(digits=digits, reason=reason), now)
        case AskRecording():
            program.receive(ruled(rng, item), now)
        case commands.SendDigits():
            program.receive(notices.DigitsSent(failed=bad), now)
        case commands.StartRecording():
            program.receive(
                notices.RecordingMissing(
                    recording=RecordingId("RE"), source="voicemail", reason="disk_full"
                )
                if bad
                else notices.RecordingFinished(
                    recording=RecordingId("RE"), source="voicemail", reason="silence",
                    duration_ms=rng.randint(0, 20_000),
                ),
                now,
            )  # fmt: skip
        case commands.Dial():
            status = rng.choice(["completed", "busy", "no_answer", "failed", "cancelled"])
            program.receive(
                notices.DialFinished(
                    status=status, cause=Cause.NORMAL, ring_ms=rng.randint(0, 1), talk_ms=1
                ),
                now,
            )
        case _:
            pass


def ruled(rng: random.Random, asked: AskRecording) -> RecordingMay:
    """Some ruling on a recording, whatever the law would say."""
    count = 1 + len(asked.targets)
    duties = tuple(rng.choice(["none", "announce", "ask"]) for _ in range(count))
    ruling = commands.RuleRecording(
        source=asked.source, outcome=rng.choice(["record", "announce", "ask", "never"]),
        law="all_party", rules=("x",), edition="1", decided_at=Ms(1), beep=asked.beep,
        policy="law", hours=None, zone="UTC", parties=(None,) * count, places=("",) * count,
        standings=("person",) * count, consents=("unknown",) * count,
        restricted=(False,) * count, duties=duties,
    )  # fmt: skip
    return RecordingMay(request=asked.request, ruling=ruling, targets=asked.targets)


def run(inputs: int, seed: int, keep: Path, *, report: bool) -> int:
    """Run the fuzzer; 0 when the invariant held."""
    seeds = [path.read_bytes() for path in sorted(VECTORS.glob("*/*.xml"))]
    seeds += [(files("ringfence.prompts") / f"{n}.json").read_bytes() for n in ("welcome", "echo")]
    began = time.monotonic()
    for number in range(inputs):
        rng = random.Random(f"{seed}/{number}")
        data = mutate(rng, seeds)
        start = time.process_time()
        try:
            check(rng, data)
            broken = time.process_time() - start > SLOW
            said = "took too long"
        except Exception:  # noqa: BLE001 - whatever it is, it is the finding
            broken, said = True, traceback.format_exc()
        if broken:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{seed}-{number}.bin").write_bytes(data)
            print(f"input {number} of seed {seed}: {said}")
            return 1
    if report:
        took = time.monotonic() - began
        print(
            f"markup: {inputs} inputs of seed {seed} in {took:.0f} s, all became verbs or problems"
        )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz documents and programs.")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz/markup"))
    options = parser.parse_args()
    return run(options.inputs, options.seed, options.keep, report=True)


if __name__ == "__main__":
    sys.exit(main())
