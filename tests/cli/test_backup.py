"""``ringfence backup`` and ``restore`` on a folder nobody serves from."""

import json
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli import control
from ringfence.kernel.errors import Refused


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after its first start."""
    from office_open import opened

    data = tmp_path_factory.mktemp("cli") / "data"
    opened(data).store.store.close()
    return data


@pytest.fixture
def data(first: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(first, tmp_path / "data"))


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_there_and_back_again(data: Path, tmp_path: Path, ringfence: Any, name: str) -> None:
    target = str(tmp_path / name)
    outcome = ringfence("backup", target)
    assert outcome.code == 0, outcome.err
    assert "without any key" in outcome.out
    assert "1 files" not in outcome.out
    told = json.loads(ringfence("restore", target, "--yes", "--json", "--ledger", target).out)
    assert told["erased_again"] == []
    assert "may serve" in ringfence("restore", "--replay").out


def test_erasures_are_done_again_by_the_law_of_the_country_that_is_named(
    data: Path, ringfence: Any, monkeypatch: Any
) -> None:
    done: list[str] = []

    def replay(settings: Any) -> list[str]:
        done.append(settings.country)
        return []

    monkeypatch.setattr("ringfence.office.privacy.backup.replay", replay)
    assert ringfence("restore", "--replay", "--country", "IN").code == 0
    assert done == ["IN"]
    assert ringfence("restore", "--replay", "--country", "XX").code == 2
    assert done == ["IN"]


def test_keys_are_asked_of_whoever_holds_them(
    tmp_path: Path, ringfence: Any, office: Any, monkeypatch: Any
) -> None:
    from contextlib import contextmanager

    @contextmanager
    def opened(_settings: object) -> Any:
        yield office

    monkeypatch.setattr("ringfence.cli.backup.opened", opened)
    office.answers["backup.keys"] = {"epoch": 7}
    outcome = ringfence("backup", "--keys", str(tmp_path / "safe"))
    assert "epoch 7" in outcome.out
    assert office.asked == [("backup.keys", {"target": str(tmp_path / "safe")})]


def test_a_running_server_is_not_restored_under(
    data: Path, tmp_path: Path, ringfence: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(control, "_lock", lambda _: None)
    outcome = ringfence("restore", "--replay")
    assert outcome.code == 2
    assert "stop it first" in outcome.err


def test_without_keys_it_is_all_noise(data: Path, tmp_path: Path, ringfence: Any) -> None:
    target = str(tmp_path / "backup")
    ringfence("backup", target)
    outcome = ringfence("restore", target, "--data", str(tmp_path / "new"))
    assert outcome.code == 2
    assert "--keys" in outcome.err


def test_the_next_command_is_for_the_same_folder(
    data: Path, tmp_path: Path, ringfence: Any
) -> None:
    target, new = str(tmp_path / "backup"), tmp_path / "new place"
    assert ringfence("backup", target).code == 0
    outcome = ringfence("restore", target, "--keys", str(data / "keys"), "--data", str(new))
    assert outcome.code == 0, outcome.err
    assert outcome.out.rstrip().endswith(f"ringfence up --data '{new}'")


def test_one_thing_at_a_time(ringfence: Any, tmp_path: Path) -> None:
    assert ringfence("restore").code == 2
    assert ringfence("restore", str(tmp_path), "--replay").code == 2


def test_whoever_works_alone_keeps_others_out(data: Path) -> None:
    from ringfence import config

    settings = config.load(data, flags={}, environment={})
    with control.alone(settings), pytest.raises(Refused) as refused, control.alone(settings):
        pass
    assert refused.value.code == "still_running"
