"""A process that does what must not be done in this one: started at need, ended when idle.

It runs foreign code (GPL, C, a parser of strangers' files) on one request at a time. A request that
takes too long, or a process that dies, costs that request; the next one gets a new process. The
process sees no secrets: its environment is empty but for what Python needs, and texts and files
travel through pipes, never through arguments.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, Final

from ringfence.kernel.limits import HELPER_WAITING_MAX
from ringfence.observe.logs import get_logger
from ringfence.speech.framing import ANSWER_HEAD, request

log = get_logger(__name__)

_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")


class Helper:
    """One helper process running ``python -m module``.

    ``wait_ms``: for one answer, starting the process included. ``idle_ms``: without a request, then
    it ends. ``answer_max``: bytes of an answer.
    """

    def __init__(self, module: str, *, wait_ms: int, idle_ms: int, answer_max: int) -> None:
        self._module = module
        self._wait = wait_ms / 1000
        self._idle_after = idle_ms / 1000
        self._answer_max = answer_max
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.waiting = 0
        self.started = 0

    async def ask(self, head: dict[str, Any], body: bytes = b"") -> tuple[int, bytes] | None:
        """Return the helper's status and answer; None where it died, hung, or too many wait.

        A caller that is cancelled leaves the exchange to finish behind its back: half an answer
        left in the pipe would be given to somebody else.
        """
        if self.waiting >= HELPER_WAITING_MAX:
            log.warning("helper_busy", helper=self._module)
            return None
        task = asyncio.create_task(self._in_turn(head, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End the process; what is under way gets None."""
        self._stop_idling()
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._wait)

    async def _in_turn(self, head: dict[str, Any], body: bytes) -> tuple[int, bytes] | None:
        self.waiting += 1
        try:
            async with self._turn:
                self._stop_idling()
                fresh = self._process is None or self._process.returncode is not None
                found = await self._exchange(head, body)
                if found is None and not fresh:
                    # it had died between two requests, or of the one before: once more
                    found = await self._exchange(head, body)
                self._rest()
                return found
        finally:
            self.waiting -= 1

    async def _exchange(self, head: dict[str, Any], body: bytes) -> tuple[int, bytes] | None:
        process = None
        try:
            async with asyncio.timeout(self._wait):
                process = await self._running()
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.writelines(request(head, body))
                await process.stdin.drain()
                told = await process.stdout.readexactly(ANSWER_HEAD)
                size = int.from_bytes(told[1:], "big")
                if size <= self._answer_max:
                    return told[0], await process.stdout.readexactly(size)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            pass  # whatever it was, the process is of no further use
        log.warning("helper_died", helper=self._module)
        self._process = None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()
        return None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self.started += 1
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,  # Ctrl-C in a terminal is for the server to handle
            )
        return self._process

    def _rest(self) -> None:
        if self.waiting <= 1:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._idle_after, self._end_idle)

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _end_idle(self) -> None:
        self._idle = None
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()  # the end of its input is its end
            task = asyncio.create_task(process.wait())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
