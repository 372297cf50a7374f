"""A real browser visits every page: what it keeps is registered, and it asks nobody else."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from browser import CHROMIUM, Browser
from platform_run import Platform

from ringfence.api.cookies import COOKIES

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

LINKS = "Array.from(document.querySelectorAll('a[href]'), a => a.getAttribute('href'))"
STORED = """(async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage),
  ...(await indexedDB.databases()).map(d => d.name),
  ...(self.caches ? await caches.keys() : []),
  ...(navigator.serviceWorker
      ? (await navigator.serviceWorker.getRegistrations()).map(r => r.scope) : []),
])()"""
BLOCKED = """new Promise(tell => {
  document.addEventListener('securitypolicyviolation', e => tell(e.effectiveDirective));
  const script = document.createElement('script');
  script.src = 'https://tracker.example/t.js';
  script.onload = () => tell('loaded');
  document.head.append(script);
})"""
START = ("/", "/privacy", "/privacy/1", "/privacy/choices", "/unsubscribe/nobody")
MOST = 60
"""Pages of one crawl: calls and recordings, which have a page each, are few here."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("chromium") / "data") as running:
        running.do("privacy.policy.refresh")
        yield running


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as opened:
        yield opened


def crawl(browser: Browser, origin: str) -> set[str]:
    """Visit every page that can be reached by links; the paths visited."""
    waiting, seen = list(START), set[str]()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        browser.open(origin + path)
        assert browser.evaluate(STORED) in ([], None), path
        for link in browser.evaluate(LINKS) or []:
            target = urlsplit(urljoin(origin + path, link))
            if f"{target.scheme}://{target.netloc}" == origin and target.path not in seen:
                waiting.append(target.path)
    return seen


@pytest.mark.promise("COO-01")
@pytest.mark.promise("XFR-05")
def test_a_crawl_finds_no_cookie_or_key_outside_the_registry_and_no_third_party(
    platform: Platform, browser: Browser
) -> None:
    origin = f"http://127.0.0.1:{platform.http_port}"
    assert set(START) <= crawl(browser, origin)
    assert browser.cookies() == []  # strangers are given none
    browser.open(platform.ready["admin_url"])
    crawl(browser, origin)
    found = {cookie["name"]: cookie for cookie in browser.cookies()}
    assert set(found) == {"ringfence_session"}
    for name, cookie in found.items():
        assert name in COOKIES
        assert cookie["httpOnly"]
        assert cookie["domain"] == "127.0.0.1"
    browser.evaluate("localStorage.setItem('planted', 'x')")
    assert browser.evaluate(STORED) == ["planted"]  # it would have been seen
    asked = {urlsplit(address).netloc for address in browser.requests}
    assert asked == {urlsplit(origin).netloc}


PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
WIDE = "Math.max(document.documentElement.scrollWidth, innerWidth)"


def test_no_page_is_wider_than_a_phone(platform: Platform, browser: Browser) -> None:
    origin = f"http://127.0.0.1:{platform.http_port}"
    browser.do("Emulation.setDeviceMetricsOverride", **PHONE)
    pages = (*START, "/rights", "/v1/docs", "/v1/problems", "/v1/problems/not_found")
    wide = {}
    for address in (*(origin + path for path in pages), platform.ask("admin-link")["url"]):
        browser.open(address)
        if browser.evaluate(WIDE) > PHONE["width"]:
            wide[urlsplit(address).path] = browser.evaluate(WIDE)
    assert wide == {}


@pytest.mark.promise("COO-09")
def test_a_script_of_somebody_else_is_blocked_by_the_browser(
    platform: Platform, browser: Browser
) -> None:
    browser.open(f"http://127.0.0.1:{platform.http_port}/privacy")
    assert str(browser.evaluate(BLOCKED)).startswith("script-src")
