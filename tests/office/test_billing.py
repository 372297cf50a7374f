"""Tariffs and balances through their use cases; who may, who pays, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId
from ringfence.kernel.phone import Phone
from ringfence.messaging.message import MessageFailed
from ringfence.office import Office, billing
from ringfence.office.messaging.asking import Wanted, prepare

pytestmark = pytest.mark.anyio
OURS, PERSON = "+447700900100", "+447700900123"


async def run(office: Office, use: str, /, account: str | None = None, **args: Any) -> Any:
    return await office.run(use, args, actor="operator", account=account)


async def tariff(office: Office) -> None:
    await run(office, "tariff.set", service="sms-outbound", price="0.0075", currency="usd")
    await run(office, "tariff.set", service="calls-outbound", price="0.014", to="+44",
              increment="6/6")  # fmt: skip


async def trial(office: Office) -> Office:
    made = await run(office, "account.add", name="Trial", trial=True)
    assert made.trial
    return office.branches[AccountId(made.sid)]


async def test_nothing_costs_until_somebody_says_so(office: Office) -> None:
    assert await run(office, "tariff.show") is None
    assert await run(office, "tariff.list") == []
    found = await run(office, "balance.show")
    assert (found.currency, found.amount, found.credit) == (None, None, True)
    (calls,) = await run(office, "usage.records", category="calls")
    assert (calls.price, calls.currency) == (None, None)
    for use, args in (("credit", {"amount": "5"}), ("limit", {}),
                      ("adjust", {"amount": "5", "reason": "x"})):  # fmt: skip
        with pytest.raises(Refused, match="bad_currency") as refused:
            await run(office, f"balance.{use}", **args)
        assert "ringfence tariff import FILE --currency USD" in refused.value.reason


async def test_one_rate_after_the_other(office: Office, data: Any) -> None:
    await tariff(office)
    found = await run(office, "tariff.show")
    assert [(one.service, one.to, one.price, one.increment) for one in found.rates] == [
        ("calls-outbound", "+44", "0.014", "6/6"), ("sms-outbound", "", "0.0075", None),
    ]  # fmt: skip
    await run(office, "tariff.set", service="sms-outbound", price="0.01")
    await run(office, "tariff.remove", service="calls-outbound", to="+44")
    found = await run(office, "tariff.show")
    assert [(one.service, one.price) for one in found.rates] == [("sms-outbound", "0.01")]
    assert len(await run(office, "tariff.list")) == 4
    with pytest.raises(Refused, match="not_found"):
        await run(office, "tariff.remove", service="calls-outbound", to="+44")


async def test_one_currency_and_never_in_the_past(office: Office) -> None:
    with pytest.raises(Refused, match="bad_currency"):
        await run(office, "tariff.set", service="recordings", price="1")
    await tariff(office)
    with pytest.raises(Refused, match="paid in USD"):
        await run(office, "tariff.import", text="service,price\nrecordings,1\n", currency="EUR")
    with pytest.raises(Refused, match="bad_argument"):
        await run(office, "tariff.set", service="recordings", price="1", since=1)
    later = office.clock.now() + 86_400_000
    await run(office, "tariff.import", text="", since=later)
    assert len((await run(office, "tariff.show")).rates) == 2


async def test_an_account_may_pay_by_a_tariff_of_its_own(office: Office) -> None:
    await tariff(office)
    below = (await run(office, "account.add", name="Below")).sid
    assert len((await run(office, "tariff.show", account=below)).rates) == 2
    text = 'service,price\nsms-outbound,"0.02"\n'
    await run(office, "tariff.import", text=text, sid=below)
    assert (await run(office, "tariff.show", account=below)).rates[0].price == "0.02"
    assert len((await run(office, "tariff.show")).rates) == 2
    with pytest.raises(Refused, match="not_authorized"):
        await run(office, "tariff.set", service="recordings", price="1", account=below)
    with pytest.raises(Refused, match="not_found"):
        await run(office, "tariff.list", sid="AC" + "0" * 32)


async def test_credits_adjustments_and_the_limit(office: Office) -> None:
    await tariff(office)
    assert (await run(office, "balance.credit", amount="50")).amount == "50.00"
    found = await run(office, "balance.adjust", amount="-51.5", reason="credit note 12")
    assert (found.amount, found.limit, found.credit) == ("-1.50", "1000.00", True)
    found = await run(office, "balance.limit", amount="1.5")
    assert (found.limit, found.credit) == ("1.50", False)
    assert (await run(office, "balance.limit")).limit == "1000.00"
    rows = await run(office, "balance.movements")
    assert sorted((one.kind, one.amount, one.reason) for one in rows) == [
        ("adjustment", "-51.50", "credit note 12"), ("credit", "50.00", None),
    ]  # fmt: skip
    (first,) = await run(office, "balance.movements", limit=1)
    (second,) = await run(office, "balance.movements", before=first.sid)
    assert {first.sid, second.sid} == {one.sid for one in rows}
    for args in ({"amount": "0"}, {"amount": "-1"}, {"amount": "lots"}):
        with pytest.raises(Refused, match="bad_amount"):
            await run(office, "balance.credit", **args)
    with pytest.raises(Refused, match="say why"):
        await run(office, "balance.adjust", amount="1", reason=" ")


async def test_a_trial_account_lives_on_its_own_credit(office: Office) -> None:
    await tariff(office)
    below = await trial(office)
    sid = below.account.id
    found = await run(office, "balance.show", account=sid)
    assert (found.payer, found.amount, found.limit, found.credit) == (sid, "0.00", "0.00", False)
    with pytest.raises(Refused, match="no_credit"):
        billing.require_credit(below)
    found = await run(office, "balance.credit", amount="1", sid=sid)
    assert (found.amount, found.credit) == ("1.00", True)
    assert (await run(office, "balance.show")).amount == "0.00"
    await run(office, "account.change", sid=sid, status="full")
    found = await run(office, "balance.show", account=sid)
    assert (found.trial, found.payer, found.amount) == (False, office.account.id, None)
    with pytest.raises(Refused, match="not_payer"):
        await run(office, "balance.credit", amount="1", sid=sid)


async def test_a_suspended_trial_account_comes_back_as_one(office: Office) -> None:
    below = await trial(office)
    sid = below.account.id
    for status in ("suspended", "suspended"):
        shown = await run(office, "account.change", sid=sid, status=status)
        assert (shown.status, shown.trial) == ("suspended", True)
    shown = await run(office, "account.change", sid=sid, status="active")
    assert (shown.status, shown.trial) == ("trial", True)


async def test_without_credit_no_message_is_taken_but_what_a_law_asks_for(office: Office) -> None:
    await tariff(office)
    below = await trial(office)
    await run(office, "number.add", number=OURS, twiml="<Response/>", account=below.account.id)
    with pytest.raises(Refused, match="no_credit"):
        await run(office, "message.send", to=PERSON, sender=OURS, text="hi",
                  account=below.account.id)  # fmt: skip
    law = Wanted(to=Phone(PERSON), sender=Phone(OURS), text="Your code", owed=True)
    ready = prepare(below, law)
    assert ready.id in below.post.owed
    with billing.owed():
        assert not billing.spent(below)
    assert billing.spent(below)


async def test_a_message_that_costs_too_much_fails_at_once(office: Office) -> None:
    await tariff(office)
    await run(office, "number.add", number=OURS, twiml="<Response/>")
    wanted = {"to": PERSON, "sender": OURS, "text": "x" * 200}
    dear = await run(office, "message.send", **wanted, max_price="0.01")
    assert (dear.status, dear.error, dear.price) == ("failed", 30010, None)
    story = await run(office, "message.story", sid=dear.sid)
    assert story.facts[-1].name == MessageFailed.name()
    assert (await run(office, "message.send", **wanted, max_price="0.015")).status == "queued"
    with pytest.raises(Refused, match="bad_amount"):
        await run(office, "message.send", **wanted, max_price="much")


async def test_a_number_is_charged_for_its_month_once(office: Office) -> None:
    await run(office, "number.add", number=OURS, twiml="<Response/>")
    now = office.clock.now()
    assert await billing.rent(office, now) == 0
    await run(office, "tariff.set", service="phonenumbers", price="1.15", currency="USD")
    now = office.clock.now()
    assert [await billing.rent(office, now) for _ in range(2)] == [1, 0]
    assert (await run(office, "balance.show")).amount == "-1.15"
    rows = {one.category: one for one in await run(office, "usage.records", span="today")}
    found = rows["phonenumbers"]
    assert (found.count, found.price, found.currency) == (1, "1.15", "USD")
    assert (rows["totalprice"].price, rows["totalprice"].count) == ("1.15", 0)


async def test_usage_is_each_accounts_own_and_told_together_where_asked(office: Office) -> None:
    await run(office, "tariff.set", service="phonenumbers", price="2", currency="USD")
    below = (await run(office, "account.add", name="Below")).sid
    await run(office, "number.add", number=OURS, twiml="<Response/>", account=below)
    await billing.rent(office.branches[AccountId(below)], office.clock.now())
    assert (await run(office, "balance.show")).amount == "-2.00"

    async def price(account: str | None = None, **args: Any) -> str:
        args |= {"category": "totalprice", "span": "today"}
        return str((await run(office, "usage.records", account, **args))[0].price)

    assert [await price(), await price(below), await price(below=True)] == ["0.00", "2.00", "2.00"]


async def test_a_trigger_on_what_was_charged(office: Office) -> None:
    await run(office, "tariff.set", service="phonenumbers", price="1.15", currency="USD")
    await run(office, "number.add", number=OURS, twiml="<Response/>")
    wanted = {"category": "totalprice", "by": "price", "url": "https://example.com/used"}
    made = await run(office, "usage.trigger.add", value="1.10", **wanted)
    assert (made.value, made.current) == (1_100_000, 0)
    await billing.rent(office, office.clock.now())
    shown = await run(office, "usage.trigger.show", sid=made.sid)
    assert shown.current == 1_150_000
    more = await run(office, "usage.trigger.add", value="+0.5", **wanted)
    assert more.value == 1_650_000
    for change in ({"by": "usage"}, {"value": "much"}):
        with pytest.raises(Refused, match=r"bad_argument|bad_amount"):
            await run(office, "usage.trigger.add", **{"value": "1", **wanted, **change})
