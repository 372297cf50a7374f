"""``ringfence up``, ``stop`` and ``admin-link``, without the processes."""

import json
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from ringfence import config
from ringfence.cli import running
from ringfence.cli.control import DATABASE, LOCK
from ringfence.kernel.errors import Refused

LOCAL = "127.0.0.1"


def test_up_becomes_the_supervisor(ringfence: Any, monkeypatch: Any, tmp_path: Path) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(running, "audio_address", lambda _: "192.0.2.10")
    monkeypatch.setattr("os.execv", lambda path, argv: became.append([path, *argv]))
    assert ringfence("up", "--http", "127.0.0.1:0", "--json").code == 0
    [[path, *argv]] = became
    assert path == sys.executable
    assert argv[1:3] == ["-m", "ringfence.supervisor"]
    made = json.loads(argv[3])
    assert made["json"] is True
    assert "192.0.2.10" in made["children"][0]["argv"]
    assert "--http=127.0.0.1:0" in made["children"][-1]["argv"]


def test_the_folders_are_private(tmp_path: Path) -> None:
    settings = config.load(tmp_path / "deep" / "data", environment={})
    running.prepare(settings)
    for folder in (settings.data, settings.run_dir, settings.log_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused) as refusal:
        running.prepare(config.load(tmp_path / "file" / "data", environment={}))
    assert refusal.value.code == "bad_data_folder"


def test_a_folder_too_deep_for_its_sockets_is_refused_before_anything_starts(
    tmp_path: Path,
) -> None:
    settings = config.load(tmp_path / ("d" * 100), environment={})
    with pytest.raises(Refused, match="too long"):
        running.prepare(settings)
    assert not settings.data.exists()


@pytest.mark.parametrize("name", ["http", "sip", "sip_tls"])
def test_a_host_that_is_not_found_is_refused(tmp_path: Path, monkeypatch: Any, name: str) -> None:
    """The server would start, fail and start again for ever without a word."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    flags = {name: "nowhere.invalid:5060"}
    with pytest.raises(Refused, match=f"{name} names a host that is not found") as refusal:
        running.prepare(config.load(tmp_path / "data", flags=flags, environment={}))
    assert refusal.value.code == "bad_setting"
    assert not (tmp_path / "data").exists()


def test_a_voice_nobody_speaks_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="one of af ") as refusal:
        running.prepare(config.load(tmp_path / "data", flags={"voice": "german"}, environment={}))
    assert refusal.value.code == "bad_setting"
    running.prepare(config.load(tmp_path / "data", flags={"voice": "de"}, environment={}))


def test_up_refuses_a_bad_setting_before_anything_starts(ringfence: Any, tmp_path: Path) -> None:
    outcome = ringfence("up", "--rtp", "20000-10000")
    assert outcome.code == 2
    assert "rtp must be LOW-HIGH" in outcome.err
    assert not (tmp_path / "data").exists()


def test_stopping_what_is_not_there_is_refused(ringfence: Any, tmp_path: Path) -> None:
    outcome = ringfence("stop", "--data", str(tmp_path / "typo"))
    assert outcome.code == 2
    assert "does not exist" in outcome.err


def test_stopping_what_does_not_run_is_no_error(ringfence: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / DATABASE).touch()
    assert ringfence("stop").out == "It was not running.\n"
    assert json.loads(ringfence("stop", "--json").out) == {"stopped": False}


def test_stop_asks_and_waits(ringfence: Any, monkeypatch: Any) -> None:
    pids = [4711, 4711, None]
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(running, "supervisor_pid", lambda _: pids.pop(0))
    monkeypatch.setattr(running.os, "kill", lambda pid, number: killed.append((pid, number)))
    monkeypatch.setattr(running.time, "sleep", lambda _: None)
    assert ringfence("stop").out == "Stopped.\n"
    assert killed == [(4711, 15)]


def test_stop_says_what_a_full_disk_did_not_take(
    ringfence: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    run = tmp_path / "data" / "run"
    run.mkdir(parents=True)
    line = {"refused": "facts_unwritten", "reason": "22 entries are lost"}
    (run / LOCK).write_text(f"4711\n{json.dumps(line)}\n")
    monkeypatch.setattr(running.os, "kill", lambda *_: None)
    for words, out in (((), "Stopped.\n"), (("--json",), None)):
        pids = [4711, None]
        monkeypatch.setattr(running, "supervisor_pid", lambda _, pids=pids: pids.pop(0))
        outcome = ringfence("stop", *words)
        if out is None:
            assert json.loads(outcome.out) == {"stopped": True, "lost": "22 entries are lost"}
        else:
            assert (outcome.out, outcome.err) == (out, "22 entries are lost\n")


def test_stop_gives_up(ringfence: Any, monkeypatch: Any) -> None:
    instants = iter([0.0, 1.0, 1e9])
    monkeypatch.setattr(running, "supervisor_pid", lambda _: 4711)
    monkeypatch.setattr(running.os, "kill", lambda *_: None)
    monkeypatch.setattr(running.time, "sleep", lambda _: None)
    monkeypatch.setattr(running.time, "monotonic", lambda: next(instants))
    assert "did not stop in time" in ringfence("stop").err


def test_the_admin_link_is_a_whole_address(ringfence: Any, office: Any, monkeypatch: Any) -> None:
    office.answers["admin.link"] = {"path": "/admin/t0ken", "expires": 1_700_000_000_000}
    office.answers["system.status"] = {"http": "http://127.0.0.1:8080/"}
    assert ringfence("admin-link").out == "http://127.0.0.1:8080/admin/t0ken\n"
    monkeypatch.setenv("RINGFENCE_PUBLIC_URL", "https://pbx.example.com/")
    made = json.loads(ringfence("admin-link", "--json").out)
    assert made["url"] == "https://pbx.example.com/admin/t0ken"


def test_an_engine_that_is_not_built_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringfence.cli.running.native_built", lambda: False)
    settings = config.load(tmp_path / "data", flags={"engine": "native"}, environment={})
    with pytest.raises(Refused, match="engine_not_built"):
        running.prepare(settings)


def test_a_name_to_listen_at_is_looked_up_once_and_ipv4_goes_first(
    tmp_path: Path, monkeypatch: Any
) -> None:
    both = [(socket.AF_INET6, 2, 17, "", ("::1", 0, 0, 0)), (socket.AF_INET, 2, 17, "", (LOCAL, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    flags = {"sip": "localhost:5070", "sip_tls": "pbx.example.com:5071"}
    settings = running.prepare(config.load(tmp_path / "data", flags=flags, environment={}))
    assert (settings.sip, settings.sip_tls) == ((LOCAL, 5070), (LOCAL, 5071))
    assert {f"--sip={LOCAL}:5070", f"--sip-tls={LOCAL}:5071"} <= {*settings.argv()}


def test_where_the_engine_is_damaged_the_other_serves_and_is_said_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "native_built", lambda: True)
    monkeypatch.setattr(running, "native_loads", lambda: False)
    folder = tmp_path / "data"
    settings = running.prepare(config.load(folder, flags={}, environment={}))
    assert settings.engine == "reference"
    assert "--engine=reference" in settings.argv()
    assert "ringfence doctor" in capsys.readouterr().err
    with pytest.raises(Refused, match="engine_damaged"):
        running.prepare(config.load(folder, flags={"engine": "native"}, environment={}))
