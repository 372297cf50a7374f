"""``ringfence config``."""

import json
from pathlib import Path
from typing import Any

from ringfence import config


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
