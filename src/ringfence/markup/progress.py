"""Status callbacks of a dial's targets: each leg's way from being rung to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ringfence.calls import notices
from ringfence.kernel.ids import LegId, own_call
from ringfence.markup.context import WITHHELD, dial_word, places, whole_seconds
from ringfence.markup.exchange import Callback, Params, Value
from ringfence.markup.stage import Stage
from ringfence.markup.telling import STEPS, StatusCallback, ToldOf, minutes, moment
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import Application, Client, Listened, Number, Rung, Sip

STEPS_TOLD: Final = "StatusCallbackEvent"
"""In a pledge and nowhere else: which steps are told, so that the last is counted right."""
_WORDS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


def address_of(target: Rung) -> str:
    """Return whom a target of a dial rings, as Twilio writes it."""
    match target:
        case Number():
            return target.number
        case Sip():
            return target.uri
        case Client():
            return f"client:{target.identity}"
        case Application():
            return target.sid


class ProgressReports:
    """Tells the URL of each target what has become of its leg, where the target asked for that."""

    __slots__ = ("_base", "_heard", "_legs", "_sent", "_shown", "_stage", "_targets")

    def __init__(self, stage: Stage, targets: Sequence[Rung], base: str) -> None:
        """``targets``: in the order of the dial; ``report`` counts them from 1."""
        self._stage = stage
        self._targets = targets
        self._base = base
        self._sent: dict[str, int] = {}
        self._heard: dict[str, str] = {}
        """Who answered, by leg."""
        self._legs: dict[str, Rung] = {}
        self._shown: dict[str, Value] = {}
        """Who calls, as the legs show it."""

    def receive(self, news: notices.DialProgress | notices.CalleeKnown) -> None:
        """A leg has come further, or it is known who answered it."""
        target = self._targets[news.report - 1]
        if isinstance(news, notices.CalleeKnown):
            self._known(target, news)
            return
        if news.step == "initiated":
            self._legs[news.leg] = target
            self._shown[news.leg] = news.shown or self._stage.context.caller
            self._pledge(target, news.leg)
        if news.step not in target.status_callback_event:
            return
        url = self._url(target.status_callback)
        if url is None:
            return
        number = self._sent.get(news.leg, 0)
        self._sent[news.leg] = number + 1
        params: Params = (
            *self._about(target, news.leg),
            ("CallStatus", self._status(news)),
            ("Timestamp", moment(self._stage.now)),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(number)),
        )
        if news.leg in self._heard:
            params = (*params, ("AnsweredBy", self._heard[news.leg]))
        if news.step == "completed":
            talk = news.talk_ms
            params = (*params, ("CallDuration", whole_seconds(talk)), ("Duration", minutes(talk)))
        self._stage.ask(
            Callback(
                url=url,
                method=target.status_callback_method,
                params=params,
                event=news.step,
                outcome=own_call(news.leg) if news.step == "completed" else "",
            )
        )

    def knows(self, leg: LegId) -> bool:
        """Whether a leg is one of this dial's."""
        return leg in self._legs

    def told_of(self, leg: LegId) -> ToldOf | None:
        """Return who is told of a leg and how far that is, for when the leg leaves the dial."""
        target = self._legs.get(leg)
        url = None if target is None else self._url(target.status_callback)
        if target is None or url is None:
            return None
        steps = tuple(step for step in STEPS if step in target.status_callback_event)
        wanted = StatusCallback(url=url, method=target.status_callback_method, steps=steps)
        return ToldOf(wanted, self._sent.get(leg, 0), self._heard.get(leg, ""))

    def _pledge(self, target: Rung, leg: LegId) -> None:
        """Its end is to be told even if the server dies before (`ringfence.markup.owed`)."""
        url = self._url(target.status_callback)
        if url is None or "completed" not in target.status_callback_event:
            return
        steps = " ".join(target.status_callback_event)
        self._stage.ask(
            Callback(
                url=url,
                method=target.status_callback_method,
                params=(*self._about(target, leg), (STEPS_TOLD, steps)),
                outcome=own_call(leg),
                pledged=("completed",),
            )
        )

    def _about(self, target: Rung, leg: LegId) -> Params:
        context = self._stage.context
        called: Value = address_of(target)
        caller = self._shown.get(leg, context.caller)
        return (
            ("CallSid", own_call(leg)),
            ("ParentCallSid", context.call),
            ("AccountSid", context.account),
            ("From", caller or WITHHELD),
            ("To", called),
            ("Caller", caller or WITHHELD),
            ("Called", called),
            *places(caller, called),
            ("Direction", "outbound-dial"),
        )

    def _url(self, reference: str | None) -> str | None:
        url = resolve(reference, self._base) if reference else None
        return None if url is None or url.startswith("flow:") else url

    def _known(self, target: Rung, news: notices.CalleeKnown) -> None:
        self._heard[news.leg] = news.answered_by
        url = self._url(target.amd_status_callback) if isinstance(target, Listened) else None
        if url is None or not isinstance(target, Listened):
            return
        params: Params = (
            ("AccountSid", self._stage.context.account),
            ("CallSid", own_call(news.leg)),
            ("ParentCallSid", self._stage.context.call),
            ("AnsweredBy", news.answered_by),
            ("MachineDetectionDuration", str(news.after_ms)),
        )
        method = target.amd_status_callback_method
        self._stage.ask(Callback(url=url, method=method, params=params, event="answered-by"))

    def _status(self, news: notices.DialProgress) -> str:
        if news.step == "completed":
            return dial_word(news.status or "completed")
        return _WORDS[news.step]
