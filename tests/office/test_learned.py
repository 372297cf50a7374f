"""What is set up is known to the switch at once, and told to the server that runs."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ringfence.accounts.resources import Application, CallerId
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, ApplicationId, FlowId, NumberId, PhoneDeviceId, TrunkId
from ringfence.kernel.phone import Phone
from ringfence.numbers.options import NumberOptions
from ringfence.office.learned import Learned, trunk_entry
from ringfence.storage.flows import Flow
from ringfence.storage.numbers import Number
from ringfence.storage.phones import PhoneDevice
from ringfence.storage.resources import Kept
from ringfence.storage.trunks import Trunk
from ringfence.switch.directory import (
    ApplicationRoute,
    Directory,
    FlowRoute,
    NumberEntry,
    TwimlRoute,
    UrlRoute,
)

AC, NOW = AccountId("AC1"), Ms(1)
NUMBER = Phone("+12025550123")


class Server:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda _thing: self.told.append(name)


class Account(Learned):
    """One without rooms, offices and use cases."""

    def __init__(self) -> None:
        super().__init__(Directory(AC, "token"))
        self.server: Server | None = None

    @property
    def running(self) -> Any:
        return self.server


@pytest.fixture
def account() -> Account:
    return Account()


def number(**given: Any) -> Number:
    given = {"route": "none"} | given
    return Number(id=NumberId("PN1"), account=AC, phone=NUMBER, created_at=NOW, **given)


FLOW = Flow(
    id=FlowId("FW1"), account=AC, name="hours", version=1, document=b"{}",
    created_at=NOW, changed_at=NOW,
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "route"),
    [
        ({"route": "flow", "flow": FLOW.id}, FlowRoute(flow="hours")),
        ({"route": "flow", "flow": FlowId("FW2")}, FlowRoute(flow="")),
        ({"route": "twiml", "voice": "<Response/>"}, TwimlRoute(document="<Response/>")),
        ({"route": "none"}, TwimlRoute(document="<Response><Reject/></Response>")),
        ({"route": "url", "voice": "https://example.com", "method": "GET"},
         UrlRoute(url="https://example.com", method="GET")),
        ({"options": NumberOptions(application=ApplicationId("AP1"))},
         ApplicationRoute(application=ApplicationId("AP1"))),
    ],
)  # fmt: skip
def test_a_number_is_answered_as_it_was_set_up(
    account: Account, given: dict[str, Any], route: Any
) -> None:
    account.learn_flow(FLOW)
    account.learn_number(number(**given))
    assert cast("NumberEntry", account.directory.number(NUMBER.e164)).route == route
    assert account.number_by_id(NumberId("PN1")) is account.numbers[NUMBER.e164]


def test_a_number_on_a_trunk_is_passed_on_before_anything_else(account: Account) -> None:
    options = NumberOptions(trunk=TrunkId("TK1"), application=ApplicationId("AP1"))
    account.learn_number(number(options=options))
    route = cast("NumberEntry", account.directory.number(NUMBER.e164)).route
    assert isinstance(route, FlowRoute)


def test_what_is_forgotten_is_nowhere(account: Account) -> None:
    account.learn_number(number())
    account.forget_number(NUMBER)
    assert account.directory.number(NUMBER.e164) is None
    assert account.number_by_id(NumberId("PN1")) is None
    assert account.number_by_id(None) is account.flow_name(None) is None


def test_documents_that_calls_need_are_the_directorys(account: Account) -> None:
    application, shown = (
        Kept(id=sid, account=AC, body=body, created_at=NOW, changed_at=NOW)
        for sid, body in (
            ("AP1", Application(name="desk")),
            ("PN2", CallerId(number="+12025550199", name="x")),
        )
    )
    for kept in (application, shown):
        account.learn_resource(kept)
    assert account.directory.applications == {"AP1": application.body}
    assert account.directory.may_show(Phone("+12025550199"))
    for kept in (application, shown):
        account.forget_resource(kept)
    assert account.directory.applications == {}
    assert not account.directory.may_show(Phone("+12025550199"))


@pytest.mark.anyio
async def test_the_server_is_told_where_one_runs(account: Account) -> None:
    phone = PhoneDevice(
        id=PhoneDeviceId("PH1"), account=AC, username="desk", realm="x", ha1={}, created_at=NOW
    )
    trunk = Trunk(
        id=TrunkId("TK1"), account=AC, name="main", kind="address", host="x.example", created_at=NOW
    )

    async def trunk_added(_trunk: Trunk) -> None:
        server.told.append("trunk_added")

    server = Server()
    server.trunk_added = trunk_added  # type: ignore[attr-defined]
    for told in (None, server):
        account.server = told
        account.learn_flow(FLOW)
        account.learn_phone(phone)
        await account.learn_trunk(trunk)
        assert account.directory.may_register("desk", "x")
        assert list(account.directory.trunks) == ["TK1"]
        account.forget_phone(phone)
        account.forget_trunk(trunk)
        assert not account.phones
        assert not account.directory.trunks
    assert server.told == [
        "flow_changed", "phone_added", "trunk_added", "phone_removed", "trunk_removed",
    ]  # fmt: skip


def test_an_account_that_begins_anew_keeps_the_installations_trunks(account: Account) -> None:
    account.learn_number(number())
    account.trunks[TrunkId("TK1")] = cast("Any", object())
    account.learn_nothing(Directory(AC, "token"))
    assert not account.numbers
    assert account.directory.number(NUMBER.e164) is None
    assert len(account.trunks) == 1


@pytest.mark.parametrize(
    ("host", "found"),
    [("sip.example.com:5070", ("sip.example.com", 5070)), ("192.0.2.0/24", ("", None))],
)
def test_a_network_is_trusted_and_never_called(host: str, found: tuple[str, int | None]) -> None:
    entry = trunk_entry(
        Trunk(id=TrunkId("TK1"), account=AC, name="x", kind="address", host=host, created_at=NOW)
    )
    assert (entry.host, entry.port) == found
