"""A conference room: who hears whom, when it begins, when it ends."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.calls import conference, inputs, room_events
from ringfence.calls.conference import (
    MEMBER_TABLE,
    ROOM_TABLE,
    MemberState,
    MemberTrigger,
    Room,
    RoomState,
    RoomTrigger,
)
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import AccountId, CallId, ConferenceId, LegId, PartyId
from ringfence.kernel.limits import ROOM_MEMBERS_MAX

NOW = Ms(1_700_000_000_000)


def leg(name: str) -> LegId:
    return LegId(f"LG-{name}")


class Hotel:
    """A room and what it said."""

    def __init__(self) -> None:
        self.room = Room(ConferenceId("CF-1"), account=AccountId("AC-1"))
        self.out: list[conference.Output] = []

    def do(self, command: conference.Command, at: int = NOW) -> list[conference.Output]:
        self.room.do(command, Ms(at))
        new = self.room.take_output()
        self.out += new
        return new

    def join(self, name: str, **more: Any) -> list[conference.Output]:
        return self.do(
            conference.Join(
                leg=leg(name), call=CallId(f"CA-{name}"), party=PartyId(f"PA-{name}"), **more
            )
        )


@pytest.fixture
def hotel() -> Hotel:
    return Hotel()


def told(new: list[conference.Output], kind: type) -> list[str]:
    return [
        str(out.call)
        for out in new
        if isinstance(out, conference.Tell) and isinstance(out.what, kind)
    ]


def without_words(new: list[conference.Output]) -> list[conference.Output]:
    return [out for out in new if not isinstance(out, conference.Tell)]


def test_the_tables_name_every_state_and_trigger() -> None:
    for table, states, triggers in (
        (ROOM_TABLE, RoomState, RoomTrigger),
        (MEMBER_TABLE, MemberState, MemberTrigger),
    ):
        assert set(table) == set(get_args(states))
        assert {t for row in table.values() for t in row} == set(get_args(triggers))


def test_two_people_meet(hotel: Hotel) -> None:
    new = hotel.join("a")
    assert without_words(new) == [conference.Mix(leg=leg("a"), muted=False)]
    assert told(new, inputs.RoomEntered) == ["CA-a"]
    assert told(new, inputs.Connected) == []
    new = hotel.join("b", muted=True)
    assert without_words(new) == [
        conference.Beep(legs=(leg("a"),), came=True),
        conference.Mix(leg=leg("b"), muted=True),
    ]
    met = {
        str(out.call): out.what
        for out in new
        if isinstance(out, conference.Tell) and isinstance(out.what, inputs.Connected)
    }
    assert met["CA-a"].peer == leg("b")
    assert met["CA-b"].party == "PA-a"
    assert not met["CA-b"].bridge
    new = hotel.do(conference.Leave(leg=leg("a"), hung_up=True))
    assert told(new, inputs.Disconnected) == ["CA-b"]
    assert without_words(new) == [
        conference.Unmix(leg=leg("a")),
        conference.Beep(legs=(leg("b"),), came=False),
    ]


def test_the_third_is_no_news_to_the_first_two(hotel: Hotel) -> None:
    hotel.join("a")
    hotel.join("b")
    assert told(hotel.join("c", beep="none"), inputs.Connected) == ["CA-c"]
    assert not any(
        isinstance(out, conference.Beep) for out in hotel.do(conference.Leave(leg=leg("c")))
    )


def test_waiting_for_the_one_who_begins(hotel: Hotel) -> None:
    new = hotel.join("a", start_on_enter=False)
    assert without_words(new) == [conference.Music(leg=leg("a"), what="wait")]
    hotel.join("b", start_on_enter=False)
    assert hotel.room.state == "waiting"
    assert all(isinstance(fact, room_events.RoomJoined) for fact in hotel.room.take_events())
    new = hotel.join("host")
    assert without_words(new) == [
        conference.StopMusic(leg=leg("a")),
        conference.Mix(leg=leg("a"), muted=False),
        conference.StopMusic(leg=leg("b")),
        conference.Mix(leg=leg("b"), muted=False),
        conference.Mix(leg=leg("host"), muted=False),
    ]
    facts = [fact.name() for fact in hotel.room.take_events()]
    assert facts == ["RoomJoined", "ConferenceStarted"]


def test_the_room_ends_with_the_one_who_ends_it(hotel: Hotel) -> None:
    hotel.join("host", end_on_exit=True)
    hotel.join("a")
    hotel.join("b", start_on_enter=False)
    hotel.room.take_events()
    new = hotel.do(conference.Leave(leg=leg("host")), at=NOW + 60_000)
    left = {
        str(out.call): out.what.reason
        for out in new
        if isinstance(out, conference.Tell) and isinstance(out.what, inputs.RoomLeft)
    }
    assert left == {"CA-host": "left", "CA-a": "ended", "CA-b": "ended"}
    *parted, ended = hotel.room.take_events()
    assert [
        (fact.call, fact.reason) for fact in parted if isinstance(fact, room_events.RoomParted)
    ] == [
        ("CA-host", "left"),
        ("CA-a", "ended"),
        ("CA-b", "ended"),
    ]
    assert isinstance(ended, room_events.ConferenceEnded)
    assert (ended.reason, ended.call) == ("exit_left", "CA-host")
    assert (ended.duration_ms, ended.members, ended.most) == (60_000, 3, 3)
    assert hotel.room.members == ()
    late = hotel.join("late")
    assert told(late, inputs.RoomLeft) == ["CA-late"]
    assert hotel.do(conference.End()) == []


def test_an_empty_room_is_over(hotel: Hotel) -> None:
    hotel.join("a")
    hotel.do(conference.Leave(leg=leg("a")))
    assert hotel.room.state == "ended"
    assert hotel.do(conference.Leave(leg=leg("a"))) == []


@pytest.mark.parametrize("most", [1, 2])
def test_a_full_room(hotel: Hotel, most: int) -> None:
    for name in "ab"[:most]:
        hotel.join(name, max_members=most)
    new = hotel.join("c", max_members=most)
    assert told(new, inputs.RoomLeft) == ["CA-c"]
    assert told(new, inputs.RoomEntered) == []


def test_there_is_a_bound_in_any_case(hotel: Hotel) -> None:
    for number in range(ROOM_MEMBERS_MAX):
        hotel.join(str(number))
    assert told(hotel.join("one more", max_members=9_999), inputs.RoomLeft) == ["CA-one more"]


def test_a_leg_is_in_once(hotel: Hotel) -> None:
    hotel.join("a")
    with pytest.raises(LocalError):
        hotel.join("a")


def test_muting(hotel: Hotel) -> None:
    hotel.join("a", start_on_enter=False)
    assert without_words(hotel.do(conference.Mute(leg=leg("a"), on=True))) == []
    assert conference.Mix(leg=leg("a"), muted=True) in hotel.join("b")
    mute = conference.Mute(leg=leg("a"), on=False, by=leg("a"))
    assert without_words(hotel.do(mute)) == [conference.SetMute(leg=leg("a"), on=False)]
    assert hotel.do(mute) == []


def test_holding_is_leaving_the_mix(hotel: Hotel) -> None:
    hotel.join("a")
    hotel.join("b")
    new = hotel.do(conference.Hold(leg=leg("a"), on=True))
    assert without_words(new) == [
        conference.Unmix(leg=leg("a")),
        conference.Music(leg=leg("a"), what="hold"),
    ]
    assert sorted(told(new, inputs.Disconnected)) == ["CA-a", "CA-b"]
    assert hotel.do(conference.Hold(leg=leg("a"), on=True)) == []
    new = hotel.do(conference.Hold(leg=leg("a"), on=False))
    assert without_words(new) == [
        conference.StopMusic(leg=leg("a")),
        conference.Mix(leg=leg("a"), muted=False),
    ]
    assert sorted(told(new, inputs.Connected)) == ["CA-a", "CA-b"]


def test_on_hold_before_the_room_begins(hotel: Hotel) -> None:
    hotel.join("a", start_on_enter=False)
    assert without_words(hotel.do(conference.Hold(leg=leg("a"), on=True))) == [
        conference.StopMusic(leg=leg("a")),
        conference.Music(leg=leg("a"), what="hold"),
    ]
    assert conference.Mix(leg=leg("a"), muted=False) not in hotel.join("host")
    back = without_words(hotel.do(conference.Hold(leg=leg("a"), on=False)))
    assert back[1:] == [conference.Mix(leg=leg("a"), muted=False)]


def test_a_coach_is_heard_by_one(hotel: Hotel) -> None:
    hotel.join("customer")
    new = hotel.join("coach", coach=CallId("CA-agent"))
    own = conference.Whisper(leg=leg("coach"), to=leg("coach"))
    assert own in new  # the pupil is not there yet: heard by nobody
    new = hotel.join("agent")
    assert conference.Whisper(leg=leg("coach"), to=leg("agent")) in new
    assert own in hotel.do(conference.Hold(leg=leg("agent"), on=True))
    hotel.do(conference.Hold(leg=leg("agent"), on=False))
    new = hotel.do(conference.Coach(leg=leg("coach"), whom=None))
    assert new == [conference.Whisper(leg=leg("coach"), to=None)]


@pytest.mark.parametrize(
    ("how", "reason"), [("leave", "last_left"), ("remove", "last_removed"), ("end", "api")]
)
def test_why_a_room_ended(hotel: Hotel, how: str, reason: str) -> None:
    hotel.join("a")
    match how:
        case "leave":
            hotel.do(conference.Leave(leg=leg("a")))
        case "remove":
            hotel.do(conference.Remove(leg=leg("a")))
        case _:
            hotel.do(conference.End())
    (ended,) = [f for f in hotel.room.take_events() if isinstance(f, room_events.ConferenceEnded)]
    assert ended.reason == reason


def test_what_leaving_does_can_be_changed(hotel: Hotel) -> None:
    hotel.join("a", beep="none")
    hotel.join("b")
    hotel.do(conference.Settle(leg=leg("a"), end_on_exit=True, beep_on_exit=True))
    new = hotel.do(conference.Leave(leg=leg("a")))
    assert conference.Beep(legs=(leg("b"),), came=False) in new
    assert hotel.room.state == "ended"


@pytest.mark.parametrize("by", ["guest", "stranger"])
def test_only_a_moderator_may(hotel: Hotel, by: str) -> None:
    hotel.join("host", moderator=True)
    hotel.join("guest")
    for command in (
        conference.Remove(leg=leg("host"), by=leg(by)),
        conference.Mute(leg=leg("host"), on=True, by=leg(by)),
        conference.Hold(leg=leg("host"), on=True, by=leg(by)),
        conference.End(by=leg(by)),
    ):
        with pytest.raises(Refused) as refusal:
            hotel.do(command)
        assert refusal.value.code == "not_moderator"
    new = hotel.do(conference.Remove(leg=leg("guest"), by=leg("host")))
    assert told(new, inputs.RoomLeft) == ["CA-guest"]
    hotel.do(conference.End(by=leg("host")))
    assert hotel.room.state == "ended"


def test_a_room_has_no_time_of_its_own(hotel: Hotel) -> None:
    assert hotel.room.deadline() is None
    hotel.room.fire(NOW)
    assert hotel.room.take_output() == []


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "remove", "mute", "hold", "unhold", "end"]),
        st.integers(0, 5),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(ACTIONS)
def test_whoever_comes_in_goes_out_once(actions: list[tuple[str, int]]) -> None:
    """Mix and unmix alternate per leg; entering is followed by one leaving; words match the mix."""
    hotel = Hotel()
    joined = 0
    for action, pick in actions:
        members = hotel.room.members
        who = members[pick % len(members)] if members else leg("nobody")
        match action:
            case "join":
                joined += 1
                hotel.join(
                    str(joined),
                    start_on_enter=pick % 3 > 0,
                    end_on_exit=pick == 5,
                    muted=pick == 4,
                )
            case "leave":
                hotel.do(conference.Leave(leg=who, hung_up=pick % 2 == 0))
            case "remove":
                hotel.do(conference.Remove(leg=who))
            case "mute":
                hotel.do(conference.Mute(leg=who, on=pick % 2 == 0))
            case "hold" | "unhold":
                hotel.do(conference.Hold(leg=who, on=action == "hold"))
            case _:
                hotel.do(conference.End())
    hotel.do(conference.End())
    mixed: set[LegId] = set()
    inside: set[CallId] = set()
    accompanied: set[CallId] = set()
    for out in hotel.out:
        match out:
            case conference.Mix():
                assert out.leg not in mixed
                mixed.add(out.leg)
            case conference.Unmix():
                mixed.remove(out.leg)
            case conference.SetMute():
                assert out.leg in mixed
            case conference.Music():
                assert out.leg not in mixed
            case conference.Tell(what=inputs.RoomEntered()):
                assert out.call not in inside
                inside.add(out.call)
            case conference.Tell(what=inputs.RoomLeft()):
                inside.discard(out.call)
                accompanied.discard(out.call)
            case conference.Tell(what=inputs.Connected()):
                assert out.call in inside - accompanied
                accompanied.add(out.call)
            case conference.Tell(what=inputs.Disconnected()):
                accompanied.remove(out.call)
            case _:
                pass
    assert not mixed
    assert not inside
    assert hotel.room.state == "ended" or not joined
