"""Message centres nobody here wrote: the npm package "smpp", and the one Kannel is tested with."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from node_run import MODULES
from platform_run import free_port

SCRIPT = Path(__file__).parents[1] / "interop" / "smpp" / "smsc.js"
KANNEL = Path("/usr/lib/kannel/test/drive_smpp")
WAIT_S = 60.0
SMSBOX = 13001
"""Where the other half of Kannel's program insists on being connected to."""


def npm_missing() -> str:
    """Why npm's message centre cannot be run here, or nothing."""
    if shutil.which("node") is None:
        return "node is NOT INSTALLED: scripts/install_peers.sh"
    if not (MODULES / "smpp").exists():
        return "npm's smpp is NOT INSTALLED: scripts/install_peers.sh"
    return ""


def kannel_missing() -> str:
    """Why Kannel's message centre cannot be run here, or nothing."""
    return "" if KANNEL.exists() else "kannel-extras is NOT INSTALLED: scripts/install_peers.sh"


class Centre:
    """A process of its own. ``said``: what it reported, line by line."""

    def __init__(self, *words: str, env: dict[str, str] | None = None, port: int = 0) -> None:
        self.port = port or free_port()
        self.said: list[Any] = []
        self._words = [word.replace("PORT", str(self.port)) for word in words]
        self._env = {**os.environ, **(env or {})}
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._more = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._env,
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        if self._reading is not None:
            await self._reading

    def tell(self, **command: Any) -> None:
        """Have it do something."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    def kill(self) -> None:
        """End it at once."""
        assert self._process is not None
        self._process.kill()

    async def until(self, found: Callable[[list[Any]], bool]) -> list[Any]:
        """Wait until it has said so; return what it said."""
        async with asyncio.timeout(WAIT_S):
            while not found(self.said):
                self._more.clear()
                await self._more.wait()
        return self.said

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                self.said.append(json.loads(line))
            except ValueError:
                self.said.append(line.decode("utf-8", "replace").rstrip())
            self._more.set()


def npm(*words: str) -> Centre:
    """The message centre of the npm package."""
    return Centre("node", str(SCRIPT), "PORT", *words, env={"NODE_PATH": str(MODULES)})


@asynccontextmanager
async def boxed() -> AsyncIterator[None]:
    """Be the other half of Kannel's program while its centre runs; that says nothing we need."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    deadline = asyncio.get_running_loop().time() + WAIT_S
    while True:  # another test beside this one may be that other half at present
        try:
            box = await asyncio.start_server(listen, "127.0.0.1", SMSBOX)
        except OSError:
            if asyncio.get_running_loop().time() > deadline:
                pytest.skip(f"port {SMSBOX}, which Kannel's centre wants, is TAKEN")
            await asyncio.sleep(0.2)
        else:
            break
    async with box:
        yield


def kannel(messages: int, *, port: int = 0) -> Centre:
    """Kannel's, which sends ``messages`` messages to whoever binds; it ends with that session."""
    return Centre(str(KANNEL), "-v", "0", "-p", "PORT", "-m", str(messages), port=port)
