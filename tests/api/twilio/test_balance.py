"""The balance as Twilio's clients see it, and what a seeded office shows once things cost."""

import asyncio
from typing import Any

import pytest
from twilio_scene import OURS, Scene
from twilio_shapes import check


@pytest.fixture
def scene(tmp_path):
    made = Scene(tmp_path / "data")
    yield made
    made.close()


PERSON = "+447700900123"


def run(scene: Scene, use: str, **args: Any) -> Any:
    return asyncio.run(scene.office.run(use, args, actor="operator"))


def balance(scene: Scene) -> tuple[str | None, str]:
    found = scene.ask("GET", "/Balance.json").json()
    check("FetchBalance", found)
    return found["balance"], found["currency"]


def test_the_balance_of_an_account(scene: Scene) -> None:
    assert balance(scene) == ("0.00", "USD")  # nothing costs yet: neither credit nor debt
    run(scene, "tariff.set", service="sms-outbound", price="0.0075", currency="EUR")
    run(scene, "balance.credit", amount="12.5")
    assert balance(scene) == ("12.50", "EUR")


def test_of_an_account_whose_parent_pays_nothing_is_told(scene: Scene) -> None:
    made = scene.send("POST", "/2010-04-01/Accounts.json", {"FriendlyName": "Below"}).json()
    path = f"/2010-04-01/Accounts/{made['sid']}/Balance.json"
    for price in (None, "0.0075"):
        if price is not None:
            run(scene, "tariff.set", service="sms-outbound", price=price, currency="EUR")
        found = scene.send("GET", path).json()
        check("FetchBalance", found)
        assert found["balance"] is None


def test_without_credit_nothing_that_costs_is_sent(scene: Scene) -> None:
    run(scene, "tariff.set", service="sms-outbound", price="0.0075", currency="USD")
    run(scene, "balance.limit", amount="0")
    form = {"To": PERSON, "From": OURS, "Body": "hi"}
    answer = scene.ask("POST", "/Messages.json", form)
    assert (answer.status_code, answer.json()["code"]) == (403, 10001)
    run(scene, "balance.credit", amount="1")
    assert scene.ask("POST", "/Messages.json", form).status_code == 201
    for price, code in (("0.001", 30010), ("0.01", None)):
        shown = scene.ask("POST", "/Messages.json", form | {"MaxPrice": price}).json()
        assert (shown["status"] == "failed", shown["error_code"]) == (code is not None, code)
    assert scene.ask("POST", "/Messages.json", form | {"MaxPrice": "x"}).json()["code"] == 21627
