"""Requests by template: what the operator wrote down, filled in for one message or payment.

A placeholder is filled in after the document is taken apart, so no text of a person can change
its structure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote, urlencode

from ringfence.kernel.errors import Refused

Body = Literal["json", "form", "query"]

PLACEHOLDER: Final = re.compile(r"\{([a-z_0-9]+)\}")
_NUMBER: Final = ":number"
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_BROKEN: Final = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,3}")
"""What a double holds to the last digit."""
_STEP: Final = re.compile(r"([^.\[\]]+)|\[([0-9]{1,4})\]")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    method: Literal["GET", "POST"]
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. ``failure``: a code word; empty where there was an answer.

    ``retry_after``: the header of that name, as it was written.
    """

    status: int = 0
    body: bytes = field(default=b"", repr=False)
    failure: str = ""
    retry_after: str = ""


class Fetch(Protocol):
    """Asks a URL through the guard against private addresses; never raises.

    ``limit``: bytes of the answer; ``total_ms``: from the first byte to the last.
    """

    def __call__(
        self, request: Request, *, limit: int, total_ms: int
    ) -> Coroutine[Any, Any, Reply]: ...


def filled(
    *,
    method: Literal["GET", "POST"],
    url: str,
    body: Body,
    headers: Mapping[str, str],
    fields: Mapping[str, str],
    values: Mapping[str, str],
    many: Mapping[str, Sequence[str]] | None = None,
) -> Request:
    """Return a request with every placeholder filled in.

    ``fields``: in JSON ``a.b`` lies in an object ``a``, ``a[]`` is a list of one, and ``a:number``
    is ``a`` with a number instead of a text, where it is one. ``many``: values of which there are
    any number. A field that is one of these alone is left out where there
    is none; ``a[]`` is a list of all of them, and in a form the field is there for each.
    """
    several = {f"{{{name}}}": list(found) for name, found in (many or {}).items()}
    values = {**values, **{name: "\n".join(found) for name, found in (many or {}).items()}}
    pairs: list[tuple[str, str | list[str]]] = [
        (name, several[text] if text in several else _fill(text, values))
        for name, text in fields.items()
        if several.get(text) != []
    ]
    url = PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), url)
    headers = {name: _header(_fill(text, values)) for name, text in headers.items()}
    if body == "json":
        document = json.dumps(_nested(pairs), ensure_ascii=False).encode()
        return Request(method, url, headers, document, "application/json")
    form = urlencode(pairs, doseq=True)
    if body == "query":
        joint = "&" if "?" in url else "?"
        return Request(method, f"{url}{joint}{form}" if form else url, headers, b"", "")
    media_type = "application/x-www-form-urlencoded; charset=utf-8"
    return Request(method, url, headers, form.encode(), media_type)


def reach(document: Any, path: str) -> Any:
    """Return what lies at ``a.b[0].c`` in a document; None where nothing does."""
    at = document
    if isinstance(at, dict) and path in at:
        return at[path]
    for name, index in _STEP.findall(path):
        if name and isinstance(at, dict):
            at = at.get(name)
        elif index and isinstance(at, list) and int(index) < len(at):
            at = at[int(index)]
        else:
            return None
    return at


def _fill(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _header(value: str) -> str:
    """Return a value without what would end the header."""
    return "".join(mark for mark in value if mark.isascii() and mark.isprintable())


def _nested(fields: Sequence[tuple[str, str | list[str]]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, value in fields:
        at = whole
        *outer, last = name.split(".")
        for step in outer:
            inner = at.setdefault(step, {})
            if not isinstance(inner, dict):
                raise Refused("bad_template", "a field is a value and an object at once")
            at = inner
        if last.endswith(_NUMBER):
            at[last.removesuffix(_NUMBER)] = _number(value) if isinstance(value, str) else value
        elif last.endswith("[]"):
            at[last.removesuffix("[]")] = value if isinstance(value, list) else [value]
        else:
            at[last] = "\n".join(value) if isinstance(value, list) else value
    return whole


def _number(text: str) -> int | float | str:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _BROKEN.fullmatch(text) else text
