"""Links to other sites are registered and pass nothing on about who follows them."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from litestar.testing import TestClient

from ringfence.api.links import LINKS, link
from ringfence.kernel.errors import LocalError

PAGES = ("/", "/privacy/choices", "/unsubscribe/abc")


class Anchors(HTMLParser):
    """Collects the attributes of every link."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs))


@pytest.mark.promise("WEB-02")
def test_a_crawl_finds_only_registered_links_and_they_tell_nothing(client: TestClient[Any]) -> None:
    client.get("/admin/once", follow_redirects=False)
    outward: list[dict[str, str | None]] = []
    for path in PAGES:
        answer = client.get(path)
        assert answer.headers["referrer-policy"] == "no-referrer"
        outward += [a for a in Anchors(answer.text).found if urlsplit(a["href"] or "").netloc]
    registered = {item.address for item in LINKS.values()}
    assert {a["href"] for a in outward} == registered
    for anchor in outward:
        assert {"noopener", "noreferrer"} <= set((anchor["rel"] or "").split())
        assert not urlsplit(anchor["href"] or "").query


@pytest.mark.promise("WEB-02")
def test_a_link_is_registered_with_the_policy_behind_it() -> None:
    for item in LINKS.values():
        assert item.owner
        assert urlsplit(item.policy).netloc == urlsplit(item.address).netloc
    with pytest.raises(LocalError, match="elsewhere"):
        link("elsewhere", "x")
    assert "&lt;" in link("gpc", "<b>")
