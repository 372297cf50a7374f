"""Flows: versions that never change, found by name, sealed."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import make
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose
from ringfence.storage.numbers import Number

FIRST, SECOND = b'{"greet": "hello"}', b'{"greet": "good evening"}'


@pytest.fixture
def flows(rooms):
    with purpose("operate"):
        yield rooms.flows


def put(store, flows, clock, name, document):
    from ringfence.kernel.entropy import SystemEntropy

    flow = make("flow", clock.advance(1), SystemEntropy())
    return store.db.submit(
        lambda tx: flows.put(tx, flow, name=name, document=document, now=clock.now())
    ).result(5)


def test_a_flow_is_stored_and_changed_by_name(store, flows, clock):
    first = put(store, flows, clock, "welcome", FIRST)
    second = put(store, flows, clock, "welcome", SECOND)
    assert second.id == first.id
    assert (first.version, second.version) == (1, 2)
    assert second.created_at == first.created_at < second.changed_at
    [flow] = flows.all(store.db.reading)
    assert flow == second
    assert flow.document == SECOND


def test_an_old_version_can_be_read_back(store, flows, clock):
    flow = put(store, flows, clock, "welcome", FIRST)
    put(store, flows, clock, "welcome", SECOND)
    assert flows.document_of(store.db.reading, flow.id, 1) == FIRST
    with pytest.raises(Refused):
        flows.document_of(store.db.reading, flow.id, 3)


def test_flows_come_by_name(store, flows, clock):
    for name in ("welcome", "echo", "hours"):
        put(store, flows, clock, name, FIRST)
    assert [flow.name for flow in flows.all(store.db.reading)] == ["echo", "hours", "welcome"]


def test_a_flow_in_use_is_kept(store, rooms, flows, account, clock):
    flow = put(store, flows, clock, "welcome", FIRST)
    number = Number(
        id="PN" + "1" * 32, account=account.id, phone=Phone("+12025550100"), route="flow",
        flow=flow.id, created_at=1,
    )  # fmt: skip
    store.db.submit(lambda tx: rooms.numbers.put(tx, number)).result(5)
    with pytest.raises(Refused) as refused:
        store.db.submit(lambda tx: flows.drop(tx, "welcome")).result(5)
    assert refused.value.code == "in_use"
    store.db.submit(lambda tx: rooms.numbers.drop(tx, number.phone)).result(5)
    assert store.db.submit(lambda tx: flows.drop(tx, "welcome")).result(5) == flow.id
    assert flows.all(store.db.reading) == []
    with pytest.raises(Refused):
        store.db.submit(lambda tx: flows.drop(tx, "welcome")).result(5)


def test_a_document_does_not_show_itself(store, flows, clock):
    assert "hello" not in repr(put(store, flows, clock, "welcome", FIRST))
