"""The consent page and the endpoints of OAuth, asked by oauthlib's client."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar.testing import TestClient
from oauthlib.oauth2 import BackendApplicationClient, WebApplicationClient
from office_open import opened

from ringfence.api.http import build
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.limits import APP_ACCESS_MS

BACK = "https://app.example.com/back?x=1"
HERE = "https://testserver.local"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient[Any]]:
    office = opened(Path(tmp_path_factory.mktemp("oauth")) / "data")
    with TestClient(build(office), base_url=HERE) as client:
        client.office = office  # type: ignore[attr-defined]
        yield client
    office.store.store.close()


@pytest.fixture
def app(web: Any) -> Any:
    web.cookies.clear()
    office = web.office
    made = web.post(
        "/v1/apps",
        json={
            "name": "<b>crm</b>",
            "scopes": ["setup:read", "calls:read"],
            "purposes": ["operate", "call_record"],
            "redirects": [BACK],
        },
        auth=(office.account.id, office.directory.auth_token),
    )
    assert made.status_code == 201, made.text
    return made.json()


async def _link(office: Any) -> str:
    found: str = (await office.run("admin.link", {}, actor="operator")).path
    return found


def sign_in(web: Any) -> None:
    link = asyncio.run(_link(web.office))
    assert web.get(link, follow_redirects=False).status_code == 303


def authorize(web: Any, app: Any, **more: str) -> tuple[WebApplicationClient, Any]:
    peer = WebApplicationClient(app["sid"])
    verifier = peer.create_code_verifier(64)
    peer.create_code_challenge(verifier, "S256")
    uri = peer.prepare_request_uri(
        f"{HERE}/oauth/authorize",
        redirect_uri=BACK,
        scope=["setup:read"],
        state="st",
        code_challenge=peer.code_challenge,
        code_challenge_method="S256",
        **more,
    )
    return peer, web.get(uri, follow_redirects=False)


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def decided(web: Any, page: Any, decision: str) -> Any:
    given = {name: value.replace("&amp;", "&") for name, value in fields(page.text).items()}
    return web.post("/oauth/authorize", data=given | {"decision": decision}, follow_redirects=False)


def token(web: Any, app: Any, peer: Any, **body: Any) -> Any:
    prepared = peer.prepare_request_body(**body)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return web.post(
        "/oauth/token", content=prepared, headers=headers, auth=(app["sid"], app["secret"])
    )


def test_an_app_is_allowed_and_asks(web: Any, app: Any) -> None:
    sign_in(web)
    peer, page = authorize(web, app)
    assert page.status_code == 200
    assert "see numbers, flows" in page.text
    assert "<b>crm" not in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://app.example.com;" in policy
    back = decided(web, page, "allow")
    assert back.status_code == 303
    where = back.headers["location"]
    assert where.startswith(BACK + "&")
    peer.parse_request_uri_response(where, state="st")
    web.cookies.clear()
    answer = token(web, app, peer, redirect_uri=BACK, code_verifier=peer.code_verifier)
    assert answer.headers["cache-control"] == "no-store"
    peer.parse_request_body_response(answer.text, scope=["setup:read"])
    uri, headers, _ = peer.add_token(f"{HERE}/v1/numbers")
    assert web.get(uri, headers=headers).status_code == 200
    refused = web.get("/v1/calls", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    again = web.post(
        "/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": peer.token["refresh_token"],
              "client_id": app["sid"], "client_secret": app["secret"]},
    )  # fmt: skip
    peer.parse_request_body_response(again.text, scope=["setup:read"])
    _, newer, _ = peer.add_token(f"{HERE}/v1/numbers")
    assert newer != headers
    client = (app["sid"], app["secret"])
    seen = web.post("/oauth/introspect", data={"token": peer.token["access_token"]}, auth=client)
    assert seen.json()["active"] is True
    assert web.get(uri, headers=newer).status_code == 200
    ended = web.post("/oauth/revoke", data={"token": peer.token["access_token"]}, auth=client)
    assert ended.status_code == 200
    # From the very next request on nobody is let in: within five seconds by far.
    refused = web.get(uri, headers=newer)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authorized")


def test_who_has_not_signed_in_decides_nothing(web: Any, app: Any) -> None:
    _, page = authorize(web, app)
    assert page.status_code == 401
    assert "Sign in first" in page.text
    basic = (web.office.account.id, web.office.directory.auth_token)
    assert web.get("/oauth/authorize", auth=basic).status_code == 401


def test_what_is_denied_goes_back_as_denied(web: Any, app: Any) -> None:
    sign_in(web)
    _, page = authorize(web, app)
    said = parse_qs(urlsplit(decided(web, page, "deny").headers["location"]).query)
    assert (said["error"], said["state"]) == (["access_denied"], ["st"])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "calls:write"}, "invalid_scope"),
    ],
)
def test_a_wrong_question_goes_back_to_the_app(
    web: Any, app: Any, change: dict[str, str], error: str
) -> None:
    sign_in(web)
    asked = {
        "response_type": "code", "client_id": app["sid"], "redirect_uri": BACK,
        "code_challenge": "c" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    answer = web.get("/oauth/authorize", params=asked | change, follow_redirects=False)
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


@pytest.mark.parametrize(
    "change", [{"client_id": "OA0"}, {"redirect_uri": "https://evil.example.com/"}]
)
def test_nobody_is_sent_to_an_address_that_is_not_the_apps(
    web: Any, app: Any, change: dict[str, str]
) -> None:
    sign_in(web)
    asked = {
        "response_type": "code", "client_id": app["sid"], "redirect_uri": BACK,
        "code_challenge": "c" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    answer = web.get("/oauth/authorize", params=asked | change, follow_redirects=False)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_an_app_acts_for_itself(web: Any, app: Any) -> None:
    peer = BackendApplicationClient(app["sid"])
    answer = token(web, app, peer, scope=["calls:read", "setup:read"])
    peer.parse_request_body_response(answer.text, scope=["calls:read", "setup:read"])
    _, headers, _ = peer.add_token(f"{HERE}/v1/calls")
    assert web.get("/v1/calls", headers=headers).json() == {"items": [], "next": None}


def test_errors_are_those_of_the_rfc(web: Any, app: Any) -> None:
    good = {"client_id": app["sid"], "client_secret": app["secret"]}
    for form, error, status in (
        (good | {"grant_type": "password"}, "unsupported_grant_type", 400),
        (good, "invalid_request", 400),
        (good | {"grant_type": "refresh_token"}, "invalid_request", 400),
        (good | {"grant_type": ["client_credentials"] * 2}, "invalid_request", 400),
        (good | {"grant_type": "authorization_code"}, "invalid_request", 400),
        (good | {"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant", 400),
        (good | {"grant_type": "client_credentials", "scope": "x"}, "invalid_scope", 400),
        (good | {"grant_type": "client_credentials", "client_secret": "x"}, "invalid_client", 401),
    ):
        answer = web.post("/oauth/token", data=form)
        assert (answer.status_code, answer.json()["error"]) == (status, error), form


def test_where_everything_is_can_be_found(web: Any) -> None:
    said = web.get("/.well-known/oauth-authorization-server").json()
    assert said["token_endpoint"] == f"{said['issuer']}/oauth/token"
    assert said["code_challenge_methods_supported"] == ["S256"]


def test_what_has_tokens_in_it_is_kept_nowhere(web: Any, app: Any) -> None:
    answer = token(web, app, BackendApplicationClient(app["sid"]))
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


def test_a_question_that_says_something_twice_is_none(web: Any, app: Any) -> None:
    sign_in(web)
    asked = [
        ("response_type", "code"), ("client_id", app["sid"]), ("redirect_uri", BACK),
        ("redirect_uri", BACK), ("code_challenge", "c" * 43), ("code_challenge_method", "S256"),
    ]  # fmt: skip
    answer = web.get("/oauth/authorize", params=asked, follow_redirects=False)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_an_app_is_told_what_is_wrong_with_its_token(
    web: Any, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = token(web, app, BackendApplicationClient(app["sid"]), scope=["calls:read"]).json()
    for url, shown, status, error in (
        ("/v1/calls", "x", 401, "invalid_token"),
        ("/v1/numbers", made["access_token"], 403, "insufficient_scope"),
    ):
        answer = web.get(url, headers={"Authorization": f"Bearer {shown}"})
        assert answer.status_code == status
        assert f'Bearer realm="Ringfence", error="{error}"' in answer.headers["www-authenticate"]
    assert "error=" not in web.get("/v1/calls").headers["www-authenticate"]
    with monkeypatch.context() as patch:
        patch.setattr(web.office, "clock", VirtualClock(web.office.clock.now() + APP_ACCESS_MS))
        answer = web.get("/v1/calls", headers={"Authorization": f"Bearer {made['access_token']}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_the_issuer_is_where_it_was_set_whatever_host_is_asked_for(
    web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/.well-known/oauth-authorization-server"
    assert web.get(path).json()["issuer"] == HERE
    settings = replace(web.office.settings, public_url="https://pbx.example.com")
    monkeypatch.setattr(web.office, "settings", settings)
    said = web.get(path, headers={"Host": "evil.example.net"}).json()
    assert said["issuer"] == "https://pbx.example.com"
    assert said["token_endpoint"] == "https://pbx.example.com/oauth/token"
    assert "evil" not in str(said)


def test_a_narrower_token_does_not_get_an_answer_it_could_not_have_asked_for(
    web: Any, app: Any
) -> None:
    def again(*scopes: str) -> Any:
        peer = BackendApplicationClient(app["sid"])
        made = token(web, app, peer, scope=[*scopes]).json()["access_token"]
        headers = {"Authorization": f"Bearer {made}", "Idempotency-Key": "k-narrow"}
        return web.post("/v1/flows/validate", json={"document": {}}, headers=headers)

    first = again("setup:read", "calls:read")
    assert first.status_code == 200
    refused = again("calls:read")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    # The next token of the same app, as after a refresh, repeats what the one before it asked.
    same = again("setup:read")
    assert (same.content, same.headers["idempotent-replayed"]) == (first.content, "true")
