"""Facts as JSON: every kind there and back, nothing that must be sealed."""

import json
from typing import Annotated, get_args, get_type_hints

import pytest
from msgspec.structs import fields

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel.errors import LocalError
from ringfence.privacy.labels import PHONE_SEALED
from ringfence.storage.facts import BY_NAME, read_fact, shape_of


def example(kind, *, full):
    """A fact of a class: with every field filled, or with what can be left out left out."""
    hints = get_type_hints(kind)
    values = {}
    for field in fields(kind):
        if not full and not field.required:
            continue
        hint = hints[field.name]
        text = str(hint)
        if not full and "None" in text and not text.startswith("tuple"):
            values[field.name] = None
        elif hint is Cause:
            values[field.name] = Cause.BUSY
        elif text.startswith("tuple[bool"):
            values[field.name] = (True, False)
        elif text.startswith("tuple"):
            values[field.name] = ("a" * 34, None) if "None" in text else ("a" * 34, "b" * 34)
        elif "Literal" in text:
            values[field.name] = get_args(hint)[0]
        elif hint is bool:
            values[field.name] = True
        elif hint is int or "Ms" in text or "int" in text:
            values[field.name] = 1_700_000_000_000
        else:
            values[field.name] = "x" * 34
    return kind(**values)


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("kind", events.FACTS, ids=lambda kind: kind.__name__)
def test_every_fact_comes_back_as_it_was(kind, full):
    fact = example(kind, full=full)
    body = shape_of(kind).body(fact)
    account = getattr(fact, "account", "AC")
    assert read_fact(kind.name(), fact.at, fact.call, account, body.decode()) == fact
    assert not {"at", "call", "account"} & set(json.loads(body))


def test_everybody_a_fact_names_is_found():
    fact = example(events.CallOffered, full=True)
    assert shape_of(events.CallOffered).parties(fact) == [fact.caller, fact.called, fact.forwarded]
    recording = events.RecordingRequested(
        at=1, call="CA", recording="RE", source="call", legs=("LG1", "LG2"), parties=("PA1", None)
    )
    assert shape_of(events.RecordingRequested).parties(recording) == ["PA1"]
    assert shape_of(events.CallRang).parties(example(events.CallRang, full=True)) == []
    fact = example(events.LegPlaced, full=False)
    assert shape_of(events.LegPlaced).parties(fact) == []


def test_a_kind_from_another_version_is_left_out():
    assert read_fact("CallLevitated", 1, "CA", "AC", "{}") is None
    assert set(BY_NAME) == {kind.__name__ for kind in events.FACTS}


class Leaky(events.CallFact, frozen=True, kw_only=True):
    number: Annotated[str, PHONE_SEALED]


def test_a_fact_with_a_field_that_must_be_sealed_is_refused():
    with pytest.raises(LocalError, match=r"Leaky\.number"):
        shape_of(Leaky)
