"""What a version of the notice changed, and the list of all versions, as pages to be read.

Plain pages like the notice itself (``privacy.notice_html``): no script, nothing loaded from
elsewhere. The same differences are JSON for whoever asks for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from ringfence.privacy.notice_html import table

_HEAD = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<title>{title}</title>\n<link rel="stylesheet" href="/status.css">\n'
    '<link rel="alternate" type="application/atom+xml" href="/privacy/feed">\n</head>\n<body>\n'
    "<header>\n<h1>{title}</h1>\n</header>\n<main>\n"
)
_FOOT = (
    '<p><a href="/privacy">Notice in force</a> · '
    '<a href="/privacy/versions">All versions</a></p>\n</main>\n</body>\n</html>\n'
)
_RANK = {"material": 0, "minor": 1, "editorial": 2}
_GRAVE = {
    "material": "Material: more about people than before, or a promise less",
    "minor": "Minor: less than before, or about nobody",
    "editorial": "Wording alone",
}


def changes_page(difference: Mapping[str, Any]) -> str:
    """Return what leads from one version to another; ``difference``: as the API answers."""
    before, after = difference["before"], difference["after"]
    title = f"What version {after} of the privacy notice changes"
    lines = [_HEAD.format(title=escape(title))]
    if before == after:
        lines.append(f"<p>Version {after} is the first: there was nothing before it.</p>")
    else:
        lines.append(
            f'<p>Against <a href="/privacy/{before}">version {before}</a>; '
            f'the whole text is <a href="/privacy/{after}">version {after}</a>. '
            f"Gravest change: {escape(difference['severity'])}.</p>"
        )
    if difference["lapses"]:
        said = ", ".join(_words(name) for name in difference["lapses"])
        lines.append(f"<p>Consents that hold no more, and are asked for anew: {escape(said)}.</p>")
    if not difference["changes"] and before != after:
        lines.append("<p>Nothing that is done with data changed.</p>")
    for severity in sorted(
        {change["severity"] for change in difference["changes"]}, key=lambda s: _RANK.get(s, 9)
    ):
        rows = [change for change in difference["changes"] if change["severity"] == severity]
        lines += table(
            _GRAVE.get(severity, severity),
            ("what", "change", "before", "after"),
            (
                (
                    f"{_words(change['kind'])} {change['name']}",
                    _done(change),
                    _said(change["before"]),
                    _said(change["after"]),
                )
                for change in rows
            ),
        )
    lines.append(_FOOT)
    return "\n".join(lines)


def versions_page(versions: Sequence[Mapping[str, Any]]) -> str:
    """Return the list of versions, given oldest first, shown newest first."""
    lines = [_HEAD.format(title="Versions of the privacy notice")]
    lines.append(
        "<table>\n<thead><tr><th>version</th><th>title</th><th>in force from</th>"
        "<th>change</th><th>fingerprint</th></tr></thead>\n<tbody>"
    )
    for version in reversed(versions):
        number = version["number"]
        mark = " (in force)" if version["in_force"] else ""
        lines.append(
            f'<tr><td><a href="/privacy/{number}">{number}</a>{mark}</td>'
            f"<td>{escape(version['title'])}</td><td>{_day(version['effective'])}</td>"
            f'<td><a href="/privacy/{number}/changes">{escape(version["severity"])}</a></td>'
            f"<td><code>{escape(version['digest'][:16])}</code></td></tr>"
        )
    lines.append("</tbody>\n</table>")
    lines.append(_FOOT)
    return "\n".join(lines)


def _done(change: Mapping[str, Any]) -> str:
    fact = change["fact"]
    return f"{change['what']}: {_words(fact)}" if fact else str(change["what"])


def _words(name: str) -> str:
    """Return a name of the program as words."""
    return name.replace("_", " ")


def _said(value: Any) -> str:
    """Return a value of either side in words; whole rows as ``name: value``."""
    match value:
        case None | "" | [] | ():
            return "–"
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return "; ".join(
                f"{_words(str(name))}: {_said(held)}" for name, held in sorted(value.items())
            )
        case list() | tuple():
            return ", ".join(_said(held) for held in value)
        case _:
            return str(value)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")
