"""The error log and the events of a call, as Twilio's clients see them."""

from urllib.parse import parse_qs

import pytest
from twilio_shapes import check

from ringfence.kernel.clock import Ms
from ringfence.office.exchanges import Exchanges
from ringfence.storage.notifications import Exchange

URL = "https://shop.example/voice"


@pytest.fixture
def call(scene):
    """The call of the scene, with a document that was good, one that was not, and a warning."""
    calls = scene.ask("GET", "/Calls.json").json()["calls"]
    sid = next(one["sid"] for one in calls if one["parent_call_sid"] is None)
    now = scene.office.clock.now()
    asked = {
        "call": sid, "elapsed_ms": 7, "method": "POST", "url": URL, "content_type": "text/xml",
        "params": [("CallSid", sid), ("Digits", "1")], "headers": [("Server", "shop")],
    }  # fmt: skip
    log = Exchanges(scene.office)
    log.note(Exchange(kind="document", at=Ms(now), status=200, body=b"<Response/>", **asked))
    log.note(
        Exchange(kind="document", at=Ms(now + 1), status=503, failure="fetch_status", code=11200,
                 body=b"sorry", **asked)
    )  # fmt: skip
    log.note(
        Exchange(call=sid, kind="problem", at=Ms(now + 2), elapsed_ms=0, method="", url="",
                 failure="unknown_attribute", code=12200, body=b"line 1: no such attribute (12200)")
    )  # fmt: skip
    scene.run("account.show")
    scene._loop.run_until_complete(scene.office.settled())
    return sid


def test_what_went_wrong_is_listed_by_level_and_page(scene, call):
    body = scene.ask("GET", "/Notifications.json").json()
    check("ListNotification", body)
    assert [(row["log"], row["error_code"]) for row in body["notifications"]][:2] == [
        ("1", "12200"), ("0", "11200"),
    ]  # fmt: skip
    warned, failed = (
        scene.ask("GET", f"/Calls/{call}/Notifications.json", Log=level).json()["notifications"]
        for level in ("1", "0")
    )
    assert ({row["error_code"] for row in warned}, {row["error_code"] for row in failed}) == (
        {"12200"}, {"11200"},
    )  # fmt: skip
    row = failed[0]
    assert row["request_url"] == URL
    assert parse_qs(row["message_text"])["httpResponse"] == ["503"]
    page = scene.ask("GET", "/Notifications.json", PageSize=1).json()
    assert len(page["notifications"]) == 1
    after = scene.send("GET", page["next_page_uri"]).json()
    assert after["notifications"][0]["sid"] != page["notifications"][0]["sid"]
    assert (
        scene.ask("GET", "/Notifications.json", **{"MessageDate<": "2001-01-01"}).json()[
            "notifications"
        ]
        == []
    )


def test_one_is_shown_with_both_sides(scene, call):
    rows = scene.ask("GET", f"/Calls/{call}/Notifications.json", Log="0").json()["notifications"]
    here = f"/Calls/{call}/Notifications/{rows[0]['sid']}.json"
    shown = scene.ask("GET", here).json()
    check("FetchCallNotification", shown)
    assert parse_qs(shown["request_variables"])["Digits"] == ["1"]
    assert (shown["response_body"], shown["response_headers"]) == ("sorry", "Server=shop")
    elsewhere = here.replace(call, "CA" + "f" * 32)
    assert scene.ask("GET", elsewhere).status_code == 404


def test_every_request_of_a_call_is_an_event(scene, call):
    body = scene.ask("GET", f"/Calls/{call}/Events.json").json()
    check("ListCallEvent", body)
    answers = [event["response"]["response_code"] for event in body["events"]]
    assert answers[:2] == [503, 200], "what was wrong with a document is no request"
    assert body["events"][0]["request"]["parameters"] == {"CallSid": call, "Digits": "1"}
    assert scene.ask("GET", "/Calls/CA" + "f" * 32 + "/Events.json").status_code == 404
    whole = scene.ask("GET", "/Notifications.json").json()["notifications"]
    good = scene.run("notification.list", kind="document", status=200).notifications[0].sid
    assert good not in {row["sid"] for row in whole}
    assert scene.ask("GET", f"/Notifications/{good}.json").status_code == 404
