"""Events are frozen, and printing one by mistake shows nothing personal."""

from typing import get_args

import pytest

from ringfence.kernel.values import Value, hidden_of
from ringfence.sip import events
from ringfence.sip.events import Peer, SipEvent

PERSONAL = {"request", "response", "offer", "answer", "body", "target", "digits"}


@pytest.mark.parametrize("kind", get_args(SipEvent), ids=lambda kind: kind.__name__)
def test_events_are_frozen_and_keyword_only(kind):
    assert issubclass(kind, Value)
    assert kind.__struct_config__.frozen
    assert kind.__match_args__ == ()  # keyword-only
    assert kind.__doc__


@pytest.mark.parametrize("kind", get_args(SipEvent), ids=lambda kind: kind.__name__)
def test_what_is_personal_is_not_printed(kind):
    assert PERSONAL & set(kind.__struct_fields__) <= hidden_of(kind)


def test_every_event_is_in_the_union():
    defined = {
        value
        for value in vars(events).values()
        if isinstance(value, type)
        and issubclass(value, Value)
        and value.__module__ == events.__name__
    }
    assert defined == set(get_args(SipEvent))


def test_a_peer_without_a_flow():
    assert Peer("udp", "192.0.2.1", 5060) == ("udp", "192.0.2.1", 5060, 0)
