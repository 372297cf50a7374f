"""The supervisor's decisions; its processes are tested in ``tests/system``."""

import errno
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ringfence import supervisor
from ringfence.kernel.limits import RESTART_FIRST, RESTART_FORGET, RESTART_SLOWEST

_SOURCES = str(Path(supervisor.__file__).parents[1])

READY = {
    "http": "http://127.0.0.1:8080",
    "sip": "127.0.0.1:5060",
    "account_sid": "AC" + "0" * 32,
    "auth_token": "t" * 32,
    "admin_url": "http://127.0.0.1:8080/admin/x",
}


def test_pauses_double_up_to_the_slowest() -> None:
    backoff = supervisor.Backoff()
    pauses = [backoff.after(0) for _ in range(12)]
    assert pauses[:3] == [RESTART_FIRST, RESTART_FIRST * 2, RESTART_FIRST * 4]
    assert pauses[-1] == RESTART_SLOWEST


def test_a_long_life_is_forgiven() -> None:
    backoff = supervisor.Backoff()
    for _ in range(5):
        backoff.after(0)
    assert backoff.after(RESTART_FORGET) == RESTART_FIRST


def test_the_ready_line_becomes_words() -> None:
    text = supervisor.friendly(json.dumps(READY))
    for value in READY.values():
        assert value in text
    assert "Ctrl-C" in text


def test_a_refusal_becomes_a_sentence() -> None:
    line = json.dumps({"refused": "port_taken", "reason": "port 5060 is taken"})
    assert supervisor.friendly(line) == "ringfence: port 5060 is taken"


def test_anything_else_is_shown_as_it_is() -> None:
    assert supervisor.friendly("hello") == "hello"


def test_a_line_of_its_log_that_was_lost_is_counted_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    overseer = supervisor.Supervisor([], drain_seconds=0, say=lambda _: None)
    taken: list[str] = []
    room = iter([False, True, True])

    def write(_descriptor: int, text: str) -> bool:
        taken.append(text)
        return next(room)

    monkeypatch.setattr(supervisor, "_write", write)
    for _ in range(3):
        overseer._report("process_restarts", process="serve", exit_code=1, ms=100)
    assert [json.loads(line).get("lost") for line in taken] == [None, 1, None]


def test_one_supervisor_per_data_folder(tmp_path: Path) -> None:
    path = str(tmp_path / "up.lock")
    first = supervisor.lock(path)
    assert first is not None
    assert supervisor.lock(path) is None
    assert Path(path).read_text() == str(os.getpid())
    os.close(first)
    assert (tmp_path / "up.lock").stat().st_mode & 0o777 == 0o600
    second = supervisor.lock(path)
    assert second is not None
    os.close(second)


def test_a_lock_without_room_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(supervisor.os, "pwrite", full)
    plan = {"lock": str(tmp_path / "up.lock"), "drain_seconds": 0, "json": False, "children": []}
    assert supervisor.main([json.dumps(plan)]) == supervisor.EXIT_REFUSED
    said = capfd.readouterr().err
    assert "No space left on device" in said
    assert "Traceback" not in said


def test_the_pid_is_written_over_what_stood_in_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "up.lock"
    path.write_text("1234567890\n{}\n")
    held = supervisor.lock(str(path))
    assert held is not None
    assert path.read_text() == str(os.getpid())
    supervisor.leave(held, '{"refused": "facts_unwritten"}')
    os.close(held)
    assert path.read_text() == f'{os.getpid()}\n{{"refused": "facts_unwritten"}}\n'


def test_what_serve_could_not_write_at_its_end_is_said_and_noted() -> None:
    said: list[str] = []
    noted: list[str] = []
    overseer = supervisor.Supervisor([], drain_seconds=0, say=said.append, note=noted.append)
    lost = '{"refused": "facts_unwritten", "reason": "22 entries"}'
    overseer._output(b'{"http": "x"}\n')
    overseer._output(lost.encode() + b"\n")
    assert len(said) == 1, "nobody stops it"
    overseer._stop(0)
    overseer._output(lost.encode() + b"\nanything else\n")
    assert (said[1:], noted) == ([lost], [lost])


def test_a_command_that_works_alone_is_waited_for(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "up.lock"
    alone = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(alone, fcntl.LOCK_EX)
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.close(alone)

    monkeypatch.setattr(supervisor.time, "sleep", sleep)
    taken = supervisor.lock(str(path))
    assert taken is not None
    assert len(waits) == 3
    os.close(taken)


def test_next_to_nothing_is_read_in() -> None:
    """It lives as long as the platform, and does little."""
    code = (
        "import sys, ringfence.supervisor\n"
        "heavy = {'asyncio', 'logging', 'pathlib', 'shutil', 'subprocess', 'threading', 'typing'}\n"
        "ours = [name for name in sys.modules if name.startswith('ringfence.')]\n"
        "allowed = ('ringfence.kernel.limits', 'ringfence.supervisor')\n"
        "more = {name for name in ours if not name.startswith(allowed)} - {'ringfence.kernel'}\n"
        "print(sorted(heavy & set(sys.modules) | more))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({_SOURCES!r})\n{code}"],
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_log_file_that_grew_too_large_is_kept_once_and_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "serve.log"
    child = supervisor.Child(name="serve", argv=[], log=str(log), main=True)
    overseer = supervisor.Supervisor([child], drain_seconds=0, say=lambda _: None)
    text = b"a line of a log\n" * 10
    monkeypatch.setattr(supervisor, "LOG_FILE_MAX", len(text) - 1)
    log.write_bytes(text)
    overseer._turn_logs()
    assert log.read_bytes() == b""
    assert (tmp_path / "serve.log.1").read_bytes() == text
    log.write_bytes(text[:-1])
    overseer._turn_logs()
    assert log.read_bytes() == text[:-1]
