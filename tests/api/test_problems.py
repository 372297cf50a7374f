"""Every refusal is a problem with a type, a title and a status."""

from ringfence.api.problems import KINDS, PLACE, kind, problem


def test_a_listed_code_has_its_status_and_its_page():
    found = problem("not_found", "no such call", "C1")
    assert (found.status, found.type, found.clause) == (404, PLACE + "not_found", "C1")
    assert found.detail == "no such call"


def test_a_code_of_the_domain_is_told_in_its_own_words():
    found = problem("spend_limit", "enough for today")
    assert (found.status, found.title, found.code) == (422, "Spend limit", "spend_limit")


def test_the_framework_may_say_the_status():
    assert problem("bad_request", "no", status=406).status == 406


def test_every_kind_says_what_to_do():
    for code, about in KINDS.items():
        assert 400 <= about.status <= 599, code
        assert about.title, code
        assert about.mend.endswith("."), code
    assert kind("too_many_requests").status == 429
