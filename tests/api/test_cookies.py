"""Cookies: those that are registered leave, and no other, whatever the code sets."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.testing import TestClient

from ringfence.api import cookies, http
from ringfence.api.common import COOKIE
from ringfence.api.cookies import CHOICES, COOKIES, Registered, allowed, permitted, written
from ringfence.privacy.purposes import PURPOSES

DAY = 86_400


@get("/careless")
async def careless() -> Response[str]:
    """Sets what nobody agreed to."""
    return Response(
        "ok",
        cookies=[
            Cookie(key="visitor", value="canary", max_age=DAY),
            Cookie(key="measured", value="canary"),
            Cookie(key=COOKIE, value="canary", max_age=400 * DAY),
        ],
    )


@get("/breaks")
async def breaks() -> None:
    raise ZeroDivisionError


@pytest.mark.promise("COO-01")
@pytest.mark.promise("COO-06")
def test_what_nobody_agreed_to_is_taken_out(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = Registered("measured", "analytics", "operate", DAY, "a count")
    monkeypatch.setitem(COOKIES, "measured", measured)
    monkeypatch.setattr(http, "HANDLERS", (*http.HANDLERS, careless, breaks))
    with TestClient(http.build(office), raise_server_exceptions=False) as client:
        answer = client.get("/careless")
        assert (answer.status_code, answer.text) == (200, "ok")
        assert "set-cookie" not in answer.headers
        assert client.get("/breaks").status_code == 500
        client.get("/admin/once", follow_redirects=False)
        assert set(client.cookies) == {COOKIE}


KINDS = {"lang": "functional", "seen": "analytics", "ad": "advertising"}


@get("/tracking")
async def tracking() -> Response[str]:
    """Sets one cookie of each optional kind."""
    return Response("ok", cookies=[Cookie(key=name, value="x", max_age=60) for name in KINDS])


@pytest.fixture
def tracked(office: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient[Any]]:
    """Pages that set registered, optional cookies."""
    for name, category in KINDS.items():
        entry = Registered(name, category, "operate", DAY, "x")  # type: ignore[arg-type]
        monkeypatch.setitem(COOKIES, name, entry)
    monkeypatch.setattr(http, "HANDLERS", (*http.HANDLERS, tracking))
    with TestClient(http.build(office)) as client:
        yield client


@pytest.mark.promise("COO-03")
@pytest.mark.promise("COO-04")
@pytest.mark.promise("COO-05")
@pytest.mark.parametrize(
    ("agreed", "arrive"),
    [
        (None, set()),
        ([], set()),
        (["analytics"], {"seen"}),
        (["functional"], {"lang"}),
        (["advertising"], {"ad"}),
        (["functional", "analytics", "advertising"], set(KINDS)),
    ],
)
def test_each_kind_needs_its_own_consent(
    tracked: TestClient[Any], agreed: list[str] | None, arrive: set[str]
) -> None:
    headers = {} if agreed is None else {"Cookie": f"{CHOICES}={written(agreed)}"}
    tracked.get("/tracking", headers=headers)
    assert set(tracked.cookies) == arrive


@pytest.mark.promise("COO-05")
@pytest.mark.promise("COO-08")
def test_a_signal_of_the_browser_outweighs_an_agreement(tracked: TestClient[Any]) -> None:
    yes = {"Cookie": f"{CHOICES}={written(['analytics', 'advertising'])}", "Sec-GPC": "1"}
    tracked.get("/tracking", headers=yes)
    assert set(tracked.cookies) == {"seen"}
    assert allowed([(b"sec-gpc", b"0"), (b"cookie", yes["Cookie"].encode())]) == {
        "analytics",
        "advertising",
    }


def test_a_choice_about_other_cookies_is_no_choice(tracked: TestClient[Any]) -> None:
    for value in ("0" * 12 + ".analytics", "analytics", "", "..", written([]) + "x"):
        tracked.get("/tracking", headers={"Cookie": f"{CHOICES}={value}"})
        assert set(tracked.cookies) == set()


@pytest.mark.promise("COO-10")
def test_a_cookie_that_would_outlive_its_entry_does_not_leave(tracked: TestClient[Any]) -> None:
    agreed = frozenset({"analytics"})
    assert permitted(f"seen=x; Max-Age={DAY}", agreed)  # type: ignore[arg-type]
    assert not permitted(f"seen=x; Max-Age={DAY + 1}", agreed)  # type: ignore[arg-type]
    assert not permitted("seen=x; Expires=Wed, 01 Jan 2031 00:00:00 GMT", agreed)  # type: ignore[arg-type]


@pytest.mark.promise("COO-02")
def test_everything_works_with_the_necessary_ones(client: TestClient[Any]) -> None:
    assert client.get("/").status_code == 200
    assert set(client.cookies) == set()
    client.get("/admin/once", follow_redirects=False)
    for path in ("/", "/v1/calls", "/v1/recordings"):
        assert client.get(path).status_code == 200
    assert set(client.cookies) == {COOKIE}
    assert COOKIES[COOKIE].category == "necessary"
    client.post("/sign-out", follow_redirects=False)
    assert client.get("/v1/calls").status_code == 401


@pytest.mark.parametrize(
    ("header", "good"),
    [
        (f"{COOKIE}=x; Max-Age=60; HttpOnly; Path=/; SameSite=lax", True),
        (f"{COOKIE}=; Max-Age=0", True),
        (f"{COOKIE}=x", True),
        (f"{COOKIE}=x; Max-Age=43200", True),
        (f"{COOKIE}=x; Max-Age=43201", False),
        (f"{COOKIE}=x; Max-Age=-1", False),
        (f"{COOKIE}=x; Max-Age=soon", False),
        (f"{COOKIE}=x; Expires=Wed, 01 Jan 2031 00:00:00 GMT", False),
        (f"{COOKIE}=x; Domain=example.com", False),
        ("visitor=x", False),
        ("", False),
        ("=", False),
        (f"visitor=x; {COOKIE}=y", False),
    ],
)
def test_what_may_leave(header: str, good: bool) -> None:
    assert permitted(header) is good


def test_the_register_speaks_of_purposes_there_are() -> None:
    assert {entry.purpose for entry in COOKIES.values()} <= set(PURPOSES)
    assert all(entry.seconds > 0 and entry.holds for entry in COOKIES.values())
    assert cookies.COOKIES.keys() == {entry.name for entry in COOKIES.values()}
