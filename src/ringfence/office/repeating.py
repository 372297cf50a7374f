"""Requests that are sent again under the same key: carried out once, answered alike.

A key belongs to whoever uses it, in the account it was used for: the auth token, one API key, one
staff ticket, the browser sessions of one role, one grant of an app. Nobody else's repetition finds
the answer: theirs is a request of its own.

The tokens of a grant are one asker and not one each: an app whose token ran out between two tries
shows the next one, and must not place the call twice. A token may be for less than its grant,
though; so whoever repeats a request is asked for what the request itself needs before anything is
looked up, and is refused what they could not ask for themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views_apps as views
from ringfence.kernel.errors import Refused
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import (
    current_actor,
    current_identity,
    exchange_itself,
    purpose,
)

if TYPE_CHECKING:
    from ringfence.office import Office

_NONE = "what was answered goes to nobody but whoever asked, and is sealed until then"


@TABLE.use_case("request.begin", actors=KNOWN, none=_NONE)
async def begin(office: Office, *, key: str, fingerprint: str, case: str) -> views.Replay:
    """Begin a request for the use case ``case`` under a key, or return what was answered before.

    Raises `Refused`: ``idempotency_mismatch``, ``idempotency_concurrent``,
    ``idempotency_interrupted``, and what the gate refuses whoever asks for ``case`` with.
    """
    _may(office, case)
    rooms = office.store.rooms.repeats
    lookup = rooms.lookup(current_actor(), key)
    if lookup in office.repeating:
        raise Refused("idempotency_concurrent", "the first of these requests is not answered yet")
    office.repeating.add(lookup)
    now = office.clock.now()
    try:
        before = await office.write(lambda tx: rooms.begin(tx, lookup, fingerprint, now=now))
    except BaseException:
        office.repeating.discard(lookup)
        raise
    if before is None:
        return views.Replay()
    office.repeating.discard(lookup)
    if not before.same:
        raise Refused("idempotency_mismatch", "another request was made under this key")
    if before.status is None:
        raise Refused("idempotency_interrupted", "the first of these requests was never answered")
    with exchange_itself(), purpose("deliver_content"):
        body = rooms.answer(lookup, before)
    return views.Replay(status=before.status, body=body)


def _may(office: Office, case: str) -> None:
    """Raise `Refused` where whoever asks may not ask for a use case."""
    who = current_identity()
    if who is not None and case in TABLE.rows:
        stream = TABLE.rows[case].stream
        TABLE.find(case, actor=who.entrance, stream=stream, live=office.runs).admit(who)


@TABLE.use_case("request.finish", actors=KNOWN, none=_NONE)
async def finish(office: Office, *, key: str, status: int, body: bytes | None) -> None:
    """Keep what was answered under a key."""
    rooms = office.store.rooms.repeats
    lookup = rooms.lookup(current_actor(), key)
    try:
        await office.write(lambda tx: rooms.finish(tx, lookup, status, body))
    finally:
        office.repeating.discard(lookup)


@TABLE.use_case("request.forget", actors=KNOWN, none=_NONE)
async def forget(office: Office, *, key: str, known: bool) -> None:
    """Nobody works on a request any more; ``known``: it changed nothing, so the key is free."""
    rooms = office.store.rooms.repeats
    lookup = rooms.lookup(current_actor(), key)
    try:
        if known:
            await office.write(lambda tx: rooms.forget(tx, lookup))
    finally:
        office.repeating.discard(lookup)
