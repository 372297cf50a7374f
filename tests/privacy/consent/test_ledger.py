"""What somebody has said last, and how a consent can be given at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import Refused
from ringfence.privacy.consent.ledger import HOWS, Choice, check_how, effective


def choices(*rows):
    return [
        Choice(number, purpose, channel, state, None, "api", "owner", number)
        for number, (purpose, channel, state) in enumerate(rows)
    ]


def test_nothing_said_is_unknown():
    assert effective([], "market", "call") == "unknown"
    assert effective(choices(("market", "email", "given")), "market", "call") == "unknown"
    assert effective(choices(("record_call", "any", "given")), "market", "call") == "unknown"


def test_a_word_for_every_way_counts_for_each():
    said = choices(("market", "any", "given"), ("market", "email", "withdrawn"))
    assert effective(said, "market", "call") == "given"
    assert effective(said, "market", "email") == "refused"


WORDS = st.lists(
    st.tuples(
        st.sampled_from(["market", "record_call"]),
        st.sampled_from(["any", "call"]),
        st.sampled_from(["given", "refused", "withdrawn"]),
    ),
    max_size=8,
)


@given(WORDS)
def test_after_a_withdrawal_nothing_but_a_new_consent_gives_it_back(rows):
    said = choices(*rows, ("market", "call", "withdrawn"))
    assert effective(said, "market", "call") == "refused"
    more = choices(*rows, ("market", "call", "withdrawn"), ("record_call", "any", "given"))
    assert effective(more, "market", "call") == "refused"


@pytest.mark.promise("CON-01")
@pytest.mark.parametrize("how", ["preticked_box", "silence", "use"])
def test_what_nobody_did_is_no_consent(how):
    with pytest.raises(Refused, match="not_freely_given") as refused:
        check_how(how)
    assert refused.value.clause == "CON-01"


def test_a_consent_is_given_by_an_act():
    for how in HOWS:
        assert check_how(how) == how
    with pytest.raises(Refused, match="bad_how"):
        check_how("telepathy")
