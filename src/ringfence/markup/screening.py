"""What whoever answers a dial hears before they are connected: the document at a target's ``url``.

    answered ─▶ fetched ─clips settled─▶ told ─▶ connected, or hung up
                  ▲  ▲                    │
                  │  └─────Redirect───────┤
                  └──keys, for action── asked ──no key──▶ the verbs after the Gather

It is fetched when they have answered, under the SID of their own call, so that a server that hears
of it knows who talks (https://www.twilio.com/docs/voice/twiml/number, ``url``). Of the document
this much is carried out:

    Say, Play         heard by the callee, who is then connected: a whisper
    Gather            its action (without one: the document itself) is told what they press, and
                      says what comes next in a document of the same kind; without a key the verbs
                      after it come next
    Redirect          the document there comes next
    Hangup, Reject    they are hung up once they have heard what comes before it

Where the first document cannot be had they are connected without it: a whisper is worth no call.
Where a later one cannot, they are hung up: they may just have refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ringfence.calls import commands
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import LegId, own_call
from ringfence.kernel.limits import MARKUP_FETCH_WAIT_MS, SCREEN_ROUNDS_MAX
from ringfence.markup.clips import Clip
from ringfence.markup.context import base_params
from ringfence.markup.exchange import Fetch, Fetched, FetchFailed, Params, Value
from ringfence.markup.progress import address_of
from ringfence.markup.reading import FETCH_SENTENCES, read_body
from ringfence.markup.stage import Stage
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import (
    Client,
    Gather,
    Hangup,
    Method,
    Number,
    Play,
    Redirect,
    Reject,
    Say,
    Sip,
    Verb,
)

Screened = Number | Sip | Client


def opening(target: Screened, base: str) -> str | None:
    """Return where the first document of a target is, None where no server can be asked for it.

    ``base``: the URL of the document the dial stands in.
    """
    url = resolve(target.url or "", base)
    return None if url is None or url.startswith("flow:") else url


class Screening:
    """One callee who has answered and waits. ``done`` is told what comes next, each time."""

    __slots__ = ("_caller", "_clips", "_done", "_gather", "_leg", "_request", "_rest", "_rounds",
                 "_settled", "_stage", "_target", "_then", "_url", "due")  # fmt: skip

    def __init__(
        self,
        stage: Stage,
        target: Screened,
        leg: LegId,
        done: Callable[[LegId, commands.Screen | None], None],
        *,
        shown: Value | None = None,
    ) -> None:
        """``shown``: the number that the leg shows in place of whoever calls."""
        self._stage = stage
        self._target = target
        self._leg = leg
        self._caller = shown or stage.context.caller
        self._done = done
        self._url = ""
        self._rounds = 0
        self._request = 0
        self._clips: list[Clip] = []
        self._gather: Gather | None = None
        self._rest: Sequence[Verb] = ()
        self._then = commands.Screen(clips=())
        self._settled = True
        self.due: Ms | None = None

    def begin(self, url: str) -> None:
        """They have answered: ask for the first document."""
        self._ask(url, self._target.method)

    def pressed(self, digits: str) -> None:
        """The question is over; ``digits``: what they pressed, ``""`` for nothing."""
        gather, self._gather = self._gather, None
        if gather is None:
            return
        if digits or gather.action_on_empty_result:
            self._go(gather.action or "", gather.method, ("Digits", digits))
        else:
            self._read(self._rest)

    def _go(self, address: str, method: Method, *more: tuple[str, str]) -> None:
        url = resolve(address, self._url)
        if url is None or url.startswith("flow:"):
            self._failed("bad_url", "what the callee was to hear has no http or https URL")
        elif self._rounds >= SCREEN_ROUNDS_MAX:
            self._failed("document_loop", "the callee was sent from document to document")
        else:
            self._ask(url, method, *more)

    def _ask(self, url: str, method: Method, *more: tuple[str, str]) -> None:
        stage, self._settled = self._stage, False
        self._rounds += 1
        self._request = stage.next_request()
        self.due = Ms(stage.now + MARKUP_FETCH_WAIT_MS)
        own = replace(
            stage.context,
            call=own_call(self._leg),
            caller=self._caller,
            called=address_of(self._target),
            direction="outbound",
            parent=stage.context.call,
        )
        params: Params = (
            *(pair for pair in base_params(own) if pair[0] != "Direction"),
            ("Direction", "outbound-dial"),
            ("CallStatus", "in-progress"),
            *more,
        )
        stage.ask(Fetch(request=self._request, url=url, method=method, params=params))

    def fetched(self, answer: Fetched | FetchFailed) -> None:
        """A document is here, or never will be."""
        if answer.request != self._request or self.due is None:
            return
        self.due = None
        if isinstance(answer, FetchFailed):
            code = answer.code if answer.code in FETCH_SENTENCES else "fetch_failed"
            self._failed(code, FETCH_SENTENCES[code].format(status=answer.status))
            return
        document = read_body(answer)
        for problem in document.problems:
            self._stage.note(problem.code, f"in what the callee hears: {problem.sentence}")
        self._url = answer.url
        self._read(document.verbs)

    def fire(self) -> None:
        """Time has passed."""
        if self.due is not None and self._stage.now >= self.due:
            self.due = None
            self._failed("fetch_timed_out", FETCH_SENTENCES["fetch_timed_out"])

    def clip_settled(self) -> None:
        """A clip is ready or has failed."""
        if self._settled or self.due is not None or not all(clip.settled for clip in self._clips):
            return
        self._settled = True
        heard = tuple(clip.clip for clip in self._clips if clip.clip is not None)
        self._clips = []
        then = replace(self._then, clips=heard)
        self._done(self._leg, then if heard or then.asks or then.ends else None)

    def _read(self, verbs: Sequence[Verb]) -> None:
        """Find out what is heard next, and what comes of it."""
        self._settled, self._then = False, commands.Screen(clips=())
        for place, verb in enumerate(verbs, 1):
            match verb:
                case Say() | Play():
                    self._want(verb)
                case Gather():
                    self._question(verb, verbs[place:])
                    break
                case Hangup() | Reject():
                    self._then = commands.Screen(clips=(), ends=True)
                    break
                case Redirect():
                    self._go(verb.url, verb.method)
                    return
                case _:
                    self._stage.note(
                        "screen_verb",
                        "a callee can hear Say and Play, be asked by Gather, sent on by Redirect "
                        "and hung up; the rest of the document at url was left out",
                        at=self._target,
                    )
        self.clip_settled()

    def _question(self, gather: Gather, rest: Sequence[Verb]) -> None:
        self._gather, self._rest = gather, rest
        for prompt in gather.prompts:
            if isinstance(prompt, Say | Play):
                self._want(prompt)
        self._then = commands.Screen(
            clips=(),
            asks=True,
            wait_ms=gather.timeout * 1000,
            max_digits=gather.num_digits,
            finish_on=gather.finish_on_key,
        )

    def _want(self, prompt: Say | Play) -> None:
        if isinstance(prompt, Say) or prompt.url:
            self._clips.append(self._stage.clips.want(prompt, self._url, self._stage.now))

    def _failed(self, code: str, sentence: str) -> None:
        first = self._rounds <= 1 and not self._url
        outcome = "connected without it" if first else "hung up"
        self._stage.note(code, f"{sentence}; the callee is {outcome}", at=self._target)
        self._settled, self._clips = True, []
        self._done(self._leg, None if first else commands.Screen(clips=(), ends=True))
