"""Every operation of Twilio's 2010 interface, and what of it is there.

The list (method, path, name) is ``operations.json``: facts of the public interface. An operation
is there when a handler carries its name; what a handler leaves out is said beside it. Everything
else is known and answered with 501, so that a client learns what it asked for, not that it erred.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from importlib.resources import files
from typing import Literal

from ringfence.api.twilio.choices import CHOICES, Words, heard
from ringfence.api.twilio.problems import of
from ringfence.api.twilio.question import Answer, Question
from ringfence.kernel.errors import Refused

State = Literal["works", "partly", "not"]
Handler = Callable[[Question], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``missing``: what its handler leaves out, or why there is none, in words."""

    method: str
    path: str
    name: str
    handler: Handler | None = None
    missing: str = ""

    @property
    def state(self) -> State:
        """Whether it is there."""
        if self.handler is None:
            return "not"
        return "partly" if self.missing else "works"


class Desk:
    """Handlers by the name of their operation."""

    def __init__(self) -> None:
        self.handlers: dict[str, tuple[Handler | None, str]] = {}

    def operation(
        self,
        *names: str,
        missing: str = "",
        codes: Mapping[str, int] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Let a coroutine function answer these operations.

        ``codes``: Twilio's code for refusals that have another one elsewhere (``problems.CODES``).
        """

        def add(handler: Handler) -> Handler:
            for name in names:
                answer = _of_known_words(handler, CHOICES[name]) if name in CHOICES else handler
                if codes is not None:
                    answer = _in_other_words(answer, codes)
                self.handlers[name] = (answer, missing)
            return handler

        return add

    def absent(self, *names: str, why: str) -> None:
        """Say why some operations are not there."""
        for name in names:
            self.handlers[name] = (None, why)


def _in_other_words(handler: Handler, codes: Mapping[str, int]) -> Handler:
    @wraps(handler)
    async def answer(asked: Question) -> Answer:
        try:
            return await handler(asked)
        except Refused as refused:
            raise of(refused, codes) from None

    return answer


def _of_known_words(handler: Handler, words: Words) -> Handler:
    @wraps(handler)
    async def answer(asked: Question) -> Answer:
        return await handler(heard(asked, words))

    return answer


DESK = Desk()
"""Filled by importing the modules beside this one."""

_FIELD = re.compile(r"\\\{(\w+)\\\}")


class Operations:
    """The table, with a way to find the row of a request."""

    def __init__(self, desk: Desk) -> None:
        rows = json.loads(files("ringfence.api.twilio").joinpath("operations.json").read_text())
        unknown = desk.handlers.keys() - {name for _, _, name in rows}
        if unknown:
            raise LookupError(f"no operation is called {', '.join(sorted(unknown))}")
        self.rows = [
            Operation(method, path, name, *desk.handlers.get(name, (None, "")))
            for method, path, name in rows
        ]
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Operation]]] = {}
        self._alike: dict[tuple[int, str], list[tuple[re.Pattern[str], dict[str, Operation]]]] = {}
        # A word of the path comes before a SID in the same place.
        for row in sorted(self.rows, key=lambda row: row.path.replace("{", "~")):
            pattern = _FIELD.sub(r"(?P<\1>(?:Twilio\.)?[^/.]+)", re.escape(row.path))
            found = self._patterns.setdefault(row.path, (re.compile(pattern), {}))
            found[1][row.method] = row
        for path, found in self._patterns.items():
            self._alike.setdefault(_outline(path), []).append(found)

    def methods(self, path: str) -> tuple[str, ...]:
        """Return what may be asked of a path, none where nobody knows it."""
        for pattern, by_method in self._alike.get(_outline(path), ()):
            if pattern.fullmatch(path) is not None:
                return methods(by_method)
        return ()

    def find(self, method: str, path: str) -> tuple[Operation | None, Mapping[str, str], bool]:
        """Return the row, the fields of its path, and whether the path is known at all."""
        for pattern, by_method in self._alike.get(_outline(path), ()):
            match = pattern.fullmatch(path)
            if match is not None:
                return by_method.get(method), match.groupdict(), True
        return None, {}, False


def methods(asked: Iterable[str]) -> tuple[str, ...]:
    """Return the methods of a resource that answers these, as the header Allow names them."""
    every = {*asked, "OPTIONS"}
    return tuple(sorted(every | {"HEAD"} if "GET" in every else every))


def _outline(path: str) -> tuple[int, str]:
    """Return what paths that may match have alike: how many parts, and the collection."""
    parts = path.split("/", 4)
    return path.count("/"), parts[3].partition(".")[0] if len(parts) > 3 else ""


@cache
def operations() -> Operations:
    """Return the table of this program."""
    from ringfence.api.twilio import (  # noqa: F401
        absent,
        accounts,
        addresses,
        applications,
        available,
        balance,
        caller_ids,
        calls,
        keys,
        live_transcriptions,
        messages,
        notifications,
        numbers,
        payments,
        queues,
        recordings,
        rooms,
        short_codes,
        sip,
        streams,
        transcriptions,
        usage,
        usage_triggers,
    )

    return Operations(DESK)
