"""Building the native engine, and doing without."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.media.engine import build


def test_every_source_is_compiled() -> None:
    assert sorted(build.SOURCES) == sorted(path.name for path in build.HERE.glob("*.c"))


def test_without_a_compiler_there_is_no_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CC", "")
    assert build.compiler() is None
    assert build.compile_library(tmp_path / "out") is None
    assert not (tmp_path / "out").exists()


def test_a_compiler_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text(
        "#!/bin/sh\nwhile [ $# -gt 1 ]; do\n[ $1 = -o ] && : > $2\nshift\ndone\nexit 1\n"
    )
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    assert build.compile_library(tmp_path / "out") is None
    assert list((tmp_path / "out").iterdir()) == []
    assert "not built" in capfd.readouterr().err


def test_the_compiler_named_by_cc_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = tmp_path / "mycc"
    compiler.write_text("#!/bin/sh\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    assert build.compiler() == str(compiler)
