"""Call records: newest first, page by page, by state, by party."""

import pytest
from msgspec.structs import replace


@pytest.fixture
def stories(store, story, clock, settle):
    made = []
    for n in range(7):
        clock.advance(1000)
        one = story(caller=f"+1202555010{n % 2}")
        store.calls.record([one.offered()], clock.now())
        if n % 3 == 0:
            store.calls.record([one.answered(), one.ended()], clock.now())
        made.append(one)
    settle()
    return made


@pytest.mark.parametrize("alone", [False, True])
def test_pages_lead_from_the_newest_to_the_oldest(store, account, stories, alone):
    records, seen = store.call_records, []
    page = records.page(account.id, count=3, alone=alone)
    while page:
        seen += [call.id for call in page]
        page = records.page(account.id, count=3, before=seen[-1], alone=alone)
    assert seen == [one.call for one in reversed(stories)]


def test_calls_of_one_state(store, account, stories):
    ended = store.call_records.page(account.id, count=10, state="ended")
    assert [call.id for call in ended] == [stories[n].call for n in (6, 3, 0)]
    assert store.call_records.page(account.id, count=10, state="ringing") == []


def test_calls_of_another_account_are_not_shown(store, stories):
    assert store.call_records.page("AC-other", count=10) == []
    assert store.call_records.page("AC-other", count=10, alone=True) == []


def test_calls_of_a_party(store, stories):
    found = store.call_records.of_party(stories[0].caller, count=10)
    assert found == [stories[n].call for n in (6, 4, 2, 0)]
    assert store.call_records.of_party(stories[0].caller, count=2, before=found[1]) == found[2:]


def test_counting_since_an_instant(store, account, stories):
    assert store.call_records.count_since(account.id, stories[2].begun) == 5
    assert store.call_records.count_since(account.id, stories[-1].begun + 1) == 0


def test_open_calls(store, stories):
    found = [call.id for call in store.call_records.open_ones(store.db.reading)]
    assert found == [stories[n].call for n in (1, 2, 4, 5)]
    assert all(call.ended_at is None for call in store.call_records.open_ones(store.db.reading))


def test_the_flow_that_answered(store, story, clock, settle):
    by_flow = replace(story(caller="+12025550107").offered(), flow="FL" + "7" * 32)
    store.calls.record([by_flow], clock.now())
    settle()
    assert store.call_records.get(by_flow.call).flow == "FL" + "7" * 32


def test_missed_is_a_truth_value(store, account, stories):
    assert store.call_records.get(stories[0].call).missed is True
    assert store.call_records.get(stories[1].call).missed is False
    assert store.call_records.get("CA-none") is None
