"""Whose call it is: by the phone that calls, the domain or the number that is called."""

from types import SimpleNamespace

import pytest

from ringfence.kernel.ids import AccountId, NumberId, PhoneDeviceId
from ringfence.kernel.phone import Phone
from ringfence.switch.directory import (
    DeviceEntry,
    Directory,
    DomainEntry,
    NumberEntry,
    TwimlRoute,
)
from ringfence.switch.reception import Reception

ROUTE = TwimlRoute(document="<Response/>")


class Desk:
    def __init__(self):
        self.taken = []

    def invite(self, event):
        self.taken.append(event)


@pytest.fixture
def desks():
    first = Directory(AccountId("AC1"), "one")
    below = Directory(AccountId("AC2"), "two", roll=first.roll)
    below.add_number(NumberEntry(id=NumberId("PN2"), phone=Phone("+12025550100"), route=ROUTE))
    below.add_phone(DeviceEntry(id=PhoneDeviceId("PD2"), name="desk"))
    below.set_domains({"calls.example.com": DomainEntry(id="SD2", route=ROUTE)}, set())
    own, theirs = Desk(), Desk()
    reception = Reception(first, own)
    reception.take_in(AccountId("AC2"), theirs)
    return reception, own, theirs, below


def invite(user, *, host="pbx.example.com", username=None):
    uri = SimpleNamespace(subscriber=user, host=host)
    request = SimpleNamespace(uri=uri)
    return SimpleNamespace(request=request, username=username, source=None)


@pytest.mark.parametrize(
    ("event", "below"),
    [
        (invite("+12025550100"), True),
        (invite("12025550100"), True),
        (invite("+12025550101"), False),
        (invite("welcome"), False),
        (invite("+12025550199", username="desk"), True),
        (invite("+12025550100", username="other"), False),
        (invite("anybody", host="Calls.example.com"), True),
    ],
)
def test_whose_it_is(desks, event, below):
    reception, own, theirs, _ = desks
    reception.invite(event)
    assert (own.taken, theirs.taken) == (([], [event]) if below else ([event], []))


def test_what_is_gone_is_the_first_accounts(desks):
    reception, own, _, below = desks
    below.remove_number(Phone("+12025550100"))
    below.remove_phone("desk")
    below.set_domains({}, set())
    for event in (invite("+12025550100"), invite("x", username="desk"),
                  invite("x", host="calls.example.com")):  # fmt: skip
        reception.invite(event)
    assert len(own.taken) == 3
