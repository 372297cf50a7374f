"""What numbers are tied to."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import TrunkId
from ringfence.kernel.phone import Phone
from ringfence.markup import verbs
from ringfence.office.number_ties import PassedOn, address_at
from ringfence.switch.directory import TrunkEntry

pytestmark = pytest.mark.anyio

OURS = "+12025550150"
HOME = {
    "customer": "Ada", "street": "1 Street", "city": "London", "region": "London",
    "postal_code": "SW1A 0AA",
}  # fmt: skip


class Nothing:
    """No other flow."""

    def open(self, *_):
        return None


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def test_calls_to_a_number_are_passed_on_to_its_trunk(office):
    trunk = await run(office, "trunk.add", name="pbx", address="192.0.2.7:5080", transport="tcp")
    number = await run(office, "number.add", number=OURS, ties={"trunk": "pbx"})
    assert number.trunk == trunk.sid
    url = f"flow:{office.directory.numbers[OURS].route.flow}"
    flows = PassedOn(office, Nothing())
    (dial,) = flows.open(url, {"From": Phone("+12025550140")}, 0)
    assert dial.targets[0].uri == f"sip:{OURS}@192.0.2.7:5080;transport=tcp"
    assert (dial.caller_id, dial.answer_on_bridge) == ("+12025550140", True)
    (hidden,) = flows.open(url, {"From": ""}, 0)
    assert hidden.caller_id is None
    assert flows.open("flow:welcome", {}, 0) is None
    await run(office, "trunk.remove", name="pbx")
    assert flows.open(url, {}, 0) == (verbs.Reject(),)


async def test_what_is_said_last_answers(office):
    trunk = await run(office, "trunk.add", name="pbx", address="192.0.2.7")
    menu = await run(office, "application.add", name="Menu")
    number = await run(office, "number.add", number=OURS, ties={"trunk": trunk.sid})
    changed = await run(office, "number.change", sid=number.sid, application=menu.sid)
    assert (changed.trunk, changed.application) == (None, menu.sid)
    changed = await run(office, "number.change", sid=number.sid, ties={"trunk": trunk.sid})
    assert (changed.trunk, changed.application) == (trunk.sid, None)


async def test_what_it_cannot_be_tied_to(office):
    registered = await run(
        office, "trunk.add", name="reg", register="u@192.0.2.9", password="s3cret-word"
    )
    number = await run(office, "number.add", number=OURS, silent=True)
    quiet = await run(office, "address.add", **HOME, country="GB")
    for ties, code in (
        ({"trunk": "TK" + "0" * 32}, "unknown_trunk"),
        ({"trunk": registered.sid}, "trunk_not_called"),
        ({"address": "AD" + "0" * 32}, "unknown_address"),
        ({"bundle": "RI" + "0" * 32}, "bad_papers"),
        ({"identity": "me"}, "bad_papers"), ({"emergency": True}, "no_emergency_address"),
        ({"emergency_address": quiet.sid}, "not_for_emergencies"),
        ({"emergency": "maybe"}, "bad_argument"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await run(office, "number.change", sid=number.sid, ties=ties)
        assert refused.value.code == code


async def test_papers_and_where_help_is_sent_are_remembered(office):
    home = await run(office, "address.add", **HOME, country="GB", emergency=True)
    number = await run(office, "number.add", number=OURS, silent=True)
    ties = {
        "bundle": "BU" + "1" * 32, "identity": "RI" + "2" * 32, "emergency": True,
        "emergency_address": home.sid,
    }  # fmt: skip
    changed = await run(office, "number.change", sid=number.sid, ties=ties)
    assert (changed.bundle, changed.identity) == (ties["bundle"], ties["identity"])
    assert (changed.emergency, changed.emergency_address) == (True, home.sid)


@pytest.mark.parametrize(
    ("rule", "country", "given"),
    [
        ("none", None, True), ("any", None, False), ("any", "DE", True), ("local", "US", True),
        ("local", "DE", False), ("foreign", "US", False), ("foreign", "DE", True),
    ],
)  # fmt: skip
async def test_a_number_of_the_stock_may_ask_for_an_address(office, rule, country, given):
    await run(office, "number.stock.add", first=OURS, address=rule, beta=True)
    ties = {}
    if country is not None:
        ties["address"] = (await run(office, "address.add", **HOME, country=country)).sid
    args = {"number": OURS, "silent": True, "from_stock": True, "ties": ties}
    if not given:
        with pytest.raises(Refused, match="address_required"):
            await run(office, "number.add", **args)
        return
    bought = await run(office, "number.add", **args)
    assert (bought.stock.address, bought.stock.beta) == (rule, True)


@pytest.mark.parametrize("host", ["2001:db8::1", "[2001:db8::1]"])
def test_an_address_at_a_trunk(host):
    entry = TrunkEntry(id=TrunkId("TK"), name="x", host=host, port=5061, transport="tls")
    assert address_at(Phone(OURS), entry) == f"sip:{OURS}@[2001:db8::1]:5061;transport=tls"
