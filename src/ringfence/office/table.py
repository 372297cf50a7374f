"""The one table of use cases: its name, its function, who may ask, and what it handles and why.

Every row declares the purposes it may be done for and the category of data it handles, or why it
handles nobody's data. `UseCase.admit` asks the gate (``privacy.gate``) before the function runs.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy.gate import Obligation, decide
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.roles import Identity, Role
from ringfence.privacy.scopes import may_ask
from ringfence.privacy.taxonomy import is_known

OPERATOR, ADMIN, API, PUBLIC = "operator", "admin", "api", "public"
EVERYBODY = frozenset({OPERATOR, ADMIN, API, PUBLIC})
KNOWN = frozenset({OPERATOR, ADMIN, API})
STAFF = frozenset({OPERATOR, ADMIN})


@dataclass(frozen=True, slots=True)
class Handling:
    """What a use case does with data.

    ``purposes``: it is done for the first of them that whoever asks has. ``also``: what else it
    opens on the way. ``category``: what it handles. ``none``: why nobody's data is handled, and
    then the rest is empty.
    """

    purposes: tuple[str, ...] = ()
    category: str = ""
    also: tuple[str, ...] = ()
    none: str = ""

    def __post_init__(self) -> None:
        unknown = [key for key in (*self.purposes, *self.also) if key not in PURPOSES]
        if unknown or (self.category and not is_known(self.category)):
            raise LocalError(f"a use case speaks of {unknown or self.category}, unknown here")
        if bool(self.none) == bool(self.purposes and self.category):
            raise LocalError("a use case declares a purpose and a category, or why it needs none")


class Admission(NamedTuple):
    """Somebody may go on: for ``purpose`` ("" where none is needed), under ``obligations``."""

    purpose: str
    declared: frozenset[str]
    obligations: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True)
class UseCase:
    """One row of the table. ``work`` takes the office and keyword arguments."""

    name: str
    work: Callable[..., Any]
    actors: frozenset[str]
    live: bool
    stream: bool
    handling: Handling
    takes: Mapping[str, bool]
    """The names of its arguments, each with whether it has to be given."""
    needs: frozenset[str]
    admitted: dict[Role, Admission] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What the gate answered to a role that nothing narrows: its rules stay what they were."""

    def check(self, args: Mapping[str, Any]) -> None:
        """Check the arguments' names; raises `Refused` (``bad_argument``)."""
        if not (args.keys() <= self.takes.keys() and self.needs <= args.keys()):
            raise Refused(
                "bad_argument", f"{self.name} takes: {', '.join(self.takes) or 'nothing'}"
            )

    def admit(self, who: Identity) -> Admission:
        """Ask the gate. Raises `Refused` with the rule behind it.

        ``purpose_not_declared``: a key that was not made for any purpose of this use case.
        """
        if who.scopes is None and who.purposes is None:
            known = self.admitted.get(who.role)
            if known is None:
                known = self.admitted[who.role] = self._ask(who)
            return known
        return self._ask(who)

    def _ask(self, who: Identity) -> Admission:
        handling = self.handling
        if who.scopes is not None and not may_ask(who.scopes, self.name):
            raise Refused("insufficient_scope", "this app was not allowed to ask for that")
        if handling.none:
            return _FREELY
        refused: Refused | None = None
        for key in handling.purposes:
            if who.purposes is not None and key not in who.purposes:
                continue
            decision = decide(who.role, purpose=key, category=handling.category)
            if decision.allowed:
                return Admission(key, frozenset((key, *handling.also)), decision.obligations)
            if refused is None:
                refused = Refused(
                    decision.code,
                    f"the role {who.role} may not do this",
                    clause=decision.clause,
                )
        raise refused or Refused(
            "purpose_not_declared",
            f"this key was not made for: {', '.join(handling.purposes)}",
            clause="TEL-11",
        )


_FREELY = Admission("", frozenset(), ())


class Table:
    """Use cases by name."""

    def __init__(self) -> None:
        self.rows: dict[str, UseCase] = {}

    def use_case(
        self,
        name: str,
        *,
        actors: frozenset[str] = STAFF,
        live: bool = False,
        purpose: str | tuple[str, ...] = (),
        category: str = "",
        also: tuple[str, ...] = (),
        none: str = "",
    ) -> Callable[[Callable[..., Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
        """Add a coroutine function as ``name``. ``live``: only a running server can do it.

        ``purpose``, ``category``, ``also``, ``none``: see `Handling`.
        """
        handling = _handling(purpose, category, also, none)

        def add(work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            self._add(_row(name, work, actors, handling, live=live, stream=False))
            return work

        return add

    def stream(
        self,
        name: str,
        *,
        actors: frozenset[str] = STAFF,
        live: bool = False,
        purpose: str | tuple[str, ...] = (),
        category: str = "",
        also: tuple[str, ...] = (),
        none: str = "",
    ) -> Callable[[Callable[..., AsyncIterator[Any]]], Callable[..., AsyncIterator[Any]]]:
        """Add an asynchronous generator function as ``name``."""
        handling = _handling(purpose, category, also, none)

        def add(work: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
            self._add(_row(name, work, actors, handling, live=live, stream=True))
            return work

        return add

    def _add(self, row: UseCase) -> None:
        self.rows[row.name] = row

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


def _row(
    name: str,
    work: Callable[..., Any],
    actors: frozenset[str],
    handling: Handling,
    *,
    live: bool,
    stream: bool,
) -> UseCase:
    """Return a row; after the office, a use case takes arguments by name alone."""
    _, *arguments = inspect.signature(work).parameters.values()
    takes = {one.name: one.default is inspect.Parameter.empty for one in arguments}
    if any(one.kind is not inspect.Parameter.KEYWORD_ONLY for one in arguments):
        raise LocalError(f"{name} takes arguments that have no name")
    needs = frozenset(word for word, needed in takes.items() if needed)
    return UseCase(name, work, actors, live, stream, handling, takes, needs)


def _handling(
    purpose: str | tuple[str, ...], category: str, also: tuple[str, ...], none: str
) -> Handling:
    return Handling((purpose,) if isinstance(purpose, str) else purpose, category, also, none)


TABLE = Table()
"""All use cases of this installation; importing `ringfence.office` fills it."""
