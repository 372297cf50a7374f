"""Message and Sms in a call: the message is asked for, and then the call goes on.

The verb waits until the message is kept, a moment, so that its action can be told the SID. Who it
goes to and comes from are the two of the call where the document does not say.
"""

from __future__ import annotations

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import MARKUP_TEXT_WAIT_MS
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import SendText, TextAsked, Value
from ringfence.markup.stage import Stage, Step
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import Message


class MessageStep(Step):
    """One message of a document."""

    __slots__ = ("_base", "_due", "_request", "_stage", "_verb")

    def __init__(self, stage: Stage, verb: Message, base: str) -> None:
        self._stage = stage
        self._verb = verb
        self._base = base
        self._request = 0
        self._due: Ms | None = None

    @property
    def needs_answer(self) -> bool:
        return False

    def begin(self) -> None:
        stage, verb, context = self._stage, self._verb, self._stage.context
        person, ours = context.caller, context.called
        if context.direction != "inbound":
            person, ours = ours, person
        request = SendText(
            request=stage.next_request(),
            to=_number(verb.to, context.region) if verb.to else person,
            sender=_number(verb.sender, context.region) if verb.sender else ours,
            body=verb.body,
            media=tuple(found for m in verb.media if (found := resolve(m, self._base)) is not None),
            status_callback=resolve(verb.status_callback, self._base)
            if verb.status_callback
            else None,
        )
        self._request = request.request
        self._due = Ms(stage.now + MARKUP_TEXT_WAIT_MS)
        stage.ask(request)

    def texted(self, answer: TextAsked, /) -> None:
        """It is kept, or refused."""
        if answer.request == self._request:
            self._go_on(answer)

    def deadline(self) -> Ms | None:
        return self._due

    def fire(self) -> None:
        if self._due is not None and self._stage.now >= self._due:
            self._go_on(TextAsked(request=self._request, code="too_slow"))

    def _go_on(self, answer: TextAsked) -> None:
        stage, verb = self._stage, self._verb
        self._request, self._due = 0, None
        if answer.message is None:
            stage.note("message_not_sent", f"the message was not sent: {answer.code}", at=verb)
        if verb.action is None:
            stage.proceed()
            return
        status = "queued" if answer.message is not None else "failed"
        sid = answer.message or ""
        stage.go(
            verb.action,
            verb.method,
            (
                ("MessageSid", sid),
                ("SmsSid", sid),
                ("MessageStatus", status),
                ("SmsStatus", status),
            ),
        )


def _number(text: str, region: str | None) -> Value:
    """Return what a document calls a number: as one, or as it stands for who knows words."""
    try:
        return Phone.parse(text, region=region)
    except Refused:
        return text
