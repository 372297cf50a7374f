"""Postal addresses of customers: kept where a number is given to somebody whom a law asks about.

An address is personal data of whoever lives or works there. It is found, shown and erased with its
person: by ``contact`` (their number or mailbox) where it was said, by its own SID where it was not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from ringfence.api import views
from ringfence.api import views_desk as desk
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import PartyId, is_id
from ringfence.kernel.limits import ADDRESSES_MAX, POSTAL_LINE_CHARS
from ringfence.numbers.places import is_country
from ringfence.office.applications import friendly
from ringfence.office.numbers import number_view
from ringfence.office.privacy import case_desk
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.addresses import Address, Postal
from ringfence.storage.numbers import Number

if TYPE_CHECKING:
    from ringfence.office import Office

POSTAL = "user.contact.address"
_PURPOSE = "give_number"
_LINES = ("customer", "street", "city", "region", "postal_code")


def _checked(body: Postal) -> Postal:
    """Raise `Refused` (``bad_address_line``, ``bad_country``) for what is no address."""
    for name in (*_LINES, "street_more"):
        text = getattr(body, name)
        if len(text) > POSTAL_LINE_CHARS or not text.isprintable():
            raise Refused(
                "bad_address_line", f"{name} is one line of at most {POSTAL_LINE_CHARS} characters"
            )
        if name in _LINES and not text:
            raise Refused("bad_address_line", f"{name} is not said")
    if not is_country(body.country):
        raise Refused("bad_country", "a country is two letters of ISO 3166, like GB")
    return body


def _whose(office: Office, contact: str | None) -> PartyId:
    """Return the person; without a contact somebody who is known by this address alone."""
    room, now = office.store.party_room, office.clock.now()
    if not contact:
        return room.resolve("", now)
    return room.resolve(case_desk.read_address(office, contact), now)


@TABLE.use_case("address.add", actors=KNOWN, purpose=_PURPOSE, category=POSTAL)
async def add(
    office: Office,
    *,
    customer: str,
    street: str,
    city: str,
    region: str,
    postal_code: str,
    country: str,
    street_more: str = "",
    name: str = "",
    contact: str | None = None,
    emergency: bool = False,
) -> desk.Address:
    """Keep a customer's address; ``contact``, a number or mailbox of theirs, says whose it is.

    Nobody is asked whether it exists, and nothing in it is corrected.
    """
    body = _checked(
        Postal(
            customer=customer.strip(),
            street=street.strip(),
            street_more=street_more.strip(),
            city=city.strip(),
            region=region.strip(),
            postal_code=postal_code.strip(),
            country=country.strip().upper(),
            name=friendly(name),
        )
    )
    room = office.store.rooms.addresses
    if len(office.read(room.known)) >= ADDRESSES_MAX:
        raise Refused("too_many", "there are as many addresses as there may be; remove one first")
    party, now = _whose(office, contact), office.clock.now()
    made = await office.write(lambda tx: room.add(tx, body, party, emergency=emergency, now=now))
    return _view(made)


@TABLE.use_case("address.list", actors=KNOWN, purpose=_PURPOSE, category=POSTAL)
async def list_(office: Office) -> list[desk.Address]:
    """Every address, but of people whose data is only stored (GDPR 18)."""
    return [_view(one) for one in office.read(office.store.rooms.addresses.all)]


@TABLE.use_case("address.show", actors=KNOWN, purpose=_PURPOSE, category=POSTAL)
async def show(office: Office, *, sid: str) -> desk.Address:
    """One address."""
    return _view(_found(office, sid))


@TABLE.use_case("address.change", actors=KNOWN, purpose=_PURPOSE, category=POSTAL)
async def change(
    office: Office,
    *,
    sid: str,
    customer: str | None = None,
    street: str | None = None,
    street_more: str | None = None,
    city: str | None = None,
    region: str | None = None,
    postal_code: str | None = None,
    name: str | None = None,
    emergency: bool | None = None,
) -> desk.Address:
    """Change some of an address; its country and whose it is stay."""
    before = _found(office, sid)
    said = {
        "customer": customer, "street": street, "street_more": street_more, "city": city,
        "region": region, "postal_code": postal_code,
    }  # fmt: skip
    lines = {key: text.strip() for key, text in said.items() if text is not None}
    if name is not None:
        lines["name"] = friendly(name)
    body = _checked(msgspec.structs.replace(before.body, **lines))
    urgent = before.emergency if emergency is None else emergency
    room, now = office.store.rooms.addresses, office.clock.now()
    changed = await office.write(
        lambda tx: room.change(tx, before, body, emergency=urgent, now=now)
    )
    return _view(changed)


@TABLE.use_case("address.remove", actors=KNOWN, purpose=_PURPOSE, category=POSTAL)
async def remove(office: Office, *, sid: str) -> None:
    """Forget an address. Raises `Refused` (``address_in_use``) while a number is given by it."""
    office.read(lambda queries: office.store.rooms.addresses.party_of(queries, sid))
    if any(True for _ in _dependents(office, sid)):
        raise Refused("address_in_use", "a number is given by that address: release it first")
    await office.write(lambda tx: office.store.rooms.addresses.drop(tx, sid))


@TABLE.use_case("address.numbers", actors=KNOWN, purpose="operate", category="system.configuration")
async def numbers(office: Office, *, sid: str) -> list[views.Number]:
    """Our numbers that are given by an address."""
    office.read(lambda queries: office.store.rooms.addresses.party_of(queries, sid))
    return [number_view(office, number) for number in _dependents(office, sid)]


def _dependents(office: Office, sid: str) -> Iterator[Number]:
    for number in office.numbers.values():
        if sid in {number.options.address, number.options.emergency_address}:
            yield number


def _found(office: Office, sid: str) -> Address:
    if not is_id(sid, "address"):
        raise Refused("not_found", "an address's SID is AD and 32 hexadecimal digits")
    return office.read(lambda queries: office.store.rooms.addresses.get(queries, sid))


def _view(address: Address) -> desk.Address:
    body = address.body
    return desk.Address(
        sid=address.id,
        customer=body.customer,
        street=body.street,
        street_more=body.street_more or None,
        city=body.city,
        region=body.region,
        postal_code=body.postal_code,
        country=body.country,
        name=body.name,
        emergency=address.emergency,
        created=address.created_at,
        changed=address.changed_at,
    )
