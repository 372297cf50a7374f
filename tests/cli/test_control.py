"""Reaching the installation; sockets themselves are in ``tests/system``."""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ringfence import config
from ringfence.cli import control
from ringfence.kernel.errors import LocalError, Refused


class Far:
    """A remote whose file gives these lines."""

    def __init__(self, *lines: bytes) -> None:
        self.lines = list(lines)
        self.sent = b""

    def readline(self, _limit: int) -> bytes:
        return self.lines.pop(0) if self.lines else b""

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def settimeout(self, _seconds: float | None) -> None:
        pass


def remote(*lines: bytes) -> tuple[control.Remote, Far]:
    far = Far(*lines)
    made = control.Remote.__new__(control.Remote)
    made._socket = made._file = far  # type: ignore[assignment]
    return made, far


def test_a_result() -> None:
    made, far = remote(b'{"ok": {"a": 1}}\n')
    assert made.run("number.add", number="x") == {"a": 1}
    assert far.sent == b'{"do": "number.add", "args": {"number": "x"}}\n'


def test_a_result_may_be_nothing() -> None:
    assert remote(b'{"ok": null}\n')[0].run("session.end") is None


def test_a_refusal() -> None:
    made, _ = remote(b'{"refused": "quota", "reason": "no more", "clause": "C1", "field": "to"}\n')
    with pytest.raises(Refused) as refusal:
        made.run("call.place")
    assert (refusal.value.code, refusal.value.clause) == ("quota", "C1")
    assert refusal.value.field == "to"


def test_a_bug() -> None:
    with pytest.raises(LocalError, match="broke inside"):
        remote(b'{"failed": "something broke inside"}\n')[0].run("call.place")


@pytest.mark.parametrize("lines", [(), (b'{"ok"',)])
def test_a_server_that_goes_away(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(Refused) as refusal:
        remote(*lines)[0].run("call.list")
    assert refusal.value.code == "not_running"


def test_a_stream() -> None:
    made, _ = remote(b'{"event": 1}\n', b'{"event": 2}\n', b'{"end": true}\n')
    assert list(made.follow("timeline.follow")) == [1, 2]


def test_a_stream_whose_socket_was_closed_by_another_thread() -> None:
    made, far = remote(b'{"event": 1}\n')
    items = made.follow("timeline.follow")
    assert next(items) == 1

    def closed(_seconds: float | None) -> None:
        raise OSError(9, "Bad file descriptor")

    far.settimeout = closed  # type: ignore[method-assign]
    with pytest.raises(Refused) as refusal:
        next(items)
    assert refusal.value.code == "not_running"


def test_a_stream_that_is_refused() -> None:
    made, _ = remote(b'{"event": 1}\n', b'{"refused": "gone", "reason": "gone"}\n')
    items = made.follow("timeline.follow")
    assert next(items) == 1
    with pytest.raises(Refused):
        next(items)


def absent(_path: object) -> None:
    raise FileNotFoundError


def test_without_a_server_the_office_opens_here_under_the_lock(
    tmp_path: Path, monkeypatch: Any
) -> None:
    settings = config.load(tmp_path, environment={})
    (tmp_path / control.DATABASE).touch()

    @contextmanager
    def alone(_settings: object) -> Any:
        assert control._lock(settings) is None, "the lock is held meanwhile"
        yield "office"

    monkeypatch.setattr(control, "Remote", absent)
    monkeypatch.setattr(control, "_alone", alone)
    with control.opened(settings) as office:
        assert office == "office"
    descriptor = control._lock(settings)
    assert descriptor is not None
    os.close(descriptor)


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_without_an_installation_is_refused_and_left_alone(
    tmp_path: Path, monkeypatch: Any, made: bool
) -> None:
    folder = tmp_path / "typo"
    if made:
        folder.mkdir()
    monkeypatch.setattr(control, "Remote", absent)
    with (
        pytest.raises(Refused, match="no_installation") as refusal,
        control.opened(config.load(folder, environment={})),
    ):
        pass
    assert f"ringfence up --data {folder}" in refusal.value.reason
    assert folder.exists() is made
    assert not (folder / "run").exists()


def test_while_it_starts_a_command_waits_and_then_gives_up(
    tmp_path: Path, monkeypatch: Any
) -> None:
    settings = config.load(tmp_path, environment={})
    descriptor = control._lock(settings)
    assert descriptor is not None
    waits: list[float] = []
    instants = iter([0.0, 1.0, 2.0, 99.0])
    monkeypatch.setattr(control, "Remote", absent)
    monkeypatch.setattr(control.time, "monotonic", lambda: next(instants))
    monkeypatch.setattr(control.time, "sleep", waits.append)
    with pytest.raises(Refused) as refusal, control.opened(settings):
        pass
    assert refusal.value.code == "starting"
    assert len(waits) == 2
    os.close(descriptor)


def test_the_supervisor_is_known_by_its_lock(tmp_path: Path) -> None:
    settings = config.load(tmp_path, environment={})
    assert control.supervisor_pid(settings) is None
    descriptor = control._lock(settings)
    assert descriptor is not None
    assert control.supervisor_pid(settings) is None, "a command alone is no supervisor"
    os.write(descriptor, b"4711")
    assert control.supervisor_pid(settings) == 4711
    os.close(descriptor)
    assert control.supervisor_pid(settings) is None


def test_a_folder_too_deep_for_its_sockets_is_refused(tmp_path: Path) -> None:
    """unix(7): the name of a socket has 108 bytes; the media processes could never start."""
    room = 107 - len(os.fsencode(tmp_path / "run" / "media-00.sock")) - 1
    control.fits(config.load(tmp_path / ("d" * room), environment={}))
    deep = config.load(tmp_path / ("d" * (room - 1) + "ü"), environment={})
    with pytest.raises(Refused, match="1 bytes too long") as refusal:
        control.fits(deep)
    assert refusal.value.code == "bad_data_folder"
    with pytest.raises(Refused, match="too long"), control.opened(deep):
        pass


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (NotADirectoryError, "no_installation", "does not exist"),
        (PermissionError, "not_yours", "as another user"),
    ],
)
def test_what_cannot_be_reached_is_refused_in_words(
    monkeypatch: Any, tmp_path: Path, fault: type[OSError], code: str, words: str
) -> None:
    """A path below a file; a server that another user started."""

    def refuse(_path: object) -> control.Remote:
        raise fault

    monkeypatch.setattr(control, "Remote", refuse)
    (tmp_path / "file").touch()
    settings = config.load(tmp_path / "file" / "below", environment={})
    with pytest.raises(Refused, match=words) as refusal, control.opened(settings):
        pass
    assert refusal.value.code == code
