"""What was used, counted where it rests."""

from datetime import UTC, date, datetime

from ringfence.accounts.usage import Used
from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.storage.schema import call_counts
from ringfence.storage.statement import insert_row
from ringfence.storage.usage import first_day, used

DAY = 86_400_000
EVER = date(1970, 1, 1), date(2100, 1, 1)


def record(store, rooms, account, at, *, direction="inbound", duration=0):
    call, leg = (ids.make(kind, at, store.entropy) for kind in ("call", "leg"))
    first = events.CallOffered if direction == "inbound" else events.CallPlaced
    store.calls.record(
        [
            first(at=at, call=call, account=account.id, leg=leg, caller="PA1", called="PA2"),
            events.CallEnded(
                at=at + 1, call=call, account=account.id, direction=direction, cause=Cause.NORMAL,
                hung_up_by="caller", missed=False, offered_at=at, rang_at=None, answered_at=at,
                answered_by_person_at=None, ended_at=at + duration, duration_ms=duration,
                talk_ms=0, codec="PCMU", mos_x100=0,
            ),
        ],
        at,
    )  # fmt: skip


def found(store, account, since=EVER[0], until=EVER[1]):
    store.db.submit(lambda _: None).result(5)
    return sorted(
        used(store.db.reading, account.id, since=since, until=until),
        key=lambda one: (one.day, one.category),
    )


def test_minutes_begun_count_whole(store, rooms, account):
    at = 20_000 * DAY
    for duration in (0, 1, 60_000, 60_001):
        record(store, rooms, account, at, duration=duration)
    record(store, rooms, account, at + DAY, direction="outbound", duration=1)
    day = datetime.fromtimestamp(at / 1000, UTC).date()
    following = datetime.fromtimestamp(at / 1000 + 86_400, UTC).date()
    assert found(store, account) == [
        Used(day, "calls-inbound", 4, 4), Used(following, "calls-outbound", 1, 1),
    ]  # fmt: skip
    assert found(store, account, until=day) == [Used(day, "calls-inbound", 4, 4)]
    assert found(store, account, since=following)[0].category == "calls-outbound"
    assert first_day(store.db.reading, account.id) == day


def test_months_whose_calls_are_gone_are_counted_from_what_is_left(store, rooms, account):
    assert first_day(store.db.reading, account.id) is None
    add = insert_row(call_counts)
    gone, there = (int(datetime(2030, month, 1, tzinfo=UTC).timestamp() * 1000) for month in (1, 3))

    def write(tx):
        for month in (gone, there):
            tx.run(add, (account.id, month, "inbound", False, 10, 33))

    store.db.submit(write).result(5)
    record(store, rooms, account, there + 5, duration=1)
    assert found(store, account) == [
        Used(date(2030, 1, 1), "calls-inbound", 10, 33),
        Used(date(2030, 3, 1), "calls-inbound", 1, 1),
    ]
