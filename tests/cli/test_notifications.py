"""``ringfence notifications``."""

import json
from typing import Any

ROW = {
    "sid": "NO" + "1" * 32, "call": "CA" + "2" * 32, "kind": "document", "at": 1_767_225_600_000,
    "elapsed_ms": 12, "method": "POST", "status": 200, "failure": None, "request_size": 30,
    "response_size": 40, "kept": True, "event": None, "subject": None, "code": None, "attempt": 1,
    "delivery": None, "source": None,
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
    menu = f"AP{'0' * 32}"
    assert ringfence("notifications", "--off", menu).code == 0
    assert office.asked[-1][1] == {"on": False, "application": menu}
    assert json.loads(ringfence("notifications", "--on", "echo", "--json").out)["on"] is True
    assert ringfence("notifications", "--on", "a", "--off", "b").code == 2


def test_apps_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["notification.apps"] = [{"app": "FW1", "name": "welcome", "on": False}]
    assert "not kept" in ringfence("notifications", "--apps").out


WAITING = {
    "sid": "DL" + "3" * 32, "call": ROW["call"], "subject": ROW["call"], "kind": "status",
    "event": "ringing", "source": None, "state": "dead", "attempts": 33, "error": "answered_503",
    "created": 1_767_225_600_000, "due": 1_767_312_000_000,
}  # fmt: skip


def test_what_is_found_is_sent_again_the_oldest_first(ringfence: Any, office: Any) -> None:
    pages = {
        None: {"notifications": [ROW | {"sid": "NO3"}, ROW | {"sid": "NO2", "kind": "problem"}],
               "next": "NO2"},
        "NO2": {"notifications": [ROW | {"sid": "NO1"}], "next": None},
    }  # fmt: skip
    office.answers["notification.list"] = lambda args: pages[args["before"]]
    office.answers["notification.replay"] = {"deliveries": [WAITING], "left_out": {"NO1": "cut"}}
    outcome = ringfence("notifications", "--replay", "--failed", "--app", "welcome")
    assert office.asked[-1] == ("notification.replay", {"sids": ["NO1", "NO3"]})
    assert (office.asked[0][1]["failed"], office.asked[0][1]["flow"]) == (True, "welcome")
    assert "1 will be sent again" in outcome.out
    assert "left out: NO1 (cut)" in outcome.err
    one = json.loads(ringfence("notifications", "NO9", "--replay", "--json").out)
    assert office.asked[-1][1] == {"sids": ["NO9"]}
    assert one["left_out"] == {"NO1": "cut"}


def test_what_was_given_up_is_listed_and_tried_again(ringfence: Any, office: Any) -> None:
    office.answers["delivery.list"] = {"deliveries": [WAITING], "next": None}
    outcome = ringfence("notifications", "--undelivered")
    assert office.asked[-1][1]["state"] == "dead"
    for part in (WAITING["sid"], "ringing", "answered 503", "33"):
        assert part in outcome.out
    ringfence("notifications", "--undelivered", "behind")
    assert office.asked[-1][1]["state"] == "behind"
    office.answers["delivery.retry"] = WAITING | {"state": "ready"}
    assert "ready" in ringfence("notifications", "--retry", WAITING["sid"]).out
