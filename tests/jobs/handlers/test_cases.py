"""Jobs about cases: what is done, how often, and what travels sealed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ringfence.jobs.handlers import cases
from ringfence.jobs.queue import BRIEF, PATIENT
from ringfence.kernel.clock import MINUTE
from ringfence.kernel.errors import Refused

CASE = "CS" + "0" * 32


def leased(**body):
    return SimpleNamespace(id="JB1", body={"case": CASE, **body}, sealed=b"x", key_serial=1)


def test_work_is_done_for_the_case_that_is_named():
    done = []

    async def work(case, now):
        done.append((case, now))

    asyncio.run(cases.CaseWork(work)(leased(), 7))
    assert done == [(CASE, 7)]
    assert cases.CaseWork(work).tries is BRIEF
    assert cases.CaseWork(work, patient=True).tries is PATIENT


def test_a_job_holds_ids_alone():
    job = cases.job(cases.CODE, CASE, "AC1", unique="once")
    assert (job.kind, job.body, job.secret, job.unique) == (
        "case_code",
        {"case": CASE},
        None,
        "once",
    )


def test_where_to_tell_of_an_erasure_travels_sealed_and_is_opened_for_that():
    job = cases.erased("https://example.com/in", CASE, "AC1")
    assert "example" not in str(job.body)
    assert job.secret == b"https://example.com/in"
    told = []

    async def work(url, disclosure):
        told.append((url, disclosure))

    asyncio.run(cases.TellErased(lambda _: b"https://example.com/in", work)(leased(), 7))
    assert told == [("https://example.com/in", CASE)]


def test_errors_of_the_work_are_the_queues_business():
    async def work(_case, _now):
        raise Refused("recipient_unverified", "no")

    with pytest.raises(Refused):
        asyncio.run(cases.CaseWork(work)(leased(), 7))


def test_clocks_are_read_every_few_minutes():
    read = []

    async def work(now):
        read.append(now)

    asyncio.run(cases.ReadClocks(work)(leased(), 9))
    assert read == [9]
    assert cases.ROUND.every_ms <= 10 * MINUTE
