"""The log lines of a test, as they were said and before anything is removed from them."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.observe.logs import Logger


def listen(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every line from now on, of every level, as ``{"event", "log_level", ...}``."""
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(
        Logger,
        "say",
        lambda _logger, level, event, fields: lines.append(
            {"event": event, "log_level": level, **fields}
        ),
    )
    return lines
