"""Before a recording: ask what the law lets be done, and tell or ask whoever the program talks to.

    asked ─▶ ruled ──record───────────────────────────────▶ done(permitted)
               ├──never───────────────────────────────────▶ done(not permitted)
               ├──announce─▶ saying ──heard───────────────▶ done(permitted)
               │                └──not said───────────────▶ done(not permitted)
               └──ask──────▶ asking ──key that means yes──▶ done(permitted)
                                └──another key, none──────▶ done(not permitted)

Whatever comes of it, the call goes on. A question that cannot be spoken is not answered.
"""

from __future__ import annotations

from collections.abc import Callable

from ringfence.calls import commands, notices
from ringfence.calls.commands import DialTarget
from ringfence.calls.notices import Notice
from ringfence.calls.words import RecordingAnswer, RecordingDuty, RecordingSource
from ringfence.kernel.limits import RECORDING_ANSWER_MS
from ringfence.markup.clips import Clip
from ringfence.markup.exchange import AskRecording, RecordingMay
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Say
from ringfence.privacy.recording_law.sentences import Sentence, sentence

Done = Callable[[bool, RecordingMay], None]
"""Told whether the recording is permitted so far, and what was ruled."""


class RecordingConsent:
    """One recording on its way to be permitted, or not."""

    __slots__ = (
        "_asking", "_beep", "_clip", "_done", "_may", "_play", "_request", "_room",
        "_said", "_source", "_stage", "_targets", "over",
    )  # fmt: skip

    def __init__(
        self,
        stage: Stage,
        source: RecordingSource,
        done: Done,
        *,
        targets: tuple[DialTarget, ...] = (),
        beep: bool = False,
        room: str = "",
    ) -> None:
        self._stage = stage
        self._source: RecordingSource = source
        self._done = done
        self._targets = targets
        self._beep = beep
        self._room = room
        self._request = 0
        self._may: RecordingMay | None = None
        self._said: Sentence | None = None
        self._clip: Clip | None = None
        self._play = 0
        self._asking = False
        self.over = False

    def begin(self) -> None:
        """Ask for the ruling."""
        stage, context = self._stage, self._stage.context
        self._request = stage.next_request()
        stage.ask(
            AskRecording(
                request=self._request,
                source=self._source,
                first=context.caller if context.direction == "inbound" else context.called,
                own=context.called if context.direction == "inbound" else context.caller,
                targets=self._targets,
                beep=self._beep,
                room=self._room,
            )
        )

    def ruled(self, may: RecordingMay) -> None:
        """The ruling is here."""
        if may.request != self._request or self.over or self._may is not None:
            return
        self._may = may
        ruling = may.ruling
        self._stage.command(ruling)
        duty: RecordingDuty = ruling.duties[0] if ruling.duties else "ask"
        if ruling.outcome == "never":
            self._end(permitted=False)
        elif duty == "none":
            self._end(permitted=True)
        else:
            self._said = sentence(duty, self._stage.context.language)
            say = Say(text=self._said.text, language=self._said.language)
            self._clip = self._stage.clips.want(say, "", self._stage.now)
            self.clip_settled()

    def clip_settled(self) -> None:
        """Say it as soon as it can be said."""
        clip, said = self._clip, self._said
        if self.over or clip is None or said is None or self._play or not clip.settled:
            return
        if clip.clip is None:
            self._told("not_said")
            return
        self._play = self._stage.next_play()
        if said.kind == "ask":
            self._asking = True
            self._stage.command(
                commands.Collect(
                    max_digits=1,
                    timeout_ms=int(RECORDING_ANSWER_MS),
                    finish_on="",
                    prompting=True,
                )
            )
        self._stage.command(commands.Play(play=self._play, clips=(clip.clip,)))

    def receive(self, notice: Notice) -> None:
        """The sentence was heard, or a key was pressed, or none."""
        if self.over:
            return
        match notice:
            case notices.PlayFinished(play=play) if play == self._play:
                if self._asking:
                    if notice.reason == "failed":
                        self._stage.command(commands.StopCollect())
                        self._told("not_said")
                    else:
                        self._stage.command(commands.PromptsDone())
                else:
                    self._told("heard" if notice.reason == "done" else "not_said")
            case notices.DigitsEntered() if self._asking and notice.reason != "stopped":
                said = self._said
                if not notice.digits:
                    self._told("nothing")
                else:
                    yes = said is not None and notice.digits == said.yes
                    self._told("yes" if yes else "no")
            case _:
                pass

    def abandon(self) -> None:
        """Something else takes over."""
        self.over = True

    def _told(self, answer: RecordingAnswer) -> None:
        said = self._said
        if said is None:
            return
        if answer in {"heard", "yes", "no"}:
            self._stage.progress()
        self._stage.command(
            commands.TellRecording(
                source=self._source,
                kind=said.kind,
                answer=answer,
                text=said.hash,
                version=said.version,
                language=said.language,
            )
        )
        self._end(permitted=answer in {"heard", "yes"})

    def _end(self, *, permitted: bool) -> None:
        self.over = True
        if self._may is not None:
            self._done(permitted, self._may)


class AskingStep(Step):
    """A verb that begins with a consent: what is said and pressed meanwhile belongs to it."""

    __slots__ = ("_consent",)

    _consent: RecordingConsent

    def begin(self) -> None:
        """Ask what may be done."""
        self._consent.begin()

    def ruled(self, may: RecordingMay) -> None:
        """Hand on what was ruled."""
        self._consent.ruled(may)

    def clip_settled(self) -> None:
        """Hand on that a sentence is there to be said, or is not."""
        self._consent.clip_settled()

    def receive(self, notice: Notice) -> None:
        """Hand on what happens on the call."""
        self._consent.receive(notice)

    def abandon(self) -> None:
        """Ask no more."""
        self._consent.abandon()
