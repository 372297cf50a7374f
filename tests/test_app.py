"""The serving process's own words; that it serves is in tests/system."""

import asyncio
import errno
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from ringfence import app, config
from ringfence.app import _HTTP_TICK_S, EXIT_REFUSED, Server, _Http, main
from ringfence.kernel.errors import Refused


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        ([], "usage"),
        (["dance"], "usage"),
        (["serve", "--colour", "red"], "unknown_setting"),
        (["serve", "--sip", "nowhere"], "bad_setting"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    argv: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == EXIT_REFUSED
    assert json.loads(capsys.readouterr().out)["refused"] == code


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        (errno.EADDRINUSE, "http_port_taken", "another program uses port 80"),
        (errno.EACCES, "http_port_denied", "above 1023"),
        (errno.EADDRNOTAVAIL, "http_bind_failed", "192.0.2.7 is no address of this machine"),
    ],
)
def test_where_http_cannot_listen_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch, number: int, code: str, says: str
) -> None:
    class Unbound:
        def __init__(self, family: int) -> None:
            self.closed = False
            made.append(self)

        def setsockopt(self, *_: object) -> None: ...

        def bind(self, _: object) -> None:
            raise OSError(number, "no")

        def close(self) -> None:
            self.closed = True

    made: list[Unbound] = []
    monkeypatch.setattr(app.socket, "socket", Unbound)
    with pytest.raises(Refused) as refused:
        app._http_socket(config.Address("192.0.2.7", 80))
    assert refused.value.code == code
    assert says in refused.value.reason
    assert "--http" in refused.value.reason
    assert made[0].closed


@pytest.mark.anyio
async def test_the_web_server_ends_at_once_and_tells_the_time_meanwhile() -> None:
    async def nothing(*_: object) -> None:
        """No request ever comes."""

    http = _Http(uvicorn.Config(nothing, log_config=None))  # type: ignore[arg-type]
    http.server_state.default_headers = []
    assert not http.answers.is_set()
    looking = asyncio.create_task(http.main_loop())
    await asyncio.sleep(0)
    assert http.answers.is_set(), "the ready line waits for this"
    assert next(name for name, _ in http.server_state.default_headers) == b"date"
    assert not looking.done()
    http.leave()
    async with asyncio.timeout(_HTTP_TICK_S / 2):
        await looking


def test_what_a_plain_platform_has_no_use_for_is_not_read_in() -> None:
    """Resident memory of every installation: terminals, DNS, decoders, certificates, schemas."""
    code = (
        "import sys, ringfence.app\n"
        "heavy = {'alembic', 'cryptography.x509', 'dns.resolver', 'espeakng_loader', 'jinja2',\n"
        "    'lameenc', 'miniaudio', 'pocketsphinx', 'pygments', 'ringfence.client', 'rich',\n"
        "    'ringfence.testing', 'sphinx', 'sqlite3', 'structlog', 'websockets'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.anyio
async def test_the_ready_line_waits_for_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipients of a call are told nothing without one; the job that compares comes later."""
    begun: list[str] = []

    class Part:
        """Any part of a server: each of its methods can be awaited and is written down."""

        def __init__(self, *_: object, **__: object) -> None:
            self.account = SimpleNamespace(id="AC1")
            self.directory = SimpleNamespace(auth_token="t")
            self.addresses = SimpleNamespace(sip="127.0.0.1:5060")

        def __getattr__(self, name: str) -> Any:
            async def carry_out(*_: object, **__: object) -> object:
                begun.append(name)
                return SimpleNamespace(path="/admin/x")

            return carry_out

        def reached_at(self, *_: object) -> None:
            """Where it is reached."""

        attach = reached_at

    async def in_force(office: object) -> None:
        assert office is server.office
        begun.append("in_force")

    class Opened:
        """The store, opened."""

        @staticmethod
        def open(*_: object, **__: object) -> None:
            """Nothing is kept."""

    for name in ("Office", "Exchange", "ControlServer"):
        monkeypatch.setattr(app, name, Part)
    monkeypatch.setattr(app, "Store", Opened)
    monkeypatch.setattr(app.policy, "in_force", in_force)
    server = Server(config.load(Path("/nonexistent")))

    async def serves() -> str:
        return "http://127.0.0.1:8080"

    monkeypatch.setattr(server, "_serve_http", serves)
    monkeypatch.setattr(server, "_until_http_answers", Part().answers)
    await server.start()
    assert begun.index("start") < begun.index("in_force") < begun.index("answers")
