"""The queues of all calls."""

from __future__ import annotations

import asyncio

import pytest
from switch_bench import Bench

from ringfence.calls import effects
from ringfence.calls.commands import EndDial
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, QueueId
from ringfence.markup.context import Source
from ringfence.media.engine import protocol as media

pytestmark = pytest.mark.anyio

WAIT = "<Enqueue>support</Enqueue><Pause length='60'/>"
TAKE = "<Dial><Queue>support</Queue></Dial><Pause length='60'/>"


async def turn() -> None:
    for _ in range(12):
        await asyncio.sleep(0)


async def come(bench: Bench, verbs: str = WAIT) -> tuple[CallId, LegId]:
    count = len(bench.wire.sent(media.OpenLeg))
    number = f"+1202555{100 + count:04d}"
    bench.number(number, f"<Response>{verbs}</Response>")
    bench.invite(number, key=f"in-{count}")
    bench.open_ports()
    await turn()
    return [*bench.runner.calls][-1], LegId(bench.wire.last(media.OpenLeg).leg)


async def test_a_caller_hears_music_and_is_bridged_with_who_takes_them(bench: Bench) -> None:
    _, caller = await come(bench)
    play = bench.wire.last(media.Play)
    assert (play.leg, play.loop) == (caller, 0)
    assert bench.world.queue_book.names == ["support"]
    _, agent = await come(bench, TAKE)
    assert bench.wire.sent(media.Bridge) == [media.Bridge(a=caller, b=agent)]
    (opened,) = bench.queues.known()
    assert opened.queue.waiting == ()
    assert not opened.callers
    assert len(opened.waits) == 1
    assert "QueueAnswered" in bench.names()


async def test_who_is_left_alone_goes_on(bench: Bench) -> None:
    await come(bench)
    agent_call, _ = await come(bench, TAKE)

    bench.runner.command(bench.runner.calls[agent_call], EndDial())
    await turn()
    assert bench.names().count("QueueLeft") == 1
    assert bench.names().count("DialEnded") == 1
    assert len(bench.wire.sent(media.Unbridge)) == 1


async def test_what_is_said_before_is_heard_before(bench: Bench) -> None:
    bench.world.documents["https://x.example/brief"] = b"<Response><Say>hello</Say></Response>"
    _, caller = await come(bench)
    await come(bench, "<Dial><Queue url='https://x.example/brief'>support</Queue></Dial>")
    await turn()
    assert bench.world.spoken == ["hello"]
    assert bench.wire.sent(media.Bridge) == []
    play = bench.wire.last(media.Play)
    bench.link.heard(media.PlayFinished(caller, play.play, "done", 9))
    await turn()
    assert len(bench.wire.sent(media.Bridge)) == 1


async def test_a_queue_that_is_not_there_is_not_made_by_who_takes(bench: Bench) -> None:
    await come(bench, TAKE)
    assert not list(bench.queues.known())
    assert "DialEnded" in bench.names()


async def test_the_first_is_sent_elsewhere(bench: Bench) -> None:
    bench.world.documents["https://x.example/go"] = b"<Response><Say>moved</Say></Response>"
    first, _ = await come(bench)
    second, _ = await come(bench)
    (opened,) = bench.queues.known()
    assert opened.queue.waiting != ()
    source = Source(url="https://x.example/go")
    assert bench.queues.dequeue(opened.id, None, source) == first
    await turn()
    assert bench.world.spoken == ["moved"]
    assert bench.queues.dequeue(opened.id, second, source) == second
    with pytest.raises(Refused):
        bench.queues.dequeue(opened.id, None, source)


async def test_set_up_and_forgotten(bench: Bench) -> None:
    queue = QueueId("QU" + "5" * 32)
    now = bench.clock.now()
    bench.queues.learn(queue, "sales", 1, now, now)
    assert bench.queues.named("sales", make=False) == queue
    bench.queues.learn(queue, "second line", 1, now, now)
    assert bench.queues.named("sales", make=False) == ""
    await come(bench, "<Enqueue>second line</Enqueue>")
    await come(bench, "<Enqueue>second line</Enqueue><Say>full</Say>")
    assert bench.world.spoken == ["full"]
    bench.queues.forget(queue)
    with pytest.raises(Refused):
        bench.queues.find(queue)
    live = next(iter(bench.runner.calls.values()))
    bench.queues.handlers()[effects.LeaveQueue](
        live, effects.LeaveQueue(leg=LegId("LG-x"), queue=queue)
    )
