"""Documents from their bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.flows.versions import problems_of, read, read_or_problems
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import FLOW_DOCUMENT_BYTES, FLOW_PROBLEMS


def test_a_good_document(make):
    body = make(a={"type": "hangup"})
    assert problems_of(body) == []
    assert read(body).start == "a"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "line 1, column 1"),
        (b'{"a":\n 1,}', "line 2, column 4"),
        (b"\xff\xfe{", "$"),
        (b"[" * 100_000, "$"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "$"),
        (b" " * (FLOW_DOCUMENT_BYTES + 1), "$"),
    ],
)
def test_what_is_not_json(body, where):
    found, problems = read_or_problems(body)
    assert found is None
    assert problems[0].where == where
    with pytest.raises(RemoteError):
        read(body)


def test_a_field_named_twice():
    body = (
        b'{"ringfence_flow": 1, "start": "a", "applets": {"a": {"type": "hangup", "type": "url"}}}'
    )
    assert problems_of(body)[0].text.startswith("names the field type twice")


def test_problems_are_bounded(make):
    problems = problems_of(make(a={"type": "hangup", **{f"x{'y' * n}": 1 for n in range(200)}}))
    assert len(problems) == FLOW_PROBLEMS + 1
    assert problems[-1].text == "100 more are not listed"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_flow_or_problems(body):
    """Invariant: any bytes end in a flow without problems or in problems without a flow."""
    found, problems = read_or_problems(body)
    assert (found is None) is bool(problems)
