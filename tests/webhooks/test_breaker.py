"""The circuit breaker: every transition, and how long a server is left alone."""

from typing import get_args

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import BREAKER_FAILURES, BREAKER_FIRST_MS, BREAKER_LONGEST_MS
from ringfence.webhooks.breaker import TRANSITIONS, Breaker, News, State

NOW = Ms(1_000_000)


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(BREAKER_FAILURES):
        breaker.receive(False, NOW)
    return breaker


def test_every_state_knows_every_piece_of_news():
    wanted = {(state, news) for state in get_args(State) for news in get_args(News)}
    # nothing waits unless it is open
    assert wanted - set(TRANSITIONS) == {("closed", "waited"), ("half_open", "waited")}


def test_it_opens_at_the_fifth_failure_in_a_row():
    breaker = Breaker()
    for _ in range(BREAKER_FAILURES - 1):
        breaker.receive(False, NOW)
    breaker.receive(True, NOW)
    for count in range(BREAKER_FAILURES):
        assert breaker.state == "closed", count
        assert breaker.deadline() is None
        breaker.receive(False, NOW)
    assert breaker.state == "open"
    assert breaker.deadline() == NOW + BREAKER_FIRST_MS


def test_after_the_pause_one_goes_and_decides():
    breaker = opened()
    breaker.fire(Ms(NOW + BREAKER_FIRST_MS - 1))
    assert breaker.state == "open"
    breaker.fire(Ms(NOW + BREAKER_FIRST_MS))
    assert (breaker.state, breaker.deadline()) == ("half_open", None)
    breaker.receive(True, NOW)
    assert (breaker.state, breaker.failures) == ("closed", 0)


def test_each_failed_trial_doubles_the_pause_up_to_its_limit():
    breaker, now, pauses = opened(), NOW, []
    for _ in range(8):
        due = breaker.deadline()
        assert due is not None
        pauses.append(due - now)
        now = due
        breaker.fire(now)
        breaker.receive(False, now)
    assert pauses == [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000]
    assert pauses[-1] == BREAKER_LONGEST_MS
    breaker.receive(True, now)
    assert breaker.state == "closed"
    for _ in range(BREAKER_FAILURES):
        breaker.receive(False, now)
    assert breaker.deadline() == now + BREAKER_FIRST_MS, "who recovers begins anew"


@pytest.mark.parametrize("late", [True, False])
def test_what_was_under_way_when_it_opened_counts(late):
    breaker = opened()
    before = breaker.deadline()
    breaker.receive(late, Ms(NOW + 5_000))
    assert breaker.state == ("closed" if late else "open")
    assert breaker.deadline() == (None if late else before), "a straggler does not lengthen it"
