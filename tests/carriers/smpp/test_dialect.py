"""Addresses and ids, as carriers write them."""

from __future__ import annotations

import pytest

from ringfence.carriers.smpp.dialect import Dialect, same_id
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone


@pytest.mark.parametrize(
    ("who", "written"),
    [
        (Phone("+12025550123"), (1, 1, "12025550123")),
        (Phone("20255"), (0, 0, "20255")),
        ("Example Ltd", (5, 0, "Example Ltd")),
    ],
)
def test_senders(who: Phone | str, written: tuple[int, int, str]) -> None:
    assert Dialect().source(who) == written


@pytest.mark.parametrize("sender", ["", "Twelve chars", "Grüße", "a\nb"])
def test_senders_nobody_takes(sender: str) -> None:
    with pytest.raises(Refused) as refused:
        Dialect().source(sender)
    assert refused.value.code == "bad_sender"


def test_a_carrier_that_wants_other_types() -> None:
    dialect = Dialect(source_ton=3, source_npi=9, dest_ton=0, dest_npi=0)
    assert dialect.source(Phone("20255"))[:2] == (3, 9)
    assert dialect.destination(Phone("+447700900123")) == (0, 0, "447700900123")


@pytest.mark.parametrize(
    ("ton", "text", "who"),
    [
        (1, "12025550123", Phone("+12025550123")),
        (1, "+12025550123", Phone("+12025550123")),
        (0, "+12025550123", Phone("+12025550123")),
        (0, "12025550123", Phone("+12025550123")),
        (0, "0012025550123", Phone("+12025550123")),
        (2, "07700900123", Phone("+447700900123")),
        (0, "20255", Phone("20255")),
        (5, "Example", "Example"),
        (0, "Example", "Example"),
        (1, "", ""),
        (1, "1", "1"),
        (1, "1" * 20, "1" * 20),
        (0, "\u0661\u0662\u0663\u0664", "\u0661\u0662\u0663\u0664"),
    ],
)
def test_who_an_address_is(ton: int, text: str, who: Phone | str) -> None:
    assert Dialect(region="GB").address(ton, text) == who


@pytest.mark.parametrize(
    ("form", "answered", "in_receipt"),
    [
        ("same", "ABC-12", "abc-12"),
        ("same", "0000012345", "12345"),
        ("same", "0", "0"),
        ("decimal", "1A2B", "0000006699"),
        ("hex", "6699", "1A2B"),
        ("decimal", "not-hex", "NOT-HEX"),
    ],
)
def test_ids_of_answers_and_receipts_meet(form: str, answered: str, in_receipt: str) -> None:
    dialect = Dialect(receipt_ids=form)  # type: ignore[arg-type]
    assert dialect.receipt_id(answered) == same_id(in_receipt)
