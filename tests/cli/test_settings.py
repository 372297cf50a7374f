"""``ringfence config``."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from ringfence import config


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_path: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("ringfence.cli.settings.Remote", missing)


def test_every_setting_is_shown_with_its_source(
    ringfence: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ringfence.toml").write_text('voice = "de"\n')
    monkeypatch.setenv("RINGFENCE_WORKERS", "2")
    shown = {item["name"]: item for item in json.loads(ringfence("config", "show", "--json").out)}
    assert list(shown) == list(config.TABLE)
    assert (shown["voice"]["value"], shown["voice"]["source"]) == ("de", "file")
    assert (shown["workers"]["value"], shown["workers"]["source"]) == ("2", "environment")
    assert shown["http"]["source"] == "default"


def test_the_table_is_readable(ringfence: Any) -> None:
    out = ringfence("config", "show").out
    assert "127.0.0.1:8080" in out
    assert "WHAT IT DOES" in out
    assert "would be begun with" in out


def test_a_running_platform_says_what_it_was_started_with(
    ringfence: Any, office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringfence.cli.settings.Remote", lambda _path: nullcontext(office))
    about = {"default": "", "form": "", "doc": "x"}
    office.answers["settings.show"] = [
        {"name": "workers", "value": "3", "source": "flag"} | about,
        {"name": "voice", "value": "en", "source": "default"} | about,
        {"name": "smtp_password", "value": "set", "source": "environment"} | about,
    ]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ringfence.toml").write_text('voice = "de"\nworkers = 2\n')
    outcome = ringfence("config", "show")
    assert [line.split()[:3] for line in outcome.out.splitlines()[-3:]] == [
        ["workers", "3", "flag"], ["voice", "en", "default"],
        ["smtp_password", "set", "environment"],
    ]  # fmt: skip
    assert "runs with" in outcome.out
    assert outcome.err == "ringfence.toml says otherwise of voice; the next start takes it.\n"


def test_a_platform_of_somebody_elses_is_not_guessed_at(
    ringfence: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_path: object) -> None:
        raise PermissionError

    monkeypatch.setattr("ringfence.cli.settings.Remote", locked)
    assert "runs as another user" in ringfence("config", "show").err
