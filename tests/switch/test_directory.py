"""The directory: what an address of ours leads to."""

from dataclasses import dataclass

import pytest

from ringfence.accounts.resources import Application, Hook
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, ApplicationId, FlowId, NumberId, PhoneDeviceId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.markup.telling import StatusCallback
from ringfence.numbers.options import NumberOptions
from ringfence.switch.directory import (
    ApplicationRoute,
    DeviceEntry,
    Directory,
    DomainEntry,
    FlowRoute,
    NumberEntry,
    Reached,
    TrunkEntry,
    TwimlRoute,
    UrlRoute,
)

NUMBER = NumberEntry(
    id=NumberId("PN1"), phone=Phone("+12025550123"), route=UrlRoute(url="https://example.com/v")
)
DESK = DeviceEntry(id=PhoneDeviceId("PD1"), name="desk")


@dataclass(frozen=True)
class Flow:
    """As much of a flow as the switch knows."""

    id: FlowId


@pytest.fixture
def directory() -> Directory:
    made = Directory(AccountId("AC1"), "token")
    made.add_number(NUMBER)
    made.flows["welcome"] = Flow(FlowId("FL1"))
    made.devices["desk"] = DESK
    return made


@pytest.mark.parametrize(
    "user", ["+12025550123", "12025550123", "0012025550123", "01112025550123", "2025550123"]
)
def test_a_number_is_found_as_carriers_write_it(directory: Directory, user: str) -> None:
    assert directory.reach(user) == Reached(route=NUMBER.route, number=NUMBER)


def test_flows_and_phones_are_reached_by_name(directory: Directory) -> None:
    assert directory.reach("welcome") == Reached(route=FlowRoute(flow="welcome"))
    assert directory.reach("desk") is DESK
    assert directory.reach("nobody") is None
    assert directory.device(PhoneDeviceId("PD1")) is DESK


def test_the_flow_that_answers_is_known(directory: Directory) -> None:
    answered_by_flow = NumberEntry(
        id=NumberId("PN2"), phone=Phone("+12025550124"), route=FlowRoute(flow="welcome")
    )
    directory.add_number(answered_by_flow)
    reached = {user: directory.flow_of(directory.reach(user)) for user in (
        "welcome", "+12025550124", "+12025550123", "desk", "nobody"
    )}  # fmt: skip
    assert reached == {
        "welcome": "FL1",
        "+12025550124": "FL1",
        "+12025550123": None,
        "desk": None,
        "nobody": None,
    }


def test_an_outgoing_call_needs_a_trunk(directory: Directory) -> None:
    with pytest.raises(Refused, match="no_trunk"):
        directory.trunk_for(None)
    first = TrunkEntry(id=TrunkId("TK1"), name="a", host="192.0.2.10")
    second = TrunkEntry(id=TrunkId("TK2"), name="b", host="192.0.2.20")
    directory.trunks = {first.id: first, second.id: second}
    assert directory.trunk_for(None) is first
    assert directory.trunk_for(TrunkId("TK2")) is second


def test_secrets_are_not_printed(directory: Directory) -> None:
    trunk = TrunkEntry(id=TrunkId("TK1"), name="a", host="h", username="u1", password="p1")
    assert "p1" not in repr(trunk)
    assert "token" not in repr(directory)


def test_an_outgoing_call_shows_a_number_of_ours_and_nobody_elses(directory: Directory) -> None:
    assert directory.shown(Phone("+12025550123")) == Phone("+12025550123")
    assert directory.shown(Phone("+12025550199")) == Phone("+12025550123")
    assert directory.shown(None) == Phone("+12025550123")
    second = Phone("+12025550124")
    directory.add_number(
        NumberEntry(id=NumberId("PN2"), phone=second, route=FlowRoute(flow="welcome"))
    )
    assert directory.shown(None, called=second) == second
    assert directory.shown(Phone("+12025550199"), called=second) == second
    assert directory.shown(Phone("+12025550123"), called=second) == Phone("+12025550123")
    assert directory.shown(None, called=Phone("+12025550199")) == Phone("+12025550123")
    directory.remove_number(second)
    directory.remove_number(Phone("+12025550123"))
    assert directory.shown(Phone("+12025550123")) is None
    assert directory.reach("2025550123") is None


def test_an_application_is_looked_up_when_the_call_arrives(directory: Directory) -> None:
    identifier = ApplicationId("AP1")
    hook = Hook(url="https://example.com/a", method="GET")
    entry = NumberEntry(
        id=NumberId("PN2"),
        phone=Phone("+12025550124"),
        route=ApplicationRoute(application=identifier),
        options=NumberOptions(application=identifier, sms_application=identifier, status=hook),
    )
    assert directory.status_callback(entry) == StatusCallback(url=hook.url, method="GET")
    with pytest.raises(Refused, match="not_found"):
        directory.url_route(entry.route)
    directory.applications[identifier] = Application(name="", voice=hook, sms=hook)
    assert directory.url_route(entry.route) == UrlRoute(url=hook.url, method="GET")
    assert directory.status_callback(entry) is None
    assert directory.message_hooks(entry) == (hook, None)


def test_which_flow_answers_messages_to_a_number(directory):
    flow = FlowId("FW" + "1" * 32)
    options = NumberOptions(sms_flow=flow, sms_application="AP1")
    entry = NumberEntry(
        id=NumberId("PN9"), phone=Phone("+12025550190"), route=TwimlRoute(document=""),
        options=options,
    )  # fmt: skip
    assert directory.text_flow(entry.id) is None
    directory.add_number(entry)
    assert directory.text_flow(entry.id) == flow
    directory.applications["AP1"] = Application(name="")
    assert directory.text_flow(entry.id) is None, "its application comes first"
    directory.applications.clear()
    directory.remove_number(entry.phone)
    assert directory.text_flow(entry.id) is None


def test_a_secure_domain_is_called_by_tls_alone(directory):
    entry = DomainEntry(
        id="SD1", route=TwimlRoute(document="<Response/>"), users=frozenset({"ann"}), secure=True
    )
    directory.set_domains({"calls.example.com": entry}, {"ann"})
    assert directory.reach_domain("calls.example.com", "ann", "192.0.2.9", private=True) is not None
    with pytest.raises(Refused, match="destination_not_allowed"):
        directory.reach_domain("calls.example.com", "ann", "192.0.2.9", private=False)
