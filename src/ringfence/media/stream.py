"""One media stream: a call's audio as JSON messages, and the server's answers as samples.

The messages are those of Twilio's Media Streams (``streamSid``, µ-law) or of Exotel's
(``stream_sid``, 16-bit linear little endian); both carry 8000 samples a second in base64, Exotel's
also 16000 or 24000 (`ringfence.media.stream_rate`).

    to the server     connected, start, media, dtmf, mark, stop
    from the server   media, mark, clear     (two-way streams only)

What the server sends is said in order, without gaps: it waits here and goes to the media worker in
pieces, a little ahead of its time (`Say`). A mark is echoed when what was sent before it has been
said, or thrown away by a clear (`Hush`). Nothing here waits for anybody: messages to a server that
is slow are kept up to a bound, then the oldest audio goes and is counted.
"""

from __future__ import annotations

import binascii
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import (
    STREAM_CUSHION_MS,
    STREAM_FAULTS,
    STREAM_LEAD_MS,
    STREAM_MARKS,
    STREAM_OUT_FRAMES,
    STREAM_SAY_MS,
)
from ringfence.media.g711 import decode_ulaw
from ringfence.media.stream_rate import Lowered, Raised, StreamRate
from ringfence.media.wav import from_little_endian, to_little_endian

Dialect = Literal["twilio", "exotel"]
Track = Literal["inbound", "outbound"]
"""What the caller says, and what the caller hears."""

RATE: Final = 8_000
_PIECE: Final = RATE // 5 * 2
"""Bytes of the longest piece: 200 ms."""
_MS: Final = RATE // 1_000 * 2


@dataclass(frozen=True, slots=True)
class Say:
    """Play these samples (s16le) behind what plays; `MediaStream.played` when it is over."""

    piece: int
    pcm: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop what plays."""


class _Media(msgspec.Struct):
    payload: str


class _Mark(msgspec.Struct):
    name: str


class _Message(msgspec.Struct):
    event: str
    media: _Media | None = None
    mark: _Mark | None = None


_decoder = msgspec.json.Decoder(_Message)
_encode = msgspec.json.Encoder().encode


class MediaStream:
    """See the module."""

    __slots__ = (
        "_account",
        "_call",
        "_called",
        "_caller",
        "_clock",
        "_closed",
        "_dialect",
        "_faults",
        "_fed",
        "_fed_bytes",
        "_held",
        "_lowered",
        "_number",
        "_out",
        "_output",
        "_parameters",
        "_pieces",
        "_raised",
        "_rate",
        "_sequence",
        "_stream",
        "_tracks",
        "_two_way",
        "_waiting",
        "_waiting_bytes",
        "_waiting_marks",
        "dropped",
        "sent",
    )  # fmt: skip

    def __init__(
        self,
        stream: str,
        *,
        call: str,
        account: str,
        tracks: tuple[Track, ...],
        two_way: bool,
        dialect: Dialect = "twilio",
        rate: StreamRate = 8_000,
        parameters: Mapping[str, str] | None = None,
        caller: str = "",
        called: str = "",
    ) -> None:
        """``caller`` and ``called`` are told in Exotel's start alone; ``rate`` is of it alone."""
        self._rate = rate if dialect == "exotel" else RATE
        more = self._rate != RATE
        self._raised = [Raised(rate) for _ in tracks] if more else []
        self._lowered = Lowered(rate) if more else None
        self._stream = stream
        self._call = call
        self._account = account
        self._tracks = tracks
        self._two_way = two_way
        self._dialect: Dialect = dialect
        self._parameters = dict(parameters or {})
        self._caller = caller
        self._called = called
        self._sequence = 0
        self._clock = [0] * len(tracks)
        """Samples given out, of each track."""
        self._number = [0] * len(tracks)
        """Chunks given out, of each track."""
        self._out: deque[tuple[bool, str]] = deque()
        """Whether it is audio, and the text."""
        self._held = False
        self._closed = False
        self._waiting: deque[bytes | str] = deque()
        """Samples, and names of marks."""
        self._waiting_bytes = self._waiting_marks = 0
        self._fed: deque[tuple[int, int, list[str]]] = deque()
        """Pieces at the media worker: number, bytes, marks behind it."""
        self._fed_bytes = self._pieces = 0
        self._output: list[Say | Hush] = []
        self._faults = 0
        self.sent = 0
        """Messages with audio handed out."""
        self.dropped = 0
        """Messages with audio that were too old for a slow server, and frames of its answers."""

    # ------------------------------------------------------------------ to the server

    def open(self) -> None:
        """The server has answered: greet it."""
        if self._dialect == "twilio":
            hello = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
            form: dict[str, Any] = {"encoding": "audio/x-mulaw", "sample_rate": RATE, "channels": 1}
            who = {"account_sid": self._account, "stream_sid": self._stream, "call_sid": self._call}
            start: dict[str, Any] = {**who, "tracks": list(self._tracks)}
        else:
            hello = {"event": "connected"}
            form = {
                "encoding": "base64",
                "sample_rate": str(self._rate),
                "bit_rate": f"{self._rate * 16 // 1_000}kbps",
            }
            who = {"stream_sid": self._stream, "call_sid": self._call, "account_sid": self._account}
            start = {**who, "from": self._caller, "to": self._called}
        start["media_format"] = form
        self._put(hello)
        self._say("start", start)

    def heard(self, channel: int, data: bytes) -> None:
        """Frames of a track, coded as the dialect wants them."""
        if self._closed or channel >= len(self._tracks):
            return
        samples = len(data) // (1 if self._dialect == "twilio" else 2)
        if self._held:
            self._clock[channel] += samples
            return
        if self._raised:
            data = to_little_endian(self._raised[channel].feed(from_little_endian(data)))
        self._number[channel] += 1
        media: dict[str, Any] = {
            "chunk": str(self._number[channel]),
            "timestamp": str(self._clock[channel] * 1_000 // RATE),
            "payload": binascii.b2a_base64(data, newline=False).decode("ascii"),
        }
        self._clock[channel] += samples
        if self._dialect == "twilio":
            media = {"track": self._tracks[channel], **media}
        self._say("media", media, audio=True)

    def pressed(self, digit: str, duration_ms: int = 0) -> None:
        """The caller pressed a key."""
        if self._held or self._closed:
            return
        if self._dialect == "twilio":
            self._say("dtmf", {"track": "inbound_track", "digit": digit})
        else:
            self._say("dtmf", {"digit": digit, "duration": str(duration_ms)})

    def hold(self, *, on: bool) -> None:
        """Give out nothing for a while, or go on: a card number is being keyed in."""
        self._held = on

    def close(self, *, call_over: bool) -> None:
        """Say goodbye; nothing more is given out after it."""
        if self._closed:
            return
        told: dict[str, Any] = {"account_sid": self._account, "call_sid": self._call}
        if self._dialect == "exotel":
            told["reason"] = "callended" if call_over else "stopped"
        self._say("stop", told)
        self._closed = True

    def take_text(self) -> str | None:
        """Return the next message for the server, None where there is none."""
        if not self._out:
            return None
        audio, text = self._out.popleft()
        self.sent += audio
        return text

    def _say(self, event: str, body: dict[str, Any], *, audio: bool = False) -> None:
        self._sequence += 1
        self._put(
            {
                "event": event,
                "sequence_number": str(self._sequence),
                event: body,
                "stream_sid": self._stream,
            },
            audio=audio,
        )

    def _put(self, message: dict[str, Any], *, audio: bool = False) -> None:
        if self._dialect == "twilio":
            message = _camel(message)
        if message["event"] == "start":
            # last, because these names are the account's own and stay as they are
            key = "customParameters" if self._dialect == "twilio" else "custom_parameters"
            message["start"][key] = self._parameters
        if audio and len(self._out) >= STREAM_OUT_FRAMES:
            oldest = next((at for at, (old, _) in enumerate(self._out) if old), None)
            if oldest is not None:
                del self._out[oldest]
            self.dropped += 1
        self._out.append((audio, _encode(message).decode()))

    # ------------------------------------------------------------------ from the server

    def receive(self, text: str | bytes) -> None:
        """Take a message of the server; raises `RemoteError` where there were too many bad ones."""
        try:
            message = _decoder.decode(text)
            match message.event:
                case "media" if message.media is not None:
                    self._media(message.media.payload)
                case "mark" if message.mark is not None:
                    self._mark(message.mark.name)
                case "clear":
                    self._clear()
                case _:
                    self._fault()
        except (msgspec.MsgspecError, binascii.Error, ValueError):
            self._fault()

    def _fault(self) -> None:
        self._faults += 1
        if self._faults > STREAM_FAULTS:
            raise RemoteError("too many messages that nobody understands")

    def _media(self, payload: str) -> None:
        data = binascii.a2b_base64(payload, strict_mode=True)
        if not self._two_way:
            self._fault()
            return
        if self._dialect == "twilio":
            pcm = to_little_endian(decode_ulaw(data))
        else:
            pcm = data[: len(data) & ~1]
            if self._lowered is not None:
                pcm = to_little_endian(self._lowered.feed(from_little_endian(pcm)))
        while self._waiting_bytes + len(pcm) > STREAM_SAY_MS * _MS and self._waiting:
            self._forget_oldest()
        if pcm:
            self._waiting.append(pcm)
            self._waiting_bytes += len(pcm)
        self._feed()

    def _forget_oldest(self) -> None:
        oldest = self._waiting.popleft()
        if isinstance(oldest, str):
            self._waiting_marks -= 1
            self._reached(oldest)
        else:
            self._waiting_bytes -= len(oldest)
            self.dropped += -(-len(oldest) // (20 * _MS))

    def _mark(self, name: str) -> None:
        if not self._two_way or self._waiting_marks >= STREAM_MARKS:
            self._fault()
            return
        self._waiting.append(name)
        self._waiting_marks += 1
        self._feed()

    def _clear(self) -> None:
        """Throw away what is not said yet; its marks count as reached."""
        marks = [item for item in self._waiting if isinstance(item, str)]
        self._waiting.clear()
        self._waiting_bytes = self._waiting_marks = 0
        if self._fed:
            self._output.append(Hush())
            self._fed[-1][2].extend(marks)  # the engine says when it is silent
        else:
            for name in marks:
                self._reached(name)

    def _reached(self, name: str) -> None:
        if not self._closed:
            self._say("mark", {"name": name})

    # ------------------------------------------------------------------ to the caller

    def played(self, piece: int) -> None:
        """A piece was said, cut short, or could not be."""
        while self._fed and self._fed[0][0] <= piece:
            _, size, marks = self._fed.popleft()
            self._fed_bytes -= size
            for name in marks:
                self._reached(name)
        self._feed()

    def take_output(self) -> list[Say | Hush]:
        """Return what the media worker has to do, in order."""
        output, self._output = self._output, []
        return output

    def _feed(self) -> None:
        while self._waiting and self._fed_bytes < STREAM_LEAD_MS * _MS:
            first = self._waiting[0]
            if isinstance(first, str):
                self._waiting.popleft()
                self._waiting_marks -= 1
                if self._fed:
                    self._fed[-1][2].append(first)
                else:
                    self._reached(first)
                continue
            piece = bytearray(0 if self._fed else STREAM_CUSHION_MS * _MS)
            while self._waiting and len(piece) < _PIECE and isinstance(self._waiting[0], bytes):
                data = self._waiting.popleft()
                if not isinstance(data, bytes):
                    break
                room = _PIECE - len(piece)
                piece += data[:room]
                self._waiting_bytes -= min(len(data), room)
                if len(data) > room:
                    self._waiting.appendleft(data[room:])
            self._pieces += 1
            self._fed.append((self._pieces, len(piece), []))
            self._fed_bytes += len(piece)
            self._output.append(Say(self._pieces, bytes(piece)))


def _camel(message: Any) -> Any:
    """The same with Twilio's spelling of the names."""
    if not isinstance(message, dict):
        return message
    return {_NAMES.get(name, name): _camel(value) for name, value in message.items()}


_NAMES: Final = {
    "sequence_number": "sequenceNumber",
    "stream_sid": "streamSid",
    "account_sid": "accountSid",
    "call_sid": "callSid",
    "media_format": "mediaFormat",
    "sample_rate": "sampleRate",
}
