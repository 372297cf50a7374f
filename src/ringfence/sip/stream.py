"""Framing of SIP over a stream: TCP, TLS (RFC 3261 18.3, RFC 5626 3.5.1).

::

    ... | CRLF CRLF | head CRLF CRLF body | CRLF | head ...
          ping        one message           pong
          ^ answered with CRLF              ^ answers a ping of ours

A stream has no datagram to end a message, so a Content-Length that cannot be trusted ends the
connection: the faulty head still comes out, so that its sender gets a 400, and nothing after it.
"""

from __future__ import annotations

import re
from typing import Final

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import SIP_BODY_MAX, SIP_HEAD_MAX

_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*+:[ \t\r\n]*+([^\r\n]*+)", re.IGNORECASE)
_END: Final = b"\r\n\r\n"
_BLANK: Final = b"\r\n"


class Framer:
    """Cuts the bytes of one connection into messages. Holds at most one head and one body."""

    __slots__ = ("_buffer", "_pongs", "_scanned", "_wanted", "fault", "pong_received")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._wanted = 0
        self._pongs = 0
        self.pong_received = False
        """Whether a CRLF answered a ping of ours; the adapter sets it back."""
        self.fault: RemoteError | None = None
        """Why the connection is to be closed once answers have left; nothing after it is read."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived; return the messages that are complete now, in order.

        Raises `RemoteError` once the stream is beyond repair and everything before that point
        has been returned; ``closed`` says so at once.
        """
        buffer = self._buffer
        buffer += data
        messages = []
        while (message := self._next(buffer)) is not None:
            messages.append(message)
        if self.fault is not None and not messages:
            raise self.fault
        return messages

    def take_output(self) -> bytes:
        """Return the CRLFs that answer the pings received."""
        pongs, self._pongs = self._pongs, 0
        return _BLANK * pongs

    @property
    def closed(self) -> bool:
        """Whether a fault has ended the reading."""
        return self.fault is not None

    @property
    def buffered(self) -> int:
        """Octets waiting for the rest of their message."""
        return len(self._buffer)

    def _next(self, buffer: bytearray) -> bytes | None:
        if not self._wanted and not self.closed:
            self._keepalives(buffer)
        if self.closed:
            buffer.clear()
            return None
        if not self._wanted:
            end = buffer.find(_END, self._scanned)
            if end < 0 or end > SIP_HEAD_MAX:
                # The end may lie across this read and the next.
                self._scanned = max(len(buffer) - 3, 0)
                if max(end, len(buffer) - 4) > SIP_HEAD_MAX:
                    self._fail("the headers are too long", 513)
                return None
            self._wanted = end + 4 + self._length(buffer, end)
        if len(buffer) < self._wanted:
            return None
        message = bytes(buffer[: self._wanted])
        del buffer[: self._wanted]
        self._wanted = self._scanned = 0
        return message

    def _keepalives(self, buffer: bytearray) -> None:
        """Take CRLFs off the front: two are a ping, a single one a pong (RFC 5626 3.5.1)."""
        while buffer[:1] == b"\r":
            if buffer[:4] == _END:
                self._pongs += 1
                del buffer[:4]
            elif buffer[:2] != _BLANK:
                if len(buffer) > 1:
                    self._fail("a line does not end in CRLF", 400)
                return
            elif len(buffer) == 2 or buffer[2:] == b"\r":
                # Perhaps the first half of a ping; a pong is noticed all the same.
                self.pong_received = True
                return
            else:
                self.pong_received = True
                del buffer[:2]
            self._scanned = 0

    def _length(self, buffer: bytearray, end: int) -> int:
        """Return the Content-Length; none counts as 0, since there is nothing else to count by."""
        found = _LENGTH.findall(buffer, 0, end + 2)
        if not found:
            return 0
        digits = found[0].strip(b" \t")
        if len(found) > 1 or not digits.isdigit() or len(digits) > 9:
            # RFC 4475 3.1.2.3 and 3.3.9: answer, then close.
            self._fail("the Content-Length header is malformed", 400)
            return 0
        length = int(digits)
        if length > SIP_BODY_MAX:
            self._fail("the body is too long", 513)
            return 0
        return length

    def _fail(self, reason: str, hint: int) -> None:
        self.fault = RemoteError(reason, hint=hint)
