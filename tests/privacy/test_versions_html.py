"""The changes of a version and the list of versions: words in tables, escaped, nobody's script."""

import re
from typing import Any

from ringfence.privacy.versions_html import changes_page, versions_page


def difference(*changes: dict[str, Any], before: int = 1, after: int = 2, **more: Any) -> Any:
    found = {"severity": "material", "told": ["email"], "lapses": [], **more}
    return {"before": before, "after": after, "changes": list(changes), **found}


def change(name: str, severity: str, **more: Any) -> dict[str, Any]:
    found = {"kind": "column", "what": "changed", "fact": "", "before": None, "after": None}
    return {**found, "name": name, "severity": severity, **more}


def test_changes_are_tables_with_the_gravest_first() -> None:
    text = changes_page(
        difference(
            change("calls.note", "editorial"),
            change("calls.end", "material", fact="retention_days", before=90, after=180),
            change("calls.new", "material", what="added", after={"says": "x", "sealed": True}),
            change("calls.old", "minor", before=["a_b", "c"], after=False),
            lapses=["send_marketing"],
        )
    )
    assert text.index("Material:") < text.index("Minor:") < text.index("Wording alone")
    assert "<td>changed: retention days</td><td>90</td><td>180</td>" in text
    assert "<td>–</td><td>says: x; sealed: yes</td>" in text
    assert "<td>a_b, c</td><td>no</td>" in text
    assert "asked for anew: send marketing." in text
    assert 'href="/privacy/1"' in text
    assert 'href="/privacy/2"' in text
    assert "{" not in text


def test_the_first_version_and_an_unchanged_one_say_so() -> None:
    first = changes_page(difference(before=1, after=1, severity="none"))
    assert "Version 1 is the first" in first
    assert "Nothing that is done" in changes_page(difference(severity="none"))


def test_what_a_pack_says_is_text_and_nothing_is_loaded_from_elsewhere() -> None:
    text = changes_page(
        difference(change("<b>", "material", kind="clause", after='<script src="//x">'))
    ) + versions_page([version(1, title="<script>")])
    assert "<script" not in text
    assert "<b>" not in text
    assert all(re.match(r"/[^/]", to) for to in re.findall(r'(?:href|src)="([^"]*)"', text))


def version(number: int, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": "Notice",
        "severity": "material",
        "effective": 1_795_000_000_000,
        "digest": f"{number}" * 64,
        "in_force": False,
        **more,
    }


def test_the_versions_are_listed_newest_first_with_their_changes() -> None:
    text = versions_page([version(1), version(2, in_force=True)])
    assert text.index('href="/privacy/2"') < text.index('href="/privacy/1"')
    assert '<a href="/privacy/2">2</a> (in force)' in text
    assert 'href="/privacy/1/changes"' in text
    assert "2026-11-18" in text
