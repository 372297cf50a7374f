"""Something that happens once on a call, and whoever waits for it."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

PATIENCE: Final = 120.0
"""Seconds after which a test waits in vain: nothing that rings or plays takes longer."""


class Moment(asyncio.Event):
    """An event whose wait ends: a test that waits in vain fails and does not hang."""

    async def wait(self, seconds: float = PATIENCE) -> Literal[True]:
        """Wait until it has happened. Raises `TimeoutError` after ``seconds``."""
        async with asyncio.timeout(seconds):
            return await super().wait()
