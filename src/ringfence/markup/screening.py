"""What whoever answers a dial hears before they are connected: the document at a target's ``url``.

    asked ──Fetched──▶ read ──clips settled──▶ a screen for the target
      └──failed, late──▶ noted, no screen

It is fetched before anybody is rung, so that nobody who answers waits for a web server. Of the
document this much is carried out:

    Say, Play               heard by the callee, who is then connected: a whisper
    Gather around them      a key accepts the call
    Hangup after a Gather   without a key they are hung up, else connected
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ringfence.calls import commands
from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import MARKUP_FETCH_WAIT_MS
from ringfence.markup.clips import Clip
from ringfence.markup.context import base_params
from ringfence.markup.exchange import Fetch, Fetched, FetchFailed
from ringfence.markup.reading import FETCH_SENTENCES, read_body
from ringfence.markup.stage import Stage
from ringfence.markup.urls import resolve
from ringfence.markup.verbs import (
    ALL_KEYS,
    Client,
    Gather,
    Hangup,
    Number,
    Play,
    Reject,
    Say,
    Sip,
    Verb,
)


class Screening:
    """The screen of one target on its way. ``done`` is called whenever one has become settled."""

    __slots__ = ("_clips", "_done", "_gather", "_request", "_stage", "_strict", "_target", "due",
                 "settled")  # fmt: skip

    def __init__(
        self, stage: Stage, target: Number | Sip | Client, done: Callable[[], None]
    ) -> None:
        self._stage = stage
        self._target = target
        self._done = done
        self._clips: list[Clip] = []
        self._gather: Gather | None = None
        self._strict = False
        self._request = 0
        self.due: Ms | None = None
        self.settled = False

    def begin(self, base: str) -> None:
        """Ask for the document; ``base``: the URL of the document the dial stands in."""
        target, stage = self._target, self._stage
        url = resolve(target.url or "", base)
        if url is None or url.startswith("flow:"):
            self._failed("bad_url", "what the callee was to hear has no http or https URL")
            return
        self._request = stage.next_request()
        self.due = Ms(stage.now + MARKUP_FETCH_WAIT_MS)
        params = (*base_params(stage.context), ("ParentCallSid", stage.context.call))
        stage.ask(Fetch(request=self._request, url=url, method=target.method, params=params))

    def fetched(self, answer: Fetched | FetchFailed) -> None:
        """The document is here, or never will be."""
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
        self._read(document.verbs, answer.url)
        self.clip_settled()

    def fire(self) -> None:
        """Time has passed."""
        if self.due is not None and self._stage.now >= self.due:
            self.due = None
            self._failed("fetch_timed_out", FETCH_SENTENCES["fetch_timed_out"])

    def clip_settled(self) -> None:
        """A clip is ready or has failed."""
        if self.due is None and not self.settled and all(clip.settled for clip in self._clips):
            self.settled = True
            self._done()

    @property
    def screen(self) -> commands.Screen | None:
        """What is to be heard, None where there is nothing and nothing is asked."""
        clips = tuple(clip.clip for clip in self._clips if clip.clip is not None)
        gather = self._gather
        if gather is None:
            return commands.Screen(clips=clips, accept="") if clips else None
        return commands.Screen(
            clips=clips,
            accept=ALL_KEYS,
            wait_ms=gather.timeout * 1000,
            lenient=not self._strict,
        )

    def _read(self, verbs: Sequence[Verb], base: str) -> None:
        for verb in verbs:
            match verb:
                case Say() | Play() if self._gather is None:
                    self._want(verb, base)
                case Gather() if self._gather is None:
                    self._gather = verb
                    for prompt in verb.prompts:
                        if isinstance(prompt, Say | Play):
                            self._want(prompt, base)
                case Hangup() | Reject() if self._gather is not None:
                    self._strict = True
                case Say() | Play():
                    pass  # after the question nobody hears it: they are connected or hung up
                case _:
                    self._stage.note(
                        "screen_verb",
                        "a callee can hear Say and Play and be asked by one Gather; the rest of "
                        "the document at url was left out",
                        at=self._target,
                    )

    def _want(self, prompt: Say | Play, base: str) -> None:
        if isinstance(prompt, Say) or prompt.url:
            self._clips.append(self._stage.clips.want(prompt, base, self._stage.now))

    def _failed(self, code: str, sentence: str) -> None:
        self._stage.note(code, f"{sentence}; the callee is connected without it", at=self._target)
        self.settled = True
        self._done()
