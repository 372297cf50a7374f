"""The whole store: opened in order, closed clean, and nothing personal in it in clear."""

import asyncio
import base64
import errno
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import apsw
import pytest

from ringfence.kernel.clock import DAY, MINUTE, SystemClock, VirtualClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy import checkpoint
from ringfence.privacy.purposes import purpose
from ringfence.storage import ballast
from ringfence.storage.folder import DataFolder
from ringfence.storage.keystore_file import KeystoreFile
from ringfence.storage.numbers import Number
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.store import Store
from ringfence.storage.trunks import Trunk

# --- opening ------------------------------------------------------------------------------------


def test_a_folder_is_made_and_opened_again(open_store):
    store = open_store()
    secret = store.secret("nonce")
    assert len(secret) == 32
    assert store.secret("session") != secret
    store.close()
    store.close()
    again = open_store()
    assert again.secret("nonce") == secret
    assert "data" in repr(again)


def test_a_database_without_its_keystore_is_not_served(open_store, store):
    store.close()
    for path in store.folder.keys.iterdir():
        path.unlink()
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "keystore_missing"


def test_a_second_opening_is_refused_and_harms_nothing(open_store, store, account):
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "keystore_in_use"
    assert store.accounts.all(store.db.reading) == [account]


def test_a_folder_that_is_a_file_is_refused(open_store, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(Refused) as refused:
        open_store(tmp_path / "file")
    assert refused.value.code == "folder_unusable"


def test_a_database_that_is_a_folder_is_refused(open_store, tmp_path):
    (tmp_path / "data" / "ringfence.db" / "x").mkdir(parents=True)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code in {"folder_unusable", "storage_unavailable"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_called_by_its_name(open_store, monkeypatch, number):
    def full(_folder):
        raise OSError(number, "no room")

    monkeypatch.setattr(DataFolder, "make", full)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "storage_full"
    assert "make room" in refused.value.reason


@pytest.mark.parametrize(
    ("error", "room", "code"),
    [
        (apsw.FullError, True, "storage_full"),
        (apsw.IOError, False, "storage_full"),  # the index of the log file finds no room
        (apsw.IOError, True, "storage_unavailable"),
    ],
)
def test_a_database_without_room_is_refused_by_its_name(open_store, monkeypatch, error, room, code):
    def check(_keystore):
        raise error("the disk says no")

    monkeypatch.setattr(ballast, "is_full", lambda _: not room)
    monkeypatch.setattr(KeystoreFile, "check", check)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == code


def test_a_damaged_database_is_refused(open_store, store):
    store.close()
    whole = store.folder.database.read_bytes()
    store.folder.database.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "storage_damaged"
    assert "ringfence restore BACKUP" in refused.value.reason


def test_a_failing_migration_leaves_nothing_open(tmp_path, clock):
    from ringfence.kernel.entropy import SystemEntropy
    from ringfence.storage.store import Store

    def fails(_path):
        raise Refused("migration_failed", "no")

    folder = DataFolder(tmp_path / "data")
    with pytest.raises(Refused):
        Store.open(folder, clock=clock, entropy=SystemEntropy(), migrate=fails)
    Store.open(
        folder, clock=clock, entropy=SystemEntropy(), migrate=lambda path: _migrate(path)
    ).close()


def _migrate(path):
    from ringfence.storage.migrations.run import migrate

    migrate(path)


def test_the_log_is_signed_as_it_stands(store, account, story, clock, settle):
    store.calls.record(story().whole(), clock.now())
    signer = store.signer()
    signed = asyncio.run(store.sign_log(clock.now()))
    head = checkpoint.verify(signed, name=signer.name, public=signer.public)
    assert head.size == 9
    assert signer.name.startswith("ringfence/")
    assert account.id not in signed


# --- keys before rows ---------------------------------------------------------------------------


def test_every_key_a_row_names_is_on_disk_before_the_row(tmp_path, open_store, make_story, disk):
    """Invariant: wherever the disk dies, every party in the database can be opened afterwards."""
    for n in range(1, 60, 3):
        store = open_store(tmp_path / str(n), vfs=disk.name)
        one = make_story(store)
        rooms = store.of(one.account)
        store.db.submit(lambda tx: None).result(10)
        disk.fail_after(n, apsw.IOError)
        for number in range(130):  # more than a shelf
            rooms.parties.resolve(Phone(f"+447700900{number:03d}"), 1)
            if number % 40 == 0:
                try:
                    store.db.submit(lambda tx: None).result(10)
                except Refused:
                    break
        store.db.close()  # and no goodbye of the keystore: as a kill would leave it
        disk.mend()
        store.keystore._db.close()
        store.keystore._closed = True
        again = open_store(tmp_path / str(n))
        parties = [row[0] for row in apsw_rows(again.folder.database, "SELECT id FROM parties")]
        assert parties
        with purpose("call_record"):
            for party in parties:
                assert again.parties.address(again.db.reading, party).startswith("+")
        again.close()


def apsw_rows(path, sql):
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


# --- nothing personal in clear --------------------------------------------------------------------

CANARIES = {
    "caller": "+12025550187",
    "sip caller": "sip:zanzibar.canary@192.0.2.77",
    "own number": "+442079460777",
    "account name": "Canary & Daughters",
    "auth token": "tok-canary-7f3a9c",
    "admin link": "link-canary-11aa",
    "flow": "say hello to Cornelia Canary at +12025550166",
    "voice url": "https://canary:hush@example.com/voice",
    "trunk user": "trunkcanary88",
    "trunk password": "hunter-canary-2",
    "phone user": "reception.canary",
    "phone digest": "0ddba11c0ffee0ddba11c0ffee0ddba1",
    "webhook body": "From=%2B12025550187&Digits=90210",
    "recording": "canary singing in a recording",
}


def encodings(text):
    """A text in the forms in which it might lie about."""
    raw = text.encode()
    forms = {
        "utf-8": raw,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "reversed": raw[::-1],
    }
    for shift in range(3):  # base64 looks different at each of three offsets
        encoded = base64.b64encode(b"\0" * shift + raw)
        forms[f"base64+{shift}"] = encoded[4 if shift else 0 : -4]
        forms[f"base64url+{shift}"] = base64.urlsafe_b64encode(b"\0" * shift + raw)[
            4 if shift else 0 : -4
        ]
    digits = "".join(character for character in text if character.isdigit())
    if text.startswith("+"):
        forms["digits"] = digits.encode()
        forms["national"] = digits[-10:].encode()
        forms["integer"] = int(digits).to_bytes(8, "big").lstrip(b"\0")
        forms["integer-le"] = int(digits).to_bytes(8, "little").rstrip(b"\0")
    return forms


def leaks(folder):
    """Where any canary lies in clear, in any file below ``folder``."""
    wanted = [
        (f"{name} as {form}", needle)
        for name, text in CANARIES.items()
        for form, needle in encodings(text).items()
        if len(needle) >= 5
    ]
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [f"{what} in {path.name}" for what, needle in wanted if needle in data]
    return found


@dataclass
class Job:
    kind: str = "webhook"
    body: dict = field(default_factory=dict)
    account: str | None = None
    secret: bytes | None = None
    party: str | None = None
    unique: str | None = None
    run_at: int | None = None


@dataclass
class Channel:
    leg: str
    incoming: bool
    party: str | None


def use_everything(store, account, clock, story):
    """Put every canary wherever the store has a place for such a thing."""
    rooms = store.of(account)

    def work(tx):
        store.accounts.set_auth_token(tx, account, CANARIES["auth token"])
        store.accounts.add_token(
            tx, account, CANARIES["admin link"], kind="admin_link", now=1, expires_at=10**15
        )
        flow = rooms.flows.put(
            tx, "FW" + "1" * 32, name="welcome", document=CANARIES["flow"].encode(), now=1
        )
        for digit, phone, route in (
            ("1", CANARIES["own number"], {"route": "flow", "flow": flow.id}),
            ("2", "+442079460778", {"route": "url", "voice": CANARIES["voice url"]}),
        ):
            number = Number(
                id="PN" + digit * 32, account=account.id, phone=Phone(phone), created_at=1, **route
            )
            rooms.numbers.put(tx, number)
        rooms.trunks.add(tx, Trunk(
            id="TK" + "1" * 32, account=account.id, name="carrier", kind="register",
            host="sip.example.com", username=CANARIES["trunk user"],
            password=CANARIES["trunk password"], created_at=1,
        ))  # fmt: skip
        rooms.phones.add(tx, PhoneDevice(
            id="PD" + "1" * 32, account=account.id, username=CANARIES["phone user"],
            realm="ringfence", ha1={"MD5": CANARIES["phone digest"]}, created_at=1,
        ))  # fmt: skip

    store.db.submit(work).result(5)
    one = story(caller=CANARIES["caller"], called=CANARIES["own number"])
    sip = rooms.parties.resolve(CANARIES["sip caller"], clock.now())
    [file] = rooms.recordings.begin(
        one.recording, one.call, "voicemail", [Channel(one.leg, True, one.caller)], clock.now()
    )
    sealed = store.vault.seal(
        account.seal_key, CANARIES["recording"].encode(), context="not how it is done, but sealed"
    )
    Path(file.path).write_bytes(sealed)
    for fact in one.whole():
        store.calls.record([fact], clock.now())
    asyncio.run(store.outbox.enqueue(
        [Job(account=account.id, party=one.caller, secret=CANARIES["webhook body"].encode())],
        now=clock.now(),
    ))  # fmt: skip
    with purpose("call_record", actor="operator"):
        assert store.parties.address(store.db.reading, one.caller) == CANARIES["caller"]
        assert store.parties.address(store.db.reading, sip) == CANARIES["sip caller"]
    signer = store.signer()
    store.db.submit(lambda tx: store.trail.checkpoint(tx, signer, at=clock.now())).result(5)


@pytest.fixture
def named_account(store, clock):
    return store.db.submit(
        lambda tx: store.accounts.add(
            tx, "AC" + "1" * 32, name=CANARIES["account name"], auth_token="x", now=clock.now()
        )
    ).result(5)


def test_nothing_personal_lies_in_clear_while_open_or_closed(
    store, named_account, clock, story, logged
):
    use_everything(store, named_account, clock, story)
    assert leaks(store.folder.root) == []  # with the write-ahead log as it is
    store.close()
    assert leaks(store.folder.root) == []
    assert not any(text in repr(logged) for text in CANARIES.values())


def test_nothing_personal_lies_in_clear_while_the_disk_fails(
    tmp_path, open_store, disk, clock, make_story
):
    for n in (3, 9, 17):
        store = open_store(tmp_path / str(n), vfs=disk.name)
        account = make_story(store).account
        disk.fail_after(n, apsw.IOError, once=True)
        try:
            use_everything(store, account, clock, partial(make_story, store))
        except Refused:
            pass
        disk.mend()
        assert leaks(store.folder.root) == []
        store.close()
        assert leaks(store.folder.root) == []


@pytest.mark.parametrize("name", CANARIES)
def test_a_planted_leak_is_found(tmp_path, name):
    for number, (form, needle) in enumerate(encodings(CANARIES[name]).items()):
        place = tmp_path / f"{name.replace(' ', '-')}{number}"
        place.mkdir()
        (place / "page").write_bytes(b"\x01\x02" * 50 + needle + b"\xff" * 50)
        assert any(f"{name} as {form}" in leak for leak in leaks(place)), form


def test_time_goes_on_from_what_was_written_where_the_clock_was_put_back(tmp_path, store, logged):
    now = SystemClock().now()
    store.db.submit(lambda tx: store.trail.note(tx, "noted", at=now + 600_000)).result(5)
    store.close()
    clock = SystemClock()
    again = Store.open(
        DataFolder(tmp_path / "data"), clock=clock, entropy=SystemEntropy(), migrate=lambda _: None
    )
    again.close()
    assert clock.now() >= now + 600_000
    assert 0 < again.clock_behind_ms <= 600_000
    assert [line["event"] for line in logged if line["log_level"] == "warning"] == ["clock_behind"]


def test_a_clock_put_back_for_long_is_believed_and_said(tmp_path, store, logged):
    later = SystemClock().now() + 400 * DAY
    store.db.submit(lambda tx: store.trail.note(tx, "noted", at=later)).result(5)
    store.close()
    clock = SystemClock()
    again = Store.open(
        DataFolder(tmp_path / "data"), clock=clock, entropy=SystemEntropy(), migrate=lambda _: None
    )
    again.close()
    assert clock.now() < later - 399 * DAY
    assert again.clock_behind_ms > 399 * DAY, "the doctor says so"
    assert [line["event"] for line in logged if line["log_level"] == "warning"] == ["clock_behind"]


def test_a_clock_that_leapt_ahead_is_remembered_until_it_is_right_or_believed(
    store, open_store, clock, story
):
    store.calls.record(story().whole(), clock.now())
    noted = clock.now()
    store.close()
    clock.advance(6 * DAY)
    store = open_store()
    assert store.leapt_from is None, "a few days nobody called"
    store.close()
    clock.advance(400 * DAY)
    store = open_store()
    assert store.leapt_from is not None
    assert abs(store.leapt_from - noted) < MINUTE
    # what is written now is dated in the future, and does not make it the present
    store.db.submit(lambda tx: store.trail.note(tx, "noted", at=clock.now())).result(5)
    store.close()
    store = open_store()
    assert store.leapt_from is not None
    store.believe_clock()
    store.close()
    store = open_store()
    assert store.leapt_from is None
    store.close()


def test_a_clock_put_right_again_needs_nobodys_word(store, open_store, clock, story):
    store.calls.record(story().whole(), clock.now())
    store.close()
    ahead = VirtualClock(clock.now() + 400 * DAY)
    store = open_store(clock=ahead)
    assert store.leapt_from is not None
    store.close()
    store = open_store()
    assert store.leapt_from is None
    store.close()


def test_a_keystore_with_a_damaged_shelf_is_not_served_and_says_what_to_do(
    tmp_path, store, rooms, clock, open_store
):
    rooms.parties.resolve(Phone("+12025550123"), clock.now())
    store.close()
    db = apsw.Connection(str(tmp_path / "data" / "keys" / "keystore.db"))
    db.execute("UPDATE shelves SET sealed = zeroblob(length(sealed))")
    db.close()
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "keystore_damaged"
    assert "restore" in refused.value.reason
