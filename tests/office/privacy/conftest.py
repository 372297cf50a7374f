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


@pytest.fixture
def mailing(data: Path) -> Iterator[Scene]:
    """A scene that has a mail server."""
    made = Scene(data, smtp_host="127.0.0.1", smtp_from="desk@pbx.example.com")
    yield made
    made.close()
