"""Versions of the notice and messages through a running server and a real mail server."""

import hashlib
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from mail_sink import Sink, until
from platform_run import Platform, free_port

OWN = 'title = "Ours"\nversion = "1"\nadopts = ["TEL-14"]\n'
TO = "canary@example.com"
ALERT = {"template": "security_alert", "fields": {"what": "Somebody signed in."}}


def mailing(data: Path, port: int) -> Platform:
    return Platform(
        data,
        *("--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-tls", "none"),
        *("--smtp-from", "pbx@example.net", "--public-url", "http://pbx.example.net"),
    )


def fetch(
    platform: Platform, path: str, headers: dict[str, str] | None = None, data: bytes | None = None
) -> tuple[int, Any, bytes]:
    """Status, headers and body of a page."""
    address = f"http://127.0.0.1:{platform.http_port}{path}"
    request = urllib.request.Request(address, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers, answer.read()


@pytest.mark.promise("POL-03")
def test_a_material_change_is_mailed_shown_and_acknowledged(tmp_path: Path) -> None:
    with (
        Sink(tmp_path, free_port()) as sink,
        mailing(tmp_path / "data", sink.port) as platform,
    ):
        until(lambda: platform.do("privacy.policy.versions"))
        platform.do("privacy.primary_admin.set", email=TO)
        version = platform.do("privacy.policy.use", document=OWN)
        assert version["severity"] == "material"
        [mail] = sink.wait(1)
        assert (mail["To"], mail["Subject"]) == (TO, "The privacy notice changes")
        text = mail.get_content()
        assert f"http://pbx.example.net/privacy/{version['number']}" in text
        assert '- clause ACC-07: removed - "One command closes the doors"' in text
        until(lambda: states(platform) == {"email": "sent", "popup": "waiting"})
        platform.do("privacy.policy.acknowledge", number=version["number"])
        assert states(platform) == {"email": "sent", "popup": "acknowledged"}
        assert b"canary" not in stored(platform)

        status, headers, _ = fetch(platform, "/privacy")
        assert (status, headers["Set-Cookie"]) == (200, None)
        assert fetch(platform, "/privacy", {"If-None-Match": headers["ETag"]})[0] == 304
        body = fetch(platform, f"/privacy/{version['number']}.json")[2]
        assert hashlib.sha256(body).hexdigest() == version["digest"]
        assert json.loads(body)["title"] == "Ours"


def states(platform: Platform) -> dict[str, str]:
    return {row["channel"]: row["state"] for row in platform.do("privacy.policy.told")}


def stored(platform: Platform) -> bytes:
    paths = [path for path in platform.data.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in paths)


@pytest.mark.promise("MSG-01")
@pytest.mark.promise("MSG-04")
def test_a_message_survives_kill_and_one_click_ends_advertising(tmp_path: Path) -> None:
    with (
        Sink(tmp_path, free_port()) as sink,
        mailing(tmp_path / "data", sink.port) as platform,
    ):
        sink.hold(True)
        platform.do("privacy.message.send", to=TO, reason="alert:1", **ALERT)
        platform.kill("serve")  # while the mail server takes its time
        sink.hold(False)
        until(lambda: answers(platform))
        [alert] = sink.wait(1)
        assert alert["To"] == TO
        until(lambda: [row["state"] for row in messages(platform)] == ["sent"])

        platform.do(
            "privacy.message.subscribe", to=TO, name="news", ground="consent", evidence="C1"
        )
        news = {"template": "product_news", "fields": {"title": "News", "text": "Hello"}, "to": TO}
        platform.do("privacy.message.send", reason="n:1", **news)
        mail = next(mail for mail in sink.wait(2) if mail["Subject"] == "News")
        path = mail["List-Unsubscribe"].strip("<>").removeprefix("http://pbx.example.net")
        assert fetch(platform, path)[0] == 200  # a program that follows links ends nothing
        assert not platform.do("privacy.message.lists", to=TO)["suppressed"]
        assert fetch(platform, path, data=b"List-Unsubscribe=One-Click")[0] == 200
        with pytest.raises(RuntimeError, match="suppressed"):
            platform.do("privacy.message.send", reason="n:2", **news)
        platform.do("privacy.message.send", to=TO, reason="alert:2", **ALERT)
        sink.wait(3)


def messages(platform: Platform) -> Any:
    return platform.do("privacy.message.list")


def answers(platform: Platform) -> bool:
    try:
        return bool(platform.do("account.show"))
    except (OSError, RuntimeError, ValueError):
        return False
