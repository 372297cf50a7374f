"""A bucket for each address that fills again over an hour."""

from types import SimpleNamespace

import pytest

from ringfence.api.limiting import Limiter, source
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import RIGHTS_SOURCES_MAX


def test_after_so_many_it_takes_a_while():
    limiter = Limiter(per_hour=4)
    for _ in range(4):
        limiter.take("192.0.2.1", 0.0)
    with pytest.raises(Refused) as refused:
        limiter.take("192.0.2.1", 1.0)
    assert refused.value.code == "too_many_requests"
    limiter.take("192.0.2.2", 1.0)  # somebody else
    limiter.take("192.0.2.1", 901.0)  # a quarter of an hour later
    with pytest.raises(Refused):
        limiter.take("192.0.2.1", 902.0)


def test_a_days_worth_may_come_at_once_and_comes_back_over_the_day():
    limiter = Limiter(3 / 24, most=3)
    for _ in range(3):
        limiter.take("192.0.2.1", 0.0)
    for later in (1.0, 7 * 3_600.0):
        with pytest.raises(Refused):
            limiter.take("192.0.2.1", later)
    limiter.take("192.0.2.1", 9 * 3_600.0)


def test_a_household_is_one_however_many_addresses_it_has():
    limiter = Limiter(per_hour=1)
    limiter.take("2001:db8:0:1::1", 0.0)
    with pytest.raises(Refused):
        limiter.take("2001:db8:0:1:ffff::2", 1.0)
    limiter.take("2001:db8:0:2::1", 1.0)
    limiter.take("not an address", 1.0)


def test_memory_has_an_end_and_holds_no_address():
    limiter = Limiter(per_hour=1)
    for number in range(RIGHTS_SOURCES_MAX + 10):
        limiter.take(f"10.0.{number // 256}.{number % 256}", 0.0)
    assert len(limiter._buckets) == RIGHTS_SOURCES_MAX
    assert not any(b"10.0" in key for key in limiter._buckets)


@pytest.mark.parametrize(
    ("host", "forwarded", "found"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),  # a stranger's word counts for nothing
        ("127.0.0.1", "10.9.9.9, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_where_a_request_comes_from(host, forwarded, found):
    request = SimpleNamespace(
        client=SimpleNamespace(host=host),
        headers={"x-forwarded-for": forwarded} if forwarded else {},
    )
    assert source(request) == found
