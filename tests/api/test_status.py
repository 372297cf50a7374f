"""The status page, health and metrics."""

import re
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from ringfence.api import status, views
from ringfence.api.http import build


def change(office: Any, **values: Any) -> None:
    office.answers["system.status"] = msgspec.structs.replace(
        office.answers["system.status"], **values
    )


def test_a_stranger_sees_health_but_no_calls(client: TestClient[Any], office: Any) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "Taking calls" in page.text
    assert "CAbbbb" not in page.text
    assert "local: trusted" not in page.text
    assert [(name, actor) for name, _, actor in office.asked] == [("system.health", "public")]


def test_the_foot_leads_to_the_notice_the_rights_the_choices_and_the_api(
    client: TestClient[Any],
) -> None:
    page = client.get("/").text
    foot = page[page.index("<footer>") :]
    for path in ("/privacy", "/rights", "/privacy/choices", "/v1/docs"):
        assert f'href="{path}"' in foot


def test_whoever_signed_in_sees_calls_without_numbers(client: TestClient[Any]) -> None:
    client.get("/admin/once", follow_redirects=False)
    page = client.get("/").text
    assert "CAbbbb" in page
    assert "/v1/recordings/RE" in page
    assert "local: trusted" in page
    assert "2025550123" not in page


def test_names_are_escaped(client: TestClient[Any], office: Any) -> None:
    client.get("/admin/once", follow_redirects=False)
    trunk = views.Trunk(name="<script>x</script>", sid="TK", state="trusted", created=0)
    change(office, trunks=[trunk])
    page = client.get("/").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_worker_that_hung_is_told_of(client: TestClient[Any], office: Any) -> None:
    client.get("/admin/once", follow_redirects=False)
    assert "hung" not in client.get("/").text
    change(office, engines=[views.Engine(shard=0, connected=True, engine="native", hung=2)])
    assert "ended because it hung: 2 times, and its calls lost their audio" in client.get("/").text


def test_the_style_is_served(client: TestClient[Any]) -> None:
    assert client.get("/status.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(("state", "code"), [("ok", 200), ("draining", 503), ("no_media", 503)])
def test_health(client: TestClient[Any], office: Any, state: str, code: int) -> None:
    office.answers["system.health"] = views.Health(state=state)
    answer = client.get("/health")
    assert answer.status_code == code
    assert answer.json() == {"status": state}
    assert f'class="{state}"' in client.get("/").text


def test_metrics_want_a_sign_in_from_elsewhere(client: TestClient[Any], basic: Any) -> None:
    assert client.get("/metrics").status_code == 401  # the test client is no loopback address
    answer = client.get("/metrics", headers=basic())
    assert answer.status_code == 200
    assert "ringfence_calls_open 2.0" in answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")


def test_metrics_are_open_on_this_machine_but_not_through_a_proxy(office: Any) -> None:
    app = build(office)

    async def from_here(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["client"] = ("127.0.0.1", 4000)
        await app(scope, receive, send)

    with TestClient(from_here) as client:
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 401
        assert client.get("/metrics", headers={"Forwarded": "for=192.0.2.1"}).status_code == 401


def test_durations_read_well() -> None:
    assert status._seconds(None) == "–"
    assert status._seconds(65_000) == "1 min 5 s"
    assert status._seconds(3_720_000) == "1 h 2 min"


class _Loads(HTMLParser):
    """Collects what a browser would run or load by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]


def loads(page: str) -> _Loads:
    parser = _Loads()
    parser.feed(page)
    return parser


@pytest.mark.promise("XFR-05")
@pytest.mark.parametrize("signed_in", [False, True])
def test_pages_send_a_browser_nowhere_else(client: TestClient[Any], signed_in: bool) -> None:
    if signed_in:
        client.get("/admin/once", follow_redirects=False)
    page = client.get("/")
    addresses = loads(page.text).addresses
    assert addresses
    assert all(re.fullmatch(r"/(?!/).*", address) for address in addresses), addresses
    policy = page.headers["content-security-policy"]
    sources = {word for rule in policy.split(";") for word in rule.split()[1:]}
    assert sources == {"'none'", "'self'"}
    style = client.get("/status.css").text
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.promise("CLS-10")
@pytest.mark.parametrize("signed_in", [False, True])
def test_pages_run_nothing_that_could_watch(client: TestClient[Any], signed_in: bool) -> None:
    if signed_in:
        client.get("/admin/once", follow_redirects=False)
    page = client.get("/")
    assert loads(page.text).tags.isdisjoint({"script", "img", "iframe", "object", "embed"})
    assert not re.search(r"\son[a-z]+=", page.text)
    policy = dict(
        rule.split(maxsplit=1) for rule in page.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert not {"script-src", "script-src-elem", "connect-src", "worker-src"} & set(policy)
