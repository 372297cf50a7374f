"""Long work that is asked for over HTTP: commands of our own, as processes beside the server.

A proof of erasure, a backup or a look for faults takes a processor for minutes, so the server
does not do it itself: ``ringfence … --json`` does, at a low priority. With ``--progress`` it says
how far it is, a line of JSON on its standard error for each step; its result is the document that
it prints.

An errand is known until the server stops, the newest `ERRANDS_KEPT` of them; what has to last lies
elsewhere: a backup is a file, a proof a leaf of the audit log. One of a kind runs at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringfence.api import views_about as views
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ERRAND_SECONDS, ERRAND_STOP_WAIT, ERRANDS_KEPT
from ringfence.observe.logs import get_logger
from ringfence.office.table import KNOWN, TABLE

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

_NICE = 10
_MAIN = "from ringfence.cli import main; main()"
_WHAT = "system.operations"


@dataclass(slots=True)
class Errand:
    """One run of a command. ``result``: the document it printed."""

    id: str
    kind: str
    begun_at: Ms
    state: str = "running"
    step: str = ""
    done: int = 0
    total: int = 0
    ended_at: Ms | None = None
    error: str = ""
    reason: str = ""
    result: Any = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)


class Errands:
    """The errands of one server."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: dict[str, Errand] = {}

    def begin(self, kind: str, command: Sequence[str]) -> Errand:
        """Start a command. Raises `Refused` (``at_work``) while one of its kind runs."""
        if any(one.kind == kind and one.state == "running" for one in self._known.values()):
            raise Refused("at_work", f"a {kind} is under way; wait for it or cancel it")
        now = self._office.clock.now()
        errand = Errand(ids.make("errand", now, self._office.entropy), kind, now)
        self._known[errand.id] = errand
        for old in [one for one in self._known.values() if one.state != "running"][:-ERRANDS_KEPT]:
            del self._known[old.id]
        errand.task = asyncio.create_task(self._run(errand, [*command, "--json", "--progress"]))
        return errand

    def get(self, sid: str) -> Errand:
        """Return one; raises `Refused` (``not_found``)."""
        found = self._known.get(sid)
        if found is None:
            raise Refused("not_found", "no work of that SID is known since the server started")
        return found

    def all(self) -> list[Errand]:
        """Return every one that is known, newest first."""
        return [*reversed(self._known.values())]

    async def cancel(self, errand: Errand) -> None:
        """Stop one and wait until it has tidied up; one that ended stays as it is."""
        if errand.state == "running" and errand.task is not None:
            errand.state = "canceled"
            if errand.process is not None and errand.process.returncode is None:
                errand.process.send_signal(signal.SIGINT)
            done, _ = await asyncio.wait([errand.task], timeout=ERRAND_STOP_WAIT)
            if not done and errand.process is not None:
                errand.process.kill()

    async def close(self) -> None:
        """Stop them all."""
        await asyncio.gather(*(self.cancel(one) for one in self.all()))

    async def _run(self, errand: Errand, command: Sequence[str]) -> None:
        try:
            async with asyncio.timeout(int(ERRAND_SECONDS)):
                code, printed = await self._process(errand, command)
            if errand.state == "running":
                self._judge(errand, code, printed)
        except TimeoutError:
            errand.state, errand.error, errand.reason = "failed", "too_slow", "it took too long"
        except OSError:
            errand.state, errand.error = "failed", "not_started"
            errand.reason = "no process could be started; see the memory of this machine"
        finally:
            if errand.process is not None and errand.process.returncode is None:
                errand.process.kill()
            errand.ended_at = self._office.clock.now()
            log.info("errand_ended", kind=errand.kind, state=errand.state)

    async def _process(self, errand: Errand, command: Sequence[str]) -> tuple[int, bytes]:
        data = str(self._office.settings.data.resolve())
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _MAIN, *command, "--data", data,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            preexec_fn=lambda: os.nice(_NICE),
        )  # fmt: skip
        errand.process = process
        assert process.stdout is not None
        assert process.stderr is not None
        printed, _ = await asyncio.gather(
            process.stdout.read(), self._listen(errand, process.stderr)
        )
        return await process.wait(), printed

    async def _listen(self, errand: Errand, said: asyncio.StreamReader) -> None:
        """Read how far it is."""
        async for line in said:
            try:
                about = json.loads(line)
            except ValueError:
                continue
            if isinstance(about, dict) and "total" in about:
                errand.step = str(about["step"])
                errand.done, errand.total = int(about["done"]), int(about["total"])

    def _judge(self, errand: Errand, code: int, printed: bytes) -> None:
        try:
            found = json.loads(printed)
        except ValueError:
            found = {"refused": "broke_off", "reason": f"it ended with the code {code}"}
        if isinstance(found, dict) and "refused" in found:
            errand.state, errand.error = "failed", str(found["refused"])
            errand.reason = str(found["reason"])
        else:
            errand.state, errand.result = "done", found


# --- use cases ------------------------------------------------------------------------------------


def view(errand: Errand) -> views.Work:
    """Return an errand as it is shown."""
    return views.Work(
        sid=errand.id, kind=errand.kind, state=errand.state, step=errand.step,
        done=errand.done, total=errand.total,
        begun=errand.begun_at, ended=errand.ended_at, error=errand.error or None,
        reason=errand.reason or None, result=errand.result,
    )  # fmt: skip


@TABLE.use_case("work.list", actors=KNOWN, live=True, purpose="operate", category=_WHAT)
async def list_work(office: Office) -> list[views.Work]:
    """Long work since the server started, newest first."""
    return [view(one) for one in office.errands.all()]


@TABLE.use_case("work.show", actors=KNOWN, live=True, purpose="operate", category=_WHAT)
async def show_work(office: Office, *, sid: str) -> views.Work:
    """How far it is, and what came of it."""
    return view(office.errands.get(sid))


@TABLE.use_case(
    "work.cancel", actors=KNOWN, live=True, purpose="operate", category="system.configuration"
)
async def cancel_work(office: Office, *, sid: str) -> views.Work:
    """Stop it; what it had begun is tidied away."""
    errand = office.errands.get(sid)
    await office.errands.cancel(errand)
    return view(errand)


@TABLE.use_case("system.doctor", actors=KNOWN, live=True, purpose="operate", category=_WHAT)
async def look_for_faults(office: Office) -> list[views.Finding]:
    """What is wrong with the installation, with the command that mends each."""
    errand = office.errands.begin("doctor", ["doctor"])
    assert errand.task is not None
    await errand.task
    if errand.state != "done":
        raise Refused(errand.error or "broke_off", errand.reason or "the look was broken off")
    return [views.Finding(**found) for found in errand.result]
