"""What a media process waits for: descriptors, instants, and news from its other threads.

One thread, epoll(7), a heap of timers. Beside asyncio it is small: a process is resident memory
times the number of cores, and what a wake-up runs through has left the processor's caches since the
last one.
"""

from __future__ import annotations

import heapq
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable

READ, WRITE = select.EPOLLIN, select.EPOLLOUT
_EVENTS_MOST = 64
"""Of one look; what is not among them comes with the next."""
_WAKES = 4_096  # bytes of the pipe read at once

Callback = Callable[[], None]


class Timer:
    """Something to be done at an instant, unless it is cancelled before."""

    __slots__ = ("do",)

    def __init__(self, do: Callback) -> None:
        self.do: Callback | None = do

    def cancel(self) -> None:
        """Do nothing when the instant comes."""
        self.do = None


class Loop:
    """``fault``: told what a callback raised; the loop goes on."""

    def __init__(self, fault: Callable[[Exception], None]) -> None:
        self._fault = fault
        self._epoll = select.epoll()
        self._watched: dict[int, Callable[[int], None]] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = 0
        self._news: deque[Callback] = deque()
        self._obeying = False
        self._ended = False
        self._wake, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.watch(self._wake, self._awake)

    def close(self) -> None:
        """Give the descriptors back; `tell` does nothing from now on."""
        if self._obeying:
            signal.set_wakeup_fd(-1)
        waker, self._waker = self._waker, -1
        os.close(waker)
        os.close(self._wake)
        self._epoll.close()

    # ------------------------------------------------------------------ what is waited for

    def watch(self, descriptor: int, do: Callable[[int], None], events: int = READ) -> None:
        """Call ``do`` with the events (epoll's bits) whenever there are some; or with others now.

        An error or the end of the other side is told, too, whatever was asked for.
        """
        if descriptor in self._watched:
            self._epoll.modify(descriptor, events)
        else:
            self._epoll.register(descriptor, events)
        self._watched[descriptor] = do

    def forget(self, descriptor: int) -> None:
        """Watch it no longer; before it is closed."""
        if self._watched.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def now(self) -> float:
        """Seconds of a clock that only goes forwards."""
        return time.monotonic()

    def after(self, seconds: float, do: Callback) -> Timer:
        """Call ``do`` once, that much later."""
        return self.at(time.monotonic() + seconds, do)

    def at(self, instant: float, do: Callback) -> Timer:
        """Call ``do`` once when `now` is ``instant``; those of one instant in their order."""
        timer = Timer(do)
        self._order += 1
        heapq.heappush(self._timers, (instant, self._order, timer))
        return timer

    def tell(self, do: Callback) -> None:
        """Have the loop call ``do`` soon; the one method for other threads."""
        self._news.append(do)
        try:
            os.write(self._waker, b"\0")
        except OSError:
            pass  # so full that it is awake anyway, or closed

    def obey(self, signals: Iterable[int], do: Callback) -> None:
        """Call ``do`` when one of these signals comes; on the main thread only."""
        self._obeying = True
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in signals:
            signal.signal(number, lambda *_: do())

    # ------------------------------------------------------------------ waiting

    def run(self) -> None:
        """Wait and call until `end`.

        Most rounds have one thing to call, and what they run through has left the processor's
        caches since the last one: so they do no more than they must.
        """
        timers, watched, news = self._timers, self._watched, self._news
        while not self._ended:
            while timers and timers[0][2].do is None:
                heapq.heappop(timers)
            wait = max(timers[0][0] - time.monotonic(), 0) if timers else None
            for descriptor, events in self._epoll.poll(wait, _EVENTS_MOST):
                do = watched.get(descriptor)
                if do is not None:  # the one before may have forgotten it
                    try:
                        do(events)
                    except Exception as error:  # noqa: BLE001 - see `_call`
                        self._fault(error)
            for _ in range(len(news)):
                self._call(news.popleft())
            if timers and timers[0][0] <= time.monotonic():
                self._ring()
        self._ended = False

    def end(self) -> None:
        """Have `run` return when this round is over, or at once if it is not running."""
        self._ended = True

    def _ring(self) -> None:
        now = time.monotonic()
        due = []
        while self._timers and self._timers[0][0] <= now:
            due.append(heapq.heappop(self._timers)[2])
        for timer in due:  # one that a callback sets for now comes with the next round
            if timer.do is not None:
                self._call(timer.do)

    def _call(self, do: Callback) -> None:
        try:
            do()
        except Exception as error:  # noqa: BLE001 - a bug of ours must not end every call
            self._fault(error)

    def _awake(self, _events: int) -> None:
        os.read(self._wake, _WAKES)
