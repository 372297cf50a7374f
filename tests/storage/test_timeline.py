"""The timeline: stored facts in the order they were recorded."""


def test_the_facts_of_a_call_come_back_in_order(store, story, clock, settle):
    one, other = story(), story()
    told = one.whole()
    store.calls.record(told[:4], clock.now())
    store.calls.record(other.whole(), clock.now())
    store.calls.record(told[4:], clock.now())
    settle()
    assert store.timeline.facts_of(one.call) == told
    assert store.timeline.facts_of("CA-none") == []


def test_everything_since_an_event(store, story, clock, settle):
    store.calls.record(story().whole(), clock.now())
    settle()
    first = store.timeline.since(0, count=4)
    assert [event.id for event in first] == [1, 2, 3, 4]
    rest = store.timeline.since(first[-1].id, count=100)
    assert [event.id for event in rest] == [5, 6, 7, 8, 9]


def test_a_row_of_a_kind_from_another_version_is_shown_and_is_no_fact(store, story, clock, settle):
    from dataclasses import replace

    store.calls.record([story().offered()], clock.now())
    settle()
    [event] = store.timeline.since(0, count=1)
    assert event.fact() is not None
    assert replace(event, name="CallLevitated").fact() is None
