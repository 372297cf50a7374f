"""Codes at rest: every try counts, a code works once, one contact gets few."""

import pytest

from ringfence.kernel.clock import DAY
from ringfence.privacy.cases.codes import Issued
from ringfence.storage import cases_codes

CASE, CONTACT = "CS" + "1" * 32, bytes(16)


@pytest.fixture
def issue(store, clock):
    def add(case=CASE):
        issued = Issued(b"h" * 32, 0, clock.now() + 600_000)
        return store.db.submit(
            lambda tx: cases_codes.add(tx, case, issued, contact=CONTACT, now=clock.now())
        ).result(5)

    return add


def take(store, case=CASE):
    return store.db.submit(lambda tx: cases_codes.take(tx, case)).result(5)


def test_tries_are_counted_before_anything_is_compared(store, issue):
    issue()
    assert [take(store).tries for _ in range(3)] == [0, 1, 2]
    assert take(store, "CS" + "2" * 32) is None


def test_the_last_code_counts_and_once_spent_none_does(store, issue, clock):
    assert issue() == 1
    assert issue() == 2
    assert take(store).expires_at > clock.now()
    store.db.submit(lambda tx: cases_codes.spend(tx, CASE)).result(5)
    assert take(store).expires_at == 0
    assert cases_codes.count(store.db.reading, CASE) == 2


def test_codes_to_one_contact_are_counted_over_all_cases_of_a_day(store, issue, clock):
    issue()
    issue("CS" + "2" * 32)
    assert cases_codes.recent(store.db.reading, CONTACT, clock.now()) == 2
    clock.advance(DAY + 1)
    assert cases_codes.recent(store.db.reading, CONTACT, clock.now()) == 0
