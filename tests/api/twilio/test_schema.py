"""Every operation with a handler, asked of a seeded office and held against the description."""

from __future__ import annotations

import pytest
from twilio_scene import NothingThere, Scene
from twilio_shapes import check, success

from ringfence.api.twilio.operations import Operation, operations

_LATER = ("Create", "Update", "Delete")
"""Lists and single things are looked at before anything is made, changed and removed."""


NOT_NOW = {("UpdateCall", 21220), ("CreateMessageFeedback", 20001), ("DeleteMessage", 20009)}
"""What the seeded office has nothing in the right state for: a call going on, a message sent."""


def _turn(row: Operation) -> tuple[int, int, str]:
    """What is below something is removed before it."""
    phase = next((n for n, word in enumerate(_LATER, 1) if row.name.startswith(word)), 0)
    return phase, -row.path.count("/") if row.method == "DELETE" else 0, row.name


ROWS = sorted((row for row in operations().rows if row.handler is not None), key=_turn)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_answered_is_what_is_described(scene: Scene, row: Operation) -> None:
    try:
        answer = scene.walk(row)
    except NothingThere:
        pytest.skip(f"{row.name} is NOT checked: nothing to ask about; seed it in twilio_scene")
    body = answer.json() if answer.content else None
    if answer.status_code >= 400:
        assert body is not None
        if body["code"] == 20503:
            pytest.skip(f"{row.name} is NOT checked here: it needs a running server")
        if (row.name, body["code"]) in NOT_NOW:
            pytest.skip(f"{row.name} is NOT checked here: {body['message']}")
        pytest.fail(f"{row.name}: {body['code']} {body['message']}; its form is in twilio_scene")
    status, schema = success(row.name)
    assert answer.status_code == status
    if schema is None:
        assert body is None
    else:
        check(row.name, body)


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
