"""Invariant: what a preview names is what the sweep removes, rows, files and keys."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from logged import listen
from office_open import opened

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import DAY, Ms, VirtualClock
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office.privacy import retention

LONG_AGO = Ms(int(datetime(2020, 5, 5, tzinfo=UTC).timestamp() * 1000))


@pytest.fixture
def old(office):
    """The office, years after a call with a recording."""
    rooms, entropy = office.store, office.entropy
    call, leg, recording = (ids.make(k, LONG_AGO, entropy) for k in ("call", "leg", "recording"))
    caller, called = (
        rooms.party_room.resolve(Phone(n), LONG_AGO) for n in ("+12025550123", "+12025550188")
    )
    channel = Heard(leg, caller)
    (file,) = rooms.recordings.begin(recording, call, "voicemail", [channel], LONG_AGO)
    with open(file.path, "wb") as opened:  # noqa: PTH123
        opened.write(b"sealed")
    facts = [
        events.CallOffered(at=LONG_AGO, call=call, account=office.account.id, leg=leg,
                           caller=caller, called=called),
        events.RecordingSaved(at=LONG_AGO, call=call, recording=recording, source="voicemail",
                              reason="stopped", duration_ms=2000, size=6, sha256=("aa",)),
        events.CallEnded(at=LONG_AGO, call=call, account=office.account.id, direction="inbound",
                         cause=Cause.NORMAL, hung_up_by="caller", missed=True, offered_at=LONG_AGO,
                         rang_at=None, answered_at=LONG_AGO, answered_by_person_at=None,
                         ended_at=LONG_AGO, duration_ms=5000, talk_ms=0, codec="PCMU",
                         mos_x100=441),
    ]  # fmt: skip
    rooms.calls.record(facts, LONG_AGO)
    rooms.recordings.finish_now(recording, keep=True)
    rooms.db.submit(lambda _: None).result(5)
    return office, call, recording, caller


class Heard:
    def __init__(self, leg, party):
        self.leg, self.party, self.incoming = leg, party, True


def run(office, name, /, **args):
    async def ask():
        return await office.run(name, args, actor="operator")

    return asyncio.run(ask())


def test_after_a_leap_of_the_clock_nothing_goes_before_somebody_says_it_is_right(old, monkeypatch):
    """A clock put forward at a start makes young records old: the sweep waits for a word."""
    office, call, _, _ = old
    store = office.store.store
    store.keystore.once("leapt_from", LONG_AGO)
    store.leapt_from = LONG_AGO
    with pytest.raises(Refused) as refused:
        run(office, "privacy.retention.sweep")
    assert refused.value.code == "clock_unsure"
    assert "--clock-is-right" in refused.value.reason
    logged = listen(monkeypatch)
    asyncio.run(retention.nightly(office))
    assert [line["event"] for line in logged] == ["sweep_waits"]
    assert office.store.records.get(call) is not None
    run(office, "privacy.retention.sweep", clock_is_right=True)
    assert office.store.records.get(call) is None
    assert store.leapt_from is store.keystore.noted("leapt_from") is None
    body = store.db.reading._cursor.execute(
        "SELECT body FROM audit_records WHERE kind = 'clock_believed'"
    ).fetchone()[0]
    assert f'"from":{LONG_AGO}' in body
    asyncio.run(retention.nightly(office))


@pytest.mark.promise("RET-02")
def test_a_sweep_removes_what_the_preview_named(old):
    office, call, recording, caller = old
    serial = office.store.parties.key_serial(office.store.db.reading, caller)
    files = office.store.store.folder.recordings
    assert list(files.iterdir())
    named = {row.kind: row.count for row in run(office, "privacy.retention.preview")}
    assert named == {"recordings": 1, "calls": 1, "parties": 2}
    assert run(office, "privacy.audit.verify").faults == []
    went = {row.kind: row.count for row in run(office, "privacy.retention.sweep")}
    report = run(office, "privacy.audit.verify")
    assert report.faults == []
    assert report.erased >= 3, "the facts of the call, as the sweep's leaf says"
    assert went == named
    assert not list(files.iterdir())
    assert office.store.recordings.get(recording) is None
    assert office.store.records.get(call) is None
    with pytest.raises(Refused) as erased:
        office.store.store.keystore.key(serial)
    assert erased.value.code == "erased"
    assert run(office, "privacy.retention.preview") == []


@pytest.mark.promise("RET-01")
def test_nothing_below_the_floor_may_be_chosen(office):
    settings = office.settings
    short = type(settings)(**{
        name: getattr(settings, name) for name in settings.__slots__
    } | {"keep_calls_days": 30, "country": ""})  # fmt: skip
    with pytest.raises(Refused) as refused:
        retention.terms(short, VirtualClock().now())
    assert (refused.value.code, refused.value.clause) == ("below_floor", "call_log")


def test_rules_are_shown_with_their_law(office):
    rows = {row.rule: row for row in run(office, "privacy.retention.rules")}
    assert rows["call_log"].floor_by == "US-10"  # the office stands in the US
    assert rows["call_log"].at_least_days == 550
    assert rows["content"].setting == "keep_recordings_days"
    assert rows["audit"].at_most_days is None


def test_a_young_call_stays(old):
    office, call, *_ = old
    office.clock = VirtualClock(Ms(LONG_AGO + 300 * DAY))
    assert run(office, "privacy.retention.preview") == []
    run(office, "privacy.retention.sweep")
    assert office.store.records.get(call) is not None


def test_a_closed_account_is_forgotten_ninety_days_later(office, data):
    made = run(office, "account.add", name="Branch")
    below = office.branches[made.sid]
    asyncio.run(office.run("phone.add", {"name": "desk"}, actor=f"account:{made.sid}"))
    run(office, "account.change", sid=made.sid, status="closed")
    now = office.clock.now()
    for days, name, phones in ((89, "Branch", 1), (91, "", 0)):
        below.clock = VirtualClock(Ms(now + days * DAY))
        asyncio.run(retention.sweep(below))
        assert (below.account_name, len(below.phones)) == (name, phones), days
        [shown] = run(office, "account.list")
        assert (shown.name, shown.status) == (name, "closed")
    args = {"account_sid": made.sid, "auth_token": ""}
    with pytest.raises(Refused, match="not_authorized"):
        asyncio.run(office.run("account.authenticate", args, actor="public"))
    office.store.store.close()
    again = opened(data)
    assert again.branches[made.sid].account_name == ""
    assert not again.branches[made.sid].phones
    again.store.store.close()
