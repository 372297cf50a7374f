"""Queues: Enqueue waits in one, a Dial of a Queue takes somebody out, Leave goes on.

waiting ──QueuePlace──▶ hearing the wait document, again and again
   │  ▲                        │
   │  └──who wanted them left──┤ QueueCalled
   │                           ▼
   │                    hearing what the agent's Queue says ──MeetAgent──▶ talking
   └────────────── QueueFinished ─────────────────────────────────────────▶ action, next verb
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.calls.words import QueueExit
from ringfence.kernel.clock import Ms
from ringfence.markup.context import Source, dial_word, recording_params, whole_seconds
from ringfence.markup.dial_recording import QueueRecording
from ringfence.markup.exchange import Answer, Begin, ClipReady, LoadMusic, Params, RecordingMay
from ringfence.markup.stage import Stage, Step
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import Dial, Enqueue, Leave, Method, Queue

if TYPE_CHECKING:
    from ringfence.markup.aside import Aside

_APART = 1_000_000
"""Between the numbers of one document heard beside and those of the next."""

RESULTS: dict[QueueExit, str] = {
    "connected": "bridged",
    "left": "leave",
    "hung_up": "hangup",
    "removed": "redirected",
    "redirected": "redirected",
    "full": "queue-full",
    "timeout": "error",
    "failed": "system-error",
}
"""Twilio's ``QueueResult``."""


class EnqueueStep(Step):
    """One Enqueue."""

    __slots__ = (
        "_aside", "_asides", "_base", "_briefing", "_music", "_place", "_since", "_stage", "_verb",
    )  # fmt: skip

    def __init__(self, stage: Stage, verb: Enqueue, base: str) -> None:
        """``base``: the URL of the document it stands in."""
        self._stage = stage
        self._verb = verb
        self._base = base
        self._aside: Aside | None = None
        self._asides = 0
        self._briefing = False
        self._music = 0
        self._place = notices.QueuePlace(position=0, size=0)
        self._since = stage.now

    def begin(self) -> None:
        self._since = self._stage.now
        self._stage.command(
            commands.Enqueue(name=self._verb.name, max_size=self._verb.max_queue_size)
        )

    def receive(self, notice: Notice) -> None:
        match notice:
            case notices.QueuePlace():
                first = not self._place.position
                self._place = notice
                if first or (self._briefing and self._aside is None):
                    self._briefing = False
                    self._let_wait()
            case notices.QueueCalled():
                self._brief(notice)
            case notices.QueueFinished():
                self._finished(notice)
            case _ if self._aside is not None:
                self._aside.receive(notice, self._stage.now)
                self._pump()
            case _:
                pass

    def take(self, answer: Answer) -> bool:
        if self._music and answer.request == self._music:
            self._music = 0
            if isinstance(answer, ClipReady) and not self._briefing:
                play = self._stage.next_play()
                self._stage.command(commands.Play(play=play, clips=(answer.clip,), loop=0))
            return True
        if self._aside is None or answer.request <= _APART * self._asides:
            return answer.request > _APART
        self._aside.receive(answer, self._stage.now)
        self._pump()
        return True

    def deadline(self) -> Ms | None:
        return None if self._aside is None else self._aside.deadline()

    def fire(self) -> None:
        if self._aside is not None:
            self._aside.fire(self._stage.now)
            self._pump()

    def abandon(self) -> None:
        self._aside = None

    # -- what is heard ----------------------------------------------------------------------

    def _let_wait(self) -> None:
        wait = self._verb.wait_url
        url = None if wait is None else resolve(wait, self._base) if wait else ""
        if wait is not None and url is None:
            self._stage.note("bad_url", "waitUrl is not an http or https URL", at=self._verb)
        if url is None:
            self._play_music()
        elif url:
            self._begin(url, self._verb.wait_url_method, waits=True)

    def _play_music(self) -> None:
        self._music = self._stage.next_request()
        self._stage.ask(LoadMusic(request=self._music))

    def _brief(self, called: notices.QueueCalled) -> None:
        self._briefing = True
        self._stage.command(commands.StopCollect())
        self._stage.command(commands.StopPlay())
        params: Params = (
            ("QueueSid", called.queue),
            ("QueueTime", whole_seconds(called.waited_ms)),
            ("DequeingCallSid", called.peer_call),
        )
        self._begin(called.brief.url, "GET" if called.brief.method == "GET" else "POST", params)

    def _begin(self, url: str, method: Method, params: Params = (), *, waits: bool = False) -> None:
        # A document carried out beside this one is a program, and programs know this step.
        from ringfence.markup.aside import FOR_EARS, FOR_WAITING, Aside

        self._asides += 1
        self._aside = Aside(
            self._stage.context,
            Source(url=url, method=method),
            allowed=FOR_WAITING if waits else FOR_EARS,
            again=waits,
            more=self._where if waits else lambda: params,
            play_from=_APART * self._asides,
            request_from=_APART * self._asides,
        )
        self._aside.do(Begin(), self._stage.now)
        self._pump()

    def _where(self) -> Params:
        place, wanted = self._place, self._verb.max_queue_size
        largest = min(place.max_size, wanted) if wanted else place.max_size
        return (
            ("QueueSid", place.queue),
            ("QueuePosition", str(place.position)),
            ("QueueSize", str(place.size)),
            ("CurrentQueueSize", str(place.size)),
            ("MaxQueueSize", str(largest)),
            ("QueueTime", whole_seconds(self._stage.now - self._since)),
            ("AvgQueueTime", whole_seconds(place.average_ms)),
        )

    def _pump(self) -> None:
        aside = self._aside
        if aside is None:
            return
        for item in aside.take_output():
            self._stage.pass_on(item)
        if not aside.finished:
            return
        self._aside = None
        if self._briefing:
            self._stage.command(commands.MeetAgent())
        elif aside.failed:
            self._play_music()

    # -- the end ----------------------------------------------------------------------------

    def _finished(self, ended: notices.QueueFinished) -> None:
        self._aside = None
        stage, verb = self._stage, self._verb
        stage.command(commands.StopPlay())
        if ended.waited_ms or ended.talk_ms:
            stage.progress()
        params: Params = (
            ("QueueSid", ended.queue),
            ("QueueResult", RESULTS[ended.reason]),
            ("QueueTime", whole_seconds(ended.waited_ms)),
        )
        if ended.reason == "redirected":
            # Another document is on its way in; this one is only told.
            if verb.action is not None:
                stage.tell(verb.action, verb.method, params)
        elif verb.action is None:
            stage.proceed()
        else:
            stage.go(verb.action, verb.method, params)


class TakingStep(Step):
    """One Dial of a Queue."""

    __slots__ = ("_base", "_dial", "_queue", "_recording", "_stage")

    def __init__(self, stage: Stage, dial: Dial, base: str) -> None:
        """``base``: the URL of the document it stands in."""
        self._stage = stage
        self._dial = dial
        self._base = base
        self._queue = next(one for one in dial.targets if isinstance(one, Queue))
        self._recording = QueueRecording(stage, dial)

    def begin(self) -> None:
        dial, queue = self._dial, self._queue
        if len(dial.targets) > 1:
            self._stage.note(
                "too_many_targets", "only the queue is served, nobody is dialled", at=dial
            )
        url = None if queue.url is None else resolve(queue.url, self._base)
        self._stage.command(
            commands.TakeFromQueue(
                name=queue.name,
                record=dial.record != "do-not-record",
                brief=None if url is None else commands.Heard(url=url, method=queue.method),
                wait_ms=dial.timeout * 1000,
                time_limit_ms=dial.time_limit * 1000,
                hangup_on_star=dial.hangup_on_star,
            )
        )

    def receive(self, notice: Notice) -> None:
        if isinstance(notice, notices.QueueTaken):
            self._recording.taken(notice)
        elif isinstance(notice, notices.DialFinished):
            self._recording.over()
            self._finished(notice)

    def ruled(self, may: RecordingMay) -> None:
        self._recording.ruled(may)

    def clip_settled(self) -> None:
        self._recording.clip_settled()

    def abandon(self) -> None:
        self._recording.over()

    def _finished(self, ended: notices.DialFinished) -> None:
        stage, dial = self._stage, self._dial
        if ended.ring_ms or ended.talk_ms:
            stage.progress()
        if dial.action is None:
            stage.proceed()
            return
        talked = ended.peer_call is not None
        result = "bridged" if talked else "queue-not-found" if ended.status == "failed" else "error"
        params: Params = (
            ("DialCallStatus", dial_word(ended.status)),
            ("DialBridged", "true" if talked else "false"),
            ("DequeueResult", result),
        )
        if ended.peer_call is not None:
            params = (
                *params,
                ("DialCallDuration", whole_seconds(ended.talk_ms)),
                ("DequeuedCallSid", ended.peer_call),
                ("DequeuedCallQueueTime", whole_seconds(ended.peer_waited_ms)),
                ("DequeuedCallDuration", whole_seconds(ended.talk_ms)),
            )
        if ended.recording is not None:
            params = (*params, *recording_params(stage.context, ended.recording))
        stage.go(dial.action, dial.method, params)


class LeaveStep(Step):
    """One Leave; outside of a queue there is nothing to leave."""

    __slots__ = ("_stage",)

    def __init__(self, stage: Stage, verb: Leave) -> None:  # noqa: ARG002 - it says nothing more
        self._stage = stage

    @property
    def needs_answer(self) -> bool:
        return False

    def begin(self) -> None:
        self._stage.command(commands.LeaveQueue())
        self._stage.proceed()
