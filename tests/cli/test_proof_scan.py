"""Invariant: a tracer anywhere below the folder is found once, wherever the pieces meet."""

from pathlib import Path

import pytest

from ringfence.cli import proof_scan
from ringfence.cli.proof_scan import scan, size_below
from ringfence.kernel.phone import Phone
from ringfence.privacy.tracers.search import Search
from ringfence.privacy.tracers.spellings import number_needles

SEARCH = Search({"T1": number_needles(Phone("+12025550123"))})


def test_every_file_is_read_and_counted(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.db").write_bytes(b"x" * 500 + b"+12025550123")
    (tmp_path / "b.log").write_bytes(b"nothing")
    (tmp_path / "link").symlink_to("/etc/passwd")
    told: list[int] = []
    found = scan(SEARCH, tmp_path, what="data", progress=told.append)
    assert (found.files, found.octets) == (2, 519)
    assert [(name, hit.subject, hit.at) for name, hit in found.hits] == [
        ("deep/er/a.db", "T1", 500)
    ]
    assert sum(told) == size_below(tmp_path) == 519
    assert found.summary().hits == 1


@pytest.mark.parametrize("at", range(85, 130))
def test_what_lies_across_two_pieces_is_found_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(proof_scan, "TRACER_CHUNK", 100)
    monkeypatch.setattr(proof_scan, "TRACER_OVERLAP", 40)
    (tmp_path / "file").write_bytes(b"." * at + b"+12025550123" + b"." * 300)
    found = scan(SEARCH, tmp_path, what="data")
    assert {hit.at for _, hit in found.hits} <= {at, at + 1}
    assert at in {hit.at for _, hit in found.hits}
    assert found.octets == at + 312
