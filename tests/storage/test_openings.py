"""Openings: every one about a person leaves a leaf that says why and for whom, not what."""

import ast
import json
from pathlib import Path

import pytest
from sqlalchemy import select

import ringfence
from ringfence import storage
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy import labels
from ringfence.privacy.labels import CONFIG_SEALED, CREDENTIAL
from ringfence.privacy.purposes import PURPOSES, acting, purpose
from ringfence.storage import openings
from ringfence.storage.audit_proofs import leaves_of
from ringfence.storage.schema import audit_records
from ringfence.storage.statement import Statement

SOURCE = Path(ringfence.__file__).parent
_ = audit_records.c
ALL = Statement(select(_.leaf, _.at, _.kind, _.party_id, _.body).order_by(_.leaf))


def test_opening_a_number_is_written_down(store, rooms, clock, settle):
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    settle()
    clock.advance(5)
    with purpose("call_record", actor="operator"):
        assert store.parties.address(store.db.reading, party) == "+12025550123"
    settle()
    [(leaf, at, kind, whose, body)] = store.db.reading.rows(ALL)
    assert (leaf, at, kind, whose) == (0, clock.now(), "opened", party)
    assert json.loads(body) == {
        "what": f"party:{party}",
        "category": "user.contact.phone_number",
        "purpose": "call_record",
        "by": "operator",
    }
    assert store.trail.size == 1


@pytest.fixture
def people(rooms, clock, settle):
    """Five people nobody has opened yet."""
    found = [
        rooms.parties.resolve(Phone(f"+120255501{number:02d}"), clock.now()) for number in range(5)
    ]
    settle()
    return found


def leaves(store, party):
    return list(leaves_of(store.db.reading, party, store.salt))


def test_a_page_of_numbers_is_one_unit_and_one_leaf(store, people, settle, monkeypatch):
    units, give = [], store.db.give
    monkeypatch.setattr(type(store.db), "give", lambda _, work, *more: units.append((work, more)))
    with purpose("call_record", actor="operator"):
        shown = store.parties.addresses(store.db.reading, people)
        assert store.parties.address(store.db.reading, people[0]) == shown[people[0]]
    assert sorted(shown.values()) == [f"+120255501{number:02d}" for number in range(5)]
    ((unit, more),) = units
    monkeypatch.undo()
    give(unit, *more)
    settle()
    assert [row[2:4] for row in store.db.reading.rows(ALL)] == [
        ("page", None),
        ("opened", people[0]),
    ]
    with purpose("call_record", actor="operator"):
        store.parties.address(store.db.reading, people[1])  # the next one is a unit of its own
    settle()
    assert store.trail.size == 3


def test_every_time_somebody_is_shown_is_an_opening_of_theirs(store, people, clock, settle):
    for reader in ("operator", "manager"):
        clock.advance(5)
        with purpose("call_record", actor=reader):
            store.parties.addresses(store.db.reading, people)
        settle()
    for party in people:
        told = [json.loads(leaf.record.split(b"\n", 3)[3]) for leaf in leaves(store, party)]
        assert [one["by"] for one in told] == ["operator", "manager"]
        assert {one["what"] for one in told} == {f"party:{party}"}
        assert {one["purpose"] for one in told} == {"call_record"}


def test_a_long_page_is_several_leaves(store, rooms, clock, settle):
    parties = [rooms.parties.resolve(f"sip:{n}@example.com", clock.now()) for n in range(300)]
    settle()
    with purpose("call_record"):
        assert len(store.parties.addresses(store.db.reading, parties)) == 300
    settle()
    assert store.trail.size == 2
    assert {len(leaves(store, party)) for party in parties} == {1}


def test_who_was_opened_lately_is_asked_about_again(store, people, settle):
    with purpose("call_record"):
        assert len(store.parties.addresses(store.db.reading, people)) == 5
    settle()
    before = store.trail.size
    with pytest.raises(Refused, match="purpose_missing"):
        store.parties.addresses(store.db.reading, people)
    with purpose("operate"):
        assert store.parties.addresses(store.db.reading, people) == {}
    with acting("auditor", actor="auditor", declared=None), purpose("call_record"):
        assert store.parties.addresses(store.db.reading, people) == {}
    store.openings.restricted.add(store.parties.key_serial(store.db.reading, people[0]))
    with purpose("call_record"):
        assert people[0] not in store.parties.addresses(store.db.reading, people)
    settle()
    assert store.trail.size == before + 1


def test_nobody_who_was_erased_is_shown_from_memory(store, people, settle):
    with purpose("call_record"):
        assert len(store.parties.addresses(store.db.reading, people)) == 5
        store.keystore.destroy([store.parties.key_serial(store.db.reading, people[0])])
        assert [*store.parties.addresses(store.db.reading, people)] == people[1:]
        assert people[0] not in store.openings._known
        store.parties.forget(people[1])
        assert people[1] not in store.openings._known


def test_memory_of_who_was_opened_is_bounded(store, people, monkeypatch):
    monkeypatch.setattr(openings, "PARTY_CACHE", 3)
    with purpose("call_record"):
        assert len(store.parties.addresses(store.db.reading, people)) == 5
        assert len(store.openings._known) == 3
        assert len(store.parties.addresses(store.db.reading, people)) == 5


def test_who_may_not_be_shown_is_left_out_of_a_page(store, rooms, clock, settle):
    parties = [
        rooms.parties.resolve(Phone(f"+120255501{number:02d}"), clock.now()) for number in range(2)
    ]
    settle()
    store.openings.restricted.add(store.parties.key_serial(store.db.reading, parties[0]))
    with purpose("call_record", actor="operator"):
        shown = store.parties.addresses(store.db.reading, [*parties, "PA" + "9" * 32])
    assert list(shown) == [parties[1]]


def test_what_is_about_nobody_leaves_no_leaf(store, account, settle):
    sealed = store.vault.seal(account.seal_key, b"x", context="flow:1")
    with purpose("operate"):
        opened = store.openings.text(
            sealed, serial=account.seal_key, context="flow:1", label=CONFIG_SEALED
        )
    assert opened == "x"
    settle()
    assert store.trail.size == 0


def test_what_did_not_open_leaves_no_leaf(store, account, settle):
    sealed = store.vault.seal(account.seal_key, b"x", context="trunk:1")
    with purpose("operate"), pytest.raises(Refused):
        store.openings.text(sealed, serial=account.seal_key, context="trunk:1", label=CREDENTIAL)
    with purpose("authenticate"), pytest.raises(Refused):
        store.openings.text(sealed, serial=account.seal_key, context="trunk:2", label=CREDENTIAL)
    settle()
    assert store.trail.size == 0


def test_the_key_of_a_record_is_opened_like_its_content(store, account, settle):
    key = store.vault.new_record_key()
    serial = store.keystore.take()
    wrapped = store.vault.wrap(serial, key, context="recording:RE1:0")
    with pytest.raises(Refused):
        store.openings.record_key(wrapped, serial=serial, context="recording:RE1:0")
    with purpose("deliver_content"):
        opened = store.openings.record_key(wrapped, serial=serial, context="recording:RE1:0")
        assert opened == key
        with pytest.raises(Refused):
            store.openings.record_key(wrapped, serial=serial, context="recording:RE1:1")
        store.keystore.destroy([serial])
        gone = store.openings.record_key(wrapped, serial=serial, context="recording:RE1:0")
        assert gone is None
    settle()
    assert [row[2] for row in store.db.reading.rows(ALL)] == ["opened"]


@pytest.mark.promise("CLS-07")
@pytest.mark.parametrize("reason", ["call_record", "billing", "prevent_abuse", "operate"])
def test_who_reads_records_of_calls_does_not_get_their_content(store, settle, reason):
    serial = store.keystore.take()
    key = store.vault.new_record_key()
    wrapped = store.vault.wrap(serial, key, context="recording:RE1:0")
    with purpose(reason, actor="reader"), pytest.raises(Refused) as refused:
        store.openings.record_key(wrapped, serial=serial, context="recording:RE1:0")
    assert refused.value.code == "purpose_not_allowed"
    assert key not in wrapped
    settle()
    assert list(store.db.reading.rows(ALL)) == []


def test_what_opens_for_a_person_is_asked_of_the_gate_with_their_role(store, rooms, clock, settle):
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    settle()
    for role, sees in (("agent", True), ("owner", True), ("auditor", False), ("staff", False)):
        with acting(role, actor=role, declared=None), purpose("call_record"):
            if sees:
                assert store.parties.address(store.db.reading, party) == "+12025550123"
            else:
                with pytest.raises(Refused, match="not_allowed"):
                    store.parties.address(store.db.reading, party)
    settle()
    openers = [json.loads(row[4])["by"] for row in store.db.reading.rows(ALL)]
    assert openers == ["agent", "owner"]


def test_the_key_of_somebodys_voice_is_opened_as_something_about_them(store, rooms, clock, settle):
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    settle()
    serial = store.parties.key_serial(store.db.reading, party)
    wrapped = store.vault.wrap(serial, bytes(32), context="recording:RE1:0")
    with purpose("deliver_content"):
        store.openings.record_key(wrapped, serial=serial, context="recording:RE1:0", party=party)
    settle()
    found = "SELECT count(*) FROM audit_records WHERE party_id = ? AND kind = 'opened'"
    assert store.db.reading._cursor.execute(found, (party,)).fetchall() == [(1,)]


def opened_values():
    """Yield file, line and label of every place of the repositories where something opens."""
    for path in sorted(Path(storage.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = ast.unparse(node.func.value)
            if node.func.attr in {"open", "text", "people"} and owner.endswith("openings"):
                labels = [key.value for key in node.keywords if key.arg == "label"]
                yield path.name, node.lineno, ast.unparse(labels[0]) if labels else ""


@pytest.mark.promise("PUR-02")
def test_every_repository_function_that_opens_something_declares_its_purposes():
    found = [*opened_values()]
    assert len(found) >= 5
    for name, line, label in found:
        assert label, f"{name}:{line} opens something that has no label"
        if label != "label":  # handed on by a caller, which names it
            declared = getattr(labels, label)
            assert declared.purposes, f"{name}:{line}"
            assert set(declared.purposes) <= set(PURPOSES), f"{name}:{line}"


@pytest.mark.promise("PUR-02")
def test_nothing_is_unsealed_past_the_lock_but_by_the_vault_and_the_archives():
    users = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if any(
            isinstance(node, ast.Call) and ast.unparse(node.func) == "unseal"
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    }
    # the archive of a rights case has a key of its own, opened under a purpose before
    assert users <= {"privacy/vault.py", "storage/cases_archives.py"}
