"""The link that signs in once."""

from typing import Any

from litestar.testing import TestClient

from ringfence.api.http import build


def test_the_link_sets_a_cookie_and_works_once(client: TestClient[Any]) -> None:
    answer = client.get("/admin/once", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "ringfence_session=s3cret" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert client.get("/admin/once", follow_redirects=False).status_code == 410


def test_a_browser_is_told_that_a_link_is_over_and_not_asked_for_a_password(
    client: TestClient[Any],
) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get("/admin/used", headers=browser, follow_redirects=False)
    assert page.status_code == 410
    assert page.headers["content-type"].startswith("text/html")
    assert "ringfence admin-link" in page.text
    problem = client.get("/admin/used", follow_redirects=False)
    assert problem.headers["content-type"] == "application/problem+json"
    assert (problem.status_code, problem.json()["code"]) == (410, "link_over")
    for answer in (page, problem):
        assert "www-authenticate" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_the_cookie_is_kept_to_https_where_there_is_https(office: Any) -> None:
    with TestClient(build(office, secure=True)) as client:
        answer = client.get("/admin/once", follow_redirects=False)
    assert "Secure" in answer.headers["set-cookie"]


def test_the_session_opens_the_api(client: TestClient[Any], office: Any) -> None:
    client.get("/admin/once", follow_redirects=False)
    assert client.get("/v1/calls").status_code == 200
    assert office.asked[-1][2] == "admin"


def test_a_forged_session_does_not(client: TestClient[Any]) -> None:
    client.cookies.set("ringfence_session", "guess")
    assert client.get("/v1/calls").status_code == 401


def test_looking_at_the_link_does_not_use_it_up(client: TestClient[Any], office: Any) -> None:
    assert client.head("/admin/once").status_code == 405
    assert office.tokens == {"once"}


def test_signing_out_ends_the_session(client: TestClient[Any], office: Any) -> None:
    client.get("/admin/once", follow_redirects=False)
    answer = client.post("/sign-out", follow_redirects=False)
    assert answer.status_code == 303
    assert ("session.end", {"session": "s3cret"}, "public") in office.asked
    assert client.get("/v1/calls").status_code == 401
