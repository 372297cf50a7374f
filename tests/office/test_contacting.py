"""Whom the office calls: nobody who said never, and offers only where they are wanted."""

from __future__ import annotations

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.office.contacting import about_of, address_of, check_contact

pytestmark = pytest.mark.anyio

GERMAN = "+493023125000"  # no hours are known there
AMERICAN = "+12025550123"


async def test_who_said_never_is_not_called(office: Office) -> None:
    check_contact(office, AMERICAN, about="service")
    await office.run("privacy.leave_alone.add", {"number": AMERICAN}, actor="operator")
    for about in ("service", "marketing"):
        with pytest.raises(Refused, match="do_not_call") as refused:
            check_contact(office, AMERICAN, about=about)  # type: ignore[arg-type]
        assert refused.value.clause == "do-not-call"
        assert "2025550123" not in str(refused.value)


@pytest.mark.promise("PUR-06")
async def test_an_offer_needs_a_consent_and_ends_with_it(office: Office) -> None:
    with pytest.raises(Refused, match="no_marketing_consent"):
        check_contact(office, GERMAN, about="marketing")
    check_contact(office, GERMAN, about="marketing", customer=True)
    said = {"number": GERMAN, "purpose": "market", "channel": "call"}
    await office.run("privacy.consent.give", said, actor="operator")
    check_contact(office, GERMAN, about="marketing")
    await office.run("privacy.consent.withdraw", said, actor="operator")
    for customer in (False, True):
        with pytest.raises(Refused, match="marketing_opt_out"):
            check_contact(office, GERMAN, about="marketing", customer=customer)
    check_contact(office, GERMAN, about="service")


@pytest.mark.promise("DSR-04")
async def test_whose_data_is_only_stored_is_not_called(office: Office) -> None:
    await office.run("privacy.consent.refuse", {"number": AMERICAN, "purpose": "market",
                     "channel": "email"}, actor="operator")  # fmt: skip
    check_contact(office, AMERICAN, about="service")
    who = {"number": AMERICAN, "reason": "accuracy"}
    await office.run("privacy.restrict", who, actor="operator")
    with pytest.raises(Refused, match="restricted") as refused:
        check_contact(office, AMERICAN, about="service")
    assert refused.value.clause == "DSR-04"
    await office.run("privacy.unrestrict", who, actor="operator")
    check_contact(office, AMERICAN, about="service")


async def test_a_phone_of_ours_may_always_be_rung(office: Office) -> None:
    await office.run("phone.add", {"name": "desk"}, actor="operator")
    check_contact(office, "desk", about="marketing")
    check_contact(office, "client:desk", about="marketing")
    with pytest.raises(Refused, match="invalid_number"):
        check_contact(office, "client:nobody", about="service")


async def test_an_address_is_a_number_or_a_sip_address(office: Office) -> None:
    assert address_of(office, "202-555-0123") == Phone(AMERICAN)
    assert address_of(office, "sip:bob@example.com") == "sip:bob@example.com"
    assert about_of("marketing") == "marketing"
    with pytest.raises(Refused, match="bad_argument"):
        about_of("friendship")


async def test_calls_that_rang_in_vain_are_counted(office: Office) -> None:
    emirati, rooms = "+971500000000", office.store
    party = rooms.party_room.resolve(Phone(emirati), office.clock.now())

    async def ring(at: Ms, *, answered: bool) -> None:
        call, leg = (ids.make(kind, at, office.entropy) for kind in ("call", "leg"))
        account, us = office.account.id, rooms.party_room.resolve(Phone(AMERICAN), at)
        facts: list[events.CallFact] = [
            events.CallPlaced(at=at, call=CallId(call), account=account, leg=LegId(leg), caller=us,
                              called=party),
            events.CallEnded(at=at, call=CallId(call), account=account, direction="outbound",
                             cause=Cause.NO_ANSWER, hung_up_by="system", missed=False,
                             offered_at=at, rang_at=at, answered_at=at if answered else None,
                             answered_by_person_at=None, ended_at=at, duration_ms=0, talk_ms=0),
        ]  # fmt: skip
        rooms.calls.record(facts, at)
        await office.settled()

    now = office.clock.now()
    records, reading = rooms.records, rooms.db.reading
    await ring(Ms(now - 3_000), answered=True)
    assert records.unanswered(reading, party, since=Ms(now - 9_000)) == ()
    await ring(Ms(now - 2_000), answered=False)
    await ring(Ms(now - 1_000), answered=False)
    assert records.unanswered(reading, party, since=Ms(now - 9_000)) == (now - 1_000, now - 2_000)
    assert records.unanswered(reading, party, since=Ms(now - 1_500)) == (now - 1_000,)
    with pytest.raises(Refused, match=r"too_many_attempts|outside_calling_hours"):
        check_contact(office, emirati, about="marketing", customer=True)
    check_contact(office, emirati, about="service")
