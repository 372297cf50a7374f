"""Every operation with a handler, asked of a seeded office and held against the description."""

from __future__ import annotations

import pytest
from twilio_scene import ON_A_PLATFORM, NothingThere, Scene
from twilio_shapes import check, succeeds, success

from ringfence.api.twilio.operations import Operation, operations

_LATER = ("Create", "Update", "Delete")
"""Lists and single things are looked at before anything is made, changed and removed."""


def _turn(row: Operation) -> tuple[int, int, str]:
    """What is below something is removed before it."""
    phase = next((n for n, word in enumerate(_LATER, 1) if row.name.startswith(word)), 0)
    return phase, -row.path.count("/") if row.method == "DELETE" else 0, row.name


ROWS = sorted((row for row in operations().rows if row.handler is not None), key=_turn)
assert {row.name for row in ROWS} >= ON_A_PLATFORM


def _wrong_with(scene: Scene, row: Operation) -> str:
    """Return what is not as described about an operation; nothing where all is."""
    try:
        answer = scene.walk(row)
    except NothingThere:
        return "nothing to ask about; seed it in twilio_scene"
    body = answer.json() if answer.content else None
    if answer.status_code >= 400:
        assert body is not None
        return f"{body['code']} {body['message']}; its form is in twilio_scene"
    if not succeeds(row.name, answer.status_code):
        return f"answered {answer.status_code}"
    _, schema = success(row.name)
    if schema is None:
        return "has a body" if body is not None else ""
    try:
        check(row.name, body)
    except AssertionError as wrong:
        return str(wrong)
    return ""


def test_what_is_answered_is_what_is_described(scene: Scene) -> None:
    """In one go: what one operation makes, the next ones need.

    Those in ``ON_A_PLATFORM`` are asked for in ``tests/interop/test_twilio_shapes.py``, which fails
    if one is left out.
    """
    asked = [row for row in ROWS if row.name not in ON_A_PLATFORM]
    wrong = {row.name: found for row in asked if (found := _wrong_with(scene, row))}
    assert not wrong


def test_the_walk_reaches_what_is_there(scene: Scene) -> None:
    reached = {row.name for row in ROWS if any(True for _ in scene._paths(row.path))}
    assert {"ListCall", "FetchCall", "FetchAccount", "ListRecording"} <= reached


def test_a_wrong_body_is_noticed(scene: Scene) -> None:
    body = scene.ask("GET", "/Calls.json").json()
    for change in (
        {"sid": "XX"}, {"status": "nice"}, {"start_time": "2030-01-31"}, {"duration": 15},
    ):  # fmt: skip
        wrong = body | {"calls": [body["calls"][0] | change]}
        with pytest.raises(AssertionError):
            check("ListCall", wrong)
    del body["calls"][0]["price"]
    with pytest.raises(AssertionError, match="price is missing"):
        check("ListCall", body)
