"""Where phones are survives a restart: a phone that registered is found before it does so again.

The registrar's bindings are written, sealed, a moment after one appears, moves or leaves, and once
a minute while they are refreshed. What came over a connection is not: the connection is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container
from typing import Protocol

import msgspec

from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import BINDINGS_WRITE_MS
from ringfence.observe.logs import get_logger
from ringfence.sip.agent import Agent
from ringfence.sip.events import Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.registrar import Binding
from ringfence.sip.uri import Uri

log = get_logger(__name__)


class BindingStore(Protocol):
    """Where they are kept."""

    def load(self) -> bytes | None:
        """What was saved last, None where nothing was or nothing can be read."""
        ...

    def seal(self, plain: bytes) -> bytes:
        """Seal what is to be kept; raises `Refused`."""
        ...

    def write(self, sealed: bytes) -> None:
        """Keep this instead. Blocking; raises OSError."""
        ...


class _Row(msgspec.Struct, array_like=True):
    """One binding, as it is kept."""

    username: str
    uri: str
    host: str
    port: int
    flow: int
    route: list[str]
    q: int
    expires_at: int
    call_id: str
    cseq: int
    instance: tuple[str, str] | None


_DECODER = msgspec.json.Decoder(list[_Row])


class BindingKeeper:
    """Keeps the bindings of an agent."""

    def __init__(self, agent: Agent, store: BindingStore, clock: Clock) -> None:
        self._agent = agent
        self._store = store
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._written = b"[]"
        """What the file says; what it says of phones that are gone is written over."""

    def restore(self, known: Container[str]) -> int:
        """Give the agent the bindings of phones that are ``known``; how many there were."""
        plain = self._store.load()
        if plain is None:
            return 0
        self._written = plain
        try:
            rows = _DECODER.decode(plain)
        except msgspec.MsgspecError:
            log.warning("bindings_unreadable")
            return 0
        now, count = self._clock.now(), 0
        for row in rows:
            if row.username not in known:
                continue
            try:
                count += self._agent.restore_binding(row.username, _binding(row), now)
            except RemoteError:
                log.warning("bindings_unreadable")
        return count

    def changed(self) -> None:
        """A phone appeared, moved or left: write soon, together with whatever else changes."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(BINDINGS_WRITE_MS / 1000, self._due)

    async def keep(self) -> None:
        """Write now, if there is anything new."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        plain = self._plain()
        if plain == self._written:
            return
        try:
            await asyncio.to_thread(self._store.write, self._store.seal(plain))
        except (OSError, Refused):
            log.warning("bindings_not_written")
        else:
            self._written = plain

    async def close(self) -> None:
        """Write for the last time."""
        if self._writing is not None:
            await self._writing
        await self.keep()

    def _due(self) -> None:
        self._timer = None
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self.keep())
        else:
            self.changed()

    def _plain(self) -> bytes:
        return msgspec.json.encode(
            [
                _Row(
                    username,
                    str(binding.uri),
                    binding.peer.host,
                    binding.peer.port,
                    binding.peer.flow,
                    [str(hop) for hop in binding.route],
                    binding.q,
                    binding.expires_at,
                    binding.call_id,
                    binding.cseq,
                    binding.instance,
                )
                for username, binding in self._agent.every_binding(self._clock.now())
                if binding.peer.transport == "udp"
            ]
        )


def _binding(row: _Row) -> Binding:
    """Return the binding of a row; raises `RemoteError` where it is none."""
    return Binding(
        uri=Uri.parse(row.uri),
        peer=Peer("udp", row.host, row.port, row.flow),
        route=tuple(NameAddr.parse(hop) for hop in row.route),
        q=row.q,
        expires_at=Ms(row.expires_at),
        call_id=row.call_id,
        cseq=row.cseq,
        instance=row.instance,
    )
