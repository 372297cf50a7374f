"""The SMPP fuzzer: a short run holds, and it would notice what it is there to notice."""

import importlib.util
import random
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "fuzz" / "smpp" / "run.py"
SPEC = importlib.util.spec_from_file_location("fuzz_smpp_run", PATH)
fuzz = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzz)


def test_whatever_arrives_is_read_or_refused(tmp_path, capsys):
    assert fuzz.run(4_000, seed=34, keep=tmp_path) == 0
    assert "4000 inputs of seed 34" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_makes_the_same_inputs():
    first, second = random.Random(7), random.Random(7)
    for _ in range(50):
        assert fuzz.mutate(first) == fuzz.mutate(second)


@pytest.mark.parametrize("fault", [ValueError, IndexError, UnicodeDecodeError("x", b"", 0, 1, "y")])
def test_another_exception_is_a_finding(tmp_path, monkeypatch, capsys, fault):
    def broken(data):
        raise fault

    monkeypatch.setattr(fuzz, "parse", broken)
    assert fuzz.run(10, seed=1, keep=tmp_path) == 1
    assert "breaks the invariant" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["seed-1-input-0.bin"]


def test_a_lost_message_is_a_finding(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fuzz.Session, "lost", lambda session, now: None)
    assert fuzz.run(2_000, seed=1, keep=tmp_path) == 1
    capsys.readouterr()
