"""Whom the office calls: nobody who said never, and offers only where they are wanted."""

from __future__ import annotations

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.office.contacting import about_of, address_of, check_contact

pytestmark = pytest.mark.anyio

GERMAN = "+4930231250"  # no hours are known there
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


async def test_a_phone_of_ours_may_always_be_rung(office: Office) -> None:
    await office.run("phone.add", {"name": "desk"}, actor="operator")
    check_contact(office, "desk", about="marketing")


async def test_an_address_is_a_number_or_a_sip_address(office: Office) -> None:
    assert address_of(office, "202-555-0123") == Phone(AMERICAN)
    assert address_of(office, "sip:bob@example.com") == "sip:bob@example.com"
    assert about_of("marketing") == "marketing"
    with pytest.raises(Refused, match="bad_argument"):
        about_of("friendship")
