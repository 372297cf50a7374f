"""A line in the log for requests that were refused, whoever refused them.

The line says which method, which code and status, and never what was asked or by whom. A client
that asks wrongly all day, or a stranger who tries words, does not fill the log: of refusals alike,
the first is a line, and so is the first after `API_REFUSALS_MS`, which says how many it stands for.
"""

from __future__ import annotations

import time

from ringfence.kernel.limits import API_REFUSALS_KINDS, API_REFUSALS_MS
from ringfence.observe.logs import get_logger

log = get_logger(__name__)

_Kind = tuple[str, str | None, int, int | None]


class Refusals:
    """Counts refusals by kind; they are few, as methods and codes are."""

    __slots__ = ("_kinds",)

    def __init__(self) -> None:
        self._kinds: dict[_Kind, tuple[float, int]] = {}

    def take(self, kind: _Kind, now: float) -> int:
        """Count one, ``now`` in seconds; return how many a line stands for, 0 where none is due."""
        said, waiting = self._kinds.get(kind, (float("-inf"), 0))
        if (now - said) * 1000 < API_REFUSALS_MS:
            self._kinds[kind] = (said, waiting + 1)
            return 0
        if kind not in self._kinds and len(self._kinds) >= API_REFUSALS_KINDS:
            self._kinds.clear()
        self._kinds[kind] = (now, 0)
        return waiting + 1


_SEEN = Refusals()


def note(method: str, *, code: str | None, status: int, error_code: int | None = None) -> None:
    """Write down that a request was refused. ``error_code``: Twilio's, where it was told."""
    count = _SEEN.take((method, code, status, error_code), time.monotonic())
    if count:
        log.warning(
            "request_refused",
            method=method,
            code=code,
            status=status,
            error_code=error_code,
            count=count,
        )
