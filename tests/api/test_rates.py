"""Each caller has a bucket of their own that fills evenly."""

from ringfence.api.rates import POLICY, Rates, headers
from ringfence.kernel.limits import API_CALLERS_MAX


def test_a_caller_waits_for_the_next_token_and_others_do_not():
    rates = Rates(quota=4, window=8)
    assert [rates.take("key:SK1", 0.0)[:2] for _ in range(5)] == [
        (True, 3), (True, 2), (True, 1), (True, 0), (False, 0),
    ]  # fmt: skip
    assert rates.take("key:SK1", 0.0)[2] == 2  # a token every two seconds
    assert rates.take("key:SK2", 0.0)[0]
    assert rates.take("key:SK1", 2.0)[0]
    assert not rates.take("key:SK1", 2.5)[0]


def test_what_is_left_is_told_in_the_form_of_the_draft():
    allowed, left, seconds = Rates(quota=10, window=10).take("api", 0.0)
    assert (allowed, left, seconds) == (True, 9, 1)
    assert headers(left, seconds) == {
        "RateLimit-Policy": POLICY,
        "RateLimit": '"default";r=9;t=1',
    }


def test_memory_has_an_end():
    rates = Rates()
    for number in range(API_CALLERS_MAX + 5):
        rates.take(str(number), 0.0)
    assert len(rates._buckets) == API_CALLERS_MAX
