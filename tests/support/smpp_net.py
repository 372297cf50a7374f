"""TCP between an SMPP link and a message centre in virtual time, and somebody to report to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import MessageId
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Inbound, Outbound, Receipt
from ringfence.messaging.concatenation import Key, Part
from ringfence.testing.virtual_time import LoopClock, VirtualLoop

DELAY_S = 0.005
TO = Phone("+12025550123")
OURS = Phone("+12025550100")


class _Pipe(asyncio.Transport):
    """One end of a connection: octets arrive a moment later, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self._loop = loop
        self.protocol = protocol
        self.peer: _Pipe | None = None
        self._closing = False
        self._paused = False
        self._held: list[bytes] = []

    def write(self, data: Any) -> None:
        if not self._closing and self.peer is not None:
            self._loop.call_later(DELAY_S, self.peer.arrive, bytes(data))

    def arrive(self, data: bytes) -> None:
        if self._paused:
            self._held.append(data)
        elif not self._closing:
            self.protocol.data_received(data)

    def pause_reading(self) -> None:
        self._paused = True

    def resume_reading(self) -> None:
        self._paused = False
        held, self._held = self._held, []
        for data in held:
            self._loop.call_soon(self.arrive, data)

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._loop.call_soon(self.protocol.connection_lost, None)
            if self.peer is not None:
                self._loop.call_later(DELAY_S, self.peer.close)

    def abort(self) -> None:
        self.close()


class _Server:
    def __init__(self, loop: StreamLoop, port: int) -> None:
        self._loop = loop
        self.port = port
        self.sockets = [self]

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def close(self) -> None:
        self._loop.servers.pop(self.port, None)

    async def serve_forever(self) -> None:
        await asyncio.Event().wait()

    async def __aenter__(self) -> _Server:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self.close()


class StreamLoop(VirtualLoop):
    """A virtual loop in which there are streams. ``servers``: by port."""

    def __init__(self) -> None:
        super().__init__()
        self.servers: dict[int, Callable[[], asyncio.Protocol]] = {}

    async def create_server(self, factory: Any, host: Any = None, port: Any = 0, **_: Any) -> Any:
        del host
        port = port or 2775
        self.servers[port] = factory
        return _Server(self, port)

    async def create_connection(self, factory: Any, host: Any, port: Any, **_: Any) -> Any:  # type: ignore[override]
        del host
        await asyncio.sleep(DELAY_S)
        if port not in self.servers:
            raise ConnectionRefusedError
        near, far = _Pipe(self, factory()), _Pipe(self, self.servers[port]())
        near.peer, far.peer = far, near
        far.protocol.connection_made(far)
        near.protocol.connection_made(near)
        return near, near.protocol

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        del host
        return [(0, 0, 0, "", ("127.0.0.1", port))]


def play(scene: Callable[[LoopClock], Coroutine[Any, Any, None]]) -> None:
    """Run a scene in virtual time; raises what nobody caught."""
    with asyncio.Runner(loop_factory=StreamLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, StreamLoop)
        runner.run(scene(LoopClock(loop)))
        if loop.faults:
            raise loop.faults[0]


def outbound(number: int = 0, text: str = "Hello", **changes: Any) -> Outbound:
    """A message; its number makes its id."""
    given = {"id": MessageId(f"SM{number:032x}"), "sender": OURS, "to": TO, "text": text}
    return Outbound(**{**given, **changes})


class Desk:
    """Who a carrier reports to. ``trouble``: how many times it fails before it works."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.messages: list[Inbound] = []
        self.trouble = 0
        self.unknown = 0
        self.gate: asyncio.Event | None = None

    async def receipt(self, receipt: Receipt, /) -> bool:
        if self.unknown:
            self.unknown -= 1
            return False
        self.receipts.append(receipt)
        return True

    async def inbound(self, message: Inbound, /) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.trouble:
            self.trouble -= 1
            raise RuntimeError("the disk is full")
        self.messages.append(message)


class Shelf:
    """Keeps parts, as the database would."""

    def __init__(self) -> None:
        self.parts: list[tuple[Part, Ms]] = []

    async def keep(self, carrier: str, part: Part, now: Ms, /) -> None:
        del carrier
        self.parts.append((part, now))

    async def forget(self, carrier: str, key: Key, /) -> None:
        del carrier
        self.parts = [(part, at) for part, at in self.parts if part.key != key]

    async def kept(self, carrier: str, /) -> list[tuple[Part, Ms]]:
        del carrier
        return list(self.parts)

    def forgotten(self, carrier: str, key: Key, /) -> bool:
        del carrier, key
        return False
