"""A caller and a document in virtual time: what the scenes of verbs share."""

from __future__ import annotations

import math
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from tones import level

from ringfence.calls.hearing import Wish
from ringfence.kernel import ids
from ringfence.kernel.ids import ClipId
from ringfence.markup.exchange import Callback
from ringfence.media.engine.sealing import read_channel
from ringfence.media.wav import to_little_endian
from ringfence.speech.providers import Heard
from ringfence.switch.ports import Clip
from ringfence.testing.memory import RecordingShelf
from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall
from ringfence.testing.world import World, simulate

LINE = "+12025550130"
CALLER = "+12025550123"
TOLD = "https://example.com/told"
NEXT = "https://example.com/next"


def tone(hertz: float, seconds: float) -> array[int]:
    samples = range(int(8_000 * seconds))
    return array("h", (int(9_000 * math.sin(math.tau * hertz * n / 8_000)) for n in samples))


class Tones:
    """A recogniser that understands a tone: how often it swings a second, once it has stopped."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []

    async def listen(self, audio: AsyncIterator[bytes], wish: Wish) -> AsyncIterator[Heard]:
        self.wishes.append(wish)
        loud = swings = last = 0
        async for pcm in audio:
            samples = array("h", pcm)
            if max(map(abs, samples)) > 3_000:
                loud += 1
                for x in samples:
                    swings += (x > 0) != (last > 0)
                    last = x
                if loud % 25 == 0:
                    yield Heard("a tone" if wish.partial else "", 0.5)
            elif loud > 5:
                yield Heard(f"{round(swings * 25 / loud / 100) * 100} hertz", 0.9, True)
                loud = swings = 0


class Scene:
    """A caller, and a document at `LINE`; whatever a page says is fetched from ``pages``."""

    def __init__(self, world: World, caller: Phone) -> None:
        self.world, self.caller, self.board = world, caller, world.board
        self.recogniser = Tones()

    def answers(self, verbs: str) -> None:
        self.board.number(LINE, twiml=f"<Response>{verbs}</Response>")

    def page(self, url: str, verbs: str) -> None:
        self.board.web.documents[url] = f"<Response>{verbs}</Response>".encode()

    def audio(self, url: str, hertz: int, seconds: float) -> None:
        """Let a URL be a tone."""
        clip = ClipId(ids.make("clip", self.world.clock.now(), self.world.random))
        sound = to_little_endian(tone(hertz, seconds))
        self.board.web.clips[url] = Clip(clip, 8_000, sound)

    async def call(self) -> PhoneCall:
        return await self.caller.call(self.world.address(LINE), caller=CALLER, wait=60)

    def asked(self, url: str = NEXT) -> list[dict[str, str]]:
        """What a page was asked with."""
        return [
            {name: str(value) for name, value in one.params}
            for one in self.board.web.asked
            if one.url == url
        ]

    def told(self, url: str = TOLD) -> list[dict[str, str]]:
        """What callbacks said."""
        return [
            {name: str(value) for name, value in one.params}
            for one in self.board.web.callbacks
            if isinstance(one, Callback) and one.url == url
        ]

    def notes(self) -> list[str]:
        return [fact.code for fact in self.board.facts.facts if hasattr(fact, "code")]

    def recorded(self) -> list[array[int]]:
        """The sound of each channel that was kept."""
        shelf = self.board.recordings
        assert isinstance(shelf, RecordingShelf)
        found = []
        for paths in shelf.kept.values():
            for path in paths:
                pcm = array("h")
                pcm.frombytes(read_channel(path.path, path.key).pcm)
                found.append(pcm)
        return found


def run(scene: Callable[[Scene], Awaitable[None]], folder: Path) -> None:
    async def whole(world: World) -> None:
        async with world.phone(username="caller") as caller:
            await scene(Scene(world, caller))

    simulate(whole, seed=12, folder=folder)


def stretches(pcm: array[int], hertz: int) -> list[float]:
    """How long each stretch of a tone is, in seconds; gaps of less than 60 ms are none."""
    frames = [level(pcm[at : at + 160], hertz) > 2_000 for at in range(0, len(pcm) - 159, 160)]
    found: list[int] = []
    gap = 99
    for on in frames:
        if on and gap <= 3 and found:
            found[-1] += gap + 1
            gap = 0
        elif on:
            found.append(1)
            gap = 0
        else:
            gap += 1
    return [round(count / 50, 1) for count in found]
