"""What the switch tells a call about its legs and their media: neutral, frozen, no wire words.

Import the module, not the names (``from ringfence.calls import inputs``).

How the SIP agent's ``Ended`` becomes an input: ``refused`` by remote -> `LegRefused` with
``causes.from_sip(status, q850)``; ``bye`` or ``cancelled`` by remote -> `LegHungUp`; everything
else that is not our own doing -> `LegFailed`. What we ended ourselves needs no input: the call
has let go of the leg when it asked for the end. An input about a leg that has ended is ignored.
"""

from __future__ import annotations

from ringfence.calls.causes import Cause
from ringfence.calls.commands import DialTarget, Heard
from ringfence.calls.effects import Effect
from ringfence.calls.hearing import HearingEnd
from ringfence.calls.reply import Reply
from ringfence.calls.stream import StreamEnd
from ringfence.calls.targets import RecordingNotice
from ringfence.calls.words import (
    AnsweredBy,
    PlayEnd,
    QueueExit,
    RecordingAnswer,
    RecordingEnd,
    RecordingFault,
    ReferOutcome,
    RoomExit,
)
from ringfence.kernel.ids import (
    ApplicationId,
    CallId,
    FlowId,
    LegId,
    NumberId,
    PartyId,
    RecordingId,
    StreamId,
    TrunkId,
)
from ringfence.kernel.values import Hidden, Value


class LegStats(Value, frozen=True, kw_only=True):
    """How the audio of a leg was, from the media worker when it closes the leg.

    Counts are RTP packets and octets of payload; ``jitter_ms`` the mean interarrival jitter
    (RFC 3550 6.4.1); ``mos_x100`` 100-450, 0 when nothing was heard; ``latched``: audio came from
    another address than the one announced and was followed; ``late``: dropped by the jitter
    buffer. ``announced``, ``advertised``: the kind of address they and we named (public, private,
    loopback, unspecified, unknown). Addresses are left out on purpose: they are personal data.
    ``foreign_in``: packets of a payload type that was not agreed, ``foreign_type`` the last such
    type or -1; ``strangers_in``: packets from another source than ours; ``silent_in``: packets of
    digital silence, which count in ``packets_in`` too.
    """

    codec: str = ""
    packets_in: int = 0
    packets_out: int = 0
    octets_in: int = 0
    octets_out: int = 0
    lost_in: int = 0
    lost_out: int = 0
    late_in: int = 0
    jitter_ms: int = 0
    mos_x100: int = 0
    latched: bool = False
    dtmf_in: int = 0
    private_address: bool = False
    announced: str = "unknown"
    advertised: str = "unknown"
    foreign_in: int = 0
    foreign_type: int = -1
    strangers_in: int = 0
    silent_in: int = 0


class CallArrived(Value, frozen=True, kw_only=True):
    """Somebody calls: the first input of an inbound `Call`.

    ``leg``: made by the switch. ``caller``, ``called``: parties. ``number``: ours that was
    called, None for a SIP name. ``trunk``: it came through, None for a phone of ours. ``flow``:
    answers, None for a document or a URL. ``forwarded``: whom the caller had called first.
    ``parent``: the call that dialled an ``application``, which this one is.
    """

    leg: LegId
    caller: PartyId
    called: PartyId
    number: NumberId | None = None
    trunk: TrunkId | None = None
    flow: FlowId | None = None
    forwarded: PartyId | None = None
    parent: CallId | None = None
    application: ApplicationId | None = None
    max_duration_ms: int | None = None


# --- legs -----------------------------------------------------------------------------------------


class LegRang(Value, frozen=True, kw_only=True):
    """A leg we placed rings. ``early_media``: it already sends audio (a 183 with SDP)."""

    leg: LegId
    early_media: bool = False


class LegAnswered(Value, frozen=True, kw_only=True):
    """The leg is up and audio may flow both ways: theirs after our 200, ours after their 2xx."""

    leg: LegId
    codec: str = ""
    reply: Reply | None = None


class LegRefused(Value, frozen=True, kw_only=True):
    """A leg we placed was refused. ``status``: the SIP status for the record, 0 if none."""

    leg: LegId
    cause: Cause
    status: int = 0
    reply: Reply | None = None


class LegHungUp(Value, frozen=True, kw_only=True):
    """The far end ended the leg: BYE, or the caller's CANCEL before we answered.

    ``returned``: what an application gave back (`reply.Reply.returned`).
    """

    leg: LegId
    cause: Cause = Cause.NORMAL
    returned: Hidden[tuple[tuple[str, str], ...]] = ()


class LegLeads(Value, frozen=True, kw_only=True):
    """A leg we placed is answered by another call of ours, which has its record: ``to``."""

    leg: LegId
    to: CallId


class LegFailed(Value, frozen=True, kw_only=True):
    """The leg is gone and nobody hung up: transport, time-out, session timer, no ACK."""

    leg: LegId
    cause: Cause


class LegHeld(Value, frozen=True, kw_only=True):
    """The far end put us on hold or took us back (re-INVITE with sendonly, inactive, sendrecv)."""

    leg: LegId
    on: bool


class LegReleased(Value, frozen=True, kw_only=True):
    """Answers `effects.ReleaseLeg`: port, keys and clips of the leg are free again."""

    leg: LegId
    stats: LegStats | None = None


class TransferAsked(Value, frozen=True, kw_only=True):
    """The far end of ``leg`` sent REFER: it wants its partner to talk to ``target`` instead.

    ``target``: where to, built by the switch; None when ``replaces`` names a leg of this call
    (attended transfer between two of our own legs). ``inside``: to a program of ours, which the
    switch lets the partner go on with. ``refer``: to answer it by. ``uri``: where to, as they
    wrote it, for a program that decides itself (`Call.decides_transfers`).
    """

    leg: LegId
    refer: int
    target: DialTarget | None = None
    replaces: LegId | None = None
    inside: bool = False
    uri: Hidden[str] = ""


class TransferReported(Value, frozen=True, kw_only=True):
    """How our `effects.ReferLeg` fares. ``status``: of the answer, or of the far end's report."""

    leg: LegId
    outcome: ReferOutcome
    status: int = 0


class LegReplaced(Value, frozen=True, kw_only=True):
    """The far end moved its side of the call to another leg (INVITE with Replaces).

    ``leg`` ends without anybody hanging up; ``by`` takes its place: already answered, its media
    open, owned by this call from now on.
    """

    leg: LegId
    by: LegId
    party: PartyId | None = None
    codec: str = ""


class PartnerReplaced(Value, frozen=True, kw_only=True):
    """Attended transfer across two calls: ``leg`` asked for it and leaves; its partner in this
    call goes on with ``peer`` of ``peer_call``.

    Both calls get one, each about its own leg of the party that transfers. ``bridge``: as in
    `Connected`, true for exactly one of the two. ``refer``: the REFER to report to, if it came
    on ``leg``.
    """

    leg: LegId
    peer: LegId
    peer_call: CallId
    party: PartyId | None = None
    bridge: bool = True
    refer: int | None = None


class PeerReplaced(Value, frozen=True, kw_only=True):
    """Attended transfer: ``leg`` talks to somebody of another call, who hands it over and leaves.

    It goes on with ``peer`` of ``peer_call``. ``bridge``: as in `Connected`.
    """

    leg: LegId
    peer: LegId
    peer_call: CallId
    party: PartyId | None = None
    bridge: bool = True


class PartnerGiven(Value, frozen=True, kw_only=True):
    """``leg`` has handed over whom it talked to, somebody of another call, and leaves.

    That other call gets a `PeerReplaced`. ``refer``: as in `PartnerReplaced`.
    """

    leg: LegId
    refer: int | None = None


# --- media ----------------------------------------------------------------------------------------


class DigitPressed(Value, frozen=True, kw_only=True):
    """A key on a leg: one of ``0123456789*#ABCD``.

    ``signalled``: it came by SIP INFO, so the partner has not got it with the audio.
    """

    leg: LegId
    digit: Hidden[str]
    duration_ms: int = 0
    inband: bool = False
    signalled: bool = False


class AnswererKnown(Value, frozen=True, kw_only=True):
    """Answers `effects.ListenLeg`, once."""

    leg: LegId
    answered_by: AnsweredBy
    after_ms: int = 0


class DigitsSent(Value, frozen=True, kw_only=True):
    """Answers `effects.SendDigits`."""

    leg: LegId


class PlayEnded(Value, frozen=True, kw_only=True):
    """Answers `effects.StartPlay` and `effects.StartTone`, whoever stopped it."""

    leg: LegId
    play: int
    reason: PlayEnd
    played_ms: int = 0


class RecordingBegan(Value, frozen=True, kw_only=True):
    """Answers `effects.StartRecording`: the first frame is about to be kept."""

    recording: RecordingId


class RecordingEnded(Value, frozen=True, kw_only=True):
    """The recording is closed, sealed and durable. One entry of ``sha256`` per channel.

    ``from_ms``: where what is heard begins; ``cut_ms``: how much silence was left out of
    ``duration_ms`` at both ends.
    """

    recording: RecordingId
    reason: RecordingEnd
    duration_ms: int
    size: int = 0
    sha256: tuple[str, ...] = ()
    from_ms: int = 0
    cut_ms: int = 0


class RecordingBroke(Value, frozen=True, kw_only=True):
    """There is no recording and there will be none."""

    recording: RecordingId
    reason: RecordingFault


class AudioStarted(Value, frozen=True, kw_only=True):
    """The first RTP packet of the leg arrived."""

    leg: LegId


class AudioTimedOut(Value, frozen=True, kw_only=True):
    """No RTP for as long as the leg allows."""

    leg: LegId


class MediaLost(Value, frozen=True, kw_only=True):
    """The media process that carried these legs is gone; it will not answer about them."""

    legs: frozenset[LegId]


# --- rooms, queues, other calls -------------------------------------------------------------------


class RoomEntered(Value, frozen=True, kw_only=True):
    """Answers `effects.EnterRoom`: the leg is in. ``members``: how many, this one included."""

    leg: LegId
    members: int


class RoomLeft(Value, frozen=True, kw_only=True):
    """The leg is out of the room, for whatever reason."""

    leg: LegId
    reason: RoomExit


class RoomMuted(Value, frozen=True, kw_only=True):
    """The others in the room hear the leg no more, or again."""

    leg: LegId
    on: bool


class RoomHeld(Value, frozen=True, kw_only=True):
    """The leg was taken out of the room's talk, to hear music, or put back."""

    leg: LegId
    on: bool


class QueueMoved(Value, frozen=True, kw_only=True):
    """The place of the waiting leg, from 1. ``average_ms``: how long others waited lately."""

    position: int
    size: int
    average_ms: int = 0
    max_size: int = 0


class QueueOffered(Value, frozen=True, kw_only=True):
    """Somebody takes the waiting leg, which is to hear ``brief`` before."""

    leg: LegId
    peer_call: CallId
    brief: Heard
    waited_ms: int = 0


class QueueEnded(Value, frozen=True, kw_only=True):
    """The leg waits no longer and nobody is connected with it."""

    reason: QueueExit


class Connected(Value, frozen=True, kw_only=True):
    """A queue or a room brought a partner from another call.

    ``leg``: ours. ``peer``: their leg. ``peer_call``: their call, None where there is none.
    ``bridge``: this call asks for the audio bridge (the other must not); in a room nobody does.
    ``person``: the partner is a human being, so the call is not missed. ``waited_ms``: how long
    the caller of a queue waited.
    """

    leg: LegId
    peer: LegId
    peer_call: CallId | None = None
    party: PartyId | None = None
    person: bool = True
    bridge: bool = True
    waited_ms: int = 0


class Disconnected(Value, frozen=True, kw_only=True):
    """The partner of `Connected` is gone; ``by_peer``: it hung up."""

    leg: LegId
    cause: Cause = Cause.NORMAL


class PeerHeld(Value, frozen=True, kw_only=True):
    """The partner of another call has put ``leg`` on hold, or taken it back."""

    leg: LegId
    on: bool


class TellAsked(Value, frozen=True, kw_only=True):
    """Another call wants ``leg`` told of what it records, or asked (`effects.TellPeer`)."""

    leg: LegId
    peer_call: CallId
    notice: RecordingNotice
    telling: int


class PeerTold(Value, frozen=True, kw_only=True):
    """What came of telling somebody of another call (`effects.AnswerPeer`)."""

    telling: int
    answer: RecordingAnswer


class SpeechHeard(Value, frozen=True, kw_only=True):
    """What a leg says, as far as it is understood. ``final``: this utterance is over.

    ``confidence``: 0 to 1.
    """

    leg: LegId
    text: Hidden[str]
    confidence: float = 0.0
    final: bool = False


class HearingEnded(Value, frozen=True, kw_only=True):
    """Nobody listens to the leg any more, and not because we asked for it."""

    leg: LegId
    reason: HearingEnd


class StreamBegan(Value, frozen=True, kw_only=True):
    """The server of a stream has answered; audio flows to it."""

    stream: StreamId


class StreamEnded(Value, frozen=True, kw_only=True):
    """A stream is over. ``sent``: messages with audio; ``dropped``: too late for a slow server."""

    stream: StreamId
    reason: StreamEnd
    sent: int = 0
    dropped: int = 0


class EffectFailed(Value, frozen=True, kw_only=True):
    """An effect could not be carried out. The call ends cleanly or tells the program.

    ``effect``: the very object. For `effects.RefuseLeg`, `HangUpLeg` and `CancelLeg` there is
    nothing more to be done and the call goes on as if it had worked.
    """

    effect: Effect
    cause: Cause = Cause.SERVER_ERROR
    fault: RecordingFault = "not_started"


Input = (
    CallArrived
    | LegRang
    | LegAnswered
    | LegRefused
    | LegHungUp
    | LegLeads
    | LegFailed
    | LegHeld
    | LegReleased
    | TransferAsked
    | TransferReported
    | LegReplaced
    | PartnerReplaced
    | PeerReplaced
    | PartnerGiven
    | DigitPressed
    | AnswererKnown
    | DigitsSent
    | PlayEnded
    | RecordingBegan
    | RecordingEnded
    | RecordingBroke
    | AudioStarted
    | AudioTimedOut
    | MediaLost
    | RoomEntered
    | RoomLeft
    | RoomMuted
    | RoomHeld
    | QueueMoved
    | QueueOffered
    | QueueEnded
    | Connected
    | Disconnected
    | PeerHeld
    | TellAsked
    | PeerTold
    | SpeechHeard
    | HearingEnded
    | StreamBegan
    | StreamEnded
    | EffectFailed
)
