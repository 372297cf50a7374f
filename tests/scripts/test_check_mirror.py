"""The mirror check sees both what is missing and what is left over."""

from pathlib import Path
from typing import Any

import pytest


def tree(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


@pytest.fixture
def mirror(script: Any) -> Any:
    return script("check_mirror")


def test_a_mirrored_tree_is_fine(mirror: Any, tmp_path: Path) -> None:
    tree(
        tmp_path,
        *("src/ringfence/__init__.py", "src/ringfence/sip/__init__.py"),
        *("src/ringfence/sip/uri.py", "tests/sip/test_uri.py"),
        *("scripts/a.py", "tests/scripts/test_a.py"),
        *("tests/system/test_whole.py", "tests/conftest.py", "tests/tooling/test_x.py"),
    )
    assert list(mirror.complaints(tmp_path)) == []


def test_a_module_without_test_is_named(mirror: Any, tmp_path: Path) -> None:
    tree(tmp_path, "src/ringfence/sip/uri.py", "tests/test_uri.py")
    assert list(mirror.complaints(tmp_path)) == [
        "src/ringfence/sip/uri.py has no tests/sip/test_uri.py",
        "tests/test_uri.py tests no module",
    ]


@pytest.mark.parametrize(
    ("path", "free"),
    [
        ("sip/__init__.py", True),
        ("storage/migrations/env.py", True),
        ("storage/migrations/versions/0001_first.py", True),
        ("storage/env.py", False),
        ("sip/versions.py", False),
        ("sip/not__init__.py", False),
    ],
)
def test_exemptions_are_exact(mirror: Any, path: str, free: bool) -> None:
    assert mirror.exempt(Path(path)) is free
