"""Available phone numbers: the stock of this installation, by country and kind."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_desk as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND
from ringfence.api.twilio.question import Answer, Question
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
_PLACES = (
    "NearNumber", "NearLatLong", "InPostalCode", "InRegion", "InRateCenter", "InLata",
    "InLocality", "FaxEnabled", "MmsEnabled",
)  # fmt: skip
"""What is not known of a number of the stock: who asks for it finds none."""


def _country(asked: Question, code: str, kinds: list[str]) -> dict[str, Any]:
    here = f"/AvailablePhoneNumbers/{code}"
    return {
        "country_code": code,
        "country": code,
        "uri": asked.url(f"{here}.json"),
        "beta": False,
        "subresource_uris": {
            _PARTS[name]: asked.url(f"{here}/{name}.json")
            for name, kind in _KINDS.items()
            if kind in kinds
        },
    }


@DESK.operation("ListAvailablePhoneNumberCountry", missing="countries are named by their code")
async def list_(asked: Question) -> Answer:
    """Return the countries of the numbers that can be had."""
    found: dict[str, list[str]] = await asked.run("number.stock.countries")
    return Answer(
        200,
        {
            "countries": [_country(asked, code, kinds) for code, kinds in found.items()],
            "uri": asked.url("/AvailablePhoneNumbers.json"),
        },
    )


@DESK.operation("FetchAvailablePhoneNumberCountry", missing="countries are named by their code")
async def fetch(asked: Question) -> Answer:
    """Return one country."""
    found: dict[str, list[str]] = await asked.run("number.stock.countries")
    code = asked.path["CountryCode"]
    if code not in found:
        raise NOT_FOUND
    return Answer(200, _country(asked, code, found[code]))


def _lister(name: str) -> Any:
    async def list_of_kind(asked: Question) -> Answer:
        country = asked.path["CountryCode"]
        found: list[views.FreeNumber] = []
        if not any(asked.get(place) not in {None, "false"} for place in _PLACES):
            found = await asked.run(
                "number.stock.free",
                country=country,
                kind=_KINDS[name],
                sms=asked.choice("SmsEnabled"),
                contains=asked.get("Contains"),
                area_code=asked.get("AreaCode"),
                limit=asked.page_size,
            )
        if asked.choice("VoiceEnabled") is False:
            found = []
        return asked.listing("available_phone_numbers", [_shown(one) for one in found], None)

    return list_of_kind


def _shown(found: views.FreeNumber) -> dict[str, Any]:
    unknown = dict.fromkeys(
        ("lata", "locality", "rate_center", "latitude", "longitude", "region", "postal_code")
    )
    return {
        "friendly_name": formatted(found.number),
        "phone_number": found.number,
        **unknown,
        "iso_country": found.country,
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"voice": True, "sms": found.sms, "mms": False, "fax": False},
    }


for _name in _KINDS:
    DESK.operation(
        f"ListAvailablePhoneNumber{_name}",
        missing="filters by place find none: where a number is from is not kept",
    )(_lister(_name))
