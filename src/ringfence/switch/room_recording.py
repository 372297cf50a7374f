"""The recording of a room: one recording for each voice in it, known as one to whoever asked.

Each member's own words are a recording of their call, permitted by them and sealed with their key;
who does not agree is left out. To Twilio's clients the first of them stands for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from ringfence.calls import events
from ringfence.calls.commands import Told
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, ConferenceId, RecordingId
from ringfence.markup.context import API_VERSION, whole_seconds
from ringfence.markup.exchange import Callback, Params

Tell = Callable[[CallId, Callback], None]


@dataclass(slots=True)
class RoomRecording:
    """What is recorded of one room. ``open``: voices that are recorded, by recording."""

    conference: ConferenceId
    account: AccountId
    base_url: str
    tell: Tell
    told: Told | None = None
    first: RecordingId | None = None
    call: CallId | None = None
    began: Ms = Ms(0)  # noqa: RUF009 - an instant is a number
    ended: Ms = Ms(0)  # noqa: RUF009
    kept: bool = False
    closing: bool = False
    open: dict[RecordingId, CallId] = field(default_factory=dict)

    def hear(self, fact: events.CallFact) -> None:
        """A fact of a recording of one voice."""
        match fact:
            case events.RecordingRequested():
                self.open[fact.recording] = fact.call
            case events.RecordingStarted() if fact.recording in self.open:
                if self.first is None:
                    self.first, self.call, self.began = fact.recording, fact.call, fact.at
                    self._say("in-progress", fact.at)
            case events.RecordingSaved() if self.open.pop(fact.recording, None):
                self.kept = True
                self.ended = Ms(max(self.ended, fact.at))
                self._settle(fact.at)
            case events.RecordingFailed() if self.open.pop(fact.recording, None):
                self._settle(fact.at)
            case _:
                pass

    def close(self, now: Ms) -> None:
        """The room is over: nobody's voice comes to it any more."""
        self.closing = True
        self._settle(now)

    @property
    def over(self) -> bool:
        """Whether everything has been said about it."""
        return self.closing and not self.open

    def _settle(self, now: Ms) -> None:
        if self.over and self.first is not None:
            self._say("completed" if self.kept else "absent", now)
            self.first = None

    def _say(self, status: str, at: Ms) -> None:
        told, recording = self.told, self.first
        if told is None or status not in told.events or recording is None or self.call is None:
            return
        path = f"/{API_VERSION}/Accounts/{self.account}/Recordings/{recording}"
        params: Params = (
            ("AccountSid", self.account),
            ("ConferenceSid", self.conference),
            ("RecordingSid", recording),
            ("RecordingUrl", f"{self.base_url}{path}"),
            ("RecordingStatus", status),
            ("RecordingDuration", whole_seconds(max(0, self.ended - self.began))),
            ("RecordingChannels", "1"),
            ("RecordingSource", "Conference"),
            ("RecordingStartTime", format_datetime(datetime.fromtimestamp(self.began / 1000, UTC))),
            ("Timestamp", format_datetime(datetime.fromtimestamp(at / 1000, UTC))),
        )
        request = Callback(
            url=told.url,
            method="GET" if told.method == "GET" else "POST",
            params=params,
            kind="recording",
            event=status,
            subject=recording,
        )
        self.tell(self.call, request)
