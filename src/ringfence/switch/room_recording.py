"""The recording of a room: one recording for each voice in it, known as one to whoever asked.

Each member's own words are a recording of their call, permitted by them and sealed with their key;
who does not agree is left out. To Twilio's clients the first of them stands for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal

from ringfence.calls import events
from ringfence.calls.commands import Told
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, ConferenceId, RecordingId
from ringfence.markup.context import API_VERSION, whole_seconds
from ringfence.markup.exchange import Callback, Params
from ringfence.markup.telling import OUTCOMES

RoomRecordingState = Literal["in-progress", "paused", "stopped"]

Tell = Callable[[CallId, Callback], None]


@dataclass(slots=True)
class RoomRecording:
    """What is recorded of one room. ``open``: voices that are recorded, by recording.

    ``state``: what was last asked for, of all voices and of those who come in later.
    """

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
    state: RoomRecordingState = "in-progress"
    open: dict[RecordingId, CallId] = field(default_factory=dict)
    _pledged: bool = False

    def hear(self, fact: events.CallFact) -> None:
        """A fact of a recording of one voice."""
        match fact:
            case events.RecordingRequested():
                self.open[fact.recording] = fact.call
            case events.RecordingStarted() if fact.recording in self.open:
                if self.first is None:
                    self.first, self.call, self.began = fact.recording, fact.call, fact.at
                    self._pledge()
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
            status = "completed" if self.kept else "absent"
            if self._pledged and self.told is not None and status not in self.told.events:
                self._send((), outcome=self.first, silent=True)
            self._say(status, now)
            self.first = None

    def _pledge(self) -> None:
        """Its outcome is to be told even if the server dies before."""
        told = self.told
        pledged = () if told is None else tuple(one for one in OUTCOMES if one in told.events)
        if pledged:
            self._pledged = True
            self._send((), outcome=self.first or "", pledged=pledged)

    def _say(self, status: str, at: Ms) -> None:
        if self.told is None or status not in self.told.events:
            return
        params: Params = (
            ("RecordingStatus", status),
            ("RecordingDuration", whole_seconds(max(0, self.ended - self.began))),
            ("Timestamp", format_datetime(datetime.fromtimestamp(at / 1000, UTC))),
        )
        self._send(params, event=status, outcome=(self.first or "") if status in OUTCOMES else "")

    def _send(
        self,
        more: Params,
        *,
        event: str = "",
        outcome: str,
        pledged: tuple[str, ...] = (),
        silent: bool = False,
    ) -> None:
        told, first = self.told, self.first
        if told is None or first is None or self.call is None:
            return
        path = f"/{API_VERSION}/Accounts/{self.account}/Recordings/{first}"
        params: Params = (
            ("AccountSid", self.account),
            ("ConferenceSid", self.conference),
            ("RecordingSid", first),
            ("RecordingUrl", f"{self.base_url}{path}"),
            ("RecordingChannels", "1"),
            ("RecordingSource", "Conference"),
            ("RecordingStartTime", format_datetime(datetime.fromtimestamp(self.began / 1000, UTC))),
            *more,
        )
        request = Callback(
            url=told.url,
            method="GET" if told.method == "GET" else "POST",
            params=params,
            kind="recording",
            event=event,
            subject=first,
            outcome=outcome,
            pledged=pledged,
            silent=silent,
        )
        self.tell(self.call, request)
