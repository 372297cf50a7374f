"""``ringfence payment`` and ``ringfence payments``."""

import io
import json
from typing import Any

import pytest

CONNECTOR = {
    "sid": "XC1", "name": "Default", "kind": "http", "address": "pay.example.com",
    "idempotent": False,
}  # fmt: skip
PAYMENT = {
    "sid": "PK1", "call": "CA1", "connector": "Default", "state": "approved", "result": "success",
    "amount": "20.45", "currency": "usd", "source": "verb", "method": "credit-card", "opened": 1,
    "last": "4242", "code": None,
}  # fmt: skip


def test_a_processor_by_its_address(ringfence: Any, office: Any) -> None:
    office.answers["payment_connector.add"] = CONNECTOR
    outcome = ringfence("payment", "add", "Default", "--url", "https://pay.example.com/charge")
    assert "payment test Default" in outcome.out
    assert office.asked == [
        ("payment_connector.add", {"name": "Default", "url": "https://pay.example.com/charge"})
    ]


def test_a_template_asks_for_its_secret(
    ringfence: Any, office: Any, monkeypatch: Any, tmp_path: Any
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("sk_1\n"))
    office.answers["payment_connector.add"] = CONNECTOR
    path = tmp_path / "acme.json"
    path.write_text(json.dumps({"url": "https://x.example", "headers": {"A": "{secret}"}}))
    outcome = ringfence("payment", "add", "Default", "--template", str(path))
    assert office.asked[0][1]["template"]["secret"] == "sk_1"
    assert "sk_1" not in outcome.out + outcome.err


@pytest.mark.parametrize("words", [(), ("--sandbox", "--url", "https://x.example")])
def test_one_way_alone(ringfence: Any, office: Any, words: tuple[str, ...]) -> None:
    outcome = ringfence("payment", "add", "x", *words)
    assert outcome.code == 2
    assert not office.asked


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_file_that_describes_nothing(
    ringfence: Any, office: Any, tmp_path: Any, text: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    assert ringfence("payment", "add", "x", "--template", str(path)).code == 2
    assert not office.asked


def test_list_test_and_remove(ringfence: Any, office: Any) -> None:
    office.answers["payment_connector.list"] = [CONNECTOR]
    office.answers["payment_connector.test"] = {
        "name": "Default", "standing": "declined", "why": "the card was declined", "error": "51",
    }  # fmt: skip
    office.answers["payment_connector.remove"] = CONNECTOR
    assert "pay.example.com" in ringfence("payment", "list").out
    tried = ringfence("payment", "test", "Default")
    assert "declined: the card was declined" in tried.out
    assert "51" in tried.out
    assert "is removed" in ringfence("payment", "remove", "Default").out


def test_payments(ringfence: Any, office: Any) -> None:
    office.answers["payment.list"] = [PAYMENT]
    office.answers["payment.show"] = PAYMENT
    assert "20.45" in ringfence("payments").out
    shown = ringfence("payments", "show", "PK1")
    assert "4242" in shown.out
    assert office.asked == [("payment.list", {"limit": 20}), ("payment.show", {"sid": "PK1"})]
