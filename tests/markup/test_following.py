"""Recordings that outlive their verb: each is told to whoever asked for it."""

from ringfence.calls import notices
from ringfence.kernel.ids import RecordingId
from ringfence.markup.following import Followers

ONE, TWO = RecordingId("RE" + "1" * 32), RecordingId("RE" + "2" * 32)


def begun(recording, source="dial"):
    return notices.RecordingBegun(recording=recording, source=source)


def finished(recording, source="dial"):
    return notices.RecordingFinished(
        recording=recording, source=source, reason="stopped", duration_ms=1_000
    )


def test_each_is_told_of_its_own_even_where_they_overlap():
    followers, one, two = Followers(), [], []
    followers.add(one.append, "dial")
    assert followers.take(begun(ONE))
    followers.add(two.append, "dial")
    assert followers.take(begun(TWO))
    assert followers.take(finished(ONE))
    assert followers.take(finished(TWO))
    assert one == [begun(ONE), finished(ONE)]
    assert two == [begun(TWO), finished(TWO)]
    assert not followers.take(finished(TWO))


def test_another_source_is_another_recording():
    followers, told = Followers(), []
    followers.add(told.append, "call")
    assert not followers.take(begun(ONE, "dial"))
    assert followers.take(begun(TWO, "call"))
    assert told == [begun(TWO, "call")]


def test_who_expects_none_is_told_of_none():
    followers, told = Followers(), []
    followers.add(told.append, "dial")
    followers.remove(told.append)
    assert not followers.take(begun(ONE))
    assert told == []


def test_other_news_is_for_others():
    assert not Followers().take(notices.Answered())


def test_who_follows_hears_of_its_id_first_and_keeps_it():
    followers, told = Followers(), []
    followers.add(told.append, "dial")
    asked = notices.RecordingAsked(recording=ONE, source="dial")
    assert followers.take(asked)
    assert not followers.take(begun(TWO))
    assert followers.take(begun(ONE))
    assert followers.take(finished(ONE))
    assert told == [asked, begun(ONE), finished(ONE)]
