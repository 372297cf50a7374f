"""Calls as they were shown last, so that a list that is asked for again is not made again.

The record of a call that is over changes no more, hardly ever: its view is kept in memory, with
the addresses in it, and shown again where the record and everybody who may be shown are the same
as then. So nothing here decides who sees what. The people of a list are opened for whoever asks,
by the gate and with their leaf, before a view is looked for; somebody who was restricted or
erased meanwhile is not among them, and then the view is not the one that is kept.

An edge may keep what it wrote of a view as long as that view lives (``ringfence.api.drawn``).
"""

from __future__ import annotations

from collections import OrderedDict

from ringfence.api import views
from ringfence.kernel.ids import CallId
from ringfence.kernel.limits import CALLS_SHOWN_KEPT
from ringfence.storage.call_records import CallRecord


class ShownCalls:
    """Views by call, bounded, until any key is destroyed. Used by one thread: the loop's."""

    __slots__ = ("_destructions", "_kept")

    def __init__(self) -> None:
        self._kept: OrderedDict[CallId, tuple[CallRecord, views.Call]] = OrderedDict()
        self._destructions = 0

    def since(self, destructions: int) -> None:
        """Drop everything that was kept before a key was destroyed (``Vault.keys``)."""
        if destructions != self._destructions:
            self._destructions = destructions
            self._kept.clear()

    def get(
        self,
        record: CallRecord,
        caller: str | None,
        called: str | None,
        forwarded: str | None,
        flow: str | None,
    ) -> views.Call | None:
        """Return the view that says just this, None where there is none."""
        kept = self._kept.get(record.id)
        if kept is None or kept[0] != record:
            return None
        view = kept[1]
        same = (
            view.caller == caller
            and view.called == called
            and view.forwarded_from == forwarded
            and view.flow == flow
        )
        return view if same else None

    def keep(self, record: CallRecord, view: views.Call) -> None:
        """Keep a view of a call that is over."""
        kept = self._kept
        if record.id not in kept and len(kept) >= CALLS_SHOWN_KEPT:
            kept.popitem(last=False)
        kept[record.id] = (record, view)

    def clear(self) -> None:
        """Keep nothing: somebody was erased."""
        self._kept.clear()
