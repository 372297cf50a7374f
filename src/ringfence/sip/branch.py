"""The places at which one INVITE of ours rings at once, and the answer that counts (RFC 3261 16.7).

::

                 ┌─ branch 0 ── way, way ...   one phone: tried one after the other
    Invite ──────┼─ branch 1 ── way            another one, at the same time
                 └─ branch 2 ── way
                       │
                       ├── 2xx ──▶ the call; every other branch is cancelled
                       ├── 6xx ──▶ nobody else is to be asked either
                       └── all refused ──▶ the best of the refusals
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.sip.commands import Invite, Way
from ringfence.sip.events import Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Response
from ringfence.sip.uri import Uri

if TYPE_CHECKING:
    from ringfence.sip.outgoing import Attempt

ANSWERED_ELSEWHERE: Final = 26
"""ITU-T Q.850 "non-selected user clearing"."""

_HELPFUL: Final = frozenset({401, 407, 415, 420, 484})
"""16.7 step 6: they say how the call could be made after all."""
_EMPTY: Final = frozenset({408, 430, 482, 487, 491})
"""They say nothing of the person: silence, a flow or a copy of the call that is gone."""


class Hop(NamedTuple):
    """One try: where to send, with which Request-URI and route set."""

    peer: Peer
    uri: Uri
    route: tuple[NameAddr, ...]


class Verdict(NamedTuple):
    """How a branch ended: its final status, 408 or 503 without a response where none came."""

    status: int
    response: Response | None


class Branch:
    """One place where a leg rings.

    ``failover_at``: when its next hop gets its turn. ``silent``: nothing came from there for that
    long; a phone that was unplugged must not keep the caller from hearing that the other is busy.
    """

    __slots__ = ("current", "failover_at", "hops", "silent", "tries", "verdict")

    def __init__(self, ways: Iterable[Way]) -> None:
        self.hops = [Hop(peer, way.uri, way.route) for way in ways for peer in way.targets]
        self.tries = 0
        self.current: Attempt | None = None
        self.failover_at: Ms | None = None
        self.silent = False
        self.verdict: Verdict | None = None


def branches(command: Invite) -> list[Branch]:
    """Return the branches of a call; one without any target is left out."""
    first = Way(command.targets, command.uri, command.route)
    made = [Branch((first, *command.spares)), *map(Branch, command.others)]
    return [branch for branch in made if branch.hops]


def final(all_of_them: Iterable[Branch]) -> Verdict | None:
    """Return the outcome once it is certain, else None (16.7 steps 5 and 6)."""
    verdicts: list[Verdict] = []
    waiting = False
    for branch in all_of_them:
        if branch.verdict is None:
            waiting = waiting or not branch.silent
        else:
            verdicts.append(branch.verdict)
    best = min(verdicts, key=_rank, default=None)
    return best if best is not None and (not waiting or best.status >= 600) else None


def _rank(verdict: Verdict) -> tuple[int, int]:
    """Return the place of a refusal; the lowest is told.

    16.7: 6xx before anything else, then the lowest class; within it what says most: busy before
    what may be mended, that before the rest, silence last.
    """
    status = verdict.status
    kind = 0 if status >= 600 else status // 100
    if verdict.response is None or status in _EMPTY or status == 503:
        return kind, 3
    if status == 486:
        return kind, 0
    return kind, 1 if status in _HELPFUL else 2
