"""Who is served: the question the agent puts to the switch's guard before any work is done.

The guard answers from memory, because it is asked for every request that arrives.
"""

from __future__ import annotations

from typing import Protocol

from ringfence.kernel.clock import Ms
from ringfence.kernel.values import Value
from ringfence.sip.events import Peer
from ringfence.sip.message import Request


class Trusted(Value, frozen=True):
    """Serve it without credentials; ``source`` is the id of the trunk it is."""

    source: str


class Challenge(Value, frozen=True):
    """Serve it only with good digest credentials."""


class Drop(Value, frozen=True):
    """Say nothing at all: an answer is a clue."""


Verdict = Trusted | Challenge | Drop


class Admission(Protocol):
    """The guard, as the agent sees it."""

    def admit(self, request: Request, peer: Peer, now: Ms, /) -> Verdict:
        """Judge a request outside a dialog. A REGISTER is challenged even when trusted."""
        ...

    def proved(self, peer: Peer, /) -> None:
        """Take note that a phone proved itself from there."""
        ...

    def ha1(self, username: str, realm: str, algorithm: str, /) -> str | None:
        """Return H(username:realm:password) in hex for ``MD5`` or ``SHA-256``, None if unknown."""
        ...
