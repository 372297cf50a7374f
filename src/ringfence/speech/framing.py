"""What a helper process and the server say to each other, over two pipes.

    request   | head length (4) | body length (4) | head: JSON object | body |
    answer    | status (1)      | body length (4) | body |

Lengths are big endian. Status 0 is success; what the others mean, the helper says. This
module needs nothing but the standard library, so that a helper starts quickly.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

REQUEST_HEAD: Final = 8
ANSWER_HEAD: Final = 5
DONE: Final = 0
NOT_AUDIO: Final = 1
"""Of the decoder: no audio file it can read."""
TOO_LONG: Final = 3
"""Of the decoder: longer than was asked for."""

Answer = Callable[[dict[str, Any], bytes], tuple[int, bytes]]


def close_inherited() -> None:
    """Close whatever was open when this process began, but for standard input, output and error.

    The event loop that starts helpers hands on descriptors that are not marked; a listener of the
    server must not live on in a program that reads strangers' files.
    """
    os.closerange(sys.stderr.fileno() + 1, os.sysconf("SC_OPEN_MAX"))


def request(head: dict[str, Any], body: bytes) -> list[bytes]:
    """Return the pieces of a request."""
    told = json.dumps(head).encode()
    return [len(told).to_bytes(4, "big") + len(body).to_bytes(4, "big"), told, body]


def serve(source: BinaryIO, sink: BinaryIO, answer: Answer) -> None:
    """Answer requests, one after the other, until the input ends."""
    while len(lengths := source.read(REQUEST_HEAD)) == REQUEST_HEAD:
        head = source.read(int.from_bytes(lengths[:4], "big"))
        body = source.read(int.from_bytes(lengths[4:], "big"))
        status, found = answer(json.loads(head), body)
        sink.write(bytes([status]) + len(found).to_bytes(4, "big"))
        sink.write(found)
        sink.flush()
