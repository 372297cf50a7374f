"""SIP domains and their lists through the use cases."""

import pytest
from office_open import opened

from ringfence.kernel.errors import Refused

pytestmark = pytest.mark.anyio

PASSWORD = "s3cret-word"


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


@pytest.fixture
async def domain(office):
    return await run(
        office, "sip_domain.add", domain="Calls.example.com",
        hooks={"voice": {"url": "https://example.com/v"}},
    )  # fmt: skip


async def test_who_is_on_a_mapped_list_may_call(office, domain, data):
    people = await run(office, "sip_list.add", kind="credentials", name="People")
    places = await run(office, "sip_list.add", kind="addresses", name="Places")
    ann = await run(
        office, "sip_credential.add", list_sid=people.sid, username="ann", password=PASSWORD
    )
    await run(office, "sip_address.add", list_sid=places.sid, address="192.0.2.7", prefix=24)
    entry = office.directory.domains["calls.example.com"]
    assert not entry.users
    assert not entry.networks
    for which, found in (("credentials", people), ("addresses", places)):
        await run(office, "sip_domain.map", sid=domain.sid, which=which, list_sid=found.sid)
    entry = office.directory.domains["calls.example.com"]
    assert entry.users == {"ann"}
    assert entry.holds("192.0.2.200")
    assert "ann" in office.phones
    digest = office.phones["ann"].ha1
    await run(
        office, "sip_credential.change", sid=ann.sid, list_sid=people.sid, password="another-one"
    )
    assert office.phones["ann"].ha1 != digest
    with pytest.raises(Refused, match="in_use"):
        await run(office, "sip_list.remove", kind="credentials", sid=people.sid)
    office.store.store.close()
    again = opened(data)
    assert again.directory.domains["calls.example.com"] == entry
    assert again.directory.domain_users == {"ann"}
    await run(again, "sip_domain.unmap", sid=domain.sid, which="credentials", list_sid=people.sid)
    await run(again, "sip_list.remove", kind="credentials", sid=people.sid)
    assert again.directory.domains["calls.example.com"].users is None
    assert "ann" not in again.phones
    assert again.directory.domain_users == set()
    again.store.store.close()


@pytest.mark.parametrize("name", ["", "x", "-a.example.com", "a b.example.com", "example..com"])
async def test_a_domain_has_a_name(office, name):
    with pytest.raises(Refused, match="bad_domain"):
        await run(office, "sip_domain.add", domain=name)


async def test_a_name_is_taken_once(office, domain):
    for taken in ("calls.example.com", office.domain):
        with pytest.raises(Refused, match="exists"):
            await run(office, "sip_domain.add", domain=taken)
    changed = await run(office, "sip_domain.change", sid=domain.sid, name="Sales")
    assert (changed.name, changed.hooks) == ("Sales", domain.hooks)
    await run(office, "sip_domain.remove", sid=domain.sid)
    assert office.directory.domains == {}


async def test_what_is_wrong_with_those_on_a_list_is_refused(office):
    people = await run(office, "sip_list.add", kind="credentials", name="People")
    places = await run(office, "sip_list.add", kind="addresses", name="Places")
    with pytest.raises(Refused, match="weak_password"):
        await run(
            office, "sip_credential.add", list_sid=people.sid, username="ann", password="short"
        )
    for address, prefix in (("example.com", None), ("192.0.2.7", 64), ("::1", 129)):
        with pytest.raises(Refused, match="bad_address"):
            await run(
                office, "sip_address.add", list_sid=places.sid, address=address, prefix=prefix
            )
    with pytest.raises(Refused, match="not_found"):
        await run(office, "sip_credential.list", list_sid=places.sid)
    with pytest.raises(Refused, match="bad_argument"):
        await run(office, "sip_list.list", kind="people")
