"""What a carrier needs from packages it may not import; the composition root provides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ringfence.kernel.clock import Ms
from ringfence.messaging.concatenation import Key, Part


class Keeper(Protocol):
    """Keeps the parts of a message that is not whole yet, over a restart too."""

    async def keep(self, carrier: str, part: Part, now: Ms, /) -> None:
        """Make a part durable. The carrier hears yes after this has returned."""
        ...

    async def forget(self, carrier: str, key: Key, /) -> None:
        """Drop the parts of a message that is durable as a whole."""
        ...

    async def kept(self, carrier: str, /) -> Sequence[tuple[Part, Ms]]:
        """Return what was kept when the process ended, the oldest first, with when it came."""
        ...

    def forgotten(self, carrier: str, key: Key, /) -> bool:
        """Whether whoever sent a message was erased while it came: nothing of it goes on."""
        ...


class Forgetful:
    """Keeps nothing: for tests and for carriers without long messages."""

    async def keep(self, carrier: str, part: Part, now: Ms, /) -> None:
        """Do nothing."""

    async def forget(self, carrier: str, key: Key, /) -> None:
        """Do nothing."""

    async def kept(self, carrier: str, /) -> Sequence[tuple[Part, Ms]]:  # noqa: ARG002
        """Return nothing."""
        return ()

    def forgotten(self, carrier: str, key: Key, /) -> bool:  # noqa: ARG002
        """Nobody is."""
        return False
