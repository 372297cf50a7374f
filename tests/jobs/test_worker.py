"""The worker: what each end of a handler means, and how it starts, waits and stops."""

import asyncio

import pytest

from ringfence.jobs.queue import NewJob
from ringfence.jobs.worker import Worker
from ringfence.kernel.errors import LocalError, Refused, RemoteError


def run(coroutine):
    return asyncio.run(coroutine)


async def until(condition):
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came")


def worker(queue, clock, **handlers):
    return Worker(queue, handlers, clock=clock)


def add(queue, clock, *kinds, **fields):
    run(queue.enqueue([NewJob(kind=kind, **fields) for kind in kinds], now=clock.now()))


def test_a_job_is_done_and_forgotten(queue, clock, does):
    handler = does()
    add(queue, clock, "x", body={"call": "CA1"})
    assert run(worker(queue, clock, x=handler).step()) == 1
    assert handler.seen == [({"call": "CA1"}, 1, clock.now())]
    assert queue.rows == {}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RemoteError("no", hint=503), "remote_503"),
        (TimeoutError(), "timeout"),
        (LocalError("a bug"), "crashed"),
        (KeyError("a bug"), "crashed"),
    ],
)
def test_what_failed_is_tried_again_and_buried_in_the_end(queue, clock, does, logged, error, code):
    handler = does(error, error, error)
    add(queue, clock, "x")
    one = worker(queue, clock, x=handler)
    for expected_wait in (1000, 2000):
        assert run(one.step()) == 1
        [row] = queue.rows.values()
        assert row.state == "ready"
        assert expected_wait <= row.run_at - clock.now() < expected_wait * 1.25
        assert run(one.step()) == 0
        clock.set(row.run_at)
    assert run(one.step()) == 1
    [row] = queue.rows.values()
    assert (row.state, row.errors) == ("dead", [code] * 3)
    assert one.failed == 1


def test_policy_does_not_change_its_mind(queue, clock, does):
    add(queue, clock, "x")
    run(worker(queue, clock, x=does(Refused("not_allowed", "no"))).step())
    [row] = queue.rows.values()
    assert (row.state, row.errors) == ("dead", ["not_allowed"])


def test_a_job_about_somebody_erased_has_lost_its_reason(queue, clock, does):
    add(queue, clock, "x")
    run(worker(queue, clock, x=does(Refused("erased", "gone"))).step())
    assert queue.rows == {}


def test_a_kind_nobody_knows_is_buried(queue, clock, logged):
    add(queue, clock, "mystery")
    run(worker(queue, clock).step())
    assert queue.states() == [("mystery", "dead")]
    assert [line["event"] for line in logged] == ["job_unknown", "job_dead"]


def test_a_try_that_takes_too_long_is_given_up(queue, clock, does):
    async def main():
        handler = does(asyncio.Event().wait(), timeout_ms=1)
        await queue.enqueue([NewJob(kind="x")], now=clock.now())
        await worker(queue, clock, x=handler).step()

    run(main())
    [row] = queue.rows.values()
    assert (row.state, row.errors) == ("ready", ["timeout"])


def test_a_running_worker_is_woken_by_a_new_job(queue, clock, does):
    async def main():
        done = asyncio.Event()

        async def mark():
            done.set()

        handler = does(mark())
        one = worker(queue, clock, x=handler)
        queue.wake = one.wake
        task = asyncio.create_task(one.run())
        await asyncio.sleep(0)
        await queue.enqueue([NewJob(kind="x")], now=clock.now())
        await asyncio.wait_for(done.wait(), 5)
        one.stop()
        await asyncio.wait_for(task, 5)
        assert one.finished == 1

    run(main())
    assert queue.rows == {}


def test_no_more_jobs_at_once_than_allowed(queue, clock, does):
    async def main():
        open_door, most, now_running = asyncio.Event(), 0, 0

        async def wait():
            nonlocal most, now_running
            now_running += 1
            most = max(most, now_running)
            await open_door.wait()
            now_running -= 1

        handler = does(*[wait() for _ in range(7)], timeout_ms=5000)
        one = Worker(queue, {"x": handler}, clock=clock, concurrency=3)
        queue.wake = one.wake
        await queue.enqueue([NewJob(kind="x") for _ in range(7)], now=clock.now())
        task = asyncio.create_task(one.run())
        await until(lambda: now_running >= 3)
        for _ in range(20):
            await asyncio.sleep(0)
        assert most == 3
        open_door.set()
        await until(lambda: not queue.rows)
        one.stop()
        await asyncio.wait_for(task, 5)
        assert most == 3
        assert one.finished == 7

    run(main())


def test_a_stop_lets_running_jobs_finish_and_gives_the_others_back(queue, clock, does, monkeypatch):
    monkeypatch.setattr("ringfence.jobs.worker.JOB_STOP_MS", 1)

    async def main():
        handler = does(asyncio.Event().wait(), timeout_ms=60_000)
        one = worker(queue, clock, x=handler)
        await queue.enqueue([NewJob(kind="x")], now=clock.now())
        task = asyncio.create_task(one.run())
        await until(lambda: handler.seen)
        one.stop()
        await asyncio.wait_for(task, 5)

    run(main())
    [row] = queue.rows.values()
    assert (row.state, row.errors, row.run_at) == ("ready", ["stopped"], clock.now())


@pytest.mark.parametrize("trouble", [True, OSError("anything")])
def test_storage_in_trouble_is_asked_again(queue, clock, does, monkeypatch, logged, trouble):
    monkeypatch.setattr("ringfence.jobs.worker.JOB_TROUBLE_MS", 1)

    async def main():
        handler = does()
        one = worker(queue, clock, x=handler)
        await queue.enqueue([NewJob(kind="x")], now=clock.now())
        queue.trouble = trouble
        task = asyncio.create_task(one.run())
        for _ in range(50):
            await asyncio.sleep(0)
        assert not handler.seen
        queue.trouble = False
        one.wake()
        await until(lambda: handler.seen)
        one.stop()
        await asyncio.wait_for(task, 5)

    run(main())


def test_a_job_that_could_not_be_settled_comes_back(queue, clock, does, logged):
    handler = does()

    async def full():
        queue.trouble = True

    handler._outcomes = [full()]
    add(queue, clock, "x")
    one = worker(queue, clock, x=handler)
    run(one.step())
    assert [line["event"] for line in logged] == ["job_not_settled"]
    queue.trouble = False
    [row] = queue.rows.values()
    assert row.state == "leased"
    clock.set(row.run_at)
    run(one.step())
    assert queue.rows == {}
    assert len(handler.seen) == 2


def test_waking_a_worker_that_does_not_run_does_no_harm(queue, clock):
    one = worker(queue, clock)
    one.wake()

    async def main():
        one.stop()
        await one.run()

    run(main())
    one.wake()
