"""Addresses of customers: kept, tied to numbers, found and erased with their person."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office.privacy.access_archive import collect
from ringfence.privacy.purposes import purpose

pytestmark = pytest.mark.anyio

HOME = {
    "customer": "Ada Example", "street": "1 Canary Street", "city": "London", "region": "London",
    "postal_code": "SW1A 0AA", "country": "gb",
}  # fmt: skip


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def test_an_address_is_kept_shown_changed_and_removed(office):
    made = await run(office, "address.add", **HOME, name="Home")
    assert (made.customer, made.country, made.emergency) == ("Ada Example", "GB", False)
    assert await run(office, "address.list") == [made]
    changed = await run(office, "address.change", sid=made.sid, city="Leeds", emergency=True)
    assert (changed.city, changed.street, changed.emergency) == ("Leeds", HOME["street"], True)
    assert await run(office, "address.show", sid=made.sid) == changed
    await run(office, "address.remove", sid=made.sid)
    assert await run(office, "address.list") == []
    with pytest.raises(Refused, match="not_found"):
        await run(office, "address.show", sid=made.sid)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"city": " "}, "bad_address_line"), ({"street": "x" * 129}, "bad_address_line"),
        ({"region": "two\nlines"}, "bad_address_line"), ({"country": "Britain"}, "bad_country"),
        ({"contact": "nobody"}, "invalid_number"),
    ],
)  # fmt: skip
async def test_what_is_no_address(office, wrong, code):
    with pytest.raises(Refused) as refused:
        await run(office, "address.add", **HOME | wrong)
    assert refused.value.code == code


async def test_a_number_depends_on_it(office):
    made = await run(office, "address.add", **HOME)
    number = await run(
        office, "number.add", number="+12025550150", silent=True, ties={"address": made.sid}
    )
    assert number.address == made.sid
    (depends,) = await run(office, "address.numbers", sid=made.sid)
    assert depends == number
    with pytest.raises(Refused, match="address_in_use"):
        await run(office, "address.remove", sid=made.sid)
    await run(office, "number.change", sid=number.sid, ties={"address": ""})
    await run(office, "address.remove", sid=made.sid)


@pytest.mark.parametrize("contact", ["ada@example.com", "+12025550142", None])
async def test_it_is_erased_with_its_person(office, contact):
    made = await run(office, "address.add", **HOME, contact=contact)
    number = await run(
        office, "number.add", number="+12025550150", silent=True, ties={"address": made.sid}
    )
    planned = await run(office, "privacy.erase.plan", address=contact or made.sid)
    assert {row.store: row.count for row in planned.rows}["addresses"] == 1
    await run(office, "privacy.erase.execute", sid=planned.sid)
    assert await run(office, "address.list") == []
    assert (await run(office, "number.show", sid=number.sid)).address is None
    other = await run(office, "privacy.erase.plan", address="AD" + "0" * 32)
    assert {row.store: row.count for row in other.rows}["addresses"] == 0


async def test_looking_at_it_is_in_the_audit_log(office):
    made = await run(office, "address.add", **HOME)
    before = office.store.store.trail.size
    await run(office, "address.show", sid=made.sid)
    await office.settled()
    assert office.store.store.trail.size > before


async def test_it_is_in_the_archive_of_its_person(office):
    made = await run(office, "address.add", **HOME, contact="ada@example.com")
    await run(office, "address.add", **HOME | {"street": "2 Other Street"})
    await office.settled()
    party = office.store.party_room.find("mailto:ada@example.com")
    with purpose("answer_rights"):
        content = office.read(lambda queries: collect(office, queries, party))
    (row,) = content.tables["addresses"]
    assert row["id"] == made.sid
    assert "1 Canary Street" in str(row["sealed"])


async def test_one_who_is_restricted_hides_nobody_else(office):
    kept = await run(office, "address.add", **HOME, contact="+12025550142")
    other = await run(office, "address.add", **HOME | {"street": "2 Other Street"})
    await run(office, "privacy.restrict", number="+12025550142")
    assert await run(office, "address.list") == [other]
    with pytest.raises(Refused, match="restricted"):
        await run(office, "address.show", sid=kept.sid)
    await run(office, "privacy.unrestrict", number="+12025550142")
    assert await run(office, "address.list") == [kept, other]
