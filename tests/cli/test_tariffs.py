"""``ringfence tariff``."""

import re
from typing import Any

import pytest

from ringfence.billing import files
from ringfence.billing.tariffs import SERVICES

RATE = {"service": "calls-outbound", "to": "+44", "price": "0.014", "per": "minute",
        "increment": "6/6"}  # fmt: skip
TARIFF = {"sid": "TF1", "account": None, "currency": "USD", "since": 1_900_000_000_000,
          "rates": [RATE]}  # fmt: skip


def test_a_rate_is_set_from_a_day_on(ringfence: Any, office: Any) -> None:
    office.answers["tariff.set"] = TARIFF
    outcome = ringfence(
        "tariff", "set", "calls-outbound", "0.014", "--to", "+44", "--increment", "6/6",
        "--currency", "USD", "--since", "2030-01-31",
    )  # fmt: skip
    assert "0.014" in outcome.out
    ((_, args),) = office.asked
    assert args["since"] == 1_896_048_000_000
    assert (args["service"], args["to"], args["sid"]) == ("calls-outbound", "+44", None)


def test_none_is_said(ringfence: Any, office: Any) -> None:
    office.answers["tariff.show"] = None
    assert "nothing is charged" in ringfence("tariff", "show").out
    assert ringfence("tariff", "show", "--json").out.strip() == "null"


def test_a_file_is_imported_for_an_account(ringfence: Any, office: Any, tmp_path: Any) -> None:
    office.answers["tariff.import"] = TARIFF
    path = tmp_path / "rates.csv"
    path.write_text("service,price\nrecordings,1\n")
    outcome = ringfence("tariff", "import", str(path), "--for", "AC1")
    assert "1 rates in USD" in outcome.out
    assert office.asked[0][1] | {"text": ""} == {
        "text": "", "currency": None, "sid": "AC1", "since": None,
    }  # fmt: skip
    path.write_bytes(b"\xff\xfe")
    assert ringfence("tariff", "import", str(path)).code == 2


def test_help_lists_every_service_and_an_example_that_is_accepted(
    ringfence: Any, office: Any, tmp_path: Any
) -> None:
    said = ringfence("tariff", "import", "--help").out
    for service, units in SERVICES.items():
        assert re.search(rf"{service} +{', '.join(units)}(\s|$)", said), service
    lines = [line.strip() for line in said.splitlines()]
    begin = lines.index("service,to,price,per,increment")
    example = "\n".join(lines[begin : lines.index("", begin)])
    path = tmp_path / "rates.csv"
    path.write_text(example)
    office.answers["tariff.import"] = TARIFF
    assert ringfence("tariff", "import", str(path), "--currency", "USD").code == 0
    args = office.asked[-1][1]
    _, rates = files.read(args["text"], currency=args["currency"])
    assert {rate.service for rate in rates} == SERVICES.keys()
    assert len(rates) == len(example.splitlines()) - 1


def test_versions_and_a_rate_that_goes(ringfence: Any, office: Any) -> None:
    office.answers |= {"tariff.list": [TARIFF], "tariff.remove": TARIFF, "tariff.show": TARIFF}
    assert "TF1" in ringfence("tariff", "list").out
    assert ringfence("tariff", "remove", "calls-outbound", "--to", "+44", "--json").code == 0
    assert "6/6" in ringfence("tariff", "show").out
    assert [name for name, _ in office.asked] == ["tariff.list", "tariff.remove", "tariff.show"]


@pytest.mark.parametrize("words", [("set", "calls-outbound"), ("import", "no-such-file")])
def test_what_is_missing_is_said(ringfence: Any, office: Any, words: tuple[str, ...]) -> None:
    assert ringfence("tariff", *words).code == 2
    assert not office.asked
