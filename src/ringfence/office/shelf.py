"""Small documents of the account in memory, beside the database; see ``accounts.resources``.

Use cases read them here and change them by `keep`, `change` and `drop`: written first, learned
after, so that what is acknowledged survives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from ringfence.accounts.resources import KINDS, Resource
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import RESOURCES_MAX
from ringfence.storage.resources import Kept

if TYPE_CHECKING:
    from ringfence.office import Office
    from ringfence.storage.unit_of_work import Transaction

T = TypeVar("T", bound=Resource)


class Shelf:
    """Documents by id, oldest first."""

    __slots__ = ("_kept", "_kinds")

    def __init__(self) -> None:
        self._kept: dict[str, Kept[Resource]] = {}
        self._kinds: dict[type[object], dict[str, Kept[Resource]]] = {}

    def learn(self, kept: Kept[T]) -> None:
        """One was made or changed."""
        self._kept[kept.id] = known = cast("Kept[Resource]", kept)
        self._kinds.setdefault(type(kept.body), {})[kept.id] = known

    def forget(self, identifier: str) -> None:
        """One is gone."""
        known = self._kept.pop(identifier, None)
        if known is not None:
            self._kinds[type(known.body)].pop(identifier, None)

    def all(self, kind: type[T], *, parent: str | None = None) -> list[Kept[T]]:
        """Return those of a kind, all of them or those that belong to ``parent``.

        From any thread: the writer asks whom to tell while others are made.
        """
        return [
            cast("Kept[T]", kept)
            for kept in tuple(self._kinds.get(kind, {}).values())
            if parent is None or kept.parent == parent
        ]

    def find(self, kind: type[T], identifier: str, *, parent: str | None = None) -> Kept[T]:
        """Return one. Raises `Refused` (``not_found``)."""
        kept = self._kept.get(identifier)
        if kept is None or type(kept.body) is not kind or parent not in {None, kept.parent}:
            raise Refused("not_found", f"no {_words(kind)} of that SID")
        return cast("Kept[T]", kept)


def _words(kind: type[object]) -> str:
    return KINDS[kind].word.replace("_", " ")


async def keep(
    office: Office, body: T, *, parent: str | None = None, once: str | None = None
) -> Kept[T]:
    """Write a new document and learn it. Raises `Refused`: ``exists``, ``too_many``."""
    if len(office.shelf.all(type(body))) >= RESOURCES_MAX:
        raise Refused("too_many", "there are as many of those as there may be; remove one first")
    now, room = office.clock.now(), office.store.rooms.resources
    made = await office.write(lambda tx: room.add(tx, body, now=now, parent=parent, once=once))
    office.learn_resource(made)
    return made


async def change(office: Office, kept: Kept[T], body: T, *, once: str | None = None) -> Kept[T]:
    """Write another document in the place of one, and learn it.

    ``once``: what there may be one of alone, where that has changed; else `Refused` (``exists``).
    """
    now, room = office.clock.now(), office.store.rooms.resources
    changed = await office.write(lambda tx: room.change(tx, kept, body, now=now, once=once))
    office.learn_resource(changed)
    return changed


async def drop(office: Office, *gone: Kept[T]) -> None:
    """Remove documents and forget them, all or none."""
    room = office.store.rooms.resources

    def remove(tx: Transaction) -> None:
        for kept in gone:
            room.drop(tx, kept)

    await office.write(remove)
    for kept in gone:
        office.forget_resource(kept)
