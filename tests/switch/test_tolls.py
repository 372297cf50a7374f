"""Toll fraud: costly prefixes and a rate."""

import pytest

from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import OUTGOING_CALLS_PER_MINUTE
from ringfence.kernel.phone import Phone
from ringfence.switch.tolls import HIGH_COST, Tolls


def test_an_ordinary_number_may_be_called() -> None:
    Tolls(VirtualClock()).check(Phone("+12025550123"))


@pytest.mark.parametrize("prefix", HIGH_COST)
def test_a_costly_prefix_is_off_until_it_is_named(prefix: str) -> None:
    phone = Phone(prefix + "5550100"[: 14 - len(prefix)])
    with pytest.raises(Refused) as refused:
        Tolls(VirtualClock()).check(phone)
    assert refused.value.code == "destination_not_allowed"
    Tolls(VirtualClock(), allowed=(prefix,)).check(phone)


def test_more_calls_a_minute_than_people_make_are_refused_and_a_minute_later_not() -> None:
    clock = VirtualClock()
    tolls = Tolls(clock)
    for _ in range(OUTGOING_CALLS_PER_MINUTE):
        tolls.check(Phone("+12025550123"))
    with pytest.raises(Refused, match="call_rate"):
        tolls.check(Phone("+12025550123"))
    clock.advance(60_000)
    tolls.check(Phone("+12025550123"))


def test_a_stopped_account_calls_nobody_until_it_is_resumed() -> None:
    stopped = [True]
    tolls = Tolls(VirtualClock(), frozen=lambda: stopped[0])
    with pytest.raises(Refused) as refused:
        tolls.check(Phone("+12025550123"))
    assert (refused.value.code, refused.value.clause) == ("account_suspended", "ACC-07")
    with pytest.raises(Refused, match="account_suspended"):
        tolls.check_running()
    stopped[0] = False
    tolls.check_running()
    tolls.check(Phone("+12025550123"))


def test_without_credit_no_number_is_called() -> None:
    spent = [True]
    tolls = Tolls(VirtualClock(), spent=lambda: spent[0])
    with pytest.raises(Refused, match="no_credit"):
        tolls.check(Phone("+12025550123"))
    spent[0] = False
    tolls.check(Phone("+12025550123"))


@pytest.mark.parametrize("prefix", ["+1876", "+882", "+53"])
def test_a_costly_number_without_its_plus_is_as_costly(prefix: str) -> None:
    bare = Phone((prefix + "5550100000")[1:13])
    with pytest.raises(Refused, match="destination_not_allowed"):
        Tolls(VirtualClock()).check(bare)
    Tolls(VirtualClock(), allowed=(prefix,)).check(bare)


def test_a_national_number_is_not_taken_for_a_country_that_begins_so() -> None:
    Tolls(VirtualClock()).check(Phone("2405550123"))
