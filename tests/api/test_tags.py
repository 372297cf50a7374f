"""What a page may load is what is registered, agreed to and not out of date."""

from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import cookies, tags
from ringfence.api.common import HEADERS
from ringfence.api.tags import NOTHING, TAGS, Tag, policy

STATS = Tag("https://stats.example.com", "script", "Example Ltd", "analytics", "2027-01-01")
PIXEL = Tag("https://pixel.example.com", "img", "Example Ltd", "advertising", "2027-01-01")


def test_the_usual_policy_loads_nothing_from_elsewhere() -> None:
    assert TAGS == []
    assert HEADERS["Content-Security-Policy"] == NOTHING
    assert "http" not in NOTHING
    assert "script-src" not in NOTHING  # default-src 'none' covers it


@pytest.mark.promise("COO-09")
def test_a_tag_is_in_the_policy_while_registered_and_agreed_to() -> None:
    agreed = frozenset({"analytics"})
    found = policy([STATS, PIXEL], today="2026-11-22", agreed=agreed)
    assert "script-src https://stats.example.com" in found
    assert "pixel" not in found
    assert policy([STATS], today="2027-01-01", agreed=agreed) == NOTHING
    assert policy([STATS], today="2026-11-22", agreed=frozenset()) == NOTHING


@pytest.mark.promise("COO-09")
def test_an_answer_carries_the_policy_of_its_visitor(
    client: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "TAGS", [Tag("https://s.example", "script", "x", "analytics", "9")])
    measured = cookies.Registered("measured", "analytics", "operate", 60, "a count")
    monkeypatch.setitem(cookies.COOKIES, "measured", measured)
    assert client.get("/").headers["content-security-policy"] == NOTHING
    yes = {"Cookie": f"{cookies.CHOICES}={cookies.written(['analytics'])}"}
    assert "s.example" in client.get("/", headers=yes).headers["content-security-policy"]
