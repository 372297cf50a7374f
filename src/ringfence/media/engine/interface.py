"""What an audio engine is: the shape of both cores and the algorithm they share to the byte.

A *core* does all the work without touching a socket, a clock or randomness: datagrams and control
commands go in, ``tick`` is called every 5 ms, datagrams, notices and recorded audio come out.
There are two: `native.NativeCore` (engine.c) and `reference.ReferenceCore` (Python). The same
inputs in the same order give the same outputs to the byte; tests/media/engine/test_differential.py
holds them to it. An *engine* is a core with sockets and a 5 ms clock around it (native: a thread
without the interpreter's lock; twin: the worker's own event loop), run by `worker`.

The signal processing is specified by the pure modules of `ringfence.media` (g711, g722, jitter,
plc, dtmf, resample, mixer, redaction); here is how a core puts them together.

Time
    ``now`` is epoch milliseconds. ``tick(now)`` counts: call number k (from 0) runs the *frame* of
    every connected leg whose phase is ``k & 3``, in the order the legs were opened. A leg's phase
    is the one with the fewest open legs when it opens, the lowest of several. While no leg is open
    an engine calls no ticks, and while few are it may call two at a time, every 10 ms: a process
    woken half as often costs a third less. A round of an engine is: ticks, then the commands that
    wait, then the datagrams that have arrived. A frame is 20 ms:
    160 ticks of the RTP clock, 160 samples for PCMU and PCMA (leg rate 8000), 320 for G.722
    (16000).

Receiving a datagram, in this order; a datagram dropped counts in the statistic named
    1. Leg not connected: dropped, uncounted. More than `MEDIA_LEG_BURST` datagrams (RTP and RTCP)
       since the leg's last frame, or since it was opened: dropped (``malformed``).
    2. RTCP port, or `rtp.is_rtcp` on the RTP port: see RTCP below.
    3. Longer than `RTP_PACKET_MAX` or refused by `rtp.parse`: ``malformed``.
    4. Payload type neither the codec's nor one of telephone-event's: ``foreign``, ignored. A leg of
       PCMU or PCMA also takes static types 0 and 8 (many phones answer with two codecs and switch);
       a payload of the other law is converted by table on arrival. Static types 0 and 8 mean that
       only where the negotiated codec type differs.
    5. Audio payload empty or longer than `MEDIA_PAYLOAD_MAX`, event payload under 4 bytes:
       ``malformed``.
    6. Latching (below) refuses the source: ``strangers``.
    7. Direction sendonly or inactive: the packet counts as life (timeout) and goes no further.
    8. Statistics: packets_in, octets_in; RFC 3550 A.1 without probation, A.3, A.8,
       arrival clock ``now * 8``, jitter from audio packets only (media.reception). First packet of
       the leg since `OpenLeg`: `RtpStarted`.
    9. Event: DTMF in (below). Audio: ``silent`` where all its octets are the same; into the jitter
       buffer (target 320 ticks, most 1600). Both: relayed to a bridged leg where the fast path is
       open.

Latching
    The *aim* is where audio is sent: the SDP address at first. A source ranks 2 if it is the SDP
    address and port, 1 if the address alone matches, else 0. With ``latch_ms`` 0 only rank 2 is
    taken. Otherwise the first packet's source becomes the aim and opens a window, unless it ranks
    2. Within the window (``now - opened < latch_ms``) a packet of strictly higher rank than the
    aim's moves the aim; rank 2 closes the window. Every other packet not from the aim is a
    stranger's, and after the window nothing moves the aim. `ConnectLeg` again with the same host
    and port keeps the latch; with others it starts afresh.

DTMF in (RFC 4733)
    One `dtmf.EventReceiver` per leg; each digit it ends is a `DtmfReceived`. Overdue events are
    looked for at each frame of the leg; `CloseLeg` closes the open one.

In-band DTMF
    While `DetectTones` is on, the leg's frame of decoded audio, brought to 8000 Hz, goes through
    its `dtmf` detector (made anew when switched on), which reports a digit when it ends.

Is a leg listening? (is its jitter buffer decoded)
    Yes, if connected with direction sendrecv or recvonly and one of: in-band detection on; an
    ``in`` tap of a recording on it; member of a room and not muted; bridged, not muted, and the
    fast path to its peer is closed or the peer has an ``out`` tap. When it becomes so its decoder
    and concealment start afresh. When it is not, the frame's ticks are pulled and thrown away.
    The frame heard is zeros for a leg not listening.

A frame, step by step
    1. Burst count to 0. DTMF in: overdue event closes. Timeout: `RtpTimedOut` where timeout_ms
       is set, direction sendrecv or recvonly, and at least that long passed since the later of
       the last packet accepted (RTP or RTCP) and `ConnectLeg`; once until the next packet.
    2. Hear: pull 160 ticks; decode what arrived, conceal what did not (media.plc) -> the leg's
       *heard* frame. In-band detection. Its contribution to the room (below).
    3. Say: the first of
       a. digits being sent (RFC 4733 out, below); a play does not move meanwhile;
       b. the play: its next samples, over the end of one clip into the next and of one play into
          the one queued behind it (a play that ends within a frame and has another behind it is
          reported before the frame is sent), zeros after the last;
       c. room: the sum of the others' contributions, saturated, at the leg's rate;
       d. bridge, fast path closed, peer listening: the peer's heard frame at the leg's rate;
       e. bridge with the fast path open: nothing is sent by the frame (relay sends);
       f. zeros.
       The *said* frame is the samples of b, c, d, zeros for a, f, and the peer's heard frame at
       the leg's rate for e. Directions recvonly and inactive do everything but send.
    4. Taps: each ``in`` tap takes the heard frame, each ``out`` tap the said frame (below).
    5. RTCP where due.

Sending
    The samples are encoded, octets gather until one packet of ``ptime`` is full (10 ms: two
    packets per frame), each packet: sequence + 1, timestamp of its first octet. The timestamp
    clock moves 160 per frame whether or not something is sent. The marker is set on the first
    packet after anything else than contiguous audio (start, relay, digits, another codec or
    direction); at such a break gathered octets are dropped. Zeros are encoded like other audio.
    The G.722 encoder is fresh at connect and whenever audio starts again after a break.

Resampling
    Where the two rates differ, with `resample` and a state that belongs to the consumer: one per
    leg for what it says from a room or peer, one per leg for its contribution, one per tap, one
    for the detector. States are fresh when the consumer begins (join, bridge, tap start, detector
    on) or the leg's codec changes. A clip of the other rate sounds as if `resample` had converted
    it whole when it was loaded.

Room
    Each member's contribution is its last heard frame at the room's rate, zeros before its first
    frame and while muted. The mix for a member is the sum of all other members' contributions at
    that moment, saturated to 16 bits. Who whispers is in the mix of
    whom they whisper to and in no other; that ends when either leaves, and where that is who hears
    it, nobody does from then on.

Fast path from a to b (bridged)
    Open where: both connected; codecs equal, or PCMU and PCMA; a receives (sendrecv, recvonly) and
    b sends (sendrecv, sendonly); a is not muted; b has no play and no digits to send. An audio
    packet arriving at a then leaves b at once: payload (law converted by table where the codecs
    differ), b's payload type, SSRC of b. At the first packet since the path was closed or b sent
    a packet of its own, or when a's SSRC changes: sequence offset = b's next sequence - packet's,
    timestamp offset = b's clock - packet's, marker set. Otherwise offsets stay, the marker is the
    packet's. After each: b's next sequence = max(itself, sent + 1), b's clock = max(itself,
    timestamp + length), by serial comparison. Padding, extension, CSRCs are not passed.
    Events from a go the same way with b's telephone-event type, whether or not the audio path is
    open, while a is not muted and b sends: through the offsets where the audio path is open
    (b's clock is not moved; where b has no such type they are dropped); else with b's next
    sequence and, as timestamp, b's clock at the first packet of that event's timestamp.

RFC 4733 out
    As `dtmf.EventSender`: one step per frame; in the gaps nothing is sent. `DtmfSent` after the
    last gap. A second SendDtmf queues behind the first up to `MEDIA_DIGITS_MAX` in all, else
    `CommandRefused` (limit). Without a telephone-event type the core sends nothing: the worker
    turns the digits into a play of tones.

RTCP
    One random source per leg: xorshift32 (13, 17, 5), seeded with the SSRC (1 where it is 0).
    First report 1000 + x % 1000 ms after the first `ConnectLeg`, each next 2500 + x % 5000 ms after
    the one before, at the leg's first frame at or past its time, where the leg's direction is not
    inactive. SR if a packet was sent since the report before the last, else RR; one block if a
    source was heard; SDES CNAME; BYE added in a last one at `CloseLeg` of a connected leg. NTP time
    from ``now``; RTP time: the leg's clock. Sent to the RTCP aim, else to the aim's port + 1 (not
    at all where that is none).
    Received: from the aim's address, any port, else ``strangers``; refused by `rtcp.parse`:
    ``malformed``; counts as life. A block about our SSRC gives remote_lost, remote_jitter and RTT
    = A - LSR - DLSR (6.4.1), kept if 0 <= RTT < 10 s and LSR is not 0. The first RTCP source
    becomes the RTCP aim until the aim moves.

Recordings
    A recording starts with the tick after `StartRecording`; each channel is a tap that takes one
    frame per frame of its leg, at the recording's rate. Behind the tap is a delay line of 10
    frames (`redaction`): frames leave it 10 frames later, all at the end, so 200 ms of look-ahead
    exist before anything is kept. Frames leaving are s16le or, where ``coding`` says so, PCMU or
    PCMA, and gather in chunks (`Audio`) of 16000 bytes, 8000 if coded, the last one shorter. While
    paused nothing is taken (or zeros, ``keep_time``). It ends with ``max`` when a tap has taken
    max_ms // 20 frames; with ``silence`` when every ``in`` tap has taken silence_ms // 20 frames in
    a row in which the sum of magnitudes is below 64 per sample; with ``leg_closed`` when one of its
    legs closes; with ``stopped``. A tap whose reader does not keep up loses whole chunks, replaced
    by silence. A ``live`` recording has no delay line and is not redacted: each frame is a chunk,
    given out at once.

Refusals (nothing changes)
    * Leg unknown: ConnectLeg, CloseLeg: `LegFailed` unknown. Play: `PlayFinished` failed, 0 ms.
      StartRecording: `RecordingFailed` unknown. The others: `CommandRefused` unknown, subject the
      (first) unknown leg.
    * ConnectLeg: `LegFailed` invalid where host is no literal address, port not 1..65535, a payload
      type not 0..127 or both equal, ptime none of 10 20 30 40 60, a time negative.
    * Play: `PlayFinished` failed, 0 ms, where a clip is unknown, there is none or more than
      `MEDIA_PLAY_CLIPS`, loop is negative, or `MEDIA_PLAY_QUEUE` are under way and it is to be
      queued; a play under way goes on. A play of no samples at all is ``done`` at its first
      frame.
    * LoadClip: invalid where the rate is not 8000 or 16000, the size odd or above
      `MEDIA_CLIP_BYTES`; limit for `MEDIA_CLIPS_MAX`, `MEDIA_CLIP_TOTAL_BYTES` (clips still
      playing after DropClip do not count). DropClip: unknown. Subject: the clip.
    * SendDtmf: invalid where digits are empty or others than 0-9 * # A-D w, tone_ms is outside
      `MEDIA_TONE_MS_MIN`..`MEDIA_TONE_MS_MAX`, gap_ms outside 0..1000, or the leg has no
      telephone-event type (connected or not yet connected).
    * Bridge: unknown, then busy where either is bridged or in a room (subject: that leg, a
      first); with a = b the leg is its own partner and hears its echo. Unbridge of two that are
      not bridged to each other: unknown, subject a.
    * JoinConference: invalid rate, then unknown, busy where bridged or in another room, limit for
      `MEDIA_ROOM_MEMBERS` (subject always the leg); in this room already: only
      ``muted`` is set. LeaveConference of no member: unknown.
    * Whisper: unknown, then invalid where the two are not in one room (subject always the leg).
    * StartRecording: `RecordingFailed` exists; invalid (no channel, rate, PCMU or PCMA at another
      rate than 8000, a negative number, direction); unknown; limit (`MEDIA_CHANNELS_MAX`,
      `MEDIA_RECORDINGS_MAX`), in this order; else `RecordingStarted`. PauseRecording and the
      others after it: `CommandRefused` unknown, subject the recording. A recording is forgotten
      with its `RecordingEnded`.

Closing a leg
    In this order: open DTMF event; play ``stopped``; recordings ``leg_closed``; bridge, room; RTCP
    BYE; `LegClosed`.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from ringfence.kernel.clock import Ms
from ringfence.media.engine.protocol import (
    AnyCommand,
    AnyNotice,
    EngineKind,
    LegFailure,
    RecordingEnd,
)

TICK_MS: Final = 5
FRAME_MS: Final = 20
PHASES: Final = 4
FRAME_TICKS: Final = 160
"""RTP clock units of one frame, and payload octets, whatever the codec."""
JITTER_TARGET: Final = 320
JITTER_MOST: Final = 1_600
CHUNK_BYTES: Final = 16_000
CODED_CHUNK_BYTES: Final = 8_000
"""A second of PCMU or PCMA."""
LOOK_AHEAD_FRAMES: Final = 10
LATENESS_BINS: Final = 64
LATENESS_BIN_US: Final = 50
SILENCE_LEVEL: Final = 64
"""Mean magnitude per sample below which a frame counts as silent (about -54 dBFS)."""


class Identity(NamedTuple):
    """The random parts of a leg, drawn by the worker: RFC 3550 5.1 wants them unpredictable."""

    ssrc: int
    sequence: int
    timestamp: int
    cname: bytes
    """16 printable ASCII characters (RFC 7022 4.2: a short-term persistent CNAME)."""


class Datagram(NamedTuple):
    """To be sent from a leg's RTP (``rtcp`` False) or RTCP socket."""

    leg: str
    rtcp: bool
    host: str
    port: int
    data: bytes


class Audio(NamedTuple):
    """A chunk of one channel of a recording, in its coding and at its rate."""

    recording: str
    channel: int
    """Index into `StartRecording.channels`."""
    pcm: bytes


class RecordingEnded(NamedTuple):
    """All chunks of a recording have been given out; the worker seals and reports the files."""

    recording: str
    duration_ms: int
    reason: RecordingEnd


class Core(Protocol):
    """An engine without sockets, clock or randomness.

    Never raises on anything from the network. `do` answers every command by notices only.
    """

    kind: EngineKind

    def open(self, leg: str, identity: Identity) -> bool:
        """Make room for a leg; False where it exists or `MEDIA_LEGS_MAX` are open."""
        ...

    def rename(self, leg: str, name: str) -> bool:
        """Call a leg that nothing has happened to by another name; False where that cannot be."""
        ...

    def do(self, command: AnyCommand, now: Ms) -> None:
        """Carry out a command, except those of the worker itself.

        `OpenLeg` (the worker binds sockets and calls `open`), `Tone` and `Feed` (become a clip and
        a play), taps (become live recordings), `Ping` and `ReadEngine` are the worker's own,
        as are ``key``, ``path`` and ``beep`` of StartRecording.
        """
        ...

    def receive(
        self, leg: str, data: bytes, host: str, port: int, now: Ms, *, rtcp: bool = False
    ) -> None:
        """Take one datagram that arrived at a leg's RTP or RTCP port."""
        ...

    def tick(self, now: Ms) -> None:
        """5 ms have passed."""
        ...

    def take_output(self) -> list[Datagram]:
        """Return what is to be sent, in order."""
        ...

    def take_notices(self) -> list[AnyNotice | RecordingEnded]:
        """Return what happened, in order."""
        ...

    def take_audio(self) -> list[Audio]:
        """Return recorded chunks; all of a recording come before its `RecordingEnded`."""
        ...


class Clockwork(NamedTuple):
    """How an engine keeps its clock; counts since it began."""

    ticks: int = 0
    late_ticks: int = 0
    skipped_ticks: int = 0
    datagrams_in: int = 0
    datagrams_out: int = 0
    send_errors: int = 0
    lateness: tuple[int, ...] = ()
    """Datagrams by how late they left after their tick, in bins of `LATENESS_BIN_US`; the last
    bin holds all that were later still."""
    wire: str = ""
    """How datagrams travel: io_uring, epoll, or python for the twin."""

    def percentile(self, percent: int) -> int:
        """Return the lateness in µs that ``percent`` of the datagrams did not exceed."""
        total, seen = sum(self.lateness), 0
        for index, count in enumerate(self.lateness):
            seen += count
            if seen * 100 >= total * percent and total:
                return (index + 1) * LATENESS_BIN_US
        return 0


class Engine(Protocol):
    """A core with sockets and a clock, as the worker runs it.

    The native one has a thread of its own and wakes the worker through ``wake``; the twin has
    neither, and the worker calls `pump` every 5 ms.
    """

    kind: EngineKind
    abi: int
    wake: int | None
    """A descriptor that is readable when `take` has something to give; None: call `pump`."""

    @property
    def busy(self) -> bool:
        """Whether a leg is open; where none is, nothing is ever due."""
        ...

    def open(self, leg: str, identity: Identity) -> int | LegFailure:
        """Bind a port pair and make the leg; return the RTP port, or why not."""
        ...

    def rename(self, leg: str, name: str) -> bool:
        """Call a leg that nothing has happened to by another name; False where that cannot be."""
        ...

    def do(self, command: AnyCommand) -> None:
        """Carry out a command (`Core.do`), and `Ping`."""
        ...

    def take(self) -> tuple[list[Audio], list[AnyNotice | RecordingEnded]]:
        """Return recorded chunks and notices; the chunks come before the notices.

        Ask after each command, when awake, and a few times a second: chunks wake nobody.
        """
        ...

    def awake(self) -> None:
        """Take note that ``wake`` was readable."""
        ...

    def clockwork(self) -> Clockwork:
        """Return how punctual the engine has been."""
        ...

    def pump(self) -> None:
        """Do what is due: sockets, ticks."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...
