"""A number of ours is found however a carrier writes it, and never mistaken for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.ids import NumberId
from ringfence.kernel.phone import Phone
from ringfence.numbers.inventory import Inventory, spellings

US = Phone("+12025550123")
UK = Phone("+447700900123")
A = NumberId("PN-a")
B = NumberId("PN-b")


@pytest.mark.parametrize(
    ("phone", "written"),
    [
        (US, ["+12025550123", "12025550123", "0012025550123", "01112025550123", "2025550123"]),
        (UK, ["+447700900123", "447700900123", "00447700900123", "7700900123", "07700900123"]),
    ],
)
def test_how_carriers_write(phone: Phone, written: list[str]) -> None:
    inventory = Inventory()
    inventory.add(A, phone)
    for user in written:
        assert inventory.find(user) == A
    assert inventory.find(written[0] + "4") is None
    assert inventory.find("") is None


def test_a_short_code_is_written_in_one_way() -> None:
    assert spellings(Phone("112")) == {"112"}


def test_a_code_of_no_country() -> None:
    assert "+999123456" in spellings(Phone("+999123456"))


def test_what_two_numbers_share_leads_to_neither() -> None:
    """The national numbers of two countries may be the same."""
    inventory = Inventory()
    inventory.add(A, Phone("+12025550123"))
    inventory.add(B, Phone("+442025550123"))
    assert inventory.find("2025550123") is None
    assert inventory.find("+12025550123") == A
    assert inventory.find("442025550123") == B
    inventory.remove(B)
    assert inventory.find("2025550123") == A


def test_the_whole_number_wins_over_a_national_spelling() -> None:
    inventory = Inventory()
    inventory.add(A, Phone("+4420255501"))
    inventory.add(B, Phone("+14420255501"))
    assert inventory.find("4420255501") == A


def test_changing_and_removing() -> None:
    inventory = Inventory()
    inventory.add(A, US)
    inventory.add(A, UK)
    assert inventory.find("+12025550123") is None
    assert inventory.owns(UK)
    assert not inventory.owns(US)
    assert len(inventory) == 1
    inventory.remove(A)
    inventory.remove(A)
    assert len(inventory) == 0
    assert inventory._owners == {}


@given(st.lists(st.integers(0, 9), unique=True, max_size=6), st.integers(0, 9))
def test_only_what_was_added_is_found(added: list[int], asked: int) -> None:
    """Among numbers of one country every spelling leads to its own number or to none."""
    inventory = Inventory()
    for digit in added:
        inventory.add(NumberId(f"PN-{digit}"), Phone(f"+1202555010{digit}"))
    phone = Phone(f"+1202555010{asked}")
    wanted = NumberId(f"PN-{asked}") if asked in added else None
    assert {inventory.find(spelling) for spelling in spellings(phone)} == {wanted}
