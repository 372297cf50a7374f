"""An office with a number of its own, and a carrier that says what it is told to say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from spoken_carrier import Spoken

from ringfence.office import Office

OURS = "+447700900100"
DOCUMENT = "<Response/>"


@pytest.fixture
def carrier() -> Spoken:
    return Spoken()


Run = Callable[..., Awaitable[Any]]


@pytest.fixture
def run(office: Office) -> Run:
    async def ask(use: str, /, **args: Any) -> Any:
        return await office.run(use, args, actor="operator")

    return ask


@pytest.fixture
def ready(office: Office, run: Run) -> Callable[[], Awaitable[None]]:
    """Add our number."""

    async def add() -> None:
        await run("number.add", number=OURS, twiml=DOCUMENT)

    return add
