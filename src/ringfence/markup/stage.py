"""What a verb's step may ask of the program that runs it, and what a program asks of a step."""

from __future__ import annotations

from typing import Protocol

from ringfence.calls.commands import Command
from ringfence.calls.notices import Notice
from ringfence.calls.words import RecordingSource
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import LegId
from ringfence.markup.clips import ClipShelf
from ringfence.markup.context import Context
from ringfence.markup.exchange import (
    Answer,
    AskRecording,
    AskRoom,
    Callback,
    CallbackKind,
    DropPayment,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMusic,
    MakePayment,
    OpenPayment,
    Params,
    RecordingMay,
    Request,
    SendOn,
    SendText,
    TextAsked,
    Transcribe,
)
from ringfence.markup.following import Follower
from ringfence.markup.telling import ToldOf
from ringfence.markup.verbs import Method, Verb

StepRequest = (
    AskRecording | AskRoom | Callback | Fetch | LoadMusic | SendText
    | OpenPayment | MakePayment | DropPayment | SendOn | Transcribe
)  # fmt: skip
"""What a step may ask of the world."""


class Stage(Protocol):
    """The program, as its steps see it.

    ``recorded``: the whole call is recorded, so that whoever joins has to be told;
    ``recorded_as``: what a document calls that recording; ``rang``: others were rung while the
    caller, not yet answered, heard ringing.
    """

    recorded: bool
    recorded_as: str
    rang: bool

    @property
    def now(self) -> Ms: ...

    @property
    def context(self) -> Context: ...

    @property
    def clips(self) -> ClipShelf: ...

    @property
    def answered(self) -> bool: ...

    def command(self, command: Command) -> None:
        """Give the call a command."""

    def note(self, code: str, sentence: str, *, at: Verb | None = None) -> None:
        """Put a problem (`ringfence.markup.problems.KINDS`) on the timeline, with its place."""

    def next_play(self) -> int:
        """Return a new number for a play."""

    def next_request(self) -> int:
        """Return a new number for a request."""

    def ask(self, request: StepRequest) -> None:
        """Ask the world something; the answer comes to `Step.ruled` or `Step.fetched`."""

    def pass_on(self, item: Command | Request) -> None:
        """Give out what a document carried out beside this one wants."""

    def progress(self) -> None:
        """Say that the caller heard, did or waited for something: no idle loop."""

    def proceed(self) -> None:
        """The step is done: go on with the next verb."""

    def go(self, action: str | None, method: Method, params: Params) -> None:
        """The step is done: go on with the document at ``action`` (None: the present one)."""

    def tell(
        self,
        url: str,
        method: Method,
        params: Params,
        kind: CallbackKind = "status",
        *,
        outcome: str = "",
        pledged: tuple[str, ...] = (),
    ) -> Callback | None:
        """Send a callback to a URL of the document; None where it is no URL.

        ``outcome``, ``pledged``: see `ringfence.markup.exchange.Callback`.
        """

    def whole(self, url: str) -> str | None:
        """Return a URL of the document without what it is relative to; None where it is no URL."""

    def follow_recording(self, follower: Follower, source: RecordingSource = "dial") -> None:
        """Be told of the next recording of a source, whenever it comes."""

    def unfollow_recording(self, follower: Follower) -> None:
        """There was no such recording; expect none."""

    def give_up(self) -> None:
        """The verb cannot be carried out: the neutral sentence, then the end."""

    def ignore(self, *kinds: type[Notice]) -> None:
        """Take the next notice of any of these kinds as belonging to an abandoned step."""

    def finish(self) -> None:
        """The call ends here; nothing more is carried out."""


class Step:
    """One verb being carried out; by itself it waits for nothing and reacts to nothing."""

    __slots__ = ()

    @property
    def needs_answer(self) -> bool:
        """Whether the call is answered before `begin`."""
        return True

    def begin(self) -> None:
        """Start; may be done at once (`Stage.proceed`)."""
        raise NotImplementedError

    def receive(self, _notice: Notice, /) -> None:
        """The call has news."""

    def clip_settled(self) -> None:
        """A clip is ready or has failed, perhaps the one this step waits for."""

    def take(self, _answer: Answer, /) -> bool:
        """An answer is here; whether it is one that this step alone has a use for."""
        return False

    def ruled(self, _may: RecordingMay, /) -> None:
        """It was ruled what may be recorded."""

    def texted(self, _answer: TextAsked, /) -> None:
        """A message this step asked for is kept, or refused."""

    def fetched(self, _answer: Fetched | FetchFailed, /) -> None:
        """A document this step asked for is here, or never will be."""

    def hung_up(self) -> None:
        """The call is over; callbacks alone leave from here on."""

    def told_of(self, _leg: LegId, /) -> ToldOf | None:
        """Whom this step tells of a leg that it rang, None where nobody."""
        return None

    def deadline(self) -> Ms | None:
        """When `fire` is due."""
        return None

    def fire(self) -> None:
        """Time has passed; the step looks whether its own has come."""

    def abandon(self) -> None:
        """Something else takes over and clears the call: expect nothing more."""

    def afterwards(self, _notice: Notice, /) -> bool:
        """Something else has taken over; whether this was still this step's to tell somebody."""
        return False
