"""``make bench``: what it reads, writes and refuses."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: Any) -> Any:
    spec = importlib.util.spec_from_file_location("bench_run", ROOT / "bench" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bench_run", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    return module


def put(folder: Path, name: str, source: str) -> None:
    (folder / f"{name}.py").write_text(source)


ROWS = {
    "rows": [
        {"work": "a", "value": 10.0, "unit": "µs", "target": 12, "floor": 5, "later": "ignored"},
        {"work": "b", "value": 30, "target": 20},
        {"work": "c", "value": 1},
    ]
}


def test_figures_stand_beside_their_targets(bench: Any, tmp_path: Path, capfd: Any) -> None:
    put(tmp_path, "one", f"print('noise'); print({json.dumps(ROWS)!r})")
    assert bench.main(["one", "--quick"]) == 0
    out = capfd.readouterr().out
    assert "| a | 10 µs | ≤ 12 | 5 | reached, 0.83 x |" in out
    assert "| b | 30 | ≤ 20 | – | MISSED, 1.50 x |" in out
    assert "| c | 1 | – | – |  |" in out
    written = json.loads((tmp_path / "results" / "one.json").read_text())
    assert written["rows"][0]["value"] == 10.0
    assert written["machine"]["cores"]
    assert (tmp_path / "results" / "table.md").read_text() in out


@pytest.mark.parametrize(
    "source",
    ["raise SystemExit(3)", "pass", "print('words')", "print('[]')", "print('{\"rows\": 1}')",
     "print('{\"rows\": [{\"value\": 1}]}')"],
)  # fmt: skip
def test_what_measured_nothing_fails_but_stops_nobody(
    bench: Any, tmp_path: Path, capfd: Any, source: str
) -> None:
    put(tmp_path, "bad", source)
    put(tmp_path, "good", f"print({json.dumps(ROWS)!r})")
    assert bench.main(["bad", "good"]) == 1
    captured = capfd.readouterr()
    assert "COULD NOT MEASURE: bad" in captured.err
    assert "| a | 10" in captured.out


def test_every_benchmark_is_found(bench: Any, tmp_path: Path) -> None:
    for name in ("run", "_shared", "media", "calls"):
        put(tmp_path, name, "")
    assert bench.benchmarks(tmp_path) == ["calls", "media"]


def test_the_last_results_stand_in_the_document(bench: Any, tmp_path: Path, capfd: Any) -> None:
    page = tmp_path / "page.md"
    old = "old\n\n### gone\n\nits table\n\n### media\n\nits machine\n\nits table"
    page.write_text(f"before\n\n{bench.BEGIN}\n\n{old}\n\n{bench.END}\n\nafter\n")
    rows = {"rows": [{"work": "a", "value": 1.5, "target": 2, "note": "by hand"}]}
    put(tmp_path, "one", f"print({json.dumps(rows)!r})")
    assert bench.main(["one"]) == 0
    for _ in range(2):
        bench.document(page, tmp_path / "results")
    text = page.read_text()
    assert text.startswith("before\n\n<!--")
    assert text.endswith("-->\n\nafter\n")
    assert "old" not in text
    assert text.count("| a | 1.5 | ≤ 2 | – | reached, 0.75 x |") == 1
    assert "- a: by hand" in text
    assert "### gone" not in text
    assert text.index("### media\n\nits machine\n\nits table\n") < text.index("### one\n")


def test_where_no_peer_was_found_the_last_figures_stay(bench: Any, tmp_path: Path) -> None:
    put(tmp_path, "one", f"print({json.dumps(ROWS)!r})")
    assert bench.main(["one"]) == 0
    before = (tmp_path / "results" / "one.json").read_text()
    put(tmp_path, "one", "print('{\"rows\": []}')")
    assert bench.main(["one"]) == 0
    assert (tmp_path / "results" / "one.json").read_text() == before
