"""Facts as JSON and back: what of a fact is stored beside its call, time and account.

Only fields whose label allows them to rest in clear are stored; a fact with another kind of field
is refused when its class is first seen, not when somebody's number is already on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, cast, get_args, get_type_hints

import msgspec

from ringfence.calls.events import FACTS, CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.events import Event
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.privacy.labels import PARTY_ID, labels_of

_APART = frozenset({"at", "call", "message", "account"})
"""Fields with a column of their own."""
_CLEAR = frozenset({"plain", "opaque"})

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode

BY_NAME: Mapping[str, type[CallFact]] = {fact.name(): fact for fact in FACTS}


class Shape:
    """How one class of facts is stored."""

    __slots__ = ("_body", "_fact", "_get", "_parties", "_required", "has_account", "name")

    def __init__(self, fact: type[Event]) -> None:
        labels = labels_of(fact)
        for field, label in labels.items():
            if label.storage not in _CLEAR:
                raise LocalError(f"{fact.__name__}.{field} may not be stored in clear")
        self._fact = fact
        self.name = fact.name()
        self.has_account = "account" in labels
        self._parties = tuple(name for name, label in labels.items() if label is PARTY_ID)
        self._required = {
            field.name: None for field in msgspec.structs.fields(fact) if field.required
        }
        hints = get_type_hints(fact)
        inside = [name for name in labels if name not in _APART]
        always = [name for name in inside if type(None) not in get_args(hints[name])]
        perhaps = [name for name in inside if name not in always]
        self._get = _getter(always + perhaps)
        self._body = msgspec.defstruct(
            fact.__name__,
            [*((name, Any) for name in always), *((name, Any, None) for name in perhaps)],
            omit_defaults=True,
        )

    def body(self, fact: Event) -> bytes:
        """Return the JSON of the fields without a column; those that are None are left out."""
        return _encode(self._body(*self._get(fact)))

    def read(self, at: Ms, call: CallId, account: AccountId, body: str) -> Event:
        """Return the fact again; a field that was left out is None, or has its default."""
        values = self._required | _decode(body) | {"at": at, "call": call}
        if self.has_account:
            values["account"] = account
        return msgspec.convert(values, self._fact)

    def parties(self, fact: Event) -> list[PartyId]:
        """Return everybody the fact names."""
        found: list[PartyId] = []
        for name in self._parties:
            value = getattr(fact, name)
            if value is None:
                continue
            if isinstance(value, tuple):
                found += [party for party in value if party is not None]
            else:
                found.append(value)
        return found


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda _fact: ()
    if len(names) == 1:
        get_one = attrgetter(names[0])
        return lambda fact: (get_one(fact),)
    get: Callable[[Any], tuple[Any, ...]] = attrgetter(*names)
    return get


_SHAPES: dict[type[Event], Shape] = {}


def shape_of(fact: type[Event]) -> Shape:
    """Return the shape of a class of facts."""
    shape = _SHAPES.get(fact)
    if shape is None:
        shape = _SHAPES[fact] = Shape(fact)
    return shape


def read_fact(name: str, at: Ms, call: CallId, account: AccountId, body: str) -> CallFact | None:
    """Return a stored fact, or None for a kind this version does not know any more."""
    kind = BY_NAME.get(name)
    if kind is None:
        return None
    return cast("CallFact", shape_of(kind).read(at, call, account, body))
