"""A program carried out without a call: in virtual time, with a recorded caller, touching nothing.

What the program wants of the call is answered as a plain call would: prompts last as long as their
text, each question gets the keys it got in the record (when they were pressed then, or just before
it would give up), a dial ends as it is told. Nobody is rung, recorded, transferred or told. What it
wants of the world beyond is asked of whoever drives the rehearsal: `step` returns the next `Fetch`,
`answer` goes on::

    rehearsal = Rehearsal(program, script)
    while (fetch := rehearsal.step()) is not None:
        rehearsal.answer(found_for(fetch), took_ms=80)
    rehearsal.lines

Left out: legs' own documents (``url`` of Number), agents of queues, music. A recording is taken for
permitted; what the law says of it is shown by the real call's timeline.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Final

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.calls.collect import Collector
from ringfence.calls.notices import Notice
from ringfence.calls.words import CollectEnd, DialStatus, PlayEnd, RecordingDuty
from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.ids import ClipId, RecordingId
from ringfence.kernel.limits import REHEARSAL_MS, REHEARSAL_STEPS
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import (
    AskRecording,
    Begin,
    Callback,
    ClipReady,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
    OpenPayment,
    PaymentOpened,
    RecordingMay,
    Request,
    Speak,
)
from ringfence.markup.voice import Program
from ringfence.payments.charge import unreached

LETTER_MS: Final = 60
CLIP_MS: Final = 3 * SECOND
VOICE_MS: Final = 4 * SECOND
KEY_MS: Final = 150
_RECORDING: Final = RecordingId("RE" + "0" * 32)
_CAUSES: Final[dict[DialStatus, Cause]] = {
    "completed": Cause.NORMAL, "busy": Cause.BUSY, "no_answer": Cause.NO_ANSWER,
    "failed": Cause.UNREACHABLE, "cancelled": Cause.CANCELLED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Script:
    """What the other people do. Milliseconds count from the beginning.

    ``keys``: for each question in turn when it was answered, and with what, ``""`` for nothing;
    ``hangs_up_ms``: when the caller goes, None when the
    program is done; ``dial``: how each dial ends, after ``ring_ms`` and ``talk_ms``.
    """

    keys: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    hangs_up_ms: int | None = None
    dial: DialStatus = "no_answer"
    ring_ms: int = 5 * SECOND
    talk_ms: int = 30 * SECOND


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``what``: a word; ``text`` may hold what people said or pressed."""

    at: int
    what: str
    text: str = field(repr=False)


class Rehearsal:
    """One program and one script."""

    def __init__(self, program: Program, script: Script, begun: Ms) -> None:
        self._program = program
        self._script = script
        self._begun = begun
        self._now = begun
        self._queue: list[tuple[int, int, Notice]] = []
        self._order = 0
        self._answers = list(script.keys)
        self._keys: list[tuple[int, str]] = []
        """What is still to be pressed for the question that is asked."""
        self._clips: dict[ClipId, tuple[str, int]] = {}
        self._playing: tuple[int, int | None, int] | None = None
        """Its number, when it ends (None: never), when it began."""
        self._collector: Collector | None = None
        self._quiet_at: int | None = None
        self._key_at = 0
        self._fetch: Fetch | None = None
        self._steps = 0
        self._started = False
        self.over = False
        self.lines: list[Line] = []

    # --- driving --------------------------------------------------------------------------------

    def step(self) -> Fetch | None:
        """Go on until a document is wanted; None where it is over."""
        if not self._started:
            self._started = True
            self._program.do(Begin(), self._now)
            self._take()
        while self._fetch is None and not self.over:
            self._steps += 1
            due = self._next()
            if due is None or self._steps > REHEARSAL_STEPS:
                self._hang_up("nothing is left to happen" if due is None else "it goes on for ever")
            else:
                self._now = Ms(max(due, self._now))
                self._happen()
        return self._fetch

    def answer(self, answer: Fetched | FetchFailed, took_ms: int = 0) -> None:
        """What came of the document that `step` wanted."""
        self._fetch = None
        self._now = Ms(self._now + took_ms)
        self._program.receive(answer, self._now)
        self._take()

    def note(self, what: str, text: str) -> None:
        """Add a line of the driver's."""
        self.lines.append(Line(self._now - self._begun, what, text))

    def _next(self) -> int | None:
        dues = [self._program.deadline(), self._quiet_at, self._next_key(), self._leaves()]
        if self._playing is not None:
            dues.append(self._playing[1])
        if self._queue:
            dues.append(self._queue[0][0])
        known = [due for due in dues if due is not None]
        return min(known, default=None)

    def _leaves(self) -> int | None:
        wanted = self._script.hangs_up_ms
        return self._begun + (int(REHEARSAL_MS) if wanted is None else wanted)

    def _next_key(self) -> int | None:
        if self._collector is None or not self._keys:
            return None
        at = max(self._begun + self._keys[0][0], self._key_at)
        return at if self._quiet_at is None else min(at, self._quiet_at - 1)

    def _happen(self) -> None:
        """Let whatever is due happen, one thing at a time."""
        now = self._now
        key_at, playing = self._next_key(), self._playing
        if self._queue and self._queue[0][0] <= now:
            self._give(heapq.heappop(self._queue)[2])
        elif key_at is not None and key_at <= now:
            self._press()
        elif playing is not None and playing[1] is not None and playing[1] <= now:
            self._stop_play("done")
        elif self._quiet_at is not None and self._quiet_at <= now:
            self._collected("timeout")
        elif (due := self._program.deadline()) is not None and due <= now:
            self._program.fire(now)
        elif now >= (self._leaves() or 0):
            self._hang_up("the caller hangs up")
            return
        self._take()

    def _give(self, notice: Notice | ClipReady | RecordingMay | PaymentOpened) -> None:
        self._program.receive(notice, self._now)

    def _later(self, after_ms: int, notice: Notice) -> None:
        self._order += 1
        heapq.heappush(self._queue, (self._now + after_ms, self._order, notice))

    def _hang_up(self, why: str) -> None:
        self.note("over", why)
        self.over = True
        self._give(notices.CallOver(cause=Cause.NORMAL, answered=self._program.answered))
        for out in self._program.take_output():
            if isinstance(out, Callback):
                self._told(out)

    # --- keys and prompts -----------------------------------------------------------------------

    def _press(self) -> None:
        _, key = self._keys.pop(0)
        collector = self._collector
        assert collector is not None
        self.note("key", key)
        self._key_at = self._now + KEY_MS
        first = not collector.count
        ended = collector.press(key)
        if first and collector.barge_in and self._playing is not None:
            self._stop_play("stopped")
        if ended is not None:
            self._collected(ended)
        else:
            self._quiet_at = self._now + collector.timeout_ms

    def _collected(self, reason: CollectEnd) -> None:
        collector, self._collector, self._quiet_at = self._collector, None, None
        self._keys = []
        if collector is not None:
            self.note("collected", f"{collector.digits or 'nothing'} ({reason.replace('_', ' ')})")
            self._give(notices.DigitsEntered(digits=collector.digits, reason=reason))

    def _stop_play(self, reason: PlayEnd) -> None:
        playing, self._playing = self._playing, None
        if playing is not None:
            number, _, began = playing
            self._give(
                notices.PlayFinished(play=number, reason=reason, played_ms=self._now - began)
            )

    # --- what the program wants -----------------------------------------------------------------

    def _take(self) -> None:
        while out := self._program.take_output():
            for wanted in out:
                if self.over:
                    return
                if isinstance(wanted, Request):
                    self._ask(wanted)
                else:
                    self._do(wanted)

    def _ask(self, request: Request) -> None:
        match request:
            case Fetch():
                self._fetch = request
            case Speak():
                clip = ClipId(f"say-{request.request}")
                self._clips[clip] = (f'says "{request.text}"', len(request.text) * LETTER_MS)
                self._ready(request.request, clip)
            case LoadMedia():
                clip = ClipId(f"play-{request.request}")
                self._clips[clip] = (f"plays {request.url}", CLIP_MS)
                self._ready(request.request, clip)
            case Callback():
                self._told(request)
            case AskRecording():
                self._give(self._may(request))
            case OpenPayment():
                outcome = unreached("rehearsed", request.order)
                self._give(PaymentOpened(request=request.request, outcome=outcome))

    def _ready(self, request: int, clip: ClipId) -> None:
        self._give(ClipReady(request=request, clip=clip, duration_ms=self._clips[clip][1]))

    def _told(self, request: Callback) -> None:
        said = "&".join(
            f"{name}={value.e164 if isinstance(value, Phone) else value}"
            for name, value in request.params
        )
        self.note("would tell", f"{request.method} {request.url} {said}")

    def _may(self, request: AskRecording) -> RecordingMay:
        nobody = 1 + len(request.targets)
        none: RecordingDuty = "none"
        ruling = commands.RuleRecording(
            source=request.source, outcome="record", law="", rules=(), edition="",
            decided_at=self._now, beep=request.beep, policy="", hours=None, zone="",
            parties=(None,) * nobody, places=("",) * nobody, standings=("",) * nobody,
            consents=("",) * nobody, restricted=(False,) * nobody, duties=(none,) * nobody,
        )  # fmt: skip
        return RecordingMay(request=request.request, ruling=ruling, targets=request.targets)

    def _do(self, command: commands.Command) -> None:
        script = self._script
        match command:
            case commands.Answer():
                self.note("answers", "the call is answered")
                self._later(0, notices.Answered())
            case commands.Hangup() | commands.Reject():
                refused = isinstance(command, commands.Reject)
                self._hang_up("the program refuses" if refused else "the program hangs up")
            case commands.Play():
                self._play(command)
            case commands.PlayTone():
                self._start_play(command.play, f"plays the tone {command.tone}",
                                 command.duration_ms or None)  # fmt: skip
            case commands.StopPlay():
                self._stop_play("stopped")
            case commands.Collect():
                self._collector = Collector(command)
                at, pressed = self._answers.pop(0) if self._answers else (0, "")
                self._keys = [(at, key) for key in pressed]
                most = command.max_digits or "any number of"
                self.note("collects", f"{most} keys, {command.timeout_ms} ms of silence end it")
                self._quiet_at = None if command.prompting else self._now + command.timeout_ms
            case commands.PromptsDone():
                if self._collector is not None and not self._collector.count:
                    self._quiet_at = self._now + self._collector.timeout_ms
            case commands.StopCollect():
                self._collected("stopped")
            case commands.SendDigits():
                self.note("would send", f"{len(command.digits)} digits")
                self._later(len(command.digits) * 200, notices.DigitsSent())
            case commands.StartRecording():
                self.note("would record", command.source)
                if command.source == "voicemail":
                    self._later(*_recorded(command))
            case commands.Dial():
                rung, talked = script.dial, script.talk_ms if script.dial == "completed" else 0
                self.note("would dial", f"{len(command.targets)}: {rung.replace('_', ' ')}")
                ring = min(script.ring_ms, command.ring_ms)
                self._later(ring + talked, notices.DialFinished(
                    status=rung, cause=_CAUSES[rung], ring_ms=ring, talk_ms=talked,
                ))  # fmt: skip
            case commands.JoinConference():
                self.note("would join", "a conference, alone")
                self._later(script.talk_ms, notices.ConferenceFinished(
                    reason="left", duration_ms=script.talk_ms,
                ))  # fmt: skip
            case commands.Enqueue() | commands.TakeFromQueue():
                self.note("would wait", "in a queue that nobody serves")
                self._later(script.talk_ms, notices.QueueFinished(
                    reason="timeout", waited_ms=script.talk_ms,
                ))  # fmt: skip
            case commands.Transfer():
                self.note("would transfer", "the call; the far end takes it")
                self._hang_up("the call went elsewhere")
            case commands.Clear():
                self._playing = self._collector = self._quiet_at = None
                self._queue.clear()
            case commands.Note():
                self.note(command.level, command.text)
            case commands.RuleRecording() | commands.Ring() | commands.TellRecording():
                pass
            case _:
                self.note("would", type(command).__name__)

    def _play(self, command: commands.Play) -> None:
        known = [self._clips.get(clip, ("plays something", CLIP_MS)) for clip in command.clips]
        length = sum(ms for _, ms in known) * command.loop
        self._start_play(command.play, "; ".join(text for text, _ in known), length or None)

    def _start_play(self, number: int, text: str, length: int | None) -> None:
        self._stop_play("stopped")
        self.note("plays", text if length is not None else f"{text}, again and again")
        self._playing = (number, None if length is None else self._now + length, self._now)


def _recorded(command: commands.StartRecording) -> tuple[int, Notice]:
    """Return how long somebody speaks who says a few words and then nothing."""
    spoken = VOICE_MS + command.silence_ms
    cut = 0 < command.max_ms < spoken or not command.silence_ms
    length = min(command.max_ms or spoken, spoken)
    return length, notices.RecordingFinished(
        recording=_RECORDING, source="voicemail", duration_ms=length,
        reason="max_duration" if cut else "silence",
    )  # fmt: skip
