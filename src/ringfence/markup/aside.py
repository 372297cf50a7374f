"""A document that is carried out beside something else: in a queue, in an empty room, on hold.

It is a program of its own with less to say: only some verbs are carried out, its end is not the
end of the call, and where it is to be heard until something happens it begins again. A document
that cannot be had ends it (``failed``); what is heard instead is decided by whoever began it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ringfence.markup.context import Context, Source
from ringfence.markup.ending import InstantStep
from ringfence.markup.exchange import Params
from ringfence.markup.stage import Step
from ringfence.markup.verbs import (
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Redirect,
    Say,
    Unavailable,
    Verb,
)
from ringfence.markup.voice import Program

FOR_EARS: Final[frozenset[type[Verb]]] = frozenset({Say, Play, Pause, Redirect})
"""What is heard in an empty room, on hold and as an announcement."""

FOR_WAITING: Final[frozenset[type[Verb]]] = FOR_EARS | {Gather, Hangup, Leave}
"""What a caller in a queue may hear and do."""


def _nothing() -> Params:
    return ()


class Aside(Program):
    """See the module. ``more``: parameters of every request, asked for each time.

    ``play_from``, ``request_from``: where its numbers begin, apart from those of the program it
    runs beside.
    """

    __slots__ = ("_again", "_allowed", "_more", "failed")

    def __init__(
        self,
        context: Context,
        source: Source,
        *,
        allowed: frozenset[type[Verb]] = FOR_EARS,
        again: bool = False,
        more: Callable[[], Params] = _nothing,
        play_from: int = 0,
        request_from: int = 0,
    ) -> None:
        super().__init__(context, source, answered=True)
        self._allowed = allowed
        self._again = again
        self._more = more
        self._play = play_from
        self._request = request_from
        self.failed = False

    def move(self, context: Context) -> None:
        """Ask for another call from now on."""
        self._context = context

    def _next_step(self, rest: Sequence[Verb]) -> tuple[Step, int]:
        verb = rest[0]
        if type(verb) in self._allowed:
            return super()._next_step(rest)
        self.note("verb_not_here", "a verb that has no place here was passed over", at=verb)
        return InstantStep(self, Unavailable(name="", line=verb.line, column=verb.column)), 1

    def _read_out(self) -> None:
        if self._again:
            self._start_source()
        else:
            self._finished = True

    def _apologise(self, code: int | None = None) -> None:  # noqa: ARG002 - nobody is told
        self._pages.close()
        self._step = None
        self._goto = None
        self._finished = self.failed = True

    def _params(self) -> Params:
        return (*super()._params(), *self._more())
