"""Facts are frozen, labelled, registered, and say nothing that has to be sealed."""

from __future__ import annotations

from typing import Annotated, get_args, get_origin, get_type_hints

import pytest

from ringfence.calls import events, room_events
from ringfence.kernel.events import Event
from ringfence.privacy.labels import Label

KINDS = (*events.FACTS, *room_events.ROOM_FACTS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_form(kind: type[Event]) -> None:
    assert issubclass(kind, Event)
    assert kind.__struct_config__.frozen
    assert kind.__match_args__ == ()  # keyword-only
    assert kind.name() == kind.__name__
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_is_labelled_as_fit_to_rest_in_clear(kind: type[Event]) -> None:
    hints = get_type_hints(kind, include_extras=True)
    for name in kind.__struct_fields__:
        hint = hints[name]
        assert get_origin(hint) is Annotated, name
        (label,) = [extra for extra in get_args(hint)[1:] if isinstance(extra, Label)]
        assert label.storage in {"plain", "opaque"}


@pytest.mark.parametrize(
    ("base", "registered"),
    [(events.CallFact, events.FACTS), (room_events.RoomFact, room_events.ROOM_FACTS)],
)
def test_every_fact_of_the_module_is_registered_once(
    base: type[Event], registered: tuple[type[Event], ...]
) -> None:
    own = {
        value
        for value in (*vars(events).values(), *vars(room_events).values())
        if isinstance(value, type) and issubclass(value, base) and value is not base
    }
    assert set(registered) == own
    assert len(registered) == len(own)
