"""Our registrations: kept alive, signed, backed off, left (RFC 3261 10.2, RFC 5626 4.5)."""

from itertools import pairwise

import pytest
from sip_net import CHALLENGE, PASSWORD, Net, Script, empty, make_agent, reply, uri

from ringfence.kernel.errors import LocalError
from ringfence.sip import commands
from ringfence.sip.commands import Credentials
from ringfence.sip.events import Peer, Registered, RegistrationFailed, Unregistered

PROVIDER = Peer("udp", "192.0.2.2", 5060)


def register(targets=(PROVIDER,), credentials=None, expires=3600):
    return commands.Register(
        registration="main",
        targets=targets,
        registrar=uri("sip:192.0.2.2"),
        aor=uri("sip:desk@192.0.2.2"),
        contact_user="desk",
        credentials=credentials,
        expires=expires,
    )


def start(**kwargs):
    script = Script()
    (asked,) = script.do(register(**kwargs))
    return script, asked


def ok(asked, seconds=600):
    contact = asked.headers.get("Contact")
    return reply(asked, 200, contact=f"{contact};expires={seconds}")


def test_the_register():
    _, asked = start(expires=1200)
    assert str(asked.uri) == "sip:192.0.2.2"
    assert str(asked.to.uri) == str(asked.from_.uri) == "sip:desk@192.0.2.2"
    assert asked.to_tag is None
    assert asked.expires == 1200
    assert str(asked.contact.uri) == "sip:desk@192.0.2.9:5060"


@pytest.mark.parametrize(
    ("granted", "again"), [(3600, 3240), (600, 540), (100, 68), (60, 30), (20, 10)]
)
def test_it_is_refreshed_before_it_expires(granted, again):
    script, asked = start()
    script.put(ok(asked, granted))
    assert script.one(Registered).expires_at == script.now + granted * 1000
    sent = script.run(again * 1000)
    assert [one.method for one in sent] == ["REGISTER"]
    assert sent[0].call_id == asked.call_id
    assert sent[0].cseq.number == asked.cseq.number + 1
    assert script.at == again * 1000


def test_the_expiry_may_stand_in_the_expires_header_or_nowhere():
    script, asked = start()
    script.put(reply(asked, 200, contact=None, extra=[("Expires", "600")]))
    assert script.one(Registered).expires_at == script.now + 600_000
    script, asked = start(expires=1000)
    script.put(reply(asked, 200, contact=None))
    assert script.one(Registered).expires_at == script.now + 1_000_000


def test_the_contact_of_somebody_else_is_not_ours():
    script, asked = start()
    answer = reply(asked, 200, contact="<sip:other@192.0.2.77>;expires=9")
    answer.headers.add("Contact", f"{asked.headers.get('Contact')};expires=500")
    script.put(answer)
    assert script.one(Registered).expires_at == script.now + 500_000


def test_another_device_of_our_account_is_not_us_either():
    """Found with Kamailio: its list names every binding of the user, the eldest first."""
    script, asked = start()
    answer = reply(asked, 200, contact="<sip:desk@192.0.2.77:5060>;expires=3600")
    answer.headers.add("Contact", "<sip:desk@192.0.2.9:5071>;expires=7")
    answer.headers.add("Contact", f"{asked.headers.get('Contact')};expires=120")
    script.put(answer)
    assert script.one(Registered).expires_at == script.now + 120_000


def test_a_contact_that_was_rewritten_on_the_way_is_known_by_its_user():
    script, asked = start()
    script.put(reply(asked, 200, contact="<sip:desk@198.51.100.7:31000>;expires=120"))
    assert script.one(Registered).expires_at == script.now + 120_000


def test_a_challenge_is_answered_and_the_nonce_is_used_again():
    net = Net(phone=make_agent("192.0.2.1"), pbx=make_agent("192.0.2.2", verdict=CHALLENGE))
    net.do("phone", register(credentials=Credentials("desk", PASSWORD), expires=600))
    net.run(1_000)
    assert net.one("phone", Registered).expires_at == net.now - 1_000 + 40 + 600_000
    assert [kind for _, kind in net.sent("pbx")] == [401, 200]
    (binding,) = net.agents["pbx"].bindings("desk", net.now)
    assert binding.peer == Peer("udp", "192.0.2.1", 5060, 0)
    net.run(600_000)
    # The refresh is signed at once.
    assert [kind for _, kind in net.sent("pbx")] == [401, 200, 200]
    assert len(net.took("phone", Registered)) == 1


def test_a_wrong_password_fails_and_is_tried_again_later():
    net = Net(phone=make_agent("192.0.2.1"), pbx=make_agent("192.0.2.2", verdict=CHALLENGE))
    net.do("phone", register(credentials=Credentials("desk", "wrong")))
    net.run(1_000)
    failed = net.one("phone", RegistrationFailed)
    assert failed.status == 401
    assert 15_000 <= failed.retry_at - net.now + 1_000 <= 30_100
    assert len(net.sent("phone", "REGISTER")) == 2
    net.run(32_000)
    assert net.took("phone", RegistrationFailed)
    assert len(net.sent("phone", "REGISTER")) > 2


def test_without_credentials_a_challenge_is_a_refusal():
    script, asked = start()
    script.put(reply(asked, 401, extra=[("WWW-Authenticate", 'Digest realm="r", nonce="n"')]))
    assert script.one(RegistrationFailed).status == 401


def test_too_brief_an_interval_is_raised():
    script, asked = start(expires=60)
    (again,) = script.put(reply(asked, 423, extra=[("Min-Expires", "1800")]))
    assert again.expires == 1800
    script.put(ok(again, 1800))
    assert script.one(Registered)


@pytest.mark.parametrize("minimum", [None, "x", "30"])
def test_a_423_that_makes_no_sense_is_a_failure(minimum):
    script, asked = start(expires=60)
    extra = [("Min-Expires", minimum)] if minimum else []
    assert script.put(reply(asked, 423, extra=extra)) == []
    assert script.one(RegistrationFailed).status == 423


def test_the_pauses_grow_to_half_an_hour_and_shrink_after_success():
    script, asked = start()
    pauses = []
    for _ in range(9):
        script.put(reply(asked, 403))
        pauses.append(script.one(RegistrationFailed).retry_at - script.now)
        (asked,) = script.run(script.at + pauses[-1])
    for exponent, pause in enumerate(pauses):
        upper = min(1_800_000, 30_000 * 2**exponent)
        assert upper // 2 <= pause <= upper
    script.put(ok(asked))
    (asked,) = script.run(script.at + 540_000)
    script.put(reply(asked, 403))
    assert script.one(RegistrationFailed).retry_at - script.now <= 30_000


def test_a_longer_retry_after_is_obeyed():
    script, asked = start()
    script.put(reply(asked, 503, extra=[("Retry-After", "300 (later)")]))
    script.one(RegistrationFailed)
    script, asked = start()
    script.put(reply(asked, 500, extra=[("Retry-After", "300")]))
    assert script.one(RegistrationFailed).retry_at == script.now + 300_000


def test_silence_is_a_failure_after_32_seconds():
    script, _ = start()
    script.run(31_999)
    assert script.took(RegistrationFailed) == []
    script.run(32_000)
    assert script.one(RegistrationFailed).status == 408


def test_the_next_target_takes_over():
    backup = Peer("udp", "192.0.2.3", 5060)
    script, asked = start(targets=(PROVIDER, backup))
    (again,) = script.put(reply(asked, 503))
    assert script.sent[-1][2] == backup
    script.put(ok(again))
    assert script.one(Registered)


def test_leaving_removes_the_binding():
    script, asked = start()
    script.put(ok(asked))
    (bye,) = script.do(commands.Unregister(registration="main"))
    assert bye.expires == 0
    script.put(reply(bye, 200, contact=None))
    assert script.one(Unregistered)
    script.run(script.at + 40_000)
    assert empty(script.agent)


def test_leaving_while_a_register_is_under_way():
    script, _asked = start()
    script.do(commands.Unregister(registration="main"))
    script.run(40_000)
    assert script.one(Unregistered)
    script.run(80_000)
    assert empty(script.agent)


def test_leaving_twice_or_what_was_never_there_is_nothing():
    script = Script()
    assert script.do(commands.Unregister(registration="main")) == []


def test_a_registration_without_target_or_of_the_same_key_is_a_bug():
    script = Script()
    with pytest.raises(LocalError):
        script.do(register(targets=()))
    script.do(register())
    with pytest.raises(LocalError):
        script.do(register())


@pytest.mark.parametrize(
    ("lines", "route"),
    [
        ((), []),
        (("<sip:p1.example.com;lr>, <sip:core.example.com:5070;lr>",), ["p1", "core"]),
        (("<sip:p1.example.com;lr>", '"Core" <sips:core.example.com;lr>;x=y'), ["p1", "core"]),
        (("<sip:p1.example.com;lr>, <sip:strict.example.com>",), []),
        (("<tel:+12025550100>",), []),
        (("nonsense",), []),
        ((",".join(["<sip:p1.example.com;lr>"] * 8),), ["p1"] * 8),
        ((",".join(["<sip:p1.example.com;lr>"] * 9),), []),
    ],
)
def test_the_way_that_the_registrar_asks_for(lines, route):
    """RFC 3608 section 5."""
    script, asked = start()
    script.put(reply(asked, 200, extra=[("Service-Route", line) for line in lines]))
    hops = script.one(Registered).service_route
    assert [hop.uri.host.partition(".")[0] for hop in hops] == route
    assert all("lr" in hop.uri.params and not hop.params and not hop.display for hop in hops)


def test_every_refresh_names_the_way_anew():
    script, asked = start()
    script.put(reply(asked, 200, extra=[("Service-Route", "<sip:p1.example.com;lr>")]))
    assert script.one(Registered).service_route
    (again,) = script.run(3_240_000)
    script.put(reply(again, 200))
    assert script.one(Registered).service_route == ()


def ringing_home(peer):
    """Where a registration with that registrar keeps the way open, for ten minutes."""
    script, asked = start(targets=(peer,))
    script.put(ok(asked, 3600))
    assert script.run(600_000) == []
    assert {to for _, to in script.pings} == {peer}
    times = [0, *(at for at, _ in script.pings)]
    return script, [later - earlier for earlier, later in pairwise(times)]


def test_a_translator_in_between_is_kept_from_forgetting_us():
    _, gaps = ringing_home(PROVIDER)
    assert 20 <= len(gaps) <= 26
    assert all(23_000 <= gap <= 29_000 for gap in gaps)
    assert len(set(gaps)) > 10  # a thousand of us do not all speak at one instant


def test_a_connection_is_kept_open_too():
    script, gaps = ringing_home(Peer("tcp", "192.0.2.2", 5060))
    assert all(96_000 <= gap <= 120_000 for gap in gaps)
    assert script.agent.homes() == {Peer("tcp", "192.0.2.2", 5060)}


def test_whoever_is_not_registered_says_nothing():
    script, asked = start()
    script.run(20_000)
    script.put(reply(asked, 403))
    script.run(20_000 + 10_000)
    assert script.pings == []
    assert script.agent.homes() == frozenset()
    script, asked = start()
    script.put(ok(asked, 20))
    assert [one.method for one in script.run(10_000)] == ["REGISTER"]
    assert script.pings == []  # the REGISTER comes before


def test_a_lost_connection_takes_the_registration_with_it():
    """RFC 5626 4.5: calls to us would go nowhere until the next REGISTER, an hour away."""
    home = Peer("tcp", "192.0.2.2", 5060)
    script, asked = start(targets=(home,))
    script.put(ok(asked, 3600))
    for other in (None, Peer("tcp", "192.0.2.3", 5060), Peer("tls", "192.0.2.2", 5060)):
        script.do(commands.FlowClosed(flow=17, peer=other))
    assert script.run(60_000) == []
    script.do(commands.FlowClosed(flow=17, peer=home))
    (again,) = script.run(60_000 + 30_000)
    assert again.method == "REGISTER"
    assert 60_000 + 15_000 <= script.sent[-1][0] <= 60_000 + 30_000
    assert again.call_id == asked.call_id
    script.put(ok(again, 3600))
    assert script.agent.homes() == {home}


def test_a_connection_lost_while_a_register_is_under_way_changes_nothing():
    home = Peer("tcp", "192.0.2.2", 5060)
    script, asked = start(targets=(home,))
    assert script.do(commands.FlowClosed(flow=17, peer=home)) == []
    script.put(ok(asked, 3600))
    assert script.one(Registered).expires_at == script.now + 3_600_000


def test_a_registrar_that_moved_is_registered_with_there():
    script, asked = start(targets=(PROVIDER,))
    script.put(ok(asked, 3600))
    there = Peer("udp", "192.0.2.3", 5060)
    move = commands.Retarget(registration="main", targets=(there, PROVIDER))
    assert script.do(move) == [], "where we are is still one of them"
    (again,) = script.do(commands.Retarget(registration="main", targets=(there,)))
    assert script.sent[-1][2] == there
    assert again.call_id == asked.call_id
    script.put(ok(again, 3600))
    assert script.agent.homes() == {there}
    assert script.do(commands.Retarget(registration="nobody", targets=(there,))) == []
    with pytest.raises(LocalError):
        script.do(commands.Retarget(registration="main", targets=()))


def test_a_silent_registrar_that_moved_is_not_waited_for():
    script, _ = start()
    script.run(33_000)
    assert script.one(RegistrationFailed).status == 408
    there = Peer("udp", "192.0.2.3", 5060)
    (again,) = script.do(commands.Retarget(registration="main", targets=(there,)))
    script.put(ok(again))
    assert script.one(Registered)


def test_a_registrar_that_closes_every_connection_is_not_stormed():
    """It reaches us by our Contact, and another REGISTER each half minute would be for nothing."""
    home = Peer("tcp", "192.0.2.2", 5060)
    script, asked = start(targets=(home,))
    waits = []
    for _ in range(8):
        script.put(ok(asked, 36_000))
        closed = script.at
        script.do(commands.FlowClosed(flow=17, peer=home))
        (asked,) = script.run(script.agent.deadline() - script.now + script.at)
        waits.append(script.at - closed)
    uppers = [30_000 << n for n in range(6)] + [1_800_000] * 2
    assert all(upper // 2 <= wait <= upper for wait, upper in zip(waits, uppers, strict=True))
    script.put(ok(asked, 36_000))
    script.run(script.at + 1_800_000)  # this one lasted
    closed = script.at
    script.do(commands.FlowClosed(flow=17, peer=home))
    script.run(script.agent.deadline() - script.now + script.at)
    assert script.at - closed <= 30_000


def test_where_the_registrar_sees_us_is_told():
    script, asked = start()
    asked.received_from("198.51.100.7", 5060)
    script.put(ok(asked))
    assert script.one(Registered).seen_from == "198.51.100.7"
