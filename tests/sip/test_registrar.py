"""Bindings: who may, what replaces what, when they go (RFC 3261 10.3, RFC 5626, RFC 3327)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sip_net import T0, request

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import BINDINGS_PER_USER
from ringfence.sip.events import BindingsChanged, Peer
from ringfence.sip.registrar import Registrar
from ringfence.sip.uri import Uri

PEER = Peer("udp", "192.0.2.1", 5060, 1)
OUTSIDE = Peer("udp", "203.0.113.9", 31_044, 1)


def register(*contacts, number=1, call_id="r1", expires=None, user="desk", extra=(), via=None):
    headers = [("Contact", contact) for contact in contacts]
    if expires is not None:
        headers.append(("Expires", str(expires)))
    return request(
        "REGISTER",
        to=f"<sip:{user}@192.0.2.9>",
        number=number,
        call_id=call_id,
        contact=None,
        via=via,
        extra=[*headers, *extra],
    )


def put(registrar, *contacts, at=0, peer=PEER, user="desk", **kwargs):
    return registrar.receive(register(*contacts, user=user, **kwargs), user, peer, T0 + at)


def uris(registrar, at=0, user="desk"):
    return [str(one.uri) for one in registrar.bindings(user, T0 + at)]


def test_a_binding_and_its_listing():
    registrar = Registrar()
    reply = put(registrar, "<sip:desk@192.0.2.1:5062>;expires=600")
    assert reply.status == 200
    assert reply.headers == [("Contact", "<sip:desk@192.0.2.1:5062>;expires=600")]
    (binding,) = registrar.bindings("desk", T0)
    assert binding.peer == Peer("udp", "192.0.2.1", 5062, 1)
    assert binding.expires_at == T0 + 600_000
    assert registrar.take_events() == [BindingsChanged(username="desk", count=1)]
    assert registrar.deadline() == T0 + 600_000


def test_what_cannot_be_listed_is_not_kept(monkeypatch):
    """Every later answer would list it, and none could be given."""
    registrar = Registrar()
    with monkeypatch.context() as broken:
        broken.setattr(Uri, "__str__", lambda _uri: "sip:a@h\r\nX: y")
        with pytest.raises(LocalError):
            put(registrar, "<sip:desk@192.0.2.1>")
    assert (len(registrar), registrar.deadline(), registrar.take_events()) == (0, None, [])
    assert put(registrar, "<sip:desk@192.0.2.1>", number=2).status == 200


@pytest.mark.parametrize(
    ("contact", "expires", "seconds"),
    [
        ("<sip:a@192.0.2.1>", None, 3600),
        ("<sip:a@192.0.2.1>", 300, 300),
        ("<sip:a@192.0.2.1>;expires=120", 300, 120),
        ("<sip:a@192.0.2.1>;expires=nonsense", None, 3600),
        ("<sip:a@192.0.2.1>", "nonsense", 3600),
        ("<sip:a@192.0.2.1>", 999_999, 7200),
        ("<sip:a@192.0.2.1>", 4294967295, 7200),
    ],
)
def test_how_long_it_lasts(contact, expires, seconds):
    registrar = Registrar()
    if expires == "nonsense":
        asked = register(contact, extra=[("Expires", expires)])
        registrar.receive(asked, "desk", PEER, T0)
    else:
        put(registrar, contact, expires=expires)
    assert registrar.bindings("desk", T0)[0].expires_at == T0 + seconds * 1000


def test_too_brief_an_interval_is_refused_with_423():
    registrar = Registrar()
    reply = put(registrar, "<sip:a@192.0.2.1>;expires=30")
    assert reply == (423, [("Min-Expires", "60")])
    assert uris(registrar) == []


def test_nobody_registers_for_somebody_else():
    registrar = Registrar()
    asked = register("<sip:a@192.0.2.1>", user="boss")
    assert registrar.receive(asked, "desk", PEER, T0).status == 403
    assert len(registrar) == 0


def test_a_refresh_moves_the_expiry_and_tells_nobody():
    registrar = Registrar()
    put(registrar, "<sip:a@192.0.2.1>", expires=600)
    registrar.take_events()
    put(registrar, "<sip:a@192.0.2.1>", expires=600, number=2, at=300_000)
    assert registrar.take_events() == []
    registrar.fire(T0 + 600_000)
    assert uris(registrar, 600_000) == ["sip:a@192.0.2.1"]
    assert registrar.deadline() == T0 + 900_000
    registrar.fire(T0 + 900_000)
    assert registrar.take_events() == [BindingsChanged(username="desk", count=0)]
    assert registrar.deadline() is None
    assert len(registrar) == 0


def test_a_telephone_that_moved_is_told():
    registrar = Registrar()
    put(registrar, "<sip:a@192.168.1.5>", peer=OUTSIDE)
    registrar.take_events()
    put(registrar, "<sip:a@192.168.1.5>", peer=OUTSIDE._replace(port=31_999), number=2)
    assert registrar.take_events() == [BindingsChanged(username="desk", count=1)]
    assert registrar.bindings("desk", T0)[0].peer.port == 31_999


def test_an_older_register_changes_nothing():
    registrar = Registrar()
    put(registrar, "<sip:a@192.0.2.1>", number=5, expires=600)
    assert put(registrar, "<sip:a@192.0.2.1>", number=4, expires=0).status == 500
    assert put(registrar, "*", number=5, expires=0).status == 500
    assert uris(registrar) == ["sip:a@192.0.2.1"]


def test_after_a_restart_of_the_telephone_the_numbers_start_anew():
    registrar = Registrar()
    put(registrar, "<sip:a@192.0.2.1>", number=500)
    assert put(registrar, "<sip:a@192.0.2.1>", number=1, call_id="r2").status == 200
    assert len(registrar) == 1


def test_expires_zero_removes_one_binding_and_a_star_all():
    registrar = Registrar()
    put(registrar, "<sip:a@192.0.2.1>", "<sip:b@192.0.2.2>", "<sip:c@192.0.2.3>")
    assert len(registrar) == 3
    put(registrar, "<sip:b@192.0.2.2>;expires=0", number=2)
    assert sorted(uris(registrar)) == ["sip:a@192.0.2.1", "sip:c@192.0.2.3"]
    put(registrar, "*", expires=0, number=3)
    assert uris(registrar) == []
    assert registrar.deadline() is None


@pytest.mark.parametrize("expires", [None, 60])
def test_a_star_without_expires_zero_is_malformed(expires):
    with pytest.raises(RemoteError):
        put(Registrar(), "*", expires=expires)


def test_a_query_lists_and_changes_nothing():
    registrar = Registrar()
    put(registrar, "<sip:a@192.0.2.1>", expires=600)
    reply = put(registrar, number=2, at=100_500)
    assert reply.headers == [("Contact", "<sip:a@192.0.2.1>;expires=500")]
    assert uris(registrar, 100_500) == ["sip:a@192.0.2.1"]


def test_the_highest_q_comes_first():
    registrar = Registrar()
    put(
        registrar,
        "<sip:low@192.0.2.1>;q=0.1",
        "<sip:best@192.0.2.2>",
        "<sip:mid@192.0.2.3>;q=0.55",
    )
    assert uris(registrar) == ["sip:best@192.0.2.2", "sip:mid@192.0.2.3", "sip:low@192.0.2.1"]


@pytest.mark.parametrize("q", ["2", "0.1234", "x", "-0.1", "1.001"])
def test_a_broken_q(q):
    with pytest.raises(RemoteError):
        put(Registrar(), f"<sip:a@192.0.2.1>;q={q}")


def test_equivalent_contacts_are_one_binding():
    """19.1.4"""
    registrar = Registrar()
    put(registrar, "<sip:%61@192.0.2.1;transport=udp>")
    put(registrar, "<sip:a@192.0.2.1;Transport=UDP>", number=2)
    assert len(registrar) == 1


def test_a_contact_that_is_not_sip_is_not_kept():
    registrar = Registrar()
    assert put(registrar, "<mailto:a@example.com>").status == 200
    assert len(registrar) == 0


def test_a_telephone_behind_an_address_translator():
    registrar = Registrar()
    via = "SIP/2.0/UDP 192.168.1.5:5060;branch=z9hG4bKn;rport"
    put(registrar, "<sip:desk@192.168.1.5:5060>", peer=OUTSIDE, via=via)
    assert registrar.bindings("desk", T0)[0].peer == OUTSIDE


def test_a_telephone_on_a_connection():
    registrar = Registrar()
    flow = Peer("tls", "192.0.2.1", 40_000, 17)
    put(registrar, "<sip:desk@192.0.2.1:5061;transport=tls>", peer=flow)
    assert registrar.bindings("desk", T0)[0].peer == flow


INSTANCE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'


def test_an_outbound_client_replaces_its_own_flow():
    registrar = Registrar()
    first, second = Peer("tcp", "192.0.2.1", 40_000, 17), Peer("tcp", "192.0.2.1", 40_001, 18)
    supported = [("Supported", "path, outbound")]
    reply = put(
        registrar, f"<sip:a@192.0.2.1:40000>;reg-id=1;{INSTANCE}", peer=first, extra=supported
    )
    assert ("Require", "outbound") in reply.headers
    put(registrar, f"<sip:a@192.0.2.1:40001>;reg-id=1;{INSTANCE}", peer=second, call_id="r2")
    (binding,) = registrar.bindings("desk", T0)
    assert binding.peer == second
    put(registrar, f"<sip:a@192.0.2.1:40000>;reg-id=2;{INSTANCE}", peer=first, call_id="r3")
    assert len(registrar) == 2


def test_a_closed_connection_takes_its_bindings_along():
    registrar = Registrar()
    put(registrar, "<sip:a@192.0.2.1>", peer=Peer("tcp", "192.0.2.1", 40_000, 17))
    put(registrar, "<sip:b@192.0.2.2>", peer=Peer("tcp", "192.0.2.2", 40_000, 18), call_id="r2")
    registrar.take_events()
    registrar.drop_flow(17, T0)
    assert uris(registrar) == ["sip:b@192.0.2.2"]
    assert registrar.take_events() == [BindingsChanged(username="desk", count=1)]


def test_the_path_is_remembered_and_reflected():
    registrar = Registrar()
    path = [("Path", "<sip:edge.example.com;lr>"), ("Supported", "path")]
    reply = put(registrar, "<sip:a@10.0.0.7>", extra=path)
    assert ("Path", "<sip:edge.example.com;lr>") in reply.headers
    (binding,) = registrar.bindings("desk", T0)
    assert binding.peer == PEER
    assert [str(hop) for hop in binding.route] == ["<sip:edge.example.com;lr>"]


def test_one_user_has_so_many_bindings_and_no_more():
    registrar = Registrar()
    for index in range(BINDINGS_PER_USER):
        assert put(registrar, f"<sip:a@192.0.2.{index}>", call_id=f"r{index}").status == 200
    assert put(registrar, "<sip:a@192.0.2.99>", call_id="rx").status == 503
    assert len(registrar) == BINDINGS_PER_USER


def test_a_phone_that_was_removed():
    registrar = Registrar()
    put(registrar, "<sip:a@192.0.2.1>")
    registrar.forget("desk", T0)
    registrar.forget("nobody", T0)
    assert len(registrar) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["desk", "hall"]),
            st.integers(1, 4),
            st.sampled_from([0, 60, 100, 600]),
            st.integers(0, 90_000),
        ),
        max_size=30,
    )
)
def test_the_registrar_agrees_with_a_plain_table(steps):
    """Invariant: what is registered is what was last registered and has not expired."""
    registrar, model, now = Registrar(), {}, 0
    for number, (user, host, expires, wait) in enumerate(steps):
        now += wait
        registrar.fire(T0 + now)
        contact = f"<sip:x@192.0.2.{host}>"
        put(registrar, contact, user=user, expires=expires, number=number, at=now)
        model[user, host] = now + expires * 1000
        model = {key: end for key, end in model.items() if end > now}
        for one in ("desk", "hall"):
            expected = {f"sip:x@192.0.2.{host}" for user, host in model if user == one}
            assert set(uris(registrar, now, one)) == expected
    registrar.fire(T0 + now + 10**9)
    assert len(registrar) == 0
    assert registrar.deadline() is None


def test_a_binding_of_before_a_restart_counts_as_if_there_had_been_none():
    before, after = Registrar(), Registrar()
    put(before, "<sip:desk@192.0.2.1:5062>;expires=600", number=7)
    put(before, "<sip:hall@192.0.2.1:5064>;expires=60", user="hall", at=1)
    kept = before.everything(T0 + 2)
    assert [user for user, _ in kept] == ["desk", "hall"]
    assert [user for user, _ in before.everything(T0 + 60_001)] == ["desk"]
    assert [after.restore(user, one, T0 + 60_001) for user, one in kept] == [True, False]
    assert after.take_events() == [BindingsChanged(username="desk", count=1)]
    assert after.deadline() == T0 + 600_000
    assert len(after) == 1
    # 10.3 step 7: the Call-ID and the CSeq of before still count.
    contact = "<sip:desk@192.0.2.1:5062>;expires=600"
    assert put(after, contact, number=7, at=60_002).status == 500
    assert put(after, contact, number=8, at=60_002).status == 200
    assert len(after) == 1
    assert not after.restore(*kept[0], T0 + 60_003), "the phone was quicker"


def test_no_more_bindings_come_back_than_a_phone_may_have():
    before, after = Registrar(), Registrar()
    put(before, *(f"<sip:desk@192.0.2.1:{5_000 + n}>" for n in range(BINDINGS_PER_USER)))
    put(after, "<sip:desk@192.0.2.1:6000>")
    taken = [after.restore(user, one, T0) for user, one in before.everything(T0)]
    assert taken == [True] * (BINDINGS_PER_USER - 1) + [False]


def test_where_phones_are_reached():
    registrar = Registrar()
    tls = Peer("tls", "192.0.2.7", 40_000, 17)
    put(registrar, "<sip:desk@192.0.2.1>")
    put(registrar, "<sip:two@192.0.2.1>", user="two")
    put(registrar, "<sip:three@10.0.0.9;transport=tls>", user="three", peer=tls)
    assert registrar.reaches(PEER)
    assert registrar.reaches(tls)
    assert not registrar.reaches(OUTSIDE)
    assert registrar.flows() == {1, 17}
    registrar.forget("desk", T0)
    assert registrar.reaches(PEER)  # the other phone is there, too
    registrar.forget("two", T0)
    assert not registrar.reaches(PEER)
    registrar.drop_flow(17, T0)
    assert registrar.flows() == frozenset()
    assert not registrar._places


def test_two_bindings_of_one_place_leave_nothing_behind():
    """A phone that was told to name its instance meanwhile, or registers one flow twice."""
    registrar = Registrar()
    put(registrar, "<sip:desk@192.0.2.1>;expires=60")
    named = '<sip:desk@192.0.2.1>;expires=60;+sip.instance="<urn:uuid:1>";reg-id=1'
    put(registrar, named, call_id="r2")
    assert len(registrar.bindings("desk", T0)) == 2
    assert registrar.reaches(PEER)
    registrar.fire(T0 + 60_000)
    assert not registrar.reaches(PEER)
    assert registrar.flows() == frozenset()
