"""Fuzz the native media core: whatever arrives, nothing out of bounds, undefined or leaked happens.

    python fuzz/media/run.py --inputs 20000 --seed 1 [--seconds 600]

Compiles engine.c with the address and undefined-behaviour sanitizers around ``_fuzz.c`` (with
libFuzzer as well where clang is installed), then its thread and sockets around ``_stress.c`` with
the address sanitizer and, apart, the thread sanitizer. A finding prints how to repeat it and ends
the run with status 1; so does a leak. Without a C compiler nothing is run, and it says so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ringfence.media.engine.build import SANITIZED, SOURCES, compile_program, compiler

HERE = Path(__file__).resolve().parent
THREADS = ("-O1", "-g", "-fsanitize=thread")
LIBFUZZER = ("-O1", "-g", "-fsanitize=address,undefined,fuzzer", "-DWITH_LIBFUZZER")
STRESS_SECONDS = 3
WIRES = ("1", "2")
"""io_uring where this machine has it, epoll."""
ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=1:exitcode=99",
}


def run(words: list[str], seconds: int) -> bool:
    """Run one program; whether it ended well and in time."""
    try:
        done = subprocess.run(
            words, check=False, timeout=seconds, env={**os.environ, **ENVIRONMENT}
        )
    except subprocess.TimeoutExpired:
        print(f"{Path(words[0]).name}: not finished after {seconds} s: stuck", file=sys.stderr)
        return False
    return done.returncode == 0


def sanitizes(folder: Path, flags: tuple[str, ...]) -> bool:
    """Whether a program that does nothing can be compiled so."""
    nothing = folder / "nothing.c"
    nothing.write_text("int main(void) { return 0; }\n")
    return compile_program(folder / "nothing", [nothing], flags) is not None


def built(folder: Path, name: str, flags: tuple[str, ...]) -> Path | None:
    """Compile one of the programs here around the engine; None where they no longer fit it."""
    return compile_program(folder / f"{name}-{len(flags)}", [*SOURCES, HERE / f"{name}.c"], flags)


def libfuzzer(folder: Path, inputs: int, seed: int, seconds: int) -> bool:
    """Let coverage guide the inputs, where clang is installed."""
    clang = shutil.which("clang")
    if clang is None:
        return True
    os.environ["CC"] = clang
    program = compile_program(folder / "guided", [*SOURCES, HERE / "_fuzz.c"], LIBFUZZER)
    del os.environ["CC"]
    if program is None:
        return True
    bounds = [f"-runs={inputs}", f"-seed={seed}", f"-max_total_time={seconds}", "-max_len=4096"]
    return run([str(program), *bounds], seconds + 60)


def main() -> int:
    """Run the programs; 1 where one found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seconds", type=int, default=3_600, help="the most a part may take")
    options = parser.parse_args()
    if compiler() is None:
        print("no C compiler: the native engine is NOT fuzzed", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not sanitizes(folder, SANITIZED):
            print("no sanitizers: the native engine is NOT fuzzed", file=sys.stderr)
            return 0
        fuzz = built(folder, "_fuzz", SANITIZED)
        if fuzz is None:
            return 1
        numbers = [str(number) for number in (options.inputs, options.seed, options.first)]
        good = run([str(fuzz), *numbers], options.seconds)
        if good:
            good = libfuzzer(folder, options.inputs, options.seed, options.seconds)
        if good and options.first == 0:
            for flags in (SANITIZED, THREADS):
                if not sanitizes(folder, flags):
                    print(f"no {flags[-1]}: NOT run so", file=sys.stderr)
                    continue
                stress = built(folder, "_stress", flags)
                good = good and stress is not None
                for wire in WIRES if stress is not None else ():
                    good = run([str(stress), str(STRESS_SECONDS), wire], 60) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
