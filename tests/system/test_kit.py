"""The programs of docs/testing.md that need a running server, as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from platform_run import Platform

from ringfence.media import wav

TEXT = (Path(__file__).parents[2] / "docs" / "testing.md").read_text("utf-8")
PHONE, CARRIER = re.findall(r"^```python no-run\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("kit") / "data") as running:
        running.ask("number", "add", "+12025550123", "--flow", "welcome")
        yield running


def placed(platform: Platform, program: str) -> str:
    """Return the program with this server's address in the place of the usual one."""
    port = platform.sip.rpartition(":")[2]
    assert "5060" in program
    return program.replace("5060", port)


def test_the_phone_of_the_guide_calls_and_keeps_what_it_heard(
    platform: Platform, tmp_path: Path
) -> None:
    before = len(platform.calls())
    command = [sys.executable, "-c", placed(platform, PHONE)]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    form, pcm = wav.read((tmp_path / "heard.wav").read_bytes())
    assert form.rate == 8_000
    assert len(pcm) > 8_000
    assert len(platform.calls()) == before + 1


def test_the_carrier_of_the_guide_is_registered_at_and_calls_in(
    platform: Platform, tmp_path: Path
) -> None:
    before = len(platform.calls())
    with subprocess.Popen(
        [sys.executable, "-u", "-c", placed(platform, CARRIER)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as program:
        assert program.stdout is not None
        said = program.stdout.readline().split()
        assert said[:5] == ["ringfence", "trunk", "add", "line", "--register"]
        platform.ask(*said[1:], stdin="secret\n")
        assert program.wait(60) == 0
    assert len(platform.calls()) == before + 2, json.dumps(platform.calls())
