"""A real Chromium without a window, spoken to by the DevTools protocol over one web socket."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 60


class Browser:
    """One page. ``requests``: every address it asked for, in order."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._next = 0
        self.requests: list[str] = []
        self._loaded = 0
        self._stack = ExitStack()
        self._process = subprocess.Popen(
            [
                str(CHROMIUM),
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-dev-shm-usage", "--disable-background-networking"),
                *("--remote-debugging-port=0", "--remote-allow-origins=*"),
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Browser:
        try:
            socket = connect(self._address(), max_size=None, open_timeout=SECONDS, proxy=None)
            self._socket = self._stack.enter_context(socket)
            for domain in ("Page", "Network", "Runtime"):
                self.do(f"{domain}.enable")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._process.kill()
        self._process.wait()

    def do(self, method: str, **params: Any) -> Any:
        """Carry out one command of the protocol."""
        self._next += 1
        number = self._next
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = self._read()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def open(self, address: str) -> None:
        """Go to a page and wait until it is loaded."""
        before = self._loaded
        self.do("Page.navigate", url=address)
        while self._loaded == before:
            self._read()

    def evaluate(self, script: str) -> Any:
        """Return what a script gives, a promise's result too."""
        found = self.do(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        return found["result"].get("value")

    def cookies(self) -> list[dict[str, Any]]:
        """Return every cookie the browser holds, of whatever site."""
        found: list[dict[str, Any]] = self.do("Storage.getCookies")["cookies"]
        return found

    def _read(self) -> Any:
        message = json.loads(self._socket.recv(timeout=SECONDS))
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        if message.get("method") == "Page.loadEventFired":
            self._loaded += 1
        return message

    def _address(self) -> str:
        """Return the web socket of the page, once the browser tells its port."""
        deadline = time.monotonic() + SECONDS
        file = self._profile / "DevToolsActivePort"
        while time.monotonic() < deadline:
            try:
                port = file.read_text().split("\n")[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as got:
                    pages = [page for page in json.load(got) if page["type"] == "page"]
                return str(pages[0]["webSocketDebuggerUrl"])
            except (OSError, IndexError, ValueError):
                time.sleep(0.05)
        raise TimeoutError("the browser does not start")
