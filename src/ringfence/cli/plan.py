"""Which processes one installation consists of, and how each is started."""

from __future__ import annotations

import sys
from typing import Any

from ringfence.cli import show
from ringfence.cli.control import LOCK
from ringfence.config import PortRange, Settings

WORKER = "ringfence.media.engine.worker"
SERVE = "ringfence.app"


def plan(
    settings: Settings, *, as_json: bool, bind: str | None = None, python: str = sys.executable
) -> dict[str, Any]:
    """Return what ``ringfence.supervisor`` runs: media workers first, then serve.

    ``bind``: the one address audio listens on; all of this machine's when None.
    """
    to_file = settings.log_to == "file"
    children = [
        {
            "name": f"media-{shard}",
            "argv": [
                *(python, "-m", WORKER),
                *("--socket", str(settings.run_dir.absolute() / f"media-{shard}.sock")),
                *("--rtp", str(ports)),
                *("--engine", settings.engine),
                *(() if bind is None else ("--bind", bind)),
            ],
            "log": str(settings.log_dir.absolute() / f"media-{shard}.log") if to_file else None,
            "main": False,
        }
        for shard, ports in enumerate(split(settings.rtp, settings.workers))
    ]
    serve = {
        "name": "serve",
        "argv": [python, "-m", SERVE, "serve", *settings.argv()],
        "log": str(settings.log_dir.absolute() / "serve.log") if to_file else None,
        "main": True,
    }
    return {
        "stop": show.command("stop"),
        "lock": str(settings.run_dir.absolute() / LOCK),
        "drain_seconds": settings.drain_seconds,
        "json": as_json,
        "children": [*children, serve],
    }


def split(ports: PortRange, workers: int) -> list[PortRange]:
    """Share the ports among the workers; each share begins at an even port (RFC 3550 11)."""
    low = ports.low + (ports.low & 1)
    share = (ports.high - low + 1) // workers // 2 * 2
    starts = [low + number * share for number in range(workers)]
    return [PortRange(start, start + share - 1) for start in starts]
