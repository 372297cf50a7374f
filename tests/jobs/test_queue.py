"""Waiting between tries: twice as long each time, spread, bounded."""

import pytest

from ringfence.jobs.queue import BRIEF, PATIENT, NewJob, Tries

JOB = "JB" + "0" * 32


def test_the_wait_doubles_up_to_the_longest():
    tries = Tries(count=9, first_ms=1000, longest_ms=10_000)
    assert [tries.wait(n, JOB) for n in range(1, 7)] == [1000, 2000, 4000, 8000, 10_000, 10_000]
    assert tries.wait(10_000, JOB) == 10_000


def test_jobs_that_failed_together_come_back_apart():
    tries = Tries(count=9, first_ms=1000, longest_ms=10_000)
    waits = {tries.wait(1, JOB[:-2] + f"{n:02x}") for n in range(256)}
    assert len(waits) > 30
    assert min(waits) == 1000
    assert max(waits) < 1250


def test_what_others_must_take_is_tried_for_hours():
    total = sum(PATIENT.wait(n, JOB) for n in range(1, PATIENT.count))
    assert 4 * 3_600_000 < total < 12 * 3_600_000
    assert sum(BRIEF.wait(n, JOB) for n in range(1, BRIEF.count)) < 180_000


def test_a_secret_does_not_show():
    assert "secret" not in repr(NewJob(kind="x", secret=b"hush"))
    assert "hush" not in repr(NewJob(kind="x", secret=b"hush"))


@pytest.mark.parametrize("tries", [PATIENT, BRIEF])
def test_tries_are_bounded(tries):
    assert tries.count > 0
    assert tries.first_ms <= tries.longest_ms
