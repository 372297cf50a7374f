"""Where an outgoing leg goes."""

import pytest

from ringfence.calls import effects
from ringfence.calls.commands import Endpoint, ToDevice, ToPhone, ToSip
from ringfence.kernel.clock import Ms, VirtualClock
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, LegId, NumberId, PhoneDeviceId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.sip.events import LegKey, Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.registrar import Binding
from ringfence.sip.uri import Uri
from ringfence.switch.directory import (
    DeviceEntry,
    Directory,
    DomainEntry,
    FlowRoute,
    NumberEntry,
    TrunkEntry,
)
from ringfence.switch.identity import Identity
from ringfence.switch.live import LiveLeg
from ringfence.switch.routing import Located, Placement, Router, places

DESK = DeviceEntry(id=PhoneDeviceId("PD1"), name="desk")
CARRIER = TrunkEntry(
    id=TrunkId("TK1"),
    name="carrier",
    host="sip.example.com",
    transport="tls",
    username="u",
    password="p",
)
AT_HOME = Peer("udp", "192.0.2.50", 5062, 1)


class Here:
    """A locator that knows one host."""

    def locate(self, uri: Uri, done: Located) -> None:
        known = uri.host == "sip.example.com"
        done((Peer("tls", "192.0.2.99", 5061),) if known else ())


def bound(
    contact: str = "sip:desk@192.0.2.50:5062",
    peer: Peer = AT_HOME,
    instance: tuple[str, str] | None = None,
    route: tuple[NameAddr, ...] = (),
) -> Binding:
    return Binding(Uri.parse(contact), peer, route, 1000, Ms(0), "c", 1, instance)


def router(*, registered: bool = True) -> Router:
    directory = Directory(AccountId("AC1"), "t")
    directory.devices["desk"] = DESK
    directory.trunks[CARRIER.id] = CARRIER
    directory.add_number(
        NumberEntry(
            id=NumberId("PN1"), phone=Phone("+12025550100"), route=FlowRoute(flow="welcome")
        )
    )
    contact = bound()
    return Router(
        directory=directory,
        clock=VirtualClock(),
        domain="pbx.example.com",
        bindings=lambda name: [contact] if registered and name == "desk" else [],
        locator=Here(),
    )


def place(
    router: Router,
    endpoint: Endpoint,
    caller: Phone | None = None,
    *,
    who: Identity | None = None,
    display: str = "",
) -> Placement | Refused:
    outcome: list[Placement | Refused] = []
    effect = effects.PlaceLeg(
        leg=LegId("LG1"), endpoint=endpoint, caller_id=caller, display=display
    )
    router.place(effect, outcome.append, None, who)
    (only,) = outcome
    return only


def test_a_number_goes_through_a_trunk_with_its_transport_and_credentials() -> None:
    placed = place(router(), ToPhone(phone=Phone("+12025550123")), Phone("+12025550100"))
    assert isinstance(placed, Placement)
    assert str(placed.uri) == "sip:+12025550123@sip.example.com;transport=tls"
    assert placed.targets == (Peer("tls", "192.0.2.99", 5061),)
    assert placed.from_.uri.user == "+12025550100"
    assert placed.credentials is not None


def test_without_credit_no_leg_goes_to_a_number_by_whatever_asked_for_it() -> None:
    phone = ToPhone(phone=Phone("+12025550123"))
    made = router()
    made._directory.spent = lambda: True
    refused = place(made, phone, Phone("+12025550100"))
    assert isinstance(refused, Refused)
    assert refused.code == "no_credit"
    made._directory.spent = lambda: False
    assert isinstance(place(made, phone, Phone("+12025550100")), Placement)


@pytest.mark.promise("ACC-07")
def test_a_call_that_goes_on_dials_nobody_outside_once_the_account_is_stopped() -> None:
    made = router()
    made._directory.stopped = lambda: True
    for endpoint in (ToPhone(phone=Phone("+12025550123")), ToSip(uri="sip:bob@192.0.2.9")):
        refused = place(made, endpoint, Phone("+12025550100"))
        assert isinstance(refused, Refused)
        assert refused.code == "account_suspended"


def test_somebody_elses_number_is_not_shown_to_the_carrier() -> None:
    placed = place(router(), ToPhone(phone=Phone("+12025550123")), Phone("+12025550199"))
    assert isinstance(placed, Placement)
    assert placed.from_.uri.user == "+12025550100"


def test_a_registered_phone_is_called_where_it_registered_from() -> None:
    for endpoint in (ToDevice(device=DESK.id), ToSip(uri="sip:desk@pbx.example.com")):
        placed = place(router(), endpoint)
        assert isinstance(placed, Placement)
        assert placed.targets == (AT_HOME,)
        assert placed.phone
        assert placed.dials


def test_who_registered_at_a_sip_domain_of_ours_is_called_by_its_name() -> None:
    made = router()
    made._directory.set_domains(
        {
            "calls.example.com": DomainEntry(
                id="SD1", route=FlowRoute(flow="welcome"), registrars=frozenset({"desk"})
            ),
            "other.example.com": DomainEntry(id="SD2", route=FlowRoute(flow="welcome")),
        },
        {"desk"},
    )
    wanted = ToSip(uri="sip:desk@Calls.example.com", headers=(("X-Order", "7"),))
    placed = place(made, wanted)
    assert isinstance(placed, Placement)
    assert (placed.targets, placed.headers) == ((AT_HOME,), (("X-Order", "7"),))
    # It may call SIP domains and nothing else, so it may have nothing else called either.
    assert (placed.phone, placed.dials) == (True, False)
    for elsewhere in ("sip:desk@other.example.com", "sip:ann@calls.example.com"):
        refused = place(made, ToSip(uri=elsewhere))
        assert isinstance(refused, Refused)
        assert refused.code == "not_registered"


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        (ToSip(uri="sip:x@nowhere.example.com"), "unreachable"),
        (ToSip(uri="not a uri"), "bad_address"),
        (ToDevice(device=PhoneDeviceId("PD2")), "not_registered"),
    ],
)
def test_what_leads_nowhere_is_said(endpoint: Endpoint, code: str) -> None:
    refused = place(router(), endpoint)
    assert isinstance(refused, Refused)
    assert refused.code == code


def test_an_unregistered_phone_is_not_called() -> None:
    refused = place(router(registered=False), ToDevice(device=DESK.id))
    assert isinstance(refused, Refused)
    assert refused.code == "not_registered"


def test_a_caller_on_a_trunk_cannot_transfer_itself_anywhere_at_our_expense() -> None:
    outside = LiveLeg(id=LegId("L"), call=CallId("C"), key=LegKey("k"), ours=False, source="TK1")
    ours = LiveLeg(id=LegId("L"), call=CallId("C"), key=LegKey("k"), ours=False, phone=True)
    number = NameAddr.parse("<sip:+12025550123@pbx.example.com>")
    desk = NameAddr.parse("<sip:desk@pbx.example.com>")
    assert router().transfer_target(outside, desk).endpoint == ToDevice(device=DESK.id)
    with pytest.raises(Refused, match="destination_not_allowed"):
        router().transfer_target(outside, number)
    assert router().transfer_target(ours, number).endpoint == ToPhone(phone=Phone("+12025550123"))


def test_a_call_takes_the_way_that_the_registrar_asked_for() -> None:
    """RFC 3608, RFC 3261 8.1.2: to its first hop, with the Request-URI as it would be."""
    route = (NameAddr.parse("<sip:edge.example.net;lr>"), NameAddr.parse("<sip:core.test;lr>"))
    asked: list[str] = []

    class Edge:
        def locate(self, uri: Uri, done: Located) -> None:
            asked.append(uri.host)
            done((Peer("udp", "192.0.2.77", 5060),))

    routes = router()
    routes._locator = Edge()
    routes.service_route("TK1", route)
    placed = place(routes, ToPhone(phone=Phone("+12025550123")))
    assert isinstance(placed, Placement)
    assert asked == ["edge.example.net"]
    assert placed.route == route
    assert placed.targets == (Peer("udp", "192.0.2.77", 5060),)
    assert placed.uri.host == "sip.example.com"
    elsewhere = place(routes, ToSip(uri="sip:x@sip.example.com"))
    assert isinstance(elsewhere, Placement)
    assert elsewhere.route == ()
    routes.service_route("TK1", ())
    again = place(routes, ToPhone(phone=Phone("+12025550123")))
    assert isinstance(again, Placement)
    assert again.route == ()


def test_every_device_of_an_account_rings_and_each_over_one_flow_at_a_time() -> None:
    """RFC 5626 7: bindings of one instance are ways to one telephone, tried in turn."""
    proxy = (NameAddr.parse("<sip:edge.example.com;lr>"),)
    first = bound("sip:desk@192.0.2.50", instance=("<urn:uuid:1>", "1"))
    second = bound("sip:desk@192.0.2.51", AT_HOME, ("<urn:uuid:1>", "2"))
    mobile = bound("sip:desk@192.0.2.52", Peer("tcp", "192.0.2.52", 40_000, 7), route=proxy)
    one, other = places([first, mobile, second])
    assert [str(way.uri) for way in one] == ["sip:desk@192.0.2.50", "sip:desk@192.0.2.51"]
    assert [(str(way.uri), way.route) for way in other] == [("sip:desk@192.0.2.52", proxy)]

    made = router()
    made._bindings = lambda _: [first, mobile, second]
    placed = place(made, ToDevice(device=DESK.id))
    assert isinstance(placed, Placement)
    assert (str(placed.uri), placed.targets) == ("sip:desk@192.0.2.50", (AT_HOME,))
    assert (len(placed.spares), len(placed.others)) == (1, 1)
    assert str(placed.to) == "<sip:desk@pbx.example.com>"
    assert placed.phone


FRIEND = Identity(address=Phone("+12025550177"), display="A. Friend")
KITCHEN = Identity(address="sip:kitchen@pbx.example.com", display="Kitchen")


@pytest.mark.parametrize(
    ("who", "caller", "display", "shown"),
    [
        (FRIEND, None, "", '"A. Friend" <sip:+12025550177@pbx.example.com>'),
        (KITCHEN, None, "", '"Kitchen" <sip:kitchen@pbx.example.com>'),
        (KITCHEN, None, "Front door", '"Front door" <sip:kitchen@pbx.example.com>'),
        (KITCHEN, Phone("+12025550100"), "", "<sip:+12025550100@pbx.example.com>"),
        (None, None, "", '"Anonymous" <sip:anonymous@anonymous.invalid>'),
    ],
)
def test_a_called_phone_sees_who_calls(
    who: Identity | None, caller: Phone | None, display: str, shown: str
) -> None:
    for endpoint in (
        ToDevice(device=DESK.id),
        ToSip(uri="sip:desk@pbx.example.com"),
        ToSip(uri="client:desk"),
    ):
        placed = place(router(), endpoint, caller, who=who, display=display)
        assert isinstance(placed, Placement)
        assert str(placed.from_) == shown


@pytest.mark.promise("SHR-04")
def test_a_carrier_and_a_stranger_get_no_name_and_no_number_that_is_not_ours() -> None:
    for who in (FRIEND, KITCHEN):
        placed = place(router(), ToPhone(phone=Phone("+12025550123")), who=who)
        assert isinstance(placed, Placement)
        assert str(placed.from_) == "<sip:+12025550100@pbx.example.com>"
        assert placed.headers == ()
        placed = place(router(), ToSip(uri="sip:bob@sip.example.com"), who=who)
        assert isinstance(placed, Placement)
        assert str(placed.from_) == "<sip:+12025550100@pbx.example.com>"
        assert placed.headers == ()


def test_a_phone_that_hides_itself_is_hidden_from_whoever_is_called() -> None:
    """RFC 3323, RFC 3325: the carrier alone learns which number of ours it is."""
    who = Identity(address="sip:kitchen@pbx.example.com", private=True)
    placed = place(router(), ToPhone(phone=Phone("+12025550123")), who=who)
    assert isinstance(placed, Placement)
    assert str(placed.from_) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
    assert placed.headers == (
        ("P-Asserted-Identity", "<sip:+12025550100@pbx.example.com>"),
        ("Privacy", "id"),
    )
    placed = place(router(), ToDevice(device=DESK.id), who=who)
    assert isinstance(placed, Placement)
    assert str(placed.from_) == '"Anonymous" <sip:anonymous@anonymous.invalid>'


def test_somebody_we_called_cannot_have_us_call_anywhere_either() -> None:
    """A callee on a trunk has no source, and its REFER costs money all the same."""
    target = NameAddr.parse("<sip:+12025550177@pbx.example.com>")
    callee = LiveLeg(id=LegId("LG1"), call=CallId("CA1"), key=LegKey("k"), ours=True)
    with pytest.raises(Refused):
        router().transfer_target(callee, target)
    callee.phone = True
    assert router().transfer_target(callee, target).endpoint == ToPhone(phone=Phone("+12025550177"))


def test_a_transfer_to_a_national_number_is_one_to_the_number_it_is() -> None:
    ours = LiveLeg(id=LegId("L"), call=CallId("C"), key=LegKey("k"), ours=False, phone=True)
    target = NameAddr.parse("<sip:2025550177@pbx.example.com>")
    found = router().transfer_target(ours, target, region="US")
    assert found.endpoint == ToPhone(phone=Phone("+12025550177"))
