"""The drawn states are the tables the machines run on, all of them, and up to date."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest

import ringfence.calls


@pytest.fixture
def draw(script: Any) -> Any:
    return script("draw_states")


def test_the_page_is_up_to_date(draw: Any) -> None:
    assert draw.PAGE.read_text("utf-8") == draw.page(), "run scripts/draw_states.py"


def test_every_table_of_a_call_is_drawn(draw: Any) -> None:
    tables = set()
    for module in pkgutil.iter_modules(ringfence.calls.__path__, "ringfence.calls."):
        for name in vars(importlib.import_module(module.name)):
            if name.endswith("_TABLE"):
                tables.add(name)
    assert tables <= {machine.table for machine in draw.MACHINES}


def test_every_machine_begins_somewhere_and_reaches_everything(draw: Any) -> None:
    """No state of a drawn machine is an island."""
    for machine in draw.MACHINES:
        table = getattr(importlib.import_module(machine.module), machine.table)
        drawn = draw.arrows(table)
        states = {state for arrow in drawn for state in arrow}
        seen = set(machine.begins)
        assert seen <= states, machine.title
        while new := {goal for source, goal in drawn if source in seen} - seen:
            seen |= new
        assert seen == states, machine.title


def test_both_forms_of_a_table_are_read(draw: Any) -> None:
    assert draw.arrows({"a": {"x": "b", "y": "b"}, "b": {"z": ("a", ())}}) == {
        ("a", "b"): ["x", "y"],
        ("b", "a"): ["z"],
    }


def test_checking_and_writing(draw: Any, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(draw, "PAGE", tmp_path / "docs" / "states.md")
    assert draw.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().out
    assert draw.main([]) == 0
    assert draw.main(["--check"]) == 0
    draw.PAGE.write_text("# other\n")
    assert draw.main(["--check"]) == 1
