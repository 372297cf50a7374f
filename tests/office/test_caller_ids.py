"""Numbers whose owners confirm, on a call, that they may be shown."""

import asyncio
from types import SimpleNamespace

import pytest
from office_open import opened

from ringfence.calls.causes import Cause
from ringfence.calls.events import CallEnded
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CALLER_ID_TRIES
from ringfence.kernel.phone import Phone
from ringfence.markup import verbs
from ringfence.office.caller_ids import CallerIdChecks

pytestmark = pytest.mark.anyio

THEIRS = "+12025550123"
CALL = "CA" + "1" * 32


class Live:
    """A running server in which every call is placed and nobody answers by themselves."""

    def __init__(self, office):
        self.placed, self.told = [], []
        self.checks = CallerIdChecks(office, SimpleNamespace(open=lambda *_: None))
        self.outgoing = SimpleNamespace(place=self.place)

    def place(self, to, *, source, wishes, named):
        assert named.startswith("CA")
        self.placed.append((to, source.url, wishes))
        return CALL

    def tell(self, call, request):
        self.told.append((call, dict(request.params)))

    def enter(self, digits=None):
        """What the call says next, after these keys."""
        return self.checks.open(self.placed[-1][1], {} if digits is None else {"Digits": digits}, 0)


@pytest.fixture
def live(office):
    made = Live(office)
    office.attach(made)
    return made


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def settled(live):
    await asyncio.gather(*live.checks._tasks)


def ended():
    return CallEnded(
        at=1, call=CALL, account="AC1", direction="outbound", cause=Cause.NO_ANSWER,
        hung_up_by="system", missed=False, offered_at=1, rang_at=None, answered_at=None,
        answered_by_person_at=None, ended_at=1, duration_ms=0, talk_ms=0, codec="", mos_x100=0,
    )  # fmt: skip


async def test_whoever_holds_the_telephone_confirms_it(office, live, data):
    check = await run(
        office, "caller_id.verify", number=THEIRS, name="Mobile", digits="12",
        status_url="https://example.com/s",
    )  # fmt: skip
    assert (check.call, check.number, len(check.code)) == (CALL, THEIRS, 6)
    assert live.placed[0][0] == THEIRS
    assert live.placed[0][2].digits == "12"
    (ask,) = live.enter()
    assert isinstance(ask, verbs.Gather)
    assert (ask.num_digits, ask.action) == (6, live.placed[0][1])
    assert check.code not in ask.prompts[0].text
    assert not office.directory.may_show(Phone(THEIRS))
    assert isinstance(live.enter(check.code)[-1], verbs.Hangup)
    live.checks.watch([ended()])
    await settled(live)
    (kept,) = await run(office, "caller_id.list")
    assert (kept.number, kept.name) == (THEIRS, "Mobile")
    assert office.directory.may_show(Phone(THEIRS))
    (told,) = live.told
    assert told[1]["VerificationStatus"] == "success"
    assert told[1]["OutgoingCallerIdSid"] == kept.sid
    office.store.store.close()
    again = opened(data)
    assert again.directory.may_show(Phone(THEIRS))
    again.store.store.close()


async def test_wrong_codes_confirm_nothing(office, live):
    check = await run(office, "caller_id.verify", number=THEIRS, status_url="https://example.com/s")
    wrong = "000000" if check.code != "000000" else "111111"
    for _ in range(CALLER_ID_TRIES - 1):
        assert isinstance(live.enter(wrong)[-1], verbs.Gather)
    assert isinstance(live.enter(wrong)[-1], verbs.Hangup)
    live.enter(check.code)  # too late
    live.checks.watch([ended()])
    await settled(live)
    assert await run(office, "caller_id.list") == []
    assert [params["VerificationStatus"] for _, params in live.told] == ["failed"]
    assert live.enter(check.code) is None


async def test_a_number_is_checked_once_at_a_time(office, live):
    await run(office, "caller_id.verify", number=THEIRS)
    with pytest.raises(Refused, match="check_pending"):
        await run(office, "caller_id.verify", number=THEIRS)
    live.checks.watch([ended()])
    await settled(live)
    assert live.told == []
    await run(office, "caller_id.verify", number=THEIRS)


async def test_what_may_be_shown_already_is_not_checked(office, live):
    await run(office, "number.add", number="+12025550100", silent=True)
    with pytest.raises(Refused, match="already_verified"):
        await run(office, "caller_id.verify", number="+12025550100")
    for unheard in ("911", "+1202555"):
        with pytest.raises(Refused, match="invalid_number"):
            await run(office, "caller_id.verify", number=unheard)
    assert live.placed == []


async def test_it_is_renamed_and_taken_away(office, live):
    check = await run(office, "caller_id.verify", number=THEIRS)
    live.enter(check.code)
    await settled(live)
    (kept,) = await run(office, "caller_id.list")
    assert (await run(office, "caller_id.rename", sid=kept.sid, name="Other")).name == "Other"
    assert (await run(office, "caller_id.show", sid=kept.sid)).number == THEIRS
    await run(office, "caller_id.remove", sid=kept.sid)
    assert not office.directory.may_show(Phone(THEIRS))


async def test_other_documents_are_the_flows(office):
    checks = CallerIdChecks(office, SimpleNamespace(open=lambda url, *_: (url,)))
    assert checks.open("flow:welcome", {}, 0) == ("flow:welcome",)


async def test_it_rings_when_it_was_asked_to(office, live):
    waited = asyncio.Event()
    asked = []

    async def sleep(seconds):
        asked.append(seconds)
        await waited.wait()

    live.checks._sleep = sleep
    check = await run(office, "caller_id.verify", number=THEIRS, delay_s=30)
    await asyncio.sleep(0)
    assert (asked, live.placed) == ([30], [])
    assert check.call.startswith("CA")
    waited.set()
    await settled(live)
    assert [to for to, _, _ in live.placed] == [THEIRS]
    for wrong in (-1, 61):
        with pytest.raises(Refused, match="bad_argument"):
            await run(office, "caller_id.verify", number=THEIRS, delay_s=wrong)


async def test_a_call_that_cannot_be_placed_later_has_confirmed_nothing(office, live):
    async def sleep(_):
        return None

    def refuse(*_, **__):
        raise Refused("draining", "no new calls")

    live.checks._sleep, live.outgoing.place = sleep, refuse
    await run(
        office, "caller_id.verify", number=THEIRS, delay_s=1, status_url="https://example.com/s"
    )
    await settled(live)
    await settled(live)
    (told,) = live.told
    assert told[1]["VerificationStatus"] == "failed"
