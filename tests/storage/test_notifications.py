"""The notification log: what was asked and answered, for the account alone, while it may be."""

from dataclasses import replace
from functools import partial

import msgspec
import pytest
from sqlalchemy import text

from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import NOTIFICATION_SIDE_BYTES
from ringfence.privacy.purposes import purpose
from ringfence.storage.fetched import Answer
from ringfence.storage.notifications import Exchange, Wanted, _page

CANARY = "canary-4711"
FLOW = "FW" + "3" * 32


@pytest.fixture
def another_account(store, clock):
    name = ids.make("account", clock.now(), SystemEntropy())
    return store.db.submit(
        lambda tx: store.accounts.add(
            tx, name, name="Other Ltd", auth_token="another-token-entirely", now=clock.now()
        )
    ).result(5)


@pytest.fixture
def call(store, story, clock):
    one = story()
    store.calls.record([msgspec.structs.replace(one.offered(), flow=FLOW)], clock.now())
    return one


def exchange(call, clock, **more):
    asked = {
        "call": call.call,
        "kind": "document",
        "at": clock.now(),
        "elapsed_ms": 12,
        "method": "POST",
        "url": f"https://shop.example/voice?{CANARY}",
        "params": (("From", "+12025550123"), ("Digits", CANARY)),
        "status": 200,
        "content_type": "text/xml",
        "body": b"<Response/>",
    }
    return Exchange(**(asked | more))


def add(store, rooms, one):
    return store.db.submit(lambda tx: rooms.notifications.add(tx, one)).result(5)


@pytest.mark.promise("TEL-15")
def test_the_owner_sees_the_whole_exchange(store, rooms, call, clock):
    sid = add(store, rooms, exchange(call, clock))
    (row,) = rooms.notifications.page(store.db.reading, Wanted(), count=10)
    assert (row.id, row.call, row.status, row.method) == (sid, call.call, 200, "POST")
    assert (row.request_size, row.response_size) == (len("From+12025550123Digits") + 11 + 4, 11)
    with purpose("deliver_content"):
        said = rooms.notifications.said(row)
    assert said.url.endswith(CANARY)
    assert said.params == (("From", "+12025550123"), ("Digits", CANARY))
    assert (said.content_type, said.body, said.cut) == ("text/xml", b"<Response/>", False)
    assert CANARY not in repr(row) + repr(said) + repr(exchange(call, clock))


def test_an_application_that_is_quiet_is_so_without_a_number(store, rooms, story, clock):
    app = "AP" + "4" * 32
    came, placed = story(), story()
    begun = (
        msgspec.structs.replace(came.offered(), application=app),
        events.CallPlaced(
            at=clock.now(), call=placed.call, account=placed.offered().account, leg=placed.leg,
            caller=placed.caller, called=placed.called, application=app,
        ),
    )  # fmt: skip
    store.calls.record(begun, clock.now())

    def kept():
        rows = [add(store, rooms, exchange(one, clock)) for one in (came, placed)]
        return [rooms.notifications.get(store.db.reading, row).sealed is not None for row in rows]

    assert kept() == [True, True]
    for on, wanted in ((True, False), (False, True)):
        silence = partial(rooms.notifications.silence, app=app, on=on, now=clock.now())
        store.db.submit(silence).result(5)
        assert kept() == [wanted, wanted]


def test_a_number_that_is_only_shown_answers_nothing_and_silences_nothing(
    store, rooms, story, clock
):
    number = "PN" + "4" * 32
    came, placed = story(), story()
    begun = (
        msgspec.structs.replace(came.offered(), number=number),
        events.CallPlaced(
            at=clock.now(), call=placed.call, account=placed.offered().account, leg=placed.leg,
            caller=placed.caller, called=placed.called, number=number,
        ),
    )  # fmt: skip
    store.calls.record(begun, clock.now())
    silence = partial(rooms.notifications.silence, app=number, on=True, now=clock.now())
    store.db.submit(silence).result(5)
    rows = [add(store, rooms, exchange(one, clock)) for one in (came, placed)]
    sealed = [rooms.notifications.get(store.db.reading, row).sealed is not None for row in rows]
    assert sealed == [False, True]


@pytest.mark.promise("TEL-15")
def test_nobody_else_sees_a_row(store, rooms, call, clock, another_account):
    sid = add(store, rooms, exchange(call, clock))
    other = store.of(another_account)
    assert other.notifications.page(store.db.reading, Wanted(), count=10) == []
    with pytest.raises(Refused, match="not_found"):
        other.notifications.get(store.db.reading, sid)
    assert add(store, other, exchange(call, clock)) is None
    row = rooms.notifications.get(store.db.reading, sid)
    with pytest.raises(Refused, match="purpose_missing"):
        rooms.notifications.said(row)
    with purpose("operate"), pytest.raises(Refused, match="purpose_not_allowed"):
        rooms.notifications.said(row)


@pytest.mark.promise("TEL-15")
def test_nothing_of_it_is_readable_at_rest(store, rooms, call, clock, tmp_path):
    add(store, rooms, exchange(call, clock))
    store.close()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert CANARY.encode() not in content, file
            assert b"2025550123" not in content, file


@pytest.mark.promise("TEL-18")
def test_of_a_quiet_app_time_status_and_size_remain(store, rooms, call, clock, tmp_path):
    log = rooms.notifications
    store.db.submit(lambda tx: log.silence(tx, FLOW, on=True, now=clock.now())).result(5)
    assert log.quiet(store.db.reading) == {FLOW}
    sid = add(store, rooms, exchange(call, clock))
    row = log.get(store.db.reading, sid)
    assert (row.status, row.response_size, row.elapsed_ms) == (200, 11, 12)
    assert row.sealed is None
    with purpose("deliver_content"):
        assert log.said(row) is None
    store.db.submit(lambda tx: log.silence(tx, FLOW, on=False, now=clock.now())).result(5)
    again = log.get(store.db.reading, add(store, rooms, exchange(call, clock)))
    assert again.sealed is not None


def test_the_log_is_searched_by_time_status_and_call(store, rooms, story, clock):
    log, made = rooms.notifications, []
    for number in range(4):
        one = story()
        store.calls.record([one.offered()], clock.now())
        clock.advance(1000)
        status = 200 if number % 2 else 404
        made.append((add(store, rooms, exchange(one, clock, status=status)), one, clock.now()))
    sids = [sid for sid, _, _ in made]

    def found(before=None, **how):
        rows = log.page(store.db.reading, Wanted(**how), count=10, before=before)
        return [row.id for row in rows]

    assert found() == sids[::-1]
    assert found(status=404) == [sids[2], sids[0]]
    assert found(call=made[1][1].call) == [sids[1]]
    assert found(call=made[1][1].call, status=404) == []
    assert found(since=made[2][2]) == [sids[3], sids[2]]
    assert found(until=made[2][2]) == [sids[1], sids[0]]
    assert found(before=sids[2]) == [sids[1], sids[0]]


@pytest.mark.parametrize("kept", [b"x" * NOTIFICATION_SIDE_BYTES, b"x" * 100_000])
def test_what_is_long_is_cut_and_its_size_is_still_true(store, rooms, call, clock, kept):
    long = exchange(call, clock, body=kept, params=(("Big", "y" * 60_000),))
    row = rooms.notifications.get(store.db.reading, add(store, rooms, long))
    with purpose("deliver_content"):
        said = rooms.notifications.said(row)
    assert said.cut
    assert said.params == ()
    assert len(said.body) == NOTIFICATION_SIDE_BYTES
    assert (row.request_size, row.response_size) == (60_005, len(kept))


def test_after_the_caller_is_erased_the_row_says_only_when_and_how(store, rooms, call, clock):
    sid = add(store, rooms, exchange(call, clock))
    row = rooms.notifications.get(store.db.reading, sid)
    store.keystore.destroy([row.key_serial])
    with purpose("deliver_content"):
        assert rooms.notifications.said(row) is None


def test_an_exchange_of_an_unknown_call_is_not_written(store, rooms, story, clock):
    assert add(store, rooms, exchange(story(), clock)) is None


def test_an_erasure_empties_the_log_and_what_was_kept(store, rooms, story, account, clock):
    one = story()
    store.calls.record(one.whole(), clock.now())
    sid = add(store, rooms, exchange(one, clock))
    url = "https://shop.example/a.wav"
    store.db.submit(
        lambda tx: rooms.fetched.keep(
            tx, call=one.call, kind="media", url=url, answer=Answer("audio/wav", b"x"),
            now=clock.now(), seconds=60,
        )
    ).result(5)  # fmt: skip
    party = store.eraser.find(store.db.reading, account, "+12025550123")
    plan = store.eraser.plan(account, party, reason="requested", actor="owner")
    store.eraser.carry_out(plan.id)
    row = rooms.notifications.get(store.db.reading, sid)
    assert (row.status, row.sealed) == (200, None)
    with purpose("deliver_content"):
        assert rooms.notifications.said(row) is None
        assert rooms.fetched.find(store.db.reading, kind="media", url=url, now=clock.now()) is None


def test_the_log_is_searched_by_what_it_is_about(store, rooms, call, clock):
    log = rooms.notifications
    rows = {
        "status": {"kind": "status", "event": "ringing", "delivery": "DL1", "attempt": 2},
        "room": {"kind": "conference", "subject": "CF" + "1" * 32},
        "sms": {"kind": "message", "call": None, "subject": "SM" + "1" * 32},
        "lost": {"status": 0, "failure": "fetch_host_unknown", "code": 11210},
    }
    sids = {
        name: add(store, rooms, replace(exchange(call, clock), **more))
        for name, more in rows.items()
    }

    def found(**how):
        page = log.page(store.db.reading, Wanted(**how), count=10)
        return {name for name, sid in sids.items() if sid in {row.id for row in page}}

    assert found(kind="conference") == {"room"}
    assert found(subject="SM" + "1" * 32) == {"sms"}
    assert found(delivery="DL1") == {"status"}
    assert found(failed=True) == found(code=11210) == {"lost"}
    assert found(flow=FLOW) == {"status", "room", "lost"}
    assert found(flow=FLOW, kind="conference", failed=True) == set()
    row = log.get(store.db.reading, sids["status"])
    assert (row.event, row.attempt, row.flow) == ("ringing", 2, FLOW)


@pytest.mark.parametrize(
    ("names", "index"),
    [
        ((), "account_id_id"),
        (("call",), "call_id_id"),
        (("kind",), "account_id_kind_id"),
        (("said",), "account_id_status_id"),
        (("number",), "number_id_id"),
        (("flow",), "flow_id_id"),
        (("failed",), "failed"),
    ],
)
def test_each_page_goes_along_an_index_in_the_order_of_the_log(store, names, index):
    statement = _page(("account", *names))
    plan = store.db.submit(
        lambda tx: tx.rows(
            type(statement)(text(f"EXPLAIN QUERY PLAN {statement.sql}")),
            tuple("x" for _ in statement.names),
        )
    ).result(5)
    steps = " ".join(str(row[3]) for row in plan)
    assert f"ix_notifications_{index} " in steps, steps
    assert "TEMP B-TREE" not in steps


def test_the_header_of_an_answer_and_posted_json_are_kept(store, rooms, call, clock):
    more = {"headers": [("Content-Type", "text/xml"), ("X-Big", "y" * 9_000)], "sent": b"{}"}
    row = rooms.notifications.get(
        store.db.reading, add(store, rooms, exchange(call, clock, **more))
    )
    with purpose("deliver_content"):
        said = rooms.notifications.said(row)
    assert said.headers == (("Content-Type", "text/xml"),)
    assert said.sent == b"{}"
