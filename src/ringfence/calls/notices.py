"""What a call tells the program that drives it: the answers to its commands, and the end.

Notices are momentary: they are handed to ``markup.voice.Program.receive`` and forgotten. They may
carry digits (never in ``repr``), so they are never stored or logged; what is worth keeping is said
by a fact (`ringfence.calls.events`) with a count instead.

`CallOver` comes exactly once, at the first sign that the call is ending (somebody hung up, the
program asked for it, a limit, a failure). From then on nothing can be heard and commands are
ignored. What was still open is reported after it and only for the record, e.g. to tell an action
URL: `DialProgress`; `DialFinished`, `ConferenceFinished`, `QueueFinished` (all with ``hung_up``);
and within a few seconds `RecordingFinished` or `RecordingMissing` for every recording,
`StreamFinished` for every stream.
`PlayFinished`, `DigitsEntered`, `SecretEntered`, `DigitsSent` and `TransferFinished` never follow
it.
"""

from __future__ import annotations

from ringfence.calls.causes import Cause
from ringfence.calls.commands import Heard
from ringfence.calls.hearing import HearingEnd
from ringfence.calls.reply import Reply
from ringfence.calls.secrecy import SecretEntered as SecretEntered
from ringfence.calls.secrecy import SecretPressed as SecretPressed
from ringfence.calls.stream import StreamEnd, StreamOrder
from ringfence.calls.words import (
    AnsweredBy,
    CollectEnd,
    DialStatus,
    LegStep,
    PlayEnd,
    QueueExit,
    RecordingEnd,
    RecordingFault,
    RecordingSource,
    RoomExit,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId, PartyId, QueueId, RecordingId, StreamId
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Hidden, Value

_NO_QUEUE = QueueId("")


class Answered(Value, frozen=True, kw_only=True):
    """The first leg is up: audio flows both ways."""


class AnswererKnown(Value, frozen=True, kw_only=True):
    """It was found out who answered; before `Answered` where the program was to wait for it."""

    answered_by: AnsweredBy
    after_ms: int = 0


class PlayFinished(Value, frozen=True, kw_only=True):
    """A `commands.Play` or `commands.PlayTone` ended; each does, unless `CallOver` comes first."""

    play: int
    reason: PlayEnd
    played_ms: int = 0


class DigitHeard(Value, frozen=True, kw_only=True):
    """The first leg pressed a key that nothing else (collection, recording, dial) has used."""

    digit: Hidden[str]


class DigitsEntered(Value, frozen=True, kw_only=True):
    """A `commands.Collect` ended. ``digits`` without the finishing key, ``""`` if none."""

    digits: Hidden[str]
    reason: CollectEnd


class DigitsSent(Value, frozen=True, kw_only=True):
    """A `commands.SendDigits` is done, or could not be (``failed``)."""

    failed: bool = False


class RecordingAsked(Value, frozen=True, kw_only=True):
    """A recording has its id, and nothing is kept yet."""

    recording: RecordingId
    source: RecordingSource


class RecordingBegun(Value, frozen=True, kw_only=True):
    """Sound is being kept, since ``began``."""

    recording: RecordingId
    source: RecordingSource
    began: Ms | None = None


class RecordingFinished(Value, frozen=True, kw_only=True):
    """A recording is saved. ``digit``: the key that ended it, if one did (reason ``digit``).

    ``cut_ms``: silence at its ends, left out of ``duration_ms``. ``began``: when sound was first
    kept.
    """

    recording: RecordingId
    source: RecordingSource
    reason: RecordingEnd
    duration_ms: int
    cut_ms: int = 0
    digit: Hidden[str] = ""
    began: Ms | None = None


class RecordingMissing(Value, frozen=True, kw_only=True):
    """A recording that was asked for does not exist, and why. ``began``: if it ever did."""

    recording: RecordingId
    source: RecordingSource
    reason: RecordingFault
    began: Ms | None = None


class DialFinished(Value, frozen=True, kw_only=True):
    """A dial ended and the first leg is the program's again.

    ``leg``, ``party``: who answered, or None; ``rung``: the leg that was rung last. ``ring_ms``:
    until the answer or the giving up. ``talk_ms``: of the conversation. ``cause``: of the last
    attempt or of the conversation's end. ``hung_up``: the whole call is over (see `CallOver`), so
    nothing can be played. ``recording``: of the conversation, if one was asked for and began.
    ``referred``: the SIP URI that the callee wanted the caller to talk to
    (`commands.Dial.refers`). ``reply``: what the far end answered, of the leg that was connected,
    else of the last that failed.
    """

    status: DialStatus
    cause: Cause
    ring_ms: int = 0
    talk_ms: int = 0
    leg: LegId | None = None
    party: PartyId | None = None
    recording: RecordingId | None = None
    rung: LegId | None = None
    hung_up: bool = False
    peer_call: CallId | None = None
    """The caller's, where one was taken out of a queue."""
    peer_waited_ms: int = 0
    referred: Hidden[str] = ""
    reply: Reply | None = None


class DialProgress(Value, frozen=True, kw_only=True):
    """How far a leg of a dial is; for targets that asked for it (`commands.DialTarget.report`).

    ``shown``: the number that the leg shows in place of whoever calls. ``status`` and ``talk_ms``
    belong to ``completed``, which comes once for every leg.
    """

    report: int
    leg: LegId
    step: LegStep
    shown: Hidden[Phone | None] = None
    status: DialStatus | None = None
    talk_ms: int = 0


class CalleeKnown(Value, frozen=True, kw_only=True):
    """It was found out by ear who answered a leg of a dial (`commands.DialTarget.listen`)."""

    report: int
    leg: LegId
    answered_by: AnsweredBy
    after_ms: int = 0


class CalleeWaits(Value, frozen=True, kw_only=True):
    """Whoever answered hears nothing until `commands.Screened` (`commands.DialTarget.screen`).

    ``digits``: what they pressed where they were asked, ``""`` for nothing; None: they have just
    answered. ``shown``: as in `DialProgress`. After `SCREEN_WAIT_MS` without a word they are hung
    up.
    """

    screen: int
    leg: LegId
    shown: Hidden[Phone | None] = None
    digits: Hidden[str | None] = None


class ConferenceFinished(Value, frozen=True, kw_only=True):
    """The first leg is out of the room."""

    reason: RoomExit
    duration_ms: int = 0
    hung_up: bool = False


class QueuePlace(Value, frozen=True, kw_only=True):
    """Where the first leg stands, from 1, whenever that changes."""

    position: int
    size: int
    queue: QueueId = _NO_QUEUE
    average_ms: int = 0
    max_size: int = 0


class QueueCalled(Value, frozen=True, kw_only=True):
    """Somebody takes the first leg, which hears ``brief`` before `commands.MeetAgent`."""

    brief: Heard
    queue: QueueId
    peer_call: CallId
    waited_ms: int = 0


class CallerRefers(Value, frozen=True, kw_only=True):
    """The first leg wants its partner ``leg`` to talk to somebody else (`commands.Dial.refers`).

    ``target``: the SIP URI it named.
    """

    leg: LegId
    target: Hidden[str]


class QueueTaken(Value, frozen=True, kw_only=True):
    """A caller was taken and talks with the first leg; for who asked (`TakeFromQueue.record`).

    ``leg``: the first one; ``peer``: the caller's, of ``peer_call``; ``party``: who they are.
    """

    peer_call: CallId
    leg: LegId
    peer: LegId
    party: PartyId | None = None


class QueueFinished(Value, frozen=True, kw_only=True):
    """The first leg waits no longer. ``talk_ms``: with the agent, when ``connected``."""

    reason: QueueExit
    waited_ms: int = 0
    talk_ms: int = 0
    hung_up: bool = False
    queue: QueueId = _NO_QUEUE


class TransferFinished(Value, frozen=True, kw_only=True):
    """The far end refused or failed a `commands.Transfer`; the call goes on here.

    Or it is there (``done``), and the call ends. ``answer``: the SIP status of the answer to the
    REFER; ``report``: of what the far end reported last; 0 where there was none.
    """

    cause: Cause
    done: bool = False
    answer: int = 0
    report: int = 0


class SpeechHeard(Value, frozen=True, kw_only=True):
    """What the first leg says, as far as it is understood; ``final``: this utterance is over."""

    text: Hidden[str]
    confidence: float = 0.0
    final: bool = False


class HearingOver(Value, frozen=True, kw_only=True):
    """Nobody listens for words any more, and not because the program asked for it."""

    reason: HearingEnd


class StreamStarted(Value, frozen=True, kw_only=True):
    """A server hears the call."""

    stream: StreamId
    order: StreamOrder


class StreamFinished(Value, frozen=True, kw_only=True):
    """A server hears the call no more, or never did; comes once for each `commands.StartStream`."""

    stream: StreamId
    order: StreamOrder
    reason: StreamEnd


class CallOver(Value, frozen=True, kw_only=True):
    """The call is ending; see above for what may still follow. ``answered``: it had been."""

    cause: Cause
    answered: bool


Notice = (
    Answered
    | AnswererKnown
    | PlayFinished
    | DigitHeard
    | DigitsEntered
    | SecretPressed
    | SecretEntered
    | DigitsSent
    | RecordingAsked
    | RecordingBegun
    | RecordingFinished
    | RecordingMissing
    | DialFinished
    | DialProgress
    | CalleeKnown
    | CalleeWaits
    | ConferenceFinished
    | QueuePlace
    | QueueCalled
    | CallerRefers
    | QueueTaken
    | QueueFinished
    | TransferFinished
    | SpeechHeard
    | HearingOver
    | StreamStarted
    | StreamFinished
    | CallOver
)
