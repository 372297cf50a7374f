"""What the switch needs of storage, the web and speech, kept in memory: the ports of a world.

They behave as the real ones do when all is well, and fail when a `Ladder` says so, with the errors
that the ports of `ringfence.switch.ports` name.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ringfence.calls.effects import Channel
from ringfence.calls.events import CallFact
from ringfence.calls.words import RecordingSource
from ringfence.kernel import ids
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, ClipId, PartyId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import (
    Callback,
    ClipFailed,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
)
from ringfence.media.wav import to_little_endian
from ringfence.sip.events import Peer
from ringfence.sip.locate import Locator
from ringfence.sip.uri import Uri
from ringfence.switch.ports import Clip, Facts
from ringfence.switch.routing import Located
from ringfence.testing.ladder import Ladder

RATE = 8_000
_MS_A_LETTER = 60
"""How fast the speaker of a world speaks."""


class PartyRoom:
    """Addresses of people, by party."""

    def __init__(self, clock: Clock, entropy: Entropy, writes: Ladder) -> None:
        self._clock = clock
        self._entropy = entropy
        self._writes = writes
        self._known: dict[str, PartyId] = {}

    def resolve(self, address: Phone | str, now: Ms, /) -> PartyId:
        """The party of an address; raises `Refused` where the write of a new one fails."""
        key = address.e164 if isinstance(address, Phone) else address
        found = self._known.get(key)
        if found is None:
            if self._writes.fails():
                raise Refused("storage_busy", "the queue of the writer is full")
            found = PartyId(ids.make_blurred("party", now, self._entropy))
            if key:
                self._known[key] = found
        return found


class FactBook:
    """Every fact, in order. ``behind``: where else they are kept."""

    def __init__(self, records: Ladder, behind: Facts | None = None) -> None:
        self.facts: list[CallFact] = []
        self._records = records
        self._behind = behind

    def record(self, facts: Sequence[CallFact], now: Ms, /) -> None:
        """Keep these facts; raises `Refused` where the ladder says so."""
        if self._records.fails():
            raise Refused("storage_unavailable", "the ladder says that nothing can be written")
        if self._behind is not None:
            self._behind.record(facts, now)
        self.facts.extend(facts)


@dataclass(frozen=True, slots=True)
class SealedPath:
    """Where one channel goes and the key that seals it."""

    key: bytes
    path: str


class RecordingShelf:
    """Keys and files of recordings, in a folder.

    ``kept``, ``dropped``: what became of those that were finished.
    """

    def __init__(self, folder: Path, entropy: Entropy, writes: Ladder) -> None:
        self.kept: dict[RecordingId, list[SealedPath]] = {}
        self.dropped: set[RecordingId] = set()
        self._folder = folder
        self._entropy = entropy
        self._writes = writes
        self._begun: dict[RecordingId, list[SealedPath]] = {}

    @property
    def begun(self) -> list[RecordingId]:
        """Recordings that nobody has finished."""
        return sorted(self._begun)

    @property
    def strays(self) -> list[str]:
        """Files of recordings that were not kept."""
        kept = {item.path for paths in self.kept.values() for item in paths}
        return sorted(path.name for path in self._folder.iterdir() if str(path) not in kept)

    def begin(
        self,
        recording: RecordingId,
        call: CallId,  # noqa: ARG002 - a port
        source: RecordingSource,  # noqa: ARG002 - a port
        channels: Sequence[Channel],
        now: Ms,  # noqa: ARG002 - a port
        /,
    ) -> Sequence[SealedPath]:
        """One file per channel; raises `Refused` where the disk is full."""
        if self._writes.fails():
            raise Refused("disk_full", "the ladder says that the disk is full")
        paths = [
            SealedPath(self._entropy.token(32), str(self._folder / f"{recording}.{index}"))
            for index, _ in enumerate(channels)
        ]
        self._begun[recording] = paths
        return paths

    async def finish(self, recording: RecordingId, *, keep: bool) -> int:
        """Keep the files of a recording or remove them; the size in bytes."""
        paths = self._begun.pop(recording)
        await asyncio.sleep(0)
        if self._writes.fails():
            self._remove(recording, paths)
            raise OSError("the ladder says that the disk fails")
        if not keep:
            self._remove(recording, paths)
            return 0
        self.kept[recording] = paths
        return sum(_size(item.path) for item in paths)

    def discard(self, recording: RecordingId, /) -> None:
        """Delete a recording that was finished or never began."""
        self._remove(recording, self.kept.pop(recording, []))
        self._remove(recording, self._begun.pop(recording, []))

    def _remove(self, recording: RecordingId, paths: Sequence[SealedPath]) -> None:
        self.dropped.add(recording)
        for item in paths:
            Path(item.path).unlink(missing_ok=True)


class ClipTable:
    """Clips for calls."""

    def __init__(self) -> None:
        self._clips: dict[ClipId, Clip] = {}

    def get(self, clip: ClipId, /) -> Clip | None:
        """The clip, if it is there."""
        return self._clips.get(clip)

    def keep(self, clip: Clip, /) -> None:
        """Have it at hand."""
        self._clips[clip.id] = clip

    def drop(self, clip: ClipId, /) -> None:
        """Keep it no longer."""
        self._clips.pop(clip, None)


class Speaker:
    """Speech that is a tone as long as the text, and takes ``delay_ms`` the first time."""

    def __init__(self, clock: Clock, entropy: Entropy, fetches: Ladder) -> None:
        self.delay_ms = 30
        self._clock = clock
        self._entropy = entropy
        self._fetches = fetches
        self._spoken: dict[tuple[str, str, str], Clip] = {}

    def ready(self, text: str, voice: str, language: str, /) -> Clip | None:
        """The clip, if it has been spoken before."""
        return self._spoken.get((text, voice, language))

    async def speak(self, text: str, voice: str, language: str, /) -> Clip | None:
        """The clip; None where it fails."""
        await asyncio.sleep(self.delay_ms / 1000)
        if self._fetches.fails():
            return None
        clip = hum(self._clock, self._entropy, _MS_A_LETTER * len(text))
        self._spoken[(text, voice, language)] = clip
        return clip


class Web:
    """Documents and audio by URL.

    ``documents``: what a URL answers. ``clips``: URLs that are audio. ``delay_ms``: of each fetch.
    ``asked``: the fetches so far. ``callbacks``: those given to be delivered;
    ``pledges``: those that a killed server would tell at its next start.
    """

    def __init__(self, clock: Clock, entropy: Entropy, fetches: Ladder) -> None:
        self.documents: dict[str, bytes] = {}
        self.clips: dict[str, Clip] = {}
        self.delay_ms = 50
        self.callbacks: list[Callback] = []
        self.pledges: list[Callback] = []
        self.asked: list[Fetch] = []
        self.fetched = 0
        self._clock = clock
        self._entropy = entropy
        self._fetches = fetches

    async def fetch(self, call: CallId, request: Fetch, /) -> Fetched | FetchFailed:
        """Get a document."""
        del call
        await asyncio.sleep(self.delay_ms / 1000)
        self.fetched += 1
        self.asked.append(request)
        if self._fetches.fails():
            return FetchFailed(request=request.request, code="fetch_timed_out")
        body = self.documents.get(request.url)
        if body is None:
            return FetchFailed(request=request.request, code="fetch_status", status=404)
        return Fetched(request=request.request, body=body, url=request.url)

    async def load(self, call: CallId, request: LoadMedia, /) -> Clip | ClipFailed:
        """Get audio."""
        del call
        await asyncio.sleep(self.delay_ms / 1000)
        if self._fetches.fails():
            return ClipFailed(request=request.request, code="fetch_timed_out")
        clip = self.clips.get(request.url)
        if clip is None:
            return ClipFailed(request=request.request, code="fetch_status", status=404)
        return replace(clip, id=ClipId(ids.make("clip", self._clock.now(), self._entropy)))

    def callback(self, call: CallId, request: Callback, /) -> None:  # noqa: ARG002 - a port
        """Take a callback to deliver."""
        if request.silent:
            self.pledges = [one for one in self.pledges if one.outcome != request.outcome]
            return
        (self.pledges if request.pledged else self.callbacks).append(request)


class FarSocket:
    """The end of a WebSocket that a test holds: ``heard`` from us, `tell` us, `hang_up`."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed = False
        self._told: asyncio.Queue[str | None] = asyncio.Queue()

    async def send(self, text: str, /) -> None:
        """Take a message of ours."""
        if self.closed:
            raise ConnectionError("closed")
        self.heard.append(text)

    async def receive(self) -> str | None:
        """Give us the next message."""
        return await self._told.get()

    async def close(self) -> None:
        """We close."""
        self.closed = True

    def tell(self, text: str) -> None:
        """Have us receive a message."""
        self._told.put_nowait(text)

    def hang_up(self) -> None:
        """Have us see that the far side has closed."""
        self._told.put_nowait(None)


class Sockets:
    """WebSockets by URL: ``answers`` names those that exist, ``opened`` holds their far ends."""

    def __init__(self) -> None:
        self.answers: set[str] = set()
        self.opened: list[FarSocket] = []

    async def connect(self, url: str, /) -> FarSocket:
        """Open one."""
        if url not in self.answers:
            raise Refused("handshake_failed", "nobody is there")
        self.opened.append(FarSocket())
        return self.opened[-1]


class Addresses:
    """RFC 3263 for a world without DNS: a URI leads to the address it names."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def locate(self, uri: Uri, done: Located, /) -> None:
        """Tell where to send a request for ``uri``, nowhere if it names no address."""
        targets = Locator(uri, self._entropy).targets or ()
        done(tuple(Peer(t.transport, t.host, t.port) for t in targets))


def _size(path: str) -> int:
    return Path(path).stat().st_size


def hum(clock: Clock, entropy: Entropy, milliseconds: int, *, level: int = 6_000) -> Clip:
    """Return a clip that is nowhere silent."""
    pcm = array("h", [level, -level] * (milliseconds * RATE // 2_000))
    return Clip(ClipId(ids.make("clip", clock.now(), entropy)), RATE, to_little_endian(pcm))
