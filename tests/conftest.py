"""The pure suite neither touches the network nor sleeps; this is what holds it to that.

Python reports every connect, bind, send and name look-up to its audit hooks; ``time.sleep`` is
wrapped. While a test outside ``tests/system`` and ``tests/interop`` runs, each of them fails the
test on the spot. Pairs of connected sockets (an event loop wakes itself with one) stay allowed:
they reach nobody.

How long an example takes is nobody's business here: a loaded machine is slow, not wrong. The
examples of a property are the same in every run, so that whoever changes something else does not
find what it has hidden so far; ``make fuzz-long`` searches with new ones.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_HOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ours", derandomize=True, **_HOW)
settings.register_profile("searching", **_HOW)
settings.load_profile(os.environ.get("RINGFENCE_HYPOTHESIS", "ours"))

_HERE = Path(__file__).parent
_WORLDLY = (_HERE / "system", _HERE / "interop")
_FORBIDDEN = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
    }
)


class _Guard:
    """Whether a pure test runs at present."""

    pure = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.pure and event in _FORBIDDEN:
            raise AssertionError(f"{event} is not allowed outside tests/system and tests/interop")

    def sleep(self, seconds: float) -> None:
        waiter = sys._getframe(1).f_globals.get("__name__")
        if self.pure and seconds > 0 and waiter != "subprocess":  # that waits for a child's end
            raise AssertionError("sleeping is not allowed outside tests/system and tests/interop")
        _SLEEP(seconds)


_SLEEP = time.sleep
_GUARD = _Guard()
sys.addaudithook(_GUARD)
time.sleep = _GUARD.sleep


def is_pure(path: Path) -> bool:
    """Whether a test file belongs to the suite that runs without network and sleep."""
    return not any(path.is_relative_to(folder) for folder in _WORLDLY)


@pytest.fixture(autouse=True)
def forbid_world(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close the doors while a pure test runs."""
    _GUARD.pure = is_pure(request.path)
    yield
    _GUARD.pure = False
