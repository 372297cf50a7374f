"""Gather: keys while prompts play, then the action.

The call collects (`commands.Collect`): it ends at the number of digits, a finishing key or
silence, and the first key stops the prompt that plays. This step gives the prompts and says when
they are over, because the silence counts from there.
"""

from __future__ import annotations

from ringfence.calls import commands, notices
from ringfence.calls.notices import Notice
from ringfence.kernel.clock import Ms
from ringfence.markup.exchange import Params
from ringfence.markup.speaking import PromptLine
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Gather

_LEAST_TIMEOUT_MS = 200


class GatherStep(Step):
    """One Gather."""

    __slots__ = ("_gather", "_line", "_prompting", "_stage")

    def __init__(self, stage: Stage, gather: Gather, base: str) -> None:
        self._stage = stage
        self._gather = gather
        self._line = PromptLine(
            stage, gather.prompts, base, self._prompts_done, audible_pauses=gather.barge_in
        )
        self._prompting = bool(gather.prompts)

    def begin(self) -> None:
        gather = self._gather
        self._stage.command(
            commands.Collect(
                max_digits=gather.num_digits,
                finish_on=gather.finish_on_key,
                timeout_ms=max(gather.timeout * 1000, _LEAST_TIMEOUT_MS),
                barge_in=gather.barge_in,
                prompting=self._prompting,
            )
        )
        if self._prompting:
            self._line.begin()

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
            case _:
                self._line.receive(notice)

    def clip_settled(self) -> None:
        self._line.clip_settled()

    def deadline(self) -> Ms | None:
        return self._line.deadline()

    def fire(self) -> None:
        self._line.fire()

    def abandon(self) -> None:
        self._line.abandon()

    def _prompts_done(self) -> None:
        if self._prompting:
            self._prompting = False
            self._stage.command(commands.PromptsDone())

    def _entered(self, entered: notices.DigitsEntered) -> None:
        gather, stage = self._gather, self._stage
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
