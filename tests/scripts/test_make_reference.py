"""The generator of the reference: it shows everything, and it notices staleness."""

from pathlib import Path
from typing import Any

import pytest

from ringfence import config
from ringfence.kernel import limits
from ringfence.observe import metrics


@pytest.fixture
def reference(script: Any) -> Any:
    return script("make_reference")


def test_every_setting_is_there(reference: Any) -> None:
    text = reference.page("settings.md")
    assert all(f"`{item.flag}`" in text for item in config.declarations())


def test_every_limit_is_there(reference: Any) -> None:
    text = reference.page("limits.md")
    names = [name for name, value in vars(limits).items() if isinstance(value, limits.Limit)]
    assert len(names) > 20
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_metric_is_there(reference: Any) -> None:
    text = reference.page("metrics.md")
    assert all(f"`{item.name}`" in text for item in metrics.METRICS)


def test_every_command_and_flag_is_there(reference: Any) -> None:
    text = reference.page("cli.md")
    for words in ("ringfence number add NUMBER", "ringfence doctor [CALL_SID]", "--advertise"):
        assert words in text


def test_a_fact_appears_once(reference: Any) -> None:
    lines = reference.page("events.md").splitlines()
    titles = [line for line in lines if line.startswith("## ")]
    assert "## `CallOffered`" in titles
    assert len(titles) == len(set(titles))


def test_cells_do_not_break_the_table(reference: Any) -> None:
    made = list(reference.table(("a",), iter([("x|y\nz",), ("already\\|so",)])))
    assert made[2:] == ["| x\\|y z |", "| already\\|so |"]


def test_staleness_is_noticed(
    reference: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr(reference, "PAGES", tmp_path)
    assert reference.main(["--check"]) == 1
    assert "make reference" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    (tmp_path / "limits.md").write_text("old")
    assert reference.stale() == ["limits.md"]


def test_log_calls_are_found(reference: Any, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text(
        'log.info("it_began", call=c)\nlog.warning(name)\nother.info("x")\nlog.bind(a=1)\n'
    )
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    assert [(c.line, c.event, c.fields) for c in reference.log_calls()] == [
        (1, "it_began", ("call",)),
        (2, None, ()),
    ]
