"""``ringfence notifications``."""

import json
from typing import Any

ROW = {
    "sid": "NO" + "1" * 32, "call": "CA" + "2" * 32, "kind": "document", "at": 1_767_225_600_000,
    "elapsed_ms": 12, "method": "POST", "status": 200, "failure": None, "request_size": 30,
    "response_size": 40, "kept": True,
}  # fmt: skip
SILENT = ROW | {"status": 0, "failure": "fetch_timed_out", "kept": False}


def test_exchanges_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["notification.list"] = {"notifications": [ROW, SILENT], "next": ROW["sid"]}
    outcome = ringfence("notifications", "--status", "200", "--since", "2026-01-01")
    assert "document" in outcome.out
    assert "timed out" in outcome.out
    assert f"--before {ROW['sid']}" in outcome.err
    asked = office.asked[0][1]
    assert (asked["status"], asked["since"], asked["until"]) == (200, 1_767_225_600_000, None)
    whole = json.loads(ringfence("notifications", "--json").out)
    assert whole == [ROW, SILENT]


def test_times_are_read_with_their_zone(ringfence: Any, office: Any) -> None:
    office.answers["notification.list"] = {"notifications": [], "next": None}
    assert ringfence("notifications", "--until", "2026-01-01T01:00+01:00").code == 0
    assert office.asked[0][1]["until"] == 1_767_225_600_000
    assert ringfence("notifications", "--since", "yesterday").code == 2


def test_one_exchange_is_shown_whole(ringfence: Any, office: Any) -> None:
    said = {"url": "https://shop.example/v", "params": [["Digits", "1"]], "body": "<Response/>",
            "content_type": "text/xml", "cut": True}  # fmt: skip
    office.answers["notification.show"] = ROW | said
    outcome = ringfence("notifications", ROW["sid"])
    for part in ("POST https://shop.example/v", "Digits=1", "200 text/xml", "<Response/>"):
        assert part in outcome.out
    assert "cut" in outcome.err
    office.answers["notification.show"] = SILENT | {"url": None}
    assert "not kept" in ringfence("notifications", ROW["sid"]).out
    assert json.loads(ringfence("notifications", ROW["sid"], "--json").out)["kept"] is False


def test_an_app_is_switched(ringfence: Any, office: Any) -> None:
    office.answers["notification.logging"] = {"app": "FW1", "name": "welcome", "on": False}
    assert "only time, status and size" in ringfence("notifications", "--off", "welcome").out
    assert office.asked[-1][1] == {"on": False, "flow": "welcome"}
    office.answers["notification.logging"] = {"app": "PN1", "name": "+12025550123", "on": True}
    assert "kept from now on" in ringfence("notifications", "--on", "+12025550123").out
    assert office.asked[-1][1] == {"on": True, "number": "+12025550123"}
    assert json.loads(ringfence("notifications", "--on", "echo", "--json").out)["on"] is True
    assert ringfence("notifications", "--on", "a", "--off", "b").code == 2


def test_apps_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["notification.apps"] = [{"app": "FW1", "name": "welcome", "on": False}]
    assert "not kept" in ringfence("notifications", "--apps").out
