"""The queues of all calls."""

from __future__ import annotations

import asyncio

import pytest
from switch_bench import Bench

from ringfence.calls import effects, events
from ringfence.calls.commands import EndDial
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, QueueId
from ringfence.kernel.limits import RECORDING_ANSWER_MS
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.media.engine import protocol as media
from ringfence.switch.call_recording import RecordingWish, record_call

pytestmark = pytest.mark.anyio

WAIT = "<Enqueue>support</Enqueue><Pause length='60'/>"
TAKE = "<Dial><Queue>support</Queue></Dial><Pause length='60'/>"


async def turn() -> None:
    for _ in range(12):
        await asyncio.sleep(0)


async def come(bench: Bench, verbs: str = WAIT, caller: str = "") -> tuple[CallId, LegId]:
    count = len(bench.wire.sent(media.OpenLeg))
    number = f"+1202555{100 + count:04d}"
    bench.number(number, f"<Response>{verbs}</Response>")
    extra = f"P-Asserted-Identity: <sip:{caller}@192.0.2.50>\r\n" if caller else ""
    bench.invite(number, key=f"in-{count}", extra=extra)
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


RECORDED = "<Dial record='record-from-answer-dual'><Queue>support</Queue></Dial>"
FREE, OTHER, BRITON = "+12025550124", "+12025550125", "+447700900123"


async def test_a_talk_that_may_be_recorded_is_and_each_side_for_itself(bench: Bench) -> None:
    for number in (FREE, OTHER):
        party = bench.world.resolve(Phone(number), bench.clock.now())
        bench.world.consents[party] = "given"
    await come(bench, caller=FREE)
    _, agent = await come(bench, RECORDED, OTHER)
    start = bench.wire.last(media.StartRecording)
    assert [(one.leg, one.direction) for one in start.channels] == [(agent, "in"), (agent, "out")]
    ruled = next(fact for fact in bench.world.facts if isinstance(fact, events.RecordingRuled))
    asked = next(fact for fact in bench.world.facts if isinstance(fact, events.RecordingRequested))
    assert asked.parties == ruled.parties
    assert len(set(asked.parties)) == 2
    names = bench.names()
    assert names.index("QueueAnswered") < names.index("RecordingRuled")


def press(bench: Bench, leg: LegId, digit: str) -> None:
    bench.link.heard(media.DtmfReceived(leg, digit, 100, False))


def said(bench: Bench, play: media.Play) -> None:
    bench.link.heard(media.PlayFinished(play.leg, play.play, "done", 9))


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize(("caller", "agent"), [(BRITON, FREE), (FREE, BRITON)])
async def test_who_has_to_be_told_hears_it_in_the_talk_and_then_it_begins(
    bench: Bench, caller: str, agent: str
) -> None:
    bench.world.consents[bench.world.resolve(Phone(FREE), bench.clock.now())] = "given"
    _, waiting = await come(bench, caller=caller)
    _, taking = await come(bench, RECORDED, agent)
    assert len(bench.wire.sent(media.Bridge)) == 1, "they talk all the same"
    play = bench.wire.last(media.Play)
    assert play.leg == (waiting if caller == BRITON else taking)
    assert not bench.wire.sent(media.StartRecording)
    said(bench, play)
    await turn()
    assert bench.wire.sent(media.StartRecording)


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("key", ["1", "2", ""])
async def test_a_caller_nobody_knows_is_asked_and_silence_is_a_no(bench: Bench, key: str) -> None:
    bench.world.consents[bench.world.resolve(Phone(FREE), bench.clock.now())] = "given"
    _, waiting = await come(bench, caller="anonymous")
    call, _ = await come(bench, RECORDED, FREE)
    play = bench.wire.last(media.Play)
    assert play.leg == waiting
    if key:
        press(bench, waiting, key)
    else:
        said(bench, play)
        await turn()
        bench.clock.advance(RECORDING_ANSWER_MS)
        for live in [*bench.runner.calls.values()]:
            bench.runner._fire(live)
    await turn()
    assert bool(bench.wire.sent(media.StartRecording)) is (key == "1")
    assert ("RecordingFailed" in bench.names()) is (key != "1")
    told = [fact for fact in bench.world.facts if isinstance(fact, events.RecordingTold)]
    assert [(fact.call, fact.answer) for fact in told] == [
        (call, {"1": "yes", "2": "no", "": "nothing"}[key])
    ]


@pytest.mark.promise("TEL-07")
async def test_from_outside_both_sides_of_a_queue_are_ruled_on(bench: Bench) -> None:
    bench.world.consents[bench.world.resolve(Phone(FREE), bench.clock.now())] = "given"
    _, caller = await come(bench, caller=BRITON)
    taking, _ = await come(bench, TAKE, FREE)
    await record_call(bench.runner, bench.runner.calls[taking], RecordingWish())
    await turn()
    play = bench.wire.last(media.Play)
    assert play.leg == caller
    assert not bench.wire.sent(media.StartRecording)
    said(bench, play)
    await turn()
    assert bench.wire.sent(media.StartRecording)
