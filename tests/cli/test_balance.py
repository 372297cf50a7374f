"""``ringfence balance``."""

from typing import Any

import pytest

BALANCE = {"account": "AC1", "payer": "AC1", "trial": False, "currency": "USD", "amount": "12.50",
           "limit": "1000.00", "credit": True}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "12.50 USD; it may go to -1000.00."),
        ({"credit": False}, "used up"),
        ({"currency": None, "amount": None}, "nothing is charged"),
        ({"amount": None, "payer": "AC2"}, "AC2 pays for AC1"),
    ],
)
def test_what_is_left(ringfence: Any, office: Any, change: dict[str, Any], says: str) -> None:
    office.answers["balance.show"] = BALANCE | change
    assert says in ringfence("balance").out


def test_it_is_topped_up_adjusted_and_limited(ringfence: Any, office: Any) -> None:
    for name in ("credit", "adjust", "limit"):
        office.answers[f"balance.{name}"] = BALANCE
    ringfence("balance", "credit", "50", "--for", "AC2")
    ringfence("balance", "adjust", "--reason", "note 12", "--", "-1.50")
    ringfence("balance", "limit", "200")
    assert ringfence("balance", "limit", "--json").code == 0
    assert office.asked == [
        ("balance.credit", {"amount": "50", "reason": "", "sid": "AC2"}),
        ("balance.adjust", {"amount": "-1.50", "reason": "note 12", "sid": None}),
        ("balance.limit", {"amount": "200"}),
        ("balance.limit", {"amount": None}),
    ]


def test_what_moved_it(ringfence: Any, office: Any) -> None:
    office.answers["balance.movements"] = [
        {"sid": "MV1", "kind": "fee", "at": 1, "currency": "USD", "amount": "-1.15", "reason": None}
    ]
    assert "-1.15" in ringfence("balance", "movements").out
    assert ringfence("balance", "adjust", "5").code == 2
