"""The machine that carries a document out on a call.

    Begin ─▶ document at hand ─────────────▶ ┌───────────┐ ──verbs over / Hangup──▶ finished
         └─▶ Fetch ──Fetched──▶ parse ─────▶ │ verb by   │ ──CallOver────────────▶ over
               ▲    └─FetchFailed─▶ fallback │ verb      │
               └──────── action, Redirect ── └───────────┘

Inputs are the call's notices (`ringfence.calls.notices`), answers to requests and orders from an
API (`ringfence.markup.exchange`). Outputs are commands for the call (`ringfence.calls.commands`)
and requests, in the order they are meant. A call is answered when the first verb needs it, and
where a document ends at once.

A program has no facts of its own: what belongs on the timeline it says by ``commands.Note``, so
that the call makes it a fact. Every problem of a document goes there, once per place.

What opens the documents, with its bounds, is in `ringfence.markup.documents`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.calls import commands, notices
from ringfence.calls.commands import Command
from ringfence.calls.notices import Notice
from ringfence.calls.words import RecordingSource
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.events import Event
from ringfence.kernel.ids import LegId
from ringfence.kernel.limits import MARKUP_STEPS_LEFT
from ringfence.markup.clips import ClipShelf
from ringfence.markup.context import Applets, Context, Restart, Source
from ringfence.markup.documents import Documents
from ringfence.markup.ending import InstantStep
from ringfence.markup.exchange import (
    Answer,
    Begin,
    Callback,
    CallbackKind,
    ClipFailed,
    ClipReady,
    DropPayment,
    Fetched,
    FetchFailed,
    GoTo,
    Order,
    Params,
    PaymentMade,
    PaymentOpened,
    Perform,
    RecordingMay,
    Request,
    RoomSays,
    TextAsked,
)
from ringfence.markup.following import Follower, Followers
from ringfence.markup.speaking import SorryStep
from ringfence.markup.stage import Step, StepRequest
from ringfence.markup.steps import step_for
from ringfence.markup.streaming import news_of
from ringfence.markup.telling import ToldOf
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import (
    Hangup,
    Method,
    Say,
    Verb,
)

_AFTER_OVER = (
    notices.RecordingFinished,
    notices.RecordingMissing,
    notices.DialFinished,
    notices.DialProgress,
    notices.ConferenceFinished,
    notices.QueueFinished,
    notices.StreamFinished,
    PaymentMade,
)
"""What still matters when the call is over: an action URL is told of it."""


class Program(Documents):
    """One call's program. ``applets`` answers ``flow:`` URLs."""

    __slots__ = (
        "_begun",
        "_finished",
        "_followers",
        "_left",
        "_play",
        "_stale",
        "_step",
        "_waiting_answer",
        "rang",
        "recorded",
        "recorded_as",
    )

    def __init__(
        self,
        context: Context,
        source: Source,
        *,
        applets: Applets | None = None,
        answered: bool = False,
    ) -> None:
        super().__init__(context, source, applets=applets, answered=answered)
        self._play = 0
        self._begun = False
        self._finished = False
        self.recorded = False
        """Whether the whole call is recorded: by its document, or by somebody outside it."""
        self.recorded_as = ""
        self.rang = False
        self._waiting_answer = False
        self._step: Step | None = None
        self._followers = Followers()
        self._stale: list[tuple[type[Notice], ...]] = []
        self._left: list[Step] = []
        """What was dropped for something else, and may still have to tell somebody of its end."""

    # -- the machine ------------------------------------------------------------------------

    def do(self, order: Order | Restart, now: Ms) -> None:
        """Begin, or drop what is under way for something else.

        Raises `LocalError` for a second `Begin`; an order after the end is ignored.
        """
        self._now = now
        match order:
            case Begin():
                if self._begun:
                    raise LocalError("a program begins once")
                self._begun = True
                self._start_source()
            case GoTo():
                if self._interrupt():
                    self._goto = (order.url, order.method, ())
            case Restart(source=source):
                if self._interrupt():
                    self._source = source
                    self._fallback_used = False
                    self._start_source()
            case Perform():
                if self._interrupt():
                    self._open_verbs(order.verbs, "", inline=True)
        self._settle()

    def receive(self, news: Notice | Answer, now: Ms) -> None:
        """Take a notice of the call or the answer to a request."""
        self._now = now
        if self._over and not isinstance(news, _AFTER_OVER):
            return
        match news:
            case _ if isinstance(news, Answer) and self._taken(news):
                pass
            case Fetched() | FetchFailed():
                if self._fetching and news.request == self._fetching:
                    self._fetching, self._fetch_due = 0, None
                    self._fetched(news)
                elif self._step is not None:
                    self._step.fetched(news)
            case RecordingMay():
                if self._step is not None:
                    self._step.ruled(news)
            case TextAsked():
                if self._step is not None:
                    self._step.texted(news)
            case RoomSays():
                pass  # whoever asked is gone
            case ClipReady() | ClipFailed():
                self._shelf.receive(news)
                if self._step is not None and not self._waiting_answer:
                    self._step.clip_settled()
            case notices.Answered():
                self._answered = True
                if self._waiting_answer:
                    self._waiting_answer = False
                    if self._step is not None and not self._over:
                        self._step.begin()
            case notices.AnswererKnown():
                after = ("MachineDetectionDuration", str(news.after_ms))
                self._base_params = (*self._told(), ("AnsweredBy", news.answered_by), after)
            case notices.CallOver():
                self._over = True
                self._fetching, self._fetch_due = 0, None
                if self._step is not None and not self._waiting_answer:
                    self._step.hung_up()
            case PaymentOpened() | PaymentMade():  # whoever asked is gone
                if isinstance(news, PaymentOpened) and news.payment:
                    self._ask(DropPayment(payment=news.payment, result="transaction-cancelled"))
            case _:
                self._notice(news)
        self._settle()

    def _taken(self, answer: Answer) -> bool:
        return self._step is not None and not self._waiting_answer and self._step.take(answer)

    def deadline(self) -> Ms | None:
        """When `fire` is due, None for never."""
        if self._over:
            return None
        due = self._fetch_due
        shelf = self._shelf.deadline()
        if shelf is not None and (due is None or shelf < due):
            due = shelf
        if self._step is not None and not self._waiting_answer:
            step = self._step.deadline()
            if step is not None and (due is None or step < due):
                due = step
        return due

    def fire(self, now: Ms) -> None:
        """Do what is due."""
        self._now = now
        if self._over:
            return
        if self._fetch_due is not None and now >= self._fetch_due:
            self._fetched(FetchFailed(request=self._fetching, code="fetch_timed_out"))
        late = self._shelf.fire(now)
        step = self._step
        if step is not None and not self._waiting_answer:
            if late:
                step.clip_settled()
            if step is self._step:
                step.fire()
        self._settle()

    def take_output(self) -> list[Command | Request]:
        """Return commands for the call and requests to the world, in order, and forget them."""
        out, self._out = self._out, []
        return out

    def take_events(self) -> list[Event]:
        """Nothing, always: a program speaks through the call (see the module's text)."""
        return []

    def told_of(self, leg: LegId) -> ToldOf | None:
        """Whom the document tells of a leg that it has dialled, None where nobody."""
        return None if self._step is None else self._step.told_of(leg)

    @property
    def over(self) -> bool:
        """Whether its call is over, or goes on without it."""
        return self._over

    @property
    def finished(self) -> bool:
        """Whether nothing will come out any more, except callbacks about the end."""
        return self._finished or self._over

    # -- what a step may ask (`ringfence.markup.stage.Stage`) -------------------------------

    @property
    def now(self) -> Ms:
        return self._now

    @property
    def context(self) -> Context:
        return self._context

    @property
    def clips(self) -> ClipShelf:
        return self._shelf

    @property
    def answered(self) -> bool:
        return self._answered

    def next_play(self) -> int:
        self._play += 1
        return self._play

    def next_request(self) -> int:
        return self._next_request()

    def ask(self, request: StepRequest) -> None:
        self._ask(request)

    def pass_on(self, item: Command | Request) -> None:
        if not self._over:
            self._out.append(item)

    def progress(self) -> None:
        self._pages.idle = 0

    def proceed(self) -> None:
        self._step = None

    def go(self, action: str | None, method: Method, params: Params) -> None:
        self._step = None
        if self._over:
            if action is not None or not self._pages.inline:
                self.tell(action or "", method, params, "action")
            return
        if action is None and self._pages.inline:
            self._open_verbs(self._pages.all, self._pages.base, inline=True)
            return
        self._goto = (action or "", method, params)

    def tell(
        self, url: str, method: Method, params: Params, kind: CallbackKind = "status", *,
        outcome: str = "", pledged: tuple[str, ...] = (),
    ) -> Callback | None:  # fmt: skip
        whole = resolve(url, self._pages.base)
        if whole is None or whole.startswith("flow:"):
            return None
        callback = Callback(
            url=whole, method=method, params=(*self._params(), *params), kind=kind,
            outcome=outcome, pledged=pledged,
        )  # fmt: skip
        self._out.append(callback)
        return callback

    def whole(self, url: str) -> str | None:
        found = resolve(url, self._pages.base)
        return None if found is None or found.startswith("flow:") else found

    def follow_recording(self, follower: Follower, source: RecordingSource = "dial") -> None:
        self._followers.add(follower, source)

    def unfollow_recording(self, follower: Follower) -> None:
        self._followers.remove(follower)

    def give_up(self) -> None:
        self._step = None
        self._apologise()

    def finish(self) -> None:
        self._step = None
        self._finished = True

    def ignore(self, *kinds: type[Notice]) -> None:
        self._stale.append(kinds)

    def _settle(self) -> None:
        """Go on until something has to be waited for."""
        while not (self._over or self._finished or self._waiting_answer):
            if self._goto is not None:
                self._follow(*self._goto)
            elif self._step is not None or self._fetching or not self._begun:
                return
            elif rest := self._pages.rest:
                step, count = self._next_step(rest)
                self._pages.turn(count)
                self._begin_step(step)
            else:
                self._read_out()

    def _next_step(self, rest: Sequence[Verb]) -> tuple[Step, int]:
        return step_for(self, rest, self._pages.base)

    def _read_out(self) -> None:
        """Nothing is left to be done."""
        self._begin_step(InstantStep(self, Hangup()))

    # -- verbs ------------------------------------------------------------------------------

    def _say_sorry(self) -> None:
        self._begin_step(SorryStep(self, Say(text=self._context.sorry)))

    def _begin_step(self, step: Step) -> None:
        self._step = step
        if step.needs_answer and not self._answered:
            self._waiting_answer = True
            self._out.append(commands.Answer())
        else:
            step.begin()

    def _notice(self, notice: Notice) -> None:
        if any(step.afterwards(notice) for step in self._left):
            return
        for place, kinds in enumerate(self._stale):
            if isinstance(notice, kinds):
                del self._stale[place]
                return
        if isinstance(notice, notices.StreamStarted | notices.StreamFinished):
            self._stream_news(notice)
        if self._followers.take(notice):
            return
        if self._step is not None and not self._waiting_answer:
            self._step.receive(notice)

    def _stream_news(self, news: notices.StreamStarted | notices.StreamFinished) -> None:
        """Streams outlive the verb that began them, and the call."""
        order = news.order
        if order.status_callback:
            params = (*self._told(), *news_of(news, self._now))
            self._out.append(
                Callback(
                    url=order.status_callback, method=order.status_callback_method, params=params
                )
            )

    def _interrupt(self) -> bool:
        """Stop what is under way; False where the call is over."""
        if self._over:
            return False
        self._begun = True
        self._finished = False
        self._fetching, self._fetch_due = 0, None
        self._goto = None
        step, self._step = self._step, None
        if step is not None and not self._waiting_answer:
            step.abandon()
            self._left = [*self._left[1 - MARKUP_STEPS_LEFT :], step]
        self._out.append(commands.Clear())
        self._waiting_answer = False
        self._failing = False
        self._pages.idle = 0
        return True
