"""Jobs: leased once, given back, tried again, buried, revived; secrets sealed."""

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.schema import jobs
from ringfence.storage.statement import Statement


@dataclass
class Asked:
    kind: str = "report"
    body: dict = field(default_factory=lambda: {"call": "CA1", "count": 3})
    account: str | None = None
    secret: bytes | None = None
    party: str | None = None
    unique: str | None = None
    run_at: int | None = None


def run(coroutine):
    return asyncio.run(coroutine)


def lease(store, now, count=10, lease_ms=1000):
    return run(store.outbox.lease(now=now, count=count, lease_ms=lease_ms))


def test_a_job_is_leased_once_and_done(store):
    run(store.outbox.enqueue([Asked()], now=100))
    [job] = lease(store, 100)
    assert (job.kind, job.body, job.attempts, job.created_at) == (
        "report", {"call": "CA1", "count": 3}, 1, 100,
    )  # fmt: skip
    assert lease(store, 100) == []
    assert store.outbox.counts() == {"ready": 0, "leased": 1, "dead": 0}
    run(store.outbox.done(job.id))
    assert store.outbox.counts() == {"ready": 0, "leased": 0, "dead": 0}


def test_jobs_wait_for_their_time_and_come_oldest_first(store):
    run(store.outbox.enqueue([Asked("b", run_at=300), Asked("a", run_at=200)], now=100))
    assert store.outbox.next_due() == 200
    assert lease(store, 199) == []
    assert [job.kind for job in lease(store, 400, count=1)] == ["a"]
    assert [job.kind for job in lease(store, 400)] == ["b"]


def test_the_same_job_is_asked_for_once(store):
    run(store.outbox.enqueue([Asked(unique="x"), Asked(unique="x"), Asked("other", unique="x")],
                             now=1))  # fmt: skip
    assert sorted(job.kind for job in lease(store, 1)) == ["other", "report"]


def test_the_job_of_a_dead_worker_comes_back(store):
    run(store.outbox.enqueue([Asked()], now=100))
    lease(store, 100, lease_ms=1000)
    assert store.outbox.next_due() == 1100
    assert lease(store, 1099) == []
    [again] = lease(store, 1100)
    assert again.attempts == 2


def test_a_late_worker_cannot_end_what_was_given_to_another(store):
    run(store.outbox.enqueue([Asked()], now=100))
    [job] = lease(store, 100)
    run(store.outbox.try_again(job.id, at=500, error="timeout"))
    run(store.outbox.done(job.id))
    assert store.outbox.counts()["ready"] == 1


def test_failing_dying_and_reviving(store):
    run(store.outbox.enqueue([Asked()], now=100))
    [job] = lease(store, 100)
    run(store.outbox.try_again(job.id, at=500, error="timeout"))
    [job] = lease(store, 500)
    assert job.attempts == 2
    run(store.outbox.bury(job.id, at=600, error="refused"))
    assert store.outbox.next_due() is None
    [dead] = store.outbox.dead(count=10)
    assert (dead.id, dead.kind, dead.attempts, dead.error, dead.died_at) == (
        job.id, "report", 2, "refused", 600,
    )  # fmt: skip
    woken = []
    store.outbox.wake = lambda: woken.append(True)
    assert run(store.outbox.revive(job.id, now=700))
    assert woken
    assert not run(store.outbox.revive(job.id, now=700))
    [job] = lease(store, 700)
    assert job.attempts == 1


def test_after_a_crash_every_lease_is_over(store):
    run(store.outbox.enqueue([Asked(), Asked()], now=100))
    lease(store, 100, lease_ms=10**9)
    back = store.db.submit(lambda tx: store.outbox.give_back(tx, now=200, until=2**60)).result(5)
    assert back == 2
    assert len(lease(store, 200)) == 2


def test_what_a_job_carries_is_sealed_under_the_persons_key(store, rooms, account, clock, settle):
    ann = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    run(store.outbox.enqueue(
        [Asked(account=account.id, party=ann, secret=b"From=%2B12025550123")], now=1,
    ))  # fmt: skip
    [job] = lease(store, 1)
    assert job.sealed
    assert b"2025550123" not in job.sealed
    with pytest.raises(Refused):
        store.outbox.secret(job)
    with purpose("deliver_content"):
        assert store.outbox.secret(job) == b"From=%2B12025550123"
        store.keystore.destroy([job.key_serial])
        with pytest.raises(Refused) as refused:
            store.outbox.secret(job)
    assert refused.value.code == "erased"


def test_what_concerns_nobody_is_sealed_under_the_accounts_key(store, account):
    run(store.outbox.enqueue([Asked(account=account.id, secret=b"x"), Asked()], now=1))
    jobs = {job.account: job for job in lease(store, 1)}
    with purpose("deliver_content"):
        assert store.outbox.secret(jobs[account.id]) == b"x"
        assert store.outbox.secret(jobs[None]) == b""
    assert jobs[account.id].key_serial == account.seal_key


COUNT = Statement(select(func.count()).select_from(jobs))


def test_a_worker_is_woken_after_the_commit_alone(store):
    woken = []
    store.outbox.wake = lambda: woken.append(store.db.reader().value(COUNT))
    run(store.outbox.enqueue([Asked()], now=1))
    assert woken == [1]

    def fails(tx):
        store.outbox.add(tx, Asked(), now=1)
        raise Refused("no", "no")

    with pytest.raises(Refused):
        store.db.submit(fails).result(5)
    assert woken == [1]


def test_what_only_waits_for_its_hour_is_not_counted(store):
    run(store.outbox.enqueue([Asked(unique="slot:5"), Asked(unique="other")], now=1))
    assert store.outbox.counts()["ready"] == 1
    assert len(lease(store, 10)) == 2


def test_what_a_job_carries_can_be_forgotten(store, account):
    run(
        store.outbox.enqueue(
            [Asked(unique=u, account=account.id, secret=b"x") for u in "ab"], now=1
        )
    )
    store.db.submit(lambda tx: store.outbox.empty(tx, Asked().kind, "a")).result(5)
    assert sorted(job.sealed is None for job in lease(store, 10)) == [False, True]
