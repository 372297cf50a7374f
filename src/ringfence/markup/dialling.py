"""Dial: ring others, connect, then the action or the next verb."""

from __future__ import annotations

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.calls.words import RecordWhen
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.markup.context import dial_word, recording_params, whole_seconds
from ringfence.markup.exchange import Params
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Dial, Number, Sip, Target

_WHEN: dict[str, RecordWhen] = {
    "do-not-record": "never",
    "record-from-answer": "from_answer",
    "record-from-answer-dual": "from_answer",
    "record-from-ringing": "from_ringing",
    "record-from-ringing-dual": "from_ringing",
}


class DialStep(Step):
    """One Dial."""

    __slots__ = ("_dial", "_stage")

    def __init__(self, stage: Stage, dial: Dial) -> None:
        self._stage = stage
        self._dial = dial

    @property
    def needs_answer(self) -> bool:
        return not self._dial.answer_on_bridge

    def begin(self) -> None:
        dial, stage = self._dial, self._stage
        targets = tuple(
            found for found in (self._target(target) for target in dial.targets) if found
        )
        if not targets:
            self._over((("DialCallStatus", "failed"), ("DialBridged", "false")))
            return
        if dial.recording_status_callback and dial.record != "do-not-record":
            stage.follow_recording(self._recorded)
        stage.command(
            commands.Dial(
                targets=targets,
                sequential=dial.sequential,
                ring_ms=dial.timeout * 1000,
                caller_id=self._caller_id(),
                time_limit_ms=dial.time_limit * 1000,
                hangup_on_star=dial.hangup_on_star,
                answer_on_bridge=dial.answer_on_bridge and not stage.answered,
                ring_tone=_ring_tone(dial.ring_tone),
                record=_WHEN[dial.record],
                dual=dial.record.endswith("-dual"),
            )
        )

    def receive(self, notice: Notice) -> None:
        if isinstance(notice, notices.DialFinished):
            self._finished(notice)

    def _target(self, target: Target) -> commands.DialTarget | None:
        match target:
            case Number():
                try:
                    phone = Phone.parse(target.number, region=self._stage.context.region)
                except Refused:
                    self._stage.note("bad_number", "a number to dial was left out", at=target)
                    return None
                return commands.DialTarget(
                    endpoint=commands.ToPhone(phone=phone), send_digits=_keys(target.send_digits)
                )
            case Sip():
                return commands.DialTarget(
                    endpoint=commands.ToSip(
                        uri=target.uri,
                        username=target.username or None,
                        password=target.password or None,
                        headers=target.headers,
                    ),
                    send_digits=_keys(target.send_digits),
                )
            case _:
                return None  # reported when the document was read

    def _caller_id(self) -> Phone | None:
        text = self._dial.caller_id
        if not text:
            return None
        try:
            return Phone.parse(text, region=self._stage.context.region)
        except Refused:
            self._stage.note(
                "caller_id_refused",
                "callerId is not a telephone number; the default is shown",
                at=self._dial,
            )
            return None

    def _finished(self, ended: notices.DialFinished) -> None:
        stage = self._stage
        if ended.ring_ms or ended.talk_ms:
            stage.progress()
        connected = ended.status == "completed"
        params: Params = (
            ("DialCallStatus", dial_word(ended.status)),
            ("DialBridged", "true" if connected else "false"),
        )
        if ended.leg is not None:
            params = (*params, ("DialCallSid", ended.leg))
        if connected:
            params = (*params, ("DialCallDuration", whole_seconds(ended.talk_ms)))
        if ended.recording is not None:
            params = (*params, *recording_params(stage.context, ended.recording))
        self._over(params)

    def _recorded(self, ended: notices.RecordingFinished | notices.RecordingMissing) -> None:
        """The recording of the conversation is there, perhaps long after the dial."""
        dial, stage = self._dial, self._stage
        status = "completed" if isinstance(ended, notices.RecordingFinished) else "absent"
        duration = ended.duration_ms if isinstance(ended, notices.RecordingFinished) else 0
        if dial.recording_status_callback and status in dial.recording_status_callback_event:
            stage.tell(
                dial.recording_status_callback,
                dial.recording_status_callback_method,
                (
                    *recording_params(stage.context, ended.recording),
                    ("RecordingStatus", status),
                    ("RecordingDuration", whole_seconds(duration)),
                    ("RecordingChannels", "2" if dial.record.endswith("-dual") else "1"),
                    ("RecordingSource", "DialVerb"),
                ),
            )

    def _over(self, params: Params) -> None:
        dial, stage = self._dial, self._stage
        if dial.action is None:
            stage.proceed()
        else:
            stage.go(dial.action, dial.method, params)


def _ring_tone(name: str) -> str:
    """The engine knows two: that of North America and that of most other places."""
    american = {"automatic", "us", "ca", "us-old"}
    return "ringback" if name.lower() in american else "ringback_eu"


def _keys(digits: str) -> str:
    """Twilio's ``W`` waits a second; the call knows ``w``, half of one."""
    return digits.replace("W", "ww").upper().replace("W", "w")
