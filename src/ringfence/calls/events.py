"""Facts about a call: frozen, dated, in the past tense, stored for ever or until erased.

Every fact names its call and refers to people by party id; no fact holds a number, a name, a
digit or a text. Each field carries its privacy label, which a test checks.

Order within one call, held by tests: `CallOffered` (inbound) or `CallPlaced` (outbound) is first,
`CallEnded` last, once; times never run backwards; `CallAnswered` precedes all that is heard;
`LegEnded` comes once a leg, one `RecordingSaved` or `RecordingFailed` after `RecordingRequested`.

The missed call: ``CallEnded.missed`` is true for an inbound call when no person answered. A menu,
a queue or a mailbox answering is not a person (``answered_by_person`` None).
"""

from __future__ import annotations

from typing import Annotated

from ringfence.calls.causes import Cause
from ringfence.calls.fact import CallFact as CallFact
from ringfence.calls.recording_events import RecordingFailed as RecordingFailed
from ringfence.calls.recording_events import RecordingPaused as RecordingPaused
from ringfence.calls.recording_events import RecordingRedacted as RecordingRedacted
from ringfence.calls.recording_events import RecordingRequested as RecordingRequested
from ringfence.calls.recording_events import RecordingResumed as RecordingResumed
from ringfence.calls.recording_events import RecordingRuled as RecordingRuled
from ringfence.calls.recording_events import RecordingSaved as RecordingSaved
from ringfence.calls.recording_events import RecordingStarted as RecordingStarted
from ringfence.calls.recording_events import RecordingTold as RecordingTold
from ringfence.calls.recording_events import VoicemailLeft as VoicemailLeft
from ringfence.calls.stream import StreamEnd, Tracks
from ringfence.calls.words import (
    AnsweredBy,
    CollectEnd,
    DialStatus,
    Direction,
    HungUpBy,
    PlayEnd,
    QueueExit,
    Role,
    RoomExit,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import (
    AccountId,
    ApplicationId,
    CallId,
    ConferenceId,
    FlowId,
    LegId,
    NumberId,
    PartyId,
    QueueId,
    StreamId,
    TrunkId,
)
from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    CONFIG,
    PARTY_ID,
    SYSTEM,
)

# --- the call -------------------------------------------------------------------------------------


class CallOffered(CallFact, frozen=True, kw_only=True):
    """Somebody calls us. ``leg`` is the first leg, the caller's.

    ``forwarded``: whom they had called before their carrier sent them here. ``parent``: the call
    whose dial of an application this one is. ``application``: that was dialled.
    """

    account: Annotated[AccountId, ACCOUNT_ID]
    leg: Annotated[LegId, CALL_ID]
    caller: Annotated[PartyId, PARTY_ID]
    called: Annotated[PartyId, PARTY_ID]
    number: Annotated[NumberId | None, CONFIG] = None
    trunk: Annotated[TrunkId | None, CONFIG] = None
    flow: Annotated[FlowId | None, CONFIG] = None
    forwarded: Annotated[PartyId | None, PARTY_ID] = None
    parent: Annotated[CallId | None, CALL_ID] = None
    application: Annotated[ApplicationId | None, CONFIG] = None


class CallPlaced(CallFact, frozen=True, kw_only=True):
    """We call somebody, by ``trunk``, because the API or a person of ours asked for it.

    ``parent``: the call that ``leg`` was rung in and was taken out of (`LegGiven`).
    ``application``: whose URLs answer.
    """

    account: Annotated[AccountId, ACCOUNT_ID]
    leg: Annotated[LegId, CALL_ID]
    caller: Annotated[PartyId, PARTY_ID]
    called: Annotated[PartyId, PARTY_ID]
    number: Annotated[NumberId | None, CONFIG] = None
    flow: Annotated[FlowId | None, CONFIG] = None
    parent: Annotated[CallId | None, CALL_ID] = None
    trunk: Annotated[TrunkId | None, CONFIG] = None
    application: Annotated[ApplicationId | None, CONFIG] = None


class CallRang(CallFact, frozen=True, kw_only=True):
    """The first leg rings: the caller hears ringing, or the called phone does."""


class CallAnswered(CallFact, frozen=True, kw_only=True):
    """The first leg is up. On an inbound call the system answered, not yet a person."""

    codec: Annotated[str, CALL_FACT] = ""


class AnswererDetected(CallFact, frozen=True, kw_only=True):
    """It was found out by ear who answered, ``after_ms`` of listening. ``leg``: one of a dial's."""

    answered_by: Annotated[AnsweredBy, CALL_FACT]
    after_ms: Annotated[int, CALL_FACT] = 0
    leg: Annotated[LegId | None, CALL_ID] = None


class CallAnsweredByPerson(CallFact, frozen=True, kw_only=True):
    """A human being is on the other end, for the first time in this call."""

    leg: Annotated[LegId, CALL_ID]
    party: Annotated[PartyId | None, PARTY_ID] = None


class CallEnded(CallFact, frozen=True, kw_only=True):
    """The last fact: the whole record of the call in one row. Durations in milliseconds.

    ``offered_at`` is the beginning; ``rang_at``, ``answered_at``, ``answered_by_person_at`` None
    where it did not happen; ``ended_at`` is when the call ended for its parties, while ``at`` may
    be some seconds later, when the last recording and the figures were in. ``duration_ms`` from
    the answer to the end, 0 without an answer; ``talk_ms`` with a person, without ringing and
    waiting. ``codec`` and ``mos_x100`` (100-450, 0 unknown) of the first leg. ``answered_by``:
    who the person was.
    """

    account: Annotated[AccountId, ACCOUNT_ID]
    direction: Annotated[Direction, CALL_FACT]
    cause: Annotated[Cause, CALL_FACT]
    hung_up_by: Annotated[HungUpBy, CALL_FACT]
    missed: Annotated[bool, CALL_FACT]
    offered_at: Annotated[Ms, CALL_TIME]
    rang_at: Annotated[Ms | None, CALL_TIME]
    answered_at: Annotated[Ms | None, CALL_TIME]
    answered_by_person_at: Annotated[Ms | None, CALL_TIME]
    ended_at: Annotated[Ms, CALL_TIME]
    duration_ms: Annotated[int, CALL_FACT]
    talk_ms: Annotated[int, CALL_FACT]
    answered_by: Annotated[PartyId | None, PARTY_ID] = None
    codec: Annotated[str, CALL_FACT] = ""
    mos_x100: Annotated[int, CALL_FACT] = 0


# --- legs -----------------------------------------------------------------------------------------


class LegPlaced(CallFact, frozen=True, kw_only=True):
    """We ring another party, a number by ``trunk``. ``caller``: for whom; None for a first leg.

    ``shown``: whose number they see in place of the caller's; ``number``: which of ours that is.
    """

    leg: Annotated[LegId, CALL_ID]
    role: Annotated[Role, CALL_FACT]
    party: Annotated[PartyId | None, PARTY_ID] = None
    caller: Annotated[PartyId | None, PARTY_ID] = None
    trunk: Annotated[TrunkId | None, CONFIG] = None
    shown: Annotated[PartyId | None, PARTY_ID] = None
    number: Annotated[NumberId | None, CONFIG] = None


class LegForwarded(CallFact, frozen=True, kw_only=True):
    """A leg we ring was sent on to somebody else (SIP 3xx), a number by ``trunk``.

    ``caller``: for whom; None for a first leg. Whose leg it is stays with whoever was called.
    """

    leg: Annotated[LegId, CALL_ID]
    party: Annotated[PartyId, PARTY_ID]
    caller: Annotated[PartyId | None, PARTY_ID] = None
    trunk: Annotated[TrunkId | None, CONFIG] = None


class LegAlerted(CallFact, frozen=True, kw_only=True):
    """A leg we placed rings. ``early_media``: it plays its own ringing or announcement."""

    leg: Annotated[LegId, CALL_ID]
    early_media: Annotated[bool, CALL_FACT] = False


class LegConnected(CallFact, frozen=True, kw_only=True):
    """A leg we placed was answered."""

    leg: Annotated[LegId, CALL_ID]
    codec: Annotated[str, CALL_FACT] = ""


class LegsBridged(CallFact, frozen=True, kw_only=True):
    """Two legs hear each other. ``b`` may belong to another call."""

    a: Annotated[LegId, CALL_ID]
    b: Annotated[LegId, CALL_ID]


class LegsUnbridged(CallFact, frozen=True, kw_only=True):
    """Two legs no longer hear each other."""

    a: Annotated[LegId, CALL_ID]
    b: Annotated[LegId, CALL_ID]


class LegHeld(CallFact, frozen=True, kw_only=True):
    """A party put the other on hold, or took it back."""

    leg: Annotated[LegId, CALL_ID]
    on: Annotated[bool, CALL_FACT]


class LegMuted(CallFact, frozen=True, kw_only=True):
    """A leg is heard by nobody, or by everybody again."""

    leg: Annotated[LegId, CALL_ID]
    on: Annotated[bool, CALL_FACT]


class LegTransferred(CallFact, frozen=True, kw_only=True):
    """``leg`` asked for a transfer and it was done; ``to`` is the leg that took its place."""

    leg: Annotated[LegId, CALL_ID]
    to: Annotated[LegId | None, CALL_ID] = None
    attended: Annotated[bool, CALL_FACT] = False


class LegGiven(CallFact, frozen=True, kw_only=True):
    """``leg`` goes on in the call ``to``, which has its record."""

    leg: Annotated[LegId, CALL_ID]
    to: Annotated[CallId, CALL_ID]


class LegEnded(CallFact, frozen=True, kw_only=True):
    """A leg is over, with how its audio was (see ``inputs.LegStats``).

    ``status``: the SIP status of a refusal, 0 if none. ``up_ms``: from answer to end; to the first
    packet ``audio_after_ms``, or None. ``stats_known`` False: the media worker did not report.
    """

    leg: Annotated[LegId, CALL_ID]
    role: Annotated[Role, CALL_FACT]
    cause: Annotated[Cause, CALL_FACT]
    by_far_end: Annotated[bool, CALL_FACT]
    status: Annotated[int, CALL_FACT] = 0
    up_ms: Annotated[int, CALL_FACT] = 0
    party: Annotated[PartyId | None, PARTY_ID] = None
    stats_known: Annotated[bool, SYSTEM] = False
    codec: Annotated[str, CALL_FACT] = ""
    packets_in: Annotated[int, CALL_FACT] = 0
    packets_out: Annotated[int, CALL_FACT] = 0
    lost_in: Annotated[int, CALL_FACT] = 0
    lost_out: Annotated[int, CALL_FACT] = 0
    late_in: Annotated[int, CALL_FACT] = 0
    jitter_ms: Annotated[int, CALL_FACT] = 0
    mos_x100: Annotated[int, CALL_FACT] = 0
    latched: Annotated[bool, CALL_FACT] = False
    private_address: Annotated[bool, CALL_FACT] = False
    announced: Annotated[str, CALL_FACT] = "unknown"
    advertised: Annotated[str, CALL_FACT] = "unknown"
    dtmf_in: Annotated[int, CALL_FACT] = 0
    foreign_in: Annotated[int, CALL_FACT] = 0
    foreign_type: Annotated[int, CALL_FACT] = -1
    strangers_in: Annotated[int, CALL_FACT] = 0
    silent_in: Annotated[int, CALL_FACT] = 0
    audio_after_ms: Annotated[int | None, CALL_FACT] = None


class AudioArrived(CallFact, frozen=True, kw_only=True):
    """The first audio packet of a leg came in, later than it should have."""

    leg: Annotated[LegId, CALL_ID]


class AudioMissed(CallFact, frozen=True, kw_only=True):
    """No audio came from a leg for as long as is allowed."""

    leg: Annotated[LegId, CALL_ID]


class PromptPlayed(CallFact, frozen=True, kw_only=True):
    """A prompt ended; ``clips``: how many it had."""

    leg: Annotated[LegId, CALL_ID]
    reason: Annotated[PlayEnd, CALL_FACT]
    played_ms: Annotated[int, CALL_FACT]
    clips: Annotated[int, CALL_FACT] = 1


class DigitsCollected(CallFact, frozen=True, kw_only=True):
    """Somebody entered digits: how many, never which."""

    count: Annotated[int, CALL_FACT]
    reason: Annotated[CollectEnd, CALL_FACT]


class DigitsDialled(CallFact, frozen=True, kw_only=True):
    """We sent digits to a leg: how many, never which."""

    leg: Annotated[LegId, CALL_ID]
    count: Annotated[int, CALL_FACT]


# --- other people ---------------------------------------------------------------------------------


class DialStarted(CallFact, frozen=True, kw_only=True):
    """The program rings other parties."""

    targets: Annotated[int, CALL_FACT]
    sequential: Annotated[bool, CALL_FACT]


class DialEnded(CallFact, frozen=True, kw_only=True):
    """A dial is over. ``talk_ms``: of the conversation, without ringing."""

    status: Annotated[DialStatus, CALL_FACT]
    cause: Annotated[Cause, CALL_FACT]
    ring_ms: Annotated[int, CALL_FACT]
    talk_ms: Annotated[int, CALL_FACT]
    leg: Annotated[LegId | None, CALL_ID] = None
    party: Annotated[PartyId | None, PARTY_ID] = None


class ConferenceJoined(CallFact, frozen=True, kw_only=True):
    """The first leg entered a room."""

    conference: Annotated[ConferenceId, CALL_FACT]
    leg: Annotated[LegId, CALL_ID]


class ConferenceLeft(CallFact, frozen=True, kw_only=True):
    """The first leg is out of the room."""

    conference: Annotated[ConferenceId, CALL_FACT]
    leg: Annotated[LegId, CALL_ID]
    reason: Annotated[RoomExit, CALL_FACT]
    duration_ms: Annotated[int, CALL_FACT]


class QueueEntered(CallFact, frozen=True, kw_only=True):
    """The first leg waits for an agent."""

    queue: Annotated[QueueId, CALL_FACT]
    leg: Annotated[LegId, CALL_ID]


class QueueAnswered(CallFact, frozen=True, kw_only=True):
    """An agent took the waiting leg. ``peer``: the agent's leg, in its own call."""

    queue: Annotated[QueueId, CALL_FACT]
    leg: Annotated[LegId, CALL_ID]
    peer: Annotated[LegId, CALL_ID]
    waited_ms: Annotated[int, CALL_FACT]


class QueueLeft(CallFact, frozen=True, kw_only=True):
    """The first leg waits no longer, nor talks to an agent."""

    queue: Annotated[QueueId, CALL_FACT]
    leg: Annotated[LegId, CALL_ID]
    reason: Annotated[QueueExit, CALL_FACT]
    waited_ms: Annotated[int, CALL_FACT]
    talk_ms: Annotated[int, CALL_FACT]


# --- notes ----------------------------------------------------------------------------------------


class StreamStarted(CallFact, frozen=True, kw_only=True):
    """From here on the account's own server hears a leg, and may speak (``two_way``)."""

    stream: Annotated[StreamId, CALL_ID]
    leg: Annotated[LegId, CALL_ID]
    tracks: Annotated[Tracks, CALL_FACT]
    two_way: Annotated[bool, CALL_FACT]


class StreamEnded(CallFact, frozen=True, kw_only=True):
    """It hears it no more, or never did. ``messages`` with audio it was given; ``dropped``: for
    which it was too slow."""

    stream: Annotated[StreamId, CALL_ID]
    reason: Annotated[StreamEnd, CALL_FACT]
    messages: Annotated[int, CALL_FACT] = 0
    dropped: Annotated[int, CALL_FACT] = 0


class TimelineNoted(CallFact, frozen=True, kw_only=True):
    """A line for the operator. ``text`` is made of constants, counts and line numbers only."""

    code: Annotated[str, CALL_FACT]
    text: Annotated[str, CALL_FACT] = ""
    level: Annotated[str, CALL_FACT] = "info"


FACTS: tuple[type[CallFact], ...] = (
    CallOffered,
    CallPlaced,
    CallRang,
    CallAnswered,
    AnswererDetected,
    CallAnsweredByPerson,
    CallEnded,
    LegPlaced,
    LegForwarded,
    LegAlerted,
    LegConnected,
    LegsBridged,
    LegsUnbridged,
    LegHeld,
    LegMuted,
    LegTransferred,
    LegGiven,
    LegEnded,
    AudioArrived,
    AudioMissed,
    PromptPlayed,
    DigitsCollected,
    DigitsDialled,
    RecordingRuled,
    RecordingTold,
    RecordingRequested,
    RecordingStarted,
    RecordingPaused,
    RecordingResumed,
    RecordingRedacted,
    RecordingSaved,
    RecordingFailed,
    VoicemailLeft,
    DialStarted,
    DialEnded,
    ConferenceJoined,
    ConferenceLeft,
    QueueEntered,
    QueueAnswered,
    QueueLeft,
    StreamStarted,
    StreamEnded,
    TimelineNoted,
)
"""Every kind of fact a call can report; storage finds a class by ``name()`` in here."""
