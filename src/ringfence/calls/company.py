"""Commands that bring the first leg among others: into a room, a queue, to a caller of a queue.

They are commands like the others (`ringfence.calls.commands`).
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls.targets import RecordingNotice
from ringfence.calls.words import RoomBeep
from ringfence.kernel.ids import CallId, ClipId, ConferenceId, QueueId
from ringfence.kernel.values import Hidden, Value

VoiceRest = Literal["unasked", "paused"]

_NO_ROOM = ConferenceId("")
_NO_QUEUE = QueueId("")


class Heard(Value, frozen=True, kw_only=True):
    """A document for ears only: what it says and plays is heard. ``url`` "": silence."""

    url: Hidden[str]
    method: str = "POST"


class Told(Value, frozen=True, kw_only=True):
    """Whom to tell of what happens: ``events`` are words of whoever is told."""

    url: Hidden[str]
    method: str = "POST"
    events: tuple[str, ...] = ()


class JoinConference(Value, frozen=True, kw_only=True):
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
    name: Hidden[str] = ""
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    moderator: bool = False
    max_members: int = 0
    beep: RoomBeep = "both"
    wait: Heard | None = None
    coach: CallId | None = None
    label: Hidden[str] = ""
    news: Told | None = None
    hangup_on_star: bool = False
    time_limit_ms: int = 0
    recorded: bool = False
    recording_news: Told | None = None
    record: bool = False
    trim: bool = False


class KeepVoice(Value, frozen=True, kw_only=True):
    """Let the first leg's voice be in the recording of its room, or no more."""

    on: bool


class HoldVoice(Value, frozen=True, kw_only=True):
    """Keep nothing of the first leg's voice in its room for this reason, or no longer for it.

    ``unasked``: until `AskVoice` has brought a yes; ``paused``: what the room says is not wanted,
    and is silence where ``keep_time``, else nothing.
    """

    why: VoiceRest
    on: bool = True
    keep_time: bool = True


class AskVoice(Value, frozen=True, kw_only=True):
    """Let the first leg hear that its room is recorded, or ask it; a later one takes its place.

    What it is owed is ruled on before (`RuleRecording`). Its voice is kept again once it has heard
    that or agreed; else it is in the recording no more.
    """

    notice: RecordingNotice


class LeaveConference(Value, frozen=True, kw_only=True):
    """Leave the room; the program goes on with `ConferenceFinished`."""


class Enqueue(Value, frozen=True, kw_only=True):
    """Let the first leg wait in a queue for an agent.

    ``name``: what its people call the queue; the switch fills in ``queue``. ``max_size`` 0: the
    queue's own. ``max_wait_ms`` 0: for ever. ``wait_clips``: looped to the caller while waiting;
    without clips the program plays what it likes (`Play` is allowed).
    """

    queue: QueueId = _NO_QUEUE
    name: Hidden[str] = ""
    max_size: int = 0
    max_wait_ms: int = 0
    wait_clips: tuple[ClipId, ...] = ()
    record: bool = False


class LeaveQueue(Value, frozen=True, kw_only=True):
    """Stop waiting; the program goes on with `QueueFinished`."""


class MeetAgent(Value, frozen=True, kw_only=True):
    """The caller has heard what there was to hear before; see `notices.QueueCalled`."""


class TakeFromQueue(Value, frozen=True, kw_only=True):
    """Connect the first leg, an agent, with the caller who has waited longest.

    ``wait_ms``: how long to wait for somebody when the queue is empty. ``brief``: what the caller
    hears before they are connected. ``name``: as in `Enqueue`; a queue that is not there fails.
    ``record``: the program wants to record the talk and is told when there is one
    (`notices.QueueTaken`); what it records ends with the talk.
    """

    queue: QueueId = _NO_QUEUE
    name: Hidden[str] = ""
    record: bool = False
    brief: Heard | None = None
    wait_ms: int = 0
    time_limit_ms: int = 0
    hangup_on_star: bool = False
