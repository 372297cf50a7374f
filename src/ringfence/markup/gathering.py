"""Gather: keys, words or both while prompts play, then the action.

The call collects keys (`commands.Collect`): it ends at the number of digits, a finishing key or
silence, and the first key stops the prompt that plays. It listens for words (`commands.Listen`)
where speech is asked for; the first word stops the prompt as well. This step gives the prompts and
says when they are over, because the silence counts from there.

    waiting ──keys──────────────▶ action with Digits
       │  └──first word──▶ hearing ──silence, final──▶ action with SpeechResult
       └──nothing in time───────▶ next verb, or action with nothing

Where nobody can listen that is said on the timeline, and keys are collected all the same.
"""

from __future__ import annotations

from ringfence.calls import commands, notices
from ringfence.calls.hearing import HearingEnd, Wish
from ringfence.calls.notices import Notice
from ringfence.kernel.clock import Ms
from ringfence.markup.exchange import Params
from ringfence.markup.speaking import PromptLine
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Gather

_LEAST_TIMEOUT_MS = 200
_SPEAKING_MS = 3_000
"""How long somebody who was heard to speak is waited for: a recogniser says so once a second."""
_DEAF: dict[HearingEnd, str] = {
    "none_installed": "no recogniser of speech is installed",
    "not_permitted": "whoever speaks does not let their words be written down",
}


class GatherStep(Step):
    """One Gather."""

    __slots__ = (
        "_confidence", "_deadline", "_final", "_gather", "_keys", "_line", "_listening",
        "_prompting", "_sequence", "_stage", "_until",
    )  # fmt: skip

    def __init__(self, stage: Stage, gather: Gather, base: str) -> None:
        self._stage = stage
        self._gather = gather
        self._line = PromptLine(
            stage, gather.prompts, base, self._prompts_done, audible_pauses=gather.barge_in
        )
        self._prompting = bool(gather.prompts)
        self._keys = "dtmf" in gather.input
        self._listening = "speech" in gather.input
        self._final: list[str] = []
        """Utterances that are over."""
        self._confidence = 0.0
        self._sequence = 0
        self._until: Ms | None = None
        """When silence has lasted long enough."""
        self._deadline: Ms | None = None
        """When enough has been said."""

    def begin(self) -> None:
        gather, stage = self._gather, self._stage
        if self._keys:
            stage.command(
                commands.Collect(
                    max_digits=gather.num_digits,
                    finish_on=gather.finish_on_key,
                    timeout_ms=max(gather.timeout * 1000, _LEAST_TIMEOUT_MS),
                    barge_in=gather.barge_in,
                    prompting=self._prompting,
                )
            )
        if self._listening:
            hints = tuple(hint.strip() for hint in gather.hints.split(",") if hint.strip())
            stage.command(
                commands.Listen(
                    wish=Wish(
                        language=gather.language or stage.context.language,
                        hints=hints,
                        profanity_filter=gather.profanity_filter,
                        model=gather.speech_model,
                        enhanced=gather.enhanced,
                        partial=gather.partial_result_callback is not None,
                    )
                )
            )
        if self._prompting:
            self._line.begin()
        else:
            self._await_words()

    def receive(self, notice: Notice) -> None:
        match notice:
            case notices.PlayFinished(reason="stopped") if (
                self._gather.barge_in and self._line.state == "playing"
            ):
                # the first key cut the prompt short: the ones after it are not wanted either
                self._stage.progress()
                self._line.state = "done"
                self._prompts_done()
            case notices.DigitsEntered():
                if notice.reason != "stopped":
                    self._entered(notice)
            case notices.SpeechHeard() if self._listening:
                self._heard(notice)
            case notices.HearingOver() if self._listening:
                self._deaf(notice)
            case _:
                self._line.receive(notice)

    def clip_settled(self) -> None:
        self._line.clip_settled()

    def deadline(self) -> Ms | None:
        times = (self._line.deadline(), self._until, self._deadline)
        return min((at for at in times if at is not None), default=None)

    def fire(self) -> None:
        self._line.fire()
        now = self._stage.now
        if any(at is not None and now >= at for at in (self._until, self._deadline)):
            self._spoken()

    def abandon(self) -> None:
        self._line.abandon()
        self._stop_listening()

    def _prompts_done(self) -> None:
        if self._prompting:
            self._prompting = False
            if self._keys:
                self._stage.command(commands.PromptsDone())
            self._await_words()

    # -- words --------------------------------------------------------------------------------

    def _await_words(self) -> None:
        """Where nobody collects keys, nobody else counts the silence."""
        if self._listening and not self._keys and self._deadline is None:
            timeout_ms = max(self._gather.timeout * 1000, _LEAST_TIMEOUT_MS)
            self._until = Ms(self._stage.now + timeout_ms)

    def _heard(self, said: notices.SpeechHeard) -> None:
        gather, stage = self._gather, self._stage
        if not said.text and not said.final:
            self._speaking()
            return
        stage.progress()
        if self._prompting:
            if not gather.barge_in:
                return  # whoever speaks into the prompt is not heard
            self._line.stop()
            self._prompts_done()
        if self._deadline is None:
            self._deadline = Ms(stage.now + gather.max_speech_time * 1000)
        self._report(said)
        if said.final and said.text:
            self._final.append(said.text)
            self._confidence = said.confidence
        if said.final and self._final and gather.speech_timeout == 0:
            self._spoken()
            return
        silence = gather.timeout if gather.speech_timeout is None else gather.speech_timeout
        self._until = Ms(stage.now + max(silence, 1) * 1000)

    def _speaking(self) -> None:
        """Somebody speaks and nothing is known yet: that is no silence."""
        if self._prompting or self._until is None:
            return
        now = self._stage.now
        self._until = max(self._until, Ms(now + _SPEAKING_MS))
        if self._deadline is None:
            self._deadline = Ms(now + self._gather.max_speech_time * 1000)

    def _report(self, said: notices.SpeechHeard) -> None:
        gather = self._gather
        if gather.partial_result_callback is None:
            return
        stable = " ".join(self._final)
        params: Params = (
            ("SequenceNumber", str(self._sequence)),
            ("Stability", f"{1.0 if said.final else said.confidence:.3f}"),
            ("StableSpeechResult", f"{stable} {said.text}".strip() if said.final else stable),
            ("UnstableSpeechResult", "" if said.final else said.text),
            ("Language", gather.language),
        )
        self._sequence += 1
        self._stage.tell(
            gather.partial_result_callback, gather.partial_result_callback_method, params
        )

    def _deaf(self, over: notices.HearingOver) -> None:
        self._listening = False
        why = _DEAF.get(over.reason, "the recogniser of speech has failed")
        more = "; keys are collected" if self._keys else ""
        self._stage.note("speech_input_unavailable", f"{why}{more}", at=self._gather)
        if not self._keys or self._final:
            self._spoken()

    def _spoken(self) -> None:
        """Enough was said, or nothing in time."""
        gather, stage = self._gather, self._stage
        self._line.stop()
        self._stop_listening()
        if self._keys:
            stage.command(commands.StopCollect())
            stage.ignore(notices.DigitsEntered)
        text = " ".join(self._final)
        if not text and not gather.action_on_empty_result:
            stage.proceed()
            return
        params: Params = (("SpeechResult", text), ("Confidence", f"{self._confidence:.8f}"))
        if gather.language:
            params = (*params, ("Language", gather.language))
        stage.go(gather.action, gather.method, params)

    def _stop_listening(self) -> None:
        self._until = self._deadline = None
        if self._listening:
            self._listening = False
            self._stage.command(commands.StopListening())

    # -- keys ---------------------------------------------------------------------------------

    def _entered(self, entered: notices.DigitsEntered) -> None:
        gather, stage = self._gather, self._stage
        if self._deadline is not None and not entered.digits:
            self._keys = False  # no key came, but words did: their silence counts
            return
        self._stop_listening()
        self._line.stop()
        if entered.digits or gather.timeout:
            stage.progress()
        if not entered.digits and not gather.action_on_empty_result:
            stage.proceed()
            return
        params: Params = (("Digits", entered.digits), ("msg", "Gather End"))
        if entered.reason == "finish_key" and len(gather.finish_on_key) == 1:
            params = (*params, ("FinishedOnKey", gather.finish_on_key))
        stage.go(gather.action, gather.method, params)
