"""The serving process's own words; that it serves is in tests/system."""

import asyncio
import json
import subprocess
import sys

import pytest
import uvicorn

from ringfence.app import _HTTP_TICK_S, EXIT_REFUSED, _Http, main


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
