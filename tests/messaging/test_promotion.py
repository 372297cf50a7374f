"""Advertising is recognised by its words."""

import pytest

from ringfence.messaging.promotion import promotions


@pytest.mark.parametrize(
    "text",
    [
        "Only today: 20% off all numbers.",
        "A special offer for you",
        "Upgrade now",
        "Start your free trial",
        "Don't miss our new plans",
        "Save up to half",
        "Use the coupon",
        "Refer a friend",
        "A limited-time deal",
    ],
)
def test_advertising_is_found(text: str) -> None:
    assert promotions(text)


@pytest.mark.parametrize(
    "text",
    [
        "Your package ends in 7 days.",
        "A call was missed.",
        "The new version holds from Monday.",
        "We offer no refund for this.",
        "5% of calls failed.",
        "Your order 12 was paid.",
    ],
)
def test_what_has_to_be_told_is_not(text: str) -> None:
    assert promotions(text) == []


def test_phrases_come_in_order() -> None:
    assert promotions("Buy  now, or use a voucher.") == ["Buy now", "voucher"]
