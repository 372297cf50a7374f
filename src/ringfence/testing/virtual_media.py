"""The media process of a world: the real desk over the reference core, on ports of the ether.

What is simulated is what a process has around it: sockets, the 5 ms clock, the socket to the
server. Recordings are really sealed, into files of a folder, so that what a killed process leaves
behind can be mended and played.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ringfence.kernel.clock import Clock
from ringfence.kernel.entropy import Entropy
from ringfence.media.engine import protocol as p
from ringfence.media.engine.desk import Desk
from ringfence.media.engine.interface import (
    TICK_MS,
    Audio,
    Clockwork,
    Identity,
    RecordingEnded,
)
from ringfence.media.engine.ports import Ports
from ringfence.media.engine.recorder import Broke, Finished, Opened, Outcome, fault_of
from ringfence.media.engine.reference import ReferenceCore
from ringfence.media.engine.sealing import ChannelWriter
from ringfence.switch.media_link import MediaLink
from ringfence.testing.ether import Ether
from ringfence.testing.network import Address

_AUDIO_TICKS = 10
"""Ticks between two looks for recorded audio, as the worker does."""


@dataclass(slots=True)
class _Pair:
    """The two ports of a leg."""

    leg: str
    rtp: Address
    rtcp: Address


class VirtualEngine:
    """A reference core with ports of the ether: an `interface.Engine`."""

    kind: p.EngineKind = "reference"
    abi = 0
    wake: int | None = None

    def __init__(self, ether: Ether, host: str, ports: Ports) -> None:
        self._core = ReferenceCore()
        self._ether = ether
        self._host = host
        self._ports = ports
        self._pairs: dict[str, _Pair] = {}
        self._pongs: list[p.AnyNotice] = []
        self._ticks = 0

    @property
    def busy(self) -> bool:
        """Whether a leg is open, so that time means something."""
        return bool(self._pairs)

    def open(self, leg: str, identity: Identity) -> int | p.LegFailure:
        """Take a port pair and make the leg; return the RTP port, or why not."""
        if leg in self._pairs:
            return "exists"
        port = self._ports.take()
        if port is None:
            return "no_port"
        if not self._core.open(leg, identity):
            self._ports.give_back(port)
            return "limit"
        pair = self._pairs[leg] = _Pair(leg, (self._host, port), (self._host, port + 1))
        bind = self._ether.bind
        bind(pair.rtp, lambda data, source: self._received(pair.leg, data, source))
        bind(pair.rtcp, lambda data, source: self._received(pair.leg, data, source, rtcp=True))
        return port

    def rename(self, leg: str, name: str) -> bool:
        """Call a leg that nothing has happened to by another name; False where that cannot be."""
        if not self._core.rename(leg, name):
            return False
        pair = self._pairs[name] = self._pairs.pop(leg)
        pair.leg = name
        return True

    def do(self, command: p.AnyCommand) -> None:
        """Carry out a command."""
        if isinstance(command, p.Ping):
            self._pongs.append(p.Pong(command.token))
            return
        self._core.do(command, self._ether.clock.now())
        self._send()
        if isinstance(command, p.CloseLeg):
            pair = self._pairs.pop(command.leg, None)
            if pair is not None:
                self._release(pair)

    def take(self) -> tuple[list[Audio], list[p.AnyNotice | RecordingEnded]]:
        """Return recorded chunks and notices."""
        pongs, self._pongs = self._pongs, []
        return self._core.take_audio(), [*self._core.take_notices(), *pongs]

    def awake(self) -> None:
        """Nothing wakes the worker for the reference core."""

    def clockwork(self) -> Clockwork:
        """Return how punctual it has been: always."""
        return Clockwork(ticks=self._ticks)

    def pump(self) -> None:
        """5 ms have passed."""
        self._core.tick(self._ether.clock.now())
        self._ticks += 1
        self._send()

    def close(self) -> None:
        """Let go of every port."""
        for pair in self._pairs.values():
            self._release(pair)
        self._pairs.clear()

    def _release(self, pair: _Pair) -> None:
        self._ether.release(pair.rtp)
        self._ether.release(pair.rtcp)
        self._ports.give_back(pair.rtp[1])

    def _received(self, leg: str, data: bytes, source: Address, *, rtcp: bool = False) -> None:
        self._core.receive(leg, data, *source, self._ether.clock.now(), rtcp=rtcp)
        self._send()

    def _send(self) -> None:
        for datagram in self._core.take_output():
            pair = self._pairs.get(datagram.leg)
            if pair is not None:
                source = pair.rtcp if datagram.rtcp else pair.rtp
                self._ether.send(datagram.data, source, (datagram.host, datagram.port))


class SealedFiles:
    """Recordings into sealed files, without threads: what a `desk.Desk` needs of a recorder.

    ``open``: recordings whose files are open. ``fails``: asked before each write; an OSError
    that it raises is the disk's.
    """

    def __init__(
        self, tell: Callable[[Outcome], None], entropy: Entropy, fails: Callable[[], None]
    ) -> None:
        self._tell = tell
        self._entropy = entropy
        self._fails = fails
        self._loop = asyncio.get_running_loop()
        self._files: dict[str, list[ChannelWriter]] = {}
        self._broken: set[str] = set()

    @property
    def held(self) -> list[str]:
        """Recordings whose files are open."""
        return sorted(self._files)

    def open(
        self, recording: str, channels: Sequence[p.Channel], rate: int, coding: p.Coding
    ) -> None:
        """Make the files -> `Opened`."""
        files: list[ChannelWriter] = []
        try:
            for channel in channels:
                self._fails()
                salt = self._entropy.token(4)
                files.append(
                    ChannelWriter(channel.path, channel.key, rate=rate, coding=coding, salt=salt)
                )
        except OSError as error:
            for file in files:
                file.abandon()
            self._later(Opened(recording, fault_of(error)))
            return
        self._files[recording] = files
        self._later(Opened(recording, None))

    def append(self, chunks: Sequence[Audio]) -> bool:
        """Seal and write."""
        for chunk in chunks:
            files = self._files.get(chunk.recording)
            if files is None or chunk.recording in self._broken:
                continue
            try:
                self._fails()
                files[chunk.channel].append(chunk.pcm)
            except OSError as error:
                self._broken.add(chunk.recording)
                full = fault_of(error) == "disk_full"
                self._later(Broke(chunk.recording, full))
        return True

    def finish(self, recording: str) -> None:
        """Complete the files -> `Finished`."""
        self._broken.discard(recording)
        finished = []
        for file in self._files.pop(recording, []):
            file.end()
            sealed = file.finish()
            finished.append(p.ChannelFile(file.path, sealed.size, sealed.sha256))
        self._later(Finished(recording, finished))

    def abandon(self, recording: str) -> None:
        """Remove the files of a recording that never began."""
        self._broken.discard(recording)
        for file in self._files.pop(recording, []):
            file.abandon()

    def die(self) -> None:
        """The process is killed: the kernel closes its files as they are."""
        for files in self._files.values():
            for file in files:
                file.finish()
        self._files.clear()

    def _later(self, outcome: Outcome) -> None:
        self._loop.call_soon(self._tell, outcome)


class VirtualWorker:
    """One life of the media process. ``tell``: the server's end of the socket."""

    def __init__(
        self,
        ether: Ether,
        host: str,
        ports: Ports,
        *,
        entropy: Entropy,
        tell: Callable[[p.AnyNotice], None],
        fails: Callable[[], None],
    ) -> None:
        self.engine = VirtualEngine(ether, host, ports)
        self.files = SealedFiles(self._sealed, entropy, fails)
        self._desk = Desk(self.engine, self.files, entropy)
        self._tell = tell
        self._clock: Clock = ether.clock
        self._loop = asyncio.get_running_loop()
        self._alive = True
        self._ticking: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None

    def received(self, commands: Sequence[p.AnyCommand]) -> None:
        """Carry out what the server asks."""
        if not self._alive:
            return
        for command in commands:
            self._desk.do(command, self._clock.now())
        self._settle()
        if self._ticking is None and self.engine.busy:
            self._ticking = self._loop.call_later(TICK_MS / 1000, self._tick)

    def die(self) -> None:
        """As by ``kill -9``: ports and files are the kernel's to clear away."""
        self._alive = False
        for timer in (self._ticking, self._timer):
            if timer is not None:
                timer.cancel()
        self.engine.close()
        self.files.die()

    def _tick(self) -> None:
        self._ticking = None
        self.engine.pump()
        self._settle()
        if self.engine.busy or not self._desk.idle:
            self._ticking = self._loop.call_later(TICK_MS / 1000, self._tick)

    def _sealed(self, outcome: Outcome) -> None:
        if self._alive:
            self._desk.sealed(outcome)
            self._settle()

    def _settle(self) -> None:
        while any(found := self.engine.take()):
            self._desk.heard(*found)
        for notice in self._desk.take_notices():
            self._loop.call_soon(self._tell, notice)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._desk.deadline()
        if deadline is not None and deadline < 1 << 61:
            wait = max(deadline - self._clock.now(), 0) / 1000
            self._timer = self._loop.call_later(wait, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._desk.fire(self._clock.now())
        self._settle()


class VirtualLink(MediaLink):
    """The server's end of the socket to the media process of a world.

    ``ports``: those that every life of the process takes from. ``sent``: commands so far.
    ``on_command``: told the number of each command before it is sent; it may `kill` the process.
    """

    def __init__(
        self,
        ether: Ether,
        host: str,
        ports: Ports,
        *,
        entropy: Entropy,
        on_notice: Callable[[p.AnyNotice], None],
        on_lost: Callable[[list[str]], None],
        fails: Callable[[], None] = lambda: None,
        restart_ms: int = 300,
    ) -> None:
        super().__init__("a world's media process", on_notice=on_notice, on_lost=on_lost)
        self.ports = ports
        self.worker: VirtualWorker | None = None
        self.sent = 0
        self._ether = ether
        self._host = host
        self._entropy = entropy
        self._fails = fails
        self._restart_ms = restart_ms
        self._lives = 0

    async def start(self) -> None:
        """Start the process."""
        self._start()

    async def close(self) -> None:
        """Stop the process."""
        if self.worker is not None:
            self.worker.die()
            self.worker = None

    def kill(self) -> None:
        """``kill -9`` the process; the supervisor starts another one after ``restart_ms``."""
        if self.worker is None:
            return
        self.worker.die()
        self.worker = None
        self.lost()
        self._loop.call_later(self._restart_ms / 1000, self._start)

    def send(self, command: p.Command) -> None:
        """Write a command, together with the others of this turn of the event loop."""
        self.sent += 1
        super().send(command)

    def send_patiently(self, command: p.Command) -> None:
        """The same: there is nobody to be woken."""
        self.send(command)

    def _write(self, outgoing: list[p.Command]) -> None:
        if self.worker is not None:
            self.worker.received(outgoing)  # type: ignore[arg-type]  # only real commands are sent

    def _start(self) -> None:
        self._lives += 1
        life = self._lives

        def tell(notice: p.AnyNotice) -> None:
            if life == self._lives and self.worker is not None:
                self.heard(notice)

        self.worker = VirtualWorker(
            self._ether,
            self._host,
            self.ports,
            entropy=self._entropy,
            tell=tell,
            fails=self._fails,
        )
        self.heard(p.Hello(engine="reference", abi=0, pid=life, host=self._host))
