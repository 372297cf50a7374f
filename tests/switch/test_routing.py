"""Where an outgoing leg goes."""

import pytest

from ringfence.calls import effects
from ringfence.calls.commands import Endpoint, ToDevice, ToPhone, ToSip
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, LegId, NumberId, PhoneDeviceId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.sip.events import LegKey, Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.switch.directory import DeviceEntry, Directory, FlowRoute, NumberEntry, TrunkEntry
from ringfence.switch.live import LiveLeg
from ringfence.switch.routing import Located, Placement, Router

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


def router(*, registered: bool = True) -> Router:
    directory = Directory(AccountId("AC1"), "t")
    directory.devices["desk"] = DESK
    directory.trunks[CARRIER.id] = CARRIER
    directory.add_number(
        NumberEntry(
            id=NumberId("PN1"), phone=Phone("+12025550100"), route=FlowRoute(flow="welcome")
        )
    )
    contact = (Uri.parse("sip:desk@192.0.2.50:5062"), AT_HOME)
    return Router(
        directory=directory,
        clock=VirtualClock(),
        domain="pbx.example.com",
        bindings=lambda name: [contact] if registered and name == "desk" else [],
        locator=Here(),
    )


def place(router: Router, endpoint: Endpoint, caller: Phone | None = None) -> Placement | Refused:
    outcome: list[Placement | Refused] = []
    effect = effects.PlaceLeg(leg=LegId("LG1"), endpoint=endpoint, caller_id=caller)
    router.place(effect, outcome.append)
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


def test_somebody_elses_number_is_not_shown_to_the_carrier() -> None:
    placed = place(router(), ToPhone(phone=Phone("+12025550123")), Phone("+12025550199"))
    assert isinstance(placed, Placement)
    assert placed.from_.uri.user == "+12025550100"


def test_a_registered_phone_is_called_where_it_registered_from() -> None:
    for endpoint in (ToDevice(device=DESK.id), ToSip(uri="sip:desk@pbx.example.com")):
        placed = place(router(), endpoint)
        assert isinstance(placed, Placement)
        assert placed.targets == (AT_HOME,)


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
    ours = LiveLeg(id=LegId("L"), call=CallId("C"), key=LegKey("k"), ours=False)
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
