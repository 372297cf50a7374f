"""The names that edges agree on."""

import re

from ringfence.api import use_cases


def test_streams_are_named_like_use_cases() -> None:
    assert all(re.fullmatch(r"[a-z_]+(?:\.[a-z_]+)+", name) for name in use_cases.STREAMS)


def test_actors_differ() -> None:
    names = {use_cases.OPERATOR, use_cases.API, use_cases.ADMIN, use_cases.PUBLIC}
    assert len(names) == 4
