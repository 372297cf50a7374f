"""Asterisk as the benchmark beside it drives it: its calls come about, and nothing of it stays."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import _asterisk as peer  # type: ignore[import-not-found]

pytestmark = pytest.mark.skipif(bool(peer.missing()), reason=peer.missing())


@pytest.fixture(scope="module", params=[False, True], ids=["bare", "shipped"])
def asterisk(request: pytest.FixtureRequest) -> Iterator[Any]:
    with peer.Asterisk(shipped=request.param) as running:
        yield running


@pytest.mark.parametrize("extension", ["answer", "play", "record", "room7"])
def test_a_call_is_answered_and_ends(asterisk: Any, extension: str) -> None:
    with peer.Phones(asterisk.sip) as phones:
        assert len(phones.call(extension, 9)) == 1
        phones.hang_up()


def test_a_call_is_dialled_on_and_has_two_legs(asterisk: Any) -> None:
    with peer.Phones(asterisk.sip) as phones:
        assert len(set(phones.call(f"dial{phones.port}", 9, 11))) == 2
        phones.hang_up()


def test_a_call_that_is_refused_is_no_figure(asterisk: Any) -> None:
    with peer.Phones(asterisk.sip) as phones, pytest.raises(OSError, match="404"):
        phones.call("nobody", 9)


def test_as_shipped_it_has_what_its_distribution_turns_on() -> None:
    with peer.Asterisk(shipped=True) as shipped, peer.Asterisk() as bare:
        assert shipped.resident_kb() > 1.3 * bare.resident_kb()


def test_nothing_of_it_stays() -> None:
    mounts = Path("/proc/self/mounts").read_text()
    with peer.Asterisk() as running:
        assert Path("/proc/self/mounts").read_text() == mounts
        pid, folder = running.process.pid, running.folder
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()
    assert Path("/proc/self/mounts").read_text() == mounts
