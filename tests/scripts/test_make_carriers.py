"""The carriers of numbers, written from data of somebody else's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def make_carriers(script: Any) -> Any:
    return script("make_carriers")


def test_names_are_read_in_english_and_written_once(make_carriers: Any, tmp_path: Path) -> None:
    data = tmp_path / "phonenumbers/carrierdata"
    data.mkdir(parents=True)
    (data / "__init__.py").write_text("raise RuntimeError('not to be run')")
    (data / "data0.py").write_text("data = {'99911': {'en': 'One', 'ru': 'X'}}")
    (data / "data1.py").write_text("data = {'99910': {'en': 'One'}, '9992': {'ko': 'Y'}}")
    names = make_carriers.read(tmp_path)
    assert names == {"99911": "One", "99910": "One"}
    document = json.loads(make_carriers.written(names, "somebody"))
    assert document == {"source": "somebody", "carriers": {"One": "99910 99911"}}


def test_what_is_shipped_is_what_it_writes(make_carriers: Any) -> None:
    text = make_carriers.TARGET.read_text("utf-8")
    document = json.loads(text)
    names = {digits: name for name, said in document["carriers"].items() for digits in said.split()}
    assert len(names) > 20_000
    assert "Apache" in document["source"]
    assert make_carriers.written(names, document["source"]) == text
