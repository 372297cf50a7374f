"""What rows of addresses hold, and how a person is found in them."""

from ringfence.storage.cases_subject import PATHS, SEALS
from ringfence.storage.erasure_map import reaches
from ringfence.storage.schema import addresses, label_of_column


def test_an_address_is_sealed_and_its_person_is_found() -> None:
    assert label_of_column(addresses.c.sealed).storage == "sealed"
    assert {reach.holding.link for reach in reaches() if reach.holding.table == "addresses"} == {
        "party"
    }
    assert PATHS["addresses"].kind == "party"
    assert "addresses.sealed" in SEALS
