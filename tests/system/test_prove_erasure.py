"""Made-up people go through a real platform, are erased, and every byte is searched."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from platform_run import RINGFENCE, Platform

PATIENCE = 240
"""Seconds for a proof: fifteen on an idle machine."""


@pytest.mark.timeout(300)
def test_nothing_is_left_of_who_was_erased(tmp_path: Path) -> None:
    with Platform(tmp_path / "data") as platform:
        done = subprocess.run(
            [
                *(str(RINGFENCE), "privacy", "prove-erasure", "--people", "1", "--json"),
                *("--report", str(tmp_path / "proof.txt"), "--data", str(platform.data)),
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = json.loads(done.stdout)
        assert found["clean"] is True
        assert found["hits"] == []
        assert found["planted"] == 100
        assert found["found"] >= 99
        note = (tmp_path / "proof.txt").read_text()
        assert note == found["note"]
        assert "searched data" in note
        # The calls were real: they are on record, and their caller is nobody any more.
        calls = platform.calls(ended=4)
        assert all(call["caller"] is None or "+44" not in call["caller"] for call in calls)
        assert platform.do("number.list") == []
