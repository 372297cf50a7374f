"""A disk that can be made to fail, and stores in data folders of their own."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path

import apsw
import pytest
from logged import listen

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.phone import Phone
from ringfence.storage.folder import DataFolder
from ringfence.storage.migrations.run import migrate
from ringfence.storage.store import Store

_NAMES = itertools.count()
_MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path(tmp_path):
    """A folder in memory where there is such a thing: forcing it to the disk costs nothing."""
    if not _MEMORY.is_dir():
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="ringfence-test-", dir=_MEMORY))
    yield folder
    shutil.rmtree(folder)


class FailingDisk(apsw.VFS):
    """SQLite's own file layer, with a countdown: the n-th write, sync or cut fails.

    ``fail_after(n, error)``: the n-th call from now raises, and every one after it until
    `mend`; ``once=True``: only that one. ``log`` names what was called, in order.
    """

    def __init__(self):
        self.name = f"failing-{next(_NAMES)}"
        self.calls = 0
        self._fail_at = None
        self._once = False
        self._error = apsw.FullError
        super().__init__(self.name, base="")

    def xOpen(self, name, flags):  # noqa: N802
        return FailingFile(self, name, flags)

    def fail_after(self, count, error=apsw.FullError, *, once=False):
        self._fail_at = self.calls + count
        self._once = once
        self._error = error

    def mend(self):
        self._fail_at = None

    def touch(self):
        self.calls += 1
        if self._fail_at is None or self.calls < self._fail_at:
            return
        if self._once and self.calls > self._fail_at:
            return
        raise self._error("the disk says no")


class FailingFile(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data, offset):  # noqa: N802
        self._disk.touch()
        super().xWrite(data, offset)

    def xSync(self, flags):  # noqa: N802
        self._disk.touch()  # and no more: the kernel keeps what a killed process wrote

    def xTruncate(self, size):  # noqa: N802
        self._disk.touch()
        super().xTruncate(size)


@pytest.fixture
def disk():
    disk = FailingDisk()
    yield disk
    disk.mend()
    disk.unregister()


# --- stores -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def blank_database(tmp_path_factory):
    """A migrated, empty database to copy: migrating one for every test would take minutes."""
    path = tmp_path_factory.mktemp("blank") / "ringfence.db"
    migrate(path)
    return path


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def open_store(tmp_path, blank_database, clock):
    """Opens the store in ``tmp_path/data``; every store opened is closed at the end."""
    opened = []

    def lay_down(path):
        if not path.exists():
            shutil.copy(blank_database, path)

    def open_it(folder=None, **options):
        options.setdefault("gather_ms", 0)
        store = Store.open(
            DataFolder(folder or tmp_path / "data"),
            clock=options.pop("clock", clock),
            entropy=SystemEntropy(),
            migrate=lay_down,
            **options,
        )
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def account(store, clock):
    return add_account(store, clock)


@pytest.fixture
def rooms(store, account):
    return store.of(account)


def add_account(store, clock):
    name = ids.make("account", clock.now(), SystemEntropy())
    return store.db.submit(
        lambda tx: store.accounts.add(
            tx, name, name="Example Ltd", auth_token="a-token-of-the-account", now=clock.now()
        )
    ).result(5)


class Story:
    """The facts of one inbound call to a menu, a step at a time."""

    def __init__(self, account, rooms, clock, caller="+12025550123", called="+442079460001"):
        self.clock, self.account = clock, account
        entropy = SystemEntropy()
        now = clock.now()
        self.call = ids.make("call", now, entropy)
        self.leg = ids.make("leg", now, entropy)
        self.recording = ids.make("recording", now, entropy)
        self.caller = rooms.parties.resolve(Phone(caller), now)
        self.called = rooms.parties.resolve(Phone(called), now)
        self.begun = now

    def _fact(self, kind, **fields):
        return kind(at=self.clock.advance(10), call=self.call, **fields)

    def offered(self):
        return self._fact(
            events.CallOffered,
            account=self.account.id,
            leg=self.leg,
            caller=self.caller,
            called=self.called,
        )

    def rang(self):
        return self._fact(events.CallRang)

    def answered(self):
        return self._fact(events.CallAnswered, codec="PCMU")

    def digits(self):
        return self._fact(events.DigitsCollected, count=1, reason="max_digits")

    def requested(self):
        return self._fact(
            events.RecordingRequested,
            recording=self.recording,
            source="voicemail",
            legs=(self.leg,),
            parties=(self.caller,),
        )

    def started(self):
        return self._fact(events.RecordingStarted, recording=self.recording)

    def saved(self, **changes):
        fields = {"reason": "stopped", "duration_ms": 2000, "size": 99, "sha256": ("aa",)}
        return self._fact(
            events.RecordingSaved,
            recording=self.recording,
            source="voicemail",
            **(fields | changes),
        )

    def failed(self):
        return self._fact(
            events.RecordingFailed, recording=self.recording, source="voicemail", reason="empty"
        )

    def leg_ended(self):
        return self._fact(
            events.LegEnded,
            leg=self.leg,
            role="caller",
            cause=Cause.NORMAL,
            by_far_end=True,
            party=self.caller,
        )

    def ended(self, **changes):
        fields = {
            "account": self.account.id,
            "direction": "inbound",
            "cause": Cause.NORMAL,
            "hung_up_by": "caller",
            "missed": True,
            "offered_at": self.begun,
            "rang_at": None,
            "answered_at": self.begun + 20,
            "answered_by_person_at": None,
            "ended_at": self.clock.now(),
            "duration_ms": 5000,
            "talk_ms": 0,
            "codec": "PCMU",
            "mos_x100": 441,
        }
        return self._fact(events.CallEnded, **(fields | changes))

    def whole(self):
        return [
            self.offered(), self.rang(), self.answered(), self.digits(), self.requested(),
            self.started(), self.saved(), self.leg_ended(), self.ended(),
        ]  # fmt: skip


@pytest.fixture
def story(account, rooms, clock):
    """Makes stories: ``story()``, ``story(caller="+1...")``."""
    return lambda **options: Story(account, rooms, clock, **options)


@pytest.fixture
def make_story(clock):
    """Makes a story in a store of its own, with an account of its own."""

    def make(store, **options):
        account = add_account(store, clock)
        return Story(account, store.of(account), clock, **options)

    return make


@pytest.fixture
def settle(store):
    """Waits until everything given to the writer is durable."""
    return lambda: store.db.submit(lambda tx: None).result(10)


@pytest.fixture
def logged(monkeypatch):
    """The log lines of the test, as dictionaries."""
    return listen(monkeypatch)
