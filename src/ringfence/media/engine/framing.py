"""How messages travel over the socket between server and worker: as many together as there are ::

    0                   4                                4 + length
    +---------+---------+--------------------------------+
    | length (uint32, big endian) | msgpack array         |
    +-----------------------------+-----------------------+

The array's items are messages, each an array itself: its first item is the tag of the struct in
`protocol`, the rest are its fields in order. Lengths are bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Generic, TypeVar

import msgspec

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import MEDIA_MESSAGE_BYTES
from ringfence.media.engine import protocol as p

_HEAD = 4
_encoder = msgspec.msgpack.Encoder()
T = TypeVar("T")


def encode(*messages: p.Command | p.Notice) -> bytes:
    """Return the messages framed, ready to be written in one go."""
    body = _encoder.encode(messages)
    if len(body) > MEDIA_MESSAGE_BYTES and len(messages) > 1:
        return b"".join(map(encode, messages))  # clips, each of which fits
    return len(body).to_bytes(_HEAD, "big") + body


class _Framer(Generic[T]):
    """Collects bytes, cuts them at the ends of frames and reads what is in them."""

    __slots__ = ("_data", "_decode")

    def __init__(self, schema: type[T] | UnionType) -> None:
        self._data = bytearray()
        decoder = msgspec.msgpack.Decoder(list[schema])  # type: ignore[valid-type]
        self._decode: Callable[[memoryview], list[T]] = decoder.decode

    def feed(self, data: bytes | memoryview) -> list[T]:
        """Return the complete messages, in order.

        Raises `RemoteError` on a frame too long or of no schema: the connection is of no use then.
        """
        if not self._data and int.from_bytes(data[:_HEAD], "big") == len(data) - _HEAD:
            try:
                return self._decode(memoryview(data)[_HEAD:])  # one frame, as nearly always
            except msgspec.MsgspecError:
                raise RemoteError("media message does not fit its schema") from None
        self._data += data
        return self._cut()

    def _cut(self) -> list[T]:
        buffer = self._data
        found: list[T] = []
        at, end = 0, len(buffer)
        view = memoryview(buffer)
        try:
            while end - at >= _HEAD:
                length = int.from_bytes(view[at : at + _HEAD], "big")
                if length > MEDIA_MESSAGE_BYTES:
                    raise RemoteError("media message is too long", hint=413)
                if end - at - _HEAD < length:
                    break
                found += self._decode(view[at + _HEAD : at + _HEAD + length])
                at += _HEAD + length
        except msgspec.MsgspecError:
            raise RemoteError("media message does not fit its schema") from None
        finally:
            view.release()
        del buffer[:at]
        return found


class CommandReader(_Framer[p.AnyCommand]):
    """The worker's ear."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(p.AnyCommand)


class NoticeReader(_Framer[p.AnyNotice]):
    """The server's ear."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(p.AnyNotice)
