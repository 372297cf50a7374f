"""Writes one call into an office, from its first fact to its last."""

from __future__ import annotations

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId
from ringfence.kernel.phone import Phone
from ringfence.office import Office

CALLER, CALLED = Phone("+12025550123"), Phone("+12025550100")


async def one_call(office: Office, *, missed: bool = False, over: bool = True) -> CallId:
    """A call from `CALLER` to `CALLED`; it still goes on where it is not ``over``."""
    now = office.clock.now()
    call = CallId(ids.make("call", now, office.entropy))
    leg = LegId(ids.make("leg", now, office.entropy))
    room = office.store.party_room
    facts: list[events.CallFact] = [
        events.CallOffered(
            at=now, call=call, account=office.account.id, leg=leg,
            caller=room.resolve(CALLER, now), called=room.resolve(CALLED, now),
        ),
        events.CallAnswered(at=Ms(now + 10), call=call, codec="PCMU"),
        events.LegEnded(
            at=Ms(now + 900), call=call, leg=leg, role="caller", cause=Cause.NORMAL,
            by_far_end=True, stats_known=True, codec="PCMU", packets_in=45, mos_x100=440,
            announced="private", advertised="public",
        ),
        events.CallEnded(
            at=Ms(now + 900), call=call, account=office.account.id, direction="inbound",
            cause=Cause.NORMAL, hung_up_by="caller", missed=missed, offered_at=now,
            rang_at=None, answered_at=Ms(now + 10), answered_by_person_at=None,
            ended_at=Ms(now + 900), duration_ms=890, talk_ms=0, codec="PCMU", mos_x100=440,
        ),
    ]  # fmt: skip
    office.store.calls.record(facts if over else facts[:2], now)
    await office.settled()
    return call
