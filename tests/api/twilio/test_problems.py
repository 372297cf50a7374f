"""Errors in Twilio's shape."""

import pytest

from ringfence.api.problems import KINDS
from ringfence.api.twilio.problems import not_there, of
from ringfence.kernel.errors import Refused


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("not_authorized", (20003, 401)),
        ("not_found", (20404, 404)),
        ("invalid_number", (21211, 400)),
        ("private_address", (21205, 400)),
        ("bad_label", (16024, 400)),
        ("label_taken", (16026, 400)),
        ("anything_else", (20001, 400)),
    ],
)
def test_a_refusal_has_a_code_of_theirs(code, expected):
    problem = of(Refused(code, "our sentence"))
    assert (problem.code, problem.status) == expected
    assert problem.body()["more_info"].endswith(str(expected[0]))


@pytest.mark.parametrize("code", ["bad_url", "private_address"])
def test_the_url_of_a_status_callback_has_a_number_of_its_own(code):
    problem = of(Refused(code, "our sentence", field="status_url"))
    assert (problem.code, problem.status) == (21609, 400)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (code, kind.status)
        for code, kind in KINDS.items()
        if kind.status in {401, 403, 503} and code != "invalid_client"  # of /oauth/token alone
    ],
)
def test_who_may_not_is_not_told_that_a_field_is_wrong(code, status):
    assert of(Refused(code, "our sentence")).status == status


def test_who_may_not_come_in_learns_nothing_else():
    assert of(Refused("not_authorized", "the token is wrong")).message == "Authenticate"


def test_what_is_not_there_says_so():
    assert not_there("FetchBalance").body()["status"] == 501
