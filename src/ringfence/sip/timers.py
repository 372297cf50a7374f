"""The timers of RFC 3261 (table 4, as amended by RFC 6026) and the heap they wait in.

::

    T1 = 500 ms   round trip        client INVITE over UDP, nobody answers:
    T2 =   4 s    longest interval
    T4 =   5 s    life in network   0   0.5   1.5     3.5           7.5  ...  15.5  ...  31.5  32
                                    |----|-----|-------|-------------|---------|----------|----|
                                  send   A     A       A             A         A          A    B

    other requests over UDP:        0   0.5   1.5     3.5     7.5    11.5 ... 27.5  31.5  32
                                    |----|-----|-------|-------|------|--------|-----|----|
                                  send   E     E       E       E      E        E     E    F
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any, Final, Protocol

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.limits import ALARMS_SPARE

T1: Final = 500
T2: Final = 4 * SECOND
T4: Final = 5 * SECOND

TIMER_B: Final = 64 * T1
"""INVITE client: gives up without any response."""
TIMER_C: Final = 180 * SECOND
"""INVITE client: gives up ringing (16.6 item 11 asks for more than 3 minutes without a sign)."""
TIMER_D: Final = 32 * SECOND
"""INVITE client: answers repeated refusals with ACK; unreliable transports only."""
TIMER_F: Final = 64 * T1
"""Other client: gives up."""
TIMER_H: Final = 64 * T1
"""INVITE server: gives up waiting for the ACK of a refusal."""
TIMER_I: Final = T4
"""INVITE server: absorbs repeated ACKs; unreliable transports only."""
TIMER_J: Final = 64 * T1
"""Other server: repeats the answer; unreliable transports only."""
TIMER_K: Final = T4
"""Other client: absorbs repeated answers; unreliable transports only."""
TIMER_L: Final = 64 * T1
"""INVITE server: absorbs repeated INVITEs after a 2xx (RFC 6026 7.1)."""
TIMER_M: Final = 64 * T1
"""INVITE client: lets repeated and forked 2xx through (RFC 6026 7.2)."""


Alarm = list[Any]
"""``[instant, order, machine]``; a list, because the heap then compares in C. The machine is None
once the alarm is called off."""


class Timed(Protocol):
    """A machine that wants to be woken. ``alarm`` belongs to `Alarms`; start it as None."""

    alarm: Alarm | None

    def deadline(self) -> Ms | None:
        """Return when it wants to be woken, or None."""
        ...

    def fire(self, now: Ms, /) -> None:
        """It is time."""
        ...


class Alarms:
    """The deadlines of many machines: a heap with lazy deletion.

    A machine has at most one live entry. Changing it leaves the old entry behind, emptied, until
    it reaches the top or the emptied ones outnumber the live; so a machine that is done is let go
    of at once, and setting an alarm costs one push.
    """

    __slots__ = ("_dead", "_heap", "_order")

    def __init__(self) -> None:
        self._heap: list[Alarm] = []
        self._order = 0
        self._dead = 0

    def __len__(self) -> int:
        """How many machines are waiting."""
        return len(self._heap) - self._dead

    def arm(self, owner: Timed, grain: int = 1) -> None:
        """Take note of ``owner``'s present deadline, put off to a multiple of ``grain`` ms.

        What may wait so long is due together with others of its kind, with one wake-up for all.
        """
        at = owner.deadline()
        if grain > 1 and at is not None:
            at = Ms(-(-at // grain) * grain)
        entry = owner.alarm
        if entry is not None:
            if entry[0] == at:
                return
            entry[2] = owner.alarm = None
            self._dead += 1
        if at is not None:
            self._order += 1
            owner.alarm = entry = [at, self._order, owner]
            heappush(self._heap, entry)
        if self._dead > len(self._heap) // 2 + ALARMS_SPARE:
            self._heap = [entry for entry in self._heap if entry[2] is not None]
            heapify(self._heap)
            self._dead = 0

    def deadline(self) -> Ms | None:
        """Return the earliest deadline, or None."""
        heap = self._heap
        while heap:
            if heap[0][2] is not None:
                return Ms(heap[0][0])
            heappop(heap)
            self._dead -= 1
        return None

    def pop(self, now: Ms) -> Timed | None:
        """Take out the next machine whose time has come; the caller fires and re-arms it."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            owner: Timed | None = heappop(heap)[2]
            if owner is not None:
                owner.alarm = None
                return owner
            self._dead -= 1
        return None
