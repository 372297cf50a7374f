"""Looking for calls by number, time and final status."""

from __future__ import annotations

import asyncio

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause, word
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office.call_search import ENDINGS


def ask(office, **args):
    async def run():
        return await office.run("call.search", args, actor="operator")

    return asyncio.run(run())


@pytest.fixture
def call(office):
    now = office.clock.now()
    call, leg = (ids.make(kind, now, office.entropy) for kind in ("call", "leg"))
    caller, called = (
        office.store.party_room.resolve(Phone(number), now)
        for number in ("+12025550123", "+12025550188")
    )
    fact = events.CallOffered(
        at=now, call=call, account=office.account.id, leg=leg, caller=caller, called=called
    )
    office.store.calls.record([fact], now)
    office.store.db.submit(lambda _: None).result(5)
    return call


def test_a_call_is_found_by_its_numbers(office, call):
    assert [one.sid for one in ask(office, caller="(202) 555-0123").calls] == [call]
    assert [one.sid for one in ask(office, called="+12025550188").calls] == [call]
    assert ask(office, caller="+12025550188").calls == []


def test_whoever_never_called_is_not_made_up(office, call):
    assert ask(office, caller="+12025550199").calls == []
    assert ask(office, caller="sip:nobody@example.com").calls == []
    assert office.store.party_room.find(Phone("+12025550199")) is None


def test_a_call_is_found_by_time_and_status(office, call):
    at = ids.created(call)
    assert [one.sid for one in ask(office, since=at, statuses=["ringing"]).calls] == [call]
    assert ask(office, until=at).calls == []
    assert ask(office, statuses=["completed", "busy"]).calls == []


@pytest.mark.parametrize(
    "args", [{"limit": 0}, {"limit": 9999}, {"before": "x"}, {"statuses": ["nice"]}]
)
def test_nonsense_is_refused(office, args):
    with pytest.raises(Refused) as refused:
        ask(office, **args)
    assert refused.value.code == "bad_argument"


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_a_word_for_the_unanswered_stands_for_all_its_causes(status):
    causes = {cause for cause in Cause if word(cause, answered=False) == status}
    assert set(ENDINGS[status].causes) == causes
    assert causes
