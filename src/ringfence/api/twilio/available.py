"""Available phone numbers: the stock of this installation, by country and kind."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_desk as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND
from ringfence.api.twilio.question import Answer, Question
from ringfence.kernel.limits import STOCK_MILES_MAX
from ringfence.numbers.plan import formatted

_KINDS = {
    "Local": "local",
    "MachineToMachine": "machine",
    "Mobile": "mobile",
    "National": "national",
    "SharedCost": "shared-cost",
    "TollFree": "toll-free",
    "Voip": "voip",
}
_PARTS = {
    "Local": "local",
    "MachineToMachine": "machine_to_machine",
    "Mobile": "mobile",
    "National": "national",
    "SharedCost": "shared_cost",
    "TollFree": "toll_free",
    "Voip": "voip",
}
_WORDS = {
    "contains": "Contains",
    "area_code": "AreaCode",
    "locality": "InLocality",
    "region": "InRegion",
    "postal_code": "InPostalCode",
    "rate_center": "InRateCenter",
    "lata": "InLata",
}
_FLAGS = {
    "voice": "VoiceEnabled",
    "sms": "SmsEnabled",
    "mms": "MmsEnabled",
    "fax": "FaxEnabled",
    "beta": "Beta",
}
_RULES = {
    "no_address": "ExcludeAllAddressRequired",
    "no_local_address": "ExcludeLocalAddressRequired",
    "no_foreign_address": "ExcludeForeignAddressRequired",
}


def _country(asked: Question, found: views.StockCountry) -> dict[str, Any]:
    here = f"/AvailablePhoneNumbers/{found.code}"
    return {
        "country_code": found.code,
        "country": found.name,
        "uri": asked.url(f"{here}.json"),
        "beta": found.beta,
        "subresource_uris": {
            _PARTS[name]: asked.url(f"{here}/{name}.json")
            for name, kind in _KINDS.items()
            if kind in found.kinds
        },
    }


@DESK.operation("ListAvailablePhoneNumberCountry")
async def list_(asked: Question) -> Answer:
    """Return the countries of the numbers that can be had."""
    found: list[views.StockCountry] = await asked.run("number.stock.countries")
    return Answer(
        200,
        {
            "countries": [_country(asked, one) for one in found],
            "uri": asked.url("/AvailablePhoneNumbers.json"),
        },
    )


@DESK.operation("FetchAvailablePhoneNumberCountry")
async def fetch(asked: Question) -> Answer:
    """Return one country."""
    found: list[views.StockCountry] = await asked.run("number.stock.countries")
    for one in found:
        if one.code == asked.path["CountryCode"]:
            return Answer(200, _country(asked, one))
    raise NOT_FOUND


def _lister(name: str) -> Any:
    async def list_of_kind(asked: Question) -> Answer:
        found: list[views.FreeNumber] = await asked.run(
            "number.stock.free",
            country=asked.path["CountryCode"],
            kind=_KINDS[name],
            limit=asked.page_size,
            **_wanted(asked),
        )
        return asked.listing("available_phone_numbers", [_shown(one) for one in found], None)

    return list_of_kind


def _wanted(asked: Question) -> dict[str, Any]:
    wanted: dict[str, Any] = {ours: asked.get(theirs) for ours, theirs in _WORDS.items()}
    wanted |= {ours: asked.choice(theirs) for ours, theirs in _FLAGS.items()}
    wanted |= {ours: bool(asked.choice(theirs)) for ours, theirs in _RULES.items()}
    wanted["near"] = asked.get("NearLatLong") or asked.get("NearNumber")
    if (miles := asked.whole("Distance", 0, STOCK_MILES_MAX)) is not None:
        wanted["miles"] = miles
    return {name: value for name, value in wanted.items() if value is not None}


def _shown(found: views.FreeNumber) -> dict[str, Any]:
    place = found.place
    return {
        "friendly_name": formatted(found.number),
        "phone_number": found.number,
        "lata": place.lata,
        "locality": place.locality,
        "rate_center": place.rate_center,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "region": place.region,
        "postal_code": place.postal_code,
        "iso_country": found.country,
        "address_requirements": found.address,
        "beta": found.beta,
        "capabilities": {
            "voice": found.voice, "sms": found.sms, "mms": found.mms, "fax": found.fax,
        },
    }  # fmt: skip


for _name in _KINDS:
    DESK.operation(f"ListAvailablePhoneNumber{_name}")(_lister(_name))
