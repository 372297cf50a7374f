"""Made-up people go through a real platform, are erased, and every byte is searched."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from mail_sink import Sink
from platform_run import RINGFENCE, Platform, free_port

PATIENCE = 240
"""Seconds for a proof: fifty on an idle machine."""


def everything(data: Path, port: int) -> Platform:
    """A platform that may ask servers of this machine and send mail, so that no way is refused."""
    return Platform(
        data,
        *("--fetch-private", "127.0.0.0/8", "--public-url", "http://pbx.example.net"),
        *("--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-tls", "none"),
        *("--smtp-from", "pbx@example.net"),
    )


@pytest.mark.timeout(300)
def test_nothing_is_left_of_who_was_erased(tmp_path: Path) -> None:
    with Sink(tmp_path, free_port()) as sink, everything(tmp_path / "data", sink.port) as platform:
        done = subprocess.run(
            [
                *(str(RINGFENCE), "privacy", "prove-erasure", "--people", "1", "--json"),
                *("--report", str(tmp_path / "proof.txt"), "--data", str(platform.data)),
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = json.loads(done.stdout)
        assert found["clean"] is True
        assert found["hits"] == []
        assert found["planted"] == 100
        assert found["found"] >= 99
        # The servers were really asked, the webhooks went nowhere, the mailbox was written to.
        statuses = {row["status"] for row in platform.do("notification.list")["notifications"]}
        assert statuses == {0, 200}
        assert len(sink.wait(2)) == 2
        note = (tmp_path / "proof.txt").read_text()
        assert note == found["note"]
        assert "searched data" in note
        assert {paid["result"] for paid in platform.do("payment.list")} == {"success"}
        streams = [
            line for call in platform.calls(ended=9)
            for line in platform.do("call.timeline", sid=call["sid"])
            if line["name"] == "StreamEnded"
        ]  # fmt: skip
        assert any("closed" in line["text"] for line in streams)
        # The calls were real: they are on record, and their caller is nobody any more.
        calls = platform.calls(ended=9)
        assert all(call["caller"] is None or "+44" not in call["caller"] for call in calls)
        assert platform.do("number.list") == []
