"""The table of a case."""

import pytest

from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy.cases import child, demand, grievance, incident, rights
from ringfence.privacy.cases.machine import Machine, Step, by_itself

MACHINES = (rights.MACHINE, grievance.MACHINE, child.MACHINE, demand.MACHINE, incident.MACHINE)


def test_an_action_has_one_end():
    with pytest.raises(LocalError):
        Machine(
            "x", first="a", final=["b"], steps=[Step("go", ("a",), "b"), Step("go", ("a",), "c")]
        )


def test_what_is_not_in_the_table_is_refused_and_says_what_is():
    machine = Machine("walk", first="a", final=["b"], steps=[Step("go", ("a",), "b")])
    assert machine.after("a", "go") == "b"
    with pytest.raises(Refused, match="possible now: go"):
        machine.after("a", "fly")


def test_what_the_exchange_does_by_itself_is_not_offered_and_the_rest_by_its_name():
    machine = Machine(
        "walk", first="a", final=["b"],
        steps=[Step("arrive", ("a",), "b", said="go"), by_itself("remind", ("a",))],
    )  # fmt: skip
    assert machine.actions("a") == ["go"]
    assert machine.after("a", "remind") == "a"
    with pytest.raises(Refused, match=r"possible now: go$"):
        machine.after("a", "fly")


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.family)
def test_every_state_is_reached_and_leads_to_an_end(machine):
    reached, frontier = {machine.first}, [machine.first]
    while frontier:
        state = frontier.pop()
        for (before, _), after in machine.table.items():
            if before == state and after not in reached:
                reached.add(after)
                frontier.append(after)
    by_rule = {"approved", "disclosed", "closed"} if machine is demand.MACHINE else set()
    assert reached | by_rule == machine.states
    ending = set(machine.final)
    for _ in machine.states:
        ending |= {before for (before, _), after in machine.table.items() if after in ending}
    assert ending >= machine.states - {"approved", "noticed", "gagged", "valid", "received"} | {
        machine.first
    }


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.family)
def test_nothing_leads_out_of_an_end(machine):
    assert not [action for state in machine.final for action in machine.actions(state)]
