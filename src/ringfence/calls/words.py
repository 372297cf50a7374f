"""The closed vocabularies that commands, inputs, effects and facts of a call share.

Each is a ``Literal``: a value outside it is a type error before it is a bug. None of these words
is an API dialect's word; the edge translates (`ringfence.calls.causes` holds the table).
"""

from __future__ import annotations

from typing import Literal

Direction = Literal["inbound", "outbound"]
"""Who began the call: somebody called us, or an API request or campaign made us call."""

Role = Literal["caller", "callee"]
"""Which side of the conversation a leg is."""

HungUpBy = Literal["caller", "callee", "system"]
"""Who ended the call. ``system``: the program, the API, a time limit or a failure."""

PlayEnd = Literal["done", "stopped", "failed"]
"""How a prompt ended: heard to the end, cut short (digit, command, hang-up), or never heard."""

CollectEnd = Literal["finish_key", "max_digits", "timeout", "stopped"]
"""Why collecting digits ended; ``stopped``: by command or because something else began."""

RecordingSource = Literal["call", "dial", "voicemail", "conference", "queue", "stream"]
"""What asked for the recording; decides what the saved file means. ``stream``: nothing is
saved, but somebody listens elsewhere."""

RecordingTrack = Literal["both", "inbound", "outbound"]
"""What of a call is recorded: all of it, what its first leg says, or what that leg hears."""

RecordingAsker = Literal["program", "api", "placing"]
"""Who wanted a recording: the call's program, somebody in mid-call, whoever placed the call."""

AnsweredBy = Literal[
    "human",
    "machine_start",
    "machine_end_beep",
    "machine_end_silence",
    "machine_end_other",
    "fax",
    "unknown",
]
"""Who or what answered a call of ours, by its sound."""

ListenWhen = Literal["no", "first", "beside"]
"""Whether it is found out who answered: before the program begins, or while it runs."""

RecordingOutcome = Literal["record", "announce", "ask", "never"]
"""What the law on recording lets be done (``privacy.recording_law``)."""

RecordingDuty = Literal["none", "announce", "ask"]
"""What one party has a right to before the first frame."""

RecordingAnswer = Literal["heard", "yes", "no", "nothing", "not_said"]
"""What came of it: the announcement was heard; the question was answered, with a key that means
yes, another key, none at all; or nothing could be said."""

RecordingEnd = Literal["stopped", "digit", "silence", "max_duration", "leg_closed", "disk_full"]
"""Why a recording that was saved ended. ``disk_full``: saved up to the moment the disk was full."""

RecordingFault = Literal[
    "not_started",  # the media worker refused or did not answer
    "disk_full",  # no room to begin
    "media_lost",  # the media worker died and nothing could be recovered
    "empty",  # shorter than the least length asked for, so discarded
    "no_answer",  # stopping was asked and nothing came back in time
    "refused",  # policy forbids the recording
    "failed",  # anything else the media worker reports
]
"""Why there is no recording although one was asked for; a recording never vanishes silently."""

DialStatus = Literal["completed", "busy", "no_answer", "failed", "cancelled"]
"""How a dial ended for the program: ``completed`` means that somebody was talked to."""

LegStep = Literal["initiated", "ringing", "answered", "completed"]
"""How far a leg that is dialled has come; ``completed`` however it ended."""

RecordWhen = Literal["never", "from_answer", "from_ringing"]

RoomExit = Literal["left", "hung_up", "removed", "ended", "full", "label_taken", "failed"]
"""Why a leg is no longer in a conference; ``full``, ``label_taken``: it never got in."""

RoomBeep = Literal["both", "enter", "exit", "none"]
"""When the others hear a tone for a member."""

RoomEnd = Literal["api", "exit_left", "exit_removed", "last_left", "last_removed"]
"""Why a room ended: somebody asked for it, a member that ends it went or was put out, or the last
member went or was put out."""

RoomMusic = Literal["wait", "hold"]
"""Why a member is not in the mix and hears something else."""

QueueExit = Literal[
    "connected", "left", "hung_up", "removed", "redirected", "full", "timeout", "failed"
]
"""Why a caller no longer waits; ``connected``: an agent took the call and has finished."""

ReferOutcome = Literal["accepted", "refused", "completed", "failed"]
