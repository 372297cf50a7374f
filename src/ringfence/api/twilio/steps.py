"""Events that a form asks to be told of; unknown ones are passed over, and its author is warned.

A call is placed all the same, as at Twilio, whose debugger then has 21626 (recordings: 13621,
conferences: 16002): here the notification log of the account, under the call.
"""

from __future__ import annotations

from ringfence.api.twilio.question import Question
from ringfence.markup.telling import RECORDING_STEPS, STEPS

_ROOM_STEPS = (
    "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement",
)  # fmt: skip
_FIELDS = {
    "StatusCallbackEvent": (STEPS, "unknown_call_event"),
    "RecordingStatusCallbackEvent": (RECORDING_STEPS, "unknown_recording_event"),
    "ConferenceStatusCallbackEvent": (_ROOM_STEPS, "unknown_room_event"),
    "ConferenceRecordingStatusCallbackEvent": (RECORDING_STEPS, "unknown_recording_event"),
}
"""What each field may say, and what is noted where it says something else."""


def known(asked: Question, field: str) -> list[str]:
    """Return the events that a field names, as far as there are such."""
    words, _ = _FIELDS[field]
    return [word for word in asked.words(field) if word in words]


async def warn(asked: Question, call: str) -> None:
    """Write into the log of the call what the form asked for in vain."""
    codes = [
        code
        for field, (words, code) in _FIELDS.items()
        if not set(words).issuperset(asked.words(field))
    ]
    if codes:
        await asked.run("call.remark", sid=call, codes=sorted(set(codes)))
