"""Targets that failed a moment ago: for a while they are asked after the others (RFC 3263 4.3).

::

    silence, a broken transport ──▶ shunned for TARGET_SHUNNED_MS
    503 with Retry-After n ───────▶ shunned for n seconds, no longer than that (RFC 3261 21.5.4)
                                        │
         any other response of it ◀─────┼─────▶ time is up: the next request goes there first,
         and it has its place back      │       and until it knows more the others do not

Without this each call waits FAILOVER_MS for a dead server that DNS still names first. Nobody is
left out: where every target is shunned the order is what it was, so a wrong guess costs no call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import FAILOVER_MS, TARGET_SHUNNED_MS, TARGETS_SHUNNED_MAX
from ringfence.sip.events import Peer
from ringfence.sip.headers import parse_delta
from ringfence.sip.message import Response


class Tried(Protocol):
    """A try at some target."""

    @property
    def peer(self) -> Peer:
        """Where it goes."""
        ...


AnyTry = TypeVar("AnyTry", bound=Tried)


class Shunned:
    """Until when each of them is asked last; where it is full the eldest is forgotten."""

    __slots__ = ("_until",)

    def __init__(self) -> None:
        self._until: dict[Peer, Ms] = {}

    def __len__(self) -> int:
        return len(self._until)

    def silent(self, peer: Peer, now: Ms) -> None:
        """Nothing came from there, or nothing could be sent there."""
        self._put(peer, Ms(now + TARGET_SHUNNED_MS))

    def heard(self, peer: Peer, response: Response, now: Ms) -> None:
        """A response came to a request that went there."""
        if response.status != 503:
            self._until.pop(peer, None)
            return
        seconds = retry_after(response)
        if seconds:
            self._put(peer, Ms(now + min(seconds * SECOND, int(TARGET_SHUNNED_MS))))

    def alive(self, peer: Peer) -> None:
        """A request came from there, and who sent it was proven."""
        self._until.pop(peer, None)

    def order(self, tries: Sequence[AnyTry], now: Ms) -> list[AnyTry]:
        """Return them with the shunned ones last; within both in the order given."""
        until = self._until
        if not until or len(tries) < 2:
            return [*tries]
        ordered = sorted(tries, key=lambda each: until.get(each.peer, now) > now)
        first = ordered[0].peer
        if until.get(first, Ms(now + 1)) <= now:
            until[first] = Ms(now + FAILOVER_MS)
        return ordered

    def peers(self, targets: Sequence[Peer], now: Ms) -> list[Peer]:
        """Return targets with the shunned ones last."""
        return [each.peer for each in self.order([*map(_Alone, targets)], now)]

    def _put(self, peer: Peer, until: Ms) -> None:
        self._until.pop(peer, None)
        if len(self._until) >= TARGETS_SHUNNED_MAX:
            del self._until[next(iter(self._until))]
        self._until[peer] = until


class _Alone:
    """A target that is all there is to a try."""

    __slots__ = ("peer",)

    def __init__(self, peer: Peer) -> None:
        self.peer = peer


def retry_after(response: Response) -> int | None:
    """Return the seconds of a Retry-After (RFC 3261 20.33), None where it says none."""
    text = response.headers.get("Retry-After")
    try:
        return None if text is None else parse_delta(text.partition("(")[0])
    except RemoteError:
        return None
