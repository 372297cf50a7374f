"""Parts of long messages: over a restart, and through an erasure that comes before the last one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.inbox import Inbox
from ringfence.kernel.clock import Ms
from ringfence.kernel.phone import Phone
from ringfence.messaging.concatenation import Part
from ringfence.office import Office
from ringfence.office.messaging.incoming import Incoming
from ringfence.office.messaging.pieces import PieceShelf

pytestmark = pytest.mark.anyio

KEY = ("+447700900123", "+447700900100", 7)


def part(number: int, total: int = 3) -> Part:
    return Part(KEY, total, number, f"part {number}")


async def test_what_was_kept_is_there_after_a_restart(office: Office) -> None:
    shelf = PieceShelf(office)
    await shelf.keep("a", part(2), Ms(20))
    await shelf.keep("a", part(1), Ms(30))
    await shelf.keep("b", part(1), Ms(10))
    again = PieceShelf(office)
    assert list(await again.kept("a")) == [(part(2), Ms(20)), (part(1), Ms(30))]
    await again.forget("a", KEY)
    assert list(await PieceShelf(office).kept("a")) == []
    assert list(await PieceShelf(office).kept("b")) == [(part(1), Ms(10))]


async def erase(run: Any) -> None:
    planned = await run("privacy.erase.plan", address=KEY[0])
    stores = [row.store for row in planned.rows]
    assert "text_pieces" in stores
    await run("privacy.erase.execute", sid=planned.sid)


async def test_an_erasure_reaches_what_is_half_here(office: Office, run: Any) -> None:
    shelf = PieceShelf(office)
    await shelf.keep("a", part(1), office.clock.now())
    party = office.store.party_room.find(Phone(KEY[0]))
    await erase(run)
    assert office.store.rooms.pieces.count(office.store.db.reading) == 0
    assert shelf.erased(party) == [("a", KEY)]
    assert shelf.forgotten("a", KEY)
    assert list(await PieceShelf(office).kept("a")) == []


async def test_nothing_of_it_goes_on_from_memory(office: Office, run: Any, ready: Any) -> None:
    await ready()
    shelf = PieceShelf(office)
    inbox = Inbox("a", Dialect(), Incoming(office), shelf, office.clock)
    await shelf.keep("a", part(1, 2), office.clock.now())
    await inbox.start()
    party = office.store.party_room.find(Phone(KEY[0]))
    await erase(run)
    for _, key in shelf.erased(party):
        inbox.forget(key)
    await shelf.keep("a", part(2, 2), office.clock.now())  # they go on writing: this part is new
    kept = await PieceShelf(office).kept("a")
    assert [found.number for found, _ in kept] == [2]
    await asyncio.sleep(0)
    assert (await run("message.list", to=KEY[1])).messages == []
    await inbox.stop()
