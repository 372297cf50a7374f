"""The audit tree against a plain reading of RFC 6962, and its proofs against tampering."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.privacy import audit
from ringfence.privacy.audit import (
    ENTRIES,
    Edge,
    Log,
    Prover,
    commitment,
    edge_from,
    leaf_hash,
    page_members,
)


def entry(n):
    return hashlib.sha256(b"entry %d" % n).digest()


def plain_root(entries):
    """RFC 6962 2.1, word by word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(entries[:k]) + plain_root(entries[k:])).digest()


class Store(dict):
    """Stored tiles by (level, number), as a database would keep them."""

    def save(self, log):
        for tile in log.take_tiles():
            self[tile.level, tile.number] = tile.data

    def __call__(self, level, number):
        return self[level, number]


def grown(size):
    log, store = Log(), Store()
    for n in range(size):
        assert log.append(entry(n)) == n
    store.save(log)
    return log, store


SIZES = [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1000]


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_the_root_of_the_rfc(size):
    log, store = grown(size)
    expected = plain_root([entry(n) for n in range(size)])
    assert log.root() == expected
    assert Prover(store).root(size) == expected


def test_known_vectors():
    """Roots from the Certificate Transparency reference tests (eight inputs)."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
              "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
    hashes = [leaf_hash(bytes.fromhex(text)) for text in inputs]
    assert audit.tree_root(hashes[:1]).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert audit.tree_root(hashes[:3]).hex() == (
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    )
    assert audit.tree_root(hashes).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


@pytest.mark.parametrize("size", [n for n in SIZES if n])
def test_every_entry_is_provably_in(size):
    log, store = grown(size)
    root, prover = log.root(), Prover(store)
    for index in {0, size // 3, size // 2, size - 1}:
        path = prover.inclusion(index, size)
        assert audit.verify_inclusion(leaf_hash(entry(index)), index, size, path, root)
        assert not audit.verify_inclusion(leaf_hash(entry(index + 1)), index, size, path, root)
        if path:
            assert not audit.verify_inclusion(leaf_hash(entry(index)), index, size, path[:-1], root)
            assert not audit.verify_inclusion(
                leaf_hash(entry(index)), index, size, [*path, path[0]], root
            )


@given(st.integers(1, 700), st.integers(1, 700))
def test_every_prefix_is_provably_a_prefix(a, b):
    """Invariant: the log of n entries is consistent with itself at every smaller size."""
    old, new = sorted((a, b))
    prover = Prover(TILES_700)
    proof = prover.consistency(old, new)
    old_root, new_root = prover.root(old), prover.root(new)
    assert audit.verify_consistency(old, new, proof, old_root, new_root)
    if old != new:
        assert not audit.verify_consistency(old, new, proof, new_root, old_root)
        assert not audit.verify_consistency(old, new, [*proof, old_root], old_root, new_root)


TILES_700 = grown(700)[1]


def test_changing_or_dropping_any_entry_changes_the_root():
    entries = [entry(n) for n in range(40)]
    root = plain_root(entries)
    for n in range(40):
        log = Log()
        for kept in entries[:n] + entries[n + 1 :]:
            log.append(kept)
        assert log.root() != root
        log = Log()
        for index, kept in enumerate(entries):
            log.append(entry(99) if index == n else kept)
        assert log.root() != root


@pytest.mark.parametrize("size", [*SIZES, 256 * 256 - 1, 256 * 256, 256 * 256 + 300])
def test_a_stored_log_goes_on_where_it_stopped(size):
    log, store = grown(size)
    again = Log(edge_from(size, store))
    for n in range(size, size + 3):
        log.append(entry(n))
        again.append(entry(n))
    assert again.root() == log.root()
    assert again.size == log.size == size + 3


def test_saving_now_and_then_stores_the_same_tiles_as_saving_once():
    rng, log, store = random.Random(4), Log(), Store()
    for n in range(1500):
        log.append(entry(n))
        if rng.random() < 0.1:
            store.save(log)
    store.save(log)
    assert store == grown(1500)[1]
    assert store[1, 0] == b"".join(plain_root([entry(n) for n in range(256 * k, 256 * k + 256)])
                                   for k in range(5))  # fmt: skip


def test_nothing_new_means_nothing_to_store():
    log, _ = grown(300)
    assert log.take_tiles() == []
    log.append(entry(300))
    assert [(tile.level, tile.number) for tile in log.take_tiles()] == [(ENTRIES, 1)]
    log.reset(log.mark())
    assert log.take_tiles() == []


@pytest.mark.parametrize("extra", [1, 255, 256, 300])
def test_a_failed_transaction_leaves_no_trace(extra):
    log, store = grown(300)
    root, mark = log.root(), log.mark()
    for n in range(extra):
        log.append(entry(10_000 + n))
    log.reset(mark)
    assert log.root() == root
    assert log.size == 300
    log.append(entry(300))
    store.save(log)
    assert log.root() == plain_root([entry(n) for n in range(301)])
    assert Prover(store).root(301) == log.root()


def test_a_torn_tile_is_noticed():
    _, store = grown(600)
    for place in ((ENTRIES, 2), (1, 0)):
        torn = Store(store)
        torn[place] = torn[place][:-32]
        with pytest.raises(RemoteError):
            edge_from(600, torn)
    torn = Store(store)
    torn[ENTRIES, 2] = torn[ENTRIES, 2][:64]
    with pytest.raises(RemoteError):
        Prover(torn).inclusion(599, 600)


def test_a_commitment_hides_and_binds():
    first = audit.commitment(b"s" * 32, 1, b"record")
    assert first == audit.commitment(b"s" * 32, 1, b"record")
    assert first != audit.commitment(b"t" * 32, 1, b"record")
    assert first != audit.commitment(b"s" * 32, 2, b"record")
    assert first != audit.commitment(b"s" * 32, 1, b"recorD")


def test_nonsense_is_refused():
    with pytest.raises(LocalError):
        Log(Edge()).append(b"short")
    with pytest.raises(LocalError):
        Prover(Store()).inclusion(1, 1)
    with pytest.raises(LocalError):
        Prover(Store()).consistency(3, 2)
    assert not audit.verify_inclusion(b"", 5, 5, [], b"")
    assert not audit.verify_consistency(0, 5, [], b"", b"")
    assert not audit.verify_consistency(3, 5, [], b"", b"")


def test_the_members_of_a_page_are_the_commitments_to_each_record() -> None:
    people = [(b"PA1", b"\x01" * 32), (b"PA2", b"\x02" * 32)]
    joined = page_members(70_000, people, b"opened of ", b", that is ", b".")
    assert joined == b"".join(
        commitment(salt, 70_000, b"opened of %b, that is %b." % (who, who)) for who, salt in people
    )


@pytest.mark.parametrize("sizes", [range(1, 520), (65_535, 65_536, 65_537, 66_000)])
def test_the_edge_of_any_earlier_size_is_found_in_the_tiles(sizes):
    """Invariant: what was the digest of the edge then can be told from the tiles of today."""
    log, kept, then = Log(), Store(), {}
    for number in range(max(sizes)):
        log.append(entry(number))
        if number + 1 in sizes:
            then[number + 1] = log.mark().digest()
    kept.save(log)
    assert {size: audit.digest_at(size, kept) for size in sizes} == then
    assert len(set(then.values())) == len(then)
