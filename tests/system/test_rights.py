"""A person asks on the page of rights, hears a code on the telephone, and fetches an archive."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from platform_run import RINGFENCE, Platform

from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.limits import CODE_TRIES
from ringfence.privacy.cases import codes
from ringfence.storage.keystore_file import KeystoreFile
from ringfence.testing.carrier import Carrier, Subscriber

OURS, CALLER = "+12025550100", "+12025550123"
WHISPER, CARRIER_HOST = "a-secret-of-the-trunk", "127.0.0.9"
SECONDS = 40
REFERENCE = re.compile(r"<strong><code>([a-z0-9]+)</code></strong>")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("rights") / "data") as running:
        running.number(OURS, "<Response><Say>Hello.</Say></Response>")
        running.do("privacy.consent.give", number=CALLER, purpose="record_call")
        yield running


def post(platform: Platform, path: str, **form: str) -> tuple[int, bytes]:
    """Send a form as a browser without script does."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{platform.http_port}{path}",
        data=urllib.parse.urlencode(form).encode(),
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def add_trunk(platform: Platform, carrier: Carrier) -> None:
    done = subprocess.run(
        [
            *(str(RINGFENCE), "trunk", "add", "carrier"),
            *("--register", f"ringfence@{CARRIER_HOST}:{carrier.port}"),
            *("--data", str(platform.data)),
        ],
        input=WHISPER + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def until_registered(platform: Platform) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        (trunk,) = (one for one in platform.do("trunk.list") if one["name"] == "carrier")
        if trunk["state"] == "registered":
            return
        assert time.monotonic() < deadline, trunk
        time.sleep(0.1)


def overheard(platform: Platform, folder: Path) -> str:
    """The code that was spoken: what whoever has the keystore could find out, and nobody else."""
    shutil.copytree(platform.data / "keys", folder)
    keystore = KeystoreFile.open(folder / "keystore.db", entropy=SystemEntropy(), must_exist=True)
    try:
        secret = keystore.key(keystore.named("case-codes"))
    finally:
        keystore.close()
    db = apsw.Connection(str(platform.data / "ringfence.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        case, kept = db.execute("SELECT case_id, hash FROM case_codes").fetchall()[-1]
    finally:
        db.close()
    for number in range(10**6):
        if codes.digest(secret, case, f"{number:06d}") == kept:
            return f"{number:06d}"
    raise AssertionError("no code has this hash")


def until_archived(platform: Platform, reference: str) -> str:
    deadline = time.monotonic() + SECONDS
    while True:
        _, page = post(platform, "/rights/status", reference=reference)
        if b"Your archive is ready" in page:
            return page.decode()
        assert time.monotonic() < deadline, page.decode()
        time.sleep(1)


def rung(platform: Platform) -> str:
    """Ask for the caller's data and let the platform ring with a code; the case's reference."""

    async def scene() -> str:
        carrier = Carrier(username="ringfence", password=WHISPER, host=CARRIER_HOST)
        await carrier.open()
        try:
            await asyncio.to_thread(add_trunk, platform, carrier)
            await carrier.registered()
            await asyncio.to_thread(until_registered, platform)
            carrier.subscribers[CALLER] = Subscriber()
            status, page = await asyncio.to_thread(
                post, platform, "/rights/ask", kind="access", contact=CALLER, residence="DE"
            )
            assert status == 200, page
            found = REFERENCE.search(page.decode())
            assert found is not None
            ringing = await carrier.next_call(SECONDS)
            await asyncio.wait_for(ringing.answered.wait(), SECONDS)
            await asyncio.wait_for(ringing.audio.talking.wait(), SECONDS)
            await ringing.hang_up()
            return found[1]
        finally:
            await asyncio.to_thread(platform.do, "trunk.remove", name="carrier")
            await carrier.unregistered()
            await carrier.close()

    return asyncio.run(scene())


@pytest.mark.promise("DSR-08")
def test_a_person_asks_hears_a_code_and_fetches_their_archive_once(
    platform: Platform, tmp_path: Path
) -> None:
    reference = rung(platform)
    code = overheard(platform, tmp_path / "keys")
    wrong = "000000" if code != "000000" else "000001"
    assert post(platform, "/rights/verify", reference=reference, code=wrong)[0] == 422
    status, page = post(platform, "/rights/verify", reference=reference, code=code)
    assert status == 200, page
    assert "We have done what you asked for" in until_archived(platform, reference)
    status, data = post(platform, "/rights/archive", reference=reference)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert CALLER.encode() in whole
    assert b"record_call" in whole  # what they had agreed to
    assert post(platform, "/rights/archive", reference=reference)[0] == 404
    written = platform.log()
    for secret in (CALLER[1:], reference):
        assert secret not in written


def test_who_guesses_too_often_is_not_let_in_with_the_right_code_either(
    platform: Platform, tmp_path: Path
) -> None:
    reference = rung(platform)
    code = overheard(platform, tmp_path / "keys")
    guesses = [f"{number:06d}" for number in range(10) if f"{number:06d}" != code]
    told = {
        post(platform, "/rights/verify", reference=reference, code=guess)
        for guess in [*guesses[: int(CODE_TRIES)], code]
    }
    assert len(told) == 1, "nobody learns which of them was right"
    assert told.pop()[0] == 422
    assert post(platform, "/rights/archive", reference=reference)[0] == 404
