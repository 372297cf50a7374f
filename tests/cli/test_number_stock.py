"""``ringfence number stock``."""

import json
from typing import Any

RANGE = {
    "sid": "NS1", "first": "+12025550150", "last": "+12025550199", "count": 50, "used": 2,
    "trunk": "carrier", "kind": None, "sms": False, "created": 1,
}  # fmt: skip


def test_a_range_is_added(ringfence: Any, office: Any) -> None:
    office.answers["number.stock.add"] = RANGE
    outcome = ringfence(
        "number", "stock", "add", "+12025550150", "--to", "+12025550199", "--trunk", "carrier"
    )
    assert outcome.out == "50 numbers are in the stock, 2 of them in use.\n"
    assert office.asked[0][1]["last"] == "+12025550199"


def test_ranges_and_free_numbers_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["number.stock.list"] = [RANGE]
    assert "+12025550199" in ringfence("number", "stock", "list").out
    free = {"number": "+12025550151", "country": "US", "kind": "local", "sms": False}
    office.answers["number.stock.free"] = [free]
    out = ringfence("number", "stock", "free", "--contains", "555", "--json").out
    assert json.loads(out) == [free]
    assert office.asked[-1][1]["contains"] == "555"


def test_a_range_has_a_place(ringfence: Any, office: Any) -> None:
    office.answers["number.stock.add"] = RANGE
    ringfence(
        "number", "stock", "add", "+12025550150", "--at", "38.9,-77.04", "--postal-code", "20001",
        "--no-voice", "--address", "any",
    )  # fmt: skip
    asked = office.asked[-1][1]
    assert (asked["latitude"], asked["longitude"], asked["postal_code"]) == (38.9, -77.04, "20001")
    assert (asked["voice"], asked["address"]) == (False, "any")
    wrong = ringfence("number", "stock", "add", "+12025550150", "--at", "there")
    assert wrong.code != 0


def test_a_free_number_says_where_it_is_from(ringfence: Any, office: Any) -> None:
    place = {"locality": "Washington", "region": "DC"}
    office.answers["number.stock.free"] = [{"number": "+12025550151", "place": place}]
    assert "Washington, DC" in ringfence("number", "stock", "free", "--near", "38.9,-77").out
    assert office.asked[-1][1] == {"near": "38.9,-77", "limit": 50}


def test_a_range_is_taken_out(ringfence: Any, office: Any) -> None:
    office.answers["number.stock.remove"] = RANGE
    assert "no longer" in ringfence("number", "stock", "remove", "NS1").out
    assert json.loads(ringfence("number", "stock", "remove", "NS1", "--json").out) == RANGE
