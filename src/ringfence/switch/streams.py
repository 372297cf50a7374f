"""Media streams: a tap of the media worker on one side, a WebSocket on the other.

    StartStream ─▶ connect ──▶ StreamBegan, StartTap ──▶ frames out, samples in ──▶ StreamEnded
                      └─refused, too slow──────────────────────────────────────────▶ StreamEnded

What is said to a server is written by a task of its own from a bounded buffer
(`ringfence.media.stream`): a server that reads slowly loses audio and delays nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Literal

from ringfence.calls import effects, inputs
from ringfence.calls.stream import StreamEnd, StreamOrder
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import CallId, LegId, StreamId
from ringfence.kernel.limits import (
    STREAM_CLOSE_MS,
    STREAM_CONNECT_MS,
    STREAM_LINGER_MS,
    STREAM_SEND_MS,
)
from ringfence.kernel.phone import Phone
from ringfence.media.engine import protocol as media
from ringfence.media.stream import Hush, MediaStream, Track
from ringfence.observe.logs import get_logger
from ringfence.switch.live import LiveCall
from ringfence.switch.media_link import MediaLink
from ringfence.switch.ports import Recogniser, Socket, Sockets
from ringfence.switch.scribing import WordsDesk

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

_TRACKS: dict[str, tuple[Track, ...]] = {
    "inbound_track": ("inbound",),
    "outbound_track": ("outbound",),
    "both_tracks": ("inbound", "outbound"),
}
_DIRECTIONS: dict[str, list[Literal["in", "out"]]] = {
    "inbound_track": ["in"],
    "outbound_track": ["out"],
    "both_tracks": ["in", "out"],
}
_FAULTS: dict[str, StreamEnd] = {"private_address": "refused", "bad_url": "refused"}


def _people(live: LiveCall) -> dict[str, str]:
    """Who talks, as the program's requests say it: Exotel's start tells the server."""
    program = live.program
    if program is None:
        return {}
    told = {"caller": program.context.caller, "called": program.context.called}
    return {
        side: address.e164 if isinstance(address, Phone) else address
        for side, address in told.items()
    }


class Session:
    """One stream: the machine, the leg's worker, and the socket once there is one."""

    __slots__ = (
        "call", "end", "leg", "link", "machine", "order", "socket", "sockets", "stream", "tapped",
        "task", "wake",
    )  # fmt: skip

    def __init__(
        self,
        stream: StreamId,
        call: CallId,
        leg: LegId,
        link: MediaLink,
        order: StreamOrder,
        machine: MediaStream,
        sockets: Sockets,
    ) -> None:
        self.stream = stream
        self.call = call
        self.leg = leg
        self.link = link
        self.order = order
        self.machine = machine
        self.sockets = sockets
        self.socket: Socket | None = None
        self.tapped = False
        self.end: StreamEnd | None = None
        """Why it ends, once that is known."""
        self.wake = asyncio.Event()
        """There is something to write, or it is over."""
        self.task: asyncio.Task[None] | None = None

    def finish(self, end: StreamEnd) -> None:
        """Say goodbye; the first reason counts."""
        if self.end is None:
            self.end = end
            self.machine.close(call_over=end == "call_over")
            if self.tapped:
                self.tapped = False
                self.link.send(media.StopTap(tap=self.stream))
        self.wake.set()


class StreamDesk:
    """Every stream of this process. ``recogniser``: of words.

    ``sockets``: for calls whose account has none of its own.
    """

    def __init__(self, sockets: Sockets, recogniser: Recogniser | None = None) -> None:
        self.words = WordsDesk(recogniser)
        self._sockets = sockets
        self._runner: CallRunner
        self._sessions: dict[StreamId, Session] = {}

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner
        self.words.attach(runner)

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {
            effects.StartStream: self._start,
            effects.StopStream: self._stop,
            effects.HoldStream: self._hold,
        }

    # -- what the call wants ------------------------------------------------------------------

    def _start(self, live: LiveCall, effect: effects.StartStream) -> None:
        order, link = effect.order, live.link
        if link is None:
            raise Refused("media_lost", "the leg has no audio")
        if not order.two_way and not live.call.may_record("stream", (effect.party,)):
            # the last place before a third ear hears a frame
            log.info("stream_not_permitted", call=live.id)
            raise Refused("destination_not_allowed", "nobody ruled that somebody may listen")
        if order.words is not None:
            self.words.start(live, effect)
            return
        machine = MediaStream(
            effect.stream,
            call=live.id,
            account=live.tenant.directory.account,
            tracks=_TRACKS[order.tracks],
            two_way=order.two_way,
            dialect=order.dialect,
            rate=order.rate,
            parameters=dict(order.parameters),
            **_people(live),
        )
        sockets = live.tenant.sockets or self._sockets
        session = Session(effect.stream, live.id, effect.leg, link, order, machine, sockets)
        self._sessions[effect.stream] = session
        session.task = asyncio.create_task(self._run(session))

    def _stop(self, live: LiveCall, effect: effects.StopStream) -> None:
        if self.words.stop(live, effect):
            return
        session = self._sessions.get(effect.stream)
        if session is None:
            live.inbox.append(inputs.StreamEnded(stream=effect.stream, reason="failed"))
            return
        session.finish("call_over" if effect.call_over else "stopped")
        if session.socket is None and session.task is not None:
            session.task.cancel()  # nobody has answered yet, and nobody is to be told

    def _hold(self, live: LiveCall, effect: effects.HoldStream) -> None:  # noqa: ARG002 - a handler
        session = self._sessions.get(effect.stream)
        if session is None:
            self.words.hold(effect)
            return
        session.machine.hold(on=effect.on)
        if session.tapped:
            session.link.send(media.PauseTap(tap=session.stream, on=effect.on))

    # -- what the media worker tells ----------------------------------------------------------

    def heard(self, notice: media.TapAudio) -> None:
        """A frame of a leg that somebody listens to."""
        session = self._sessions.get(StreamId(notice.tap))
        if session is None:
            self.words.heard(notice)
        else:
            session.machine.heard(notice.channel, notice.data)
            session.wake.set()

    def tap_ended(self, notice: media.TapEnded) -> None:
        """The last of a tap."""
        session = self._sessions.get(StreamId(notice.tap))
        if session is None:
            self.words.tap_ended(notice)
        else:
            session.tapped = False
            session.machine.dropped += notice.dropped
            session.finish("failed" if notice.reason == "failed" else "call_over")

    def played(self, play: str) -> bool:
        """A piece of what a server said is over; False where the play is another's."""
        stream, dot, piece = play.partition(".")
        if not dot:
            return False
        session = self._sessions.get(StreamId(stream))
        if session is not None:
            session.machine.played(int(piece))
            self._carry_out(session)
        return True

    def pressed(self, leg: LegId, digit: str, duration_ms: int) -> None:
        """The party of a leg pressed a key."""
        for session in self._sessions.values():
            if session.leg == leg and session.order.two_way:
                session.machine.pressed(digit, duration_ms)
                session.wake.set()

    def lost(self, legs: Collection[LegId]) -> None:
        """The media worker is gone, and with it the audio of these legs."""
        self.words.lost(legs)
        for session in self._sessions.values():
            if session.leg in legs:
                session.tapped = False
                session.finish("failed")

    # -- the socket ---------------------------------------------------------------------------

    async def _run(self, session: Session) -> None:
        end: StreamEnd = "failed"
        try:
            async with asyncio.timeout(STREAM_CONNECT_MS / 1000):
                session.socket = await session.sockets.connect(session.order.url)
            self._begun(session)
            end = await self._serve(session, session.socket)
        except Refused as refused:
            end = _FAULTS.get(refused.code, "failed")
            log.info("stream_refused", stream=session.stream, code=refused.code)
        except TimeoutError:
            log.info("stream_slow", stream=session.stream)
        except asyncio.CancelledError:
            end = session.end or "failed"
        except Exception:
            log.exception("stream_failed", stream=session.stream)
        finally:
            self._over(session, end)

    def _begun(self, session: Session) -> None:
        session.machine.open()
        if session.end is not None:
            return  # the call was over while the server thought about it
        session.tapped = True
        session.link.send(
            media.StartTap(
                tap=session.stream,
                leg=session.leg,
                directions=_DIRECTIONS[session.order.tracks],
                coding="PCMU" if session.order.dialect == "twilio" else "s16",
            )
        )
        self._tell(session, inputs.StreamBegan(stream=session.stream))

    async def _serve(self, session: Session, socket: Socket) -> StreamEnd:
        """Read and write until either side has had enough; why it ended."""
        reader = asyncio.create_task(self._read(session, socket))
        writer = asyncio.create_task(self._write(session, socket))
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
            if session.end is None and not reader.done():
                # Nothing can be written any more: whether that is a goodbye, the reader hears.
                await asyncio.wait((reader,), timeout=STREAM_CLOSE_MS / 1000)
            elif not reader.done():
                # It has not read the goodbye yet and may be in the middle of an answer.
                await asyncio.wait((reader,), timeout=STREAM_LINGER_MS / 1000)
            session.finish(reader.result() if reader.done() else "failed")
            if not writer.done():
                await asyncio.wait((writer,), timeout=STREAM_CLOSE_MS / 1000)
        finally:
            reader.cancel()
            writer.cancel()
            await asyncio.wait((reader, writer), timeout=STREAM_CLOSE_MS / 1000)
            await socket.close()
        return session.end or "failed"

    async def _read(self, session: Session, socket: Socket) -> StreamEnd:
        try:
            while (text := await socket.receive()) is not None:
                session.machine.receive(text)
                self._carry_out(session)
                session.wake.set()
        except RemoteError:
            return "not_understood"
        except OSError:
            return "failed"
        return "closed"

    async def _write(self, session: Session, socket: Socket) -> None:
        """Write what there is; returns when the goodbye is written, or nothing can be any more."""
        try:
            while True:
                session.wake.clear()
                while (text := session.machine.take_text()) is not None:
                    async with asyncio.timeout(STREAM_SEND_MS / 1000):
                        await socket.send(text)
                if session.end is not None:
                    return
                await session.wake.wait()
        except (OSError, TimeoutError):
            return

    def _carry_out(self, session: Session) -> None:
        for output in session.machine.take_output():
            if isinstance(output, Hush):
                session.link.send(media.StopPlay(leg=session.leg))
            else:
                play = f"{session.stream}.{output.piece}"
                session.link.send(media.Feed(leg=session.leg, play=play, pcm=output.pcm))

    def _over(self, session: Session, end: StreamEnd) -> None:
        session.finish(end)
        machine = session.machine
        if session.order.two_way and self._sessions.get(session.stream) is session:
            session.link.send(media.StopPlay(leg=session.leg))  # what it still had to say
        self._sessions.pop(session.stream, None)
        self._tell(
            session,
            inputs.StreamEnded(
                stream=session.stream,
                reason=session.end or end,
                sent=machine.sent,
                dropped=machine.dropped,
            ),
        )

    def _tell(self, session: Session, item: inputs.Input) -> None:
        live = self._runner.calls.get(session.call)
        if live is not None:
            self._runner.feed(live, item)

    async def close(self) -> None:
        """End every stream that is left."""
        await self.words.close()
        tasks = [s.task for s in self._sessions.values() if s.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STREAM_CLOSE_MS / 1000)
