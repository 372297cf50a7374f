"""What happened in a world, in order: equal for equal seeds, and short enough to read.

Every datagram and every fact goes into the digest; SIP messages and facts are lines to read. The
numbers in them are a test's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.testing.network import Address
from ringfence.testing.virtual_time import START

_SIP = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What a SIP message begins with; no RTP or RTCP packet begins with a letter."""


class Trace:
    """``lines``: milliseconds since the world began, who told whom, what."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.datagrams = 0
        self._hash = hashlib.sha256()

    def datagram(self, data: bytes, source: Address, target: Address, now: Ms) -> None:
        """Something was sent."""
        self.datagrams += 1
        self._hash.update(f"{now} {source} {target} {len(data)} ".encode())
        self._hash.update(data)
        if data[:1] in _SIP and data:
            first = data.partition(b"\r\n")[0].decode("utf-8", "replace")
            self._line(now, f"{source[0]} > {target[0]} {first}")

    def facts(self, facts: Sequence[CallFact]) -> None:
        """Something became a fact."""
        for fact in facts:
            self._hash.update(f"{fact!r}".encode())
            self._line(fact.at, f"{fact.call[-6:]} {fact.name()}")

    def _line(self, now: Ms, text: str) -> None:
        self.lines.append(f"{now - START:>7} {text}")

    @property
    def digest(self) -> str:
        """A hash of everything so far."""
        return self._hash.hexdigest()

    def __str__(self) -> str:
        return "\n".join(self.lines)
