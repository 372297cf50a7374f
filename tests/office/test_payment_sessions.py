"""Payments sessions: what is asked for has to make sense before anybody is asked."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office import payment_sessions as sessions


@pytest.mark.parametrize(
    ("amount", "currency"), [("-1", "usd"), ("ten", "usd"), ("1.5", "jpy"), ("1", "dollars")]
)
def test_amounts_that_are_none(amount: str, currency: str) -> None:
    with pytest.raises(Refused) as refused:
        sessions._amount(amount, currency)
    assert refused.value.code == "bad_argument"
    assert "ten" not in refused.value.reason.replace("often", "")


def test_amounts() -> None:
    assert sessions._amount("12.00", "USD") == "12.00"
    assert sessions._amount("", "usd") == ""


def test_words_and_parameters_have_bounds() -> None:
    assert sessions._one("a", ("a", "b")) == "a"
    with pytest.raises(Refused):
        sessions._one("c", ("a", "b"))
    with pytest.raises(Refused):
        sessions._short("x" * 9, 8)
    assert sessions._pairs({"a": "b"}) == (("a", "b"),)
    with pytest.raises(Refused):
        sessions._pairs({"a": "b" * 5_000})
    with pytest.raises(Refused):
        sessions._pairs({str(n): "b" for n in range(60)})


@pytest.mark.anyio
async def test_without_a_server_there_is_no_session(office) -> None:
    with pytest.raises(Refused) as refused:
        await office.run(
            "payment.start", {"call": "CA" + "1" * 32, "key": "k", "status_url": "https://x.example"},
            actor="operator",
        )  # fmt: skip
    assert refused.value.code == "not_running"
