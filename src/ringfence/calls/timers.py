"""The timers of one call: a handful of names with an instant each."""

from __future__ import annotations

from ringfence.kernel.clock import Ms

TimerKey = tuple[str, str]
"""What kind of timer, and of whom (a leg, a recording, or ``""``)."""


class Timers:
    """Named deadlines; setting a name again moves it."""

    __slots__ = ("_at", "_next")

    def __init__(self) -> None:
        self._at: dict[TimerKey, int] = {}
        self._next: int | None = None

    def set(self, kind: str, at: int, subject: str = "") -> None:
        """Let ``kind`` of ``subject`` be due at an instant."""
        self._at[kind, subject] = at
        self._next = min(self._at.values())

    def clear(self, kind: str, subject: str = "") -> None:
        """Forget a timer; one that is not set is fine."""
        if self._at.pop((kind, subject), None) is not None:
            self._next = min(self._at.values(), default=None)

    def keep_only(self, kinds: frozenset[str]) -> None:
        """Forget every timer whose kind is not among ``kinds``."""
        self._at = {key: at for key, at in self._at.items() if key[0] in kinds}
        self._next = min(self._at.values(), default=None)

    def deadline(self) -> Ms | None:
        """Return the earliest instant, or None."""
        return None if self._next is None else Ms(self._next)

    def take_due(self, now: int) -> TimerKey | None:
        """Remove and return the earliest timer that is due, or None; ties in order of setting."""
        if self._next is None or self._next > now:
            return None
        key = min(self._at, key=self._at.__getitem__)
        del self._at[key]
        self._next = min(self._at.values(), default=None)
        return key
