"""A purpose is in force inside its block, in its task and nowhere else."""

import contextvars

import pytest

from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy import purposes
from ringfence.privacy.roles import Identity


def test_no_purpose_outside_a_block():
    assert purposes.current() is None
    with pytest.raises(Refused) as refused:
        purposes.require(("connect_call",))
    assert refused.value.code == "purpose_missing"


def test_a_purpose_holds_inside_its_block_and_ends_with_it():
    with purposes.purpose("connect_call"):
        assert purposes.require(("billing", "connect_call")) == "connect_call"
        with purposes.purpose("billing"):
            assert purposes.current() == "billing"
        assert purposes.current() == "connect_call"
    assert purposes.current() is None


def test_a_purpose_ends_even_when_the_block_fails():
    with pytest.raises(ZeroDivisionError), purposes.purpose("operate"):
        _ = 1 // 0
    assert purposes.current() is None


@pytest.mark.promise("PUR-01")
def test_data_collected_for_one_purpose_does_not_open_for_another():
    with purposes.purpose("billing"), pytest.raises(Refused) as refused:
        purposes.require(("connect_call",))
    assert refused.value.code == "purpose_not_allowed"


def test_a_purpose_nobody_registered_is_a_bug():
    with pytest.raises(LocalError), purposes.purpose("curiosity"):
        pass


def test_a_purpose_does_not_leak_into_another_context():
    fresh = contextvars.copy_context()
    with purposes.purpose("operate"):
        assert fresh.run(purposes.current) is None


def test_the_actor_is_the_exchange_unless_somebody_asks():
    assert purposes.current_actor() == "system"
    with purposes.purpose("call_record", actor="operator"):
        assert purposes.current_actor() == "operator"
        with purposes.purpose("billing"):
            assert purposes.current_actor() == "operator"
    assert purposes.current_actor() == "system"


def test_every_purpose_about_a_person_has_a_legal_ground():
    for key, purpose in purposes.PURPOSES.items():
        assert purpose.key == key
        assert purpose.says.endswith(".")
        assert purpose.basis != "none" or key in {"operate", "seal"}


def test_whoever_acts_names_only_purposes_that_were_declared():
    declared = frozenset({"billing"})
    with purposes.acting("admin", actor="key:SK1", declared=declared):
        assert purposes.current_role() == "admin"
        assert purposes.current_actor() == "key:SK1"
        assert purposes.current() is None
        with purposes.purpose("billing"):
            assert purposes.require(("billing",)) == "billing"
        with pytest.raises(Refused) as refused, purposes.purpose("deliver_content"):
            pass
        assert refused.value.code == "purpose_not_declared"
    assert purposes.current_role() == "system"


def test_a_purpose_in_force_does_not_reach_whoever_acts_inside():
    with purposes.purpose("deliver_content"):
        with purposes.acting("agent", actor="agent", declared=frozenset({"operate"})):
            assert purposes.current() is None
        assert purposes.current() == "deliver_content"


def test_what_the_exchange_does_for_somebody_is_its_own_doing():
    with (
        purposes.acting("agent", actor="agent", declared=frozenset({"operate"})),
        purposes.exchange_itself(),
    ):
        assert purposes.current_role() == "system"
        assert purposes.current_actor() == "system"
        with purposes.purpose("connect_call"):
            assert purposes.require(("connect_call",)) == "connect_call"


def test_who_asked_is_known_while_they_act_and_nobody_for_the_exchange_itself():
    who = Identity("key:SK1", "api", "agent")
    assert purposes.current_identity() is None
    with purposes.acting("agent", actor="key:SK1", declared=None, who=who):
        with purposes.purpose("operate"):
            assert purposes.current_identity() is who
        with purposes.exchange_itself():
            assert purposes.current_identity() is None
