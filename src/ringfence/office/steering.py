"""Calls in flight: ended, sent elsewhere, given another limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.calls.commands import Hangup
from ringfence.office.records import CALL, call_id, show_call
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case(
    "call.hangup",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=CALL,
    also=("call_record",),
)
async def hang_up(office: Office, *, sid: str) -> views.Call:
    """End a call that is going on."""
    call = call_id(sid)
    live = office.live.runner.calls.get(call)
    if live is not None:
        with exchange_itself():
            office.live.runner.command(live, Hangup())
        await office.settled()
    return await show_call(office, sid=sid)  # type: ignore[no-any-return]
