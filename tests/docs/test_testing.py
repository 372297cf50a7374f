"""docs/testing.md: its programs run, and what it names exists."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from ringfence.testing.world import World, simulate

TEXT = (Path(__file__).parents[2] / "docs" / "testing.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
UNRUN = re.findall(r"^```python no-run\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("program", PROGRAMS, ids=["world", "ladder"])
def test_a_program_runs(program: str) -> None:
    exec(compile(program, "docs/testing.md", "exec"), {"__name__": "example"})


@pytest.mark.parametrize("program", UNRUN, ids=["phone", "carrier"])
def test_a_program_for_a_running_server_is_one(program: str) -> None:
    compile(program, "docs/testing.md", "exec")  # tests/system/test_kit.py runs them


def test_the_modules_and_what_they_have_exist() -> None:
    rows = re.findall(r"^\| `(ringfence\.testing\.\w+)` \| (.+) \|$", TEXT, re.MULTILINE)
    assert len(rows) == 6
    for module, has in rows:
        found = importlib.import_module(module)
        for name in re.findall(r"`(\w+)`", has):
            assert hasattr(found, name), (module, name)


def test_what_a_world_has_is_what_the_table_says(tmp_path: Path) -> None:
    table = TEXT.split("What it can use:")[1].split("\n## ")[0]
    named = set(re.findall(r"world\.([\w.]+)", table))
    assert len(named) >= 12

    async def scene(world: World) -> None:
        for path in named:
            found: object = world
            for part in path.split("."):
                assert hasattr(found, part), path
                found = getattr(found, part)
        for name in re.findall(r"`world\.board\.number`, (.+?) \|", table)[0].split(", "):
            assert hasattr(world.board, name.strip("`.")), name

    simulate(scene, seed=1, folder=tmp_path)
