"""The verbs that need no waiting: Redirect, Hangup, Reject, and what cannot be carried out."""

from __future__ import annotations

from ringfence.calls import commands
from ringfence.calls.causes import Cause
from ringfence.markup.build import told
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Broken, Hangup, Redirect, Reject, Unavailable

_REASONS = {"rejected": Cause.REJECTED, "busy": Cause.BUSY}


class InstantStep(Step):
    """A verb that is over as soon as it begins."""

    __slots__ = ("_stage", "_verb")

    def __init__(
        self, stage: Stage, verb: Redirect | Hangup | Reject | Broken | Unavailable
    ) -> None:
        self._stage = stage
        self._verb = verb

    @property
    def needs_answer(self) -> bool:
        """Whether it is a Hangup: only Reject ends a call unanswered, and Dial's answerOnBridge.

        https://www.twilio.com/docs/voice/twiml/hangup
        """
        return isinstance(self._verb, Hangup) and not self._stage.rang

    def begin(self) -> None:
        stage = self._stage
        match self._verb:
            case Redirect(url=url, method=method):
                stage.go(url or None, method, ())
            case Hangup(parameters=parameters):
                stage.command(commands.Hangup(headers=told(parameters)))
                stage.finish()
            case Reject(reason=reason, parameters=parameters) as reject:
                if stage.answered:
                    stage.note(
                        "reject_after_answer",
                        "<Reject> after the call was answered hangs up",
                        at=reject,
                    )
                stage.command(commands.Reject(cause=_REASONS[reason], headers=told(parameters)))
                stage.finish()
            case Broken():
                stage.give_up()
            case Unavailable():
                stage.proceed()  # reported when the document was read
