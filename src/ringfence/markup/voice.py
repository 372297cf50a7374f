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

Bounds: documents in a row in which the caller heard, did and waited for nothing
(`MARKUP_IDLE_DOCUMENTS`), documents in one call (`MARKUP_CALL_DOCUMENTS`), and a time for every
answer awaited.
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
from ringfence.kernel.limits import (
    MARKUP_CALL_PROBLEMS,
    MARKUP_FETCH_WAIT_MS,
)
from ringfence.markup.clips import ClipShelf
from ringfence.markup.context import Applets, Context, Restart, Source, base_params
from ringfence.markup.ending import InstantStep
from ringfence.markup.exchange import (
    Answer,
    Begin,
    Callback,
    CallbackKind,
    ClipFailed,
    ClipReady,
    DropPayment,
    Fetch,
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
    Value,
)
from ringfence.markup.following import Follower, Followers
from ringfence.markup.pages import Pages
from ringfence.markup.parser import Document, parse
from ringfence.markup.problems import KINDS, Problem
from ringfence.markup.reading import FETCH_SENTENCES, read_body
from ringfence.markup.speaking import SorryStep
from ringfence.markup.stage import Step, StepRequest
from ringfence.markup.steps import step_for
from ringfence.markup.streaming import news_of
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


class Program:
    """One call's program. ``applets`` answers ``flow:`` URLs."""

    __slots__ = (
        "_answered",
        "_applets",
        "_base_params",
        "_begun",
        "_context",
        "_failing",
        "_fallback_used",
        "_fetch_due",
        "_fetching",
        "_finished",
        "_followers",
        "_goto",
        "_noted",
        "_now",
        "_out",
        "_over",
        "_pages",
        "_play",
        "_request",
        "_shelf",
        "_source",
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
        self._context = context
        self._source = source
        self._applets = applets
        self._answered = answered
        self._base_params = (*base_params(context), *context.besides)
        self._shelf = ClipShelf(
            self._ask, self._next_request, voice=context.voice, language=context.language
        )
        self._out: list[Command | Request] = []
        self._now = Ms(0)
        self._request = 0
        self._play = 0
        self._begun = False
        self._finished = False
        self._over = False
        self.recorded = False
        """Whether the whole call is recorded: by its document, or by somebody outside it."""
        self.recorded_as = ""
        self.rang = False
        self._waiting_answer = False
        self._failing = False
        self._fallback_used = False
        self._pages = Pages()
        self._step: Step | None = None
        self._goto: tuple[str, Method, Params] | None = None
        self._fetching = 0
        self._fetch_due: Ms | None = None
        self._followers = Followers()
        self._stale: list[tuple[type[Notice], ...]] = []
        self._noted: set[tuple[str, str, int, int]] = set()

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
                self._base_params = (
                    *self._base_params,
                    ("AnsweredBy", news.answered_by),
                    ("MachineDetectionDuration", str(news.after_ms)),
                )
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

    def command(self, command: Command) -> None:
        if not self._over:
            self._out.append(command)

    def note(self, code: str, sentence: str, *, at: Verb | None = None) -> None:
        line, column = (at.line, at.column) if at is not None else (0, 0)
        self._note_problem(Problem(code, sentence, line, column))

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
        self, url: str, method: Method, params: Params, kind: CallbackKind = "status"
    ) -> Callback | None:
        whole = resolve(url, self._pages.base)
        if whole is None or whole.startswith("flow:"):
            return None
        callback = Callback(url=whole, method=method, params=(*self._params(), *params), kind=kind)
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

    # -- documents --------------------------------------------------------------------------

    def _start_source(self) -> None:
        source = self._source
        if source.document is not None:
            document = source.document
            if not isinstance(document, Document):
                document = parse(document)
            self._pages.base = source.url
            if self._usable(document):
                self._open_verbs(document.verbs, source.url, inline=not source.url)
        else:
            self._goto = (source.url, source.method, ())

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

    def _follow(self, reference: str, method: Method, params: Params) -> None:
        self._goto = None
        url = resolve(reference, self._pages.base)
        if reference == "" and self._pages.base.startswith("flow:"):
            url = self._pages.base
        if url is None:
            self.note("bad_url", "the address to go on with is not an http or https URL")
            self._apologise()
        elif not self._may_open():
            self.note("document_loop", "too many documents in a row in which nothing happened")
            self._fallback_used = True
            self._apologise()
        elif url.startswith("flow:"):
            self._open_applet(url, params)
        else:
            if not self._answered and self._pages.count == 1:
                self._out.append(commands.Ring())
            self._fetch(url, method, params)

    def _may_open(self) -> bool:
        return self._pages.admit() or self._failing

    def _open_applet(self, url: str, params: Params) -> None:
        verbs = None
        if self._applets is not None:
            named: dict[str, Value] = dict(self._params())
            named.update(params)
            verbs = self._applets.open(url, named, self._now)
        if verbs is None:
            self.note("no_such_flow", "there is no such flow or applet")
            self._apologise()
        else:
            self._open_verbs(verbs, url, inline=False)

    def _fetch(self, url: str, method: Method, params: Params) -> None:
        self._fetching = self._next_request()
        self._fetch_due = Ms(self._now + MARKUP_FETCH_WAIT_MS)
        self._pages.base = url
        self._out.append(
            Fetch(request=self._fetching, url=url, method=method, params=(*self._params(), *params))
        )

    def _fetched(self, answer: Fetched | FetchFailed) -> None:
        self._fetching, self._fetch_due = 0, None
        if isinstance(answer, FetchFailed):
            code = answer.code if answer.code in FETCH_SENTENCES else "fetch_failed"
            self.note(code, FETCH_SENTENCES[code].format(status=answer.status))
            self._apologise(KINDS[code].twilio)
            return
        self._pages.base = answer.url
        document = read_body(answer)
        self._out.append(
            commands.Note(
                code="document_read",
                text=f"document fetched in {answer.elapsed_ms} ms, verbs: {len(document.verbs)}, "
                f"problems: {len(document.problems)}",
            )
        )
        if self._usable(document):
            self._open_verbs(document.verbs, answer.url, inline=False)

    def _usable(self, document: Document) -> bool:
        """Note the problems; apologise where nothing can be carried out."""
        for problem in document.problems:
            self._note_problem(problem)
        if document.usable:
            return True
        worst = next(p for p in document.problems if p.severity == "error")
        self._apologise(worst.twilio)
        return False

    def _open_verbs(self, verbs: Sequence[Verb], base: str, *, inline: bool) -> None:
        self._pages.open(verbs, base, inline=inline)
        if inline and not self._may_open():
            self.note("document_loop", "too many documents in a row in which nothing happened")
            self._fallback_used = True
            self._apologise()
            return
        self._shelf.new_document()
        for prompt in self._pages.first_prompts():
            self._shelf.want(prompt, base, self._now)

    def _apologise(self, code: int | None = None) -> None:
        """The fallback document if there is one, else the neutral sentence and the end."""
        source = self._source
        if source.fallback_url and not self._fallback_used:
            self._fallback_used = True
            params: Params = (
                ("ErrorCode", str(code or KINDS["fetch_failed"].twilio)),
                ("ErrorUrl", self._pages.base),
            )
            self._pages.base = source.fallback_url
            self._goto = (source.fallback_url, source.fallback_method, params)
            return
        self._failing = True
        self._pages.close()
        say = Say(text=self._context.sorry)
        self._begin_step(SorryStep(self, say))

    # -- verbs ------------------------------------------------------------------------------

    def _begin_step(self, step: Step) -> None:
        self._step = step
        if step.needs_answer and not self._answered:
            self._waiting_answer = True
            self._out.append(commands.Answer())
        else:
            step.begin()

    def _notice(self, notice: Notice) -> None:
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
            params = (*self._base_params, *news_of(news, self._now))
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
        self._out.append(commands.Clear())
        self._waiting_answer = False
        self._failing = False
        self._pages.idle = 0
        return True

    # -- small things -----------------------------------------------------------------------

    def _params(self) -> Params:
        if self._over:
            status = "completed"
        elif self._answered:
            status = "in-progress"
        else:
            status = "ringing"
        return (*self._base_params, ("CallStatus", status))

    def _next_request(self) -> int:
        self._request += 1
        return self._request

    def _ask(self, request: Request) -> None:
        self._out.append(request)

    def _note_problem(self, problem: Problem) -> None:
        """Put a problem on the timeline, once per document and place."""
        key = (self._pages.base, problem.code, problem.line, problem.column)
        if key in self._noted or len(self._noted) >= MARKUP_CALL_PROBLEMS:
            return
        self._noted.add(key)
        number = f" ({problem.twilio})" if problem.twilio is not None else ""
        self.command(
            commands.Note(code=problem.code, text=f"{problem}{number}", level=problem.severity)
        )
