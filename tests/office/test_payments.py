"""Processors set up and payments shown; what is refused."""

import pytest

from ringfence.accounts.payments import PaymentConnector
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId
from ringfence.office.payment_desk import PaymentDesk
from ringfence.payments.order import PaymentOrder
from ringfence.storage.payments import Payment

pytestmark = pytest.mark.anyio


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def nobody(_request, *, limit, total_ms):
    raise AssertionError(limit, total_ms)


async def test_a_processor_is_kept_with_its_secret_sealed(office):
    added = await run(
        office, "payment_connector.add", name="Default",
        template={"url": "https://pay.example.com/v1", "secret": "sesame-77"},
    )  # fmt: skip
    assert (added.kind, added.address) == ("http", "pay.example.com")
    names = [one.name for one in await run(office, "payment_connector.list")]
    assert names == ["test", "Default"]
    (kept,) = office.shelf.all(PaymentConnector)
    assert kept.body.secret == "sesame-77"
    await office.settled()
    assert b"sesame-77" not in (office.store.store.folder.root / "ringfence.db").read_bytes()
    await run(office, "payment_connector.remove", name="default")
    assert not office.shelf.all(PaymentConnector)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"name": "7"}, "bad_name"),
        ({"name": "test"}, "exists"),
        ({"name": "a", "url": "http://pay.example.com"}, "not_secure"),
        ({"name": "a", "url": "https://10.0.0.1/pay"}, "private_address"),
        ({"name": "a", "template": {"fields": {}}}, "bad_template"),
        ({"name": "a", "url": "https://x.example", "template": {"nobody": 1}}, "bad_template"),
        ({"name": "a", "url": "https://x.example", "template": {"fields": 1}}, "bad_template"),
    ],
)
async def test_what_is_refused(office, args, code):
    with pytest.raises(Refused) as refused:
        await run(office, "payment_connector.add", **args)
    assert refused.value.code == code


async def test_names_are_one_whatever_their_case(office):
    await run(office, "payment_connector.add", name="Trial")
    with pytest.raises(Refused):
        await run(office, "payment_connector.add", name="TRIAL")


async def test_payments_are_listed_and_shown(office):
    desk = PaymentDesk(office, fetch=nobody)
    opened = await desk.begin(CallId("CA" + "1" * 32), PaymentOrder(connector="test", amount="5"))
    assert isinstance(opened, Payment)
    (listed,) = await run(office, "payment.list")
    assert (listed.sid, listed.amount, listed.state) == (opened.id, "5", "open")
    shown = await run(office, "payment.show", sid=opened.id)
    assert shown.last is None
    with pytest.raises(Refused):
        await run(office, "payment.show", sid="PK" + "0" * 32)
    with pytest.raises(Refused):
        await run(office, "payment.list", limit=0)
