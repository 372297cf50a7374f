"""No file beyond 600 lines."""

from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("lines", "code", "said"), [(400, 0, False), (401, 0, True), (600, 0, True), (601, 1, True)]
)
@pytest.mark.parametrize("name", ["src/a.py", "src/a.c", "tests/a.py"])
def test_the_limit(
    script: Any, tmp_path: Path, capsys: Any, name: str, lines: int, code: int, said: bool
) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text("x\n" * lines)
    assert script("check_lengths").main(tmp_path) == code
    assert (name in capsys.readouterr().out) is said


def test_other_files_do_not_count(script: Any, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.html").write_text("x\n" * 1000)
    assert script("check_lengths").main(tmp_path) == 0
