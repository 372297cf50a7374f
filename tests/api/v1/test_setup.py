"""``/v1/numbers``, ``flows``, ``trunks``, ``phones``, ``applications``: who asks for what."""

from typing import Any

import pytest

from ringfence.api.v1.setup import HANDLERS

ROUTES: list[tuple[str, str, Any, str, dict[str, Any]]] = [
    ("GET", "numbers", None, "number.list", {}),
    ("POST", "numbers", {"number": "+12025550123", "flow": "welcome"}, "number.add",
     {"number": "+12025550123", "flow": "welcome", "voice_method": "POST", "silent": False,
      "replace": False}),
    ("GET", "numbers/PN1", None, "number.show", {"sid": "PN1"}),
    ("POST", "numbers/PN1", {"flow": "x"}, "number.change", {"sid": "PN1", "flow": "x"}),
    ("DELETE", "numbers/PN1", None, "number.remove", {"number": "PN1"}),
    ("GET", "number-stock", None, "number.stock.list", {}),
    ("POST", "number-stock", {"first": "+12025550100"}, "number.stock.add",
     {"first": "+12025550100", "sms": False}),
    ("DELETE", "number-stock/NS1", None, "number.stock.remove", {"sid": "NS1"}),
    ("GET", "number-stock/free?country=US", None, "number.stock.free",
     {"country": "US", "limit": 1000}),
    ("GET", "number-stock/countries", None, "number.stock.countries", {}),
    ("GET", "flows", None, "flow.list", {}),
    ("POST", "flows", {"name": "x", "document": {}}, "flow.add", {"name": "x", "document": {}}),
    ("POST", "flows/validate", {"document": {}}, "flow.validate", {"document": {}}),
    ("GET", "flows/x?version=2", None, "flow.show", {"name": "x", "version": 2}),
    ("GET", "trunks", None, "trunk.list", {}),
    ("POST", "trunks", {"name": "x", "address": "192.0.2.1"}, "trunk.add",
     {"name": "x", "address": "192.0.2.1", "transport": "udp"}),
    ("POST", "trunks/check", {"name": "x"}, "trunk.check", {"name": "x", "transport": "udp"}),
    ("DELETE", "trunks/x", None, "trunk.remove", {"name": "x"}),
    ("GET", "phones", None, "phone.list", {}),
    ("POST", "phones", {"name": "x"}, "phone.add", {"name": "x"}),
    ("DELETE", "phones/PD1", None, "phone.remove", {"name": "PD1"}),
    ("GET", "applications", None, "application.list", {}),
    ("POST", "applications", {"name": "x"}, "application.add",
     {"name": "x", "caller_name_lookup": False, "public_connect": False}),
    ("GET", "applications/AP1", None, "application.show", {"sid": "AP1"}),
    ("POST", "applications/AP1", {"hooks": {"voice": {"url": "https://example.com/"}}},
     "application.change",
     {"sid": "AP1", "hooks": {"voice": {"url": "https://example.com/"}}}),
    ("DELETE", "applications/AP1", None, "application.remove", {"sid": "AP1"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "asked", "args"), ROUTES)
def test_a_route_asks_for_its_use_case(
    client: Any, office: Any, basic: Any, method: str, path: str, body: Any, asked: str, args: Any
) -> None:
    office.answers[asked] = lambda **_: []
    answer = client.request(method, f"/v1/{path}", json=body, headers=basic())
    assert answer.status_code in {200, 201}, answer.text
    assert office.asked[-1][:2] == (asked, args)
    assert client.request(method, f"/v1/{path}", json=body).status_code == 401


def test_every_handler_is_tried() -> None:
    assert len(ROUTES) == len(HANDLERS)
