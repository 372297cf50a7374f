"""The register of recipients, and corrections beside the original."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.cases_disclosures import Recipient

CASE = "CS" + "1" * 32


def write(store, unit):
    return store.db.submit(unit).result(5)


@pytest.fixture
def party(store, rooms, clock):
    found = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    store.db.submit(lambda tx: None).result(5)
    return found


def disclose(store, rooms, clock, party, **changes):
    fields = {
        "party": party, "case": CASE, "kind": "provider", "fields": ["calls"],
        "recipient": Recipient(name="Other Ltd", url="https://example.com/in"),
        "basis": "GDPR 20", "now": clock.now(),
    }  # fmt: skip
    return write(store, lambda tx: rooms.disclosures.add(tx, **{**fields, **changes}))


def test_a_disclosure_says_who_got_what_and_why(store, rooms, clock, party):
    made = disclose(store, rooms, clock, party)
    (found,) = rooms.disclosures.of_party(store.db.reading, party)
    assert (found.id, found.fields, found.basis) == (made, ["calls"], "GDPR 20")
    with purpose("answer_rights"):
        assert rooms.disclosures.recipient(found).name == "Other Ltd"
    with pytest.raises(Refused), purpose("billing"):
        rooms.disclosures.recipient(found)
    assert rooms.disclosures.of_case(store.db.reading, CASE) == [found]


def test_the_leaf_of_a_gagged_disclosure_does_not_name_the_person(store, rooms, clock, party):
    disclose(store, rooms, clock, party, hidden_until=clock.now() + 10)
    rows = store.db.reading._cursor.execute(
        "SELECT party_id FROM audit_records WHERE kind = 'disclosed'"
    ).fetchall()
    assert rows == [(None,)]
    write(store, lambda tx: rooms.disclosures.unhide(tx, CASE))
    (found,) = rooms.disclosures.of_party(store.db.reading, party)
    assert found.hidden_until is None


def test_whether_a_change_was_sent_and_taken(store, rooms, clock, party):
    made = disclose(store, rooms, clock, party)
    write(store, lambda tx: rooms.disclosures.told(tx, made, now=clock.now()))
    write(store, lambda tx: rooms.disclosures.taken(tx, made, now=clock.now() + 1))
    found = rooms.disclosures.get(store.db.reading, made)
    assert (found.told_at, found.taken_at) == (clock.now(), clock.now() + 1)
    with pytest.raises(Refused):
        rooms.disclosures.get(store.db.reading, "nothing")


def test_a_correction_is_added(store, rooms, clock, party):
    write(
        store,
        lambda tx: rooms.disclosures.amend(
            tx, party=party, case=CASE, what="name", record=None, value="Ada", now=clock.now()
        ),
    )
    (found,) = rooms.disclosures.amendments(store.db.reading, party)
    assert found.what == "name"
    with purpose("answer_rights"):
        assert rooms.disclosures.value(found) == "Ada"
