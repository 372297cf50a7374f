"""One session at a time over one TCP or TLS connection, opened anew whenever it breaks.

Reads, calls the session, writes what it returns, re-arms one timer; everything SMPP knows is in
`ringfence.carriers.smpp.session`.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Protocol, cast

from ringfence.carriers.smpp import status
from ringfence.carriers.smpp.pdu import Pdu
from ringfence.carriers.smpp.session import Session, State
from ringfence.carriers.smpp.words import (
    Bind,
    BindRefused,
    Bound,
    Closed,
    Event,
    HangUp,
    Reply,
    Start,
    Submit,
)
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import (
    SMPP_AGAIN_FIRST_MS,
    SMPP_AGAIN_MAX_MS,
    SMPP_AGAIN_REFUSED_MS,
    SMPP_CONNECT_MS,
    SMPP_IDLE_MS,
    SMPP_RESPONSE_MS,
    SMPP_UNBIND_MS,
    SMPP_WINDOW,
)
from ringfence.messaging.carrier import Link as LinkState
from ringfence.observe.logs import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the carrier is and how to speak to it. ``listen``: it calls us there (outbind)."""

    host: str
    port: int
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    listen: tuple[str, int] | None = None
    window: int = SMPP_WINDOW
    idle_ms: int = SMPP_IDLE_MS
    response_ms: int = SMPP_RESPONSE_MS


class Owner(Protocol):
    """Who the link works for."""

    def link_event(self, link: Link, event: Event, /) -> None:
        """Something happened in its session."""
        ...

    def link_ready(self, link: Link, /) -> None:
        """There may be room for messages."""
        ...


class Link:
    """A connection that is kept. ``state``, ``since``, ``detail``: what the operator is shown."""

    def __init__(
        self, endpoint: Endpoint, bind: Bind, owner: Owner, *, clock: Clock, name: str
    ) -> None:
        self.state = LinkState.STOPPED
        self.since = clock.now()
        self.detail = ""
        self._endpoint = endpoint
        self._bind = bind
        self._owner = owner
        self._clock = clock
        self._name = name
        self._session: Session | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._over = asyncio.Event()
        self._flushing = False
        self._writable = True
        self._again_ms = int(SMPP_AGAIN_FIRST_MS)
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._server: asyncio.Server | None = None

    # -- what the carrier asks of it ---------------------------------------------------------------

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._stopping = False
        self._task = asyncio.create_task(self._keep(), name=f"smpp-{self._name}")

    async def stop(self) -> None:
        """Hang up in good order, within a few seconds."""
        self._stopping = True
        if self._session is not None and not self._session.over:
            self._session.do(HangUp(), self._clock.now())
            self._work()
            try:
                async with asyncio.timeout(SMPP_UNBIND_MS / 1000 + 1):
                    await self._over.wait()
            except TimeoutError:
                pass
        if self._transport is not None:
            self._transport.abort()
        self.lost()
        if self._server is not None:
            self._server.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._show(LinkState.STOPPED, "")

    @property
    def room(self) -> int:
        """How many messages may be sent now."""
        return self._session.room if self._session is not None and self._writable else 0

    @property
    def unanswered(self) -> int:
        """How many messages the carrier has not answered."""
        return 0 if self._session is None else self._session.unanswered

    @property
    def session(self) -> Session | None:
        """Which session it is: an answer belongs into the one its question came in."""
        return self._session

    def submit(self, handle: object, message: Pdu) -> None:
        """Send a message; only while there is `room`. Call `flush` after the last one."""
        if self._session is None:
            raise LocalError("there is no session")
        self._session.do(Submit(handle, message), self._clock.now())

    def reply(self, session: Session | None, request: Pdu, code: int) -> None:
        """Answer a message that arrived in ``session``; nothing if that is over."""
        if session is not None and session is self._session:
            session.do(Reply(request, code), self._clock.now())
            self.flush()

    def flush(self) -> None:
        """Have written what the session wants written: what is asked for in one turn goes at once.

        Each write is a call into the kernel, and a carrier at full speed would get one a message.
        """
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._write)

    def _write(self) -> None:
        """Write what the session wants written, and arm its timer."""
        self._flushing = False
        session, transport = self._session, self._transport
        if session is None or transport is None:
            return
        output = session.take_output()
        if output and not transport.is_closing():
            transport.write(output)
        self._arm()

    def pause(self, on: bool) -> None:
        """Stop or go on reading: the carrier waits while ours are made durable."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if on:
            transport.pause_reading()
        else:
            transport.resume_reading()

    # -- what the connection tells it --------------------------------------------------------------

    def opened(self, transport: asyncio.Transport) -> bool:
        """Begin a session over a new connection; False where there is one already."""
        if self._session is not None:
            return False
        self._transport = transport
        self._writable = True
        self._over.clear()
        self._session = Session(
            self._bind,
            window=self._endpoint.window,
            idle_ms=self._endpoint.idle_ms,
            response_ms=self._endpoint.response_ms,
        )
        if self._endpoint.listen is None:
            self._session.do(Start(), self._clock.now())
        self._work()
        return True

    def received(self, data: bytes) -> None:
        """Octets came."""
        if self._session is not None:
            self._session.receive(data, self._clock.now())
            self._work()

    def lost(self) -> None:
        """The connection is gone, by whomever."""
        session, self._session, self._transport = self._session, None, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if session is not None:
            session.lost(self._clock.now())
            for event in session.take_events():
                self._event(event)
        self._over.set()

    def writable(self, on: bool) -> None:
        """The connection takes what we write, or has enough for now."""
        self._writable = on
        if on:
            self._owner.link_ready(self)

    # -- inside ------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Do what the session wants done, until it wants nothing more."""
        session = self._session
        if session is None:
            return
        events = session.take_events()
        self.flush()
        for event in events:
            self._event(event)
        if session.over:
            self._write()
            if self._transport is not None:
                self._transport.close()
        elif session.state is State.BOUND:
            self._owner.link_ready(self)

    def _event(self, event: Event) -> None:
        match event:
            case Bound():
                self._again_ms = int(SMPP_AGAIN_FIRST_MS)
                self._show(LinkState.READY, "")
                log.info("smpp_bound", carrier=self._name)
            case BindRefused(code):
                patient = code in status.UNKNOWN_US
                self._again_ms = max(self._again_ms, SMPP_AGAIN_REFUSED_MS if patient else 0)
                self._show(LinkState.REFUSED, status.name(code))
                log.warning("smpp_refused", carrier=self._name, status=code)
            case Closed(reason):
                if self.state is not LinkState.REFUSED:
                    self._show(LinkState.WAITING, reason)
                    log.warning("smpp_closed", carrier=self._name, reason=reason)
                self._over.set()
            case _:
                pass
        self._owner.link_event(self, event)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._session.deadline() if self._session is not None else None
        if deadline is not None:
            wait = max(0, deadline - self._clock.now()) / 1000
            self._timer = asyncio.get_running_loop().call_later(wait, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if self._session is not None:
            self._session.fire(self._clock.now())
            self._work()

    async def _keep(self) -> None:
        """Connect, wait for the end, wait a moment, and again."""
        if self._endpoint.listen is not None:
            await self._listen(*self._endpoint.listen)
            return
        while not self._stopping:
            self._show(LinkState.CONNECTING, self.detail)
            try:
                await self._connect()
            except ssl.SSLError:
                self._show(LinkState.WAITING, "tls")
            except (OSError, TimeoutError):
                self._show(LinkState.WAITING, "no_connection")
            else:
                await self._over.wait()  # every state of a session has a deadline
                self.lost()
            if not self._stopping:
                await asyncio.sleep(self._again_ms / 1000)
                self._again_ms = min(self._again_ms * 2, SMPP_AGAIN_MAX_MS)

    async def _connect(self) -> None:
        where = self._endpoint
        async with asyncio.timeout(SMPP_CONNECT_MS / 1000):
            await asyncio.get_running_loop().create_connection(
                lambda: _Wire(self), where.host, where.port, ssl=where.tls
            )

    async def _listen(self, host: str, port: int) -> None:
        """Wait for the carrier to call: its outbind begins a session (2.2.1).

        What we answer holds our password, so nobody but the carrier's own address gets one.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(SMPP_CONNECT_MS / 1000):
            found = await loop.getaddrinfo(self._endpoint.host, None)
        known = frozenset(str(address[0]) for *_, address in found)
        self._show(LinkState.WAITING, "outbind")
        self._server = await loop.create_server(
            lambda: _Wire(self, known), host, port, ssl=self._endpoint.tls
        )
        async with self._server:
            await self._server.serve_forever()

    def _show(self, state: LinkState, detail: str) -> None:
        if state is not self.state:
            self.since = Ms(self._clock.now())
        self.state = state
        self.detail = detail


class _Wire(asyncio.Protocol):
    """One connection, as asyncio tells of it. ``known``: who may open it; None where we did."""

    def __init__(self, link: Link, known: frozenset[str] | None = None) -> None:
        self._link = link
        self._known = known
        self._ours = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        stream = cast("asyncio.Transport", transport)  # uvloop's is one and does not say so
        peer = stream.get_extra_info("peername") or ("",)
        if self._known is None or peer[0] in self._known:
            self._ours = self._link.opened(stream)
        if not self._ours:
            stream.abort()

    def data_received(self, data: bytes) -> None:
        if self._ours:
            self._link.received(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._ours:
            self._link.lost()

    def pause_writing(self) -> None:
        self._link.writable(False)

    def resume_writing(self) -> None:
        self._link.writable(True)
