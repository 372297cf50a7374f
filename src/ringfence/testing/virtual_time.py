"""An asyncio event loop whose time passes only when everybody waits.

Code written for asyncio (the switch, the test phones) runs in it unchanged: a day of timers takes
as long as the work in them, and the same program does the same things at the same instants each
time. Nothing outside the process is reachable: there is no selector, no socket and no thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError

T = TypeVar("T")

START = Ms(1_700_000_000_000)
"""The instant at which every world begins."""


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop that jumps to the next timer instead of waiting for it.

    ``faults``: exceptions of callbacks and of tasks nobody awaited; a test wants none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[BaseException] = []
        self._seconds = 0.0
        # BaseEventLoop asks its selector how long to sleep; that is where the time passes.
        self._selector = self
        self.set_exception_handler(lambda _, context: self._note_fault(context))

    def time(self) -> float:
        """Return seconds since the loop was made."""
        return self._seconds

    def select(self, timeout: float | None) -> list[Any]:
        """Let ``timeout`` pass at once; None means that nothing will ever happen again."""
        if timeout is None:
            raise LocalError("the world stands still: everybody waits for somebody else")
        self._seconds += timeout
        return []

    def run_in_executor(  # type: ignore[override]
        self,
        executor: Any,  # noqa: ARG002 - asyncio's signature
        func: Callable[..., T],
        *args: Any,
    ) -> asyncio.Future[T]:
        """Call ``func`` here and now: a thread would finish at an instant of its own."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is the caller's, who awaits the result
            done.set_exception(error)
        return done

    def _note_fault(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.faults.append(error or RuntimeError(context.get("message", "")))

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


class LoopClock:
    """The milliseconds of a virtual loop."""

    __slots__ = ("_loop", "_start")

    def __init__(self, loop: asyncio.AbstractEventLoop, start: Ms = START) -> None:
        self._loop = loop
        self._start = start

    def now(self) -> Ms:
        """Return the present instant."""
        return Ms(self._start + round(self._loop.time() * 1000))


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time; raises the first exception that nobody caught."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        result = runner.run(main)
        if loop.faults:
            raise loop.faults[0]
        return result
