"""Fixtures for the tests of the switch."""

from pathlib import Path

import pytest
from switch_bench import Bench


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
