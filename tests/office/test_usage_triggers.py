"""A server is told once use reaches an amount, once in each period."""

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.office.usage_triggers import look

pytestmark = pytest.mark.anyio

DAY = 86_400_000
URL = "https://example.com/used"


class Live:
    """A running server that keeps what is told."""

    def __init__(self):
        self.told = []

    def tell(self, call, request):
        assert call is None
        self.told.append(dict(request.params))


@pytest.fixture
def live(office):
    made = Live()
    office.attach(made)
    return made


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def a_call(office, at):
    call, leg = (ids.make(kind, at, office.entropy) for kind in ("call", "leg"))
    account = office.account.id
    office.store.calls.record(
        [
            events.CallOffered(at=at, call=call, account=account, leg=leg, caller="PA1",
                               called="PA2"),
            events.CallEnded(
                at=at, call=call, account=account, direction="inbound", cause=Cause.NORMAL,
                hung_up_by="caller", missed=False, offered_at=at, rang_at=None, answered_at=at,
                answered_by_person_at=None, ended_at=at, duration_ms=90_000, talk_ms=0,
                codec="PCMU", mos_x100=0,
            ),
        ],
        at,
    )  # fmt: skip
    await office.settled()


async def test_it_fires_once_when_the_amount_is_reached(office, live):
    now = office.clock.now()
    args = {"category": "calls-inbound", "url": URL, "name": "Fraud"}
    made = await run(office, "usage.trigger.add", value="3", **args)
    assert (made.current, made.fired) == (0, None)
    await a_call(office, now)
    assert await look(office, now) == 0
    assert (await run(office, "usage.trigger.show", sid=made.sid)).current == 2
    await a_call(office, now)
    assert await look(office, now) == 1
    assert await look(office, now + DAY) == 0
    (told,) = live.told
    assert told["UsageTriggerSid"] == made.sid
    assert (told["CurrentValue"], told["TriggerValue"]) == ("4", "3")
    assert (await run(office, "usage.trigger.list"))[0].fired == now


async def test_a_recurring_one_fires_once_in_each_period(office, live):
    now = office.clock.now()
    await run(
        office, "usage.trigger.add", category="calls", value="1", by="count", url=URL,
        recurring="daily",
    )  # fmt: skip
    await a_call(office, now)
    assert [await look(office, now) for _ in range(2)] == [1, 0]
    tomorrow = now + DAY
    assert await look(office, tomorrow) == 0
    await a_call(office, tomorrow)
    assert await look(office, tomorrow) == 1
    assert len({told["IdempotencyToken"] for told in live.told}) == 2


async def test_more_than_now_is_counted_from_now(office, live):
    await a_call(office, office.clock.now())
    made = await run(office, "usage.trigger.add", category="calls", value="+5", url=URL)
    assert (made.value, made.current) == (7, 2)
    changed = await run(office, "usage.trigger.change", sid=made.sid, name="x", method="GET")
    assert (changed.name, changed.hook.method, changed.hook.url) == ("x", "GET", URL)
    await run(office, "usage.trigger.remove", sid=made.sid)
    assert await run(office, "usage.trigger.list") == []


@pytest.mark.parametrize(
    "args",
    [
        {"category": "fax"}, {"value": "many"}, {"value": "-1"}, {"by": "hours"},
        {"recurring": "hourly"}, {"url": "http://10.0.0.1"}, {"url": ""},
    ],
)  # fmt: skip
async def test_nonsense_is_refused(office, args):
    with pytest.raises(Refused):
        await run(
            office, "usage.trigger.add", **{"category": "calls", "value": "1", "url": URL} | args
        )
