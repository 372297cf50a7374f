"""What the server and a media worker say to each other over a Unix socket.

Each is a struct below; how they travel is in `framing`. Commands go from the server to the worker,
events come back, over a socket of mode 0600.

A command that cannot be carried out is answered by the event that would have ended it
(`LegFailed`, `PlayFinished` with ``failed``, `RecordingFailed`) or, where there is none, by
`CommandRefused`; a late one about what has just ended by itself (`StopRecording`) is no fault.
When the socket closes the worker drops every leg and finalises every recording.
Digits, keys (`Channel`) and audio (`LoadClip`) exist only here and in memory, never in a log.
"""

from __future__ import annotations

from typing import Literal

import msgspec

VERSION = 2
"""Raised when a struct below changes in a way an older peer cannot read."""

Codec = Literal["PCMU", "PCMA", "G722"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
"""As in SDP, seen from this side: ``sendonly`` means the engine sends and ignores what arrives."""
EngineKind = Literal["native", "reference"]
LegFailure = Literal["no_port", "limit", "exists", "unknown", "invalid"]
PlayEnd = Literal["done", "stopped", "failed"]
RecordingEnd = Literal["stopped", "max", "silence", "leg_closed", "disk_full", "failed"]
Coding = Literal["", "s16", "PCMU", "PCMA"]
"""How a recording's samples rest in its files; ``""``: the worker picks what loses nothing."""
Refusal = Literal["unknown", "busy", "limit", "invalid"]
RecordingFault = Literal["disk_full", "file", "limit", "exists", "unknown", "invalid"]


class Stats(msgspec.Struct, array_like=True, frozen=True):
    """What a leg has seen so far; counts since `OpenLeg`, times in ms."""

    codec: str
    """The codec last connected, or ``""``."""
    packets_in: int
    octets_in: int  # of RTP payload, as in RFC 3550 6.4.1; the same for ``octets_out``
    packets_out: int
    octets_out: int
    lost: int
    """Expected minus received (RFC 3550 A.3), at least 0."""
    late: int  # packets that came after their turn to be played
    concealed_ms: int
    jitter_ms: int
    """Interarrival jitter at the end (RFC 3550 A.8)."""
    jitter_max_ms: int
    rtt_ms: int
    """Last round trip measured from RTCP, or -1 where the peer sent no report."""
    remote_lost: int  # cumulative loss the peer reported, or -1
    remote_jitter_ms: int
    mos: int
    """Mean opinion score times 100 (100-450) of what was received; 0 where nothing was."""
    latched: bool
    """Whether audio goes to another address than the SDP named (NAT)."""
    rtp_from_peer: bool
    """Whether any valid RTP arrived."""
    malformed: int
    strangers: int
    """Datagrams dropped because they came from another source than the latched one."""
    dtmf_in: int
    """How many digits were received; which ones is not said."""
    foreign: int = 0  # packets of a payload type that was not agreed, and the last such type
    foreign_type: int = -1
    silent: int = 0  # audio packets of one octet repeated: what a muted telephone sends


# --------------------------------------------------------------------------- commands


class Command(msgspec.Struct, array_like=True, frozen=True):
    """The server asks."""


class OpenLeg(Command, frozen=True, tag=1):
    """Reserve an RTP/RTCP port pair -> `LegOpened` or `LegFailed`. No audio yet.

    ``ahead``: no call needs it yet, the answer may wait for others. ``spare``: one opened ahead is
    to be this leg from now on, which is not answered; `LegFailed` (``unknown``) if there is none.
    """

    leg: str
    ahead: bool = False
    spare: str = ""


class ConnectLeg(Command, frozen=True, tag=2):
    """Start, or change after a re-INVITE, the audio of a leg; `LegFailed` (``invalid``) if wrong.

    ``host``: the literal address of the SDP; ``ptime``: 10, 20, 30, 40 or 60 ms, of what is sent;
    ``dtmf_payload_type``: of telephone-event, None where not negotiated; ``event_payload_type``:
    what theirs may have too; ``latch_ms``: how long after the first packet a better source may
    replace a worse one, 0 = only the SDP address; ``timeout_ms``: silence until `RtpTimedOut`.
    """

    leg: str
    host: str
    port: int
    codec: Codec
    payload_type: int
    dtmf_payload_type: int | None = 101
    ptime: int = 20
    direction: Direction = "sendrecv"
    latch_ms: int = 3_000
    timeout_ms: int = 30_000
    event_payload_type: int | None = None


class CloseLeg(Command, frozen=True, tag=3):
    """End a leg -> `LegClosed`; ends its bridge, room and recordings before.

    What it was playing ends with it and is not told of. ``spare``: a leg to be opened ahead in its
    place, which `LegClosed` says; `LegFailed` for it, too, where there is none to close.
    """

    leg: str
    spare: str = ""


class LoadClip(Command, frozen=True, tag=4):
    """Keep mono s16le samples at 8000 or 16000 Hz under a name; replaces an older clip."""

    clip: str
    rate: int
    pcm: bytes


class DropClip(Command, frozen=True, tag=5):
    """Forget a clip; a play under way keeps it until it ends."""

    clip: str


class Play(Command, frozen=True, tag=6):
    """Play clips one after the other, ``loop`` times (0 = until stopped) -> `PlayFinished`.

    A play replaces those before it on the leg, which end as ``stopped``; one to ``queue`` begins
    where the last of them ends, without a gap, or at once where none is under way.
    """

    leg: str
    play: str
    clips: list[str]
    loop: int = 1
    queue: bool = False


class Tone(Command, frozen=True, tag=7):
    """Play a named tone of ``media.tones`` for a time (0 = until stopped) -> `PlayFinished`."""

    leg: str
    play: str
    name: str
    duration_ms: int = 0


class StopPlay(Command, frozen=True, tag=8):
    """End the plays of a leg -> `PlayFinished` with ``stopped``; nothing where there is none.

    ``patient``: nobody waits for that, so it may come together with other news.
    """

    leg: str
    patient: bool = False


class DetectTones(Command, frozen=True, tag=9):
    """Listen for DTMF in the audio itself -> `DtmfReceived` with ``inband``."""

    leg: str
    on: bool


class SendDtmf(Command, frozen=True, tag=10):
    """Send digits (0-9 * # A-D, ``w`` = wait 500 ms) by RFC 4733, or as tones -> `DtmfSent`."""

    leg: str
    digits: str
    tone_ms: int = 160
    gap_ms: int = 80


class Bridge(Command, frozen=True, tag=11):
    """Let two legs hear each other; a play on a leg covers the other leg's voice meanwhile.

    A leg bridged to itself hears its own voice: the echo test.
    """

    a: str
    b: str


class Unbridge(Command, frozen=True, tag=12):
    a: str
    b: str


class JoinConference(Command, frozen=True, tag=13):
    """Put a leg into a room, which exists while it has members; the first one sets its rate."""

    room: str
    leg: str
    muted: bool = False
    rate: int = 8_000


class LeaveConference(Command, frozen=True, tag=14):
    room: str
    leg: str


class Whisper(Command, frozen=True, tag=28):
    """Be heard by one member of the room alone, by nobody (itself), by all (None)."""

    leg: str
    to: str | None


class SetMute(Command, frozen=True, tag=15):
    """Whether what a leg says is kept from its bridge or room (not from its recordings)."""

    leg: str
    on: bool


class Channel(msgspec.Struct, array_like=True, frozen=True):
    """One sealed file of a recording: what a leg says (``in``) or hears (``out``).

    ``key``: 32 bytes for AES-256-GCM, used for this file alone; ``path``: must not exist yet.
    """

    leg: str
    direction: Literal["in", "out"]
    key: bytes
    path: str


class StartRecording(Command, frozen=True, tag=16):
    """Record -> `RecordingStarted`, later `RecordingFinished`; or `RecordingFailed`.

    ``rate``: 8000 or 16000; ``max_ms``: 0 = no limit; ``silence_ms``: end after that long without
    sound on the ``in`` channels, 0 = never; ``beep``: sound one on the first channel's leg before
    (it is not recorded); ``redact``: digits pressed or sounded become noise (see `RedactDigits`);
    ``coding``: PCMU and PCMA need rate 8000 and take half the room of ``s16``.
    """

    recording: str
    channels: list[Channel]
    rate: int = 8_000
    max_ms: int = 0
    silence_ms: int = 0
    beep: bool = False
    redact: bool = False
    coding: Coding = ""
    live: bool = False
    """For somebody who listens now (`StartTap`): each frame is given out as it is."""


class PauseRecording(Command, frozen=True, tag=17):
    """Record nothing for a while: as silence (``keep_time``) or as if time stood still."""

    recording: str
    keep_time: bool = False


class ResumeRecording(Command, frozen=True, tag=18):
    recording: str


class StopRecording(Command, frozen=True, tag=19):
    recording: str


class RedactDigits(Command, frozen=True, tag=20):
    """Replace digits by noise in a recording, from 200 ms before they are heard."""

    recording: str
    on: bool


class ReadLeg(Command, frozen=True, tag=21):
    """Ask how a leg is doing -> `LegReport`."""

    leg: str


class Ping(Command, frozen=True, tag=22):
    """Answered by `Pong` once the audio thread itself has been round."""

    token: int


class ReadEngine(Command, frozen=True, tag=23):
    """Ask how punctual the engine is -> `EngineReport`."""


class StartTap(Command, frozen=True, tag=24):
    """Give out what a leg says (``in``) or hears (``out``), as it is -> `TapAudio`, `TapEnded`.

    Mono at 8000 Hz, PCMU or s16le; ``directions`` become channels 0 and 1. Nothing is written.
    """

    tap: str
    leg: str
    directions: list[Literal["in", "out"]]
    coding: Literal["PCMU", "s16"] = "PCMU"


class PauseTap(Command, frozen=True, tag=25):
    """Give out silence for a while: a card number is being said or keyed in."""

    tap: str
    on: bool


class StopTap(Command, frozen=True, tag=26):
    tap: str


class Feed(Command, frozen=True, tag=27):
    """Play these mono s16le samples at 8000 Hz behind what plays on the leg -> `PlayFinished`."""

    leg: str
    play: str
    pcm: bytes


AnyCommand = (
    OpenLeg
    | ConnectLeg
    | CloseLeg
    | LoadClip
    | DropClip
    | Play
    | Tone
    | StopPlay
    | DetectTones
    | SendDtmf
    | Bridge
    | Unbridge
    | JoinConference
    | LeaveConference
    | Whisper
    | SetMute
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | RedactDigits
    | ReadLeg
    | Ping
    | ReadEngine
    | StartTap
    | PauseTap
    | StopTap
    | Feed
)

# --------------------------------------------------------------------------- events


class Notice(msgspec.Struct, array_like=True, frozen=True):
    """The worker tells."""


class Hello(Notice, frozen=True, tag=1):
    """The first message on a connection. ``abi``: 0 for the twin; ``host``: of its ports."""

    engine: EngineKind
    abi: int
    pid: int
    version: int = VERSION
    host: str = ""


class LegOpened(Notice, frozen=True, tag=2):
    leg: str
    port: int
    """The even RTP port; RTCP is on the next one."""


class LegFailed(Notice, frozen=True, tag=3):
    leg: str
    reason: LegFailure


class LegClosed(Notice, frozen=True, tag=4):
    """``spare``, ``port``: what was opened ahead in its place; 0 where no port was to be had."""

    leg: str
    stats: Stats
    spare: str = ""
    port: int = 0


class LegReport(Notice, frozen=True, tag=5):
    leg: str
    stats: Stats


class RtpStarted(Notice, frozen=True, tag=6):
    """The first valid packet from the peer arrived."""

    leg: str


class RtpTimedOut(Notice, frozen=True, tag=7):
    """Nothing arrived for ``timeout_ms``; said again only after something arrived in between."""

    leg: str


class PlayFinished(Notice, frozen=True, tag=8):
    leg: str
    play: str
    reason: PlayEnd
    played_ms: int


class DtmfReceived(Notice, frozen=True, tag=9):
    """A digit has ended. ``inband``: heard as tones, not as an RFC 4733 event."""

    leg: str
    digit: str
    duration_ms: int
    inband: bool


class DtmfSent(Notice, frozen=True, tag=10):
    leg: str


class RecordingStarted(Notice, frozen=True, tag=11):
    recording: str


class ChannelFile(msgspec.Struct, array_like=True, frozen=True):
    """A finished file: its size in bytes and the SHA-256 (hex) of all of them."""

    path: str
    size: int
    sha256: str


class RecordingFinished(Notice, frozen=True, tag=12):
    """The files are complete, readable and synced; ``duration_ms`` is the length of the audio."""

    recording: str
    duration_ms: int
    reason: RecordingEnd
    channels: list[ChannelFile]


class RecordingFailed(Notice, frozen=True, tag=13):
    """It never began: no file is left behind."""

    recording: str
    reason: RecordingFault


class CommandRefused(Notice, frozen=True, tag=14):
    """``command``: the struct's name; ``subject``: the leg, room, clip or recording."""

    command: str
    subject: str
    reason: Refusal


class Pong(Notice, frozen=True, tag=15):
    token: int


class EngineReport(Notice, frozen=True, tag=16):
    """Counts since the worker began. Lateness is how long after its tick a packet left, in µs."""

    legs: int
    recordings: int
    ticks: int
    late_ticks: int
    """Begun more than 5 ms after their time."""
    skipped_ticks: int
    """Never run, because the machine stood still for longer than 200 ms."""
    datagrams_in: int
    datagrams_out: int
    send_errors: int
    lateness_p50_us: int
    lateness_p99_us: int
    wire: str = ""
    """How datagrams travel: io_uring, epoll, python."""
    lateness: tuple[int, ...] = ()
    """Datagrams by lateness, in bins of 50 µs; the last one holds all that were later still."""


class TapAudio(Notice, frozen=True, tag=17):
    """A frame of 20 ms of one channel; longer where frames were lost, with silence for them."""

    tap: str
    channel: int
    data: bytes


class TapEnded(Notice, frozen=True, tag=18):
    """The last of a tap. ``dropped``: frames nobody fetched in time."""

    tap: str
    reason: Literal["stopped", "leg_closed", "failed"]
    dropped: int = 0


AnyNotice = (
    Hello
    | LegOpened
    | LegFailed
    | LegClosed
    | LegReport
    | RtpStarted
    | RtpTimedOut
    | PlayFinished
    | DtmfReceived
    | DtmfSent
    | RecordingStarted
    | RecordingFinished
    | RecordingFailed
    | CommandRefused
    | Pong
    | EngineReport
    | TapAudio
    | TapEnded
)
