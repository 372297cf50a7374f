"""Reliable provisional responses: order, repetition and the end of patience (RFC 3262)."""

import pytest
from sip_net import T0, reply, request

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import RELIABLE_QUEUE
from ringfence.sip.headers import CSeq
from ringfence.sip.message import response_to
from ringfence.sip.prack import (
    RAck,
    ReliableReceiver,
    ReliableSender,
    is_reliable,
    parse_rseq,
)

INVITE = request(number=7)


def ringing(status=183, body=b""):
    return response_to(INVITE, status, to_tag="b", body=body)


def prack(rseq, number=7, method="INVITE"):
    return request("PRACK", number=8, extra=[("RAck", f"{rseq} {number} {method}")])


def sender(first=41):
    return ReliableSender(INVITE, first)


def rseqs(machine):
    return [int(one.headers.get("RSeq")) for one in machine.take_output()]


@pytest.mark.parametrize("text", ["776656 1 INVITE", "776656  1   INVITE"])
def test_rack_is_read(text):
    assert RAck.parse(text) == RAck(776656, CSeq(1, "INVITE"))


def test_rack_is_written_as_it_is_read():
    rack = RAck(1, CSeq(2, "INVITE"))
    assert str(rack) == "1 2 INVITE"
    assert RAck.parse(str(rack)) == rack


@pytest.mark.parametrize("text", ["", "0", "x", "-1", "4294967296", "1.5", "²"])
def test_a_broken_rseq(text):
    with pytest.raises(RemoteError):
        parse_rseq(text)


def test_the_first_rseq_is_below_2_to_31():
    for first in (0, 1, 2**31 - 2, 2**32 - 1):
        machine = sender(first)
        machine.do(ringing(), T0)
        (number,) = rseqs(machine)
        assert 1 <= number < 2**31


def test_a_response_is_repeated_with_doubling_intervals_until_64_t1():
    machine = sender()
    machine.do(ringing(), T0)
    times, alive = [0], True
    machine.take_output()
    while alive:
        at = machine.deadline()
        alive = machine.fire(at)
        if machine.take_output():
            times.append(at - T0)
    assert times == [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]
    assert at == T0 + 32_000
    assert machine.deadline() is None
    assert not machine.waiting


def test_a_prack_ends_the_repetitions():
    machine = sender()
    machine.do(ringing(), T0)
    (number,) = rseqs(machine)
    assert machine.receive(prack(number), T0 + 100)
    assert machine.deadline() is None
    assert not machine.receive(prack(number), T0 + 200)  # acknowledged already: 481


@pytest.mark.parametrize("wrong", [(1, 7), (43, 7), (42, 8)])
def test_a_prack_for_something_else_is_none(wrong):
    machine = sender()
    machine.do(ringing(), T0)
    assert rseqs(machine) == [42]
    assert not machine.receive(prack(*wrong), T0)
    assert machine.waiting


def test_a_prack_without_rack_is_malformed():
    machine = sender()
    machine.do(ringing(), T0)
    with pytest.raises(RemoteError):
        machine.receive(request("PRACK"), T0)


def test_the_next_response_waits_for_the_prack_of_the_one_before():
    machine = sender()
    machine.do(ringing(180), T0)
    machine.do(ringing(183), T0 + 10)
    assert rseqs(machine) == [42]
    assert machine.receive(prack(42), T0 + 100)
    assert rseqs(machine) == [43]
    assert machine.deadline() == T0 + 600


def test_the_answer_is_owed_until_it_is_acknowledged():
    machine = sender()
    machine.do(ringing(180), T0)
    assert not machine.owes_answer
    machine.do(ringing(183, b"v=0"), T0)
    assert machine.owes_answer
    machine.receive(prack(42), T0)
    machine.receive(prack(43), T0)
    assert not machine.owes_answer


def test_after_the_final_response_nothing_is_repeated():
    machine = sender()
    machine.do(ringing(), T0)
    machine.stop()
    assert machine.deadline() is None
    assert machine.fire(T0 + 10**6)


def test_the_queue_is_bounded():
    machine = sender()
    for _ in range(RELIABLE_QUEUE):
        machine.do(ringing(), T0)
    with pytest.raises(LocalError):
        machine.do(ringing(), T0)


def theirs(rseq):
    return reply(INVITE, 183, extra=[("Require", "100rel"), ("RSeq", str(rseq))])


def test_their_responses_are_acknowledged_in_order_and_once():
    machine = ReliableReceiver()
    assert machine.receive(theirs(9)) == RAck(9, CSeq(7, "INVITE"))
    assert machine.receive(theirs(9)) is None
    assert machine.receive(theirs(11)) is None
    assert machine.receive(theirs(10)) == RAck(10, CSeq(7, "INVITE"))
    assert machine.receive(theirs(11)) == RAck(11, CSeq(7, "INVITE"))


def test_what_wants_a_prack():
    assert is_reliable(theirs(1))
    assert not is_reliable(reply(INVITE, 183))
    assert not is_reliable(reply(INVITE, 100, extra=[("Require", "100rel")]))
