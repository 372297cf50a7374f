"""Invariant: the seal is one of what is counted and of nothing else, whatever order it came in."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.storage import audit_gone
from ringfence.storage.audit_gone import NONCE, SPAN, TOP, Gone

_NONCE = bytes(range(NONCE))
_LEAVES = st.integers(0, 4 * SPAN * 256)


def counted(store, *batches, pages=()):
    """Count batches; the seal, and what is read back. Rolled back afterwards."""

    def work(tx):
        tx._cursor.execute("DELETE FROM audit_gone")
        for batch in batches:
            audit_gone.mark(tx, batch)
        for page in pages:
            audit_gone.mark(tx, (), page)
        return audit_gone.seal(tx, _NONCE), Gone(tx)

    return store.db.submit(work).result(5)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(leaves=st.sets(_LEAVES, max_size=30), cut=st.integers(0, 30), other=_LEAVES)
def test_the_seal_is_of_the_set(store, leaves, cut, other):
    order = sorted(leaves)
    seal, gone = counted(store, order)
    assert seal == gone.seal
    assert all(gone.count(leaf) == 1 for leaf in leaves)
    assert (gone.count(other) == 1) == (other in leaves)
    assert counted(store, order[cut:], order[:cut], order)[0] == seal
    assert (counted(store, [*order, other])[0] == seal) == (other in leaves)


def test_a_page_counts_its_people_and_a_leaf_once(store):
    _, gone = counted(store, [5, 5], [5], pages=[{6: 2}, {6: 1}])
    assert (gone.count(5), gone.count(6), gone.count(7)) == (1, 3, 0)


def test_nothing_is_nothing_and_no_two_seals_of_it_are_alike(store):
    seal, gone = counted(store)
    assert not gone
    again = store.db.submit(lambda tx: audit_gone.seal(tx, bytes(NONCE))).result(5)
    assert again != seal


def test_what_is_counted_costs_a_row_of_each_level(store):
    counted(store, range(100))
    rows = store.db.reading._cursor.execute(
        "SELECT level, length(data) FROM audit_gone WHERE level >= 0 ORDER BY level"
    ).fetchall()
    assert rows == [(0, 200), *((level, 32) for level in range(1, TOP + 1))]
