"""Recordings in the making: begun, paused, gone on with and stopped from outside the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from ringfence.api import views
from ringfence.calls.commands import Command, PauseRecording, ResumeRecording, StopRecording
from ringfence.calls.events import (
    CallFact,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
    RecordingSaved,
)
from ringfence.calls.words import RecordingTrack
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import RecordingId, is_id
from ringfence.kernel.limits import CALL_END_WAIT_MS
from ringfence.markup.telling import RECORDING_STEPS, RecordingCallback, RecordingStep
from ringfence.office.hooks import method_of
from ringfence.office.in_flight import find, until
from ringfence.office.records import call_id, record_of, show_recording
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself
from ringfence.switch.call_recording import RecordingWish, record_call
from ringfence.switch.live import LiveCall, LiveLeg

if TYPE_CHECKING:
    from ringfence.office import Office

CURRENT = "current"
"""In place of a recording's SID: the one of the whole call that runs."""
_OTHER_SIDE: dict[RecordingTrack, RecordingTrack] = {
    "both": "both",
    "inbound": "outbound",
    "outbound": "inbound",
}
_RECORDING = "user.telephony.call"


@TABLE.use_case(
    "recording.start",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=_RECORDING,
    also=("call_record",),
)
async def start(
    office: Office,
    *,
    call: str,
    dual: bool = False,
    track: str = "both",
    trim: bool = False,
    status_url: str | None = None,
    status_method: str = "POST",
    status_events: list[str] | None = None,
) -> views.Recording:
    """Record a call in progress, as far as the law lets it; who has to be told hears it first."""
    sid = call_id(call)
    wish = wish_of(
        office,
        dual=dual,
        track=track,
        trim=trim,
        status_url=status_url,
        status_method=status_method,
        status_events=status_events,
    )
    live, leg = find(office, sid)
    if live is None:
        if record_of(office, sid) is None:
            raise Refused("not_found", "no call of that SID")
        raise Refused("call_not_in_progress", "no call of that SID is going on")
    if leg is not None:
        wish = _of_leg(live, leg, wish)
    with exchange_itself():
        recording = await record_call(office.live.runner, live, wish)
    await office.settled()
    return await show_recording(office, sid=recording)  # type: ignore[no-any-return]


def _of_leg(live: LiveCall, leg: LiveLeg, wish: RecordingWish) -> RecordingWish:
    """Return what a wish about a dialled leg is to the call that rang it: the same talk.

    What its far end says comes in there and goes out here. Raises `Refused`.
    """
    partner = live.call.talks_to()
    if partner is None or partner.id != leg.id:
        raise Refused("call_not_in_progress", "the leg does not talk through a dial at present")
    return replace(wish, track=_OTHER_SIDE[wish.track], of_leg=True)


def wish_of(
    office: Office,
    *,
    dual: bool = False,
    track: str = "both",
    trim: bool = False,
    status_url: str | None = None,
    status_method: str = "POST",
    status_events: Sequence[str] | None = None,
) -> RecordingWish:
    """Return how a call is to be recorded. Raises `Refused`."""
    if track not in {"both", "inbound", "outbound"}:
        raise Refused("bad_argument", "a track is both, inbound or outbound")
    callback = None
    if status_url is not None:
        office.check_url(status_url)
        unknown = [step for step in status_events or () if step not in RECORDING_STEPS]
        if unknown:
            raise Refused("bad_argument", f"a step is one of: {', '.join(RECORDING_STEPS)}")
        steps = tuple(cast("RecordingStep", step) for step in status_events or ("completed",))
        callback = RecordingCallback(url=status_url, method=method_of(status_method), steps=steps)
    return RecordingWish(
        dual=dual, track=cast("RecordingTrack", track), trim=trim, callback=callback
    )


_SETTLED = {
    "paused": (RecordingPaused,),
    "in-progress": (RecordingResumed,),
    "stopped": (RecordingSaved, RecordingFailed),
}
"""What is told once a recording is as it was asked to be."""


@TABLE.use_case(
    "recording.control",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=_RECORDING,
    also=("call_record",),
)
async def control(
    office: Office, *, call: str, sid: str, to: str, keep_time: bool = True
) -> views.Recording:
    """Bring a recording ``to`` ``paused``, ``in-progress`` or ``stopped``.

    ``sid`` ``current``: the one of the whole call that runs. ``keep_time``: while it is paused
    silence is kept, else nothing.
    """
    live, _ = find(office, call_id(call))
    name = None if live is None else live.call.running("call") if sid == CURRENT else sid
    if live is None or name is None or not is_id(name, "recording"):
        raise Refused("not_found", "no recording of that SID is being made")
    recording = RecordingId(name)
    commands: dict[str, Command] = {
        "paused": PauseRecording(recording=recording, keep_time=keep_time),
        "in-progress": ResumeRecording(recording=recording),
        "stopped": StopRecording(recording=recording),
    }
    if to not in commands:
        raise Refused("bad_argument", "a recording is paused, in-progress or stopped")
    found = office.store.recordings.get(recording)
    if found is None or found.call != live.id or found.ended_at is not None:
        raise Refused("not_found", "no recording of that SID is being made")
    kinds = _SETTLED[to]

    def done(fact: CallFact) -> bool:
        return isinstance(fact, kinds) and getattr(fact, "recording", None) == recording

    async with until(live, done, int(CALL_END_WAIT_MS)):
        with exchange_itself():
            office.live.runner.command(live, commands[to])
    await office.store.db.written()
    return await show_recording(office, sid=recording)  # type: ignore[no-any-return]
