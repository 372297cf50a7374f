"""Say, Play and Pause: a line of prompts, one after the other.

    waiting ──clip ready──▶ playing ──PlayFinished──▶ next
       └────clip failed────▶ (noted, skipped) ──────▶ next
    Pause: until its time       digits: until DigitsSent

Prompts that are ready and play once go to the call together, so no gap opens between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import ClipId
from ringfence.kernel.limits import MARKUP_LOOKAHEAD
from ringfence.markup.clips import Clip
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Pause, Play, Prompt, Say

_SORRY_TONE_MS = 2_000


class PromptLine:
    """Plays prompts in order and calls ``done`` at the end."""

    __slots__ = (
        "_at",
        "_audible_pauses",
        "_base",
        "_batch",
        "_clips",
        "_done",
        "_play",
        "_prompts",
        "_stage",
        "_until",
        "state",
    )

    def __init__(
        self,
        stage: Stage,
        prompts: Sequence[Prompt],
        base: str,
        done: Callable[[], None],
        *,
        audible_pauses: bool = False,
    ) -> None:
        """``audible_pauses``: a Pause is played as silence, so that a key can cut it short."""
        self._stage = stage
        self._prompts = prompts
        self._base = base
        self._done = done
        self._audible_pauses = audible_pauses
        # asked for once each: one that failed is skipped, not asked for again
        self._clips: list[Clip | None] = [None] * len(prompts)
        self._at = 0
        self._batch = 0
        self._play = 0
        self._until: Ms | None = None
        self.state: Literal["idle", "waiting", "playing", "pausing", "sending", "done"] = "idle"

    def begin(self) -> None:
        self._advance()

    def receive(self, notice: Notice) -> None:
        match notice:
            case notices.PlayFinished(play=play) if self.state == "playing" and play == self._play:
                if notice.reason == "failed":
                    self._stage.note(
                        "clip_failed", "a prompt could not be played", at=self._prompts[self._at]
                    )
                else:
                    self._stage.progress()
                self._at += self._batch
                self._advance()
            case notices.DigitsSent() if self.state == "sending":
                if not notice.failed:
                    self._stage.progress()
                self._at += 1
                self._advance()
            case _:
                pass

    def clip_settled(self) -> None:
        if self.state == "waiting":
            self._advance()

    def deadline(self) -> Ms | None:
        return self._until

    def fire(self) -> None:
        if self._until is not None and self._stage.now >= self._until:
            self._until = None
            self._stage.progress()
            self._at += 1
            self._advance()

    def stop(self) -> None:
        """Play nothing more and be silent about it."""
        if self.state == "playing":
            self._stage.command(commands.StopPlay())
        self.abandon()

    def abandon(self) -> None:
        """Expect nothing more: whoever takes over stops what plays."""
        if self.state == "sending":
            self._stage.ignore(notices.DigitsSent)
        self.state = "done"
        self._until = None

    def _advance(self) -> None:
        while self._at < len(self._prompts):
            prompt = self._prompts[self._at]
            if isinstance(prompt, Pause):
                if prompt.total_ms and self._audible_pauses:
                    self._batch = 1
                    self._play = self._stage.next_play()
                    self.state = "playing"
                    self._stage.command(
                        commands.PlayTone(
                            play=self._play, tone="silence", duration_ms=prompt.total_ms
                        )
                    )
                    self._look_ahead()
                    return
                if prompt.total_ms:
                    self.state = "pausing"
                    self._until = Ms(self._stage.now + prompt.total_ms)
                    self._look_ahead()
                    return
                self._at += 1
            elif isinstance(prompt, Play) and prompt.digits:
                self.state = "sending"
                digits = prompt.digits.replace("W", "ww").upper().replace("W", "w")
                self._stage.command(commands.SendDigits(digits=digits))
                return
            else:
                ahead = self._look_ahead()
                clip = ahead[0]
                if not clip.settled:
                    self.state = "waiting"
                    return
                if clip.clip is not None:
                    self._start(prompt, ahead)
                    return
                self._skipped(prompt, clip)
                self._at += 1
        self.state = "done"
        self._done()

    def _look_ahead(self) -> list[Clip]:
        """Ask for the clips of the next prompts; return those that follow without a break."""
        stage = self._stage
        found: list[Clip] = []
        unbroken = True
        for place in range(self._at, min(self._at + MARKUP_LOOKAHEAD, len(self._prompts))):
            prompt = self._prompts[place]
            if isinstance(prompt, Pause) or (isinstance(prompt, Play) and prompt.digits):
                unbroken = False
                continue
            clip = self._clips[place]
            if clip is None:
                clip = stage.clips.want(prompt, self._base, stage.now)
                self._clips[place] = clip
            if unbroken:
                found.append(clip)
        return found

    def _start(self, first: Say | Play, ahead: list[Clip]) -> None:
        ready: list[ClipId] = []
        for prompt, clip in zip(self._prompts[self._at :], ahead, strict=False):
            alone = not isinstance(prompt, Say | Play) or prompt.loop != 1
            if clip.clip is None or (ready and alone):
                break
            ready.append(clip.clip)
            if alone:
                break
        self._batch = len(ready)
        self._play = self._stage.next_play()
        self.state = "playing"
        self._stage.command(commands.Play(play=self._play, clips=tuple(ready), loop=first.loop))

    def _skipped(self, prompt: Prompt, clip: Clip) -> None:
        if isinstance(prompt, Say):
            self._stage.note(
                "speech_failed", "a sentence could not be spoken and was skipped", at=prompt
            )
        else:
            self._stage.note("clip_failed", f"an audio file was skipped: {clip.reason}", at=prompt)


class SpeakingStep(Step):
    """A run of Say, Play and Pause verbs."""

    __slots__ = ("_line", "_silent", "_stage")

    def __init__(self, stage: Stage, prompts: Sequence[Prompt], base: str) -> None:
        self._stage = stage
        self._line = PromptLine(stage, prompts, base, stage.proceed)
        self._silent = all(isinstance(prompt, Pause) for prompt in prompts)

    @property
    def needs_answer(self) -> bool:
        # a Pause at the very beginning waits while it rings: that is how a call is screened
        return not self._silent

    def begin(self) -> None:
        self._line.begin()

    def receive(self, notice: Notice) -> None:
        self._line.receive(notice)

    def clip_settled(self) -> None:
        self._line.clip_settled()

    def deadline(self) -> Ms | None:
        return self._line.deadline()

    def fire(self) -> None:
        self._line.fire()

    def abandon(self) -> None:
        self._line.abandon()


class SorryStep(Step):
    """The neutral sentence; a tone where even that cannot be spoken."""

    __slots__ = ("_clip", "_play", "_say", "_stage")

    def __init__(self, stage: Stage, say: Say) -> None:
        self._stage = stage
        self._say = say
        self._clip: Clip | None = None
        self._play = 0

    def begin(self) -> None:
        self._clip = self._stage.clips.want(self._say, "", self._stage.now)
        self.clip_settled()

    def clip_settled(self) -> None:
        clip = self._clip
        if clip is None or not clip.settled or self._play:
            return
        self._play = self._stage.next_play()
        if clip.clip is not None:
            self._stage.command(commands.Play(play=self._play, clips=(clip.clip,)))
        else:
            self._stage.note("speech_failed", "the apology could not be spoken; a tone is played")
            self._stage.command(
                commands.PlayTone(play=self._play, tone="congestion", duration_ms=_SORRY_TONE_MS)
            )

    def receive(self, notice: Notice) -> None:
        if isinstance(notice, notices.PlayFinished) and notice.play == self._play:
            self._stage.proceed()
