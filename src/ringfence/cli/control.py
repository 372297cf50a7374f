"""How a command reaches the installation: the running server, or the office opened right here.

Commands know `Office` alone. Where a server runs on the data folder its control socket answers;
where none runs the same use cases are opened in this process, under the folder's lock so that no
server starts meanwhile. Results are plain JSON values either way.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, Protocol

from ringfence.config import Settings
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import CONTROL_LINE_MAX, CONTROL_WAIT, OFFICE_WAIT, SOCKET_PATH_MAX

LOCK = "up.lock"
"""In the run folder; held by the supervisor while it runs, and by a command that works alone."""


DATABASE = "ringfence.db"
"""What every installation has (`ringfence.storage.folder`)."""


class Office(Protocol):
    """What commands ask: use cases by name (``number.add``), arguments by keyword.

    ``run`` returns one result, ``follow`` yields items. Both raise `Refused`.
    """

    def run(self, name: str, /, **args: Any) -> Any:
        """Carry out one use case."""
        ...

    def follow(self, name: str, /, **args: Any) -> Iterator[Any]:
        """Carry out a use case that streams; close the iterator to stop it."""
        ...

    def of(self, account: str, /) -> Office:
        """Return the same for an account below the first."""
        ...


@contextmanager
def opened(settings: Settings) -> Iterator[Office]:
    """Open the installation of ``settings``: through its server, or alone.

    Raises `Refused` (``no_installation``) where the folder holds none: a misspelt ``--data`` must
    not make another one.
    """
    fits(settings)
    deadline = time.monotonic() + OFFICE_WAIT
    while True:
        try:
            remote = Remote(settings.control_socket)
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            pass
        except PermissionError:
            raise Refused("not_yours", "it runs as another user: type this as that user") from None
        else:
            with remote:
                yield remote
            return
        if not _held(settings):
            require(settings)
        descriptor = _lock(settings)
        if descriptor is not None:
            try:
                with _alone(settings) as local:
                    yield local
            finally:
                os.close(descriptor)
            return
        if time.monotonic() > deadline:
            raise Refused("starting", "it is starting or stopping; try again in a moment")
        time.sleep(0.05)


def require(settings: Settings) -> None:
    """Raise `Refused` (``no_installation``) where nothing has been set up in the data folder."""
    if not (settings.data / DATABASE).exists():
        found = "is empty of Ringfence" if settings.data.is_dir() else "does not exist"
        folder = shlex.quote(str(settings.data))
        reason = (
            f"the folder {settings.data} {found}: check --data,"
            f" or make an installation there with: ringfence up --data {folder}"
        )
        raise Refused("no_installation", reason)


def fits(settings: Settings) -> None:
    """Raise `Refused` where the data folder lies so deep that no socket in it has a name.

    A Unix socket's name is short (unix(7)); that of a media process is the longest of ours.
    """
    longest = settings.run_dir.absolute() / "media-00.sock"
    over = len(os.fsencode(longest)) - SOCKET_PATH_MAX
    if over > 0:
        reason = (
            f"the path of the data folder is {over} bytes too long for the sockets in it;"
            " choose a shorter one with --data"
        )
        raise Refused("bad_data_folder", reason)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep everybody else out of the data folder. Raises `Refused` where a server runs."""
    descriptor = _lock(settings)
    if descriptor is None:
        raise Refused("still_running", "it is running on that data folder; stop it first")
    try:
        yield
    finally:
        os.close(descriptor)


def running(settings: Settings) -> bool:
    """Whether a server answers on the control socket."""
    try:
        Remote(settings.control_socket).close()
    except OSError:
        return False
    return True


def supervisor_pid(settings: Settings) -> int | None:
    """Return the process id of the supervisor that holds the data folder, if one does."""
    text = (_holder(settings) or "").partition("\n")[0]
    return int(text) if text.isdigit() else None


def last_words(settings: Settings) -> str | None:
    """Return what the supervisor that ended left behind for whoever stopped it, if anything."""
    try:
        text = (settings.run_dir / LOCK).read_text("utf-8")
        return str(json.loads(text.partition("\n")[2])["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _held(settings: Settings) -> bool:
    """Whether a supervisor, or a command that works alone, holds the data folder."""
    return _holder(settings) is not None


def _holder(settings: Settings) -> str | None:
    """Return what stands in the lock that somebody holds, None where nobody does."""
    try:
        descriptor = os.open(settings.run_dir / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(descriptor, 32).decode()
    finally:
        os.close(descriptor)
    return None


def _lock(settings: Settings) -> int | None:
    settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    descriptor = os.open(settings.run_dir / LOCK, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    return descriptor


class Remote:
    """The running server, through its control socket."""

    _account: str | None = None

    def __init__(self, path: os.PathLike[str]) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(CONTROL_WAIT)
        try:
            self._socket.connect(os.fspath(path))
        except OSError:
            self._socket.close()
            raise
        self._file = self._socket.makefile("rb")

    def of(self, account: str, /) -> Remote:
        """Ask for an account below the first from now on."""
        self._account = account
        return self

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; a thread that waits for an answer learns so."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self._socket.close()

    def run(self, name: str, /, **args: Any) -> Any:
        """Carry out one use case on the server."""
        self._ask(name, args)
        answer = self._answer()
        return answer["ok"] if "ok" in answer else _raise(answer)

    def follow(self, name: str, /, **args: Any) -> Iterator[Any]:
        """Yield the items of a stream; a quiet stream is waited for without end."""
        self._ask(name, args)
        self._socket.settimeout(None)
        try:
            while "end" not in (answer := self._answer()):
                yield answer["event"] if "event" in answer else _raise(answer)
        finally:
            with suppress(OSError):  # closed by another thread: what ended the stream is the answer
                self._socket.settimeout(CONTROL_WAIT)

    def _ask(self, name: str, args: dict[str, Any]) -> None:
        try:
            asked: dict[str, Any] = {"do": name, "args": args}
            if self._account is not None:
                asked["account"] = self._account
            self._socket.sendall(json.dumps(asked).encode() + b"\n")
        except OSError:
            raise Refused("not_running", "the server went away") from None

    def _answer(self) -> dict[str, Any]:
        try:
            line = self._file.readline(CONTROL_LINE_MAX)
        except TimeoutError:
            raise Refused("too_slow", "the server did not answer in time") from None
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            raise Refused("not_running", "the server went away")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _raise(answer: dict[str, Any]) -> NoReturn:
    if "refused" in answer:
        clause, field = answer.get("clause"), answer.get("field")
        raise Refused(answer["refused"], answer["reason"], clause=clause, field=field)
    raise LocalError(answer.get("failed", "the server gave an answer this version cannot read"))


@contextmanager
def _alone(settings: Settings) -> Iterator[Office]:
    """Open the office in this process; only here does a command pay for the whole program."""
    import asyncio

    from ringfence.cli.alone import Local
    from ringfence.office import open_office

    with asyncio.Runner() as runner:
        office = runner.run(open_office(settings))
        try:
            yield Local(office, runner)
        finally:
            runner.run(office.close())
