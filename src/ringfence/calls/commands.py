"""What a program or an API request may ask of a call: frozen imperatives for ``Call.do``.

Import the module, not the names (``from ringfence.calls import commands``): some effects are
called the same.

``leg`` is None for the first leg: the caller of an inbound call, the called party of an outbound
one. A command given to a call that is ending or has ended is ignored, because its end may still
be on the way to whoever gave the command. A command that the state does not allow (playing before
answering, dialling twice) raises `LocalError`.

Waiting is answered by a notice (`ringfence.calls.notices`):

    command            answered by
    ----------------   --------------------------------------------------
    Answer             Answered, or CallOver
    Play, PlayTone     PlayFinished
    Collect            DigitsEntered, or SecretEntered where it is sensitive
    Capture            SecretEntered
    SendDigits         DigitsSent
    StartRecording     RecordingFinished or RecordingMissing
    Dial               DialFinished
    JoinConference     ConferenceFinished
    Enqueue            QueueFinished
    TakeFromQueue      DialFinished
    Transfer           TransferFinished
    Hangup, Reject     CallOver (so does every other end of the call)
"""

from __future__ import annotations

from ringfence.calls.causes import Cause
from ringfence.calls.company import AskVoice as AskVoice
from ringfence.calls.company import Enqueue as Enqueue
from ringfence.calls.company import Heard as Heard
from ringfence.calls.company import HoldVoice as HoldVoice
from ringfence.calls.company import JoinConference as JoinConference
from ringfence.calls.company import KeepVoice as KeepVoice
from ringfence.calls.company import LeaveConference as LeaveConference
from ringfence.calls.company import LeaveQueue as LeaveQueue
from ringfence.calls.company import MeetAgent as MeetAgent
from ringfence.calls.company import TakeFromQueue as TakeFromQueue
from ringfence.calls.company import Told as Told
from ringfence.calls.ears import Listen as Listen
from ringfence.calls.ears import StartStream as StartStream
from ringfence.calls.ears import StopListening as StopListening
from ringfence.calls.ears import StopStream as StopStream
from ringfence.calls.secrecy import Capture as Capture
from ringfence.calls.secrecy import GuardDigits as GuardDigits
from ringfence.calls.secrecy import StopCapture as StopCapture
from ringfence.calls.targets import DialTarget as DialTarget
from ringfence.calls.targets import Endpoint as Endpoint
from ringfence.calls.targets import ListenHow as ListenHow
from ringfence.calls.targets import Owed as Owed
from ringfence.calls.targets import RecordingNotice as RecordingNotice
from ringfence.calls.targets import Screen as Screen
from ringfence.calls.targets import ToDevice as ToDevice
from ringfence.calls.targets import ToPhone as ToPhone
from ringfence.calls.targets import ToSip as ToSip
from ringfence.calls.words import (
    ListenWhen,
    RecordingAnswer,
    RecordingAsker,
    RecordingDuty,
    RecordingOutcome,
    RecordingSource,
    RecordingTrack,
    RecordWhen,
    Role,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import (
    ApplicationId,
    CallId,
    ClipId,
    FlowId,
    LegId,
    NumberId,
    PartyId,
    RecordingId,
)
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Hidden, Value

# --- beginning ------------------------------------------------------------------------------------


class Originate(Value, frozen=True, kw_only=True):
    """Begin an outbound call: the first command of a `Call` that no `inputs.CallArrived` began.

    ``caller``, ``called``: the parties shown and rung. ``ring_ms``: ring that long at most.
    ``role``: which side the rung leg is; click-to-call rings our agent first as ``caller``.
    ``listen``: whether it is found out by ear who answers. ``flow``, ``application``: what runs.
    """

    target: DialTarget
    caller: PartyId
    called: PartyId
    caller_id: Phone | None = None
    number: NumberId | None = None
    flow: FlowId | None = None
    application: ApplicationId | None = None
    ring_ms: int = 60_000
    max_duration_ms: int | None = None
    role: Role = "callee"
    listen: ListenWhen = "no"


class Ring(Value, frozen=True, kw_only=True):
    """Let the caller hear ringing (SIP 180) without answering."""


class Answer(Value, frozen=True, kw_only=True):
    """Answer the first leg. Answering twice is allowed and answered at once."""


class Reject(Value, frozen=True, kw_only=True):
    """Refuse an inbound call that is not answered; one that is answered is hung up instead."""

    cause: Cause = Cause.REJECTED
    headers: Hidden[tuple[tuple[str, str], ...]] = ()


class Hangup(Value, frozen=True, kw_only=True):
    """End the whole call: every leg, recording and prompt.

    ``headers``: the first leg is told with its end.
    """

    cause: Cause = Cause.NORMAL
    headers: Hidden[tuple[tuple[str, str], ...]] = ()


class DropLeg(Value, frozen=True, kw_only=True):
    """End one leg; the call goes on where it is not the first. One that is gone is fine."""

    leg: LegId
    cause: Cause = Cause.NORMAL


class LimitTime(Value, frozen=True, kw_only=True):
    """Let the call last ``max_ms`` from its answer; a time that is over ends it at once.

    ``leg``: a dialled one; its conversation lasts that long instead.
    """

    max_ms: int
    leg: LegId | None = None


class GiveLeg(Value, frozen=True, kw_only=True):
    """Hand the leg that a dial has connected to another call: the dial is done, the leg goes on.

    ``to``: the call whose first command is the `AdoptLeg` of it.
    """

    leg: LegId
    to: CallId


class AdoptLeg(Value, frozen=True, kw_only=True):
    """Begin a call with a leg of another one, ``parent``, that was rung there and is up.

    ``caller``: whose call it was, or the number that the leg showed, one of ours by ``number``;
    ``party``: whom the leg reaches. ``placed_at``, ``up_at``: since when it was rung and has been
    up: its call is as old as the leg. ``audio_at``: since when it is heard.
    """

    leg: LegId
    parent: CallId
    caller: PartyId
    party: PartyId
    placed_at: Ms
    up_at: Ms
    number: NumberId | None = None
    audio_at: Ms | None = None
    codec: str = ""
    person: bool = True


# --- audio and digits -----------------------------------------------------------------------------


class Play(Value, frozen=True, kw_only=True):
    """Play clips one after the other. ``play``: a number above 0, new in this call.

    ``loop``: how often the whole sequence, 0 until stopped. Another `Play` on the same leg stops
    this one first. ``stop_on_digit``: any digit cuts it short.
    """

    play: int
    clips: tuple[ClipId, ...]
    loop: int = 1
    leg: LegId | None = None
    stop_on_digit: bool = False


class PlayTone(Value, frozen=True, kw_only=True):
    """Play a named tone of the media engine (``beep``, ``ringback``, ``busy``) like a clip."""

    play: int
    tone: str
    duration_ms: int = 0
    leg: LegId | None = None


class StopPlay(Value, frozen=True, kw_only=True):
    """Stop what plays on the leg; nothing playing is fine."""

    leg: LegId | None = None


class Collect(Value, frozen=True, kw_only=True):
    """Collect digits of the first leg; one collection at a time, a new one stops the old.

    ``max_digits``: ends at that many, 0 for no bound but the limit. ``finish_on``: digits that
    end it and are not part of the result, ``""`` for none. ``timeout_ms``: silence that ends it,
    counted from the end of the prompts or the last digit. The first digit stops whatever plays
    if ``barge_in``. While ``prompting`` the first time-out waits for `PromptsDone`, because the
    next prompt may still be fetched. ``sensitive``: card digits, which recordings must not hold.
    """

    max_digits: int = 0
    finish_on: str = "#"
    timeout_ms: int = 5_000
    barge_in: bool = True
    prompting: bool = False
    sensitive: bool = False


class PromptsDone(Value, frozen=True, kw_only=True):
    """All prompts of a `Collect` with ``prompting`` have been given and have ended."""


class StopCollect(Value, frozen=True, kw_only=True):
    """End collecting without waiting; answered by `DigitsEntered` with reason ``stopped``."""


class SendDigits(Value, frozen=True, kw_only=True):
    """Play digits to a leg (RFC 4733 or in-band); ``w`` waits half a second."""

    digits: Hidden[str]
    leg: LegId | None = None


# --- recording ------------------------------------------------------------------------------------


class StartRecording(Value, frozen=True, kw_only=True):
    """Record. ``source`` ``voicemail`` records what the first leg says, ``call`` both directions.

    Several recordings may run at once (a call recording and a voicemail), one per source.
    ``max_ms`` 0: the installation's limit. ``silence_ms``: silence that ends it, 0 for never.
    ``finish_on``: digits that end it. ``min_ms``: shorter is discarded and reported as ``empty``.
    ``beep``: a tone first, which is not recorded. ``dual``: one channel per side instead of one.
    ``trim``: silence at both ends is left out. ``recording``: its id, None for a new one.
    ``notices``: legs that hear of it first, or are asked; it begins once all of them have heard it
    or agreed, or not at all.
    ``partner``: what the first leg and this one say is recorded, as long as both are there.
    """

    source: RecordingSource = "call"
    max_ms: int = 0
    silence_ms: int = 0
    min_ms: int = 0
    finish_on: str = ""
    beep: bool = False
    dual: bool = True
    trim: bool = False
    track: RecordingTrack = "both"
    asked_by: RecordingAsker = "program"
    recording: RecordingId | None = None
    notices: tuple[Owed, ...] = ()
    partner: LegId | None = None


class RuleRecording(Value, frozen=True, kw_only=True):
    """What the law lets be recorded in this call, and what it was decided from.

    The fields are those of `events.RecordingRuled`. The first party is the first leg's: the call
    fills it in. ``again``: somebody came in; what the others heard of it before holds.
    """

    source: RecordingSource
    outcome: RecordingOutcome
    law: str
    rules: tuple[str, ...]
    edition: str
    decided_at: Ms
    beep: bool
    policy: str
    hours: tuple[int, int] | None
    zone: str
    parties: tuple[PartyId | None, ...]
    places: tuple[str, ...]
    standings: tuple[str, ...]
    consents: tuple[str, ...]
    restricted: tuple[bool, ...]
    duties: tuple[RecordingDuty, ...]
    again: bool = False


class TellRecording(Value, frozen=True, kw_only=True):
    """The first leg was told that it is recorded, or was asked; see `events.RecordingTold`."""

    source: RecordingSource
    kind: RecordingDuty
    answer: RecordingAnswer
    text: str
    version: str
    language: str


class WidenRecording(Value, frozen=True, kw_only=True):
    """Let those who came in hear of a recording that rests, or ask them; without a yes it stops.

    ``resume``: it goes on after that; else it rests as it did before.
    """

    recording: RecordingId
    notices: tuple[Owed, ...]
    resume: bool = True


class ForbidRecording(Value, frozen=True, kw_only=True):
    """A party of this call takes their consent back: what is recorded of it stops, for good.

    So does every stream and transcription by which somebody only listens.
    """

    party: PartyId


class PauseRecording(Value, frozen=True, kw_only=True):
    """Pause one recording, or all of them when ``recording`` is None.

    ``keep_time``: silence is kept meanwhile, else nothing is.
    """

    recording: RecordingId | None = None
    keep_time: bool = True


class ResumeRecording(Value, frozen=True, kw_only=True):
    """Resume one recording, or all of them when ``recording`` is None."""

    recording: RecordingId | None = None


class StopRecording(Value, frozen=True, kw_only=True):
    """Stop and save one recording; where ``recording`` is None all of them, or of a ``source``."""

    recording: RecordingId | None = None
    source: RecordingSource | None = None


# --- other people ---------------------------------------------------------------------------------


class Dial(Value, frozen=True, kw_only=True):
    """Ring targets and connect the first that answers with the first leg.

    ``sequential``: one after the other, else all at once. ``ring_ms``: how long each attempt
    rings. ``caller_id``: shown to the callee, None leaves it to the switch. ``time_limit_ms``: of
    the conversation, 0 for the call's own limit. ``hangup_on_star``: ``*`` by the caller ends the
    conversation and goes on with the program. ``answer_on_bridge``: the caller is not answered
    before the callee is, and hears the callee's own ringing; it has no effect once the caller is
    answered. ``ring_tone``: the tone an answered caller hears while it rings, ``""`` for silence.
    ``record``: see `RecordWhen`; ``dual``: one channel per side; ``trim``: without silence at its
    ends; ``track``: both sides or one of them. ``covers``: the whole call is recorded, so that
    callees are told or asked in any case. ``refers``: where the callee sends a REFER the dial ends,
    and the program is told whom they want the caller to talk to.
    """

    targets: tuple[DialTarget, ...]
    sequential: bool = False
    ring_ms: int = 30_000
    caller_id: Phone | None = None
    time_limit_ms: int = 0
    hangup_on_star: bool = False
    answer_on_bridge: bool = False
    ring_tone: str = "ringback"
    record: RecordWhen = "never"
    dual: bool = True
    trim: bool = False
    track: RecordingTrack = "both"
    covers: bool = False
    refers: bool = False
    wait_clips: tuple[ClipId, ...] = ()


class EndDial(Value, frozen=True, kw_only=True):
    """End the dial under way, ringing or talking; the program goes on with `DialFinished`."""

    cause: Cause = Cause.CANCELLED


class Transfer(Value, frozen=True, kw_only=True):
    """Send the first leg away by SIP REFER; when the far end succeeds, our call ends.

    ``target``: a SIP URI as text. ``refused``: the call goes on with `TransferFinished`.
    """

    target: Hidden[str]
    timeout_ms: int = 30_000


class Mute(Value, frozen=True, kw_only=True):
    """Let a leg be heard by nobody (``on``) or by everybody again."""

    on: bool
    leg: LegId | None = None


class Echo(Value, frozen=True, kw_only=True):
    """Send the first leg's own audio back to it, or stop: how a caller tests the line."""

    on: bool


class Hold(Value, frozen=True, kw_only=True):
    """Put the connected partner of ``leg`` on hold with music, or take it back."""

    on: bool
    leg: LegId | None = None
    clips: tuple[ClipId, ...] = ()


class Clear(Value, frozen=True, kw_only=True):
    """Stop prompts, collection, dial, room or queue without a notice: a new program takes over.

    Recordings of the call go on; other legs are hung up.
    """


class Screened(Value, frozen=True, kw_only=True):
    """What a callee who waits hears next (`notices.CalleeWaits`): None connects them."""

    leg: LegId
    screen: Screen | None = None


class ForwardLeg(Value, frozen=True, kw_only=True):
    """A leg that is rung was sent on: say so, and to whom. ``target`` has its party."""

    leg: LegId
    target: DialTarget


class Note(Value, frozen=True, kw_only=True):
    """Write a line on the call's timeline.

    ``code``: a stable word (``markup_invalid``, ``clip_skipped``). ``text``: a sentence made of
    constants, counts, line numbers and verb names; never a value out of a document or a number.
    """

    code: str
    text: str = ""
    level: str = "info"


Command = (
    Originate
    | Ring
    | Answer
    | Reject
    | Hangup
    | DropLeg
    | LimitTime
    | GiveLeg
    | AdoptLeg
    | Play
    | PlayTone
    | StopPlay
    | Collect
    | PromptsDone
    | StopCollect
    | GuardDigits
    | Capture
    | StopCapture
    | SendDigits
    | RuleRecording
    | TellRecording
    | WidenRecording
    | ForbidRecording
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | Dial
    | EndDial
    | Screened
    | JoinConference
    | LeaveConference
    | AskVoice
    | HoldVoice
    | KeepVoice
    | Enqueue
    | LeaveQueue
    | MeetAgent
    | TakeFromQueue
    | Transfer
    | Mute
    | Echo
    | Listen
    | StopListening
    | StartStream
    | StopStream
    | Hold
    | Clear
    | ForwardLeg
    | Note
)
