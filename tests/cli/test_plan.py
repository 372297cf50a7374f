"""The processes of an installation."""

from itertools import pairwise
from pathlib import Path

import click
import pytest

from ringfence import config
from ringfence.cli import show
from ringfence.cli.plan import plan, split
from ringfence.config import PortRange


def load(folder: Path, **flags: str) -> config.Settings:
    return config.load(folder, flags=flags, environment={})


def test_workers_come_first_and_serve_is_the_main_one(tmp_path: Path) -> None:
    made = plan(load(tmp_path, workers="2", drain_seconds="7"), as_json=True, python="py")
    assert [child["name"] for child in made["children"]] == ["media-0", "media-1", "serve"]
    assert [child["main"] for child in made["children"]] == [False, False, True]
    assert made["drain_seconds"] == 7
    assert made["json"] is True
    assert made["lock"] == str(tmp_path / "run" / "up.lock")


def test_how_it_is_stopped_is_told_for_the_folder_that_was_named(tmp_path: Path) -> None:
    with click.Context(click.Command("up")) as context:
        context.params = {"data": Path("/srv/x")}
        made = plan(load(tmp_path), as_json=False)
    assert made["stop"] == f"{show.command('stop')} --data /srv/x"


def test_every_process_can_be_started_from_anywhere(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = plan(load(Path("data")), as_json=False, python="py")
    worker, serve = made["children"]
    assert worker["argv"][worker["argv"].index("--socket") + 1] == str(
        tmp_path / "data" / "run" / "media-0.sock"
    )
    assert worker["log"] == str(tmp_path / "data" / "logs" / "media-0.log")
    assert serve["argv"][:4] == ["py", "-m", "ringfence.app", "serve"]


def test_serve_gets_the_flags(tmp_path: Path) -> None:
    settings = load(tmp_path, http="127.0.0.1:0")
    argv = plan(settings, as_json=True)["children"][-1]["argv"]
    assert config.from_argv(argv[4:], environment={}) == settings


def test_logs_may_go_to_the_terminal(tmp_path: Path) -> None:
    made = plan(load(tmp_path, log_to="stderr"), as_json=True)
    assert {child["log"] for child in made["children"]} == {None}


@pytest.mark.parametrize("ports", [PortRange(10_000, 19_999), PortRange(10_001, 10_099)])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_ports_are_shared_without_overlap(ports: PortRange, workers: int) -> None:
    shares = split(ports, workers)
    assert len(shares) == workers
    assert all(share.low % 2 == 0 and share.high % 2 == 1 for share in shares)
    assert ports.low <= shares[0].low
    assert shares[-1].high <= ports.high
    assert all(one.high < two.low for one, two in pairwise(shares))


@pytest.mark.parametrize("bind", [None, "192.0.2.10"])
def test_audio_may_listen_on_one_address(tmp_path: Path, bind: str | None) -> None:
    argv = plan(load(tmp_path), as_json=True, bind=bind)["children"][0]["argv"]
    assert argv[argv.index("auto") + 1 :] == ([] if bind is None else ["--bind", bind])
