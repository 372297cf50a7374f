"""The log at rest: it goes on after restarts, proves itself and notices tampering."""

import json

import pytest
from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.errors import Refused
from ringfence.privacy import audit, checkpoint
from ringfence.storage.audit import last_checkpoint, prover, record_bytes
from ringfence.storage.schema import audit_records, audit_tiles
from ringfence.storage.statement import Statement


def note(store, count, kind="opened"):
    def work(tx):
        for n in range(count):
            store.trail.note(tx, kind, at=n, body={"n": n})

    store.db.submit(work).result(20)


def test_what_was_done_is_a_row_and_a_provable_leaf(store, account):
    leaf = store.db.submit(
        lambda tx: store.trail.note(tx, "destroyed", at=7, account=account.id, body={"by": "x"})
    ).result(5)
    _ = audit_records.c
    [row] = store.db.reading.rows(Statement(select(_.kind, _.at, _.account_id, _.body)))
    assert row == ("destroyed", 7, account.id, '{"by":"x"}')
    record = record_bytes(
        "destroyed", 7, account.id, json.dumps({"by": "x"}).replace(" ", "").encode()
    )
    salt = store.vault.salt(account.seal_key, f"audit:{leaf}")
    entry = audit.commitment(salt, leaf, record)
    proof = prover(store.db.reading)
    assert audit.verify_inclusion(
        audit.leaf_hash(entry), leaf, 1, proof.inclusion(leaf, 1), proof.root(1)
    )


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_the_log_goes_on_after_a_restart(store, open_store, size):
    note(store, size)
    old = store.trail._log.root()
    store.close()
    again = open_store()
    assert again.trail.size == size
    assert again.trail._log.root() == old
    note(again, 300)
    proof = prover(again.db.reading)
    assert proof.root(size) == old
    steps = proof.consistency(size, size + 300)
    assert audit.verify_consistency(size, size + 300, steps, old, again.trail._log.root())


def test_checkpoints_are_signed_stored_and_verified(store):
    assert last_checkpoint(store.db.reading) is None
    signer = store.signer()
    note(store, 3)
    signed = store.db.submit(lambda tx: store.trail.checkpoint(tx, signer, at=5)).result(5)
    store.db.submit(lambda tx: store.trail.checkpoint(tx, signer, at=6)).result(5)
    assert last_checkpoint(store.db.reading) == signed
    head = checkpoint.verify(signed, name=signer.name, public=signer.public)
    assert (head.size, head.root) == (3, prover(store.db.reading).root(3))
    assert store.signer().public == signer.public


_t = audit_tiles.c
ENTRIES = Statement(
    update(audit_tiles)
    .where(_t.level == -1, _t.number == bindparam("nr"))
    .values(data=bindparam("data")),
    "data",
    "level_1",
    "nr",
)
DROP = Statement(delete(audit_tiles).where(_t.level == bindparam("lvl")))


@pytest.mark.parametrize(
    "harm",
    [
        lambda tx: tx.run(DROP, (1,)),  # a tile is gone
        lambda tx: tx.run(ENTRIES, (b"x" * 33, -1, 1)),  # a torn entry
        lambda tx: tx.run(ENTRIES, (b"x" * 32, -1, 1)),  # entries after the head are dropped
        lambda tx: tx.run(ENTRIES, (b"x" * 44 * 32, -1, 1)),  # entries are changed
        lambda tx: tx.run(DROP, (-1,)),  # all of them are gone
    ],
)
def test_a_log_that_was_torn_or_changed_is_not_served(store, open_store, harm):
    note(store, 300)
    signer = store.signer()
    store.db.submit(lambda tx: store.trail.checkpoint(tx, signer, at=5)).result(5)
    store.close()
    open_store().close()
    store = open_store()
    store.db.submit(harm).result(5)
    store.close()
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "storage_damaged"
