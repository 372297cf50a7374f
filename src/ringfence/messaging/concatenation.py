"""Parts of long messages as they arrive, joined again; everything a stranger sends is bounded.

A part says by its header (3GPP TS 23.040 9.2.3.24.1, .8) or by ``sar_*`` parameters (SMPP 3.4
5.3.2.22 to 24) which message it is of. Parts come in any order, twice, or never: after a while
what there is goes on, marked as incomplete.

    receive(Part, now) ─> Whole | None      the last part that was missing, or not yet
    deadline(), fire(now) ─> [Whole, ...]   given up
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import (
    SMS_JOINING_MAX,
    SMS_JOINING_MS,
    SMS_JOINING_OCTETS,
    SMS_JOINING_SENDER_MAX,
)
from ringfence.messaging.edges import tied
from ringfence.messaging.segments import (
    CONCATENATED_8,
    CONCATENATED_16,
    LOCKING_SHIFT,
    SINGLE_SHIFT,
)

GAP: Final = " [...] "
"""What stands for parts that never came."""

Key = tuple[str, str, int]
"""Sender, recipient, reference."""


class Header(NamedTuple):
    """What the user data header of one short message says. ``total`` 1: it stands alone."""

    reference: int = 0
    total: int = 1
    number: int = 1
    locking: int = 0
    single: int = 0


def read_header(octets: bytes) -> tuple[Header, bytes]:
    """Return what the header at the start of ``octets`` says, and what follows it.

    Elements nobody needs are skipped (9.2.3.24); of two the last counts; a part beyond its total,
    or of none, is ignored, as the standard asks. Raises `RemoteError` where lengths do not fit.
    """
    if not octets or octets[0] + 1 > len(octets):
        raise RemoteError("a user data header that is longer than the data")
    end = octets[0] + 1
    found = Header()
    at = 1
    while at < end:
        if at + 2 > end or at + 2 + octets[at + 1] > end:
            raise RemoteError("an information element that is longer than its header")
        element, value = octets[at], octets[at + 2 : at + 2 + octets[at + 1]]
        at += 2 + len(value)
        if element == CONCATENATED_8 and len(value) == 3:
            found = _part(found, value[0], value[1], value[2])
        elif element == CONCATENATED_16 and len(value) == 4:
            found = _part(found, value[0] << 8 | value[1], value[2], value[3])
        elif element == SINGLE_SHIFT and len(value) == 1:
            found = found._replace(single=value[0])
        elif element == LOCKING_SHIFT and len(value) == 1:
            found = found._replace(locking=value[0])
    return found, octets[end:]


def _part(found: Header, reference: int, total: int, number: int) -> Header:
    if not 1 <= number <= total:
        return found
    return found._replace(reference=reference, total=total, number=number)


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``key``: whose message to whom, and its reference; parts of one share it."""

    key: Key = field(repr=False)
    total: int
    number: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whole:
    """A message with all its parts, or with those that came."""

    key: Key = field(repr=False)
    text: str = field(repr=False)
    parts: int
    incomplete: bool


class _Joining:
    __slots__ = ("key", "octets", "since", "texts", "total")

    def __init__(self, key: Key, total: int, since: Ms) -> None:
        self.key = key
        self.total = total
        self.since = since
        self.texts: dict[int, str] = {}
        self.octets = 0

    def whole(self) -> Whole:
        texts: list[str] = []
        for number in range(1, self.total + 1):
            if number in self.texts:
                texts.append(self.texts[number])
            elif not texts or texts[-1] != GAP:
                texts.append(GAP)
        missing = len(self.texts) < self.total
        return Whole(self.key, tied(texts), len(self.texts), missing)


class Reassembly:
    """Messages of which parts are still missing, the oldest first."""

    def __init__(self) -> None:
        self._joining: dict[Key, _Joining] = {}
        self._of: Counter[str] = Counter()
        self._octets = 0
        self._given_up: list[Whole] = []

    def __len__(self) -> int:
        return len(self._joining)

    def receive(self, part: Part, now: Ms) -> Whole | None:
        """Take a part; return the message if that was the last one missing.

        A part that came before is not taken twice. A reference used anew with another total
        begins a new message and gives up the old one.
        """
        if part.total == 1:
            return Whole(part.key, part.text, 1, False)
        known = self._joining.get(part.key)
        if known is not None and known.total != part.total:
            self._give_up(part.key)
            known = None
        if known is None:
            known = self._begin(part, now)
        if part.number not in known.texts:
            known.texts[part.number] = part.text
            size = len(part.text) * 2
            known.octets += size
            self._octets += size
        if len(known.texts) == known.total:
            return self._take(part.key).whole()
        while self._octets > SMS_JOINING_OCTETS:
            self._give_up(next(iter(self._joining)))
        return None

    def deadline(self) -> Ms | None:
        """Return when the oldest is given up, or when something already was."""
        for first in self._joining.values():
            return Ms(first.since if self._given_up else first.since + SMS_JOINING_MS)
        return Ms(0) if self._given_up else None

    def fire(self, now: Ms) -> list[Whole]:
        """Return what is given up: for its age, or because others needed the room."""
        while self._joining:
            key = next(iter(self._joining))
            if self._joining[key].since + SMS_JOINING_MS > now:
                break
            self._give_up(key)
        given_up, self._given_up = self._given_up, []
        return given_up

    def forget(self, key: Key) -> None:
        """Drop what came of a message: whoever sent it was erased."""
        if key in self._joining:
            self._take(key)

    def _begin(self, part: Part, now: Ms) -> _Joining:
        sender = part.key[0]
        if self._of[sender] >= SMS_JOINING_SENDER_MAX:
            self._give_up(next(key for key in self._joining if key[0] == sender))
        elif len(self._joining) >= SMS_JOINING_MAX:
            self._give_up(next(iter(self._joining)))
        self._of[sender] += 1
        known = self._joining[part.key] = _Joining(part.key, part.total, now)
        return known

    def _take(self, key: Key) -> _Joining:
        known = self._joining.pop(key)
        self._octets -= known.octets
        self._of[key[0]] -= 1
        if not self._of[key[0]]:
            del self._of[key[0]]
        return known

    def _give_up(self, key: Key) -> None:
        self._given_up.append(self._take(key).whole())
