"""``/v1/apps`` and ``/v1/app-grants``."""

from typing import Any

import pytest

from ringfence.api import views_apps as views

APP = views.App(
    sid="OA1", name="crm", redirects=[], scopes=["calls:read"], purposes=["call_record"],
    role="admin", created=1, secret="s",
)  # fmt: skip
GRANT = views.Grant(sid="OG1", app="OA1", role="owner", scopes=["calls:read"], created=1)


def test_an_app_is_made_listed_and_revoked(client: Any, office: Any, basic: Any) -> None:
    office.answers |= {"app.add": APP, "app.list": [APP], "app.revoke": APP}
    body = {"name": "crm", "scopes": ["calls:read"], "purposes": ["call_record"]}
    made = client.post("/v1/apps", json=body, headers=basic())
    assert (made.status_code, made.json()["secret"]) == (201, "s")
    assert office.asked[-1][1] == body | {"role": "admin"}
    assert len(client.get("/v1/apps", headers=basic()).json()["items"]) == 1
    assert client.post("/v1/apps/OA1/revoke", headers=basic()).status_code == 200


def test_grants_are_listed_and_ended(client: Any, office: Any, basic: Any) -> None:
    office.answers |= {"app.grants": [GRANT], "app.end_grant": None}
    found = client.get("/v1/app-grants?app=OA1", headers=basic()).json()
    assert found["items"][0]["sid"] == "OG1"
    assert client.post("/v1/app-grants/OG1/end", headers=basic()).json() is None
    assert office.asked[-1][:2] == ("app.end_grant", {"sid": "OG1"})


@pytest.mark.parametrize("path", ["apps", "app-grants"])
def test_a_stranger_learns_nothing(client: Any, path: str) -> None:
    assert client.get(f"/v1/{path}").status_code == 401
