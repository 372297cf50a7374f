"""Fuzzers are found, run and believed."""

from pathlib import Path
from typing import Any

import pytest

HOLDS = "import sys; open('seen', 'a').write(' '.join(sys.argv[1:]) + '\\n')"
BREAKS = "raise SystemExit(1)"


def fuzzer(root: Path, name: str, source: str) -> None:
    path = root / "fuzz" / name / "run.py"
    path.parent.mkdir(parents=True)
    path.write_text(source)


def test_each_gets_inputs_and_seed(script: Any, tmp_path: Path) -> None:
    fuzzer(tmp_path, "a", HOLDS)
    assert script("run_fuzzers").main(["--inputs", "5", "--seed", "7"], tmp_path) == 0
    assert (tmp_path / "seen").read_text() == "--inputs 5 --seed 7\n"


def test_a_short_run_is_repeatable_and_short(script: Any, tmp_path: Path) -> None:
    module = script("run_fuzzers")
    fuzzer(tmp_path, "a", HOLDS)
    module.main(["--short"], tmp_path)
    seen = (tmp_path / "seen").read_text()
    assert seen == f"--inputs {module.SHORT} --seed {module.SHORT_SEED}\n"


def test_a_long_run_says_its_seed(script: Any, tmp_path: Path, capfd: Any) -> None:
    fuzzer(tmp_path, "a", HOLDS)
    script("run_fuzzers").main(["--inputs", "1"], tmp_path)
    seed = (tmp_path / "seen").read_text().split()[-1]
    assert f"seed {seed}" in capfd.readouterr().out


@pytest.mark.parametrize("others", [[], ["a", "c"]])
def test_one_finding_fails_the_run(
    script: Any, tmp_path: Path, capfd: Any, others: list[str]
) -> None:
    fuzzer(tmp_path, "b", BREAKS)
    for name in others:
        fuzzer(tmp_path, name, HOLDS)
    assert script("run_fuzzers").main(["--short"], tmp_path) == 1
    assert "failed: b" in capfd.readouterr().out


def test_no_fuzzer_is_no_success(script: Any, tmp_path: Path) -> None:
    assert script("run_fuzzers").main(["--short"], tmp_path) == 1
