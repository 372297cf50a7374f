"""The server's end of the socket to a media worker.

Commands are written at once and never waited for, except where an answer is needed (a port). To
close a leg that the far end has left may wait two frames for company, and what a leg is called from
now on waits for the next command about it: to wake the worker costs more than the command. While
calls go on, some legs are open before anybody needs them (`take_spare`): a call that takes one is
answered in the turn it arrived in, and the worker hears of it once. When all is quiet they are
closed, because a worker without an open leg sleeps.
When the socket breaks, every leg that was open on it is reported as lost, and the link connects
again as soon as the supervisor has started another worker; clips are sent anew when first used.
A worker that hangs keeps its socket: it is killed (`switch.pulse`), and the socket breaks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import cast

from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import (
    MEDIA_BACKLOG_BYTES,
    MEDIA_COMPANY_MS,
    MEDIA_CONNECT_MS,
    MEDIA_OPEN_LEG_MS,
    MEDIA_RECONNECT_MS,
    MEDIA_SPARE_IDLE_MS,
)
from ringfence.media.engine.framing import NoticeReader, encode
from ringfence.media.engine.protocol import (
    AnyNotice,
    CloseLeg,
    Command,
    DropClip,
    Hello,
    LegClosed,
    LegFailed,
    LegOpened,
    LoadClip,
    OpenLeg,
    Ping,
    Pong,
)
from ringfence.observe.logs import get_logger
from ringfence.switch.pulse import Pulse, end, listener

log = get_logger(__name__)

Opened = Callable[[int | Refused], None]
"""Told the outcome of `MediaLink.open_leg`: the RTP port, or why there is none."""


def _encoded(command: Command) -> bytes:
    try:
        return encode(command)
    except TypeError:
        return b""


class _LinkProtocol(asyncio.Protocol):
    """Bytes of the socket into notices."""

    __slots__ = ("_link", "_reader", "_transport")

    def __init__(self, link: MediaLink) -> None:
        self._link = link
        self._reader = NoticeReader()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        stream = cast("asyncio.Transport", transport)
        self._transport = stream
        self._link.made(stream)

    def data_received(self, data: bytes) -> None:
        try:
            notices = self._reader.feed(data)
        except RemoteError as error:
            log.warning("media_stream_broken", hint=error.hint)
            if self._transport is not None:
                self._transport.abort()
            return
        for notice in notices:
            self._link.heard(notice)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._link.lost()


class MediaLink:
    """One media worker, as the switch sees it.

    ``on_notice``: every event of the worker except the answers this class waits for;
    ``on_lost``: the ids of the legs whose audio is gone because the worker is. ``spares``: how many
    legs at most to hold open ahead of need, under names that ``name_leg`` makes.
    """

    def __init__(
        self,
        path: str,
        *,
        on_notice: Callable[[AnyNotice], None],
        on_lost: Callable[[list[str]], None],
        spares: int = 0,
        name_leg: Callable[[], str] = str,
    ) -> None:
        self.path = path
        self.hello: Hello | None = None
        self.connects = 0
        self.hung = 0
        """How many workers were ended because they hung."""
        self.legs: set[str] = set()
        self._on_notice = on_notice
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._opening: dict[str, tuple[Opened, asyncio.TimerHandle]] = {}
        self._spares_wanted = spares
        self._name_leg = name_leg
        self._spares: deque[tuple[str, int]] = deque()
        self._spares_asked: set[str] = set()
        self._quiet: asyncio.TimerHandle | None = None
        self._pulse = Pulse(ping=self._ping, hung=self._hung)
        self._killed = False
        """The worker of this connection is dying."""
        self._clips: set[str] = set()
        self._ready = asyncio.Event()
        self._parted = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._outgoing: list[Command] = []
        self._flushing = False
        """What is to be written leaves with this turn of the event loop."""
        self._company: asyncio.TimerHandle | None = None
        """What has time leaves then at the latest."""
        self._loop = asyncio.get_running_loop()

    @property
    def connected(self) -> bool:
        """Whether a worker answers at present."""
        return self.hello is not None

    async def start(self) -> None:
        """Connect, and keep connected; returns once the first worker said hello."""
        self._keeper = asyncio.create_task(self._keep())
        try:
            async with asyncio.timeout(MEDIA_CONNECT_MS / 1000):
                await self._ready.wait()
        except TimeoutError:
            await self.close()
            raise Refused(
                "media_not_running", "the media process does not answer; see the log above"
            ) from None

    async def close(self) -> None:
        """Disconnect; the worker then drops its legs and finalises its recordings."""
        if self._keeper is not None:
            self._keeper.cancel()
        self._flush()
        if self._transport is not None:
            self._transport.close()

    # -- commands -----------------------------------------------------------------------------

    def open_leg(self, leg: str, done: Opened) -> None:
        """Reserve a port pair and tell ``done``, once: the RTP port, or why there is none.

        A callback and not a coroutine, because this happens on every call and a task costs more
        than the work. Where a spare leg is at hand ``done`` is told its port at once.
        """
        spare = self.take_spare()
        if spare is not None:
            name, port = spare
            self.legs.remove(name)
            self.legs.add(leg)
            # Leaves with the next command: nobody calls the leg by its name before.
            self._outgoing.append(OpenLeg(leg=leg, spare=name))
            done(port)
            return
        if self.hello is None:
            self._loop.call_soon(done, Refused("media_lost", "no media process is running"))
            return
        timer = self._loop.call_later(MEDIA_OPEN_LEG_MS / 1000, self._open_late, leg)
        self._opening[leg] = (done, timer)
        self.legs.add(leg)
        self.send(OpenLeg(leg=leg))

    def _open_late(self, leg: str) -> None:
        self._opened(leg, Refused("media_slow", "the media process did not answer in time"))

    def _opened(self, leg: str, outcome: int | Refused) -> None:
        waiting = self._opening.pop(leg, None)
        if waiting is None:
            return
        done, timer = waiting
        timer.cancel()
        if isinstance(outcome, Refused):
            self.legs.discard(leg)
        done(outcome)

    def take_spare(self) -> tuple[str, int] | None:
        """A leg that is open already and its RTP port; None where one has to be opened.

        There are to be half as many as legs; where few are left and many too few, all are opened.
        """
        spare = self._spares.popleft() if self._spares else None
        if spare is not None:
            self.legs.add(spare[0])
        due = min(self._spares_wanted, 1 + len(self.legs) // 2)
        missing = due - len(self._spares) - len(self._spares_asked)
        if len(self._spares) <= due // 4 < missing and self.hello is not None:
            for _ in range(missing):
                self.send(OpenLeg(leg=self._ask_spare(), ahead=True))
        return spare

    def close_leg(self, leg: str, *, deserted: bool = False) -> None:
        """End a leg; a spare one takes its place, with the same command, where that can be used.

        Up to as many as there are legs: those that are asked for come some together, so with half
        as many there would be too few before and too many after.
        ``deserted``: the far end has left it, so nobody hears the frames that may still be sent.
        """
        most = min(self._spares_wanted, max(len(self.legs), 1))
        wanted = len(self._spares) + len(self._spares_asked) < most and self.hello is not None
        send = self.send_patiently if deserted else self.send
        send(CloseLeg(leg=leg, spare=self._ask_spare() if wanted else ""))

    def _ask_spare(self) -> str:
        leg = self._name_leg()
        self._spares_asked.add(leg)
        return leg

    def _watch(self) -> None:
        """Where there is no call, see in a while whether there is one."""
        if not self.legs and self._spares and self._quiet is None:
            self._quiet = self._loop.call_later(MEDIA_SPARE_IDLE_MS / 1000, self._close_spares)

    def _close_spares(self) -> None:
        """All is quiet: let the worker sleep."""
        self._quiet = None
        if not self.legs:
            for leg, _ in self._spares:
                self.send(CloseLeg(leg=leg))
            self._spares.clear()

    def send(self, command: Command) -> None:
        """Write a command, together with the others of this turn of the event loop."""
        self._outgoing.append(command)
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def send_patiently(self, command: Command) -> None:
        """Write a command with the next that cannot wait, or `MEDIA_COMPANY_MS` later."""
        self._outgoing.append(command)
        if not self._flushing and self._company is None:
            self._company = self._loop.call_later(MEDIA_COMPANY_MS / 1000, self._flush)

    def drop_clip(self, clip: str) -> None:
        """Have the worker forget a clip, if it has it."""
        if clip in self._clips:
            self._clips.discard(clip)
            self.send(DropClip(clip=clip))

    def load_clip(self, clip: str, rate: int, pcm: bytes) -> None:
        """Make sure the worker has the clip."""
        if clip not in self._clips:
            self._clips.add(clip)
            self.send(LoadClip(clip=clip, rate=rate, pcm=pcm))

    def has_clip(self, clip: str) -> bool:
        """Whether the present worker has the clip."""
        return clip in self._clips

    def forget_clips(self, clips: Iterable[str]) -> None:
        """The worker was told to drop these."""
        self._clips.difference_update(clips)

    def _ping(self, token: int) -> None:
        self.send(Ping(token=token))

    def _hung(self, ms: int) -> None:
        """The worker does not answer: let it die of it, and its calls be told as of any death."""
        transport = self._transport
        if transport is None:
            return
        if self._killed:
            transport.abort()  # it does not even die: have no more to do with it
            return
        pid = listener(transport)
        self._killed = end(pid)
        self.hung += 1
        log.error("media_hung", ms=ms, pid=pid, legs=len(self.legs))
        if not self._killed:
            log.error("media_not_killed", pid=pid)
            transport.abort()

    def _flush(self) -> None:
        self._flushing = False
        if self._company is not None:
            self._company.cancel()
            self._company = None
        outgoing, self._outgoing = self._outgoing, []
        if outgoing:
            self._write(outgoing)

    def _write(self, outgoing: list[Command]) -> None:
        transport = self._transport
        if transport is None:
            return
        if transport.get_write_buffer_size() > MEDIA_BACKLOG_BYTES:
            log.error("media_backlog")
            transport.abort()
            return
        try:
            data = encode(*outgoing)
        except TypeError:
            # A bug in one command must not take the commands of other calls with it.
            log.exception("media_command_unreadable")
            data = b"".join(map(_encoded, outgoing))
        transport.write(data)

    # -- what the protocol reports ------------------------------------------------------------

    def made(self, transport: asyncio.Transport) -> None:
        """The socket is connected."""
        self._transport = transport
        self._killed = False
        self._pulse.begin()

    def heard(self, notice: AnyNotice) -> None:
        """A notice arrived."""
        self._pulse.sign()
        if isinstance(notice, LegClosed):
            self.legs.discard(notice.leg)
            if notice.spare:
                self._spare_opened(notice.spare, notice.port)
            self._watch()
        elif isinstance(notice, LegOpened):
            if notice.leg in self._spares_asked:
                self._spare_opened(notice.leg, notice.port)
                self._watch()
            else:
                self._opened(notice.leg, notice.port)
            return
        elif isinstance(notice, LegFailed) and notice.leg in self._spares_asked:
            self._spare_opened(notice.leg, 0)
            return
        elif isinstance(notice, LegFailed) and notice.leg in self._opening:
            self._opened(
                notice.leg, Refused("no_rtp_port", "no RTP port is free; widen --rtp LOW-HIGH")
            )
            return
        elif isinstance(notice, Hello):
            self.hello = notice
            self.connects += 1
            self._ready.set()
            log.info("media_connected", engine=notice.engine, pid=notice.pid)
            return
        elif isinstance(notice, Pong):
            self._pulse.pong(notice.token)
            return
        try:
            self._on_notice(notice)
        except Exception:
            log.exception("media_notice_failed", notice=type(notice).__name__)

    def _spare_opened(self, spare: str, port: int) -> None:
        """A spare leg that was asked for is there; ``port`` 0: it is not, but the next may be."""
        self._spares_asked.discard(spare)
        if port:
            self._spares.append((spare, port))

    def lost(self) -> None:
        """The socket is gone, and with it every leg."""
        self._transport = None
        self._pulse.stop()
        self._parted.set()
        self.hello = None
        self._clips.clear()
        self._spares.clear()
        self._spares_asked.clear()
        self._outgoing.clear()
        for leg in list(self._opening):
            self._opened(leg, Refused("media_lost", "the media process died"))
        legs, self.legs = sorted(self.legs), set()
        if legs:
            log.error("media_lost", legs=len(legs))
        self._on_lost(legs)

    async def _keep(self) -> None:
        """Connect whenever there is no connection; nothing to do, and no wake-up, while one is."""
        while True:
            self._parted.clear()
            try:
                async with asyncio.timeout(MEDIA_OPEN_LEG_MS / 1000):
                    await self._loop.create_unix_connection(lambda: _LinkProtocol(self), self.path)
            except (OSError, TimeoutError):
                pass  # not there yet: the supervisor is starting it
            else:
                await self._parted.wait()
            await asyncio.sleep(MEDIA_RECONNECT_MS / 1000)
