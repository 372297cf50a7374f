"""What happens to text messages, as the stream of events tells it: no number, no word said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from ringfence.api import views_events as views
from ringfence.messaging import message as life
from ringfence.messaging.message import FACTS
from ringfence.privacy.labels import TEXT_FACT, TEXT_TIME, labels_of
from ringfence.storage.timeline import StoredNews

SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        life.MessageAccepted.name(): ("A message was asked for", "info"),
        life.MessageScheduled.name(): ("A message was asked for at a later hour", "info"),
        life.MessageAsked.name(): ("A message was asked for", "info"),
        life.MessageQueued.name(): ("A message waits for a carrier", "info"),
        life.MessageTaken.name(): ("A carrier is asked to take a message", "info"),
        life.MessageSent.name(): ("A carrier has a message", "info"),
        life.MessageDelivered.name(): ("A message reached its telephone", "info"),
        life.MessageUndelivered.name(): ("A message did not reach its telephone", "warning"),
        life.MessageFailed.name(): ("No carrier took a message", "warning"),
        life.MessageCanceled.name(): ("A message was called back", "info"),
        life.MessageRead.name(): ("A message was read", "info"),
        life.MessageArriving.name(): ("The first parts of a message came", "info"),
        life.MessageArrived.name(): ("A message came in", "info"),
        life.MessageCompleted.name(): ("The rest of a message came", "info"),
        life.MessageAnswered.name(): ("A message was answered by a program", "info"),
        life.MessageSeen.name(): ("A message was read here, or marked unread", "info"),
        life.MessageRedacted.name(): ("What a message said was destroyed", "info"),
        life.MessageRated.name(): ("It is known whether a message had its effect", "info"),
    }
)
"""Name of a fact → its sentence and how grave it is."""

_TOLD: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        kind.name(): frozenset(
            name
            for name, label in labels_of(kind).items()
            if label in {TEXT_FACT, TEXT_TIME} and name != "at"
        )
        | {"carrier"}
        for kind in FACTS
    }
)


def event_of(stored: StoredNews) -> views.Event | None:
    """Return what is told of a fact; None for a kind this version does not know."""
    sentence = SENTENCES.get(stored.name)
    if sentence is None:
        return None
    body: dict[str, Any] = msgspec.json.decode(stored.body)
    told = _TOLD[stored.name]
    return views.Event(
        id=stored.id,
        type=stored.name,
        at=stored.at,
        message=stored.message,
        text=sentence[0],
        level=sentence[1],
        data={name: value for name, value in body.items() if name in told},
    )
