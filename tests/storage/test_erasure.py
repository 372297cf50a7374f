"""Erasures: what goes, what the law keeps, what a kill or an old copy cannot bring back."""

import shutil

import pytest
from erased_call import AGENT, CALLER, Scene, counts, hold, left_to_do

from ringfence.jobs.queue import NewJob
from ringfence.kernel.clock import DAY
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.checkpoint import verify_text
from ringfence.privacy.erasure.receipt import fields
from ringfence.privacy.purposes import purpose
from ringfence.storage import erasure_ledger as ledger
from ringfence.storage.erasure_rows import NOBODY
from ringfence.storage.holds import restricted
from ringfence.storage.schema import conferences, participants
from ringfence.storage.statement import insert_row


@pytest.fixture
def scene(store, rooms, story, clock):
    return Scene(store, rooms, story, clock)


def by_store(rows):
    return {(row.store, row.action): row for row in rows}


def test_a_plan_touches_nothing(scene):
    before = scene.rows("SELECT * FROM parties"), scene.rows("SELECT * FROM recording_channels")
    planned = scene.plan()
    assert (planned.state, planned.party) == ("planned", scene.caller)
    assert before == (
        scene.rows("SELECT * FROM parties"),
        scene.rows("SELECT * FROM recording_channels"),
    )
    assert scene.keys() == [file.key for file in scene.files]


@pytest.mark.promise("CON-04")
def test_the_plan_says_what_is_where_until_when_and_why(scene):
    rows = by_store(scene.plan().rows)
    ended = scene.rows("SELECT ended_at FROM calls")[0][0]
    assert rows["objects/recordings", "remove"].count == 1
    assert rows["calls", "restrict"].count == 1
    assert rows["calls", "restrict"].at == ended + 180 * DAY
    assert rows["calls", "restrict"].rule == "call_log"
    assert rows["recording_channels", "empty"].rule == "content"
    assert rows["events", "restrict"].count == 7
    assert ("parties", "restrict") in rows


@pytest.mark.promise("TEL-08")
def test_erasing_the_caller_leaves_the_agents_channel_and_no_trace_of_the_callers(scene):
    agents = scene.file(1).read_bytes()
    done = scene.erase()
    assert done.state == "done"
    assert scene.keys() == [None, scene.files[1].key]
    assert scene.file(1).read_bytes() == agents
    assert not scene.file(0).exists()
    assert scene.rows("SELECT wrapped FROM recording_channels WHERE channel = 0") == [(b"",)]


@pytest.mark.promise("RET-01")
def test_a_floor_turns_erasing_into_keeping_apart_until_a_date(scene):
    """The log of a young call stays, sealed under a key of its own, and is used for nothing."""
    old = scene.rows("SELECT key_serial FROM parties WHERE id = ?", scene.caller)[0][0]
    done = scene.erase()
    assert scene.address() == CALLER, "kept, for those who may still ask"
    with purpose("call_record"), pytest.raises(Refused) as refused:
        scene.store.parties.address(scene.store.db.reading, scene.caller)
    assert refused.value.code == "restricted"
    with pytest.raises(Refused) as refused:
        scene.store.keystore.key(old)
    assert refused.value.code == "erased"
    assert restricted(scene.store.db.reading, scene.caller)
    ended = scene.rows("SELECT ended_at FROM calls")[0][0]
    assert done.due_at == ended + 180 * DAY
    # whoever calls from the number again is somebody new
    again = scene.rooms.parties.resolve(Phone(CALLER), scene.clock.now())
    assert again != scene.caller
    # and nothing more goes a day too early
    scene.clock.advance(179 * DAY)
    assert scene.store.eraser.go_on(done.id) is None
    assert scene.address() == CALLER


def test_the_statute_of_the_country_counts(scene):
    scene.store.eraser.jurisdiction = "IN"
    scene.clock.advance(181 * DAY)
    rows = by_store(scene.plan().rows)
    ended = scene.rows("SELECT ended_at FROM calls")[0][0]
    assert rows["calls", "restrict"].rule == "IN-18"
    assert rows["calls", "restrict"].at == ended + 730 * DAY


@pytest.mark.promise("CON-04")
def test_on_the_date_the_rest_goes(scene):
    first = scene.erase()
    scene.clock.set(first.due_at)
    last = scene.store.eraser.go_on(first.id)
    assert last.state == "done"
    assert last.due_at is None
    assert scene.rows("SELECT * FROM parties WHERE id = ?", scene.caller) == []
    with pytest.raises(Refused):
        scene.store.keystore.key(first.kept_serial)
    call = scene.story.call
    assert scene.rows("SELECT caller_id FROM calls WHERE id = ?", call) == [(NOBODY,)]
    assert scene.rows("SELECT * FROM call_parties WHERE party_id = ?", scene.caller) == []
    told = scene.rows("SELECT body, leaf FROM events WHERE call_id = ?", call)
    assert len(told) == 7
    assert all(scene.caller not in body and leaf is None for body, leaf in told)
    everywhere = "SELECT count(*) FROM audit_records WHERE party_id = ? OR body LIKE ?"
    assert scene.rows(everywhere, scene.caller, f"%{scene.caller}%") == [(0,)]
    # the agent's side is as it was
    assert scene.keys() == [None, scene.files[1].key]
    assert scene.address(scene.agent) == AGENT
    # an older date that comes round again finds that something newer has taken over
    assert scene.store.eraser.go_on(first.id) is None


def test_an_old_caller_is_gone_at_once(scene):
    scene.clock.advance(181 * DAY)
    done = scene.erase()
    assert done.due_at is None
    assert scene.rows("SELECT count(*) FROM parties WHERE id = ?", scene.caller) == [(0,)]
    assert scene.rows("SELECT count(*) FROM restrictions") == [(0,)]
    found = scene.rooms.parties.find(Phone(CALLER))
    assert found is None


def test_archives_made_for_the_person_go_with_their_sound(scene):
    folder = scene.store.folder.objects / "archives"
    folder.mkdir(exist_ok=True)
    case = "CS" + "1" * 32

    def open_case(tx):
        columns = {row[1] for row in tx._cursor.execute("PRAGMA table_info(cases)")}
        values = {"id": case, "account_id": scene.rooms.account.id, "party_id": scene.caller,
                  "family": "request", "kind": "access", "state": "done", "residence": "",
                  "key_serial": 1, "facts": "{}", "received_at": 1}  # fmt: skip
        assert set(values) <= columns
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        tx._cursor.execute(f"INSERT INTO cases ({names}) VALUES ({marks})", tuple(values.values()))

    scene.store.db.submit(open_case).result(5)
    for name in (f"{case}.rfa", "CSother.rfa"):
        (folder / name).write_bytes(b"sealed")
    scene.erase()
    assert [path.name for path in folder.iterdir()] == ["CSother.rfa"]


def test_when_both_are_erased_the_recording_goes(scene):
    scene.clock.advance(181 * DAY)
    scene.erase()
    scene.erase(scene.agent)
    assert scene.rows("SELECT count(*) FROM recordings") == [(0,)]
    assert scene.rows("SELECT count(*) FROM recording_channels") == [(0,)]
    assert list(scene.store.folder.recordings.iterdir()) == []
    assert scene.rows("SELECT count(*) FROM calls") == [(1,)], "a call that nobody made is counted"


def test_a_stranger_gets_the_same_plan_and_the_same_receipt(scene):
    known, unknown = (
        scene.plan(),
        scene.store.eraser.plan(scene.rooms.account, None, reason="request", actor="operator"),
    )
    assert {row.store for row in known.rows} == {row.store for row in unknown.rows}
    assert sum(row.count or 0 for row in unknown.rows) == 1, "the key made for the purpose"
    done = scene.store.eraser.carry_out(unknown.id)
    assert done.state == "done"
    assert fields(done.receipt).keys() == fields(scene.erase().receipt).keys()


def test_the_receipt_is_signed_and_stands_in_the_log(scene):
    done = scene.erase()
    signer = scene.store.signer()
    text = verify_text(done.receipt, name=signer.name, public=signer.public)
    found = fields(text)
    assert found["erasure"] == done.id
    kind, body = scene.rows(
        "SELECT kind, body FROM audit_records WHERE leaf = ?", int(found["leaf"])
    )[0]
    assert kind == "erased"
    assert done.id in body
    assert CALLER not in done.receipt
    assert int(found["epoch"]) == scene.store.keystore.epoch


def test_doing_it_again_changes_nothing(scene):
    done = scene.erase()
    size, epoch = scene.store.trail.size, scene.store.keystore.epoch
    assert scene.store.eraser.carry_out(done.id) == done
    assert (scene.store.trail.size, scene.store.keystore.epoch) == (size, epoch)


def test_somebody_who_is_only_kept_is_found_and_not_erased_twice(scene):
    scene.erase()
    scene.settle()
    found = scene.store.eraser.find(scene.store.db.reading, scene.rooms.account, CALLER)
    assert found == scene.caller
    kept = scene.rows("SELECT key_serial FROM parties WHERE id = ?", scene.caller)
    again = scene.erase()
    assert again.serial == again.kept_serial
    assert scene.rows("SELECT key_serial FROM parties WHERE id = ?", scene.caller) == kept
    assert scene.address() == CALLER


def test_nobody_is_erased_in_the_middle_of_a_call(store, rooms, story, clock):
    one = story()
    store.calls.record([one.offered()], clock.now())
    planned = store.eraser.plan(rooms.account, one.caller, reason="request", actor="operator")
    with pytest.raises(Refused) as refused:
        store.eraser.carry_out(planned.id)
    assert refused.value.code == "call_going_on"
    store.calls.record([one.ended()], clock.now())
    assert store.eraser.carry_out(planned.id).state == "done"


def test_an_erasure_nobody_planned_is_refused(scene):
    with pytest.raises(Refused) as refused:
        scene.store.eraser.carry_out("ER" + "0" * 32)
    assert refused.value.code == "not_found"


def test_a_plan_nobody_carried_out_is_forgotten(scene):
    planned = scene.plan()
    scene.clock.advance(2 * DAY)
    scene.plan()
    with pytest.raises(Refused):
        scene.store.eraser.carry_out(planned.id)


# --- work that waits ----------------------------------------------------------------------------


def test_work_that_waits_about_the_person_goes(scene):
    def add(tx):
        for number, (call, party) in enumerate(
            [(scene.story.call, None), (None, scene.caller), ("CAother", scene.agent)]
        ):
            job = NewJob(
                kind="callback", body={"call": call} if call else {}, secret=b"number",
                account=scene.rooms.account.id, party=party, unique=str(number),
            )  # fmt: skip
            scene.store.outbox.add(tx, job, now=scene.clock.now())

    scene.store.db.submit(add).result(5)
    scene.erase()
    left = scene.rows("SELECT unique_key FROM jobs WHERE kind = 'callback'")
    assert left == [("2",)]


def test_the_date_is_a_job(scene):
    done = scene.erase()
    [(body, run_at)] = scene.rows("SELECT body, run_at FROM jobs WHERE kind = 'erasure'")
    assert done.id in body
    assert run_at == done.due_at


def test_a_date_that_passed_unseen_is_asked_for_again_at_a_start(scene):
    done = scene.erase()
    scene.store.db.submit(lambda tx: tx._cursor.execute("UPDATE jobs SET state = 'dead'")).result(5)
    scene.store.eraser.resume()
    ready = "SELECT count(*) FROM jobs WHERE kind = 'erasure' AND state = 'ready'"
    assert scene.rows(ready) == [(0,)], "its date has not come"
    scene.clock.set(done.due_at + DAY)
    scene.store.eraser.resume()
    assert scene.rows(ready) == [(1,)]
    assert scene.store.eraser.go_on(done.id).due_at is None


# --- holds --------------------------------------------------------------------------------------


@pytest.mark.promise("RET-03")
def test_a_hold_keeps_one_recording_and_nothing_else(scene):
    scene.clock.advance(181 * DAY)
    hold(scene, scene.story.recording)
    done = scene.erase()
    rows = by_store(done.rows)
    assert rows["objects/recordings", "suspend"].rule == "hold"
    assert scene.file(0).exists()
    with purpose("answer_rights"):
        channels = scene.rooms.recordings.channels(scene.store.db.reading, scene.story.recording)
    assert [channel.key for channel in channels] == [file.key for file in scene.files]
    old = done.serial
    with pytest.raises(Refused):
        scene.store.keystore.key(old)
    # looked at every day, and nothing happens while the hold stands
    scene.clock.advance(DAY)
    assert scene.store.eraser.go_on(done.id) is None
    assert scene.file(0).exists()
    # lifted: the next look goes on by itself
    hold(scene, scene.story.recording, on=False)
    scene.clock.advance(DAY)
    last = scene.store.eraser.go_on(done.id)
    assert last.state == "done"
    assert not scene.file(0).exists()
    assert scene.rows("SELECT count(*) FROM parties WHERE id = ?", scene.caller) == [(0,)]


def test_a_hold_on_a_call_keeps_its_key_until_it_is_lifted(scene):
    hold(scene, scene.story.call)
    done = scene.erase()
    assert done.serial == done.kept_serial
    assert scene.file(0).exists()
    with purpose("answer_rights"):
        found = scene.rooms.recordings.channels(scene.store.db.reading, scene.story.recording)
    assert [channel.key for channel in found] == [file.key for file in scene.files]
    assert scene.rooms.parties.find(Phone(CALLER)) is None, "and is found by nobody who calls"
    # lifted while the log of the call must still be kept: now the old key goes, the number stays
    hold(scene, scene.story.call, on=False)
    scene.clock.advance(DAY)
    later = scene.store.eraser.go_on(done.id)
    assert later.serial == done.serial != later.kept_serial
    with pytest.raises(Refused):
        scene.store.keystore.key(done.serial)
    assert scene.address() == CALLER
    assert not scene.file(0).exists()
    scene.clock.set(later.due_at)
    assert scene.store.eraser.go_on(later.id).due_at is None
    assert scene.rows("SELECT count(*) FROM parties WHERE id = ?", scene.caller) == [(0,)]


def test_a_hold_on_the_person_keeps_everything(scene):
    hold(scene, scene.caller)
    planned = scene.plan()
    assert {row.action for row in planned.rows if row.store == "parties"} == {"suspend"}
    with pytest.raises(Refused) as refused:
        scene.store.eraser.carry_out(planned.id)
    assert refused.value.code == "on_hold"
    assert scene.keys() == [file.key for file in scene.files]
    hold(scene, scene.caller, on=False)
    assert scene.store.eraser.carry_out(planned.id).state == "done"


# --- kill -9 ------------------------------------------------------------------------------------


class Killed(Exception):
    """The process ends here; nothing after it runs."""


def die(*_args, **_options):
    raise Killed


STEPS = {
    "before the key": lambda s, m: m.setattr(s.store.keystore, "destroy", die),
    "after the key": lambda s, m: m.setattr(s.store.eraser, "_remove_files", die),
    "after the files": lambda s, m: m.setattr(s.store.eraser, "_finish", die),
    "before the commit": lambda s, m: m.setattr(ledger, "finish", die),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("age", [0, 181])
def test_a_kill_at_any_step_is_gone_on_with_at_the_next_start(
    scene, open_store, monkeypatch, step, age
):
    scene.clock.advance(age * DAY)
    planned = scene.plan()
    STEPS[step](scene, monkeypatch)
    with pytest.raises(Killed):
        scene.store.eraser.carry_out(planned.id)
    monkeypatch.undo()
    scene.store.close()
    scene.store = again = open_store()
    scene.rooms = again.of(scene.rooms.account)
    assert again.eraser.resume() == [planned.id]
    done = ledger.get(again.db.reading, planned.id)
    assert done.state == "done"
    assert scene.keys() == [None, scene.files[1].key]
    assert not scene.file(0).exists()
    assert fields(done.receipt)["erasure"] == planned.id
    if age:
        assert scene.rows("SELECT count(*) FROM parties WHERE id = ?", scene.caller) == [(0,)]
    else:
        assert scene.address() == CALLER
    again.close()
    open_store().close()


# --- copies put back ----------------------------------------------------------------------------


@pytest.mark.promise("RET-05")
def test_a_database_put_back_does_not_serve_until_the_erasures_are_done_again(
    scene, open_store, tmp_path
):
    scene.settle()
    scene.store.close()
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "data", copy)
    scene.store = open_store()
    done = scene.erase()
    scene.store.close()
    for name in ("ringfence.db", "objects"):
        target = tmp_path / "data" / name
        if target.is_dir():
            shutil.rmtree(target)
            shutil.copytree(copy / name, target)
        else:
            shutil.copy(copy / name, target)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "erasures_to_replay"
    assert "ringfence restore" in refused.value.reason
    scene.store = open_store(replay=True)
    assert scene.store.eraser.replay() == [done.id]
    scene.rooms = scene.store.of(scene.rooms.account)
    assert scene.keys() == [None, scene.files[1].key]
    assert not scene.file(0).exists()
    assert scene.rooms.parties.find(Phone(CALLER)) is None
    with purpose("answer_rights"), pytest.raises(Refused) as refused:
        scene.store.parties.address(scene.store.db.reading, scene.caller)
    assert refused.value.code == "erased"
    scene.store.close()
    open_store().close()


def test_a_keystore_put_back_does_not_bring_a_key_back(scene, open_store, tmp_path):
    scene.settle()
    scene.store.close()
    shutil.copytree(tmp_path / "data" / "keys", tmp_path / "keys of yesterday")
    scene.store = open_store()
    done = scene.erase()
    scene.store.close()
    shutil.rmtree(tmp_path / "data" / "keys")
    shutil.copytree(tmp_path / "keys of yesterday", tmp_path / "data" / "keys")
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "erasures_to_replay"
    scene.store = open_store(replay=True)
    assert scene.store.eraser.replay() == [done.id]
    with pytest.raises(Refused):
        scene.store.keystore.key(done.serial)


def test_a_room_of_one_person_alone_loses_its_name_and_what_they_were_called(scene):
    """A room where others were keeps its name: it is theirs too."""
    now, account, call = scene.clock.now(), scene.rooms.account.id, scene.story.call

    def made(tx):
        for room in ("CFalone", "CFshared"):
            values = {"id": room, "account_id": account, "lookup": b"l", "name": b"n",
                      "state": "ended", "reason": None, "created_at": now, "updated_at": now,
                      "ended_at": now}  # fmt: skip
            tx.run(insert_row(conferences), tuple(values[c.name] for c in conferences.columns))
        for room, whose in (("CFalone", call), ("CFshared", call), ("CFshared", "CAother")):
            values = {"conference_id": room, "call_id": whose, "label": b"ann",
                      "state": "complete", "joined_at": now, "updated_at": now}  # fmt: skip
            row = tuple(values.get(c.name, None if c.nullable else 0) for c in participants.columns)
            tx.run(insert_row(participants), row)

    scene.store.db.submit(made).result(10)
    scene.erase()
    assert scene.rows("SELECT id, name, lookup FROM conferences ORDER BY id") == [
        ("CFalone", b"", b""), ("CFshared", b"n", b"l"),
    ]  # fmt: skip
    called = "SELECT call_id, label FROM participants ORDER BY conference_id, call_id"
    assert scene.rows(called) == [
        (call, None), *sorted([(call, None), ("CAother", b"ann")]),
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["nothing", "the call", "the recording", "old"])
def test_what_the_plan_says_is_what_is_done(scene, what):
    left_to_do(scene, scene.story.call)
    if what.startswith("the"):
        hold(scene, scene.story.call if what == "the call" else scene.story.recording)
    if what == "old":
        scene.clock.advance(181 * DAY)
    before = counts(scene)
    planned = scene.plan()
    done = scene.store.eraser.carry_out(planned.id)
    assert done.rows == planned.rows
    gone = {store: before[store] - left for store, left in counts(scene).items()}
    said = dict.fromkeys(before, 0)
    for row in planned.rows:
        if row.store in said and row.action in {"remove", "empty"}:
            said[row.store] += row.count
    assert gone == said
    removed = {row.rule for row in planned.rows if row.store in {"jobs", "deliveries"}}
    assert removed <= {"content", "hold"}, "no rule that keeps anything is a reason to remove it"
    if what == "nothing":
        assert gone == {"deliveries": 2, "jobs": 2, "notifications": 2}


@pytest.mark.promise("RET-03")
def test_a_hold_on_a_call_keeps_what_programs_were_told_of_it(scene):
    left_to_do(scene, scene.story.call)
    hold(scene, scene.story.call)
    scene.erase()
    assert counts(scene) == {"deliveries": 1, "jobs": 1, "notifications": 1}
    (kept,) = scene.rooms.deliveries.page(scene.store.db.reading, "dead", count=9)
    assert scene.store.keystore.key(kept.key_serial)
