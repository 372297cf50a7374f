"""A web server of the test's that answers with documents and keeps what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class AskedWeb:
    """``pages``: documents by path, empty where there is none; ``asked``: path and form.

    ``gets``: the paths asked by GET; what their query says is their form. ``before``: told path and
    form of each POST before it is answered.
    """

    def __init__(
        self,
        pages: dict[str, str] | None = None,
        before: Callable[[str, dict[str, str]], None] | None = None,
    ) -> None:
        self.pages = pages or {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.gets: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"] or 0)
                form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
                if before is not None:
                    before(self.path, form)
                web.asked.append((self.path, form))
                self.answer(self.path)

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                web.gets.append(parts.path)
                web.asked.append((parts.path, dict(parse_qsl(parts.query))))
                self.answer(parts.path)

            def answer(self, path: str) -> None:
                body = web.pages.get(path, "").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml" if body else "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def at(self, path: str) -> list[dict[str, str]]:
        """What was asked at a path so far."""
        return [form for asked, form in self.asked if asked == path]

    def wait(self, path: str, count: int = 1, seconds: float = 40) -> list[dict[str, str]]:
        """Likewise, once there is that much of it."""
        deadline = time.monotonic() + seconds
        while len(self.at(path)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} was asked {len(self.at(path))} times: {self.asked}")
            time.sleep(0.05)
        return self.at(path)

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()
