"""ARCHITECTURE.md, SECURITY.md and CONTRIBUTING.md name things that exist."""

import re
from pathlib import Path

import pytest

from ringfence.storage import folder

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "README.md")
PATH = re.compile(r"`((?:src|tests|scripts|docs|bench|fuzz|\.ci)/[\w./-]+|\.importlinter)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def named() -> list[tuple[str, str]]:
    found = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text("utf-8")
        found += [(document, path) for path in PATH.findall(text) + LINK.findall(text)]
    return found


@pytest.mark.parametrize(("document", "path"), named())
def test_a_path_that_is_named_exists(document: str, path: str) -> None:
    assert (ROOT / path).exists()


def test_paths_are_found() -> None:
    """The patterns must see something, or the test above would hold for an empty document."""
    assert len([path for document, path in named() if document == "ARCHITECTURE.md"]) > 30


def test_the_picture_shows_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("## Processes")[0]
    package = ROOT / "src" / "ringfence"
    present = {path.parent.name for path in package.glob("*/__init__.py")}
    present |= {path.stem for path in package.glob("*.py")} - {"__init__"}
    words = set(re.findall(r"[a-z_]+", text))
    assert present - words == set()


def test_what_lies_in_the_data_folder_is_listed() -> None:
    """The list in the code is the one that the folder is made from."""
    places = re.findall(r"DATA/[\w./-]+", folder.__doc__ or "")
    assert len(places) > 8
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert [place for place in places if place not in text] == []
