"""Compiles the native engine: at install (setup.py), by hand, and for the sanitizer tests.

The engine is C11 with POSIX threads and Linux's io_uring and epoll, linked against libc alone, so
all it takes is a compiler; without one `compile_library` returns None and the Python twin serves.
The module imports nothing of the program, because setup.py loads it before anything is installed::

    python -m ringfence.media.engine.build        # into the package, as setup.py does
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = "libringfence_engine.so"
SOURCES = (
    "core.c", "dtmf.c", "engine.c", "g711.c", "g722.c", "jitter.c", "objects.c", "offline.c",
    "plc.c", "receive.c", "record.c", "report.c", "resample.c", "send.c", "wire.c", "wire_epoll.c",
    "wire_uring.c",
)  # fmt: skip
STANDARD = ("-std=c11", "-D_GNU_SOURCE", "-fvisibility=hidden", "-fPIC", "-pthread")
OPTIMISED = ("-O3", "-fno-semantic-interposition", "-DNDEBUG")
SANITIZED = (
    "-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)  # fmt: skip
_COMPILE_SECONDS = 180


def compiler() -> str | None:
    """Return the C compiler to use: $CC, cc, gcc or clang, or None where there is none."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def compile_program(
    target: Path, sources: Sequence[str | Path], flags: Sequence[str] = OPTIMISED
) -> Path | None:
    """Compile and link ``sources`` (relative ones live here) to ``target``; None if impossible.

    What the compiler says on a failure goes to standard error. The target appears in one step.
    """
    command = compiler()
    if command is None or not sys.platform.startswith("linux"):
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    paths = [str(HERE / source) for source in sources]
    # -I: the sources that fuzz and measure live elsewhere and include these headers.
    line = [command, *STANDARD, *flags, f"-I{HERE}", "-o", str(unfinished), *paths]
    try:
        subprocess.run(line, check=True, timeout=_COMPILE_SECONDS)  # noqa: S603 - no shell
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{target.name} was not built: {type(error).__name__}\n")
        unfinished.unlink(missing_ok=True)
        return None
    unfinished.replace(target)
    return target


def compile_library(outdir: Path = HERE, flags: Sequence[str] = OPTIMISED) -> Path | None:
    """Compile the engine to ``outdir``; return the library, or None where it cannot be built."""
    return compile_program(outdir / LIBRARY, SOURCES, ("-shared", *flags))


if __name__ == "__main__":
    built = compile_library()
    sys.stdout.write(f"{built}\n" if built else "no native engine\n")
    sys.exit(built is None)
