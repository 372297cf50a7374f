"""What is said on a call as text while it is said: taps on one side, the recogniser on the other.

    StartStream with words ─▶ StreamBegan, a tap ──▶ each utterance is told ──▶ StreamEnded

Each track (what the leg says, what it hears) is listened to for itself, as long as whoever speaks
there lets their words be written down: that is asked again every second of their voice. What was
said before the end is still told after it, then the end. Callbacks have Twilio's parameters
(TranscriptionEvent: transcription-started, -content, -stopped, -error), numbered in the order they
were made.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from ringfence.calls import effects, inputs
from ringfence.calls.stream import StreamEnd, StreamOrder, Words
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, StreamId
from ringfence.kernel.limits import (
    HEARING_FRAMES,
    RECOGNISER_UTTERANCE_MS,
    STREAM_CLOSE_MS,
    WORDS_ASKED_MS,
)
from ringfence.markup.exchange import Callback, Params
from ringfence.media.engine import protocol as media
from ringfence.observe.logs import get_logger
from ringfence.switch.live import LiveCall
from ringfence.switch.media_link import MediaLink
from ringfence.switch.ports import Recogniser

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner
    from ringfence.switch.tenant import Tenant

log = get_logger(__name__)

_TRACKS: dict[str, tuple[Literal["in", "out"], ...]] = {
    "inbound_track": ("in",),
    "outbound_track": ("out",),
    "both_tracks": ("in", "out"),
}
_NAMES = {"in": "inbound_track", "out": "outbound_track"}
_FAILED = ("32650", "the recogniser of speech has failed")
_NOBODY = ("32650", "no recogniser of speech is installed")
_UNWILLING = ("32650", "whoever speaks does not let their words be written down")
_REFUSED = ("32650", "the recogniser may not be told, or does not know the language")


class Session:
    """One leg being written down. ``tenant``: whose call it is."""

    def __init__(
        self, stream: StreamId, call: CallId, leg: LegId, link: MediaLink, order: StreamOrder,
        tenant: Tenant,
    ) -> None:  # fmt: skip
        assert order.words is not None
        self.stream = stream
        self.call = call
        self.leg = leg
        self.link = link
        self.order = order
        self.words: Words = order.words
        self.tenant = tenant
        self.tapped = True
        self.ended = False
        self.told = 0
        self.task: asyncio.Task[None] | None = None
        self.asked: dict[str, tuple[LegId | None, Ms, bool]] = {}
        """By side: whose voice was asked about last, when, and whether it may be written down."""
        self.queues: list[asyncio.Queue[bytes | None]] = [
            asyncio.Queue(int(HEARING_FRAMES)) for _ in _TRACKS[order.tracks]
        ]

    def put(self, channel: int, frame: bytes | None) -> None:
        """Take a frame, None for the last; the oldest makes room."""
        queue = self.queues[channel]
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(frame)

    def close(self) -> None:
        """Nothing more will be heard."""
        if self.tapped:
            self.tapped = False
            self.link.send(media.StopTap(tap=self.stream))
        for channel in range(len(self.queues)):
            self.put(channel, None)

    async def frames(self, channel: int) -> AsyncIterator[bytes]:
        """What is heard on a channel."""
        while (frame := await self.queues[channel].get()) is not None:
            yield frame


class WordsDesk:
    """Every leg of this process that is written down. ``recogniser`` None: nobody can."""

    def __init__(self, recogniser: Recogniser | None) -> None:
        self.recogniser = recogniser
        self._runner: CallRunner
        self._sessions: dict[StreamId, Session] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner

    def start(self, live: LiveCall, effect: effects.StartStream) -> None:
        """Begin; whoever may be heard was ruled on before."""
        link, words = live.link, effect.order.words
        assert link is not None
        assert words is not None
        session = Session(effect.stream, live.id, effect.leg, link, effect.order, live.tenant)
        said_by_leg = effect.order.tracks == "inbound_track"
        may = live.tenant.host.writes and (not said_by_leg or self._may(live, session, "in"))
        if self.recogniser is None or not may:
            session.tapped = False
            self._error(session, _NOBODY if self.recogniser is None else _UNWILLING)
            reason: StreamEnd = "failed" if self.recogniser is None else "not_permitted"
            live.inbox.append(inputs.StreamEnded(stream=effect.stream, reason=reason))
            return
        self._sessions[effect.stream] = session
        link.send(
            media.StartTap(
                tap=effect.stream,
                leg=effect.leg,
                directions=[*_TRACKS[effect.order.tracks]],
                coding="s16",
            )
        )
        live.inbox.append(inputs.StreamBegan(stream=effect.stream))
        self._tell(
            session,
            "transcription-started",
            ("TranscriptionEngine", "ringfence"),
            ("Name", effect.order.name),
            ("Track", effect.order.tracks),
            ("InboundTrackLabel", words.inbound_label),
            ("OutboundTrackLabel", words.outbound_label),
            ("PartialResults", str(words.wish.partial).lower()),
            ("LanguageCode", words.wish.language),
        )
        session.task = asyncio.create_task(self._run(session, self.recogniser))

    def stop(self, live: LiveCall, effect: effects.StopStream) -> bool:
        """End one: what was said is still told; False where it is not one of ours."""
        session = self._sessions.pop(effect.stream, None)
        if session is None:
            return False
        session.ended = True
        session.close()
        if session.task is not None:
            self._ending.add(session.task)
            session.task.add_done_callback(self._ending.discard)
        end: StreamEnd = "call_over" if effect.call_over else "stopped"
        live.inbox.append(inputs.StreamEnded(stream=effect.stream, reason=end))
        return True

    def hold(self, effect: effects.HoldStream) -> bool:
        """Hear nothing for a while; False where it is not one of ours."""
        session = self._sessions.get(effect.stream)
        if session is None:
            return False
        if session.tapped:
            session.link.send(media.PauseTap(tap=session.stream, on=effect.on))
        return True

    def heard(self, notice: media.TapAudio) -> bool:
        """A frame of a tap; False where it is not one of ours."""
        session = self._sessions.get(StreamId(notice.tap))
        if session is None:
            return False
        live = self._runner.calls.get(session.call)
        side = _TRACKS[session.order.tracks][notice.channel]
        if live is not None and self._may(live, session, side):
            session.put(notice.channel, notice.data)
        return True

    def _may(self, live: LiveCall, session: Session, side: str) -> bool:
        """Whether the voice on a side may be written down; that of the exchange itself may."""
        speaker = session.leg if side == "in" else live.call.hears(session.leg)
        now = self._runner.clock.now()
        known, at, may = session.asked.get(side, (None, Ms(0), True))
        if known != speaker or now >= at + WORDS_ASKED_MS:
            may = speaker is None or live.tenant.host.may_be_written(live.call.speaker(speaker))
            session.asked[side] = (speaker, now, may)
        return may

    def tap_ended(self, notice: media.TapEnded) -> bool:
        """The last of a tap; False where it is not one of ours."""
        session = self._sessions.get(StreamId(notice.tap))
        if session is None:
            return False
        session.tapped = False
        session.close()
        return True

    def lost(self, legs: Collection[LegId]) -> None:
        """The media worker is gone, and with it the audio of these legs."""
        for session in tuple(self._sessions.values()):
            if session.leg in legs:
                session.tapped = False
                session.close()

    async def _run(self, session: Session, recogniser: Recogniser) -> None:
        error: tuple[str, str] | None = None
        try:
            async with asyncio.TaskGroup() as group:
                for channel, side in enumerate(_TRACKS[session.order.tracks]):
                    group.create_task(self._listen(session, recogniser, channel, side))
        except* Refused:
            error = _REFUSED
        except* Exception:
            error = _FAILED
            log.exception("recogniser_failed", call=session.call)
        if error is None:
            self._tell(session, "transcription-stopped")
        else:
            self._error(session, error)
        if self._sessions.pop(session.stream, None) is not None:
            session.close()
            live = self._runner.calls.get(session.call)
            if live is not None:
                reason: StreamEnd = "closed" if error is None else "failed"
                self._runner.feed(live, inputs.StreamEnded(stream=session.stream, reason=reason))

    async def _listen(
        self, session: Session, recogniser: Recogniser, channel: int, side: str
    ) -> None:
        wish = session.words.wish
        results = recogniser.listen(session.frames(channel), wish)
        while True:
            try:
                # an ended leg is waited for, but not for ever
                wait = RECOGNISER_UTTERANCE_MS / 1000 if session.ended else None
                heard = await asyncio.wait_for(anext(results), wait)
            except StopAsyncIteration:
                return
            if not heard.text or not (heard.final or wish.partial):
                continue
            said = {"transcript": heard.text, "confidence": round(heard.confidence, 4)}
            self._tell(
                session,
                "transcription-content",
                ("LanguageCode", wish.language),
                ("Track", _NAMES[side]),
                ("TranscriptionData", json.dumps(said)),
                ("Final", str(heard.final).lower()),
            )

    def _error(self, session: Session, error: tuple[str, str]) -> None:
        self._tell(
            session,
            "transcription-error",
            ("TranscriptionErrorCode", error[0]),
            ("TranscriptionError", error[1]),
        )

    def _tell(self, session: Session, event: str, *more: tuple[str, str]) -> None:
        words = session.words
        if not words.callback:
            return
        session.told += 1
        now = self._runner.clock.now()
        at = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds")
        params: Params = (
            ("AccountSid", session.tenant.directory.account),
            ("CallSid", session.call),
            ("CallStatus", self._status(session.call)),
            ("TranscriptionSid", session.stream),
            ("Timestamp", at.replace("+00:00", "Z")),
            ("SequenceId", str(session.told)),
            ("TranscriptionEvent", event),
            *((name, value) for name, value in more if value),
        )
        session.tenant.host.perform(
            session.call,
            Callback(
                url=words.callback,
                method=words.callback_method,
                params=params,
                kind="transcription",
                event=event,
            ),
        )

    def _status(self, call: CallId) -> str:
        live = self._runner.calls.get(call)
        return "completed" if live is None or live.call.ending else "in-progress"

    async def close(self) -> None:
        """Listen to nobody any more."""
        tasks = [s.task for s in self._sessions.values() if s.task is not None]
        tasks += self._ending
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STREAM_CLOSE_MS / 1000)
