"""What we hand out about the log is believed by the verifier that knows nothing of us."""

import base64
import hashlib

import pytest

from ringfence.kernel.clock import DAY
from ringfence.kernel.errors import Refused
from ringfence.privacy import audit_verifier as verifier
from ringfence.privacy.audit import leaf_hash
from ringfence.privacy.checkpoint import Checkpoint, verify
from ringfence.privacy.purposes import purpose
from ringfence.storage.audit_proofs import calls_of, consistency, export, proofs_of


@pytest.fixture
def signed(store, clock):
    """Signs the log as it stands: the head and its note."""

    def sign():
        signer = store.signer()
        note = store.db.submit(
            lambda tx: store.trail.checkpoint(tx, signer, at=clock.now())
        ).result(5)
        return verify(note, name=signer.name, public=signer.public), note

    return sign


@pytest.fixture
def key(store):
    return store.signer().verifier_key()


def proofs(store, party, head, note):
    return list(proofs_of(store.db.reading, party, salt=store.salt, head=head, note=note))


def test_a_person_proves_what_was_written_about_them(store, story, clock, settle, signed, key):
    one = story()
    store.calls.record(one.whole(), clock.now())
    other = story(caller="+12025550199", called="+12025550198")
    store.calls.record(other.whole(), clock.now())
    settle()
    with purpose("call_record"):
        store.parties.address(store.db.reading, one.caller)
    settle()
    head, note = signed()
    found = proofs(store, one.caller, head, note)
    assert sorted(proof.kind for proof in found) == sorted(
        ["opened", *(fact.name() for fact in one.whole())]
    )
    for proof in found:
        told = verifier.prove(proof.text, key)
        assert f"leaf {proof.index} of {head.size}" in told
    assert not any(other.caller in told or other.call in told for told in
                   (verifier.prove(proof.text, key) for proof in found[:2]))  # fmt: skip
    assert calls_of(store.db.reading, one.caller) == [one.call]


def test_an_erased_person_has_no_proofs_and_the_log_stands(
    store, rooms, story, clock, settle, signed
):
    one = story()
    store.calls.record(one.whole(), clock.now())
    settle()
    before, _ = signed()
    clock.advance(181 * DAY)
    planned = store.eraser.plan(rooms.account, one.caller, reason="request", actor="operator")
    store.eraser.carry_out(planned.id)
    head, note = signed()
    assert proofs(store, one.caller, head, note) == []
    assert head.size > before.size


def test_the_log_is_shown_to_have_only_grown(store, story, clock, settle, signed, key):
    old, old_note = signed_after(store, story, clock, settle, signed)
    new, new_note = signed_after(store, story, clock, settle, signed)
    steps = consistency(store.db.reading, old.size, new.size)
    assert "begins with" in verifier.extends(old_note, new_note, steps, key)
    for sizes in ((0, 1), (new.size, old.size)):
        with pytest.raises(Refused):
            consistency(store.db.reading, *sizes)


def signed_after(store, story, clock, settle, signed):
    store.calls.record(story().whole(), clock.now())
    settle()
    return signed()


def test_the_whole_log_is_tiles_whose_root_is_signed(store, clock, signed, tmp_path):
    def grow(tx):
        for number in range(300):
            store.trail.note(tx, "opened", at=clock.now(), body={"n": number})

    store.db.submit(grow).result(10)
    head, note = signed()
    files = export(store.db.reading, tmp_path / "log", size=head.size, note=note)
    found = {str(path.relative_to(tmp_path / "log")) for path in (tmp_path / "log").rglob("*")
             if path.is_file()}  # fmt: skip
    rest = head.size - 256
    assert found == {
        "checkpoint", "tile/0/000", f"tile/0/001.p/{rest}", "tile/entries/000",
        f"tile/entries/001.p/{rest}", "tile/1/000.p/1",
    }  # fmt: skip
    assert files == len(found)
    assert (tmp_path / "log" / "checkpoint").read_text() == note
    bundle = (tmp_path / "log" / "tile" / "entries" / "000").read_bytes()
    assert len(bundle) == 256 * 34
    hashes = (tmp_path / "log" / "tile" / "0" / "000").read_bytes()
    assert leaf_hash(bundle[2:34]) == hashes[:32]
    with pytest.raises(Refused) as refused:
        export(store.db.reading, tmp_path / "log", size=head.size, note=note)
    assert refused.value.code == "backup_in_the_way"


def test_tiles_beyond_a_thousand_have_names_in_threes(tmp_path):
    from ringfence.storage import audit_proofs

    audit_proofs._write(tmp_path, 1_234_067, 256, b"x")
    assert (tmp_path / "x001" / "x234" / "067").exists()


def test_nothing_but_the_record_is_in_a_proof(store, story, clock, settle, signed):
    one = story()
    store.calls.record(one.whole(), clock.now())
    settle()
    head, note = signed()
    extra = proofs(store, one.caller, head, note)[0].text.split("\n")[1]
    record = base64.b64decode(extra.split()[1])
    assert hashlib.sha256(record).digest() not in note.encode()
    assert isinstance(head, Checkpoint)
