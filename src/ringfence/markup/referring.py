"""Refer: the far end is asked to call elsewhere (SIP REFER, RFC 3515), then the action."""

from __future__ import annotations

from ringfence.calls import commands, notices
from ringfence.calls.causes import Cause
from ringfence.calls.notices import Notice
from ringfence.markup.exchange import Params
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Refer

_WORDS = {Cause.REJECTED: "failed", Cause.UNREACHABLE: "no-answer", Cause.CANCELLED: "canceled"}


class ReferStep(Step):
    """One Refer: where it works the call ends, where not the document goes on."""

    __slots__ = ("_refer", "_stage")

    def __init__(self, stage: Stage, refer: Refer) -> None:
        self._stage = stage
        self._refer = refer

    def begin(self) -> None:
        self._stage.command(commands.Transfer(target=self._refer.target))

    def receive(self, notice: Notice) -> None:
        if not isinstance(notice, notices.TransferFinished):
            return
        refer, stage = self._refer, self._stage
        word = "completed" if notice.done else _WORDS.get(notice.cause, "failed")
        params: Params = (("ReferCallStatus", word),)
        if notice.answer:
            params = (*params, ("ReferSipResponseCode", str(notice.answer)))
        if notice.report:
            params = (*params, ("NotifySipResponseCode", str(notice.report)))
        stage.progress()
        if notice.done:
            if refer.action is not None:
                stage.tell(refer.action, refer.method, params)
            stage.finish()
            return
        stage.note("refer_failed", "the far end did not take the transfer", at=refer)
        if refer.action is None:
            stage.proceed()
        else:
            stage.go(refer.action, refer.method, params)
