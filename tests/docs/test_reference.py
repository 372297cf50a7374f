"""The reference says what the code does; ``make reference`` writes it anew."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from ringfence.flows import reading
from ringfence.observe import logs

ROOT = Path(__file__).parents[2]


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


reference = script("make_reference")


@pytest.mark.parametrize("name", reference.WRITERS)
def test_the_page_is_fresh(name: str) -> None:
    assert (ROOT / "docs" / "reference" / name).read_text("utf-8") == reference.page(name)


@pytest.mark.parametrize("flow", [reference.OPENING_HOURS, reference.SURVEY])
def test_the_flows_to_begin_with_are_some(flow: object) -> None:
    notes = reading.Notes()
    assert reading.flow(flow, notes) is not None
    assert notes.problems == []


def test_every_log_call_has_a_constant_name() -> None:
    assert [call for call in reference.log_calls() if call.event is None] == []


def test_every_log_field_is_declared() -> None:
    """An undeclared field is dropped when the line is made: nobody would see what it says."""
    known = {*logs.FIELDS, "exc_info"}
    odd = [call for call in reference.log_calls() if not known.issuperset(call.fields)]
    assert odd == []


def test_every_log_name_passes_the_redactor() -> None:
    for event, _ in reference.log_events():
        assert logs.redact({"event": event})["event"] == event


def test_every_fact_field_carries_a_label() -> None:
    for event in reference.events():
        names = {name for base in event.__mro__ for name in getattr(base, "__annotations__", {})}
        labelled = {row[0].strip("`") for row in reference.fields(event)}
        assert names <= labelled, event
