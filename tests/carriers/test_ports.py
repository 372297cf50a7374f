"""What carriers are handed."""

from __future__ import annotations

import asyncio

from ringfence.carriers.ports import Forgetful
from ringfence.kernel.clock import Ms
from ringfence.messaging.concatenation import Part


def test_who_keeps_nothing_has_nothing() -> None:
    async def scene() -> None:
        keeper = Forgetful()
        await keeper.keep("a", Part(("x", "y", 1), 2, 1, "text"), Ms(0))
        assert list(await keeper.kept("a")) == []
        await keeper.forget("a", ("x", "y", 1))

    asyncio.run(scene())
