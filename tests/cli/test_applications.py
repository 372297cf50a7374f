"""``ringfence application``."""

import json
from typing import Any

MENU = {
    "sid": "AP1", "name": "menu", "created": 1, "changed": 1,
    "hooks": {"voice": {"url": "https://example.com/v", "method": "POST"}},
}  # fmt: skip


def test_an_application_is_made(ringfence: Any, office: Any) -> None:
    office.answers["application.add"] = MENU
    outcome = ringfence("application", "add", "menu", "--voice-url", "https://example.com/v")
    assert outcome.out == "AP1 is menu.\n"
    assert office.asked == [
        ("application.add", {"name": "menu", "hooks": {"voice": {"url": "https://example.com/v"}}})
    ]


def test_applications_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["application.list"] = [MENU, MENU | {"hooks": {}}]
    out = ringfence("application", "list").out
    assert "https://example.com/v" in out
    assert "nothing" in out
    assert json.loads(ringfence("application", "list", "--json").out)[0] == MENU


def test_an_application_is_forgotten(ringfence: Any, office: Any) -> None:
    office.answers["application.remove"] = None
    assert ringfence("application", "remove", "AP1").out == "AP1 is forgotten.\n"
    assert json.loads(ringfence("application", "remove", "AP1", "--json").out) == {"sid": "AP1"}
