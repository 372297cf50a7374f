"""Printing."""

import json
from pathlib import Path
from typing import Any

import click
import pytest

from ringfence.cli import show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (False, "no"),
        (4.4, "4.40"),
        (0, "0"),
        (["a", None], "a, –"),
        ([], "–"),
    ],
)
def test_values_read_well(value: object, text: str) -> None:
    assert show.words(value) == text


def test_commands_are_named_as_they_are_typed_here(monkeypatch: Any) -> None:
    monkeypatch.setattr(show, "program", lambda: ".venv/bin/ringfence")
    text = "'ringfence up' starts ringfence on /var/ringfence up; ringfence stop && ringfence up"
    assert show.typed(text, ["up", "stop"]) == (
        "'.venv/bin/ringfence up' starts ringfence on /var/ringfence up; "
        ".venv/bin/ringfence stop && .venv/bin/ringfence up"
    )
    monkeypatch.setattr(show, "program", lambda: "ringfence")
    assert show.typed(text, ["up", "stop"]) == text


def test_a_next_command_is_for_the_same_data_folder(monkeypatch: Any) -> None:
    monkeypatch.setattr(show, "program", lambda: ".venv/bin/ringfence")
    assert show.command("calls") == ".venv/bin/ringfence calls"
    context = click.Context(click.Command("calls"))
    for data, said in ((None, "calls"), (Path("/a b"), "calls --data '/a b'")):
        context.params = {"data": data}
        with context:
            assert show.command("calls") == f".venv/bin/ringfence {said}"


def test_times_read_well() -> None:
    assert show.instant(None) == "–"
    assert show.instant(1_700_000_000_000).startswith("2023-11-1")
    assert show.clock(1_700_000_000_007).endswith(".007")
    assert show.seconds(1_250) == "1.2 s"
    assert show.seconds(None) == "–"


def test_a_table_cuts_nothing_off(capsys: Any) -> None:
    long = "x" * 200
    show.rows([{"a": long}], [show.field("A", "a")], as_json=False)
    assert long in capsys.readouterr().out


def test_markup_in_a_value_is_text(capsys: Any) -> None:
    show.rows([{"a": "[red]x[/red]"}], [show.field("A", "a")], as_json=False)
    assert "[red]x[/red]" in capsys.readouterr().out


def test_json_is_whole(capsys: Any) -> None:
    show.rows([{"a": 1, "b": "é"}], [show.field("A", "a")], as_json=True)
    assert json.loads(capsys.readouterr().out) == [{"a": 1, "b": "é"}]


def test_pairs_are_aligned(capsys: Any) -> None:
    show.pairs([("a", 1), ("long", None)])
    assert capsys.readouterr().out == "a     1\nlong  –\n"
    show.pairs([])
    assert capsys.readouterr().out == ""


def test_a_line_has_time_name_and_text(capsys: Any) -> None:
    show.line({"at": 1_700_000_000_123, "name": "CallEnded", "text": "ended"})
    out = capsys.readouterr().out
    assert ".123  CallEnded" in out
    assert out.endswith("ended\n")


@pytest.mark.parametrize(
    ("typed", "found", "name"),
    [
        (".venv/bin/ringfence", None, ".venv/bin/ringfence"),
        ("/usr/bin/ringfence", "/usr/bin/ringfence", "ringfence"),
        ("pytest", None, "ringfence"),
    ],
)
def test_the_program_is_named_as_a_shell_finds_it(
    monkeypatch: Any, typed: str, found: str | None, name: str
) -> None:
    monkeypatch.setattr(show.sys, "argv", [typed])
    monkeypatch.setattr(show.shutil, "which", lambda _: found)
    assert show.program() == name
