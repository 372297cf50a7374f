"""A case as a literal table: which action leads from which state to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ringfence.kernel.errors import LocalError, Refused


@dataclass(frozen=True, slots=True)
class Step:
    """``action`` leads from each state of ``before`` to ``after``; ``""``: it changes nothing.

    ``said``: what whoever handles the case calls it, None where they say ``action``; ``""``: the
    exchange takes the step itself and nobody is told that they could.
    """

    action: str
    before: tuple[str, ...]
    after: str
    said: str | None = None


def by_itself(action: str, before: tuple[str, ...], after: str = "") -> Step:
    """Return a step that the exchange takes by itself."""
    return Step(action, before, after, said="")


class Machine:
    """The table of one family of cases."""

    __slots__ = ("_said", "_table", "family", "final", "first", "states")

    def __init__(
        self, family: str, *, first: str, final: Iterable[str], steps: Iterable[Step]
    ) -> None:
        """Raises `LocalError` where an action has two ends from one state."""
        table: dict[tuple[str, str], str] = {}
        said: dict[str, str] = {}
        for step in steps:
            said[step.action] = step.action if step.said is None else step.said
            for state in step.before:
                if (state, step.action) in table:
                    raise LocalError(f"{step.action} from {state} has two ends")
                table[state, step.action] = step.after or state
        self.family = family
        self.first = first
        self.final = frozenset(final)
        self._said = said
        self._table: Mapping[tuple[str, str], str] = MappingProxyType(table)
        self.states = frozenset({first, *self.final, *(s for s, _ in table), *table.values()})

    def __repr__(self) -> str:
        return f"Machine({self.family})"

    @property
    def table(self) -> Mapping[tuple[str, str], str]:
        """Every transition: (state, action) to state."""
        return self._table

    def after(self, state: str, action: str) -> str:
        """Return the state that ``action`` leads to; raises `Refused` (``not_now``)."""
        found = self._table.get((state, action))
        if found is None:
            can = ", ".join(self.actions(state)) or "nothing"
            raise Refused("not_now", f"this {self.family} is {state}; possible now: {can}")
        return found

    def actions(self, state: str) -> list[str]:
        """Return what whoever handles the case can do in ``state``, as they call it."""
        found = {self._said[action] for before, action in self._table if before == state}
        return sorted(found - {""})
