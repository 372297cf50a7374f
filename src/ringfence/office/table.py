"""The one table of use cases: a name, a function, who may ask, and whether a server must run."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ringfence.kernel.errors import Refused

OPERATOR, ADMIN, API, PUBLIC = "operator", "admin", "api", "public"
EVERYBODY = frozenset({OPERATOR, ADMIN, API, PUBLIC})
KNOWN = frozenset({OPERATOR, ADMIN, API})
STAFF = frozenset({OPERATOR, ADMIN})


@dataclass(frozen=True, slots=True)
class UseCase:
    """One row of the table. ``work`` takes the office and keyword arguments."""

    name: str
    work: Callable[..., Any]
    actors: frozenset[str]
    live: bool
    stream: bool

    def bind(self, office: object, args: Mapping[str, Any]) -> inspect.BoundArguments:
        """Check the arguments' names; raises `Refused` (``bad_argument``)."""
        try:
            return inspect.signature(self.work).bind(office, **args)
        except TypeError:
            wanted = [*inspect.signature(self.work).parameters][1:]
            raise Refused(
                "bad_argument", f"{self.name} takes: {', '.join(wanted) or 'nothing'}"
            ) from None


class Table:
    """Use cases by name."""

    def __init__(self) -> None:
        self.rows: dict[str, UseCase] = {}

    def use_case(
        self, name: str, *, actors: frozenset[str] = STAFF, live: bool = False
    ) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
        """Add a coroutine function as ``name``. ``live``: only a running server can do it."""

        def add(work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            self.rows[name] = UseCase(name, work, actors, live, stream=False)
            return work

        return add

    def stream(
        self, name: str, *, actors: frozenset[str] = STAFF, live: bool = False
    ) -> Callable[[Callable[..., AsyncIterator[Any]]], Callable[..., AsyncIterator[Any]]]:
        """Add an asynchronous generator function as ``name``."""

        def add(work: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
            self.rows[name] = UseCase(name, work, actors, live, stream=True)
            return work

        return add

    def find(self, name: str, *, actor: str, stream: bool, live: bool) -> UseCase:
        """The use case, if it exists, ``actor`` may ask and it can be done now."""
        row = self.rows.get(name)
        if row is None or row.stream is not stream:
            raise Refused("unknown_use_case", "there is no such use case")
        if actor not in row.actors:
            raise Refused("not_authorized", "sign in with more rights for that")
        if row.live and not live:
            raise Refused("not_running", "start it first: ringfence up --data DIR")
        return row


TABLE = Table()
"""All use cases of this installation; importing `ringfence.office` fills it."""
