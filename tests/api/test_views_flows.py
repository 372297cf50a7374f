"""The types of a flow's document are those its reader has a table of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from ringfence.api.views_flows import DOCUMENTS, FlowApplet, FlowDocument, FlowPrompt, FlowSpan
from ringfence.flows import reading, timetable
from ringfence.flows.reading import APPLETS
from ringfence.flows.values import Notes

FLOWS = Path(__file__).parents[2] / "docs/reference/flows.md"


def test_every_applet_and_every_field_of_one_has_a_type() -> None:
    known = get_type_hints(FlowApplet)
    assert set(get_args(known.pop("type"))) == APPLETS.keys()
    assert known.keys() == {name for _, fields in APPLETS.values() for name in fields}
    assert get_type_hints(FlowDocument).keys() == reading._FLOW.keys()
    assert get_type_hints(FlowSpan).keys() == timetable._WEEKLY.keys()
    parts = {name for fields in reading._PARTS.values() for name in fields}
    assert get_type_hints(FlowPrompt).keys() == parts


@pytest.mark.parametrize(
    "applet",
    [
        {"type": "menu", "prompt": ["Hi", {"pause": 1}], "choices": {"1": "start"}, "silence": "?"},
        {"type": "voicemail", "silence": 5, "prompt": {"audio": "https://example.com/a.wav"}},
        {"type": "reject", "busy": True},
        {"type": "dial", "numbers": ["+12025550123"], "busy": "start"},
        {"type": "hours", "timezone": "UTC", "open": "start", "closed": "start", "dates": {
            "2026-12-25": [{"from": "09:00", "to": "12:00"}]}, "weekly": [
            {"days": ["mon"], "from": "09:00", "to": "17:30"}]},
    ],
)  # fmt: skip
def test_what_the_reader_takes_is_of_these_types(applet: dict[str, Any]) -> None:
    document = {"ringfence_flow": 1, "start": "start", "applets": {"start": applet}}
    notes = Notes()
    assert reading.flow(document, notes) is not None, notes.problems
    assert msgspec.convert(document, FlowDocument) == document


def test_the_examples_of_the_reference_are_of_these_types() -> None:
    examples = re.findall(r"```json\n(.*?)```", FLOWS.read_text(), re.DOTALL)
    assert len(examples) == 2
    for document in map(msgspec.json.decode, examples):
        assert msgspec.convert(document, FlowDocument) == document


def test_the_client_has_them_as_dictionaries() -> None:
    from ringfence.client import models

    for name in DOCUMENTS:
        made = getattr(models, name)
        assert issubclass(made, dict), name
    document = {"ringfence_flow": 1, "start": "a", "applets": {"a": {"type": "hangup"}}}
    assert msgspec.convert(document, models.FlowDocument) == document
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document | {"applets": {"a": {"type": "odd"}}}, models.FlowDocument)
