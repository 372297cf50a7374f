"""Scopes name use cases, each one at most once; the rest is closed to apps."""

from ringfence import office as _office  # the table is filled by importing it
from ringfence.office.table import API, TABLE
from ringfence.privacy.scopes import ALWAYS, SCOPES, may_ask, scope_of


def test_a_scope_says_what_it_allows():
    for key, scope in SCOPES.items():
        assert key == scope.key
        assert scope.says
        assert scope.cases
        assert key.partition(":")[2] in {"read", "write"}


def test_a_use_case_in_a_scope_is_open_at_the_door_of_the_api():
    assert _office
    for scope in SCOPES.values():
        known = [case for case in scope.cases if case in TABLE.rows]
        assert known or scope.key in {"recordings:write", "messages:read", "messages:write"}
        for case in known:
            assert API in TABLE.rows[case].actors, case


def test_credentials_and_cases_are_closed_to_apps():
    everything = frozenset(SCOPES)
    for case, row in TABLE.rows.items():
        if row.handling.category == "user.authorization.credentials":
            assert not may_ask(everything, case), case
        if "answer_rights" in row.handling.purposes:
            assert not may_ask(everything, case), case
    assert scope_of("call.list") == "calls:read"
    assert may_ask(frozenset({"calls:read"}), "call.list")
    assert not may_ask(frozenset({"calls:write"}), "call.list")
    assert all(may_ask(frozenset(), case) for case in ALWAYS)
