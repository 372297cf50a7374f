"""kill -9 at any moment: what was acknowledged is there, whole and readable; the rest is ended."""

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.privacy.purposes import purpose
from ringfence.storage.audit import prover
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store

CHILD = Path(__file__).parents[1] / "support" / "storage_child.py"


def start(what, folder):
    child = subprocess.Popen(
        [sys.executable, str(CHILD), what, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline().strip() == "open"
    return child


def kill(child, *, after, then):
    """Kill it ``then`` seconds after ``after`` lines; return all it had acknowledged."""
    lines = [child.stdout.readline() for _ in range(after)]
    time.sleep(then)
    child.send_signal(signal.SIGKILL)
    lines += child.stdout.read().splitlines()
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    return lines


def open_store(folder):
    return Store.open(DataFolder(folder), clock=SystemClock(), entropy=SystemEntropy())


def whole(lines, parts):
    """The lines that came through complete (the last may be cut off by the kill)."""
    return [line.split() for line in lines if len(line.split()) == parts]


def test_nothing_acknowledged_is_lost_whenever_the_process_is_killed(tmp_path):
    folder, rng, acknowledged = tmp_path / "data", random.Random(1), {}
    for _ in range(8):
        child = start("calls", folder)
        lines = kill(child, after=rng.randint(0, 40), then=rng.uniform(0, 0.05))
        acknowledged |= {call: (party, phone) for call, party, phone in whole(lines, 3)}
        store = open_store(folder)
        try:
            check(store, acknowledged)
        finally:
            store.close()
    assert len(acknowledged) > 50


def check(store, acknowledged):
    accounts = store.accounts.all(store.db.reading)
    if not accounts:
        assert not acknowledged
        return
    rooms = store.of(accounts[0])
    open_before = {call.id for call in store.call_records.open_ones(store.db.reading)}
    now = SystemClock().now()
    recovered = store.recover(rooms, measure=lambda *_: 20, now=now)
    assert set(recovered.calls) == open_before
    assert not open_before & set(acknowledged)
    # every call has ended, the acknowledged ones by themselves and with all their facts
    for call in acknowledged:
        record = store.call_records.get(call)
        assert (record.state, record.cause) == ("ended", "normal")
        assert len(store.timeline.of_call(call)) == 8
    assert store.call_records.open_ones(store.db.reading) == []
    for call in open_before:
        assert store.call_records.get(call).cause == "interrupted"
        assert store.timeline.facts_of(call)[-1].name() == "CallEnded"
    # every recording has come to its end, and its file is where it belongs
    assert rooms.recordings.open_ones(open_before) == []
    for recording in rooms.recordings.page(count=10_000):
        kept = store.folder.recordings / f"{recording.id}-0.rfr"
        assert kept.exists() == (recording.state == "saved")
    # every party can be read: its key was on disk before its row
    with purpose("call_record"):
        for party, phone in acknowledged.values():
            assert store.parties.address(store.db.reading, party) == phone
    # the log and the events go together, without gap or double
    events = store.timeline.since(0, count=1_000_000)
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    leaves = [event.leaf for event in events]
    assert leaves == sorted(set(leaves))
    # what was opened above is itself noted in the log: wait until that is written
    store.db.submit(lambda _: None).result()
    size = store.trail.size
    assert prover(store.db.reading).root(size) == store.trail._log.root()
    # the jobs of ended calls wait to be done
    assert store.outbox.counts()["ready"] >= len(acknowledged)
    assert asyncio.run(store.outbox.lease(now=now, count=1, lease_ms=1))
    assert store.db.reading._cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_keys_survive_a_kill_in_the_middle_of_a_new_epoch(tmp_path):
    folder, rng = tmp_path / "data", random.Random(2)
    store = open_store(folder)
    serials = [store.keystore.take() for _ in range(2_000)]
    keys = [store.keystore.key(serial) for serial in serials]
    store.close()
    for _ in range(6):
        child = start("epochs", folder)
        finished = whole(kill(child, after=rng.randint(0, 3), then=rng.uniform(0, 0.05)), 1)
        store = open_store(folder)
        assert [store.keystore.key(serial) for serial in serials] == keys
        if finished:
            assert store.keystore.epoch >= int(finished[-1][0])
        store.close()


@pytest.mark.parametrize("used", [False, True])
def test_a_second_process_is_refused_and_harms_nothing(tmp_path, used):
    folder = tmp_path / "data"
    store = open_store(folder)
    if used:
        store.keystore.take()
        store.keystore.save()
    said = subprocess.run(
        [sys.executable, str(CHILD), "calls", str(folder)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode != 0
    assert "keystore_in_use" in said.stderr
    assert "open" not in said.stdout
    store.keystore.take()
    store.close()
    open_store(folder).close()


def test_a_new_folder_is_migrated_by_a_process_of_its_own(tmp_path):
    """And the serving process has imported neither Alembic nor another SQLite."""
    script = (
        "import sys; from pathlib import Path\n"
        "from ringfence.kernel.clock import SystemClock\n"
        "from ringfence.kernel.entropy import SystemEntropy\n"
        "from ringfence.storage.folder import DataFolder\n"
        "from ringfence.storage.store import Store\n"
        "folder = DataFolder(Path(sys.argv[1]))\n"
        "Store.open(folder, clock=SystemClock(), entropy=SystemEntropy()).close()\n"
        "print(sorted({'alembic', 'mako', 'sqlite3', '_sqlite3'} & set(sys.modules)))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "data")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert said.stdout.strip() == "[]", said.stderr
    db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
    assert db.execute("SELECT version_num FROM alembic_version").get
    db.close()


def test_a_migration_that_fails_says_so_and_leaves_the_file_alone(tmp_path):
    folder = DataFolder(tmp_path / "data")
    folder.make()
    folder.database.write_bytes(b"")
    folder.root.chmod(0o700)
    from ringfence.kernel.errors import Refused
    from ringfence.storage.migrations import bring_up_to_date

    missing = folder.root / "nowhere" / "ringfence.db"
    with pytest.raises(Refused) as refused:
        bring_up_to_date(missing)
    assert refused.value.code == "migration_failed"
