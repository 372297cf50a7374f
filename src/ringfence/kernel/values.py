"""The base of the small values that every call makes by the dozen: events, commands, effects.

They are made far more often than they are looked at, so they are Structs, which are built in C and
are no work for the garbage collector. A value never refers to whoever holds it: what could be part
of a cycle says ``gc=True``.

What nobody may read in a log is `Hidden` (``digit: Hidden[str]``) and left out of ``repr``.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar, get_type_hints

from msgspec import Struct

_T = TypeVar("_T")

HIDDEN: Final = object()
"""Marks a field in its ``Annotated`` type."""

Hidden = Annotated[_T, HIDDEN]
"""A digit, a text, an address, a password: it stays out of every ``repr``."""

_SHOWN: dict[type[Struct], tuple[str, ...]] = {}


class Value(Struct, frozen=True, kw_only=True, gc=False):
    """Something that does not change. Every class says ``frozen`` and ``kw_only`` for itself."""

    def __repr__(self) -> str:
        return text_of(self)


def hidden_of(kind: type[Struct]) -> frozenset[str]:
    """Return the names of the fields that are kept out of ``repr``."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(
        name
        for name in kind.__struct_fields__
        if any(extra is HIDDEN for extra in getattr(hints[name], "__metadata__", ()))
    )


def text_of(value: Struct) -> str:
    """Return ``Name(field=value, ...)`` without what is hidden; looked up once for each class."""
    kind = type(value)
    shown = _SHOWN.get(kind)
    if shown is None:
        hidden = hidden_of(kind)
        shown = tuple(name for name in kind.__struct_fields__ if name not in hidden)
        _SHOWN[kind] = shown
    return f"{kind.__qualname__}({', '.join(f'{name}={getattr(value, name)!r}' for name in shown)})"
