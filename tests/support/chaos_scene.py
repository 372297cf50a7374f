"""Callers who do whatever a die tells them, in a world that may be bad: one for each seed."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from ringfence.calls.commands import Hangup
from ringfence.calls.events import CallEnded
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import TrunkId
from ringfence.markup.context import Source
from ringfence.switch.outgoing import Wishes
from ringfence.testing.carrier import BUSY, SLOW, Carrier, Subscriber
from ringfence.testing.network import GOOD, Quality
from ringfence.testing.phone import CallFailed, Phone
from ringfence.testing.phone_call import PhoneCall
from ringfence.testing.world import World, simulate

MENU, VOICEMAIL, DESK, FRIEND, REMOTE, LOST, MIXED = (f"+1202555010{n}" for n in range(7))
NUMBERS = (MENU, VOICEMAIL, DESK, FRIEND, REMOTE, LOST, MIXED, "+12025550177", "desk")
OUTSIDE = "+12025550150"
QUALITIES = (
    GOOD,
    GOOD,
    Quality(delay_ms=40, jitter_ms=30),
    Quality(loss=50, delay_ms=20, jitter_ms=60, reorder=50),
    Quality(loss=200, delay_ms=30, jitter_ms=30, reorder=100, duplicate=100),
)


def chaos(seed: int, folder: Path) -> Counter[str]:
    """Run a world of that seed to its end; how its calls ended, by cause."""
    quality = QUALITIES[seed % len(QUALITIES)]
    return simulate(bustle, seed=seed, folder=folder, quality=quality)


async def bustle(world: World) -> Counter[str]:
    board = world.board
    board.number(
        MENU,
        twiml="<Response><Gather numDigits='2' timeout='3' action='https://example.com/next'>"
        "<Say>Press two keys, please.</Say></Gather><Say>Nothing.</Say></Response>",
    )
    board.number(
        VOICEMAIL,
        twiml="<Response><Say>Speak now.</Say><Record maxLength='6' timeout='2'/>"
        "<Say>Thank you.</Say></Response>",
    )
    board.number(
        DESK,
        twiml="<Response><Dial timeout='4' record='record-from-answer-dual'>"
        "<Sip>sip:desk@192.0.2.1</Sip></Dial><Record maxLength='4' timeout='2'/></Response>",
    )
    board.number(
        FRIEND,
        twiml=f"<Response><Dial timeout='5' answerOnBridge='true'><Number>{OUTSIDE}</Number>"
        "<Sip>sip:desk@192.0.2.1</Sip></Dial></Response>",
    )
    board.number(REMOTE, url="https://example.com/first")
    board.number(LOST, url="https://example.com/nowhere")
    board.number(
        MIXED,
        twiml="<Response><Play>https://example.com/music</Play><Pause length='1'/>"
        "<Redirect>https://example.com/first</Redirect></Response>",
    )
    board.web.documents["https://example.com/first"] = (
        b"<Response><Say>Hello.</Say><Gather numDigits='1' timeout='2'/>"
        b"<Redirect>https://example.com/next</Redirect></Response>"
    )
    board.web.documents["https://example.com/next"] = b"<Response><Say>Bye.</Say></Response>"
    board.web.delay_ms = world.below(400)
    board.phone("desk", "secret")
    async with (
        world.carrier(username="office", password="secret") as carrier,
        world.phone(username="desk", password="secret", quality=GOOD) as desk,
    ):
        trunk = await _register(world, carrier, desk)
        others = [asyncio.create_task(_answer(world, desk))]
        if world.chance(20):
            others.append(asyncio.create_task(_kill_media(world)))
        callers = [_caller(world, number) for number in range(2 + world.below(4))]
        callers += [_inbound(world, carrier), _operator(world)]
        await asyncio.gather(*callers)
        # Whoever is still talking has the time of a dial to come to an end.
        await asyncio.sleep(40)
        for task in others:
            task.cancel()
        ended = [fact for fact in board.facts.facts if isinstance(fact, CallEnded)]
        board.leave(trunk)
        return Counter(str(fact.cause) for fact in ended)


async def _register(world: World, carrier: Carrier, desk: Phone) -> TrunkId:
    trunk = world.board.register_at(
        carrier.host, carrier.port, username="office", password="secret"
    )
    carrier.subscribers[OUTSIDE] = (
        BUSY,
        SLOW,
        Subscriber(after_ms=world.below(3_000)),
        Subscriber(status=503, rings=False),
    )[world.below(4)]
    try:
        await desk.register(world.registrar, wait=40)
        await carrier.registered(40)
    except (CallFailed, TimeoutError):
        pass  # so bad is the network: the calls find nobody
    return trunk


async def _caller(world: World, number: int) -> None:
    async with world.phone(username=f"+120255501{number + 60}") as phone:
        for _ in range(1 + world.below(2)):
            await asyncio.sleep(world.below(4_000) / 1000)
            call = phone.dial(world.address(NUMBERS[world.below(len(NUMBERS))]))
            await _behave(world, call)
            if not call.over.is_set():
                await call.hang_up(wait=70)
        await phone_is_done(phone)


async def _inbound(world: World, carrier: Carrier) -> None:
    await asyncio.sleep(world.below(3_000) / 1000)
    try:
        call = carrier.dial(NUMBERS[world.below(len(NUMBERS))], caller="+12025550190")
    except CallFailed:
        return
    await _behave(world, call)
    if not call.over.is_set():
        await call.hang_up(wait=70)


async def _behave(world: World, call: PhoneCall) -> None:
    """A few acts at random moments; the call may end at any time meanwhile."""
    for _ in range(1 + world.below(5)):
        await asyncio.sleep(world.below(2_500) / 1000)
        if call.over.is_set():
            return
        if not call.answered.is_set():
            continue
        match world.below(6):
            case 0:
                call.audio.say_tone(440, seconds=1 + world.below(3))
            case 1:
                await _pressing(call, "0123456789*#"[world.below(12)])
            case 2:
                await _pressing(call, "12")
            case 3:
                call.hold(on=world.chance(50))
                await asyncio.sleep(0.3)
            case 4 if world.chance(50):
                call.refer(world.address(NUMBERS[world.below(len(NUMBERS))]))
            case _:
                pass


async def _pressing(call: PhoneCall, keys: str) -> None:
    """Press keys, or give up when the call is over first."""
    over = asyncio.create_task(call.over.wait())
    press = asyncio.create_task(call.press(keys))
    await asyncio.wait((over, press), return_when=asyncio.FIRST_COMPLETED, timeout=5)
    for task in (over, press):
        task.cancel()


async def _answer(world: World, desk: Phone) -> None:
    """Whoever sits at the desk answers late, declines, or looks elsewhere."""
    while True:
        call = await desk.next_call(3_600)
        asyncio.get_running_loop().create_task(_at_the_desk(world, call))


async def _at_the_desk(world: World, call: PhoneCall) -> None:
    await asyncio.sleep(world.below(3_000) / 1000)
    if call.over.is_set():
        return
    match world.below(4):
        case 0:
            call.reject()
        case 1:
            pass
        case _:
            await call.answer()
            call.audio.say_tone(880, seconds=1)
            await _behave(world, call)
            if not call.over.is_set():
                await call.hang_up(wait=70)


async def _operator(world: World) -> None:
    """Somebody places calls over the API and ends others."""
    board = world.board
    for _ in range(world.below(4)):
        await asyncio.sleep(world.below(4_000) / 1000)
        if world.chance(50):
            to = ("desk", OUTSIDE, "sip:nobody@192.0.2.250")[world.below(3)]
            said = "<Response><Say>Hello, this is a test.</Say><Pause length='2'/></Response>"
            try:
                board.outgoing.place(to, source=Source(document=said), wishes=Wishes(ring_ms=4_000))
            except Refused:
                pass  # no trunk yet: the carrier is out of reach
        elif board.runner.calls:
            calls = list(board.runner.calls.values())
            board.runner.command(calls[world.below(len(calls))], Hangup())


async def _kill_media(world: World) -> None:
    await asyncio.sleep(world.below(8_000) / 1000)
    world.board.link.kill()


async def phone_is_done(phone: Phone) -> None:
    """Wait until the far end of every call knows that it is over."""
    try:
        await phone.understood(70)
    except TimeoutError:
        pass
