"""The office in this process, spoken to as if it were a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec

from ringfence.api.use_cases import OPERATOR, UseCases
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CONTROL_WAIT


class Local:
    """Runs the use cases on an event loop of this process, one at a time."""

    def __init__(self, use_cases: UseCases, runner: asyncio.Runner) -> None:
        self._use_cases = use_cases
        self._runner = runner
        self._account: str | None = None

    def of(self, account: str, /) -> Local:
        """Ask for an account below the first from now on."""
        self._account = account
        return self

    def run(self, name: str, /, **args: Any) -> Any:
        """Carry out one use case; its result becomes plain JSON values."""
        return _plain(self._runner.run(self._run(name, args)))

    async def _run(self, name: str, args: dict[str, Any]) -> Any:
        try:
            return await asyncio.wait_for(
                self._use_cases.run(name, args, actor=OPERATOR, account=self._account), CONTROL_WAIT
            )
        except TimeoutError:
            raise Refused("too_slow", "that took too long and was given up") from None

    def follow(self, name: str, /, **args: Any) -> Iterator[Any]:
        """Yield the items of a stream."""
        items = self._use_cases.follow(name, args, actor=OPERATOR, account=self._account)
        try:
            while True:
                try:
                    yield _plain(self._runner.run(_next(items)))
                except StopAsyncIteration:
                    return
        finally:
            self._runner.run(_close(items))


async def _next(items: Any) -> Any:
    return await anext(items)


async def _close(items: Any) -> None:
    await items.aclose()


def _plain(result: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(result))
