"""Parts over a restart."""

from __future__ import annotations

import asyncio

import pytest

from ringfence.carriers.parts import PartShelf
from ringfence.kernel.clock import Ms
from ringfence.messaging.concatenation import Part

KEY = ("+12025550123", "+12025550100", 7)


class Store:
    def __init__(self) -> None:
        self.plain: bytes | None = None
        self.writes = 0
        self.broken = False

    def load(self) -> bytes | None:
        return self.plain

    def seal(self, plain: bytes) -> bytes:
        return plain

    def write(self, sealed: bytes) -> None:
        if self.broken:
            raise OSError
        self.writes += 1
        self.plain = sealed


def part(number: int) -> Part:
    return Part(KEY, 3, number, f"part {number} \u20ac")


def test_what_was_kept_is_there_after_a_restart() -> None:
    async def scene() -> None:
        store = Store()
        shelf = PartShelf(store)
        await shelf.keep("a", part(2), Ms(20))
        await shelf.keep("a", part(1), Ms(30))
        await shelf.keep("b", part(1), Ms(10))
        again = PartShelf(store)
        assert list(await again.kept("a")) == [(part(2), Ms(20)), (part(1), Ms(30))]
        await again.forget("a", KEY)
        assert list(await PartShelf(store).kept("a")) == []
        assert list(await PartShelf(store).kept("b")) == [(part(1), Ms(10))]

    asyncio.run(scene())


def test_parts_that_come_together_share_writes() -> None:
    async def scene() -> None:
        store = Store()
        shelf = PartShelf(store)
        await asyncio.gather(*(shelf.keep("a", part(n), Ms(n)) for n in range(100)))
        assert store.writes <= 3
        assert len(await PartShelf(store).kept("a")) == 100

    asyncio.run(scene())


def test_a_disk_that_fails_is_heard_of() -> None:
    async def scene() -> None:
        store = Store()
        store.broken = True
        shelf = PartShelf(store)
        with pytest.raises(OSError):
            await shelf.keep("a", part(1), Ms(1))
        store.broken = False
        await shelf.keep("a", part(2), Ms(2))
        assert len(await PartShelf(store).kept("a")) == 2

    asyncio.run(scene())


def test_a_file_nobody_understands_is_left_aside() -> None:
    async def scene() -> None:
        store = Store()
        store.plain = b"{"
        assert list(await PartShelf(store).kept("a")) == []

    asyncio.run(scene())
