"""Whoever asked for a recording that outlives their verb is told how it fares, even after the call.

A recording is followed by whoever asked for it: the first that comes of a source belongs to the
first who asked, from then on its id tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ringfence.calls import notices
from ringfence.calls.notices import Notice
from ringfence.calls.words import RecordingSource
from ringfence.kernel.ids import RecordingId
from ringfence.markup.exchange import Params
from ringfence.markup.telling import OUTCOMES, moment
from ringfence.markup.verbs import Method

if TYPE_CHECKING:
    from ringfence.markup.stage import Stage

RecordingNews = (
    notices.RecordingAsked
    | notices.RecordingBegun
    | notices.RecordingFinished
    | notices.RecordingMissing
)
Follower = Callable[[RecordingNews], None]

_STATUS: Final[dict[type[RecordingNews], str]] = {
    notices.RecordingAsked: "",
    notices.RecordingBegun: "in-progress",
    notices.RecordingFinished: "completed",
    notices.RecordingMissing: "absent",
}


def started(news: RecordingNews) -> Params:
    """``RecordingStartTime``, of what was ever recorded."""
    if isinstance(news, notices.RecordingAsked) or news.began is None:
        return ()
    return (("RecordingStartTime", moment(news.began)),)


def tell_fares(
    stage: Stage,
    news: RecordingNews,
    params: Params,
    *,
    url: str | None,
    method: Method,
    words: tuple[str, ...],
) -> None:
    """Tell how a recording fares, of ``words`` alone; before it begins, pledge to tell its outcome.

    ``url`` None: nobody asked. ``params``: what is said besides the status.
    """
    status = _STATUS[type(news)]
    if not url:
        return
    if not status:
        if pledged := tuple(word for word in OUTCOMES if word in words):
            stage.tell(url, method, params, "recording", outcome=news.recording, pledged=pledged)
    elif status in words:
        outcome = news.recording if status in OUTCOMES else ""
        params = (*params, ("RecordingStatus", status), *started(news))
        stage.tell(url, method, params, "recording", outcome=outcome)


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
        if isinstance(news, notices.RecordingFinished | notices.RecordingMissing):
            self._waiting.remove(found)
        found.follower(news)
        return True
