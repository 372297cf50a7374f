"""The media process: one engine, one Unix socket, one server at a time.

``python -m ringfence.media.engine.worker --socket PATH --rtp LOW-HIGH [--bind IP]
[--engine auto|native|reference] [--wire auto|epoll]``

It serves the connection that is open and drops all legs when it closes; recordings are finalised
and it waits for the next connection (a restarted server). It ends on SIGTERM, after its recordings
are finished, and when the process that started it is gone. Audio does not run here: the native
engine has a thread of its own, and what this loop does can be late without being heard.

Imports are few on purpose: a media process is resident memory times the number of cores.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import resource
import signal
import socket
import sys
import traceback
from pathlib import Path

from ringfence.kernel import pages
from ringfence.kernel.clock import Clock, Ms, SystemClock
from ringfence.kernel.entropy import Entropy, SystemEntropy
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import (
    MEDIA_BACKLOG_BYTES,
    MEDIA_FINISH_MS,
    MEDIA_LEGS_MAX,
    MEDIA_PATIENCE_MS,
    MEDIA_RECORDINGS_MAX,
    MEDIA_TAP_BACKLOG_BYTES,
)
from ringfence.kernel.lines import Lines
from ringfence.kernel.priority import work_in_background
from ringfence.media.engine.desk import Desk
from ringfence.media.engine.framing import CommandReader, encode
from ringfence.media.engine.interface import TICK_MS, Engine
from ringfence.media.engine.library import load
from ringfence.media.engine.loop import READ, WRITE, Loop, Timer
from ringfence.media.engine.native import NativeEngine, WireWish
from ringfence.media.engine.ports import Ports
from ringfence.media.engine.protocol import AnyCommand, Hello
from ringfence.media.engine.recorder import Outcome, Recorder

_AUDIO_MS = 100
"""How often recorded audio is fetched: often, for what is in memory alone a kill takes with it; yet
each time costs as much as sealing ten chunks."""
_TAP_MS = 20
"""The same while somebody listens: each frame as it comes."""
_PARENT_MS = 1_000
_READ_BYTES = 64 * 1024
"""Taken from the socket at once; one buffer for all of it."""
_CONNECTIONS = 8  # not yet accepted; there is one server, and all but one are turned away
_SWITCH_SECONDS = 0.000_5
"""The sealing thread comes back from each write to ask for the interpreter; let it have it."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_TRIM_BYTES = 4 * 1024 * 1024
_MMAP_BYTES = 256 * 1024
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT, _CAP_IPC_LOCK = 1, 2, 4, 14
_SAID = Lines(lambda data: os.write(2, data))
_FILES = 2 * MEDIA_LEGS_MAX + 4 * MEDIA_RECORDINGS_MAX + 64


def make_engine(
    kind: str, *, bind: str, ports: Ports, clock: Clock, wire: WireWish = "auto"
) -> Engine | None:
    """Return the engine asked for; ``auto`` prefers the native one. None where it is missing."""
    library = load() if kind != "reference" else None
    if library is not None:
        return NativeEngine(library, bind=bind, ports=ports, wire=wire)
    if kind == "native":
        return None
    # Only here, because the twin and its tables cost memory the native engine has no use for.
    from ringfence.media.engine.reference import ReferenceCore
    from ringfence.media.engine.twin import TwinEngine

    return TwinEngine(ReferenceCore(), bind=bind, ports=ports, clock=clock)


class Worker:
    """The loop's side: reads, calls the desk, writes."""

    def __init__(
        self, engine: Engine, loop: Loop, *, clock: Clock, entropy: Entropy, host: str = ""
    ) -> None:
        self._host = host
        self._loop = loop
        self._engine = engine
        self._clock = clock
        self._parent = os.getppid()
        # The recorder draws on another thread, so it has a source of its own.
        self._recorder = Recorder(self._tell, SystemEntropy())
        self._desk = Desk(engine, self._recorder, entropy)
        self._connection: _Connection | None = None
        self._timer: Timer | None = None
        self._armed: Ms | None = None
        """For when the timer is set."""
        self._speaking: Timer | None = None
        """What nobody waits for leaves then at the latest."""
        self._fetching = False
        """Recorded audio will be fetched in a moment; where nothing is recorded, nobody looks."""
        self._pumping = False
        """The twin's next tick is arranged for."""
        self._over = False
        """The engine is closed: what is still scheduled does nothing."""
        self._finishing = False
        """The loop ends when the desk is idle."""

    def run(self, path: str) -> None:
        """Serve until asked to stop."""
        with socket.socket(socket.AF_UNIX) as door:
            door.setblocking(False)
            door.bind(path)
            door.listen(_CONNECTIONS)
            self._loop.watch(door.fileno(), lambda _events: self._admit(door))
            self._loop.obey((signal.SIGTERM, signal.SIGINT), self._end)
            if self._engine.wake is not None:
                self._loop.watch(self._engine.wake, self._woken)
            self._watch_parent()
            self._loop.run()
            self._loop.forget(door.fileno())
        self._desk.hang_up()
        self._finish()
        self._over = True
        if self._engine.wake is not None:
            self._loop.forget(self._engine.wake)
        self._recorder.close()
        self._engine.close()

    def _end(self) -> None:
        """Asked to stop, or nobody is left to serve."""
        if not self._finishing:
            self._loop.end()

    def _finish(self) -> None:
        """Wait until all recordings are complete, or for as long as a stop may take."""
        self._finishing = True
        self._loop.after(MEDIA_FINISH_MS / 1000, self._loop.end)
        self._settle()
        self._loop.run()
        if not self._desk.idle:
            say("recordings were left unfinished")

    # ------------------------------------------------------------------ connections

    def _admit(self, door: socket.socket) -> None:
        try:
            wire, _ = door.accept()
        except OSError:
            return  # it went away again
        if self._connection is not None:
            wire.close()
            return
        self._connection = _Connection(self, self._loop, wire)
        hello = Hello(self._engine.kind, self._engine.abi, os.getpid(), host=self._host)
        self._connection.write(encode(hello))

    def received(self, commands: list[AnyCommand]) -> None:
        """Carry out what the server asks."""
        do, now = self._desk.do, self._clock.now()
        for command in commands:
            do(command, now)
        self._settle()

    def disconnected(self, connection: _Connection) -> None:
        """The server is gone."""
        if connection is self._connection:
            self._connection = None
            self._desk.hang_up()
            self._settle()

    # ------------------------------------------------------------------ engine and files

    def _woken(self, _events: int) -> None:
        self._engine.awake()
        self._settle(waited=True)

    def _pump(self, due: float) -> None:
        self._pumping = self._engine.busy and not self._over
        if not self._pumping:
            return
        self._engine.pump()
        self._settle()
        due = max(due + TICK_MS / 1000, self._loop.now() - 1)
        self._loop.at(due, lambda: self._pump(due))

    def _fetch_audio(self) -> None:
        self._fetching = False
        if not self._over:
            self._settle()

    def _tell(self, outcome: Outcome) -> None:
        """Called on a thread of the recorder."""
        self._loop.tell(lambda: self._sealed(outcome))

    def _sealed(self, outcome: Outcome) -> None:
        if not self._over:
            self._desk.sealed(outcome)
            self._settle()

    def _settle(self, *, waited: bool = False) -> None:
        """Take what the engine has, write what the desk has to say, arm its timer.

        ``waited``: news that nobody waits for has been waiting in the engine.
        """
        desk, engine = self._desk, self._engine
        crowded = bool(desk.taps.dropped) and self._crowded()
        while any(found := engine.take()):
            desk.heard(*found, crowded=crowded)
        if desk.unsaid:
            if waited or len(desk.unsaid) > desk.patient or self._connection is None:
                self._speak()
            elif self._speaking is None:
                self._speaking = self._loop.after(MEDIA_PATIENCE_MS / 1000, self._speak)
        if engine.wake is None and engine.busy and not self._pumping:
            self._pumping = True
            due = self._loop.now()
            self._loop.at(due, lambda: self._pump(due))
        if (desk.taps.dropped or desk.recordings) and not self._fetching:
            self._fetching = True
            wait = _TAP_MS if desk.taps.dropped else _AUDIO_MS
            self._loop.after(wait / 1000, self._fetch_audio)
        if desk.tone_ends or self._armed is not None:
            self._arm(desk.deadline())
        if self._finishing and desk.idle:
            self._loop.end()

    def _crowded(self) -> bool:
        """Whether the server does not read as fast as it is told."""
        connection = self._connection
        return connection is not None and connection.backlog > MEDIA_TAP_BACKLOG_BYTES

    def _arm(self, deadline: Ms | None) -> None:
        """Set the desk's timer, where it is not set for then: most rounds change no deadline."""
        if deadline == self._armed:
            return
        self._armed = deadline
        if self._timer is not None:
            self._timer.cancel()
        wait = 0.0 if deadline is None else max(deadline - self._clock.now(), 0) / 1000
        self._timer = None if deadline is None else self._loop.after(min(wait, 3600), self._fire)

    def _speak(self) -> None:
        """Write what the server is to be told, if anything."""
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None
        notices, connection = self._desk.take_notices(), self._connection
        if notices and connection is not None:
            connection.write(encode(*notices))
            if connection.backlog > MEDIA_BACKLOG_BYTES:
                connection.abort()

    def _fire(self) -> None:
        self._timer = self._armed = None
        self._desk.fire(self._clock.now())
        self._settle()

    def _watch_parent(self) -> None:
        if os.getppid() != self._parent:
            self._end()
        self._loop.after(_PARENT_MS / 1000, self._watch_parent)


class _Connection:
    """One server."""

    def __init__(self, worker: Worker, loop: Loop, wire: socket.socket) -> None:
        self._worker = worker
        self._loop = loop
        self._wire = wire
        self._reader = CommandReader()
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._unsent = bytearray()
        self._blocked = False
        """The server does not read as fast as it is told."""
        self._open = True
        wire.setblocking(False)
        loop.watch(wire.fileno(), self._ready)

    @property
    def backlog(self) -> int:
        """Bytes the server has not read."""
        return len(self._unsent)

    def write(self, data: bytes) -> None:
        """Send, or keep until the server reads; nothing where it is gone."""
        if self._open:
            self._unsent += data
            if not self._blocked:
                self._flush()

    def abort(self) -> None:
        """Have no more to do with it; the worker is told soon."""
        if self._open:
            self._open = False
            self._unsent.clear()
            self._loop.forget(self._wire.fileno())
            self._wire.close()
            self._loop.after(0, lambda: self._worker.disconnected(self))

    def _ready(self, events: int) -> None:
        if events & WRITE:
            self._flush()
            if not self._open or events == WRITE:
                return
        try:
            count = self._wire.recv_into(self._buffer)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self.abort()
            return
        try:
            commands = self._reader.feed(self._buffer[:count])
        except RemoteError as error:
            say(error.reason)
            self.abort()
            return
        try:
            self._worker.received(commands)
        except Exception:
            self.abort()  # what the rest of them asked for is lost: begin anew
            raise

    def _flush(self) -> None:
        try:
            del self._unsent[: self._wire.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self.abort()
            return
        if self._blocked != bool(self._unsent):
            self._blocked = not self._blocked
            events = READ | WRITE if self._blocked else READ
            self._loop.watch(self._wire.fileno(), self._ready, events)


def say(text: str) -> None:
    """Write a line to standard error, and how many before it a full disk did not take."""
    lost = f" ({_SAID.lost} lines before this one were lost)" if _SAID.lost else ""
    _SAID.put(f"media: {text}{lost}\n".encode())


def on_fault(error: Exception) -> None:
    """Say where a bug of ours struck, and nothing of what it struck on: keys, digits, audio.

    When the audio thread takes no more orders nothing can be mended from here; the supervisor
    starts afresh.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
    say(f"fault {type(error).__name__} at {places or 'unknown'}")
    if isinstance(error, LocalError):
        os._exit(1)


def tune_allocator() -> None:
    """Have the C library keep what sealing frees, and in one place (mallopt(3)).

    Audio passes through in bursts of short-lived blocks. By default each burst gives its pages
    back to the kernel, only to fault them in again a moment later, and each thread has a heap.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return  # another C library
    mallopt(_M_ARENA_MAX, 1)
    mallopt(_M_TRIM_THRESHOLD, _TRIM_BYTES)
    mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES)


def may_lock() -> bool:
    """Whether this process may lock memory without a bound it would run into later."""
    if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY:
        return True
    try:
        status = Path("/proc/self/status").read_text("ascii")
        rights = int(status.partition("CapEff:")[2].split()[0], 16)
    except (OSError, ValueError, IndexError):
        return False
    return bool(rights >> _CAP_IPC_LOCK & 1)


def lock_memory() -> bool:
    """Keep what is in memory out of the swap (mlockall(2)); whether that was allowed.

    Voices and the keys of recordings pass through here, and clear audio must not reach a disk by
    that way either; nor need the audio thread wait for a page. Pages are locked as they are
    touched, so nothing more is resident than without.
    """
    if not may_lock():
        return False
    try:
        return int(ctypes.CDLL(None).mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT)) == 0
    except (OSError, AttributeError):
        return False  # another C library


def port_range(text: str) -> tuple[int, int]:
    """Read ``LOW-HIGH``."""
    low, _, high = text.partition("-")
    if not (low.isdecimal() and high.isdecimal() and 0 < int(low) < int(high) <= 0xFFFF):
        raise argparse.ArgumentTypeError("write the port range as LOW-HIGH, e.g. 10000-19999")
    return int(low), int(high)


def main(arguments: list[str] | None = None) -> int:
    """Run the worker; return its exit code."""
    parser = argparse.ArgumentParser(prog="ringfence-media", description=__doc__)
    parser.add_argument("--socket", required=True, help="path of the control socket to make")
    parser.add_argument("--rtp", required=True, type=port_range, help="UDP ports LOW-HIGH")
    parser.add_argument("--bind", default="0.0.0.0", help="address of the RTP sockets")  # noqa: S104
    parser.add_argument("--engine", default="auto", choices=("auto", "native", "reference"))
    parser.add_argument("--wire", default="auto", choices=("auto", "epoll"))
    options = parser.parse_args(arguments)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    tune_allocator()
    lock_memory()
    sys.setswitchinterval(_SWITCH_SECONDS)
    clock = SystemClock()
    ports = Ports(*options.rtp)
    engine = make_engine(
        options.engine, bind=options.bind, ports=ports, clock=clock, wire=options.wire
    )
    if engine is None:
        say(
            "the native engine is not built; install a C compiler and run "
            "python -m ringfence.media.engine.build"
        )
        return 2
    if engine.wake is not None:
        # The audio thread runs by now and keeps its own priority; control waits its turn.
        work_in_background()
    # A worker that was killed left its socket behind.
    Path(options.socket).unlink(missing_ok=True)
    os.umask(0o177)  # the socket, like every file here, is for this user alone
    loop = Loop(on_fault)
    worker = Worker(engine, loop, clock=clock, entropy=SystemEntropy(), host=options.bind)
    # What lives as long as the process is not looked at by every collection.
    gc.collect()
    gc.freeze()
    pages.enlarge()
    try:
        worker.run(options.socket)
    finally:
        Path(options.socket).unlink(missing_ok=True)
        loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
