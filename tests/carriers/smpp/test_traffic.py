"""The queue before the sessions: order, pace, patience."""

from __future__ import annotations

import pytest

from ringfence.carriers.smpp.pdu import Command, Pdu
from ringfence.carriers.smpp.status import Status
from ringfence.carriers.smpp.traffic import Parcel, Traffic
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import SMPP_PAUSE_FIRST_MS, SMPP_PAUSE_MAX_MS, SMPP_QUEUE

T0 = Ms(1_000_000)
MESSAGE = Pdu(Command.SUBMIT_SM)
OK, THROTTLED = Status.ESME_ROK, Status.ESME_RTHROTTLED


def parcels(count: int, give_up: int = 60_000) -> list[Parcel]:
    return [Parcel(MESSAGE, Ms(T0 + give_up)) for _ in range(count)]


def test_in_order_and_what_comes_back_first() -> None:
    traffic = Traffic()
    a, b, c, d = parcels(4)
    traffic.put([a, b, c, d])
    assert [traffic.take(T0), traffic.take(T0), traffic.take(T0)] == [a, b, c]
    traffic.put_back((a, c))
    assert [traffic.take(T0) for _ in range(4)] == [a, c, d, None]
    assert (a.tries, b.tries) == (2, 1)


def test_who_no_longer_waits_is_not_sent() -> None:
    traffic = Traffic()
    a, b = parcels(2)
    traffic.put([a, b])
    a.cancelled = True
    assert traffic.take(T0) is b
    b.cancelled = True
    traffic.put_back([b])
    assert len(traffic) == 0


def test_a_queue_has_an_end() -> None:
    traffic = Traffic()
    traffic.put(parcels(SMPP_QUEUE))
    with pytest.raises(Refused) as refused:
        traffic.put(parcels(1))
    assert refused.value.code == "queue_full"
    traffic.put_back(parcels(5))  # what was let in once is not turned away


def test_told_to_slow_down_nothing_leaves_for_a_while() -> None:
    traffic = Traffic()
    a, b = parcels(2)
    traffic.put([a, b])
    traffic.take(T0)
    traffic.take(T0)
    assert traffic.answered(a, THROTTLED, "", T0) is False
    assert traffic.answered(b, THROTTLED, "", T0) is False
    assert traffic.take(T0) is None
    later = Ms(T0 + SMPP_PAUSE_FIRST_MS)
    assert traffic.deadline(T0) == later  # two answers, one pause
    assert traffic.take(later) is b  # the later one was put before the other; both keep the head
    assert traffic.answered(b, OK, "id", later) is True
    assert b.message_id == "id"


def test_the_pause_doubles_and_good_news_ends_that() -> None:
    traffic = Traffic()
    a = parcels(1, give_up=10_000_000)[0]
    traffic.put([a])
    now, pauses = T0, []
    for _ in range(9):
        assert traffic.take(now) is a
        traffic.answered(a, Status.ESME_RMSGQFUL, "", now)
        until = traffic.deadline(now)
        assert until is not None
        pauses.append(until - now)
        now = until
    assert pauses[:3] == [500, 1000, 2000]
    assert pauses[-1] == SMPP_PAUSE_MAX_MS
    assert traffic.take(now) is a
    assert traffic.answered(a, OK, "", now)
    b = parcels(1, give_up=10_000_000)[0]
    traffic.put([b])
    traffic.take(now)
    traffic.answered(b, THROTTLED, "", now)
    assert traffic.deadline(now) == now + SMPP_PAUSE_FIRST_MS


def test_nobody_waits_for_ever() -> None:
    traffic = Traffic()
    a = parcels(1, give_up=0)[0]
    traffic.put([a])
    traffic.take(T0)
    assert traffic.answered(a, THROTTLED, "", T0) is True
    assert a.status == THROTTLED


def test_what_the_contract_allows_in_a_second() -> None:
    traffic = Traffic(per_second=100)
    traffic.put(parcels(1000))
    now, sent = T0, []
    while now < T0 + 3000:
        if traffic.take(now) is not None:
            sent.append(now)
            continue
        now = traffic.deadline(now) or now
    assert 300 <= len(sent) <= 311  # a burst of a tenth of a second at the beginning
    assert sum(T0 + 1000 <= at < T0 + 2000 for at in sent) <= 101


def test_nothing_to_do() -> None:
    traffic = Traffic(per_second=1)
    assert traffic.deadline(T0) is None
    assert traffic.take(T0) is None
