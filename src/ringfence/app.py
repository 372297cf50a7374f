"""The composition root: puts the parts together and serves.

    python -m ringfence.app serve --data DIR ...

prints one JSON line when it is ready and then runs until SIGTERM. Order of the start: the data
folder (migrated, keys first), what a killed process left behind, the media workers, SIP, HTTP, the
control socket. Order of the stop: no new calls, the open ones get time, then all of it backwards.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any, cast

import uvicorn
import uvloop

from ringfence import config
from ringfence.api.control import ControlServer
from ringfence.api.http import build
from ringfence.api.line import Line
from ringfence.config import Address, Settings
from ringfence.exchange import Exchange
from ringfence.kernel import pages
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    GC_OBJECTS,
    HTTP_BACKLOG,
    HTTP_KEEPALIVE_S,
    HTTP_STOP_S,
    READY_WAIT,
    SERVER_FILES,
)
from ringfence.observe import logs
from ringfence.observe.logs import get_logger
from ringfence.office import Office
from ringfence.office.privacy import policy, retention
from ringfence.storage import ballast
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store

log = get_logger(__name__)

EXIT_REFUSED = 2
_STDERR = 2
"""As a descriptor: what lies in the buffer of a file ends the process when it cannot be flushed."""
_HTTP_TICK_S = 1
"""As exact as the Date header is."""


def _web_socket(**about: Any) -> asyncio.Protocol:
    """Serve a WebSocket; what speaks it is read in with the first: most platforms have none."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    return WebSocketsSansIOProtocol(**about)


def _http_socket(address: Address) -> socket.socket:
    """Bind where HTTP listens. Raises `Refused` with what is in the way, and what to do."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    sock = socket.socket(family)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address.host, address.port))
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"another program uses port {address.port}; stop it or choose one with --http"
            raise Refused("http_port_taken", reason) from None
        if error.errno == errno.EACCES:
            reason = f"port {address.port} needs more rights; choose one above 1023 with --http"
            raise Refused("http_port_denied", reason) from None
        reason = f"{address.host} is no address of this machine; choose one with --http"
        raise Refused("http_bind_failed", reason) from None
    return sock


class _Http(uvicorn.Server):
    """uvicorn, without looking ten times a second whether it shall end."""

    def __init__(self, settings: uvicorn.Config) -> None:
        super().__init__(settings)
        self._leaving = asyncio.Event()
        self.answers = asyncio.Event()
        """Set as soon as whoever connects is answered."""

    def leave(self) -> None:
        """End, as soon as the requests under way are answered."""
        self.should_exit = True
        self._leaving.set()

    async def main_loop(self) -> None:
        """Write down the time for the headers once a second until the end."""
        self.answers.set()
        while not await self.on_tick(0):
            try:
                async with asyncio.timeout(_HTTP_TICK_S):
                    await self._leaving.wait()
            except TimeoutError:
                continue


class Server:
    """Everything that runs in the serving process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self.entropy = SystemEntropy()
        self.office: Office
        self.exchange: Exchange
        self._control: ControlServer
        self._http: _Http
        self._http_task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()

    async def start(self) -> dict[str, str]:
        """Start all parts; what the ready line says. Raises `Refused`."""
        folder = DataFolder(self.settings.data)
        ballast.make_room(folder)
        store = Store.open(folder, clock=self.clock, entropy=self.entropy)
        self.office = Office(self.settings, store, clock=self.clock, entropy=self.entropy)
        retention.terms(self.settings, self.clock.now())  # refused before anything is served
        self.exchange = Exchange(self.settings, self.office, clock=self.clock, entropy=self.entropy)
        await self.exchange.start()
        listens = await self._serve_http()
        http = self.settings.public_url or listens
        self.exchange.reached_at(http, listens)
        self.office.attach(self.exchange)
        self._control = ControlServer(self.settings.control_socket, self.office)
        await self._control.start()
        await policy.in_force(self.office)  # recipients of a call are told nothing without it
        link = await self.office.run("admin.link", {}, actor="operator")
        await self._until_http_answers()
        ballast.keep(folder)
        return {
            "http": http,
            "sip": self.exchange.addresses.sip,
            "account_sid": self.office.account.id,
            "auth_token": self.office.directory.auth_token,
            "admin_url": http + link.path,
        }

    async def _serve_http(self) -> str:
        address = self.settings.http
        secure = self.settings.public_url.startswith("https://")
        settings = uvicorn.Config(
            build(self.office, secure=secure),
            host=address.host,
            port=address.port,
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
            http=Line,
            ws=cast("Any", _web_socket),
            backlog=int(HTTP_BACKLOG),
            timeout_keep_alive=int(HTTP_KEEPALIVE_S),
            timeout_graceful_shutdown=int(HTTP_STOP_S),
        )
        self._http = _Http(settings)
        self._http.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        sock = _http_socket(address)
        self._http_task = asyncio.create_task(self._http._serve([sock]))
        host, port = sock.getsockname()[:2]
        return f"http://{Address(host, port)}"

    async def _until_http_answers(self) -> None:
        """Whoever reads the ready line may connect at once."""
        answers = asyncio.create_task(self._http.answers.wait())
        ended = () if self._http_task is None else (self._http_task,)
        await asyncio.wait(
            (answers, *ended), timeout=READY_WAIT, return_when=asyncio.FIRST_COMPLETED
        )
        answers.cancel()
        if not self._http.answers.is_set():
            raise Refused("http_not_started", "the web server did not start; see the log")

    def ask_to_stop(self) -> None:
        """A signal: the first drains, the second ends at once."""
        if self._stop.is_set():
            self._hurry.set()
        self._stop.set()

    async def run(self) -> None:
        """Serve until asked to stop, then stop."""
        await self._stop.wait()
        log.info("draining", count=len(self.exchange.runner.calls))
        draining = asyncio.create_task(self.exchange.drain(self.settings.drain_seconds))
        hurrying = asyncio.create_task(self._hurry.wait())
        await asyncio.wait((draining, hurrying), return_when=asyncio.FIRST_COMPLETED)
        for task in (draining, hurrying):
            task.cancel()
        await self.stop()

    async def stop(self) -> None:
        """Close everything, the newest first."""
        store = self.office.store.store
        if store.db.trouble is not None:
            ballast.give_up(store.folder)  # what waits in memory is lost otherwise
        else:
            ballast.make_room(store.folder)  # for the last facts, and the next start needs some
        await self._control.close()
        self._http.leave()
        if self._http_task is not None:
            try:
                await asyncio.wait_for(self._http_task, HTTP_STOP_S + 1)
            except (TimeoutError, asyncio.CancelledError):
                pass  # a browser that keeps its connection open does not keep us up
        await self.exchange.stop()
        await self.office.close()


async def serve(settings: Settings) -> int:
    """Run a server; the exit code."""
    server = Server(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.ask_to_stop)
    try:
        ready = await server.start()
    except Refused as refused:
        _say({"refused": refused.code, "reason": refused.reason})
        return EXIT_REFUSED
    # What lives as long as the process is not looked at by every collection.
    gc.collect()
    gc.freeze()
    gc.set_threshold(int(GC_OBJECTS))
    pages.enlarge()
    _say(ready)
    log.info("ready")
    await server.run()
    _tell_unwritten(server.office.store.store.db.unwritten)
    return 0


def _tell_unwritten(count: int) -> None:
    """Say how much a full disk did not take, in the log and to whoever stops us."""
    if count:
        log.error("facts_unwritten", count=count)
        reason = (
            f"{count} entries about calls could not be written and are lost: make room on the "
            "disk before you start again; calls without an end are then closed as interrupted"
        )
        _say({"refused": "facts_unwritten", "reason": reason})


def _say(line: dict[str, str]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 - the ready line is the interface


def _allow_files() -> None:
    """Many systems begin with 1,024 open files, which connections alone may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SERVER_FILES if hard == resource.RLIM_INFINITY else min(SERVER_FILES, hard)
    if resource.RLIM_INFINITY != soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main(argv: Sequence[str]) -> int:
    """``serve`` and flags; the exit code."""
    if not argv or argv[0] != "serve":
        _say({"refused": "usage", "reason": "python -m ringfence.app serve --data DIR"})
        return EXIT_REFUSED
    try:
        settings = config.from_argv(argv[1:])
    except Refused as refused:
        _say({"refused": refused.code, "reason": refused.reason})
        return EXIT_REFUSED
    logs.configure(settings.log_level, _STDERR)
    _allow_files()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(settings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
