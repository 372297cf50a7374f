"""One module, one test file: compares ``src/ringfence`` and ``scripts`` with ``tests``.

``src/ringfence/sip/uri.py`` is tested by ``tests/sip/test_uri.py``, ``scripts/x.py`` by
``tests/scripts/test_x.py``. Prints what is missing and what tests nothing; exit code 1 if any.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

WITHOUT_TEST = {
    "__init__.py": "says what the package is",
    "__main__.py": "calls main and nothing else",
    "migrations/env.py": "run by Alembic; tested by every migration test",
    "switch/ports.py": "protocols only, tested by whoever fulfils them",
    "switch/live.py": "handles without rules",
    "kernel/limits/": "figures; tests/kernel/test_limits.py reads all of them",
    "client/generated/": "written and compared by scripts/make_client.py",
    "office/live.py": "a protocol, fulfilled by exchange.py",
    "migrations/versions/": "each is tested by the migration tests as a whole",
}
"""Ends or parts of module paths that need no file of their own, and why."""

WITHOUT_MODULE = {
    "system": "whole processes",
    "interop": "programs nobody here wrote",
    "tooling": "configuration of the build and the tests",
    "docs": "the documents",
    "fuzz": "the fuzzers' short runs",
    "vectors": "bytes",
    "support": "helpers of other tests",
}
"""Folders of ``tests`` that mirror no module, and what they test."""


WHOLE = {
    "tests/api/twilio/test_fuzz.py": "requests that schemathesis makes of the description",
    "tests/api/twilio/test_schema.py": "every answer held against the official description",
    "tests/media/engine/test_card_digits.py": "what a listener can read from redacted recordings",
    "tests/media/engine/test_differential.py": "both engines against each other, to the byte",
    "tests/api/test_reach.py": "what commands can do and HTTP cannot",
    "tests/api/test_every_answer.py": "every resource of the API, asked by schemathesis",
    "tests/kernel/test_limits.py": "every bound there is",
    "tests/office/test_coverage.py": "every use case against every resource",
    "tests/office/test_apart.py": "what one account sees of another, asked of every use case",
    "tests/office/test_attempts.py": "ways around the gate, each tried",
    "tests/office/test_role_limits.py": "every role, and what it may not do",
    "tests/cli/test_privacy_parity.py": "the command line beside HTTP",
    "tests/sip/test_calls_under_loss.py": "two agents on a bad network, as a state machine",
    "tests/sip/test_hostile_bytes.py": "damaged messages through the whole agent",
    "tests/switch/test_every_failure.py": "whole calls in which each step fails, one after another",
    "tests/switch/test_twiml_scenes.py": "what documents ask for, as phones see it",
    "tests/switch/test_verb_scenes.py": "what each verb does, as the caller hears it",
    "tests/switch/test_stream_scenes.py": "Connect, Start and Stop, as servers see them",
}
"""Test files that look at several modules at once, and what they show."""


def exempt(module: Path) -> bool:
    """Whether a module needs no test file of its own."""
    path = f"/{module.as_posix()}"
    return any(f"/{part}" in path for part in WITHOUT_TEST)


def expected(root: Path) -> dict[Path, Path]:
    """Map each module that needs one to its test file; both relative to ``root``."""
    found: dict[Path, Path] = {}
    for base, tests in (
        (Path("src/ringfence"), Path("tests")),
        (Path("scripts"), Path("tests/scripts")),
    ):
        for path in sorted((root / base).rglob("*.py")):
            module = path.relative_to(root / base)
            if not exempt(module):
                found[base / module] = tests / module.parent / f"test_{module.name}"
    return found


def actual(root: Path) -> set[Path]:
    """Return the test files that claim to test a module."""
    tests = root / "tests"
    return {
        path.relative_to(root)
        for path in tests.rglob("test_*.py")
        if path.relative_to(tests).parts[0] not in WITHOUT_MODULE
    }


def complaints(root: Path) -> Iterator[str]:
    """Yield one line per module without a test file and test file without a module."""
    wanted = expected(root)
    present = actual(root)
    for module, test in wanted.items():
        if test not in present:
            yield f"{module} has no {test}"
    for test in sorted(present - set(wanted.values()) - {Path(name) for name in WHOLE}):
        yield f"{test} tests no module"


def main() -> int:
    """Print the complaints; 1 if there is one."""
    lines = list(complaints(ROOT))
    for line in lines:
        print(line)
    print(f"mirror: {len(expected(ROOT))} modules, {len(lines)} complaints")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
