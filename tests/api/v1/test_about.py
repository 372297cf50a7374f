"""What the installation says about itself."""

from typing import Any

import pytest

from ringfence.api import views_about

PATHS = {
    "account": "account.show",
    "system": "system.status",
    "system/health": "system.health",
    "system/metrics": "system.metrics",
    "settings": "settings.show",
    "bans": "ban.list",
    "roles": "role.list",
    "privacy/promises?company=excitel": "privacy.promise.list",
}


@pytest.mark.parametrize(("path", "asked"), PATHS.items())
def test_a_path_asks_for_its_use_case(
    client: Any, office: Any, basic: Any, path: str, asked: str
) -> None:
    office.answers.setdefault(asked, [views_about.Role(name="owner", purposes=["operate"])])
    answer = client.get(f"/v1/{path}", headers=basic())
    assert answer.status_code == 200, answer.text
    assert office.asked[-1][0] == asked
    assert client.get(f"/v1/{path}").status_code == 401


def test_a_ban_is_lifted_by_a_body_and_by_no_path(client: Any, office: Any, basic: Any) -> None:
    office.answers["ban.lift"] = views_about.Ban(address="192.0.2.10", since=1, until=2)
    asked = {"address": "192.0.2.10"}
    answer = client.post("/v1/bans/lift", json=asked, headers=basic())
    assert answer.json() == asked | {"since": 1, "until": 2}
    assert office.asked[-1][:2] == ("ban.lift", asked)
