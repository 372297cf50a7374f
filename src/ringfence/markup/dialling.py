"""Dial: ring others, connect, then the action or the next verb."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.calls.reply import Reply
from ringfence.calls.targets import ToApplication
from ringfence.calls.words import RecordWhen
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import ApplicationId, LegId, own_call
from ringfence.kernel.phone import Fault, Phone
from ringfence.markup.build import told
from ringfence.markup.consenting import RecordingConsent
from ringfence.markup.context import dial_word, recording_params, whole_seconds
from ringfence.markup.dial_recording import TRACKS, SpokenNotices, tell_recorded
from ringfence.markup.exchange import Fetched, FetchFailed, Params, RecordingMay, SendOn
from ringfence.markup.following import RecordingNews
from ringfence.markup.progress import ProgressReports
from ringfence.markup.ring_tones import ring_tone
from ringfence.markup.screening import Screened, Screening, opening
from ringfence.markup.stage import Stage, Step
from ringfence.markup.telling import ToldOf
from ringfence.markup.verbs import Application, Client, Dial, Number, Rung, Sip, Target

_WHEN: dict[str, RecordWhen] = {
    "do-not-record": "never",
    "record-from-answer": "from_answer",
    "record-from-answer-dual": "from_answer",
    "record-from-ringing": "from_ringing",
    "record-from-ringing-dual": "from_ringing",
}


_FAULTS: Mapping[Fault, tuple[str, str]] = {
    "format": ("bad_number", "a number to dial was left out: it is no telephone number"),
    "country": ("unknown_country", "a number to dial was left out: no country begins like that"),
    "length": (
        "impossible_number",
        "a number to dial was left out: its country has none of that length",
    ),
}


class DialStep(Step):
    """One Dial."""

    __slots__ = (
        "_base", "_consent", "_dial", "_following", "_may", "_reports", "_screens", "_spoken",
        "_stage", "_waiting",
    )  # fmt: skip

    def __init__(self, stage: Stage, dial: Dial, base: str) -> None:
        """``base``: the URL of the document it stands in."""
        self._stage = stage
        self._dial = dial
        self._base = base
        self._screens: dict[int, tuple[Screened, str]] = {}
        self._waiting: dict[LegId, Screening] = {}
        self._reports: ProgressReports | None = None
        self._consent: RecordingConsent | None = None
        self._may: RecordingMay | None = None
        self._spoken = SpokenNotices(stage)
        self._following = False

    @property
    def needs_answer(self) -> bool:
        # nobody can be told of a recording before they are answered
        return not self._dial.answer_on_bridge or self._records

    @property
    def _records(self) -> bool:
        # Whom an application brings in nobody here knows or tells: its own call can be recorded.
        return not self._inside and (self._dial.record != "do-not-record" or self._stage.recorded)

    @property
    def _inside(self) -> bool:
        return any(isinstance(target, Application) for target in self._dial.targets)

    def begin(self) -> None:
        dial, stage = self._dial, self._stage
        found = [
            (target, made)
            for target in dial.targets
            if isinstance(target, Rung) and (made := self._target(target))
        ]
        if not found:
            self._over((("DialCallStatus", "failed"), ("DialBridged", "false")))
            return
        wanted = [target for target, _ in found]
        self._reports = ProgressReports(stage, wanted, self._base)
        targets = tuple(
            self._with_wishes(place, target, made) for place, (target, made) in enumerate(found, 1)
        )
        if not self._records:
            if self._inside and dial.record != "do-not-record":
                stage.note(
                    "recording_not_permitted",
                    "a dial of an application is not recorded: whom it brings in would not be "
                    "told; its own call can be recorded",
                    at=dial,
                )
            self._place(targets, "never")
            return
        self._consent = RecordingConsent(stage, "dial", self._ruled, targets=targets)
        self._consent.begin()

    def _with_wishes(
        self, place: int, target: Rung, made: commands.DialTarget
    ) -> commands.DialTarget:
        """Return a target with what is to be known of it, and whether it hears something first."""
        listen = _listening(target)
        if target.status_callback or listen:
            made = replace(made, report=place, listen=listen)
        if isinstance(target, Application) or not target.url:
            return made
        url = opening(target, self._base)
        if url is None:
            self._stage.note(
                "bad_url",
                "what the callee was to hear has no http or https URL; they are connected without",
                at=target,
            )
            return made
        self._screens[place] = target, url
        return replace(made, screen=place)

    def fetched(self, answer: Fetched | FetchFailed) -> None:
        for screening in tuple(self._waiting.values()):
            screening.fetched(answer)

    def deadline(self) -> Ms | None:
        return min((s.due for s in self._waiting.values() if s.due is not None), default=None)

    def fire(self) -> None:
        for screening in tuple(self._waiting.values()):
            screening.fire()

    def _callee_waits(self, waits: notices.CalleeWaits) -> None:
        """Somebody has answered, or pressed something: say what they hear next."""
        if waits.digits is not None:
            if waits.leg in self._waiting:
                self._waiting[waits.leg].pressed(waits.digits)
            return
        target, url = self._screens[waits.screen]
        self._waiting[waits.leg] = Screening(
            self._stage, target, waits.leg, self._screened, shown=waits.shown
        )
        self._waiting[waits.leg].begin(url)

    def _screened(self, leg: LegId, screen: commands.Screen | None) -> None:
        self._stage.command(commands.Screened(leg=leg, screen=screen))

    def ruled(self, may: RecordingMay) -> None:
        if self._consent is not None:
            self._consent.ruled(may)

    def clip_settled(self) -> None:
        for screening in tuple(self._waiting.values()):
            screening.clip_settled()
        if self._consent is not None and not self._consent.over:
            self._consent.clip_settled()
        elif self._may is not None:
            self._place_told(self._may)

    def abandon(self) -> None:
        self._may = None
        self._waiting = {}
        if self._consent is not None:
            self._consent.abandon()

    def afterwards(self, notice: Notice) -> bool:
        # Whoever is told of a leg hears of its end, whatever ended the dial.
        if self._reports is None:
            return False
        if not isinstance(notice, notices.DialProgress | notices.CalleeKnown):
            return False
        if not self._reports.knows(notice.leg):
            return False
        self._reports.receive(notice)
        return True

    def _ruled(self, permitted: bool, may: RecordingMay) -> None:
        """Whoever called knows, or has said no; those who are rung hear of it when they answer."""
        if not permitted:
            self._stage.note(
                "recording_not_permitted",
                "nothing is recorded: the law, a party or the account does not let it be",
                at=self._dial,
            )
            self._place(may.targets, "never")
            return
        self._may = may
        self._spoken.want(may.ruling.duties[1:])
        self._place_told(may)

    def _place_told(self, may: RecordingMay) -> None:
        """Dial once it can be said what has to be said; where it cannot, nothing is recorded."""
        if not self._spoken.settled:
            return
        self._may = None
        if self._spoken.failed:
            self._stage.note(
                "speech_failed", "nothing is recorded: nobody could be told of it", at=self._dial
            )
            self._place(may.targets, "never")
            return
        when = _WHEN[self._dial.record]
        if self._spoken and when != "never":
            when = "from_answer"
        duties = may.ruling.duties[1:]
        told = zip(may.targets, duties, strict=True)
        targets = (replace(target, notice=self._spoken.of(duty)) for target, duty in told)
        self._place(tuple(targets), when)

    def _place(self, targets: tuple[commands.DialTarget, ...], record: RecordWhen) -> None:
        dial, stage = self._dial, self._stage
        if dial.recording_status_callback and record != "never":
            self._following = True
            stage.follow_recording(self._recorded)
        stage.rang = stage.rang or not stage.answered
        stage.command(
            commands.Dial(
                targets=targets,
                sequential=dial.sequential,
                ring_ms=dial.timeout * 1000,
                caller_id=self._caller_id(),
                time_limit_ms=dial.time_limit * 1000,
                hangup_on_star=dial.hangup_on_star,
                answer_on_bridge=dial.answer_on_bridge and not stage.answered,
                ring_tone=self._ring_tone(targets),
                record=record,
                dual=dial.record.endswith("-dual"),
                trim=dial.trim == "trim-silence",
                track=TRACKS[dial.recording_track],
                covers=stage.recorded and not self._inside,
                refers=dial.refer_url is not None,
            )
        )

    def _ring_tone(self, targets: tuple[commands.DialTarget, ...]) -> str:
        wanted, home = self._dial.ring_tone, self._stage.context.region
        ends = (target.endpoint for target in targets)
        called = [end.phone for end in ends if isinstance(end, commands.ToPhone)]
        found = ring_tone(wanted, called, home)
        if found is None:
            self._stage.note("bad_ring_tone", "no country rings like ringTone says", at=self._dial)
        return found or ring_tone("", called, home) or "ringback"

    def told_of(self, leg: LegId) -> ToldOf | None:
        return None if self._reports is None else self._reports.told_of(leg)

    def receive(self, notice: Notice) -> None:
        if isinstance(notice, notices.DialProgress | notices.CalleeKnown):
            if self._reports is not None:
                self._reports.receive(notice)
        elif isinstance(notice, notices.CalleeWaits):
            self._callee_waits(notice)
        elif isinstance(notice, notices.CallerRefers):
            self._send_on(notice)
        elif isinstance(notice, notices.DialFinished):
            self._finished(notice)
        elif self._consent is not None:
            self._consent.receive(notice)

    def _target(self, target: Target) -> commands.DialTarget | None:
        match target:
            case Number():
                region = self._stage.context.region
                if (fault := Phone.fault(target.number, region=region)) is not None:
                    self._stage.note(*_FAULTS[fault], at=target)
                    return None
                phone = Phone.parse(target.number, region=region)
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
            case Client():
                return commands.DialTarget(
                    endpoint=commands.ToSip(
                        uri=f"client:{target.identity}", headers=told(target.parameters)
                    )
                )
            case Application():
                return commands.DialTarget(
                    endpoint=ToApplication(
                        application=ApplicationId(target.sid),
                        customer=target.customer_id,
                        keeps_called=target.copy_parent_to,
                        parameters=target.parameters,
                    ),
                    person=False,
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
        if self._following and ended.recording is None:
            stage.unfollow_recording(self._recorded)
        if ended.ring_ms or ended.talk_ms:
            stage.progress()
        connected = ended.status == "completed"
        params: Params = (
            ("DialCallStatus", dial_word(ended.status)),
            ("DialBridged", "true" if connected else "false"),
        )
        leg = ended.leg or ended.rung
        if leg is not None:
            params = (*params, ("DialCallSid", own_call(leg)))
        if connected:
            params = (*params, ("DialCallDuration", whole_seconds(ended.talk_ms)))
        if ended.reply is not None:
            params = (*params, *self._told_back(ended.reply))
        if ended.recording is not None:
            params = (*params, *recording_params(stage.context, ended.recording))
        if ended.referred and self._dial.refer_url is not None:
            params = (*params, ("ReferTransferTarget", ended.referred))
            stage.go(self._dial.refer_url, self._dial.refer_method, params)
            return
        self._over(params)

    def _send_on(self, asked: notices.CallerRefers) -> None:
        """The caller wants the callee to talk to somebody else: the document at referUrl decides.

        https://www.twilio.com/docs/voice/api/refer-to-twilio
        """
        url = self._stage.whole(self._dial.refer_url or "")
        if url is None:
            self._stage.note("bad_url", "referUrl is not an http or https URL", at=self._dial)
            return
        told: Params = (("ReferTransferTarget", asked.target),)
        self._stage.ask(SendOn(leg=asked.leg, url=url, method=self._dial.refer_method, params=told))

    def _told_back(self, reply: Reply) -> Params:
        """What the far end said with its answer: SIP's for a Sip, its own for an Application."""
        params: list[tuple[str, str]] = []
        if any(isinstance(target, Sip) for target in self._dial.targets):
            if reply.status:
                params.append(("DialSipResponseCode", str(reply.status)))
            if reply.call_id:
                params.append(("DialSipCallId", reply.call_id))
            params += ((f"DialSipHeader_{name}", value) for name, value in reply.headers)
        params += ((f"ReturnParam_{name}", value) for name, value in reply.returned)
        return tuple(params)

    def _recorded(self, news: RecordingNews) -> None:
        """The conversation is recorded, or its recording is there, perhaps long after the dial."""
        tell_recorded(self._stage, self._dial, news)

    def _over(self, params: Params) -> None:
        dial, stage = self._dial, self._stage
        if dial.action is None:
            stage.proceed()
        else:
            stage.go(dial.action, dial.method, params)


def _listening(target: Rung) -> commands.ListenHow | None:
    """Whether it is found out who answers, and how."""
    if isinstance(target, Client | Application) or not target.machine_detection:
        return None
    return commands.ListenHow(
        to_the_end=target.machine_detection == "DetectMessageEnd",
        timeout_ms=target.machine_detection_timeout * 1000,
        speech_ms=target.machine_detection_speech_threshold,
        speech_end_ms=target.machine_detection_speech_end_threshold,
        silence_ms=target.machine_detection_silence_timeout,
    )


def _keys(digits: str) -> str:
    """Twilio's ``W`` waits a second; the call knows ``w``, half of one."""
    return digits.replace("W", "ww").upper().replace("W", "w")
