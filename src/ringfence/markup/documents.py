"""Where a program's verbs come from: a document at hand, a URL, an applet, the fallback.

::

    source ─┬─ at hand ──────────────────────▶ verbs
            └─ URL ──▶ Fetch ─┬─ Fetched ────▶ verbs, where any can be carried out
                 flow: ──▶ applet ───────────▶ verbs
                              └─ FetchFailed, no verb ──▶ fallback document, then the apology

Bounds: documents in a row in which the caller heard, did and waited for nothing
(`MARKUP_IDLE_DOCUMENTS`), documents in one call (`MARKUP_CALL_DOCUMENTS`), and a time for every
fetch. Every problem of a document is noted once per place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ringfence.calls import commands
from ringfence.calls.commands import Command
from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    MARKUP_CALL_PROBLEMS,
    MARKUP_FETCH_WAIT_MS,
)
from ringfence.markup.clips import ClipShelf
from ringfence.markup.context import Applets, Context, Source
from ringfence.markup.exchange import (
    Fetch,
    Fetched,
    FetchFailed,
    Params,
    Request,
    Value,
)
from ringfence.markup.pages import Pages
from ringfence.markup.parser import Document, parse
from ringfence.markup.problems import KINDS, Problem
from ringfence.markup.reading import FETCH_SENTENCES, read_body
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import (
    Method,
    Verb,
)


class Documents(ABC):
    """The documents of one call. ``applets`` answers ``flow:`` URLs."""

    __slots__ = (
        "_answered",
        "_applets",
        "_base_params",
        "_context",
        "_failing",
        "_fallback_used",
        "_fetch_due",
        "_fetching",
        "_goto",
        "_noted",
        "_now",
        "_out",
        "_over",
        "_pages",
        "_request",
        "_shelf",
        "_source",
    )

    def __init__(
        self, context: Context, source: Source, *, applets: Applets | None, answered: bool
    ) -> None:
        self._context = context
        self._source = source
        self._applets = applets
        self._answered = answered
        self._base_params: Params = ()
        self._shelf = ClipShelf(
            self._ask, self._next_request, voice=context.voice, language=context.language
        )
        self._out: list[Command | Request] = []
        self._now = Ms(0)
        self._request = 0
        self._over = False
        self._failing = False
        self._fallback_used = False
        self._pages = Pages()
        self._goto: tuple[str, Method, Params] | None = None
        self._fetching = 0
        self._fetch_due: Ms | None = None
        self._noted: set[tuple[str, Problem]] = set()

    @abstractmethod
    def _say_sorry(self) -> None:
        """Nothing can be carried out: the neutral sentence, and the end."""

    # -- what goes out ----------------------------------------------------------------------

    def command(self, command: Command) -> None:
        if not self._over:
            self._out.append(command)

    def note(self, code: str, sentence: str, *, at: Verb | None = None) -> None:
        line, column = (at.line, at.column) if at is not None else (0, 0)
        self._note_problem(Problem(code, sentence, line, column))

    def _told(self) -> Params:
        """What every request says of the call; made when first somebody is asked or told."""
        self._base_params = self._base_params or self._context.told()
        return self._base_params

    def _params(self) -> Params:
        if self._over:
            status = "completed"
        elif self._answered:
            status = "in-progress"
        else:
            status = "ringing"
        return (*self._told(), ("CallStatus", status))

    def _next_request(self) -> int:
        self._request += 1
        return self._request

    def _ask(self, request: Request) -> None:
        self._out.append(request)

    def _note_problem(self, problem: Problem) -> None:
        """Put a problem on the timeline, once per document and place; one element may have two."""
        key = (self._pages.base, problem)
        if key in self._noted or len(self._noted) >= MARKUP_CALL_PROBLEMS:
            return
        self._noted.add(key)
        number = f" ({problem.twilio})" if problem.twilio is not None else ""
        self.command(
            commands.Note(code=problem.code, text=f"{problem}{number}", level=problem.severity)
        )

    # -- opening ----------------------------------------------------------------------------

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
        self._say_sorry()
