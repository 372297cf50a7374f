"""What an operator does: start, look, sign in, change, ask the doctor, stop; on real processes."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from platform_run import RINGFENCE, Platform, claim_rtp_range, free_port

NUMBER = "+12025550142"
WAIT = 60


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("operating") / "data") as running:
        yield running


def fetch(url: str, *, opener: Any = None, **headers: str) -> tuple[int, str, Any]:
    """Status, body and headers of a page."""
    request = urllib.request.Request(url, headers=headers)
    open_ = opener.open if opener is not None else urllib.request.urlopen
    try:
        with open_(request, timeout=WAIT) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(RINGFENCE), *words],
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_ready_line_has_what_a_script_needs(platform: Platform) -> None:
    assert set(platform.ready) == {"http", "sip", "account_sid", "auth_token", "admin_url"}
    assert platform.ready["account_sid"].startswith("AC")
    assert len(platform.ready["auth_token"]) >= 32
    assert platform.ready["admin_url"].startswith(platform.ready["http"] + "/admin/")


def test_when_it_says_that_it_is_ready_a_notice_is_in_force(platform: Platform) -> None:
    """Without one nothing that is said may leave for a recogniser."""
    (first, *_) = platform.do("privacy.policy.versions")
    lines = [json.loads(line) for line in platform.log().splitlines() if '"ready"' in line]
    (ready,) = [line["at"] for line in lines if line["event"] == "ready"]
    assert first["published"] <= datetime.fromisoformat(ready).timestamp() * 1000


def test_health_and_status_answer_strangers(platform: Platform) -> None:
    status, body, _ = fetch(platform.ready["http"] + "/health")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    status, body, headers = fetch(platform.ready["http"] + "/")
    assert status == 200
    assert "Taking calls" in body
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_metrics_are_there_for_a_scraper_on_this_machine(platform: Platform) -> None:
    status, body, _ = fetch(platform.ready["http"] + "/metrics")
    assert status == 200
    assert "ringfence_media_workers 1.0" in body
    assert "process_resident_memory_bytes" in body


@pytest.mark.promise("CLS-04")
def test_what_a_browser_tells_is_noted_nowhere(platform: Platform) -> None:
    base = platform.ready["http"]
    told = {"Cookie": "visitor=canaryjar", "User-Agent": "canaryware/1.0", "Referer": "canaryland"}
    assert fetch(f"{base}/?from=canaryword", **told)[0] == 200
    assert fetch(f"{base}/nowhere-canarypath?x=canaryword", **told)[0] == 404
    assert fetch(f"{base}/v1/calls?from=canaryword", **told)[0] == 401
    assert platform.log()
    for path in platform.data.rglob("*"):
        if path.is_file() and not path.is_socket():
            assert b"canary" not in path.read_bytes(), path.name


def test_config_show_tells_the_flags_it_was_started_with(platform: Platform) -> None:
    shown = {item["name"]: item for item in platform.ask("config", "show")}
    assert shown["http"]["source"] == "flag"
    assert shown["http"]["value"] == platform.ready["http"].removeprefix("http://")
    assert shown["voice"]["source"] == "default"


def test_the_admin_link_signs_in_once(platform: Platform) -> None:
    link = platform.ask("admin-link")["url"]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    status, body, _ = fetch(link, opener=browser)
    assert status == 200
    assert platform.ready["account_sid"] in body
    assert fetch(link)[0] == 410
    assert fetch(platform.ready["http"] + "/v1/calls", opener=browser)[0] == 200


def test_the_api_wants_the_credentials_of_the_ready_line(platform: Platform) -> None:
    url = platform.ready["http"] + "/v1/calls"
    assert fetch(url)[0] == 401

    def basic(token: str) -> str:
        pair = f"{platform.ready['account_sid']}:{token}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    assert fetch(url, Authorization=basic("wrong"))[0] == 401
    status, body, _ = fetch(url, Authorization=basic(platform.ready["auth_token"]))
    assert status == 200
    assert json.loads(body)["items"] == []


def test_numbers_are_changed_while_it_runs(platform: Platform) -> None:
    platform.cli("number", "add", NUMBER, "--flow", "welcome")
    assert [item["number"] for item in platform.ask("number", "list")] == [NUMBER]
    again = platform.cli("number", "add", NUMBER, "--flow", "echo", check=False)
    assert again.returncode == 2
    assert again.stderr.startswith("ringfence: ")
    platform.cli("number", "add", NUMBER, "--flow", "echo", "--replace")
    assert platform.ask("number", "list")[0]["flow"] == "echo"
    platform.cli("number", "remove", NUMBER)
    assert platform.ask("number", "list") == []


@pytest.mark.parametrize(
    "words",
    [
        ("number", "add", "12", "--flow", "welcome"),
        ("number", "add", NUMBER, "--flow", "nowhere"),
        ("number", "add", NUMBER, "--voice-url", "ftp://example.com"),
        ("number", "remove", "+12025550199"),
        ("call", "show", "CA1"),
        ("call", "not a destination"),
        ("recording", "export", "RE1"),
        ("flow", "show", "nowhere"),
        ("trunk", "remove", "nowhere"),
        ("phone", "remove", "nowhere"),
        ("phone", "add", "not a name!"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_sentence_and_exit_code_2(platform: Platform, words: Any) -> None:
    done = platform.cli(*words, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 4


def test_the_doctor_finds_a_well_platform(platform: Platform) -> None:
    found = {item["check"]: item for item in platform.ask("doctor")}
    for check in ("server", "ports", "engine", "codecs", "speech", "disk"):
        assert found[check]["level"] == "ok", found[check]


def test_a_second_one_on_the_same_folder_is_refused(platform: Platform) -> None:
    done = run("up", "--data", str(platform.data), "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["refused"] == "already_running"


def test_the_folder_is_its_owners_alone(platform: Platform) -> None:
    assert platform.data.stat().st_mode & 0o077 == 0
    assert (platform.data / "run" / "control.sock").stat().st_mode & 0o077 == 0


def test_what_was_said_offline_holds_after_a_start(tmp_path: Path) -> None:
    platform = Platform(tmp_path / "data")
    refused = platform.cli("number", "add", NUMBER, "--flow", "welcome", check=False)
    assert (refused.returncode, platform.data.exists()) == (2, False)
    assert "ringfence up --data" in refused.stderr
    with platform:
        pass
    platform.cli("number", "add", NUMBER, "--flow", "welcome")
    assert [item["number"] for item in platform.ask("number", "list")] == [NUMBER]
    refused = platform.cli("call", "sip:echo@127.0.0.1", check=False)
    assert refused.returncode == 2
    assert "ringfence up" in refused.stderr
    with platform:
        assert [item["number"] for item in platform.ask("number", "list")] == [NUMBER]
        first = dict(platform.ready)
        assert platform.ask("stop") == {"stopped": True}
    assert platform.ask("stop") == {"stopped": False}
    with platform:
        assert platform.ready["account_sid"] == first["account_sid"]
        assert platform.ready["auth_token"] == first["auth_token"]
        assert platform.ready["admin_url"] != first["admin_url"]


@pytest.mark.parametrize("held", ["http", "sip", "sip-tls"])
def test_a_port_somebody_holds_is_named_at_start(tmp_path: Path, held: str) -> None:
    kind = socket.SOCK_DGRAM if held == "sip" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        ports = {"http": free_port(), "sip": free_port()} | {held: port}
        flags = [f"--{name}=127.0.0.1:{number}" for name, number in ports.items()]
        done = run("up", "--data", str(tmp_path / "data"), "--rtp", "10000-10999", *flags)
    assert done.returncode == 2
    assert str(port) in done.stderr
    assert f"--{held}" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_is_refused_everywhere(tmp_path: Path) -> None:
    done = run("up", "--data", str(tmp_path / "data"), RINGFENCE_ADVERTIZE="192.0.2.1")
    assert done.returncode == 2
    assert "did you mean advertise?" in done.stderr


@pytest.mark.timeout(420)
def test_the_demo_calls_tells_and_leaves_it_running(tmp_path: Path) -> None:
    data = tmp_path / "data"
    rtp, claim = claim_rtp_range()
    flags = ["--http=127.0.0.1:0", "--sip=127.0.0.1:0", f"--rtp={rtp}"]
    done = subprocess.run(
        [str(RINGFENCE), "demo", "--data", str(data), *flags],
        capture_output=True,
        text=True,
        timeout=5 * WAIT,
        check=False,
    )
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        for name in ("CallOffered", "CallAnswered", "DigitsCollected", "VoicemailLeft",
                     "CallEnded", "/v1/recordings/RE", "ringfence call show CA",
                     "The plan, before anything is touched", "ringfence erasure receipt v1",
                     "and for the voice: 0 hits", "It goes on running"):  # fmt: skip
            assert name in done.stdout
        [call] = json.loads(run("calls", "--data", str(data), "--json").stdout)
        assert call["status"] == "ended"
        assert call["codec"] == "PCMU"
        assert call["mos"] > 4
        [recording] = json.loads(run("recording", "list", "--data", str(data), "--json").stdout)
        assert recording["kind"] == "voicemail"
        assert recording["duration_ms"] > 3_000
        _every_line_is_clean(data)
    finally:
        assert run("stop", "--data", str(data)).returncode == 0
        claim.close()


def _every_line_is_clean(data: Path) -> None:
    """Log lines are JSON, nothing was dropped from or removed in them, nothing broke."""
    for path in (data / "logs").glob("*.log"):
        for text in path.read_text().splitlines():
            line = json.loads(text)
            assert "dropped" not in line, text
            assert "removed" not in line.values(), text
            assert line["level"] in {"debug", "info"}, text
