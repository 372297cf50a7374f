"""Whoever asked for a recording that outlives their verb is told how it fares, even after the call.

A recording is followed by whoever asked for it: the first that comes of a source belongs to the
first who asked, from then on its id tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ringfence.calls import notices
from ringfence.calls.notices import Notice
from ringfence.calls.words import RecordingSource
from ringfence.kernel.ids import RecordingId

RecordingNews = notices.RecordingBegun | notices.RecordingFinished | notices.RecordingMissing
Follower = Callable[[RecordingNews], None]


@dataclass(slots=True)
class _Waiting:
    source: RecordingSource
    follower: Follower
    recording: RecordingId | None = None


class Followers:
    """Those of one program."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def add(self, follower: Follower, source: RecordingSource) -> None:
        """Be told of the next recording of a source."""
        self._waiting.append(_Waiting(source, follower))

    def remove(self, follower: Follower) -> None:
        """There was no recording; expect none."""
        self._waiting = [one for one in self._waiting if one.follower != follower]

    def take(self, news: Notice) -> bool:
        """Tell whoever follows this recording; False where nobody does."""
        if not isinstance(news, RecordingNews):
            return False
        of_source = [one for one in self._waiting if one.source == news.source]
        found = next((one for one in of_source if one.recording == news.recording), None)
        found = found or next((one for one in of_source if one.recording is None), None)
        if found is None:
            return False
        found.recording = news.recording
        if not isinstance(news, notices.RecordingBegun):
            self._waiting.remove(found)
        found.follower(news)
        return True
