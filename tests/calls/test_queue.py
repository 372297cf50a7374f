"""A queue: first come, first served; the agent who has rested longest takes the call."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.calls import inputs, queue
from ringfence.calls.commands import Heard
from ringfence.calls.presence import PresenceTrigger
from ringfence.calls.queue import PLACE_TABLE, PlaceState, PlaceTrigger, Queue
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import CallId, LegId, PartyId, QueueId, UserId

NOW = 1_700_000_000_000


class Hall:
    """A queue and a clock, and what the queue said."""

    def __init__(self) -> None:
        self.queue = Queue(QueueId("QU-1"), ring_ms=15_000)
        self.now = NOW
        self.out: list[queue.Output] = []

    def do(self, command: queue.Command) -> list[queue.Output]:
        self.queue.do(command, Ms(self.now))
        return self._collect()

    def wait(self, milliseconds: int) -> list[queue.Output]:
        until = self.now + milliseconds
        seen = len(self.out)
        while (due := self.queue.deadline()) is not None and due <= until:
            self.now = due
            self.queue.fire(Ms(due))
            self._collect()
        self.now = until
        return self.out[seen:]

    def _collect(self) -> list[queue.Output]:
        new = self.queue.take_output()
        self.out += new
        return new

    def enter(self, name: str, **more: Any) -> list[queue.Output]:
        return self.do(
            queue.Enter(
                leg=LegId(f"LG-{name}"),
                call=CallId(f"CA-{name}"),
                party=PartyId(f"PA-{name}"),
                **more,
            )
        )

    def take(self, name: str, agent: str | None = None) -> list[queue.Output]:
        return self.do(
            queue.Take(
                leg=LegId(f"LG-{name}"),
                call=CallId(f"CA-{name}"),
                party=PartyId(f"PA-{name}"),
                agent=None if agent is None else UserId(agent),
            )
        )

    def presence(
        self, agent: str, trigger: PresenceTrigger, wrap_up_ms: int = 0
    ) -> list[queue.Output]:
        return self.do(queue.Presence(agent=UserId(agent), trigger=trigger, wrap_up_ms=wrap_up_ms))

    def state(self, agent: str) -> str:
        found = self.queue.agent(UserId(agent))
        assert found is not None
        return found.state


@pytest.fixture
def hall() -> Hall:
    return Hall()


def told(new: list[queue.Output], kind: type) -> list[tuple[str, Any]]:
    return [
        (out.call, out.what)
        for out in new
        if isinstance(out, queue.Tell) and isinstance(out.what, kind)
    ]


def rung(new: list[queue.Output]) -> list[tuple[str, str]]:
    return [(out.agent, out.leg) for out in new if isinstance(out, queue.RingAgent)]


def stopped(new: list[queue.Output]) -> list[str]:
    return [out.agent for out in new if isinstance(out, queue.StopRinging)]


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(PLACE_TABLE) == set(get_args(PlaceState))
    triggers = {trigger for row in PLACE_TABLE.values() for trigger in row}
    assert triggers == set(get_args(PlaceTrigger))


def test_callers_know_their_place(hall: Hall) -> None:
    assert told(hall.enter("a"), inputs.QueueMoved) == [
        ("CA-a", inputs.QueueMoved(position=1, size=1))
    ]
    assert told(hall.enter("b"), inputs.QueueMoved) == [
        ("CA-a", inputs.QueueMoved(position=1, size=2)),
        ("CA-b", inputs.QueueMoved(position=2, size=2)),
    ]
    assert told(hall.do(queue.Leave(leg=LegId("LG-a"))), inputs.QueueMoved) == [
        ("CA-b", inputs.QueueMoved(position=1, size=1))
    ]
    assert hall.do(queue.Leave(leg=LegId("LG-a"))) == []


def test_the_longest_waiting_caller_is_taken(hall: Hall) -> None:
    hall.enter("a")
    hall.enter("b")
    new = hall.take("agent")
    assert told(new, inputs.Connected) == [
        (
            "CA-a",
            inputs.Connected(
                leg=LegId("LG-a"),
                peer=LegId("LG-agent"),
                peer_call=CallId("CA-agent"),
                party=PartyId("PA-agent"),
                bridge=True,
            ),
        ),
        (
            "CA-agent",
            inputs.Connected(
                leg=LegId("LG-agent"),
                peer=LegId("LG-a"),
                peer_call=CallId("CA-a"),
                party=PartyId("PA-a"),
                bridge=False,
            ),
        ),
    ]
    assert hall.queue.waiting == ("LG-b",)


def test_an_agent_waits_for_a_caller(hall: Hall) -> None:
    assert hall.take("agent") == []
    new = hall.enter("a")
    assert len(told(new, inputs.Connected)) == 2
    assert told(new, inputs.QueueMoved) == []


def test_an_agent_who_leaves_does_not_wait(hall: Hall) -> None:
    hall.take("agent")
    hall.do(queue.Leave(leg=LegId("LG-agent")))
    assert told(hall.enter("a"), inputs.Connected) == []


@pytest.mark.parametrize("size", [1, 2])
def test_a_full_queue(hall: Hall, size: int) -> None:
    for name in "ab"[:size]:
        hall.enter(name, max_size=size)
    new = hall.enter("c", max_size=size)
    assert told(new, inputs.QueueEnded) == [("CA-c", inputs.QueueEnded(reason="full"))]
    assert told(new, inputs.QueueMoved) == []


def test_put_out_by_the_api(hall: Hall) -> None:
    hall.enter("a")
    new = hall.do(queue.Remove(leg=LegId("LG-a")))
    assert told(new, inputs.QueueEnded) == [("CA-a", inputs.QueueEnded(reason="removed"))]
    assert hall.do(queue.Remove(leg=LegId("LG-a"))) == []


def test_a_leg_waits_once(hall: Hall) -> None:
    hall.enter("a")
    with pytest.raises(LocalError):
        hall.enter("a")


# --- agents who are rung --------------------------------------------------------------------------


def test_who_has_rested_longest_is_rung(hall: Hall) -> None:
    hall.presence("US-1", "sign_in")
    hall.wait(1_000)
    hall.presence("US-2", "sign_in")
    assert rung(hall.enter("a")) == [("US-1", "LG-a")]
    assert rung(hall.enter("b")) == [("US-2", "LG-b")]
    assert rung(hall.enter("c")) == []
    hall.take("agent1", agent="US-1")
    assert hall.state("US-1") == "busy"
    hall.wait(5_000)
    assert rung(hall.presence("US-1", "finish")) == [("US-1", "LG-c")]


def test_the_agent_takes_the_caller_it_was_rung_for(hall: Hall) -> None:
    hall.enter("first")
    hall.presence("US-1", "sign_in")
    hall.enter("second")
    new = hall.take("agent", agent="US-1")
    assert [call for call, _ in told(new, inputs.Connected)] == ["CA-first", "CA-agent"]
    assert hall.wait(60_000) == []


def test_who_does_not_answer_is_away_and_the_next_is_rung(hall: Hall) -> None:
    hall.presence("US-1", "sign_in")
    hall.wait(1)
    hall.presence("US-2", "sign_in")
    hall.enter("a")
    new = hall.wait(15_000)
    assert stopped(new) == ["US-1"]
    assert rung(new) == [("US-2", "LG-a")]
    assert hall.state("US-1") == "away"
    new = hall.presence("US-2", "decline")
    assert rung(new) == []
    assert hall.state("US-2") == "away"
    assert rung(hall.presence("US-1", "back")) == [("US-1", "LG-a")]


def test_a_caller_who_goes_stops_the_ringing(hall: Hall) -> None:
    hall.presence("US-1", "sign_in")
    hall.enter("a")
    new = hall.do(queue.Leave(leg=LegId("LG-a")))
    assert stopped(new) == ["US-1"]
    assert hall.state("US-1") == "available"
    assert hall.wait(60_000) == []


def test_an_agent_who_signs_out_while_rung(hall: Hall) -> None:
    hall.presence("US-1", "sign_in")
    hall.enter("a")
    assert stopped(hall.presence("US-1", "sign_out")) == ["US-1"]
    assert hall.state("US-1") == "offline"
    hall.presence("US-2", "sign_in")
    assert len(rung(hall.out)) == 2


def test_notes_after_a_call_take_their_time(hall: Hall) -> None:
    hall.presence("US-1", "sign_in", wrap_up_ms=10_000)
    hall.enter("a")
    hall.take("agent", agent="US-1")
    hall.enter("b")
    hall.presence("US-1", "finish")
    assert hall.state("US-1") == "wrap_up"
    assert rung(hall.wait(9_999)) == []
    assert rung(hall.wait(1)) == [("US-1", "LG-b")]


def test_a_trigger_out_of_place_changes_nothing(hall: Hall) -> None:
    hall.presence("US-1", "finish")
    hall.presence("US-1", "decline")
    assert hall.state("US-1") == "offline"
    assert hall.queue.agent(UserId("US-9")) is None


def test_an_agent_s_own_call_takes_it_out(hall: Hall) -> None:
    hall.presence("US-1", "sign_in")
    hall.presence("US-1", "busy")
    assert rung(hall.enter("a")) == []


def test_nobody_else_says_that_an_agent_took_a_caller(hall: Hall) -> None:
    hall.presence("US-1", "sign_in")
    hall.enter("a")
    for trigger in ("offer", "accept", "withdraw"):
        hall.presence("US-1", trigger)  # type: ignore[arg-type]
        assert hall.state("US-1") == "offered"


# --- anything -------------------------------------------------------------------------------------

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "leave", "take", "rung_take", "remove", "wait", "presence"]),
        st.integers(0, 3),
        st.sampled_from(get_args(PresenceTrigger)),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(ACTIONS)
def test_everybody_is_in_one_place_only(actions: list[tuple[str, int, PresenceTrigger]]) -> None:
    """A caller is waiting, was connected once, or has left; an agent is offered one caller."""
    hall = Hall()
    entered: dict[str, str] = {}
    for serial, (action, pick, trigger) in enumerate(actions):
        names = sorted(entered)
        match action:
            case "enter":
                hall.enter(f"c{serial}", max_size=3)
                entered[f"c{serial}"] = "in"
            case "leave" | "remove" if names:
                name = names[pick % len(names)]
                leg = LegId(f"LG-{name}")
                hall.do(queue.Leave(leg=leg) if action == "leave" else queue.Remove(leg=leg))
            case "take":
                hall.take(f"t{serial}")
            case "rung_take":
                hall.take(f"t{serial}", agent=f"US-{pick}")
            case "wait":
                hall.wait(8_000)
            case _:
                hall.presence(f"US-{pick}", trigger, wrap_up_ms=pick * 1_000)
        offered = [place.agent for place in hall.queue._places.values() if place.agent]
        assert len(offered) == len(set(offered))
        for place in hall.queue._places.values():
            assert (place.state == "offered") == (place.agent is not None)
            if place.agent:
                assert hall.state(place.agent) == "offered"
    connected = [call for call, _ in told(hall.out, inputs.Connected)]
    assert len(connected) == len(set(connected))
    positions = [place.position for place in hall.queue._places.values()]
    assert positions == list(range(1, len(positions) + 1))


BRIEF = Heard(url="https://x.example/brief")


def offers(new: list[queue.Output]) -> list[str]:
    return [
        out.call
        for out in new
        if isinstance(out, queue.Tell) and isinstance(out.what, inputs.QueueOffered)
    ]


def met(new: list[queue.Output]) -> list[str]:
    return [
        out.call
        for out in new
        if isinstance(out, queue.Tell) and isinstance(out.what, inputs.Connected)
    ]


def briefed() -> queue.Queue:
    """A queue with a caller, who is offered to an agent that has something said before."""
    made = queue.Queue(QueueId("QU-1"))
    made.do(queue.Enter(leg=LegId("LG-c"), call=CallId("CA-c")), Ms(1_000))
    made.take_output()
    made.do(queue.Take(leg=LegId("LG-a"), call=CallId("CA-a"), brief=BRIEF), Ms(4_000))
    assert offers(made.take_output()) == ["CA-c"]
    return made


def test_who_has_something_to_hear_first_is_connected_after_it() -> None:
    made = briefed()
    made.do(queue.Accept(leg=LegId("LG-c")), Ms(9_000))
    new = made.take_output()
    assert met(new) == ["CA-c", "CA-a"]
    assert made.waiting == ()
    made.do(queue.Accept(leg=LegId("LG-c")), Ms(9_000))
    assert made.take_output() == []


def test_the_agent_goes_while_it_is_said() -> None:
    made = briefed()
    made.do(queue.Leave(leg=LegId("LG-a")), Ms(5_000))
    made.take_output()
    made.do(queue.Accept(leg=LegId("LG-c")), Ms(9_000))
    new = made.take_output()
    assert met(new) == []
    assert [type(out.what) for out in new if isinstance(out, queue.Tell)] == [inputs.QueueMoved]
    made.do(queue.Take(leg=LegId("LG-b"), call=CallId("CA-b")), Ms(10_000))
    assert met(made.take_output()) == ["CA-c", "CA-b"]


def test_the_caller_goes_while_it_is_said_and_the_next_one_is_taken() -> None:
    made = briefed()
    made.do(queue.Leave(leg=LegId("LG-c")), Ms(5_000))
    made.take_output()
    made.do(queue.Enter(leg=LegId("LG-d"), call=CallId("CA-d")), Ms(6_000))
    assert offers(made.take_output()) == ["CA-d"]
