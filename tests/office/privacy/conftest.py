"""A scene for cases: an office under a clock that moves when told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rights_scene import Scene


@pytest.fixture
def scene(data: Path) -> Iterator[Scene]:
    made = Scene(data)
    yield made
    made.close()
