"""What can be counted of the privacy policy: how fast it is compiled, what it notices, what leaks.

    python bench/proofs.py [--json] [--quick]

The changes, the labelled scenarios, the calls with cards and the voices are those of the tests,
which fail where one of them is wrong; here they are counted. *Compiled* is everything from the
labels in the code to the notice, the record of processing and the view of erasures, on an
installation with nothing in it: what is in it does not count, as no row is read. Keys read, by what
else is on the line: calls of which an independent listener recovers a key from the recording. Muted
speech: what part of it is taken for keys, by voices the listener was tried on and by others.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ringfence.config import load
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.media.engine import build
from ringfence.media.engine.library import load as load_library
from ringfence.office import Office
from ringfence.office.privacy import census
from ringfence.office.privacy import notice as office_notice
from ringfence.policy import library
from ringfence.privacy.notice import compile_notice, encode, erasure_view, processing
from ringfence.privacy.recording_law.decision import decide
from ringfence.privacy.recording_law.rules import load as load_rules
from ringfence.privacy.registry import compile_map
from ringfence.privacy.registry_diff import compare
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store

TESTS = Path(__file__).resolve().parents[1] / "tests"
CALLS = 2_000
ROUNDS = 15
Row = dict[str, Any]


def of_test(path: str) -> Any:
    """Return a module of the tests."""
    folder, _, name = path.rpartition("/")
    sys.path[:0] = places = [str(TESTS / folder), str(TESTS / "support")]
    try:
        return importlib.import_module(name)
    finally:
        del sys.path[: len(places)]


def row(work: str, value: float, unit: str, target: float | None = None, note: str = "") -> Row:
    return {"work": work, "value": value, "unit": unit, "target": target, "note": note}


def compiled(folder: Path) -> Iterator[Row]:
    """Seconds of compiling everything that is compiled from the labels."""
    clock, entropy = SystemClock(), SystemEntropy()
    store = Store.open(DataFolder(folder), clock=clock, entropy=entropy)
    office = Office(load(folder, environment={}, flags={}), store, clock=clock, entropy=entropy)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        data = compile_map(census.sources())
        wording = office_notice.wording(office, "ringfence", library.source("ringfence"))
        issuer = office_notice.issuer(office)
        encode(compile_notice(data, wording, issuer))
        records, erased = processing(data, issuer), erasure_view(data)
        taken.append(time.perf_counter() - began)
    began = time.perf_counter()
    asyncio.run(office.run("privacy.erase.plan", {"address": "+12025550123"}, actor="operator"))
    plan = time.perf_counter() - began
    store.close()
    note = f"{len(data.entries)} labels, {len(records)} purposes, {len(erased)} places; the first"
    yield row("notice, record of processing and erasures compiled", round(min(taken), 3), "s", 1,
              f"{note} time {taken[0]:.3f} s")  # fmt: skip
    yield row("plan of an erasure", round(plan, 3), "s", 1, "the first since the start")


def noticed() -> Iterator[Row]:
    """Changes of the map that are missed, refactorings that raise an alarm."""
    tests = of_test("privacy/test_registry_diff")
    chance, base = random.Random(2026), tests.full()
    before = compile_map(base)
    missed = 0
    for number in range(200):
        mutation = tests.MUTATIONS[number % len(tests.MUTATIONS)]
        missed += compare(before, compile_map(mutation(base, chance))).severity in {
            "none", "editorial",
        }  # fmt: skip
    chance, alarms = random.Random(2026), 0
    for number in range(50):
        changed = base
        for work in chance.sample(tests.REFACTORINGS, 1 + number % len(tests.REFACTORINGS)):
            changed = work(changed, chance)
        alarms += compare(before, compile_map(changed)).severity != "none"
    kinds = f"{len(tests.MUTATIONS)} kinds"
    yield row("of 200 random changes of the map, not noticed", missed, "", 2, kinds)
    yield row("of 50 refactorings, taken for a change", alarms, "", 0)


def decided() -> Iterator[Row]:
    """Labelled scenarios of recording that are decided wrong."""
    tests = of_test("privacy/recording_law/test_decision")
    rules = load_rules()
    wrong = 0
    for _, case, outcome, duties in tests.SCENARIOS:
        found = decide(case, rules)
        expected = outcome, tuple(tests.DUTIES[mark] for mark in duties)
        wrong += (found.outcome, found.duties) != expected
    yield row(f"of {len(tests.SCENARIOS)} labelled scenarios of recording, wrong", wrong, "", 0)


def cards(folder: Path, calls: int) -> Iterator[Row]:
    """Calls of which a key is read from the recording, and speech that is taken for keys."""
    tests, conftest = of_test("media/engine/test_card_digits"), of_test("media/engine/conftest")
    made = build.compile_program(folder / "cards.so", [conftest.CARDS], ("-shared", "-O3"))
    native = load_library(build.HERE / build.LIBRARY)
    if made is None or native is None:
        raise SystemExit("there is no C compiler, or the native engine is not built")
    line = tests.Line(conftest.prepared(made), native)
    for kind in tests.KINDS:
        lost = keys = 0
        for number in range(calls):
            call = line.call(number, tests.keys_of(number), kind)
            kept = line.recorded(call)
            keys += len(call.keys)
            lost += any(line.recovered(call, kept, one) for one in tests.LISTENERS)
        what = f"{keys} keys of 40 to 160 ms, 5 to 30 dB above"
        yield row(f"of {calls} calls beside {kind}, a key read", lost, "", 0, what)
    for who, text, voices in (
        ("voices it was tried on", tests.TEXT, tests.VOICES),
        ("other voices", tests.OTHER_TEXT, tests.STRANGERS),
    ):
        frames, muted = tests.muted(line, native, text, voices, turns=8)
        yield row(f"speech muted, {who}", round(100 * muted / frames, 4), "%", 0.1,
                  f"{len(voices)} voices of espeak-ng, {frames / 3000:.0f} min")  # fmt: skip


def measure(*, quick: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        yield from compiled(Path(folder) / "data")
        yield from noticed()
        yield from decided()
        yield from cards(Path(folder), CALLS // 10 if quick else CALLS)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rows = list(measure(quick=options.quick))
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for one in rows:
        target = "" if one["target"] is None else f"(target {one['target']:g})"
        print(f"{one['value']:>8} {one['unit']:<3} {one['work']}  {target}  {one['note']}")


if __name__ == "__main__":
    main()
