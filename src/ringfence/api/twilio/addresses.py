"""Addresses of customers, and the numbers that depend on them."""

from __future__ import annotations

from typing import Any

from ringfence.api import views
from ringfence.api import views_desk as desk
from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.wire import moment

_LINES = {
    "customer": "CustomerName",
    "street": "Street",
    "city": "City",
    "region": "Region",
    "postal_code": "PostalCode",
}
_CODES = {"bad_address_line": 21628, "bad_country": 21628}
_LEFT_OUT = frozenset(
    {
        "beta", "origin", "identity_sid", "address_sid", "bundle_sid", "status", "type",
        "emergency_address_status", "voice_receive_mode",
    }
)  # fmt: skip
"""What is said of a number elsewhere, and not where it depends on an address."""


def _said(asked: Question) -> dict[str, Any]:
    found: dict[str, Any] = {ours: asked.said(theirs) for ours, theirs in _LINES.items()}
    found |= {
        "street_more": asked.said("StreetSecondary"),
        "name": asked.said("FriendlyName"),
        "emergency": asked.choice("EmergencyEnabled"),
    }
    return {name: value for name, value in found.items() if value is not None}


@DESK.operation("CreateAddress", codes=_CODES)
async def create(asked: Question) -> Answer:
    """Keep an address; nobody is asked whether it exists, so it is corrected by nobody."""
    country = asked.get("IsoCountry")
    for theirs, value in [(name, asked.get(name)) for name in _LINES.values()] + [
        ("IsoCountry", country)
    ]:
        if value is None:
            raise Problem(20001, f"{theirs} is not specified", status=400)
    made: desk.Address = await asked.run("address.add", country=country, **_said(asked))
    return Answer(201, _shown(asked, made))


@DESK.operation("ListAddress")
async def list_(asked: Question) -> Answer:
    """Return addresses: of a customer, a name, a country, with emergency calling or without."""
    found: list[desk.Address] = await asked.run("address.list")
    customer, name = asked.get("CustomerName"), asked.get("FriendlyName")
    country, emergency = asked.get("IsoCountry"), asked.choice("EmergencyEnabled")
    rows = [
        one
        for one in found
        if customer in {None, one.customer}
        and name in {None, one.name}
        and country in {None, one.country}
        and emergency in {None, one.emergency}
    ]
    return asked.paged("addresses", rows, _shown)


@DESK.operation("FetchAddress")
async def fetch(asked: Question) -> Answer:
    """Return one."""
    return Answer(200, _shown(asked, await asked.run("address.show", sid=asked.path["Sid"])))


@DESK.operation("UpdateAddress", codes=_CODES)
async def update(asked: Question) -> Answer:
    """Change some of it."""
    changed = await asked.run("address.change", sid=asked.path["Sid"], **_said(asked))
    return Answer(200, _shown(asked, changed))


@DESK.operation("DeleteAddress")
async def delete(asked: Question) -> Answer:
    """Forget it; not while a number depends on it."""
    await asked.run("address.remove", sid=asked.path["Sid"])
    return Answer(204)


@DESK.operation("ListDependentPhoneNumber")
async def list_dependents(asked: Question) -> Answer:
    """Return the numbers that are given by an address."""
    found: list[views.Number] = await asked.run("address.numbers", sid=asked.path["AddressSid"])
    return asked.paged("dependent_phone_numbers", found, _dependent)


def _dependent(asked: Question, found: views.Number) -> dict[str, Any]:
    shown = wire.number(asked, found)
    return {name: value for name, value in shown.items() if name not in _LEFT_OUT}


def _shown(asked: Question, found: desk.Address) -> dict[str, Any]:
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "customer_name": found.customer,
        "friendly_name": found.name,
        "street": found.street,
        "street_secondary": found.street_more,
        "city": found.city,
        "region": found.region,
        "postal_code": found.postal_code,
        "iso_country": found.country,
        "emergency_enabled": found.emergency,
        "validated": False,
        "verified": False,
        "date_created": moment(found.created),
        "date_updated": moment(found.changed),
        "uri": asked.url(f"/Addresses/{found.sid}.json"),
    }
