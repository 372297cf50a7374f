"""Keeps the processes of one installation alive; knows nothing else and imports next to nothing.

``ringfence up`` turns into this process, which starts what its *plan* lists (the media workers,
then serve), restarts whichever dies with growing pauses, relays the one line serve prints when it
is ready, hands SIGTERM and SIGINT on so that calls can drain, and keeps the log files from growing
without end. Its children cannot outlive it: the kernel kills them when it dies, whatever it dies
of (prctl(2), PR_SET_PDEATHSIG).

Every child runs in a session of its own, so that Ctrl-C in a terminal reaches the supervisor
alone, which then asks serve once: serve takes a second signal as "at once".
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import select
import signal
import sys
import time

from ringfence.kernel.limits import (
    LOG_FILE_MAX,
    OFFICE_WAIT,
    RESTART_FIRST,
    RESTART_FORGET,
    RESTART_SLOWEST,
    START_TRIES,
    STOP_GRACE,
)

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself is a sixth of this process
    from collections.abc import Callable
    from typing import Any, NoReturn

EXIT_REFUSED = 2
"""Exit code of a process that refuses to start: its one line says why; no restart mends it."""

_PR_SET_PDEATHSIG = 1
_TICK_MS = 60_000
_LOCK_PAUSE = 0.05  # seconds between two tries for the lock
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Backoff:
    """How long to wait before the next start: doubling, forgotten after a long life."""

    __slots__ = ("_pause",)

    def __init__(self) -> None:
        self._pause = int(RESTART_FIRST)

    def after(self, lived_ms: int) -> int:
        """Return the pause in milliseconds after a life of ``lived_ms``."""
        if lived_ms >= RESTART_FORGET:
            self._pause = int(RESTART_FIRST)
        pause = self._pause
        self._pause = min(pause * 2, int(RESTART_SLOWEST))
        return pause


class Child:
    """One process of the plan."""

    __slots__ = ("argv", "backoff", "log", "main", "name", "pid", "start_at", "started", "status")

    def __init__(self, *, name: str, argv: list[str], log: str | None, main: bool) -> None:
        self.name = name
        self.argv = argv
        self.log = log
        """Path of the file its standard error goes to; ours when None."""
        self.main = main
        """Whether its first line is the ready line and its end is ours."""
        self.pid = 0
        self.started = 0
        self.start_at = 0
        self.status = 0
        self.backoff = Backoff()

    def start(self, now: int, stdout: int) -> None:
        """Fork and execute; ``stdout`` is the descriptor that becomes its standard output."""
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become(parent, stdout)
        self.pid = pid
        self.started = now

    def _become(self, parent: int, stdout: int) -> NoReturn:
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died before we asked to be told
                os._exit(1)
            os.setsid()
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(stdout, 1)
            if self.log is not None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
                os.dup2(os.open(self.log, flags, 0o600), 2)
            os.execv(self.argv[0], self.argv)  # noqa: S606 - our own plan, no shell
        except OSError:
            pass
        os._exit(127)


class Supervisor:
    """The loop around a plan.

    ``say`` receives the line for the user: the ready line, or the refusal in its place. ``note``
    receives what serve has to say at its end, for whoever stopped it; the user is told that, too.
    """

    def __init__(
        self,
        children: list[Child],
        *,
        drain_seconds: int,
        say: Callable[[str], None],
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._children = children
        self._drain_ms = drain_seconds * 1000
        self._say = say
        self._note = note
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._out_read, self._out_write = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._out_read, False)
        self._partial = b""
        self._ready = False
        self._failures = 0
        self._stopping = 0
        self._kill_at: int | None = None
        self._exit = 0
        self._lost = 0
        """How many lines of the log could not be written since the last that was."""

    def run(self) -> int:
        """Supervise until told to stop or serve ends for good; return the exit code."""
        signal.set_wakeup_fd(self._wake_write)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        poller = select.poll()
        poller.register(self._wake_read, select.POLLIN)
        poller.register(self._out_read, select.POLLIN)
        while True:
            now = _now()
            if self._stopping:
                if not any(child.pid for child in self._children):
                    return self._exit
                self._press(now)
            else:
                self._start_due(now)
            for descriptor, _ in poller.poll(self._wait(now)):
                if descriptor == self._wake_read:
                    self._signals(os.read(self._wake_read, 64))
                else:
                    self._output(os.read(self._out_read, 65_536))
            self._reap(_now())
            self._turn_logs()

    def _start_due(self, now: int) -> None:
        for child in self._children:
            if not child.pid and child.start_at <= now:
                child.start(now, self._out_write if child.main else sys.stderr.fileno())

    def _wait(self, now: int) -> int:
        """Milliseconds until something is due."""
        if self._stopping:
            return max(0, (self._kill_at or now) - now)
        due = [child.start_at - now for child in self._children if not child.pid]
        return max(0, min([_TICK_MS, *due]))

    def _signals(self, numbers: bytes) -> None:
        for number in numbers:
            if number == signal.SIGCHLD:
                continue
            self._stopping += 1
            if self._stopping > 1:  # asked twice: do not wait for calls
                self._kill_at = _now() + STOP_GRACE * 1000
            for child in self._children:
                if child.main and child.pid:
                    _send(child.pid, signal.SIGTERM)

    def _stop(self, code: int) -> None:
        self._exit = code
        self._stopping = max(self._stopping, 1)

    def _press(self, now: int) -> None:
        """Serve first, with time to drain; then the workers; then whoever is left, hard."""
        main = next((child for child in self._children if child.main and child.pid), None)
        if self._kill_at is None:
            grace = STOP_GRACE * 1000
            self._kill_at = now + (self._drain_ms + grace if main else grace)
            if not main:
                self._each(signal.SIGTERM)
        elif now >= self._kill_at:
            self._each(signal.SIGKILL)
            self._kill_at = now + STOP_GRACE * 1000

    def _each(self, number: int) -> None:
        for child in self._children:
            if child.pid:
                _send(child.pid, number)

    def _reap(self, now: int) -> None:
        for child in self._children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                child.pid = 0
                self._ended(child, os.waitstatus_to_exitcode(status), now)

    def _ended(self, child: Child, code: int, now: int) -> None:
        if child.main:
            self._drain_output()
        if self._stopping:
            if child.main:
                self._kill_at = None  # now the workers
            return
        if child.main and code == 0:
            self._stop(0)
        elif child.main and code == EXIT_REFUSED and not self._ready:
            self._stop(EXIT_REFUSED)
        elif child.main and not self._ready and self._hopeless(child):
            self._stop(1)
        else:
            pause = child.backoff.after(now - child.started)
            child.start_at = now + pause
            self._report("process_restarts", process=child.name, exit_code=code, ms=pause)

    def _hopeless(self, child: Child) -> bool:
        """Whether a process that was never ready died too often to try again."""
        self._failures += 1
        if self._failures < START_TRIES:
            return False
        where = f"; {child.log} says why" if child.log else ""
        reason = f"{child.name} ended before it was ready, {self._failures} times{where}"
        self._say(json.dumps({"refused": "cannot_start", "reason": reason}))
        return True

    def _report(self, event: str, **fields: Any) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        line = {"event": event, "level": "warning", "module": __name__, **fields, "at": stamp}
        if self._lost:
            line["lost"] = self._lost
        self._lost = 0 if _write(2, json.dumps(line)) else self._lost + 1

    def _drain_output(self) -> None:
        try:
            self._output(os.read(self._out_read, 65_536))
        except BlockingIOError:
            pass

    def _output(self, data: bytes) -> None:
        """Relay serve's first line to the user; whatever else it prints belongs to the log."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        for raw in lines:
            line = raw.decode(errors="replace")
            if not self._ready:
                self._ready = not line.startswith('{"refused"')
                self._say(line)
            elif self._stopping and line.startswith('{"refused"'):
                self._say(line)
                self._note(line)

    def _turn_logs(self) -> None:
        """Copy a log file that grew too large aside and empty it; its writers append."""
        for path in {child.log for child in self._children if child.log}:
            try:
                if os.path.getsize(path) > LOG_FILE_MAX:  # noqa: PTH202 - pathlib costs memory
                    _copy(path, path + ".1")
                    os.truncate(path, 0)
            except OSError:
                continue


def _copy(path: str, to: str) -> None:
    with open(path, "rb") as old, open(to, "wb") as new:  # noqa: PTH123
        while os.sendfile(new.fileno(), old.fileno(), None, LOG_FILE_MAX):
            pass


def _now() -> int:
    return time.monotonic_ns() // 1_000_000


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def friendly(line: str) -> str:
    """Turn the ready line (or the refusal) of serve into words for a terminal."""
    try:
        ready = json.loads(line)
    except ValueError:
        return line
    if "refused" in ready:
        return f"ringfence: {ready.get('reason', ready['refused'])}"
    return (
        "Ringfence is up.\n"
        f"  status page   {ready['http']}\n"
        f"  sign in once  {ready['admin_url']}\n"
        f"  SIP           {ready['sip']}   call sip:welcome@… or sip:echo@…\n"
        f"  account       {ready['account_sid']}\n"
        f"  auth token    {ready['auth_token']}\n"
        "Ctrl-C stops it: calls are drained first."
    )


def lock(path: str) -> int | None:
    """Take the lock of the data folder and write our pid in it; None where another supervisor
    holds it. A command that works on the folder alone, which leaves no pid, is waited for.
    Raises `OSError` where it cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = _now() + OFFICE_WAIT * 1000
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if os.pread(descriptor, 1, 0) or _now() > deadline:
                os.close(descriptor)
                return None
        time.sleep(_LOCK_PAUSE)
    pid = str(os.getpid()).encode()
    os.pwrite(descriptor, pid, 0)  # over what stands there, which needs no room on a full disk
    os.ftruncate(descriptor, len(pid))
    return descriptor


def main(argv: list[str]) -> int:
    """Run the plan given as one JSON argument.

    ``{"lock": path, "drain_seconds": n, "json": bool, "stop": command, "children": [{"name",
    "argv", "log", "main"}]}``
    """
    plan = json.loads(argv[0])
    try:
        held = lock(plan["lock"])
    except OSError as error:
        reason = f"the data folder cannot be written: {error.strerror}; mend that and start again"
        return _refuse("folder_unusable", reason, as_json=plan["json"])
    if held is None:
        stop = plan.get("stop", "ringfence stop")
        reason = f"it is already running on this data folder; '{stop}' stops it"
        return _refuse("already_running", reason, as_json=plan["json"])
    children = [Child(**child) for child in plan["children"]]
    supervisor = Supervisor(
        children,
        drain_seconds=plan["drain_seconds"],
        say=lambda line: _print(line, as_json=plan["json"]),
        note=lambda line: leave(held, line),
    )
    return supervisor.run()


def leave(held: int, line: str) -> None:
    """Leave a line behind our pid in the lock, where a full disk has room for it, too."""
    try:
        os.pwrite(held, f"\n{line}\n".encode(), len(str(os.getpid())))
    except OSError:
        pass  # it is in the log


def _refuse(code: str, reason: str, *, as_json: bool) -> int:
    _print(json.dumps({"refused": code, "reason": reason}), as_json=as_json)
    return EXIT_REFUSED


def _print(line: str, *, as_json: bool) -> None:
    refused = line.startswith('{"refused"')
    _write(2 if refused and not as_json else 1, line if as_json else friendly(line))


def _write(descriptor: int, text: str) -> bool:
    """Write a line; whether that was possible."""
    try:
        os.write(descriptor, text.encode() + b"\n")
    except OSError:
        return False  # whoever started us stopped listening; that is no reason to stop calls
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
