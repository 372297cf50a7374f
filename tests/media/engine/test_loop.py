"""The loop of a media process, over pipes and signals; its socket is in tests/system."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from ringfence.media.engine.loop import READ, WRITE, Loop

SOON = 0.001


@pytest.fixture
def faults() -> list[Exception]:
    return []


@pytest.fixture
def loop(faults: list[Exception]) -> Iterator[Loop]:
    loop = Loop(faults.append)
    yield loop
    loop.close()


def run(loop: Loop, done: Callable[[], bool]) -> None:
    """Run until something is so, which is looked at after every round."""

    def look() -> None:
        if done():
            loop.end()
        else:
            loop.after(0, look)

    look()
    loop.run()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    yield read, write
    for end in (read, write):
        try:
            os.close(end)
        except OSError:
            pass  # the test closed it


def test_timers_ring_in_their_order_and_not_when_cancelled(loop: Loop) -> None:
    rung: list[str] = []
    now = loop.now()
    loop.at(now + 2 * SOON, lambda: rung.append("last"))
    loop.at(now + SOON, lambda: rung.append("one"))
    loop.at(now + SOON, lambda: rung.append("two"))
    loop.at(now + SOON, lambda: rung.append("cancelled")).cancel()
    loop.at(now, lambda: rung.append("first"))
    run(loop, lambda: "last" in rung)
    assert rung == ["first", "one", "two", "last"]


def test_it_can_be_ended_before_it_runs_and_runs_again(loop: Loop) -> None:
    rung: list[str] = []
    loop.end()
    loop.after(0, lambda: rung.append("late"))
    loop.run()
    assert rung == []
    loop.after(0, loop.end)
    loop.run()
    assert rung == ["late"]


def test_a_timer_for_now_waits_for_the_next_round(loop: Loop, pipe: tuple[int, int]) -> None:
    """Invariant: a callback that always arms itself again keeps nobody else from being heard."""
    read, write = pipe
    heard: list[int] = []

    def again() -> None:
        loop.after(0, again)
        if not heard:
            os.write(write, b"x")

    loop.watch(read, heard.append)
    again()
    run(loop, lambda: bool(heard))
    assert heard == [READ]


def test_a_descriptor_is_watched_until_it_is_forgotten(loop: Loop, pipe: tuple[int, int]) -> None:
    read, write = pipe
    heard: list[bytes] = []
    loop.watch(read, lambda _: heard.append(os.read(read, 9)))
    os.write(write, b"one")
    run(loop, lambda: heard == [b"one"])
    loop.forget(read)
    loop.forget(read)
    os.write(write, b"two")
    done: list[int] = []
    loop.after(SOON, lambda: done.append(1))
    run(loop, lambda: bool(done))
    assert heard == [b"one"]


def test_one_forgotten_in_the_same_round_is_not_called(loop: Loop) -> None:
    pipes = [os.pipe2(os.O_NONBLOCK) for _ in range(2)]
    called: list[int] = []

    def forget_both(which: int) -> Callable[[int], None]:
        def do(_events: int) -> None:
            called.append(which)
            for read, _ in pipes:
                loop.forget(read)

        return do

    for which, (read, write) in enumerate(pipes):
        loop.watch(read, forget_both(which))
        os.write(write, b"x")
    run(loop, lambda: bool(called))
    assert len(called) == 1
    for end in [end for both in pipes for end in both]:
        os.close(end)


def test_other_events_can_be_asked_for_and_an_end_is_told(
    loop: Loop, pipe: tuple[int, int]
) -> None:
    read, write = pipe
    told: list[int] = []

    def writable(events: int) -> None:
        told.append(events)
        loop.watch(write, told.append, 0)

    loop.watch(write, writable, WRITE)
    run(loop, lambda: bool(told))
    assert told == [WRITE]
    os.close(read)
    run(loop, lambda: len(told) > 1)
    assert not told[1] & WRITE  # the error alone


def test_other_threads_are_heard(loop: Loop) -> None:
    told: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: loop.tell(lambda: told.append(n))) for n in range(50)
    ]
    for thread in threads:
        thread.start()
    run(loop, lambda: len(told) == 50)
    assert sorted(told) == list(range(50))
    for thread in threads:
        thread.join()


def test_news_of_news_come_with_the_next_round(loop: Loop) -> None:
    told: list[str] = []
    loop.tell(lambda: loop.tell(lambda: told.append("second")))
    loop.tell(lambda: told.append("first"))
    run(loop, lambda: len(told) == 2)
    assert told == ["first", "second"]


def test_a_fault_is_told_and_the_rest_goes_on(loop: Loop, faults: list[Exception]) -> None:
    done: list[int] = []

    def fail() -> None:
        raise ValueError

    loop.after(0, fail)
    loop.tell(fail)
    loop.after(SOON, lambda: done.append(1))
    run(loop, lambda: bool(done))
    assert [type(fault) for fault in faults] == [ValueError, ValueError]


def test_signals_are_obeyed(loop: Loop) -> None:
    before = signal.getsignal(signal.SIGUSR1)
    came: list[int] = []
    try:
        loop.obey((signal.SIGUSR1,), lambda: came.append(1))
        other = threading.Timer(SOON, os.kill, (os.getpid(), signal.SIGUSR1))
        other.start()
        run(loop, lambda: bool(came))
        other.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert came == [1]


def test_after_its_end_nobody_is_told() -> None:
    loop = Loop(lambda _: None)
    loop.close()
    loop.tell(lambda: pytest.fail("it is over"))
