"""A notice as a page: no script, no picture, nothing loaded from anywhere but its own style."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from ringfence.privacy.notice import NOT_SET_UP

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/status.css">
<link rel="alternate" type="application/atom+xml" href="/privacy/feed">
</head>
<body>
<header>
<h1>{title}</h1>
"""


def page(notice: Mapping[str, Any], version: Mapping[str, Any]) -> str:
    """Return the page of a notice; ``version``: number, digest, published, effective, severity."""
    issuer = notice["issuer"]
    lines = [_HEAD.format(title=escape(notice["title"]))]
    lines.append(f"<p>{escape(_heading(version))} {_others(version)}</p>")
    by = f"{issuer['name']}, {issuer['country']}" if issuer["country"] else issuer["name"]
    contact = issuer["contact"]
    asks = f" Questions and grievances: {contact}." if contact else ""
    lines.append(f"<p>{escape(f'Who answers for it: {by}.{asks}')}</p>\n</header>")
    lines.append(_contents(notice["sections"]))
    lines.append("<main>")
    for number, section in enumerate(notice["sections"], 1):
        lines.append(f'<section>\n<h2 id="s{number}">{escape(section["section"])}</h2>')
        lines += (
            f'<h3 id="{escape(clause["id"])}">{escape(clause["summary"])}</h3>\n'
            f"<p>{escape(clause['text'])} <small>{escape(clause['id'])}</small></p>"
            for clause in section["clauses"]
        )
        lines.append("</section>")
    lines += _tables(notice)
    lines += _certificates(notice)
    lines += _unkept(notice["not_promised"])
    lines.append(
        f"<p><small>Fingerprint: <code>{escape(str(version['digest']))}</code></small></p>\n"
        "</main>\n</body>\n</html>\n"
    )
    return "\n".join(lines)


def _contents(sections: Iterable[Mapping[str, Any]]) -> str:
    """What there is to read, and where a reader acts on it."""
    links = " · ".join(
        f'<a href="#s{number}">{escape(section["section"])}</a>'
        for number, section in enumerate(sections, 1)
    )
    return f'<nav>\n<p>{links}</p>\n<p><a href="/rights">Your data and rights</a></p>\n</nav>'


def _heading(version: Mapping[str, Any]) -> str:
    return f"Version {version['number']}, in force from {version['effective']}."


def _others(version: Mapping[str, Any]) -> str:
    """Where the versions before it stand, and what this one changed against the last."""
    number, every = version["number"], '<a href="/privacy/versions">All versions</a>'
    if not isinstance(number, int) or number < 2:  # a draft has no number yet
        return f"{every}."
    before = f'<a href="/privacy/{number - 1}">version {number - 1}</a>'
    return f'Before it: {before}. <a href="/privacy/{number}/changes">What changed</a>. {every}.'


def _tables(notice: Mapping[str, Any]) -> Iterable[str]:
    yield from table(
        "Data about people",
        ("what", "about whom", "why", "how it rests", "how long"),
        (
            (
                row["says"],
                row["subject"],
                ", ".join(row["purposes"]),
                ", ".join(row["storage"]),
                ", ".join(row["retention"]),
            )
            for row in notice["data"]
        ),
    )
    yield from table(
        "Purposes",
        ("purpose", "what for", "ground"),
        ((row["key"], row["says"], _ground(row)) for row in notice["purposes"]),
    )
    yield from table(
        "Recipients",
        ("who", "what", "why", "where"),
        (
            (row["says"], ", ".join(row["fields"]), ", ".join(row["purposes"]), _where(row))
            for row in notice["recipients"]
        ),
    )
    yield from table(
        "Places",
        ("country", "what is there"),
        ((row["country"] or "not named", row["says"]) for row in notice["places"]),
    )
    yield from table(
        "How long",
        ("rule", "at least", "at most", "counted", "because"),
        (
            (
                row["key"],
                _days(row["at_least_days"]),
                _days(row["at_most_days"]),
                row["counted"],
                row["reason"],
            )
            for row in notice["retention"]
        ),
    )
    yield from table(
        "Cookies",
        ("name", "category", "how long", "holds"),
        (
            (row["name"], row["category"], _lasts(row["seconds"]), row["holds"])
            for row in notice["cookies"]
        ),
    )


def _certificates(notice: Mapping[str, Any]) -> Iterable[str]:
    rows = notice.get("certificates", ())
    if rows:
        yield from table("Certificates", ("name", "until"), ((r["name"], r["until"]) for r in rows))


def _unkept(reasons: Mapping[str, str]) -> Iterable[str]:
    """What is no part of the notice: for want of code, or because this house is not set up."""
    here = [key for key, why in reasons.items() if why.startswith(NOT_SET_UP)]
    said = {
        "Nothing enforces these clauses yet": [key for key in reasons if key not in here],
        "The program keeps these, and is not set up for it here": here,
    }
    if reasons:
        yield "<section>\n<h2>Not promised</h2>"
        for why, keys in said.items():
            if keys:
                said_of = escape(", ".join(keys))
                yield f"<p>{why}, so they are no part of this notice: {said_of}.</p>"
        yield "</section>"


def _ground(row: Mapping[str, Any]) -> str:
    return f"{row['ground']}: {row['weighing']}" if "weighing" in row else str(row["ground"])


def _where(row: Mapping[str, Any]) -> str:
    return f"{row['place']}, on {row['mechanism']}" if row["mechanism"] else str(row["place"])


def _lasts(seconds: int) -> str:
    hours = -(-seconds // 3600)
    return f"{hours // 24} days" if hours % 24 == 0 else f"{hours} hours"


def _days(days: int | None) -> str:
    return "as long as its subject" if days is None else f"{days} days"


def table(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterable[str]:
    """Yield a section of a page with one table."""
    yield f"<section>\n<h2>{escape(title)}</h2>\n<table>\n<thead><tr>"
    yield "".join(f"<th>{escape(head)}</th>" for head in heads) + "</tr></thead>\n<tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody>\n</table>\n</section>"
