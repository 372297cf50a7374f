"""What a running server counts for its metrics: calls, recordings, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ringfence.calls import events
from ringfence.calls.events import CallFact

_COUNTED: dict[type[CallFact], str] = {
    events.CallOffered: "inbound",
    events.CallPlaced: "outbound",
    events.CallAnswered: "answered",
    events.RecordingSaved: "saved",
    events.RecordingFailed: "failed",
}


class Tally:
    """Counts since the start. ``malformed``: of SIP; ``media_lost``: media workers that died."""

    watched: tuple[type[CallFact], ...] = (events.CallEnded, *_COUNTED)

    def __init__(self) -> None:
        """Nothing has happened."""
        self.malformed = 0
        self.media_lost = 0
        self._counts: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()

    def watch(self, facts: Sequence[CallFact]) -> None:
        """Count facts of the kinds in ``watched``."""
        for fact in facts:
            if isinstance(fact, events.CallEnded):
                self._ended[fact.cause.value] += 1
            else:
                self._counts[_COUNTED[type(fact)]] += 1

    def figures(self) -> dict[str, float | dict[str, float]]:
        """Values of the metrics of these (``ringfence.observe.metrics``)."""
        counts = self._counts
        return {
            "ringfence_calls_offered_total": {
                "inbound": counts["inbound"],
                "outbound": counts["outbound"],
            },
            "ringfence_calls_answered_total": counts["answered"],
            "ringfence_calls_ended_total": {k: float(v) for k, v in self._ended.items()},
            "ringfence_recordings_total": {"saved": counts["saved"], "failed": counts["failed"]},
            "ringfence_sip_malformed_total": self.malformed,
            "ringfence_media_restarts_total": self.media_lost,
        }
