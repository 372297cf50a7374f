"""Where a 3xx answer may send a call of ours."""

import pytest

from ringfence.calls import effects
from ringfence.calls.targets import Endpoint, ToApplication, ToDevice, ToPhone, ToSip
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import (
    AccountId,
    ApplicationId,
    LegId,
    NumberId,
    PhoneDeviceId,
    TrunkId,
)
from ringfence.kernel.limits import REDIRECTS_MAX
from ringfence.kernel.phone import Phone
from ringfence.sip.events import Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri
from ringfence.switch.directory import DeviceEntry, Directory, FlowRoute, NumberEntry, TrunkEntry
from ringfence.switch.identity import ANONYMOUS
from ringfence.switch.redirects import Course
from ringfence.switch.routing import Placement

DESK, MOBILE = (
    DeviceEntry(id=PhoneDeviceId(f"PD{number}"), name=name)
    for number, name in enumerate(("desk", "mobile"))
)
CARRIER, SPARE = TrunkId("TK1"), TrunkId("TK2")
NUMBER = Phone("+12025550123")
DEAR = Phone("+12025550199")


def directory() -> Directory:
    made = Directory(AccountId("AC1"), "t")
    made.add_phone(DESK)
    made.add_phone(MOBILE)
    made.trunks[CARRIER] = TrunkEntry(id=CARRIER, name="carrier", host="sip.example.com")
    made.trunks[SPARE] = TrunkEntry(id=SPARE, name="spare", host="sip.example.net")
    made.add_number(
        NumberEntry(id=NumberId("PN1"), phone=Phone("+12025550100"), route=FlowRoute(flow="menu"))
    )
    return made


def course(
    endpoint: Endpoint,
    uri: str = "sip:x@192.0.2.1",
    *,
    phone: bool = False,
    dials: bool = True,
    region: str | None = None,
) -> Course:
    effect = effects.PlaceLeg(leg=LegId("LG1"), endpoint=endpoint, caller_id=None)
    placement = Placement(
        targets=(Peer("udp", "192.0.2.99", 5060),),
        uri=Uri.parse(uri),
        from_=ANONYMOUS,
        phone=phone,
        dials=phone and dials,
    )
    return Course(effect, placement, region)


def anything(phone: Phone) -> None:
    del phone


def no_islands(phone: Phone) -> None:
    if phone == DEAR:
        raise Refused("destination_not_allowed", "dear")


def sent_to(made: Course, *contacts: str) -> Endpoint | None:
    made.take([NameAddr.parse(one) for one in contacts])
    effect = made.next(directory(), no_islands)
    return None if effect is None else effect.endpoint


RINGING_DESK = ToDevice(device=DESK.id)
TO_BOB = ToSip(uri="sip:bob@pbx.example.org;transport=tcp", username="u", password="p")


@pytest.mark.parametrize(
    ("contact", "rings"),
    [
        ("<sip:mobile@pbx.example.com>", ToDevice(device=MOBILE.id)),
        ("<sip:mobile@10.0.0.1:5070>", ToDevice(device=MOBILE.id)),
        ("<sip:+12025550123@pbx.example.com>", ToPhone(phone=NUMBER)),
        ("<tel:+12025550123>", ToPhone(phone=NUMBER)),
        ("<sip:desk@pbx.example.com>", None),  # in a circle
        (f"<tel:{DEAR.e164}>", None),  # what the phone itself may not dial
        ("<sip:+12025550100@pbx.example.com>", None),  # a program is no phone
        ("<sip:bob@elsewhere.example.com>", None),
    ],
)
def test_a_phone_of_ours_forwards_to_what_it_could_dial(
    contact: str, rings: Endpoint | None
) -> None:
    assert sent_to(course(RINGING_DESK, phone=True), contact) == rings


@pytest.mark.parametrize(
    ("contact", "rings"),
    [
        ("<sip:+12025550177@sip.example.com>", (CARRIER, "+12025550177")),
        ("<sip:+12025550177@192.0.2.99>", (CARRIER, "+12025550177")),
        ("<tel:+12025550177>", (CARRIER, "+12025550177")),
        ("<sip:+12025550123@sip.example.net>", (SPARE, "+12025550123")),
        ("<sip:+12025550123@sip.example.com>", None),  # in a circle
        ("<sip:+12025550177@10.0.0.1>", None),  # where we would not call by ourselves
        (f"<sip:{DEAR.e164}@sip.example.com>", None),
        ("<sip:desk@sip.example.com>", None),
    ],
)
def test_a_carrier_sends_on_to_numbers_at_carriers(
    contact: str, rings: tuple[TrunkId, str] | None
) -> None:
    found = sent_to(course(ToPhone(phone=NUMBER)), contact)
    if rings is None:
        assert found is None
    else:
        assert found == ToPhone(phone=Phone(rings[1]), trunk=rings[0])


@pytest.mark.parametrize(
    ("contact", "rings"),
    [
        ("<sip:alice@pbx.example.org;x=1?Subject=y>", "sip:alice@pbx.example.org;transport=tcp"),
        ("<sip:alice@pbx.example.org:5070>", None),
        ("<sip:alice@127.0.0.1>", None),
        ("<sips:alice@pbx.example.org>", None),
    ],
)
def test_a_sip_address_sends_on_within_its_host(contact: str, rings: str | None) -> None:
    found = sent_to(course(TO_BOB, TO_BOB.uri), contact)
    assert (found.uri if isinstance(found, ToSip) else None) == rings


def test_nothing_else_is_sent_on() -> None:
    application = ToApplication(application=ApplicationId("AP1"))
    assert sent_to(course(application), "<sip:bob@example.com>") is None
    unplaced = Course(effects.PlaceLeg(leg=LegId("LG1"), endpoint=TO_BOB))
    assert sent_to(unplaced, "<sip:bob@pbx.example.org>") is None


def test_the_highest_q_is_first_and_the_others_wait() -> None:
    made = course(RINGING_DESK, phone=True)
    contacts = ("<tel:+12025550177>;q=0.1", "<tel:+12025550123>;q=0.9", "<sip:mobile@x>;q=bad")
    assert sent_to(made, *contacts) == ToPhone(phone=NUMBER)
    assert sent_to(made) == ToPhone(phone=Phone("+12025550177"))


def test_two_phones_that_forward_to_each_other_ring_once_each() -> None:
    made = course(RINGING_DESK, phone=True)
    assert sent_to(made, "<sip:mobile@x>") == ToDevice(device=MOBILE.id)
    assert sent_to(made, "<sip:desk@x>") is None
    assert made.circled


def test_the_contacts_followed_are_bounded() -> None:
    made = course(RINGING_DESK, phone=True)
    found = [sent_to(made, f"<tel:+120255501{number:02}>") for number in range(20, 40)]
    assert len([one for one in found if one is not None]) == REDIRECTS_MAX


@pytest.mark.parametrize("written", ["2025550199", "12025550199", "01112025550199"])
def test_a_number_is_judged_as_what_it_is_however_it_is_written(written: str) -> None:
    """Digits without a country would pass every prefix, and the carrier would dial them."""
    assert sent_to(course(RINGING_DESK, phone=True, region="US"), f"<sip:{written}@x>") is None
    at_carrier = f"<sip:{written}@sip.example.com>"
    assert sent_to(course(ToPhone(phone=NUMBER), region="US"), at_carrier) is None


@pytest.mark.parametrize("contact", ["<tel:+12025550177>", "<sip:mobile@x>", "<sip:x@192.0.2.1>"])
def test_a_phone_that_may_call_sip_domains_alone_sends_nobody_on(contact: str) -> None:
    to = ToSip(uri="sip:desk@calls.example.com")
    assert sent_to(course(to, phone=True, dials=False), contact) is None
