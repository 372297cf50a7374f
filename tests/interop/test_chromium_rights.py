"""The page of rights in a real browser, by keyboard alone and with scripts switched off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import CHROMIUM, Browser
from platform_run import Platform

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

CALLER = "+12025550123"
SECONDS = 60
FOCUS = "document.activeElement ? document.activeElement.id || document.activeElement.tagName : ''"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("rights-page") / "data") as running:
        yield running


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as opened:
        yield opened


def press(browser: Browser, key: str, code: int) -> None:
    """Press a key, as a hand does."""
    text = "\r" if key == "Enter" else ""
    for kind in ("keyDown", "keyUp"):
        browser.do(
            "Input.dispatchKeyEvent", type=kind, key=key, code=key, text=text,
            windowsVirtualKeyCode=code,
        )  # fmt: skip


def tab_to(browser: Browser, name: str) -> None:
    """Go from field to field until one has the focus."""
    seen = []
    for _ in range(80):
        press(browser, "Tab", 9)
        seen.append(browser.evaluate(FOCUS))
        if seen[-1] == name:
            return
    raise AssertionError(f"{name} is not reached by keyboard: {seen}")


def shown(browser: Browser, selector: str) -> str:
    """The text of a part of the page, once it is there."""
    script = f"(document.querySelector('{selector}') || {{}}).innerText || ''"
    deadline = time.monotonic() + SECONDS
    while not (text := browser.evaluate(script)):
        assert time.monotonic() < deadline, selector
        time.sleep(0.1)
    return str(text)


def test_asking_and_following_by_keyboard_alone(platform: Platform, browser: Browser) -> None:
    origin = f"http://127.0.0.1:{platform.http_port}"
    browser.do("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(origin + "/rights")
    tab_to(browser, "contact")
    browser.do("Input.insertText", text=CALLER)
    press(browser, "Enter", 13)
    assert "We have your request" in shown(browser, "#asked")
    reference = shown(browser, "main section strong code")
    assert len(reference) == 24
    assert reference not in browser.evaluate("location.href")
    tab_to(browser, "code")
    browser.do("Input.insertText", text="000000")
    press(browser, "Enter", 13)
    assert "That did not work" in shown(browser, "[role=alert]")
    tab_to(browser, "reference")
    browser.do("Input.insertText", text=reference)
    press(browser, "Enter", 13)
    assert "identifying" in shown(browser, "#status")
    assert browser.cookies() == []
    assert {urlsplit(address).netloc for address in browser.requests} == {urlsplit(origin).netloc}
    assert not any(reference in address for address in browser.requests)
