"""Calls and recordings, read back through the use cases."""

from typing import Any

import pytest
from call_scene import CALLED, CALLER, one_call
from msgspec.structs import replace

from ringfence.accounts.resources import CallerId
from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import LegId, TrunkId
from ringfence.office import Office, shelf
from ringfence.office.records import call_view
from ringfence.storage.audit_pages import pages_of

pytestmark = pytest.mark.anyio


async def run(office: Office, use: str, /, **args: Any) -> Any:
    return await office.run(use, args, actor="operator")


@pytest.mark.promise("CLS-06")
async def test_a_call_is_listed_and_shown_with_who_it_was(office: Office) -> None:
    call = await one_call(office, missed=True)
    page = await run(office, "call.list")
    assert [c.sid for c in page.calls] == [call]
    shown = await run(office, "call.show", sid=call)
    assert (shown.caller, shown.called) == (CALLER.e164, CALLED.e164)
    assert (shown.status, shown.missed, shown.mos, shown.codec) == ("ended", True, 4.4, "PCMU")
    (leg,) = shown.legs
    assert (leg.status, leg.media.packets_in, leg.media.mos) == ("ended", 45, 4.4)
    assert (leg.media.remote, leg.media.advertised) == ("private", "public")


async def test_a_leg_that_goes_on_is_shown_as_answered_and_who_took_its_place_too(
    office: Office,
) -> None:
    call = await one_call(office, over=False)
    (first,) = (await run(office, "call.show", sid=call)).legs
    assert (first.status, first.codec, first.via) == ("answered", "PCMU", "phone")
    assert first.answered is not None
    now, new = office.clock.now(), LegId("LG" + "9" * 32)
    leg = LegId(first.sid)
    moved = events.LegTransferred(at=now, call=call, leg=leg, to=new, attended=True)
    ends = [
        events.LegEnded(
            at=now, call=call, leg=one, role="caller", cause=Cause.NORMAL, by_far_end=True,
            stats_known=True, strangers_in=3,
        )
        for one in (leg, new)
    ]  # fmt: skip
    office.store.calls.record([moved, *ends], now)
    await office.settled()
    _, other = (await run(office, "call.show", sid=call)).legs
    assert (other.sid, other.direction, other.via, other.status) == (
        new, "inbound", "phone", "ended",
    )  # fmt: skip
    assert other.media.strangers == 3


@pytest.mark.parametrize(("trunk", "via"), [(None, "phone"), (TrunkId("TK" + "7" * 32), "unknown")])
async def test_a_leg_we_rang_says_whether_a_trunk_lay_between(
    office: Office, trunk: TrunkId | None, via: str
) -> None:
    call = await one_call(office, over=False)
    now, rung = office.clock.now(), LegId("LG" + "8" * 32)
    placed = events.LegPlaced(at=now, call=call, leg=rung, role="callee", trunk=trunk)
    office.store.calls.record([placed], now)
    await office.settled()
    _, other = (await run(office, "call.show", sid=call)).legs
    assert (other.sid, other.via) == (rung, via)


async def test_a_list_is_paged_to_its_end(office: Office) -> None:
    made = [await one_call(office) for _ in range(5)]
    seen: list[str] = []
    before = None
    while True:
        page = await run(office, "call.list", limit=2, before=before)
        seen += [c.sid for c in page.calls]
        before = page.next
        if before is None:
            break
    assert seen == sorted(made, reverse=True)


async def test_a_timeline_is_in_order(office: Office) -> None:
    call = await one_call(office)
    lines = await run(office, "call.timeline", sid=call)
    assert [line.name for line in lines] == ["CallOffered", "CallAnswered", "LegEnded", "CallEnded"]


@pytest.mark.parametrize("use", ["call.show", "call.timeline"])
async def test_a_call_that_is_not_there_is_said(office: Office, use: str) -> None:
    for sid in ("nonsense", "CA" + "0" * 32):
        with pytest.raises(Refused, match="not_found"):
            await run(office, use, sid=sid)
        with pytest.raises(Refused, match="not_found"):
            await run(office, "recording.list", call=sid)
    with pytest.raises(Refused, match="bad_argument"):
        await run(office, "call.list", limit=0)


async def test_every_opening_of_a_number_is_in_the_audit_log(office: Office) -> None:
    call = await one_call(office)
    before = office.store.store.trail.size
    await run(office, "call.show", sid=call)
    await office.settled()
    assert office.store.store.trail.size == before + 1  # one leaf for everybody in it
    record = office.store.records.get(call)
    reading = office.store.db.reading
    for party in (record.caller, record.called):
        assert before in [leaf for leaf, _, _ in pages_of(reading, party)]


async def test_a_call_that_shows_a_confirmed_number_names_its_sid(office: Office) -> None:
    await one_call(office)
    (record,) = office.store.records.page(office.account.id, count=1)
    kept = await shelf.keep(office, CallerId(number=CALLER.e164, name="Mobile"))
    known = {record.caller: CALLER.e164}
    placed = replace(record, direction="outbound", number=None)
    assert call_view(office, placed, known=known, prices={}).number == kept.id
    # Whoever may not see who called does not learn it by the SID either.
    assert call_view(office, placed, known={}, prices={}).number is None
    came = replace(record, direction="inbound", number=None)
    assert call_view(office, came, known=known, prices={}).number is None
    await office.run("caller_id.remove", {"sid": kept.id}, actor="operator")
    assert call_view(office, placed, known=known, prices={}).number is None
    ours = {record.caller: CALLED.e164}  # a dialled leg names none, and shows one
    assert call_view(office, placed, known=ours, prices={}).number == record.number
