"""What a call wants done: frozen imperatives that the switch carries out on SIP agent and media.

Import the module, not the names (``from ringfence.calls import effects``).

Promises the switch may rely on, and tests hold:

- Every leg begins with `PlaceLeg` or with ``inputs.CallArrived`` (or ``inputs.LegReplaced``) and
  ends with exactly one `ReleaseLeg`, its last effect; before it comes exactly one of `RefuseLeg`,
  `CancelLeg`, `HangUpLeg`, unless the far end or a failure ended the leg.
- Every `StartRecording` is answered by exactly one ``RecordingEnded`` or ``RecordingBroke``, or it
  is stopped by exactly one `StopRecording`, which precedes the `ReleaseLeg` of its legs.
- `BridgeLegs` and `UnbridgeLegs` alternate for a leg; a released leg is unbridged by its release,
  without a word.

What the call relies on: an effect that cannot be carried out is answered by
``inputs.EffectFailed``, and nothing the switch does in answer calls back into the call before
the effects at hand are done.
"""

from __future__ import annotations

from ringfence.calls.causes import Cause
from ringfence.calls.commands import Endpoint, Heard, JoinConference, ListenHow
from ringfence.calls.hearing import Wish
from ringfence.calls.stream import StreamOrder
from ringfence.calls.targets import RecordingNotice
from ringfence.calls.words import RecordingAnswer, RecordingSource
from ringfence.kernel.ids import (
    CallId,
    ClipId,
    ConferenceId,
    LegId,
    PartyId,
    QueueId,
    RecordingId,
    StreamId,
)
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Hidden, Value

# --- signalling -----------------------------------------------------------------------------------


class RingLeg(Value, frozen=True, kw_only=True):
    """Send 180 to the caller; with ``early_media`` a 183 with SDP, its audio port open."""

    leg: LegId
    early_media: bool = False


class AnswerLeg(Value, frozen=True, kw_only=True):
    """Open audio unless it is open, send 200; ``inputs.LegAnswered`` when audio may flow."""

    leg: LegId


class RefuseLeg(Value, frozen=True, kw_only=True):
    """Refuse an unanswered caller with ``causes.CAUSES[cause].sip``, and these headers."""

    leg: LegId
    cause: Cause
    headers: Hidden[tuple[tuple[str, str], ...]] = ()


class PlaceLeg(Value, frozen=True, kw_only=True):
    """Open audio and send INVITE. ``caller_id`` None: the switch chooses one it may show.

    The call keeps its own ringing time and will `CancelLeg`; ``ring_ms`` is told for the INVITE's
    Expires. ``trunk`` and route are the switch's business. ``subject``, ``display``: see
    `targets.DialTarget`.
    """

    leg: LegId
    endpoint: Endpoint
    party: PartyId | None = None
    caller_id: Phone | None = None
    ring_ms: int = 0
    subject: Hidden[str] = ""
    display: Hidden[str] = ""


class CancelLeg(Value, frozen=True, kw_only=True):
    """Give up a leg that is not answered; a crossing answer is hung up by the agent."""

    leg: LegId
    cause: Cause


class HangUpLeg(Value, frozen=True, kw_only=True):
    """Send BYE, with ``causes.CAUSES[cause].q850`` as Reason, and these headers."""

    leg: LegId
    cause: Cause
    headers: Hidden[tuple[tuple[str, str], ...]] = ()


class ReleaseLeg(Value, frozen=True, kw_only=True):
    """Close the audio and forget the leg; answered by ``inputs.LegReleased`` with its stats."""

    leg: LegId


class ReferLeg(Value, frozen=True, kw_only=True):
    """Ask the far end by REFER to call ``target``; ``replaces``: in place of that leg of ours."""

    leg: LegId
    target: Hidden[str] = ""
    replaces: LegId | None = None


class AnswerRefer(Value, frozen=True, kw_only=True):
    """Answer a REFER: accepted (202), or refused with the status of ``cause``."""

    leg: LegId
    refer: int
    accepted: bool
    cause: Cause = Cause.FORBIDDEN


class ReportRefer(Value, frozen=True, kw_only=True):
    """Tell how an accepted REFER fares: ``cause`` None is 180 Ringing, NORMAL is 200 OK."""

    leg: LegId
    refer: int
    cause: Cause | None = None


# --- media ----------------------------------------------------------------------------------------


class StartPlay(Value, frozen=True, kw_only=True):
    """Play clips; ``loop`` 0 until stopped. ``play`` below 0 is the call's own (hold music)."""

    leg: LegId
    play: int
    clips: tuple[ClipId, ...]
    loop: int = 1


class StartTone(Value, frozen=True, kw_only=True):
    """Play a named tone, ``duration_ms`` 0 until stopped (``beep`` has its own length)."""

    leg: LegId
    play: int
    tone: str
    duration_ms: int = 0


class StopPlay(Value, frozen=True, kw_only=True):
    """Stop what plays on the leg; its ``inputs.PlayEnded`` still comes.

    ``patient``: nobody waits for that any more.
    """

    leg: LegId
    patient: bool = False


class ListenLeg(Value, frozen=True, kw_only=True):
    """Find out by ear who answered; ``inputs.AnswererKnown`` when it is known, or given up.

    ``how`` None: as whoever placed the call wants it.
    """

    leg: LegId
    how: ListenHow | None = None


class SendDigits(Value, frozen=True, kw_only=True):
    """Send keys to the far end; ``inputs.DigitsSent`` when done."""

    leg: LegId
    digits: Hidden[str]


class BridgeLegs(Value, frozen=True, kw_only=True):
    """Connect the audio of two legs, both ways. ``b`` may be another call's leg."""

    a: LegId
    b: LegId


class UnbridgeLegs(Value, frozen=True, kw_only=True):
    """Take the audio of two legs apart; both stay up and hear silence."""

    a: LegId
    b: LegId


class MuteLeg(Value, frozen=True, kw_only=True):
    """Let nobody hear the leg, or everybody again."""

    leg: LegId
    on: bool


class QuietLeg(Value, frozen=True, kw_only=True):
    """Let nobody hear the leg while its digits are secret; who muted it otherwise stays muted."""

    leg: LegId
    on: bool


class EchoLeg(Value, frozen=True, kw_only=True):
    """Send the leg's own audio back to it, or stop; a released leg is quiet without a word."""

    leg: LegId
    on: bool


class StartListening(Value, frozen=True, kw_only=True):
    """Give what a leg says to the recogniser: ``inputs.SpeechHeard``, ``inputs.HearingEnded``."""

    leg: LegId
    wish: Wish


class StopListening(Value, frozen=True, kw_only=True):
    """Give it no more; a leg nobody listens to is fine."""

    leg: LegId


class StartStream(Value, frozen=True, kw_only=True):
    """Connect to the order's server and give out the leg's audio: ``inputs.StreamBegan``.

    Answered by exactly one ``inputs.StreamEnded``, at once where it cannot be.
    """

    stream: StreamId
    leg: LegId
    order: StreamOrder
    party: PartyId | None = None


class StopStream(Value, frozen=True, kw_only=True):
    """Say goodbye and close: ``inputs.StreamEnded``."""

    stream: StreamId
    call_over: bool = False


class HoldStream(Value, frozen=True, kw_only=True):
    """Give out silence and no digits, or go on: what is said or keyed in is secret."""

    stream: StreamId
    on: bool


class Channel(Value, frozen=True, kw_only=True):
    """One sound to record: what ``leg`` says (``in``) or what it is played (``out``)."""

    leg: LegId
    incoming: bool
    party: PartyId | None = None


class StartRecording(Value, frozen=True, kw_only=True):
    """Record channels, time-aligned. The switch makes keys and files and keeps policy's answer.

    ``max_ms``, ``silence_ms``: 0 for none. ``mixed``: one file of all channels is wanted by
    whoever listens later; it is stored per channel all the same. ``beep``: before the first frame.
    ``redact``: digits become noise from the first frame on.
    """

    recording: RecordingId
    source: RecordingSource
    channels: tuple[Channel, ...]
    max_ms: int = 0
    silence_ms: int = 0
    beep: bool = False
    mixed: bool = False
    trim: bool = False
    redact: bool = False


class PauseRecording(Value, frozen=True, kw_only=True):
    """Keep silence, or (not ``keep_time``) nothing, instead of sound until resumed."""

    recording: RecordingId
    keep_time: bool = True


class ResumeRecording(Value, frozen=True, kw_only=True):
    """Keep sound again."""

    recording: RecordingId


class StopRecording(Value, frozen=True, kw_only=True):
    """Close the recording and save it."""

    recording: RecordingId


class DiscardRecording(Value, frozen=True, kw_only=True):
    """Delete a recording that has just been saved: it is too short to mean anything. No answer."""

    recording: RecordingId


class RedactDigits(Value, frozen=True, kw_only=True):
    """Replace digits by noise in a running recording, from before they are heard."""

    recording: RecordingId
    on: bool


# --- rooms and queues -----------------------------------------------------------------------------


class EnterRoom(Value, frozen=True, kw_only=True):
    """Ask the room for a place; see `ringfence.calls.conference`. ``join``: with which wishes."""

    leg: LegId
    join: JoinConference
    party: PartyId | None = None
    person: bool = True


class LeaveRoom(Value, frozen=True, kw_only=True):
    """Take the leg out of the room; ``inputs.RoomLeft`` answers unless it has ``hung_up``."""

    leg: LegId
    conference: ConferenceId
    hung_up: bool = False


class EnterQueue(Value, frozen=True, kw_only=True):
    """Ask the queue for a place; see `ringfence.calls.queue`."""

    leg: LegId
    queue: QueueId
    max_size: int = 0
    party: PartyId | None = None


class LeaveQueue(Value, frozen=True, kw_only=True):
    """Take the leg out of the queue, waiting or connected."""

    leg: LegId
    queue: QueueId


class TakeFromQueue(Value, frozen=True, kw_only=True):
    """Ask the queue for its first caller, for the agent ``leg``."""

    leg: LegId
    queue: QueueId
    party: PartyId | None = None
    brief: Heard | None = None


class MeetAgent(Value, frozen=True, kw_only=True):
    """The caller ``leg`` is ready for whoever takes it."""

    leg: LegId
    queue: QueueId


class LeavePeer(Value, frozen=True, kw_only=True):
    """Tell another call that its partner is gone: ``inputs.Disconnected`` for its leg ``peer``."""

    leg: LegId
    peer: LegId
    peer_call: CallId
    cause: Cause


class HoldPeer(Value, frozen=True, kw_only=True):
    """Tell another call that ``leg`` put its partner there on hold: `inputs.PeerHeld` for it."""

    leg: LegId
    peer: LegId
    peer_call: CallId
    on: bool


class TellPeer(Value, frozen=True, kw_only=True):
    """Let a leg of another call hear a notice: ``inputs.TellAsked`` for it, ``PeerTold`` for us."""

    leg: LegId
    peer: LegId
    peer_call: CallId
    notice: RecordingNotice
    telling: int


class AnswerPeer(Value, frozen=True, kw_only=True):
    """Tell another call what ``leg`` answered: ``inputs.PeerTold``."""

    leg: LegId
    peer_call: CallId
    telling: int
    answer: RecordingAnswer


Effect = (
    RingLeg
    | AnswerLeg
    | RefuseLeg
    | PlaceLeg
    | CancelLeg
    | HangUpLeg
    | ReleaseLeg
    | ReferLeg
    | AnswerRefer
    | ReportRefer
    | StartPlay
    | StartTone
    | StopPlay
    | ListenLeg
    | SendDigits
    | BridgeLegs
    | UnbridgeLegs
    | MuteLeg
    | QuietLeg
    | EchoLeg
    | StartListening
    | StopListening
    | StartStream
    | StopStream
    | HoldStream
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | DiscardRecording
    | RedactDigits
    | EnterRoom
    | LeaveRoom
    | EnterQueue
    | LeaveQueue
    | TakeFromQueue
    | MeetAgent
    | LeavePeer
    | HoldPeer
    | TellPeer
    | AnswerPeer
)
