"""The calls in progress, by the SIDs under which people know them: a call's own, or a leg's.

A leg that a dial rings is a call to Twilio's clients, a child with a SID of its own
(``kernel.ids.own_call``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.kernel.ids import CallId, leg_of
from ringfence.switch.live import LiveCall, LiveLeg

if TYPE_CHECKING:
    from ringfence.office import Office


def find(office: Office, call: CallId) -> tuple[LiveCall | None, LiveLeg | None]:
    """Return the call in progress of a SID, and its leg where the SID is that of a dialled one."""
    runner = office.live.runner
    live = office.live_call(call)
    if live is not None:
        return live, None
    leg = runner.legs.get(leg_of(call))
    live = None if leg is None else office.live_call(leg.call)
    if leg is None or live is None or live.call.first_leg == leg.id:
        return None, None
    return live, leg
