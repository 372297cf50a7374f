"""Commands that bring the first leg among others: into a room, a queue, to a caller of a queue.

They are commands like the others (`ringfence.calls.commands`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ringfence.calls.targets import RecordingNotice
from ringfence.calls.words import RoomBeep
from ringfence.kernel.ids import CallId, ClipId, ConferenceId, QueueId

VoiceRest = Literal["unasked", "paused"]

_NO_ROOM = ConferenceId("")
_NO_QUEUE = QueueId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A document for ears only: what it says and plays is heard. ``url`` "": silence."""

    url: str = field(repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom to tell of what happens: ``events`` are words of whoever is told."""

    url: str = field(repr=False)
    method: str = "POST"
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinConference:
    """Put the first leg into a room until it leaves or the room ends.

    ``name``: what its people call the room; the switch fills in ``conference``. ``start_on_enter``:
    the room begins when such a member is in; until then members hear ``wait`` (None: music of the
    house). ``end_on_exit``: the room ends when this member leaves. ``moderator``: may remove, mute
    and end. ``max_members`` 0: the installation's limit. ``beep``: when the others hear a tone.
    ``coach``: the call of the one member who hears this one. ``label``: what the account calls this
    member. ``news``: who is told of the room. ``hangup_on_star``: ``*`` leaves the room.
    ``recorded``: the room is recorded, and ``recording_news`` told of it; ``record``: this member's
    voice may be in it, ``trim``: without the silence at both ends.
    """

    conference: ConferenceId = _NO_ROOM
    name: str = field(default="", repr=False)
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    moderator: bool = False
    max_members: int = 0
    beep: RoomBeep = "both"
    wait: Heard | None = None
    coach: CallId | None = None
    label: str = field(default="", repr=False)
    news: Told | None = None
    hangup_on_star: bool = False
    time_limit_ms: int = 0
    recorded: bool = False
    recording_news: Told | None = None
    record: bool = False
    trim: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepVoice:
    """Let the first leg's voice be in the recording of its room, or no more."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldVoice:
    """Keep nothing of the first leg's voice in its room for this reason, or no longer for it.

    ``unasked``: until `AskVoice` has brought a yes; ``paused``: what the room says is not wanted,
    and is silence where ``keep_time``, else nothing.
    """

    why: VoiceRest
    on: bool = True
    keep_time: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AskVoice:
    """Let the first leg hear that its room is recorded, or ask it; a later one takes its place.

    What it is owed is ruled on before (`RuleRecording`). Its voice is kept again once it has heard
    that or agreed; else it is in the recording no more.
    """

    notice: RecordingNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveConference:
    """Leave the room; the program goes on with `ConferenceFinished`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue:
    """Let the first leg wait in a queue for an agent.

    ``name``: what its people call the queue; the switch fills in ``queue``. ``max_size`` 0: the
    queue's own. ``max_wait_ms`` 0: for ever. ``wait_clips``: looped to the caller while waiting;
    without clips the program plays what it likes (`Play` is allowed).
    """

    queue: QueueId = _NO_QUEUE
    name: str = field(default="", repr=False)
    max_size: int = 0
    max_wait_ms: int = 0
    wait_clips: tuple[ClipId, ...] = ()
    record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveQueue:
    """Stop waiting; the program goes on with `QueueFinished`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetAgent:
    """The caller has heard what there was to hear before; see `notices.QueueCalled`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFromQueue:
    """Connect the first leg, an agent, with the caller who has waited longest.

    ``wait_ms``: how long to wait for somebody when the queue is empty. ``brief``: what the caller
    hears before they are connected. ``name``: as in `Enqueue`; a queue that is not there fails.
    ``record``: the program wants to record the talk and is told when there is one
    (`notices.QueueTaken`); what it records ends with the talk.
    """

    queue: QueueId = _NO_QUEUE
    name: str = field(default="", repr=False)
    record: bool = False
    brief: Heard | None = None
    wait_ms: int = 0
    time_limit_ms: int = 0
    hangup_on_star: bool = False
