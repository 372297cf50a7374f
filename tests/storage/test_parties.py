"""The room for people: one party per address and account, found again, sealed."""

import apsw
import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import ID_BLUR_MS, PARTY_CACHE
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.parties import canonical

ANN, BOB = Phone("+12025550123"), Phone("+442079460001")


def test_an_address_is_one_party_for_ever(store, rooms, account, clock, settle):
    ann = rooms.parties.resolve(ANN, clock.now())
    assert rooms.parties.resolve(ANN, clock.now()) == ann
    assert rooms.parties.resolve(BOB, clock.now()) != ann
    settle()
    rooms.parties.forget(ann)
    assert rooms.parties.resolve(ANN, clock.now()) == ann
    fresh = store.parties.of(account)
    assert fresh.resolve(ANN, clock.now()) == ann
    assert fresh.find(ANN) == ann


def test_finding_makes_nobody(rooms, clock):
    assert rooms.parties.find(ANN) is None
    assert rooms.parties.find("sip:ann@example.com") is None
    ann = rooms.parties.resolve(ANN, clock.now())
    assert rooms.parties.find(ANN) == ann


@pytest.mark.promise("CLS-06")
def test_the_address_opens_under_a_purpose(store, rooms, clock, settle):
    ann = rooms.parties.resolve(ANN, clock.now())
    sip = rooms.parties.resolve("SIP:Ann@EXAMPLE.com;transport=tcp", clock.now())
    settle()
    with pytest.raises(Refused):
        store.parties.address(store.db.reading, ann)
    with purpose("connect_call"):
        assert store.parties.address(store.db.reading, ann) == "+12025550123"
        assert store.parties.address(store.db.reading, sip) == "sip:Ann@example.com"
        with pytest.raises(Refused) as refused:
            store.parties.address(store.db.reading, "PA-none")
        assert refused.value.code == "not_found"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("sip:ann@EXAMPLE.com", "sip:ann@example.com"),
        (" SIPS:Ann@Example.com:5061 ", "sips:Ann@example.com:5061"),
        ("sip:ann@example.com;transport=udp?Subject=x", "sip:ann@example.com"),
        ("sip:EXAMPLE.com", "sip:example.com"),
        ("anonymous", "anonymous"),
    ],
)
def test_the_same_sip_address_is_written_in_one_way(address, expected):
    assert canonical(address) == expected


def test_two_who_hide_their_number_are_two(rooms, store, clock, settle):
    one, two = (rooms.parties.resolve("", clock.now()) for _ in range(2))
    assert one != two
    settle()
    with purpose("call_record"):
        assert store.parties.address(store.db.reading, one) == ""


def test_two_accounts_know_the_same_caller_apart(store, rooms, clock, settle):
    other = store.db.submit(
        lambda tx: store.accounts.add(
            tx, "AC" + "0" * 32, name="Other", auth_token="x", now=clock.now()
        )
    ).result(5)
    ann = rooms.parties.resolve(ANN, clock.now())
    assert store.parties.of(other).resolve(ANN, clock.now()) != ann
    settle()


def test_destroying_the_key_makes_the_address_noise(store, rooms, clock, settle):
    ann, bob = (rooms.parties.resolve(phone, clock.now()) for phone in (ANN, BOB))
    settle()
    store.keystore.destroy([store.parties.key_serial(store.db.reading, ann)])
    with purpose("call_record"):
        with pytest.raises(Refused) as refused:
            store.parties.address(store.db.reading, ann)
        assert refused.value.code == "erased"
        assert store.parties.address(store.db.reading, bob) == BOB.e164


def test_memory_is_bounded_and_what_left_it_is_found_again(rooms, clock, settle, monkeypatch):
    monkeypatch.setattr("ringfence.storage.parties.PARTY_CACHE", 10)
    made = [rooms.parties.resolve(Phone(f"+447700900{n:03d}"), clock.now()) for n in range(50)]
    settle()
    rooms.parties.resolve(BOB, clock.now())  # lets go of what is durable by now
    assert len(rooms.parties._known) <= 10
    assert list(rooms.parties._pending) == [BOB.e164]
    again = [rooms.parties.resolve(Phone(f"+447700900{n:03d}"), clock.now()) for n in range(50)]
    assert again == made
    assert PARTY_CACHE >= 1000


def test_a_caller_is_known_while_the_disk_is_full(open_store, disk, clock, monkeypatch):
    """Full disk: calls still connect, and the parties are stored when there is room again."""
    store = open_store(vfs=disk.name)
    account = store.db.submit(
        lambda tx: store.accounts.add(tx, "AC" + "1" * 32, name="x", auth_token="x", now=1)
    ).result(5)
    rooms = store.of(account)
    disk.fail_after(1, apsw.FullError)
    made = [rooms.parties.resolve(Phone(f"+447700900{n:03d}"), clock.now()) for n in range(300)]
    assert [
        rooms.parties.resolve(Phone(f"+447700900{n:03d}"), clock.now()) for n in range(300)
    ] == made
    disk.mend()
    store.db.submit(lambda tx: None, patient=True).result(10)
    fresh = store.parties.of(account)
    assert [fresh.find(Phone(f"+447700900{n:03d}")) for n in range(300)] == made


def test_a_party_that_could_not_be_stored_is_let_go(
    store, rooms, clock, settle, logged, monkeypatch
):
    """A failure of the row itself (not of the disk) must not stick to the address."""
    ann = rooms.parties.resolve(ANN, clock.now())
    settle()
    make = store.parties.make

    def with_a_taken_id(*args):
        _, row = make(*args)
        return ann, (ann, *row[1:])

    monkeypatch.setattr(store.parties, "make", with_a_taken_id)
    rooms.parties.resolve(BOB, clock.now())
    settle()
    assert [line["event"] for line in logged] == ["unit_failed"]
    monkeypatch.undo()
    rooms.parties.resolve(Phone("+12025550124"), clock.now())
    bob = rooms.parties.resolve(BOB, clock.now())
    assert bob != ann
    settle()
    assert store.parties.of(rooms.account).find(BOB) == bob


def test_the_id_of_a_person_does_not_tell_when_they_called_first(rooms, store, clock, settle):
    """The ledger of erasures keeps it for years, and carriers know who called when."""
    clock.advance(-clock.now() % ID_BLUR_MS)
    made = set()
    for number in range(20):
        clock.advance(3_600_007)
        made.add(rooms.parties.resolve(Phone(f"+120255501{number:02d}"), clock.now()))
    settle()
    assert len(made) == 20
    assert len({party[:14] for party in made}) == 1
    assert len({party[14:20] for party in made}) == 20  # nor between which other ids it was made
