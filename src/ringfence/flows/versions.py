"""A flow document from its bytes: JSON, its version, everything that is wrong with it.

``ringfence_flow`` is the version of the format. There is one so far; a later format is read here
and brought to the newest shape, so that old documents go on working.
"""

from __future__ import annotations

import json
from typing import Any

from ringfence.flows.applets import Flow
from ringfence.flows.reading import flow
from ringfence.flows.values import Notes, Problem, shown
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import FLOW_DOCUMENT_BYTES, FLOW_PROBLEMS

__all__ = ["Problem", "problems_of", "read", "read_or_problems"]


def named_twice(items: list[tuple[str, Any]]) -> str | None:
    """Return the first name that stands twice in an object, as it may be shown; None for none."""
    seen: set[str] = set()
    for key, _ in items:
        if key in seen:
            return shown(key)
        seen.add(key)
    return None


def read_or_problems(document: bytes) -> tuple[Flow | None, list[Problem]]:
    """Return the flow, or None and everything that is wrong with the document."""
    notes = Notes()
    if len(document) > FLOW_DOCUMENT_BYTES:
        notes.add("$", f"the document is larger than {FLOW_DOCUMENT_BYTES // 1024} KiB")
        return None, notes.problems

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = named_twice(items)
        if twice is not None:
            notes.add("$", f"names the field {twice} twice; the second would silently win")
        return dict(items)

    try:
        value = json.loads(document, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        notes.add(f"line {error.lineno}, column {error.colno}", "this is not JSON")
        return None, notes.problems
    except (UnicodeDecodeError, RecursionError, ValueError):
        notes.add("$", "this is not JSON in UTF-8, or it is nested beyond reason")
        return None, notes.problems
    found = flow(value, notes)
    problems = notes.problems
    if len(problems) > FLOW_PROBLEMS:
        left = len(problems) - FLOW_PROBLEMS
        problems = [*problems[:FLOW_PROBLEMS], Problem("$", f"{left} more are not listed")]
    return (None if problems else found), problems


def problems_of(document: bytes) -> list[Problem]:
    """Everything that is wrong with a flow document; nothing where it can be used."""
    return read_or_problems(document)[1]


def read(document: bytes) -> Flow:
    """Return the flow of a document. Raises `RemoteError` where anything is wrong with it."""
    found, _ = read_or_problems(document)
    if found is None:
        raise RemoteError("the flow document cannot be used")
    return found
