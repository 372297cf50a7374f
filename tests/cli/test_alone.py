"""The office in this process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from ringfence.api import views
from ringfence.cli.alone import Local
from ringfence.kernel.errors import Refused


class UseCases:
    """Two use cases."""

    def __init__(self) -> None:
        self.closed = False

    async def run(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> Any:
        if name == "slow":
            raise TimeoutError
        return views.AdminLink(path=f"/{name}/{args['x']}/{actor}", expires=1)

    async def follow(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> AsyncIterator[Any]:
        try:
            yield views.Chunk(data=b"a")
            yield views.Chunk(data=b"b")
        finally:
            self.closed = True


def test_results_are_plain() -> None:
    with asyncio.Runner() as runner:
        local = Local(UseCases(), runner)
        assert local.run("a.b", x=1) == {"path": "/a.b/1/operator", "expires": 1}


def test_streams_are_plain_and_closed() -> None:
    use_cases = UseCases()
    with asyncio.Runner() as runner:
        local = Local(use_cases, runner)
        assert [item["data"] for item in local.follow("a.b")] == ["YQ==", "Yg=="]
        assert use_cases.closed
        use_cases.closed = False
        items = local.follow("a.b")
        next(items)
        items.close()  # type: ignore[attr-defined]
        assert use_cases.closed


def test_what_takes_too_long_is_refused() -> None:
    with asyncio.Runner() as runner, pytest.raises(Refused) as refusal:
        Local(UseCases(), runner).run("slow", x=1)
    assert refusal.value.code == "too_slow"
