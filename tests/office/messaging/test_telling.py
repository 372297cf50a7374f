"""What a sender is told of a message."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.messaging import message as life
from ringfence.office import Office
from ringfence.office.messaging.telling import callback_of
from ringfence.privacy.processors import PROCESSORS
from ringfence.privacy.purposes import purpose

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"


def told(office: Office, fact: Any) -> Any:
    with purpose("carry_message"):
        return callback_of(office, office.store.db.reading, fact)


async def test_states_are_told_where_somebody_asked(office: Office, run: Any, ready: Any) -> None:
    await ready()
    url = "https://example.com/told"
    made = await run("message.send", to=BRITISH, text="Hi", sender=OURS, callback=url)
    silent = await run("message.send", to=BRITISH, text="Hi", sender=OURS)
    now = office.clock.now()
    delivered = told(office, life.MessageDelivered(at=now, message=made.sid))
    assert dict(delivered.params)["MessageStatus"] == "delivered"
    assert delivered.url == url
    missed = life.MessageUndelivered(at=now, message=made.sid, cause="unreachable", code=30003)
    params = dict(told(office, missed).params)
    assert (params["ErrorCode"], params["ErrorMessage"]) == (
        "30003",
        "Unreachable destination handset",
    )
    assert told(office, life.MessageDelivered(at=now, message=silent.sid)) is None
    assert told(office, life.MessageTaken(at=now, message=made.sid, attempt=1)) is None
    assert told(office, life.MessageDelivered(at=now, message="SM" + "0" * 32)) is None  # type: ignore[arg-type]


async def test_everything_that_is_told_may_leave(office: Office, run: Any, ready: Any) -> None:
    await ready()
    made = await run(
        "message.send", to=BRITISH, text="Hi", sender=OURS, callback="https://example.com/told"
    )
    fact = life.MessageFailed(at=office.clock.now(), message=made.sid, cause="busy", code=30001)
    names = {name for name, _ in told(office, fact).params}
    assert names <= PROCESSORS["account_server"].fields.keys()
