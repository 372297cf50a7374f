"""What the switch needs from packages it may not import; the composition root provides it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ringfence.calls.effects import Channel
from ringfence.calls.events import CallFact
from ringfence.calls.hearing import Wish
from ringfence.calls.room_events import RoomFact
from ringfence.calls.words import RecordingSource
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, ClipId, ConferenceId, PartyId, QueueId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import (
    Callback,
    ClipFailed,
    DropPayment,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
    MakePayment,
    OpenPayment,
    PaymentMade,
    PaymentOpened,
    SendText,
    TextAsked,
    Transcribe,
)
from ringfence.privacy.gate import Consent


class Parties(Protocol):
    """The one room where addresses of people are kept."""

    def resolve(self, address: Phone | str, now: Ms, /) -> PartyId:
        """The party of a number or a SIP address, known or made now."""
        ...


class Facts(Protocol):
    """Where facts become durable."""

    def record(self, facts: Sequence[CallFact], now: Ms, /) -> None:
        """Store these facts, in order, in one transaction; failures are logged and retried."""
        ...


class RoomBook(Protocol):
    """Where it is kept what happened in conference rooms."""

    def opened(self, conference: ConferenceId, name: str, now: Ms, /) -> None:
        """A room of that name is there. Raises `Refused` where nothing can be stored."""
        ...

    def dialled(
        self,
        conference: ConferenceId,
        call: CallId,
        /,
        *,
        label: str,
        muted: bool,
        start_on_enter: bool,
        end_on_exit: bool,
        coaching: CallId | None,
        now: Ms,
    ) -> None:
        """A call is being placed to come in."""
        ...

    def recorded(self, conference: ConferenceId, recording: RecordingId, /) -> None:
        """A voice of this room is recorded."""
        ...

    def record(self, facts: Sequence[RoomFact], labels: Mapping[CallId, str], now: Ms, /) -> None:
        """Store these facts, in order. ``labels``: what the account calls the members."""
        ...


class TextDesk(Protocol):
    """Who takes text messages that documents send."""

    async def send(self, call: CallId, request: SendText, /) -> TextAsked:
        """Keep a message, or say why not; never raises for what the document asked."""
        ...


class PaymentDesk(Protocol):
    """Who writes payments down and has processors asked."""

    async def open(self, call: CallId, request: OpenPayment, /) -> PaymentOpened:
        """Find the processor and write down that somebody is about to pay; never raises."""
        ...

    async def make(self, call: CallId, request: MakePayment, /) -> PaymentMade:
        """Ask the processor, once, after that was written down; wipe what was entered."""
        ...

    async def drop(self, call: CallId, request: DropPayment, /) -> None:
        """Write down that it ended before."""
        ...


class Scribe(Protocol):
    """Who has recordings read."""

    def wanted(self, call: CallId, asked: Transcribe, /) -> bool:
        """Have one read once it is saved; False where nobody can."""
        ...


class KeptQueue(Protocol):
    """A queue as it is kept."""

    @property
    def id(self) -> QueueId: ...
    @property
    def name(self) -> str: ...
    @property
    def max_size(self) -> int: ...
    @property
    def created_at(self) -> Ms: ...
    @property
    def updated_at(self) -> Ms: ...


class QueueBook(Protocol):
    """Where it is kept which queues there are."""

    def opened(self, queue: QueueId, name: str, max_size: int, now: Ms, /) -> None:
        """A queue of that name is there. Raises `Refused` where nothing can be stored."""
        ...


class Choices(Protocol):
    """What people said about being recorded, and whose data is only stored."""

    def recording_consent(self, party: PartyId, /) -> Consent:
        """What a party said for all their calls."""
        ...

    def transcription_consent(self, party: PartyId, /) -> Consent:
        """What a party said about their words being written down."""
        ...

    def restricted(self, party: PartyId, /) -> bool:
        """Whether a party's data is restricted."""
        ...


class ChannelFile(Protocol):
    """Where one channel goes and the 32-byte key that seals it."""

    @property
    def key(self) -> bytes: ...

    @property
    def path(self) -> str: ...


class Recorder(Protocol):
    """Keys and files of recordings."""

    def begin(
        self,
        recording: RecordingId,
        call: CallId,
        source: RecordingSource,
        channels: Sequence[Channel],
        now: Ms,
        /,
    ) -> Sequence[ChannelFile]:
        """One file per channel. Raises `Refused` (``disk_full``, ``refused``)."""
        ...

    def finish(self, recording: RecordingId, *, keep: bool) -> Awaitable[int]:
        """Move the complete files to where they stay, or remove them; the size in bytes."""
        ...

    def discard(self, recording: RecordingId, /) -> None:
        """Delete one that was finished and is too short to mean anything, or never began."""
        ...


@dataclass(frozen=True, slots=True)
class Clip:
    """Mono signed 16-bit samples at ``rate`` Hz."""

    id: ClipId
    rate: int
    pcm: bytes = field(repr=False)


class Clips(Protocol):
    """The clips in memory."""

    def get(self, clip: ClipId, /) -> Clip | None:
        """The clip, if it is there."""
        ...

    def keep(self, clip: Clip, /) -> None:
        """Have it at hand while calls use it."""
        ...

    def drop(self, clip: ClipId, /) -> None:
        """Keep it no longer."""
        ...


class Web(Protocol):
    """The outside web, behind its guard."""

    async def fetch(self, call: CallId, request: Fetch, /) -> Fetched | FetchFailed:
        """Get a document: signed, capped, timed."""
        ...

    async def load(self, call: CallId, request: LoadMedia, /) -> Clip | ClipFailed:
        """Get audio and decode it, or say why there is none."""
        ...

    def callback(self, call: CallId, request: Callback, /) -> None:
        """Deliver it, now or later: it is kept until it is."""
        ...


class Socket(Protocol):
    """An open WebSocket."""

    async def send(self, text: str, /) -> None:
        """Write a message; waits while the far side does not read. Raises `OSError`."""
        ...

    async def receive(self) -> str | bytes | None:
        """The next message, None when the far side closed. Raises `OSError` where it broke."""
        ...

    async def close(self) -> None:
        """Close, properly where the far side answers in time."""
        ...


class Sockets(Protocol):
    """WebSockets to the account's own servers, behind the guard."""

    async def connect(self, url: str, /) -> Socket:
        """Open one. Raises `Refused` (``bad_url``, ``private_address``, ``handshake_failed``)."""
        ...


class Heard(Protocol):
    """What was understood; ``final``: this utterance is over. ``confidence``: 0 to 1."""

    @property
    def text(self) -> str: ...

    @property
    def confidence(self) -> float: ...

    @property
    def final(self) -> bool: ...


class Recogniser(Protocol):
    """Speech into text."""

    def listen(self, audio: AsyncIterator[bytes], wish: Wish, /) -> AsyncIterator[Heard]:
        """Give what is understood of s16le at 8000 Hz while it comes, until it ends."""
        ...


class Speech(Protocol):
    """Text into clips."""

    def ready(self, text: str, voice: str, language: str, /) -> Clip | None:
        """The clip, if it has been spoken before."""
        ...

    async def speak(self, text: str, voice: str, language: str, /) -> Clip | None:
        """The clip; None where the text cannot be spoken."""
        ...
