"""Events are frozen, and printing one by mistake shows nothing personal."""

import dataclasses
from typing import get_args

import pytest

from ringfence.sip import events
from ringfence.sip.events import Peer, SipEvent

PERSONAL = {"request", "response", "offer", "answer", "body", "target", "digits"}


@pytest.mark.parametrize("kind", get_args(SipEvent), ids=lambda kind: kind.__name__)
def test_events_are_frozen_and_slotted(kind):
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
    assert kind.__doc__


@pytest.mark.parametrize("kind", get_args(SipEvent), ids=lambda kind: kind.__name__)
def test_what_is_personal_is_not_printed(kind):
    for field in dataclasses.fields(kind):
        if field.name in PERSONAL:
            assert not field.repr, field.name


def test_every_event_is_in_the_union():
    defined = {
        value
        for value in vars(events).values()
        if isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and value.__module__ == events.__name__
    }
    assert defined == set(get_args(SipEvent))


def test_a_peer_without_a_flow():
    assert Peer("udp", "192.0.2.1", 5060) == ("udp", "192.0.2.1", 5060, 0)
