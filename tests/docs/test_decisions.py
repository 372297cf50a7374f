"""Decisions are numbered, indexed and say the four things a decision says."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
SECTIONS = ["Context", "Choice", "Cost", "Look again"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_sections(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.match(rf"# {page.stem[:4]}: \S", text)
    assert re.search(r"^Date: (\d{4}-\d{2}-\d{2}|YYYY-MM-DD)$", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


def test_numbers_are_not_used_twice() -> None:
    numbers = [page.stem[:4] for page in PAGES]
    assert numbers == [f"{number:04d}" for number in range(len(PAGES))]


def test_every_page_is_in_the_index_under_its_title() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    for page in PAGES[1:]:
        title = page.read_text("utf-8").splitlines()[0].partition(": ")[2]
        assert f"[{page.stem[:4]}]({page.name}): {title}" in index
