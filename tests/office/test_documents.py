"""Documents are checked before they are taken."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.office.documents import check_document, check_flow


def test_a_good_document_is_taken() -> None:
    check_document("<Response><Say>Hello</Say></Response>")


def test_every_error_is_named_with_its_line() -> None:
    with pytest.raises(Refused) as refused:
        check_document("<Response>\n <Say loop='x'>Hi</Say><Foo/>\n<Dial>\n</Dial></Response>")
    assert refused.value.code == "bad_twiml"
    for place in ("line 2, column 2: loop", "line 2, column 24: <Foo>", "line 3, column 1: <Dial>"):
        assert place in refused.value.reason


def test_a_document_that_asks_for_nothing_usable_is_refused() -> None:
    with pytest.raises(Refused, match="bad_twiml"):
        check_document("this is not XML")


def test_problems_of_a_flow_have_places() -> None:
    problems = check_flow(b'{"ringfence_flow": 1, "start": "a", "applets": {"a": {"type": "x"}}}')
    assert problems
    assert all(problem.where and problem.text for problem in problems)
    assert check_flow(b"not json")
