"""``ringfence address``."""

import json
from typing import Any

HOME = {
    "sid": "AD1", "customer": "Ada Example", "street": "1 Street", "city": "London",
    "region": "London", "postal_code": "SW1A 0AA", "country": "GB",
}  # fmt: skip


def test_an_address_is_kept(ringfence: Any, office: Any) -> None:
    office.answers["address.add"] = HOME
    lines = [f"--{name.replace('_', '-')}={text}" for name, text in HOME.items() if name != "sid"]
    assert ringfence("address", "add", *lines).out == "AD1 is kept.\n"
    asked = office.asked[-1][1]
    assert (asked["postal_code"], asked["contact"], asked["emergency"]) == ("SW1A 0AA", None, False)


def test_addresses_and_their_numbers_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["address.list"] = [HOME]
    assert "SW1A 0AA" in ringfence("address", "list").out
    office.answers["address.numbers"] = [{"number": "+12025550150", "sid": "PN1"}]
    assert "+12025550150" in ringfence("address", "numbers", "AD1").out


def test_an_address_is_forgotten(ringfence: Any, office: Any) -> None:
    office.answers["address.remove"] = None
    assert ringfence("address", "remove", "AD1").out == "AD1 is forgotten.\n"
    assert json.loads(ringfence("address", "remove", "AD1", "--json").out) == {"sid": "AD1"}
