"""What the doctor finds on the machine; ports are tried in ``tests/system``."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ringfence import config
from ringfence.cli import facts
from ringfence.cli.checks import Blocked
from ringfence.cli.plan import plan
from ringfence.config import Address
from ringfence.media.engine import build


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("0.0.0.0", "any"),
        ("::", "any"),
        ("127.0.0.1", "loopback"),
        ("localhost", "loopback"),
        ("10.1.2.3", "private"),
        ("169.254.1.1", "private"),
        ("8.8.8.8", "public"),
        ("sip.example.com", "name"),
    ],
)
def test_kinds_of_address(host: str, kind: str) -> None:
    assert facts.kind(host) == kind


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://127.0.0.1:8080/", Address("127.0.0.1", 8080)),
        ("127.0.0.1:5060", Address("127.0.0.1", 5060)),
        ("https://[::1]:1", Address("::1", 1)),
    ],
)
def test_addresses_are_read(text: str, address: Address) -> None:
    assert facts._address(text) == address


def test_what_listens_everywhere_is_reached_here() -> None:
    assert facts._reachable(Address("0.0.0.0", 5)) == ("127.0.0.1", 5)
    assert facts._reachable(Address("::", 5)) == ("::1", 5)
    assert facts._reachable(Address("192.0.2.1", 5)) == ("192.0.2.1", 5)


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: Any) -> None:
    monkeypatch.setattr(facts, "routed_address", lambda: "10.0.0.9")


def test_only_an_address_that_others_reach_is_offered(monkeypatch: Any) -> None:
    monkeypatch.setattr(facts, "routed_address", lambda: "127.0.0.1")
    assert facts._outgoing() == ""


def test_a_name_is_looked_up(monkeypatch: Any) -> None:
    def found(host: str, *_: object, **__: object) -> list[Any]:
        if host != "pbx.example.com":
            raise OSError
        return [(2, 2, 17, "", ("192.0.2.7", 0))]

    monkeypatch.setattr("socket.getaddrinfo", found)
    assert facts._looked_up("pbx.example.com") == "192.0.2.7"
    assert facts._looked_up("nowhere.example.com") == "nowhere.example.com"
    assert facts._looked_up("192.0.2.1") == "192.0.2.1"


def test_the_flags_of_what_runs_are_in_the_plan_it_was_started_with(
    tmp_path: Path, monkeypatch: Any
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s\n")
    secret.chmod(0o600)
    given = {
        "http": "127.0.0.1:8088",
        "public_url": "http://pbx.example.com",
        "smtp_password_file": str(secret),
    }
    began = config.load(tmp_path, flags=given, environment={})
    words = json.dumps(plan(began, as_json=False))
    command = [sys.executable, "-c", "print('up', flush=True); input()", words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        # Only now is it that program: before, it is a copy of this one.
        assert process.stdout.readline() == b"up\n"
        monkeypatch.setattr(facts, "supervisor_pid", lambda _: process.pid)
        asked = config.load(tmp_path, environment={})
        assert dict(facts._flags(asked)) == given


@pytest.mark.parametrize("pid", [None, 1])
def test_what_does_not_run_has_no_flags(tmp_path: Path, monkeypatch: Any, pid: int | None) -> None:
    monkeypatch.setattr(facts, "supervisor_pid", lambda _: pid)
    assert not list(facts._flags(config.load(tmp_path, environment={})))


@pytest.mark.parametrize(("hard", "files"), [(-1, 16_384), (1_024, 1_024)])
def test_the_server_takes_all_the_files_it_gets(monkeypatch: Any, hard: int, files: int) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1_024, hard))
    assert facts._files() == files


def test_an_idle_installation_is_looked_at(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(facts, "_status", lambda _: None)
    blocked = Blocked("sip", "0.0.0.0:5060", "taken", "0.0.0.0:5062")
    monkeypatch.setattr(facts, "taken", lambda _: iter([blocked]))
    monkeypatch.setattr(facts, "own_address", lambda _: "10.0.0.1")
    found = facts.gather(config.load(tmp_path / "new", environment={}))
    assert found.running is False
    assert found.taken == (blocked,)
    assert (found.silent, found.rtp_ports) == ("", 10_000)
    assert (found.advertise, found.sip_bound) == ("private", "any")
    assert found.answers_sip is None
    assert found.disk_free > 0
    assert found.private


def test_a_running_installation_is_asked(tmp_path: Path, monkeypatch: Any) -> None:
    status = {
        "http": "https://pbx.example.com", "listens": "http://0.0.0.0:1", "sip": "127.0.0.1:2",
        "advertise": "127.0.0.1", "clock_skew_ms": 7, "clock_behind_ms": 9, "clock_ahead_ms": 8,
        "audit_faults": 3,
        "codecs": ["PCMU"], "jobs_dead": 1,
        "engines": [
            {"connected": False, "engine": None},
            {"connected": True, "engine": "native", "hung": 2},
        ],
        "trunks": [
            {"name": "a", "state": "refused", "address": "192.0.2.1", "register": True,
             "transport": "tcp", "sees_us_at": "1.2.3.4"},
            {"name": "b", "state": "reachable", "sees_us_at": "10.0.0.9", "not_found": 2,
             "not_found_at": 5},
        ],
        "rtp": "20000-20015",
    }  # fmt: skip
    knocked: list[Address] = []
    monkeypatch.setattr(facts, "_status", lambda _: status)
    monkeypatch.setattr(facts, "now_ms", lambda: 15)
    monkeypatch.setattr(facts, "_http_answers", lambda a: knocked.append(a) or True)
    monkeypatch.setattr(facts, "_sip_answers", lambda a: knocked.append(a) or False)
    monkeypatch.setattr(facts, "_accepts", lambda _: False)
    found = facts.gather(config.load(tmp_path, environment={}))
    assert knocked == [Address("0.0.0.0", 1), Address("127.0.0.1", 2)]
    assert (found.http_bound, found.public_url) == ("any", True)
    status["http"] = status["listens"]
    assert not facts.gather(config.load(tmp_path, environment={})).public_url
    del knocked[2:]
    assert (found.answers_http, found.answers_sip, found.engine) == (True, False, "native")
    assert (found.skew_ms, found.jobs_dead, found.codecs) == (7, 1, ("PCMU",))
    assert (found.behind_ms, found.ahead_ms, found.audit_faults) == (9, 8, 3)
    assert (found.seen, found.flags) == (("1.2.3.4",), ())
    assert (found.named, found.outgoing, found.http_port) == ("127.0.0.1", "10.0.0.9", 1)
    [trunk, other] = found.trunks
    assert (other.not_found, other.not_found_ms) == (2, 10)
    assert (trunk.state, trunk.address, trunk.register) == ("refused", "192.0.2.1", True)
    assert trunk.transport == "tcp"
    assert found.rtp_ports == 16
    assert found.hung == 2


def test_a_folder_others_can_read_is_seen(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert not facts._is_private(tmp_path)
    tmp_path.chmod(0o700)
    assert facts._is_private(tmp_path)


@pytest.mark.parametrize(
    ("flags", "address"),
    [
        ({"advertise": "198.51.100.7", "sip": "10.0.0.5:5060"}, "198.51.100.7"),
        ({"sip": "10.0.0.5:5060"}, "10.0.0.5"),
    ],
)
def test_our_own_address_is_the_one_set_or_bound(
    tmp_path: Path, flags: dict[str, str], address: str
) -> None:
    settings = config.load(tmp_path, flags=flags, environment={})
    assert facts.own_address(settings) == address


@pytest.mark.parametrize(
    ("advertise", "ours", "address"),
    [("10.0.0.5", True, "10.0.0.5"), ("198.51.100.7", False, None), ("2001:db8::1", True, None)],
)
def test_audio_listens_on_the_address_we_name_if_it_is_ours(
    tmp_path: Path, monkeypatch: Any, advertise: str, ours: bool, address: str | None
) -> None:
    monkeypatch.setattr(facts, "_free", lambda *_: ours)
    settings = config.load(tmp_path, flags={"advertise": advertise}, environment={})
    assert facts.audio_address(settings) == address


def test_the_native_engine_is_built_where_its_library_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    monkeypatch.setattr(facts, "find_spec", lambda name: Spec)
    assert not facts.native_built()
    assert facts.native_loads(), "there is nothing to load"
    (tmp_path / "engine.so").write_bytes(b"of another machine")
    assert facts.native_built()
    assert not facts.native_loads()
    (tmp_path / "engine.so").unlink()
    monkeypatch.undo()
    assert facts.native_loads()


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(None, id="cut off: whoever loads it dies of SIGBUS"),
        pytest.param(b"", id="empty"),
        pytest.param(Path(msgspec._core.__file__).read_bytes(), id="without our functions"),
    ],
)
def test_a_damaged_engine_is_found_without_dying_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, octets: bytes | None
) -> None:
    library = build.HERE / build.LIBRARY
    if octets is None:
        if not library.exists():
            pytest.skip("the native engine is not built")
        octets = library.read_bytes()[:1000]
    (tmp_path / "engine.so").write_bytes(octets)
    monkeypatch.setattr(facts, "_libraries", lambda: iter([tmp_path / "engine.so"]))
    assert not facts.native_loads()


@pytest.mark.parametrize("place", ["ringfence.db", "run", "logs"])
def test_a_file_in_it_that_is_not_ours_to_write_is_seen(
    tmp_path: Path, monkeypatch: Any, place: str
) -> None:
    (tmp_path / "ringfence.db").touch()
    for folder in ("run", "logs"):
        (tmp_path / folder).mkdir()
    settings = config.load(tmp_path, environment={})
    assert facts._is_writable(settings)
    allowed = os.access

    def access(path: Path, mode: int) -> bool:
        return allowed(path, mode) and not (mode == os.W_OK and path == tmp_path / place)

    monkeypatch.setattr("os.access", access)
    assert not facts._is_writable(settings)


def test_whose_a_folder_is(tmp_path: Path, monkeypatch: Any) -> None:
    assert facts.owner(tmp_path) == ""
    assert facts.owner(tmp_path / "nothing") == ""
    name = facts.pwd.getpwuid(tmp_path.stat().st_uid).pw_name
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert facts.owner(tmp_path) == name


@pytest.mark.parametrize(
    ("taken", "crowded"),
    [
        (set(), False),
        ({30_000}, True),
        ({30_100}, False),
        (set(range(30_002, 40_000)), True),
        (set(range(34_000, 40_000)), True),
        (set(range(38_000, 40_000)), False),
    ],
)
def test_a_range_of_ports_is_looked_at_and_not_its_first_alone(
    monkeypatch: Any, taken: set[int], crowded: bool
) -> None:
    monkeypatch.setattr(facts, "_free", lambda address, _: address.port not in taken)
    assert facts._is_crowded(30_000, 39_999) is crowded


@pytest.mark.parametrize(
    ("pid", "connects", "silent"), [(None, False, ""), (7, True, "hung"), (7, False, "busy")]
)
def test_a_server_that_does_not_answer_is_told_from_none(
    tmp_path: Path, monkeypatch: Any, pid: int | None, connects: bool, silent: str
) -> None:
    monkeypatch.setattr(facts, "_status", lambda _: None)
    monkeypatch.setattr(facts, "supervisor_pid", lambda _: pid)
    monkeypatch.setattr(facts, "running", lambda _: connects)
    monkeypatch.setattr(facts, "_hindrance", lambda *_: "taken")
    monkeypatch.setattr(facts, "own_address", lambda _: "10.0.0.1")
    found = facts.gather(config.load(tmp_path / "new", environment={}))
    assert found.silent == silent
    assert bool(found.taken) is not bool(silent), "what it holds itself is no rival's"


@pytest.mark.parametrize(
    ("setting", "address", "why", "instead"),
    [
        ("http", "10.0.0.5:8080", "taken", "10.0.0.5:8082"),
        ("sip", "10.0.0.5:5060", "taken", "10.0.0.5:5062"),
        ("sip_tls", "10.0.0.5:5061", "taken", "10.0.0.5:5063"),
        ("sip_tls", "192.0.2.9:5061", "foreign", "0.0.0.0:5061"),
        ("sip", "192.0.2.9:5060", "foreign", "0.0.0.0:5060"),
        ("http", "192.0.2.9:8080", "foreign", "127.0.0.1:8080"),
        ("http", "10.0.0.5:80", "denied", "10.0.0.5:1024"),
    ],
)
def test_a_port_that_cannot_be_had_comes_with_one_that_can(
    tmp_path: Path, monkeypatch: Any, setting: str, address: str, why: str, instead: str
) -> None:
    def hindrance(one: Address, *_: object) -> str | None:
        return why if str(one) == address else None

    monkeypatch.setattr(facts, "_hindrance", hindrance)
    settings = config.load(tmp_path, flags={setting: address}, environment={})
    assert list(facts.taken(settings)) == [Blocked(setting, address, why, instead)]  # type: ignore[arg-type]


def test_a_crowded_range_comes_with_one_that_is_not(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(facts, "_hindrance", lambda *_: None)
    monkeypatch.setattr(facts, "_is_crowded", lambda low, _: low < 20_000)
    settings = config.load(tmp_path, environment={})
    assert list(facts.taken(settings)) == [Blocked("rtp", "10000-19999", "taken", "20000-29999")]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (None, None),
        (OSError(errno.EADDRINUSE, "x"), "taken"),
        (OSError(errno.EADDRNOTAVAIL, "x"), "foreign"),
        (socket.gaierror(-2, "x"), "foreign"),
        (PermissionError(errno.EACCES, "x"), "denied"),
    ],
)
def test_why_a_port_cannot_be_had(monkeypatch: Any, error: OSError | None, why: str | None) -> None:
    class Probe:
        def __enter__(self) -> Probe:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def setsockopt(self, *_: object) -> None:
            pass

        def bind(self, _: object) -> None:
            if error is not None:
                raise error

    monkeypatch.setattr(facts.socket, "socket", lambda *_: Probe())
    assert facts._hindrance(Address("192.0.2.9", 5060), socket.SOCK_STREAM) == why
