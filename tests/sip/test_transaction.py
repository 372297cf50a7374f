"""Every retransmission, loss and reordering of RFC 3261 section 17, to the exact millisecond."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import LocalError
from ringfence.sip import transaction
from ringfence.sip.events import Peer
from ringfence.sip.message import Request, Response, response_to
from ringfence.sip.parser import parse
from ringfence.sip.transaction import (
    GaveUp,
    Input,
    InviteClient,
    InviteServer,
    NonInviteClient,
    NonInviteServer,
    Received,
    State,
    Unsent,
    client_key,
    server_key,
)
from ringfence.sip.uri import Uri

UDP = Peer("udp", "192.0.2.2", 5060)
TCP = Peer("tcp", "192.0.2.2", 5060, 7)
T0 = 1_700_000_000_000

FIRST = [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]
"""When an unanswered INVITE leaves, in ms after the start: doubling without a ceiling."""
CAPPED = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
"""When anything else leaves: doubling up to T2."""


def request(method="INVITE", *, via="SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1", extra=()):
    headers = [
        ("Via", via),
        ("Max-Forwards", "70"),
        ("From", "<sip:alice@example.com>;tag=a"),
        ("To", "<sip:bob@example.com>"),
        ("Call-ID", "c1"),
        ("CSeq", f"1 {method}"),
        *extra,
    ]
    return Request(method, Uri.parse("sip:bob@192.0.2.2"), headers)


def answer(to, status):
    return response_to(to, status, to_tag=None if status == 100 else "b")


class Drive:
    """Runs one transaction in virtual time and notes when each message left."""

    def __init__(self, machine):
        self.machine = machine
        self.at = 0
        self.sent = []
        self.told = []
        self.collect()

    def collect(self):
        self.sent += [(self.at, one.data) for one in self.machine.take_output()]
        self.told += [(self.at, event) for event in self.machine.take_events()]

    def now(self):
        return T0 + self.at

    def run(self, until):
        """Go on to ``until`` ms after the start, waking the machine exactly when it asks."""
        while (deadline := self.machine.deadline()) is not None and deadline <= T0 + until:
            assert deadline >= self.now(), "a deadline in the past was never fired"
            self.at = deadline - T0
            self.machine.fire(self.now())
            self.collect()
        self.at = until
        return self

    def start(self):
        self.machine.start(self.now())
        self.collect()
        return self

    def receive(self, message):
        self.machine.receive(message, self.now())
        self.collect()
        return self

    def do(self, response):
        self.machine.do(response, self.now())
        self.collect()
        return self

    @property
    def times(self):
        return [at for at, _ in self.sent]

    @property
    def kinds(self):
        return [
            (at, message.status if isinstance(message, Response) else message.method)
            for at, message in ((at, parse(data)) for at, data in self.sent)
        ]

    @property
    def statuses(self):
        return [
            (at, event.message.status) for at, event in self.told if isinstance(event, Received)
        ]


def invite_client(peer=UDP):
    return Drive(InviteClient(request(), peer)).start()


def client(peer=UDP):
    return Drive(NonInviteClient(request("OPTIONS"), peer)).start()


# -- INVITE client (17.1.1, RFC 6026 7.2) --------------------------------------------------------


def test_an_unanswered_invite_leaves_seven_times_and_gives_up_after_32_seconds():
    drive = invite_client().run(40_000)
    assert drive.times == FIRST
    assert len({data for _, data in drive.sent}) == 1
    assert drive.told == [(32_000, GaveUp())]
    assert drive.machine.state is State.TERMINATED


def test_over_a_reliable_transport_an_invite_leaves_once_and_still_gives_up():
    drive = invite_client(TCP).run(40_000)
    assert drive.times == [0]
    assert drive.told == [(32_000, GaveUp())]


@pytest.mark.parametrize("status", [100, 180, 199])
def test_a_provisional_response_ends_the_repetitions_and_the_patience(status):
    drive = invite_client().run(700)
    drive.receive(answer(drive.machine.request, status)).run(3_600_000)
    assert drive.times == [0, 500]
    assert drive.statuses == [(700, status)]
    assert drive.machine.state is State.PROCEEDING
    assert drive.machine.deadline() is None


def test_every_provisional_response_goes_up():
    drive = invite_client()
    for status in (100, 180, 183, 180):
        drive.receive(answer(drive.machine.request, status))
    assert [status for _, status in drive.statuses] == [100, 180, 183, 180]


@pytest.mark.parametrize("early", [(), (180,)])
def test_each_2xx_goes_up_for_32_seconds(early):
    drive = invite_client()
    for status in early:
        drive.receive(answer(drive.machine.request, status))
    ok = answer(drive.machine.request, 200)
    drive.run(100).receive(ok).run(600).receive(ok).run(32_099).receive(ok)
    assert [at for at, status in drive.statuses if status == 200] == [100, 600, 32_099]
    assert drive.kinds == [(0, "INVITE")]  # the ACK to a 2xx is the user's
    assert drive.machine.state is not State.TERMINATED
    drive.run(32_100)
    assert drive.machine.state is State.TERMINATED
    drive.receive(ok)
    assert len(drive.statuses) == 3 + len(early)


@pytest.mark.parametrize("early", [(), (180,)])
@pytest.mark.parametrize("status", [302, 404, 486, 503, 603])
def test_a_refusal_is_acknowledged_each_time_but_goes_up_once(status, early):
    drive = invite_client()
    for provisional in early:
        drive.receive(answer(drive.machine.request, provisional))
    refusal = answer(drive.machine.request, status)
    drive.run(100).receive(refusal).run(600).receive(refusal).run(32_099).receive(refusal)
    assert [kind for kind in drive.kinds if kind[1] == "ACK"] == [
        (100, "ACK"),
        (600, "ACK"),
        (32_099, "ACK"),
    ]
    assert [at for at, code in drive.statuses if code == status] == [100]
    assert drive.machine.state is not State.TERMINATED
    drive.run(32_100)
    assert drive.machine.state is State.TERMINATED
    drive.receive(refusal)
    assert len(drive.sent) == 4


def test_a_refusal_over_a_reliable_transport_ends_the_transaction_at_once():
    drive = invite_client(TCP)
    drive.receive(answer(drive.machine.request, 486))
    assert drive.kinds == [(0, "INVITE"), (0, "ACK")]
    assert drive.machine.state is State.TERMINATED


def test_the_ack_of_a_refusal_is_hop_by_hop():
    """17.1.1.3: all from the INVITE, except To, which is the response's, with its tag."""
    asked = request(extra=[("Route", "<sip:p1.example.com;lr>"), ("Route", "<sip:p2.example.com>")])
    drive = Drive(InviteClient(asked, UDP)).start()
    drive.receive(answer(asked, 486))
    ack = parse(drive.sent[-1][1])
    assert str(ack.uri) == "sip:bob@192.0.2.2"
    assert ack.headers.all("Via") == asked.headers.all("Via")
    assert ack.headers.all("Route") == asked.headers.all("Route")
    assert ack.headers.get("To") == "<sip:bob@example.com>;tag=b"
    assert ack.headers.get("From") == asked.headers.get("From")
    assert ack.call_id == "c1"
    assert ack.cseq == (1, "ACK")
    assert ack.max_forwards == 70
    assert ack.body == b""


def test_late_provisional_responses_after_a_final_one_are_ignored():
    for final in (200, 486):
        drive = invite_client()
        drive.receive(answer(drive.machine.request, final))
        drive.receive(answer(drive.machine.request, 180))
        assert [status for _, status in drive.statuses] == [final]


def test_a_2xx_after_a_refusal_is_ignored_and_the_other_way_round():
    drive = invite_client()
    drive.receive(answer(drive.machine.request, 486)).receive(answer(drive.machine.request, 200))
    assert [status for _, status in drive.statuses] == [486]
    drive = invite_client()
    drive.receive(answer(drive.machine.request, 200)).receive(answer(drive.machine.request, 486))
    assert [status for _, status in drive.statuses] == [200]
    assert drive.kinds == [(0, "INVITE")]


def test_a_transport_failure_is_told_at_once():
    drive = invite_client()
    drive.machine.unsent(drive.now())
    drive.collect()
    assert drive.told == [(0, Unsent())]
    assert drive.machine.state is State.TERMINATED
    assert drive.machine.deadline() is None


def test_an_abandoned_invite_is_silent():
    drive = invite_client()
    drive.receive(answer(drive.machine.request, 180))
    drive.machine.abandon(drive.now())
    assert drive.machine.state is State.TERMINATED
    drive.run(100_000)
    assert drive.kinds == [(0, "INVITE")]


# -- non-INVITE client (17.1.2) ------------------------------------------------------------------


def test_an_unanswered_request_leaves_eleven_times_and_gives_up_after_32_seconds():
    drive = client().run(40_000)
    assert drive.times == CAPPED
    assert drive.told == [(32_000, GaveUp())]
    assert drive.machine.state is State.TERMINATED


def test_over_a_reliable_transport_a_request_leaves_once():
    drive = client(TCP).run(40_000)
    assert drive.times == [0]
    assert drive.told == [(32_000, GaveUp())]


def test_a_provisional_response_slows_the_repetitions_down_to_t2():
    drive = client().run(600)
    drive.receive(answer(drive.machine.request, 100)).run(40_000)
    # The timer that runs goes off at 1500; from there every T2.
    assert drive.times == [0, 500, 1_500, 5_500, 9_500, 13_500, 17_500, 21_500, 25_500, 29_500]
    assert drive.statuses == [(600, 100)]
    assert drive.told[-1] == (32_000, GaveUp())


@pytest.mark.parametrize("early", [(), (100,)])
@pytest.mark.parametrize("status", [200, 202, 401, 404, 503, 603])
def test_a_final_response_goes_up_once_and_stragglers_are_absorbed_for_t4(status, early):
    drive = client()
    for provisional in early:
        drive.receive(answer(drive.machine.request, provisional))
    final = answer(drive.machine.request, status)
    drive.run(100).receive(final).run(600).receive(final).run(5_099)
    assert [at for at, code in drive.statuses if code == status] == [100]
    assert drive.times == [0]
    assert drive.machine.state is not State.TERMINATED
    drive.run(5_100)
    assert drive.machine.state is State.TERMINATED


def test_a_final_response_over_a_reliable_transport_ends_the_transaction_at_once():
    drive = client(TCP)
    drive.receive(answer(drive.machine.request, 200))
    assert drive.machine.state is State.TERMINATED


@pytest.mark.parametrize("early", [(), (100,)])
def test_a_request_that_cannot_be_sent_is_told(early):
    drive = client()
    for provisional in early:
        drive.receive(answer(drive.machine.request, provisional))
    drive.machine.unsent(drive.now())
    drive.collect()
    assert drive.told[-1] == (0, Unsent())
    assert drive.machine.state is State.TERMINATED


# -- INVITE server (17.2.1, RFC 6026 7.1) --------------------------------------------------------


def invite_server(peer=UDP):
    return Drive(InviteServer(peer))


def test_a_repeated_invite_gets_the_last_provisional_response_again():
    asked = request()
    drive = invite_server()
    drive.receive(asked)
    assert drive.sent == []  # nothing to repeat yet
    drive.do(answer(asked, 100)).run(500).receive(asked)
    drive.do(answer(asked, 180)).run(1_500).receive(asked)
    assert drive.kinds == [(0, 100), (500, 100), (500, 180), (1_500, 180)]
    assert drive.machine.deadline() is None


def test_a_repeated_invite_after_a_2xx_is_absorbed_for_32_seconds():
    asked = request()
    drive = invite_server()
    drive.do(answer(asked, 200)).run(500).receive(asked).run(31_999).receive(asked)
    assert drive.kinds == [(0, 200)]
    assert drive.machine.state is not State.TERMINATED
    drive.run(32_000)
    assert drive.machine.state is State.TERMINATED
    assert drive.told == []


def test_the_user_repeats_a_2xx_through_the_transaction_and_hears_the_ack():
    asked = request()
    drive = invite_server()
    ok = answer(asked, 200)
    drive.do(ok).run(500).do(ok)
    drive.receive(request("ACK"))
    assert drive.kinds == [(0, 200), (500, 200)]
    assert [event.message.method for _, event in drive.told] == ["ACK"]


def test_a_refusal_is_repeated_up_to_t2_until_nobody_acknowledges_it():
    asked = request()
    drive = invite_server()
    drive.do(answer(asked, 486)).run(40_000)
    assert drive.times == CAPPED
    assert drive.told == [(32_000, GaveUp())]
    assert drive.machine.state is State.TERMINATED


def test_a_refusal_over_a_reliable_transport_leaves_once():
    asked = request()
    drive = invite_server(TCP)
    drive.do(answer(asked, 486)).run(40_000)
    assert drive.times == [0]
    assert drive.told == [(32_000, GaveUp())]


def test_the_ack_of_a_refusal_ends_its_repetitions_and_stragglers_are_absorbed_for_t4():
    asked = request()
    drive = invite_server()
    drive.do(answer(asked, 486)).run(600).receive(request("ACK"))
    drive.receive(request("ACK")).receive(asked).run(5_599)
    assert drive.times == [0, 500]
    assert drive.machine.state is State.CONFIRMED
    assert drive.told == []
    drive.run(5_600)
    assert drive.machine.state is State.TERMINATED


def test_the_ack_of_a_refusal_over_a_reliable_transport_ends_the_transaction():
    drive = invite_server(TCP)
    drive.do(answer(request(), 486)).receive(request("ACK"))
    assert drive.machine.state is State.TERMINATED


def test_a_repeated_invite_after_a_refusal_gets_the_refusal_again():
    asked = request()
    drive = invite_server()
    drive.do(answer(asked, 486)).run(100).receive(asked).run(500)
    assert drive.times == [0, 100, 500]


@pytest.mark.parametrize(("first", "then"), [(200, 100), (200, 180), (200, 486), (486, 200)])
def test_after_the_final_response_no_other_may_leave(first, then):
    asked = request()
    drive = invite_server()
    drive.do(answer(asked, first))
    with pytest.raises(LocalError):
        drive.do(answer(asked, then))
    assert [status for _, status in drive.kinds] == [first]


# -- non-INVITE server (17.2.2) ------------------------------------------------------------------


def server(peer=UDP):
    return Drive(NonInviteServer(peer))


def test_a_repeated_request_gets_its_answer_again_for_32_seconds():
    asked = request("OPTIONS")
    drive = server()
    drive.receive(asked)
    assert drive.sent == []
    drive.run(100).do(answer(asked, 200)).run(600).receive(asked).run(32_099).receive(asked)
    assert drive.kinds == [(100, 200), (600, 200), (32_099, 200)]
    assert drive.machine.state is not State.TERMINATED
    drive.run(32_100)
    assert drive.machine.state is State.TERMINATED


def test_a_repeated_request_gets_the_provisional_response_again():
    asked = request("OPTIONS")
    drive = server()
    drive.do(answer(asked, 100)).run(500).receive(asked).run(900).do(answer(asked, 404))
    assert drive.kinds == [(0, 100), (500, 100), (900, 404)]


def test_an_answer_over_a_reliable_transport_ends_the_transaction_at_once():
    drive = server(TCP)
    drive.do(answer(request("OPTIONS"), 200))
    assert drive.machine.state is State.TERMINATED


def test_a_second_final_response_is_a_bug_of_ours():
    asked = request("OPTIONS")
    drive = server()
    drive.do(answer(asked, 200))
    with pytest.raises(LocalError):
        drive.do(answer(asked, 404))


# -- matching (17.1.3, 17.2.3) -------------------------------------------------------------------


def test_a_response_matches_by_branch_and_method():
    asked = request()
    assert client_key(asked) == client_key(answer(asked, 180))
    cancel = request("CANCEL")
    assert client_key(answer(cancel, 200)) != client_key(asked)


def test_an_ack_and_a_cancel_match_the_invite():
    key = server_key(request())
    assert server_key(request()) == key
    assert server_key(request("ACK"), "INVITE") == key
    assert server_key(request("CANCEL"), "INVITE") == key
    assert server_key(request("CANCEL")) != key


@pytest.mark.parametrize(
    "via",
    [
        "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-2",
        "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-1",
        "SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bK-1",
    ],
)
def test_another_branch_or_sent_by_is_another_transaction(via):
    assert server_key(request(via=via)) != server_key(request())


def test_a_client_without_magic_cookie_is_matched_by_its_headers():
    old = "SIP/2.0/UDP 192.0.2.1:5060;branch=1"
    key = server_key(request(via=old))
    assert server_key(request(via=old)) == key
    assert server_key(request("ACK", via=old), "INVITE") == key
    other = request(via=old)
    other.headers.set("CSeq", "2 INVITE")
    assert server_key(other) != key


# -- the tables themselves -----------------------------------------------------------------------

TABLES = {
    InviteClient: transaction.INVITE_CLIENT,
    InviteServer: transaction.INVITE_SERVER,
    NonInviteClient: transaction.NON_INVITE_CLIENT,
    NonInviteServer: transaction.NON_INVITE_SERVER,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=[kind.__name__ for kind in TABLES])
def test_every_state_of_a_table_leads_out(table):
    """Invariant: from every state that can be reached, the transaction can come to its end."""
    states = {state for state, row in table.items() if row}
    reach = {state: {then for then, _ in table[state].values()} for state in states}
    done = {State.TERMINATED}
    for _ in states:
        done |= {state for state in states if reach[state] & done}
    assert states <= done


def fresh(kind, peer):
    if kind is InviteServer or kind is NonInviteServer:
        return kind(peer)
    machine = kind(request("INVITE" if kind is InviteClient else "OPTIONS"), peer)
    machine.start(T0)
    return machine


@given(
    kind=st.sampled_from(list(TABLES)),
    peer=st.sampled_from([UDP, TCP]),
    steps=st.lists(
        st.tuples(
            st.integers(0, 5_000),
            st.sampled_from([100, 180, 200, 302, 486, "again", "ack", "unsent", "abandon"]),
        ),
        max_size=20,
    ),
)
def test_whatever_happens_a_transaction_comes_to_its_end(kind, peer, steps):
    """Invariant: no input breaks a transaction, and once final it ends within 64*T1 + T2."""
    machine = fresh(kind, peer)
    invite = kind in (InviteClient, InviteServer)
    asked = request("INVITE" if invite else "OPTIONS")
    now = T0
    for wait, what in steps:
        now += wait
        machine.fire(now)
        if what == "unsent":
            machine.unsent(now)
        elif what == "abandon":
            if hasattr(machine, "abandon"):
                machine.abandon(now)
        elif hasattr(machine, "request"):
            if isinstance(what, int):
                machine.receive(answer(asked, what), now)
        elif what in {"again", "ack"}:
            machine.receive(request("ACK") if what == "ack" and invite else asked, now)
        else:
            try:
                machine.do(answer(asked, what), now)
            except LocalError:
                assert machine.state not in {State.TRYING, State.PROCEEDING}
        assert machine.state is not State.TERMINATED or machine.deadline() is None
    if machine.state in {State.PROCEEDING, State.TRYING} and machine.deadline() is None:
        return  # waits for its user or for a final response
    for _ in itertools.takewhile(lambda _: machine.deadline() is not None, range(40)):
        machine.fire(machine.deadline())
    assert machine.state is State.TERMINATED


def test_inputs_that_no_table_knows_do_not_exist():
    used = {what for table in TABLES.values() for row in table.values() for what in row}
    assert used == set(Input)
