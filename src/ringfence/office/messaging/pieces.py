"""Parts of long messages, durable before a carrier hears yes (`carriers.ports.Keeper`).

Each is a row under the person who sent it, so an erasure that comes before the last part takes
those that are here along, and nothing of them goes on from memory either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import SMS_JOINING_MAX
from ringfence.kernel.phone import Phone
from ringfence.messaging.concatenation import Key, Part
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.pieces import Piece

if TYPE_CHECKING:
    from ringfence.office import Office

_Whose = tuple[str, Key]
"""A carrier and a message of it."""


class PieceShelf:
    """The parts that are here; used by the thread of the loop."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._people: dict[_Whose, PartyId] = {}
        self._gone: set[_Whose] = set()

    async def keep(self, carrier: str, part: Part, now: Ms, /) -> None:
        """Make a part durable; raises `Refused` (``too_many_parts``, ``storage_...``)."""
        office = self._office
        pieces = office.store.rooms.pieces
        if len(self._people) >= SMS_JOINING_MAX * 2:
            raise Refused("too_many_parts", "too many messages are half here")
        party = self._people.get((carrier, part.key))
        if party is None:
            party = office.store.party_room.resolve(_who(part.key[0]), now)
        self._people[carrier, part.key] = party
        self._gone.discard((carrier, part.key))
        piece = Piece(part, party, now)
        await office.store.db.post(lambda tx: pieces.put(tx, carrier, piece), patient=False)

    async def forget(self, carrier: str, key: Key, /) -> None:
        """Drop the parts of a message that is durable as a whole."""
        pieces = self._office.store.rooms.pieces
        await self._office.store.db.post(lambda tx: pieces.drop(tx, carrier, key))
        self._people.pop((carrier, key), None)

    async def kept(self, carrier: str, /) -> Sequence[tuple[Part, Ms]]:
        """Return the parts of one carrier, the oldest first."""
        office = self._office
        with exchange_itself(), purpose("carry_message"):
            found = office.store.rooms.pieces.all(office.store.db.reading, carrier)
        for piece in found:
            self._people[carrier, piece.part.key] = piece.party
        return [(piece.part, piece.at) for piece in found]

    def forgotten(self, carrier: str, key: Key, /) -> bool:
        """Whether whoever sent a message was erased while it came."""
        return (carrier, key) in self._gone

    def erased(self, party: PartyId) -> list[_Whose]:
        """Somebody was erased: return which messages were on their way from them."""
        theirs = [whose for whose, found in self._people.items() if found == party]
        for whose in theirs:
            del self._people[whose]
            self._gone.add(whose)
        return theirs


def _who(text: str) -> Phone | str:
    bare = text.removeprefix("+")
    return Phone(text) if bare.isascii() and bare.isdigit() else text
