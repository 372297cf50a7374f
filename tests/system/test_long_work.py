"""Backup, restore, proof and doctor over HTTP, on a platform that runs: 202, progress, results."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform

from ringfence.privacy.checkpoint import verify_text

CALLER = "+12025550123"
PATIENCE = 240


class Api:
    """Asks a platform over HTTP with the account's token."""

    def __init__(self, platform: Platform) -> None:
        self._ready = platform.ready

    def raw(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        word = f"{self._ready['account_sid']}:{self._ready['auth_token']}".encode()
        request = urllib.request.Request(
            self._ready["http"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Basic {base64.b64encode(word).decode()}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        code, content = self.raw(method, path, body)
        assert code == status, content
        return json.loads(content)

    def wait(self, sid: str) -> Any:
        """Wait for a piece of work to end."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.ask("GET", f"/v1/work/{sid}"))["state"] == "running":
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return found


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    place = tmp_path_factory.mktemp("work")
    with Platform(place / "data", "--backup-dir", str(place / "copies")) as running:
        yield running


def erased(api: Api, number: str) -> Any:
    planned = api.ask("POST", "/v1/privacy/erasures", {"address": number}, status=201)
    return api.ask("POST", f"/v1/privacy/erasures/{planned['sid']}/execute", {})


def consents(api: Api, number: str) -> Any:
    """Whether offers by call are agreed to."""
    found = api.ask("POST", "/v1/privacy/consents/find", {"number": number})["now"]
    return [row["consent"] for row in found if row["purpose"] == "market"]


@pytest.mark.timeout(2 * PATIENCE)
def test_who_was_erased_since_a_backup_stays_erased_after_it_was_put_back(
    platform: Platform,
) -> None:
    api = Api(platform)
    choice = {"number": CALLER, "purpose": "market", "channel": "call"}
    api.ask("POST", "/v1/privacy/consents", choice)
    assert "given" in consents(api, CALLER)
    begun = api.ask("POST", "/v1/backups", {}, status=202)
    assert api.wait(begun["sid"])["state"] == "done"
    (backup,) = api.ask("GET", "/v1/backups")["items"]
    status, content = api.raw("GET", f"/v1/backups/{backup['name']}/file")
    assert (status, len(content)) == (200, backup["size"])
    with tarfile.open(fileobj=io.BytesIO(content)) as packed:
        names = packed.getnames()
    assert "ringfence.db" in names
    assert not any("key" in name for name in names)

    erased(api, CALLER)
    assert "given" not in consents(api, CALLER)
    work = api.ask("POST", "/v1/restore", {"backup": backup["name"]}, status=202)
    assert api.wait(work["sid"])["state"] == "done"
    assert api.ask("GET", "/v1/restore")["source"] == backup["name"]
    assert api.ask("DELETE", "/v1/restore")["source"] is None
    again = api.ask("POST", "/v1/restore", {"backup": backup["name"]}, status=202)
    assert api.wait(again["sid"])["state"] == "done"
    platform.stop()
    platform.start()
    assert api.ask("GET", "/v1/restore") == {"source": None, "made": None}
    assert "given" not in consents(api, CALLER)
    assert len(api.ask("GET", "/v1/privacy/erasures")["items"]) == 1


def test_a_backup_that_was_changed_is_not_staged(platform: Platform) -> None:
    api = Api(platform)
    folder = Path(platform.flags[1])
    folder.mkdir(exist_ok=True)
    (folder / "changed.tar").write_bytes(b"not a backup")
    begun = api.ask("POST", "/v1/restore", {"backup": "changed.tar"}, status=202)
    ended = api.wait(begun["sid"])
    assert (ended["state"], ended["error"]) == ("failed", "no_backup")
    assert api.ask("GET", "/v1/restore")["source"] is None
    for name in ("nothing.tar", "..", "../data/ringfence.db"):
        assert api.raw("POST", "/v1/restore", {"backup": name})[0] == 404


@pytest.mark.timeout(2 * PATIENCE)
def test_a_proof_says_how_far_it_is_and_its_report_is_signed(platform: Platform) -> None:
    api = Api(platform)
    begun = api.ask("POST", "/v1/privacy/proofs", {"people": 1}, status=202)
    assert api.ask("POST", "/v1/privacy/proofs", {}, status=409)["code"] == "at_work"
    assert api.raw("GET", f"/v1/privacy/proofs/{begun['sid']}/report")[0] == 404
    deadline, steps = time.monotonic() + PATIENCE, set[str]()
    while (found := api.ask("GET", f"/v1/work/{begun['sid']}"))["state"] == "running":
        steps.add(found["step"])
        assert found["done"] <= found["total"]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (found["state"], found["result"]["clean"]) == ("done", True), found
    assert found["result"]["found"] >= 99
    assert "walking" in steps
    status, note = api.raw("GET", f"/v1/privacy/proofs/{begun['sid']}/report")
    assert status == 200
    name, _, public = found["result"]["verifier_key"].split("+", 2)
    assert verify_text(note.decode(), name=name, public=base64.b64decode(public)[1:])


@pytest.mark.timeout(2 * PATIENCE)
def test_a_proof_that_is_cancelled_leaves_nothing_of_itself(platform: Platform) -> None:
    api = Api(platform)
    begun = api.ask("POST", "/v1/privacy/proofs", {"people": 3}, status=202)
    deadline = time.monotonic() + PATIENCE
    while not api.ask("GET", f"/v1/work/{begun['sid']}")["done"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert platform.do("number.list")
    ended = api.ask("POST", f"/v1/work/{begun['sid']}/cancel", {})
    assert ended["state"] == "canceled"
    assert ended["ended"]
    assert platform.do("number.list") == []


def test_the_doctor_answers_over_http(platform: Platform) -> None:
    found = Api(platform).ask("GET", "/v1/doctor")["items"]
    assert {"server", "ports", "disk"} <= {item["check"] for item in found}
    assert next(item for item in found if item["check"] == "server")["level"] == "ok"


def test_a_staged_backup_that_is_gone_keeps_the_platform_from_serving(platform: Platform) -> None:
    platform.stop()
    waits = platform.data / "restore.json"
    waits.write_text(json.dumps({"source": "/nowhere.tar", "made_at": 1}))
    try:
        with pytest.raises(RuntimeError, match="no_backup"):
            platform.start()
    finally:
        waits.unlink()
        platform.start()
