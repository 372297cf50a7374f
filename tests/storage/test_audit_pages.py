"""Pages: one leaf for many people, each of whom can prove their own part and no other."""

import base64
import json

import apsw
import pytest

from ringfence.kernel.clock import DAY
from ringfence.kernel.phone import Phone
from ringfence.privacy import audit_verifier as verifier
from ringfence.privacy.audit import commitment, page_entry
from ringfence.privacy.checkpoint import verify
from ringfence.privacy.purposes import purpose
from ringfence.storage import audit, audit_pages, cases_subject
from ringfence.storage.audit_check import check_all
from ringfence.storage.audit_pages import NOBODY, PAGE
from ringfence.storage.audit_proofs import leaves_of, proofs_of


@pytest.fixture
def people(rooms, clock, settle):
    found = [
        rooms.parties.resolve(Phone(f"+120255501{number:02d}"), clock.now()) for number in range(4)
    ]
    settle()
    return found


@pytest.fixture
def show(store, settle):
    def shown(*parties):
        with purpose("call_record", actor="operator"):
            store.parties.addresses(store.db.reading, parties)
        settle()

    return shown


@pytest.fixture
def signed(store, clock):
    def sign():
        signer = store.signer()
        note = store.db.submit(
            lambda tx: store.trail.checkpoint(tx, signer, at=clock.now())
        ).result(5)
        return verify(note, name=signer.name, public=signer.public), note

    return sign


def pages(store, party):
    return [leaf for leaf, _, _ in audit_pages.pages_of(store.db.reading, party)]


@pytest.fixture
def check(clock):
    def whole(store):
        return check_all(
            store.db.reading, store.trail.size, signer=store.signer(), salt=store.salt,
            now=clock.now(),
        )  # fmt: skip

    return whole


def rows(store, sql, *values):
    return store.db.reading._cursor.execute(sql, values).fetchall()


def test_a_page_commits_to_what_a_leaf_of_each_would_say():
    salts = [bytes([n]) * 32 for n in range(3)]
    people = [("PA" + f"{n:032x}", salt) for n, salt in enumerate(salts)]
    members, body = audit_pages.made(
        7, at=5, by='a "reader"', category="user.contact", purpose="call_record", people=people
    )
    page = audit_pages.read(body.decode())
    assert page.joined() == members
    assert [*page.people] == [person for person, _ in people]
    for number, (person, salt) in enumerate(people):
        record = page.record(5, person)
        assert audit_pages.member_of(members, number) == commitment(salt, 7, record)
        assert json.loads(record.split(b"\n", 3)[3]) == {
            "by": 'a "reader"', "category": "user.contact", "purpose": "call_record",
            "what": f"party:{person}",
        }  # fmt: skip
    assert page_entry(members) != page_entry(members[32:])


def test_each_proves_their_own_part_to_a_program_that_knows_nothing_of_us(
    store, people, show, signed
):
    show(*people)
    show(*people[:2])
    head, note = signed()
    key = store.signer().verifier_key()
    for party, times in ((people[0], 2), (people[3], 1)):
        found = list(proofs_of(store.db.reading, party, salt=store.salt, head=head, note=note))
        assert [proof.kind for proof in found] == ["opened"] * times
        for proof in found:
            told = verifier.prove(proof.text, key)
            assert f"party:{party}" in told
            assert not any(other in told for other in people if other != party)
            extra = base64.b64decode(proof.text.split("\n")[1].removeprefix("extra "))
            assert not any(other.encode() in extra for other in people if other != party)


def test_nobody_proves_to_be_on_a_page_they_are_not_on(store, people, show, signed):
    show(*people[:3])
    head, note = signed()
    key = store.signer().verifier_key()
    (proof,) = proofs_of(store.db.reading, people[0], salt=store.salt, head=head, note=note)
    lines = proof.text.split("\n")
    extra = base64.b64decode(lines[1].removeprefix("extra "))
    end = extra.index(b"\0", 32)
    other = extra[:32] + extra[32:end].replace(people[0].encode(), people[3].encode())
    own = commitment(other[:32], proof.index, other[32:])
    for forged in (
        other + extra[end:],  # another person, the same page
        other + extra[end:] + own,  # who is added to it
        other + b"\0" + own,  # on a page of their own
        extra[:end],  # without the page
        extra + bytes(32),  # a page with one more
    ):
        lines[1] = "extra " + base64.b64encode(forged).decode()
        with pytest.raises(SystemExit, match="FALSE"):
            verifier.prove("\n".join(lines), key)


@pytest.fixture
def short_spans(monkeypatch):
    monkeypatch.setattr(audit, "AUDIT_PAGES_SPAN", 3)


@pytest.mark.usefixtures("short_spans")
def test_pages_are_found_in_spans_and_after_the_last(store, people, show, open_store):
    for number in range(8):
        show(*people[: 2 + number % 3])
    assert rows(store, "SELECT count(DISTINCT until) FROM audit_people") == [(2,)]
    assert pages(store, people[0]) == [*range(8)]
    assert pages(store, people[3]) == [2, 5]
    assert audit_pages.waiting(store.db.reading) == 2
    assert len(list(leaves_of(store.db.reading, people[2], store.salt))) == 5
    store.close()
    again = open_store()
    assert again.trail._pages == 2
    assert pages(again, people[0]) == [*range(8)]


@pytest.mark.usefixtures("short_spans")
@pytest.mark.parametrize("shown", [2, 3, 8])
def test_an_erased_person_is_on_no_page_and_the_others_prove_theirs(
    store, rooms, people, show, signed, clock, shown, check
):
    for _ in range(shown):
        show(*people[:2])
    clock.advance(181 * DAY)
    planned = store.eraser.plan(rooms.account, people[0], reason="request", actor="x")
    store.eraser.carry_out(planned.id)
    assert pages(store, people[0]) == []
    everywhere = "SELECT count(*) FROM audit_records WHERE body LIKE ?"
    assert rows(store, everywhere, f"%{people[0]}%") == [(0,)]
    assert rows(store, "SELECT * FROM audit_people WHERE party_id = ?", people[0]) == []
    assert check(store).faults == []
    head, note = signed()
    found = list(proofs_of(store.db.reading, people[1], salt=store.salt, head=head, note=note))
    assert len(found) == shown
    show(people[1], people[2])
    assert check(store).faults == []


def test_a_page_that_was_changed_is_named(store, people, show, tmp_path, check):
    show(*people)
    show(*people[:2])
    assert check(store).faults == []
    assert check(store).proved == store.trail.size
    for harm in (
        "SET at = at + 1",
        "SET body = '{}'",
        "SET body = replace(body, 'operator', 'nobody')",
        f"SET body = replace(body, '{people[0]}', '{people[3]}')",
        f"SET body = replace(body, ',\"{people[1]}\"', '')",
        "SET body = replace(body, 'members\":\"', 'members\":\"AAAA')",
    ):
        db = apsw.Connection(str(tmp_path / "data" / "ringfence.db"))
        chosen = "SELECT leaf, at, body FROM audit_records WHERE kind = ? ORDER BY leaf"
        was = db.execute(chosen, (PAGE,)).fetchall()[0]
        db.execute(f"UPDATE audit_records {harm} WHERE leaf = ?", (was[0],))
        assert check(store).faults != [], harm
        db.execute("UPDATE audit_records SET at = ?, body = ? WHERE leaf = ?", (*was[1:], was[0]))
        db.close()
    assert check(store).faults == []


def test_somebody_on_a_page_is_told_of_it_as_of_any_opening(store, people, show, signed):
    show(*people)
    ((leaf, _, kind, body),) = cases_subject.looked_at(store.db.reading, people[1], ())
    assert kind == "opened"
    assert json.loads(body)["what"] == f"party:{people[1]}"
    assert not any(other in body for other in people if other != people[1])
    head, note = signed()
    ((index, text),) = cases_subject.proofs(
        store.db.reading, [leaf], people[1], salt=store.salt, head=head, note=note
    )
    assert index == leaf
    assert f"party:{people[1]}" in verifier.prove(text, store.signer().verifier_key())


def test_a_span_of_nobody_ends_it(store, people, show):
    show(*people)
    store.db.submit(audit_pages.span).result(5)
    store.db.submit(audit_pages.span).result(5)  # nothing to name
    assert rows(store, "SELECT leaves FROM audit_people WHERE party_id = ?", NOBODY) == [("",)]
    assert pages(store, people[0]) == [0]
