"""``ringfence demo`` around the call: starting, following, telling where everything is."""

import json
import os
import shlex
import threading
from pathlib import Path
from typing import Any

import pytest

from ringfence import config
from ringfence.cli import demo
from ringfence.cli.checks import Blocked
from ringfence.kernel.errors import RingfenceError

READY = {"http": "http://127.0.0.1:8080", "sip": "127.0.0.1:5060",
         "admin_url": "http://127.0.0.1:8080/admin/t"}  # fmt: skip
WAIT = 10
ERASED: dict[str, Any] = {"erasure": {"sid": "ER1"}, "search": {"files": 3, "hits": []}}
LINES = [
    {"at": 1, "call": "CA1", "name": "CallOffered", "text": "arrived"},
    {"at": 2, "call": "CA2", "name": "CallOffered", "text": "somebody else"},
    {"at": 3, "call": "CA1", "name": "CallEnded", "text": "ended"},
]
RECORD = {"sid": "CA1", "status": "ended",
          "recordings": [{"sid": "RE1", "kind": "voicemail", "status": "saved",
                          "duration_ms": 4200}]}  # fmt: skip


def test_the_log_of_a_start_is_for_its_owner_alone(tmp_path: Path) -> None:
    log = tmp_path / "up.log"
    for mode in (None, 0o644):
        if mode is not None:
            log.chmod(mode)
        with demo._private_log(log) as file:
            file.write(b"x")
        assert log.stat().st_mode & 0o777 == 0o600
    assert log.read_bytes() == b"xx"


def settings(folder: Path, **flags: str) -> config.Settings:
    return config.load(folder, flags=flags, environment={})


@pytest.fixture
def stage(monkeypatch: Any) -> dict[str, Any]:
    """Replace what starts processes and what calls; collect what they were asked."""
    seen: dict[str, Any] = {"calls": [], "spawned": [], "over": threading.Event()}

    class Remote:
        def __init__(self, path: object) -> None:
            self.path = path

        def __enter__(self) -> "Remote":
            return self

        def __exit__(self, *_: object) -> None:
            seen["over"].set()

        def follow(self, name: str) -> Any:
            assert name == "timeline.follow"
            yield from LINES
            seen["over"].wait(WAIT)

    def spawn(given: config.Settings) -> dict[str, Any]:
        seen["spawned"].append(given)
        return READY

    monkeypatch.setattr(demo, "Remote", Remote)
    monkeypatch.setattr(demo, "_spawn", spawn)
    monkeypatch.setattr(demo, "running", lambda _: False)
    monkeypatch.setattr(demo, "taken", lambda _: iter(()))
    monkeypatch.setattr("ringfence.cli.demo_call.call", seen["calls"].append)
    monkeypatch.setattr(demo, "DEMO_SETTLE", 0)
    monkeypatch.setattr("ringfence.cli.demo_erase.erase_caller", lambda *_: dict(ERASED))
    return seen


def test_the_demo_shows_its_call_and_where_everything_is(
    ringfence: Any, office: Any, stage: Any
) -> None:
    office.answers["call.show"] = RECORD
    outcome = ringfence("demo", "--keep")
    assert outcome.code == 0
    assert stage["calls"] == ["127.0.0.1:5060"]
    for words in ("arrived", "ended", "RE1", "/v1/recordings/RE1/audio", "call show CA1",
                  "/admin/t", "ringfence stop", "sip:echo@127.0.0.1:5060"):  # fmt: skip
        assert words in outcome.out
    assert "somebody else" not in outcome.out


def test_the_demo_ends_with_where_everything_is_though_its_caller_is_erased(
    ringfence: Any, office: Any, stage: Any
) -> None:
    office.answers["call.show"] = RECORD
    _, _, last = ringfence("demo").out.partition("Recording     ")
    for words in ("went with its caller", "demo --keep", "call show CA1", "/admin/t"):
        assert words in last
    assert "recording export" not in last


def test_the_demo_as_json_is_one_document(ringfence: Any, office: Any, stage: Any) -> None:
    office.answers["call.show"] = RECORD
    assert json.loads(ringfence("demo", "--json").out) == READY | {"call": RECORD} | ERASED


def test_the_caller_stays_where_that_is_asked_for(ringfence: Any, office: Any, stage: Any) -> None:
    office.answers["call.show"] = RECORD
    assert "erasure" not in json.loads(ringfence("demo", "--keep", "--json").out)


def test_a_hit_is_a_failure(ringfence: Any, office: Any, stage: Any, monkeypatch: Any) -> None:
    office.answers["call.show"] = RECORD
    found = ERASED | {"search": {"hits": ["ringfence.db"]}}
    monkeypatch.setattr("ringfence.cli.demo_erase.erase_caller", lambda *_: found)
    outcome = ringfence("demo")
    assert outcome.code == 2
    assert "found again" in outcome.err


def test_no_line_is_a_failure(ringfence: Any, office: Any, stage: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(demo.Remote, "follow", lambda *_: iter(()))
    outcome = ringfence("demo")
    assert outcome.code == 2
    assert "no call arrived" in outcome.err


def test_a_failed_call_is_a_failure(
    ringfence: Any, office: Any, stage: Any, monkeypatch: Any
) -> None:
    def fail(_sip: str) -> None:
        raise RingfenceError("the demo call was not answered as expected")

    monkeypatch.setattr("ringfence.cli.demo_call.call", fail)
    office.answers["call.show"] = RECORD
    outcome = ringfence("demo")
    assert outcome.code == 1
    assert "not answered as expected" in outcome.err


def test_ports_somebody_holds_are_avoided(
    tmp_path: Path, stage: Any, monkeypatch: Any, capsys: Any
) -> None:
    blocked = [Blocked(name, "0.0.0.0:1", "taken", "0.0.0.0:3") for name in ("http", "sip")]
    monkeypatch.setattr(demo, "taken", lambda _: iter(blocked))
    given = settings(tmp_path, sip="127.0.0.1:5070", voice="de")
    load = config.load
    monkeypatch.setattr(config, "load", lambda data, flags: load(data, flags=flags, environment={}))
    demo.start(given, demo.Narrator(quiet=False))
    [spawned] = stage["spawned"]
    assert spawned.http.port == 0
    assert spawned.sip.port == 5070, "a port that was asked for is not exchanged for another"
    assert spawned.voice == "de"
    assert "usual port of http" in capsys.readouterr().out


def test_a_running_platform_is_used(
    tmp_path: Path, office: Any, stage: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(demo, "running", lambda _: True)
    office.answers |= {
        "system.status": {"http": "http://127.0.0.1:1/", "sip": "127.0.0.1:2"},
        "admin.link": {"path": "/admin/x"},
    }
    ready = demo.start(settings(tmp_path), demo.Narrator(quiet=True))
    assert ready["admin_url"] == "http://127.0.0.1:1/admin/x"
    assert stage["spawned"] == []


def test_the_record_is_waited_for(tmp_path: Path, office: Any, monkeypatch: Any) -> None:
    states = [
        RECORD | {"status": "answered"},
        RECORD | {"recordings": [{"sid": "RE1", "status": "in-progress"}]},
        RECORD,
    ]
    monkeypatch.setattr(demo.time, "sleep", lambda _: None)
    office.run = lambda *_, **__: states.pop(0)
    assert demo._settled(settings(tmp_path), "CA1") == RECORD
    assert states == []


def test_the_ready_line_is_read_and_its_absence_noticed() -> None:
    read, write = os.pipe()
    os.write(write, b'{"http":')
    os.write(write, b' "x"}\n')
    assert demo._first_line(read) == b'{"http": "x"}\n'
    os.close(write)
    assert demo._first_line(read) == b""
    os.close(read)


@pytest.mark.parametrize(
    ("bound", "called"),
    [("0.0.0.0:5060", "127.0.0.1:5062"), ("192.0.2.10:5060", "192.0.2.10:5062")],
)
def test_the_demo_calls_over_loopback_where_it_can(tmp_path: Path, bound: str, called: str) -> None:
    assert demo.nearby(settings(tmp_path, sip=bound), "192.0.2.10:5062") == called


def test_the_epilogue_names_the_data_folder(tmp_path: Path) -> None:
    here = settings(tmp_path)
    text = "\n".join(
        [*demo.whereabouts(here, READY, RECORD, kept=True), *demo.epilogue(here, READY)]
    )
    assert f"ringfence stop --data {tmp_path}" in text
    assert f"call show CA1 --data {tmp_path}" in text
    default = settings(Path(config.DATA_DEFAULT))
    assert "--data" not in "\n".join(demo.epilogue(default, READY))


def test_what_was_erased_is_not_offered_and_how_to_keep_it_is_said(tmp_path: Path) -> None:
    here = settings(tmp_path)
    gone = "\n".join(demo.whereabouts(here, READY, RECORD, kept=False))
    assert f"ringfence demo --keep --data {tmp_path}" in gone
    assert "recording export" not in gone
    kept = "\n".join(demo.whereabouts(here, READY, RECORD, kept=True))
    assert "--keep" not in kept
    assert "recording export" in kept


@pytest.mark.parametrize("kept", [False, True])
def test_a_folder_with_a_space_can_be_pasted(tmp_path: Path, kept: bool) -> None:
    here = settings(tmp_path / "of ours")
    for line in (*demo.whereabouts(here, READY, RECORD, kept=kept), *demo.epilogue(here, READY)):
        if "--data" in line:
            assert shlex.split(line)[-1] == str(here.data)
