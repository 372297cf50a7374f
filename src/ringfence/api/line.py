"""The line a request arrives on: how long it may take, how much of it is a head, how many at once.

uvicorn bounds one wait alone, that of a connection between two requests. Whoever connects and says
nothing, sends half a head and then a letter a minute, or never reads what is answered, would hold
a connection for ever; and a head without an end would fill the memory of an exchange that
telephones. Nobody has said yet who they are at that moment, so this is for strangers too. ::

    opened ──► head ───blank line───► body ───last byte───► answered ──► kept, by uvicorn's own time
               │  ▲                    │                        │            │
               │  └────first byte of the next────────────────────────────────┘
               HTTP_HEAD_MS            HTTP_BODY_MS             HTTP_SEND_MS for each time the line
               HTTP_HEAD_MAX                                    is full
               408, 431                408                      cut off

Each time-out is for the whole of its part (a letter a minute does not move it). What is left of an
answer when its line is idle, or closing, has to be taken as well: a line that is closing would
never be closed else, and would count for ever. Where HTTP_LINES_MAX are open, the one that has been
idle longest makes room.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ringfence.kernel.limits import (
    HTTP_BODY_MS,
    HTTP_HEAD_MAX,
    HTTP_HEAD_MS,
    HTTP_LINES_MAX,
    HTTP_SEND_MS,
)

Part = Literal["head", "body", "none"]
"""What of a request has still to come."""

_WAITS: dict[Part, int] = {"head": HTTP_HEAD_MS, "body": HTTP_BODY_MS}
_SLOW = b"408 Request Timeout"  # RFC 9110 15.5.9
_LARGE = b"431 Request Header Fields Too Large"  # RFC 6585 5


class Line(HttpToolsProtocol):
    """One connection, bounded as drawn above."""

    _due: Part = "head"
    _timed: Part = "none"
    _timer: asyncio.TimerHandle | None = None
    _full: asyncio.TimerHandle | None = None
    _head = 0
    _heard = 0.0
    _left = False
    """Whether it is a WebSocket's by now."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected; they have a moment to say what they want."""
        super().connection_made(transport)
        self._heard = self.loop.time()
        if len(self.connections) > HTTP_LINES_MAX:
            self._make_room()
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._rest()
        self._writable()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some of a request, or of several."""
        self._heard = self.loop.time()
        super().data_received(data)
        if self._left:
            return
        if self.transport is None or self.transport.is_closing():
            self._rest()
            self._see_off()
            return
        if self._due == "none" and self.idle:
            self._due = "head"  # blank lines before a request (RFC 9112 2.2) do not hold a line
        if self._due == "head":
            self._head += len(data)
            if self._head > HTTP_HEAD_MAX:
                self._end(_LARGE)
                return
        self._time()

    def on_message_begin(self) -> None:
        """The first letter of a request."""
        self._due, self._head = "head", 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The blank line after its head."""
        self._due = "body"
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Its last byte."""
        self._due = "none"
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is written; perhaps not all of it has left."""
        super().on_response_complete()
        self._see_off()

    def handle_websocket_upgrade(self) -> None:
        """From here on a WebSocket, with pings of its own."""
        self._left = True
        self._due = "none"
        self._rest()
        self._writable()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """They do not read what they are answered."""
        super().pause_writing()
        if self._full is None:
            self._watch()

    def resume_writing(self) -> None:
        """They read on."""
        self._writable()
        super().resume_writing()
        if self.idle:
            self._see_off()

    @property
    def idle(self) -> bool:
        """Whether nothing is asked on it that is not answered yet."""
        return self.cycle is None or self.cycle.response_complete

    def _make_room(self) -> None:
        """Close what has been idle longest, which may be this."""
        lines: set[Any] = self.connections
        idle = [line for line in lines if line.idle and not line.transport.is_closing()]
        if idle:
            min(idle, key=lambda line: line._heard).transport.close()
        else:
            self.transport.close()

    def _time(self) -> None:
        """Begin to wait for the part that is due, where that is not waited for already."""
        if self._due == self._timed:
            return
        self._rest()
        wait = _WAITS.get(self._due)
        if wait is not None:
            self._timed = self._due
            self._timer = self.loop.call_later(wait / 1000, self._end, _SLOW)

    def _rest(self) -> None:
        self._timed = "none"
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch(self) -> None:
        """Look again in a while whether anything of what waits was taken."""
        waiting = self.transport.get_write_buffer_size()
        self._full = self.loop.call_later(HTTP_SEND_MS / 1000, self._watched, waiting)

    def _watched(self, before: int) -> None:
        waiting = self.transport.get_write_buffer_size()
        if not waiting:
            self._full = None
        elif waiting < before or not (self.idle or self.flow.write_paused):
            self._watch()  # the latter: another answer is being written, whose end looks anew
        else:
            self.transport.abort()

    def _see_off(self) -> None:
        """Cut it off where nobody takes what is left."""
        self._writable()
        if self.transport is not None and self.transport.get_write_buffer_size():
            self._watch()

    def _writable(self) -> None:
        if self._full is not None:
            self._full.cancel()
            self._full = None

    def _end(self, why: bytes) -> None:
        """Say why, where no answer is on its way already and something was asked; and close."""
        self._rest()
        if self.transport is None or self.transport.is_closing():
            return
        if self._due == "head" and not self.idle:
            self._time()  # begun before the answer to the request before it: that comes first
            return
        asked = self._head > 0 if self._due == "head" else not self.cycle.response_started
        if asked:
            self.transport.write(
                b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % why
            )
        self.transport.close()
        self._see_off()


__all__ = ["Line"]
