"""What an edge wrote of a view, kept exactly as long as the view itself.

The office keeps views of calls that are over and hands them out again (``office.shown_calls``);
what was written of such a view is the same again. The view is watched, not held: in the instant
the office lets go of it (a key was destroyed, somebody was erased, there are too many) what was
written of it is gone as well, and nobody has to remember to drop it here.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import msgspec


class Drawn:
    """JSON by view. Views are looked up by what they are, not by what they say."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[int, tuple[weakref.ref[Any], msgspec.Raw]] = {}

    def get(self, view: object) -> msgspec.Raw | None:
        """Return what was written of this very view."""
        found = self._kept.get(id(view))
        return None if found is None else found[1]

    def of(self, views: Sequence[object]) -> list[msgspec.Raw | None]:
        """Return what was written of each of these views."""
        kept = self._kept
        found = [kept.get(id(view)) for view in views]
        return [None if one is None else one[1] for one in found]

    def keep(self, view: object, written: msgspec.Raw) -> None:
        """Keep what was written of a view; its class takes weak references."""
        number, kept = id(view), self._kept

        def gone(_: object) -> None:
            kept.pop(number, None)

        kept[number] = (weakref.ref(view, gone), written)

    def __len__(self) -> int:
        return len(self._kept)
