"""What waits to be sent over a carrier's sessions, and how fast it may go.

At least once: what a broken session hands back goes to the head of the queue and over the next
one; what was answered never goes again. Told to slow down, nothing leaves for a moment that
doubles each time, and the message told so keeps its place.

    put(Parcel, now)   take(now) ─> Parcel | None   answered(...) ─> whether that was the end
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from ringfence.carriers.smpp.pdu import Pdu
from ringfence.carriers.smpp.status import SLOW_DOWN
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import SMPP_PAUSE_FIRST_MS, SMPP_PAUSE_MAX_MS, SMPP_QUEUE


@dataclass(slots=True, eq=False)
class Parcel:
    """One part of a message on its way. ``give_up``: when its sender stops waiting."""

    message: Pdu = field(repr=False)
    give_up: Ms
    tries: int = 0
    status: int | None = None
    """What the carrier said at last."""
    message_id: str = ""
    cancelled: bool = False


class Traffic:
    """The queue of one carrier. ``per_second``: what its contract allows; 0 for no bound."""

    def __init__(self, *, per_second: int = 0) -> None:
        self._waiting: deque[Parcel] = deque()
        self._per_second = per_second
        self._burst = max(1, per_second // 10)
        self._credit = float(self._burst)
        self._counted = Ms(0)
        self._pause_ms = int(SMPP_PAUSE_FIRST_MS)
        self._paused_until = Ms(0)

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, parcels: Iterable[Parcel]) -> None:
        """Queue the parts of a message; raises `Refused` (``queue_full``)."""
        added = list(parcels)
        if len(self._waiting) + len(added) > SMPP_QUEUE:
            raise Refused("queue_full", "the carrier does not take messages as fast as they come")
        self._waiting.extend(added)

    def put_back(self, parcels: Iterable[Parcel]) -> None:
        """Put what a session handed back in front, in its old order."""
        self._waiting.extendleft(reversed([p for p in parcels if not p.cancelled]))

    def take(self, now: Ms) -> Parcel | None:
        """Return what is to be sent now, if anything may be."""
        waiting = self._waiting
        while waiting and waiting[0].cancelled:
            waiting.popleft()
        if not waiting or now < self._paused_until:
            return None
        if self._per_second:
            self._earn(now)
            if self._credit < 1:
                return None
            self._credit -= 1
        parcel = waiting.popleft()
        parcel.tries += 1
        return parcel

    def answered(self, parcel: Parcel, status: int, message_id: str, now: Ms) -> bool:
        """Take note of an answer; False where the message is to be sent once more."""
        parcel.status = status
        parcel.message_id = message_id
        if status not in SLOW_DOWN:
            if now >= self._paused_until:
                self._pause_ms = int(SMPP_PAUSE_FIRST_MS)
            return True
        if now >= self._paused_until:  # many answers say it at once: one pause
            self._paused_until = Ms(now + self._pause_ms)
            self._pause_ms = min(self._pause_ms * 2, SMPP_PAUSE_MAX_MS)
        if now >= parcel.give_up:
            return True
        self.put_back([parcel])
        return False

    def deadline(self, now: Ms) -> Ms | None:
        """Return when `take` may have something that it has not now; None where nothing waits."""
        if not self._waiting:
            return None
        if now < self._paused_until:
            return self._paused_until
        if self._per_second:
            self._earn(now)
            if self._credit < 1:
                return Ms(now + 1 + int((1 - self._credit) * 1000 / self._per_second))
        return now

    def _earn(self, now: Ms) -> None:
        earned = max(0, now - self._counted) * self._per_second / 1000
        self._credit = min(float(self._burst), self._credit + earned)
        self._counted = now
