"""Calls that are shown again: the same view, and every rule asked again."""

from typing import Any

import pytest
from call_scene import CALLED, CALLER, one_call

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId
from ringfence.office import Office, shown_calls
from ringfence.office.shown_calls import ShownCalls
from ringfence.privacy.purposes import acting
from ringfence.storage.audit_proofs import leaves_of

pytestmark = pytest.mark.anyio


async def listed(office: Office, **args: Any) -> Any:
    (shown,) = (await office.run("call.list", args, actor="api")).calls
    return shown


async def openings(office: Office) -> int:
    """How often the caller was opened, by the audit log."""
    await office.settled()
    party = office.store.party_room.find(CALLER)
    assert party is not None
    return len(list(leaves_of(office.store.db.reading, party, office.store.store.salt)))


async def test_a_call_that_is_over_is_shown_again_with_a_leaf_each_time(office: Office) -> None:
    await one_call(office)
    before = await openings(office)
    first = await listed(office)
    assert (first.caller, first.called) == (CALLER.e164, CALLED.e164)
    assert await listed(office) is first
    assert await openings(office) == before + 2


async def test_a_call_that_goes_on_is_looked_at_anew(office: Office) -> None:
    await one_call(office, over=False)
    first = await listed(office)
    assert await listed(office) is not first


async def test_a_restricted_person_is_not_shown_from_memory(office: Office) -> None:
    await one_call(office)
    assert (await listed(office)).caller == CALLER.e164
    await office.run("privacy.restrict", {"number": CALLER.e164}, actor="admin")
    before = await openings(office)
    shown = await listed(office)
    assert (shown.caller, shown.called) == (None, CALLED.e164)
    assert await openings(office) == before
    await office.run("privacy.unrestrict", {"number": CALLER.e164}, actor="admin")
    assert (await listed(office)).caller == CALLER.e164


async def test_somebody_in_a_role_that_sees_no_numbers_is_shown_none(office: Office) -> None:
    from ringfence.office.records import call_views

    await one_call(office)
    assert (await listed(office)).caller == CALLER.e164
    records = office.store.records.page(office.account.id, count=1)
    with acting("auditor", actor="auditor", declared=None, key="call_record"):
        (shown,) = call_views(office, records)
    assert (shown.caller, shown.called) == (None, None)


async def test_nobody_who_was_erased_stays_in_memory(office: Office) -> None:
    await one_call(office)
    await listed(office)
    assert len(office.shown_calls._kept) == 1
    plan = await office.run("privacy.erase.plan", {"address": CALLER.e164}, actor="admin")
    await office.run("privacy.erase.execute", {"sid": plan.sid}, actor="admin")
    assert office.shown_calls._kept == {}
    page = await office.run("call.list", {}, actor="api")
    assert CALLER.e164 not in repr(page)


async def test_a_key_destroyed_elsewhere_empties_it(office: Office) -> None:
    await one_call(office)
    first = await listed(office)
    party = office.store.party_room.resolve("sip:other@example.com", office.clock.now())
    await office.settled()
    serial = office.store.parties.key_serial(office.store.db.reading, party)
    assert serial is not None
    office.store.store.keystore.destroy([serial])
    again = await listed(office)
    assert again == first
    assert again is not first


async def test_a_changed_record_is_another_view(office: Office) -> None:
    await one_call(office)
    first = await listed(office)
    (record,) = office.store.records.page(office.account.id, count=1)
    import msgspec

    kept = office.shown_calls
    told = (CALLER.e164, CALLED.e164, None, None)
    assert kept.get(record, *told) is first
    assert kept.get(msgspec.structs.replace(record, removed_at=Ms(1)), *told) is None
    for other in ((None, *told[1:]), (told[0], None, None, None), (*told[:2], "x", None),
                  (*told[:3], "menu")):  # fmt: skip
        assert kept.get(record, *other) is None


async def test_what_is_kept_is_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown_calls, "CALLS_SHOWN_KEPT", 2)
    await one_call(office)
    view, kept = await listed(office), ShownCalls()
    (record,) = office.store.records.page(office.account.id, count=1)
    import msgspec

    for n in range(4):
        kept.keep(msgspec.structs.replace(record, id=CallId(f"CA{n}")), view)
    assert list(kept._kept) == ["CA2", "CA3"]
