"""The helper's owner: one request at a time, a new process for a dead one, nobody else's answer.

Invariant: a caller gets the answer to its own request or None, whatever happens to other callers
and to the process.
"""

import asyncio

import pytest

from ringfence.kernel import limits
from ringfence.speech.helper import Helper


class Process:
    """A helper that answers with the head's ``say``, or does what ``behave`` says."""

    def __init__(self, world):
        self.world = world
        self.returncode = None
        self.stdin = self
        self.stdout = asyncio.StreamReader()

    def writelines(self, pieces):
        head, body = bytes(pieces[1]), bytes(pieces[2])
        self.world.asked.append((head, body))
        behave = self.world.behaviour.pop(0) if self.world.behaviour else "answer"
        if behave == "die":
            self._exit()
        elif behave == "huge":
            self.stdout.feed_data(b"\0" + (1 << 30).to_bytes(4, "big"))
        elif behave == "half":
            self.stdout.feed_data(b"\0\0")
            self._exit()
        elif behave == "answer":
            self.stdout.feed_data(b"\0" + len(body).to_bytes(4, "big") + body)
        elif behave == "later":
            self.world.later = lambda: self.stdout.feed_data(
                b"\0" + len(body).to_bytes(4, "big") + body
            )
            self.world.reached.set()

    async def drain(self):
        if self.returncode is not None:
            raise BrokenPipeError

    def close(self):
        self.world.closed += 1
        self.world.reached.set()
        self._exit()

    def kill(self):
        self.world.killed += 1
        self._exit()

    async def wait(self):
        return self.returncode

    def _exit(self):
        self.returncode = 1
        self.stdout.feed_eof()


class World:
    def __init__(self, *behaviour):
        self.behaviour = list(behaviour)
        self.asked, self.processes = [], []
        self.killed = self.closed = 0
        self.later = None
        self.reached = asyncio.Event()

    async def start(self, *_command, **_how):
        self.processes.append(Process(self))
        return self.processes[-1]


@pytest.fixture
def play(monkeypatch):
    def run(scenario, *behaviour, wait_ms=1_000, idle_ms=1_000_000):
        world = World(*behaviour)
        monkeypatch.setattr(asyncio, "create_subprocess_exec", world.start)

        async def whole():
            helper = Helper("x", wait_ms=wait_ms, idle_ms=idle_ms, answer_max=1_000)
            try:
                return await scenario(helper, world)
            finally:
                await helper.close()

        return asyncio.run(whole()), world

    return run


def test_one_process_serves_many_requests(play):
    async def scenario(helper, _world):
        return [await helper.ask({}, bytes([n])) for n in range(3)]

    found, world = play(scenario)
    assert found == [(0, b"\x00"), (0, b"\x01"), (0, b"\x02")]
    assert len(world.processes) == 1


def test_requests_at_once_take_turns(play):
    async def scenario(helper, _world):
        return await asyncio.gather(*(helper.ask({}, bytes([n])) for n in range(20)))

    found, _ = play(scenario)
    assert found == [(0, bytes([n])) for n in range(20)]


@pytest.mark.parametrize("behaviour", ["die", "half", "huge"])
def test_a_process_that_fails_at_once_costs_the_request(play, behaviour):
    async def scenario(helper, _world):
        return await helper.ask({}, b"a"), await helper.ask({}, b"b")

    found, world = play(scenario, behaviour)
    assert found == (None, (0, b"b"))
    assert len(world.processes) == 2


def test_a_process_that_died_meanwhile_is_replaced_unnoticed(play):
    async def scenario(helper, _world):
        return await helper.ask({}, b"a"), await helper.ask({}, b"b")

    found, world = play(scenario, "answer", "die")
    assert found == ((0, b"a"), (0, b"b"))
    assert len(world.processes) == 2


def test_a_process_that_hangs_is_killed_in_time(play):
    async def scenario(helper, _world):
        return await helper.ask({}, b"a"), await helper.ask({}, b"b")

    found, world = play(scenario, "hang", wait_ms=20)
    assert found == (None, (0, b"b"))
    assert world.killed == 2  # the one that hung, and the last one when the helper is closed


def test_who_is_cancelled_leaves_no_answer_behind_for_the_next(play):
    async def scenario(helper, world):
        first = asyncio.create_task(helper.ask({}, b"mine"))
        await world.reached.wait()
        first.cancel()
        second = asyncio.create_task(helper.ask({}, b"yours"))
        await asyncio.sleep(0)
        world.later()
        return await second

    found, _ = play(scenario, "later")
    assert found == (0, b"yours")


def test_too_many_waiting_are_turned_away(play):
    async def scenario(helper, world):
        tasks = [
            asyncio.create_task(helper.ask({}, b"x")) for _ in range(limits.HELPER_WAITING_MAX)
        ]
        await world.reached.wait()
        refused = await helper.ask({}, b"y")
        world.later()
        return refused, await asyncio.gather(*tasks)

    (refused, served), _ = play(scenario, "later")
    assert refused is None
    assert served == [(0, b"x")] * limits.HELPER_WAITING_MAX


def test_an_idle_process_ends_and_a_new_one_is_started_at_need(play):
    async def scenario(helper, world):
        await helper.ask({}, b"a")
        await world.reached.wait()
        return await helper.ask({}, b"b")

    found, world = play(scenario, idle_ms=1)
    assert found == (0, b"b")
    assert len(world.processes) == 2


def test_a_process_that_cannot_be_started(play, monkeypatch):
    async def scenario(helper, _world):
        async def fail(*_command, **_how):
            raise OSError

        monkeypatch.setattr(asyncio, "create_subprocess_exec", fail)
        return await helper.ask({}, b"a")

    assert play(scenario)[0] is None
