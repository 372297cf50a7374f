"""Conference: into a room, and out of it again; then the action or the next verb.

What happens in the room, and to whom it is told, is the room's business
(`ringfence.calls.conference`); this step says with which wishes its caller comes in.
"""

from __future__ import annotations

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.calls.words import RoomBeep
from ringfence.kernel.ids import CallId, is_id
from ringfence.markup.consenting import AskingStep, RecordingConsent
from ringfence.markup.context import whole_seconds
from ringfence.markup.exchange import Answer, AskRoom, Params, RecordingMay, RoomSays
from ringfence.markup.stage import Stage
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import Conference, Dial, Method

_BEEPS: dict[str, RoomBeep] = {
    "true": "both",
    "false": "none",
    "onEnter": "enter",
    "onExit": "exit",
}


class ConferenceStep(AskingStep):
    """One Dial of a Conference."""

    __slots__ = ("_base", "_dial", "_request", "_room", "_stage")

    def __init__(self, stage: Stage, dial: Dial, base: str) -> None:
        """``base``: the URL of the document it stands in."""
        self._stage = stage
        self._dial = dial
        self._base = base
        self._room = next(one for one in dial.targets if isinstance(one, Conference))
        self._request = 0
        self._consent = RecordingConsent(stage, "conference", self._permitted, room=self._room.room)

    def begin(self) -> None:
        if len(self._dial.targets) > 1:
            self._stage.note(
                "too_many_targets", "only the room is joined, nobody is dialled", at=self._dial
            )
        if self._dial.record != "do-not-record":
            self._stage.note(
                "attribute_without_effect",
                "record of <Dial> has no effect on a room; <Conference> has one of its own",
                at=self._dial,
            )
        if self._room.record != "do-not-record":
            self._consent.begin()
            return
        self._request = self._stage.next_request()
        self._stage.ask(AskRoom(request=self._request, room=self._room.room))

    def take(self, answer: Answer) -> bool:
        if not isinstance(answer, RoomSays) or answer.request != self._request:
            return False
        self._request = 0
        if answer.recorded:
            self._consent.begin()
        else:
            self._join(record=False)
        return True

    def receive(self, notice: Notice) -> None:
        if isinstance(notice, notices.ConferenceFinished):
            self._finished(notice)
        else:
            self._consent.receive(notice)

    def _permitted(self, permitted: bool, _may: RecordingMay) -> None:
        """Whoever may not be recorded is in the room all the same, and left out."""
        if not permitted:
            self._stage.note(
                "recording_not_permitted",
                "the room is recorded without this member: the law, they or the account want it so",
                at=self._room,
            )
        self._join(record=permitted)

    def _join(self, *, record: bool) -> None:
        dial, room = self._dial, self._room
        self._stage.command(
            commands.JoinConference(
                name=room.room,
                muted=room.muted,
                start_on_enter=room.start_conference_on_enter,
                end_on_exit=room.end_conference_on_exit,
                max_members=room.max_participants,
                beep=_BEEPS[room.beep],
                wait=self._wait(),
                coach=CallId(room.coach) if is_id(room.coach, "call") else None,
                label=room.participant_label,
                news=self._told(
                    room.status_callback,
                    room.status_callback_method,
                    room.status_callback_event,
                ),
                hangup_on_star=dial.hangup_on_star,
                time_limit_ms=dial.time_limit * 1000,
                recorded=room.record != "do-not-record",
                recording_news=self._told(
                    room.recording_status_callback or room.event_callback_url,
                    room.recording_status_callback_method,
                    room.recording_status_callback_event,
                ),
                record=record,
                trim=room.trim == "trim-silence",
            )
        )

    def _wait(self) -> commands.Heard | None:
        room = self._room
        if room.wait_url is None:
            return None
        url = resolve(room.wait_url, self._base) if room.wait_url else ""
        if url is None:
            self._stage.note("bad_url", "waitUrl is not an http or https URL", at=room)
            return None
        return commands.Heard(url=url, method=room.wait_method)

    def _told(
        self, reference: str | None, method: Method, events: tuple[str, ...]
    ) -> commands.Told | None:
        url = resolve(reference, self._base) if reference else None
        if url is None or url.startswith("flow:"):
            return None
        return commands.Told(url=url, method=method, events=events)

    def _finished(self, ended: notices.ConferenceFinished) -> None:
        stage, dial = self._stage, self._dial
        never_in = ended.reason in {"full", "label_taken", "failed"}
        if not never_in:
            stage.progress()
        if ended.reason == "full":
            stage.note("room_full", "the room is full; the next verb follows", at=self._room)
        if ended.reason == "label_taken":
            why = "another participant of the conference has that label; the next verb follows"
            stage.note("label_taken", why, at=self._room)
        if dial.action is None:
            stage.proceed()
            return
        params: Params = (
            ("DialCallStatus", "failed" if never_in else "answered"),
            ("DialBridged", "false" if never_in else "true"),
            ("DialCallDuration", whole_seconds(ended.duration_ms)),
        )
        stage.go(dial.action, dial.method, params)
