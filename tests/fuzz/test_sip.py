"""The SIP fuzzer: a short run holds, and it would notice what it is there to notice."""

import importlib.util
import random
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "fuzz" / "sip" / "run.py"
SPEC = importlib.util.spec_from_file_location("fuzz_sip_run", PATH)
fuzz = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzz)


def test_whatever_arrives_is_parsed_or_refused(tmp_path, capsys):
    assert fuzz.run(6_000, seed=4475, keep=tmp_path) == 0
    assert "6000 inputs of seed 4475" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_makes_the_same_inputs():
    corpus = fuzz.seeds()
    first, second = random.Random(7), random.Random(7)
    assert len(corpus) > 200
    for _ in range(50):
        assert fuzz.mutate(first, corpus) == fuzz.mutate(second, corpus)


@pytest.mark.parametrize("fault", [ValueError, IndexError, RecursionError])
def test_another_exception_is_a_finding(tmp_path, monkeypatch, capsys, fault):
    def broken(data):
        raise fault

    monkeypatch.setattr(fuzz, "parse", broken)
    assert fuzz.run(10, seed=1, keep=tmp_path) == 1
    assert "breaks the invariant" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["seed-1-input-0.bin"]


def test_a_slow_input_is_a_finding(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fuzz, "SLOW", -1.0)
    assert fuzz.run(1, seed=1, keep=tmp_path) == 1
    capsys.readouterr()
