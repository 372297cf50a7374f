"""``ringfence webhook``."""

import json
from typing import Any

MADE = {"sid": "WH1", "url": "https://example.com/in", "events": ["message.received"], "created": 1}


def test_a_server_is_told(ringfence: Any, office: Any) -> None:
    office.answers["webhook.add"] = MADE
    outcome = ringfence("webhook", "add", MADE["url"], "--event", "message.received")
    assert outcome.out == "WH1 is told of message.received.\n"
    assert ringfence("webhook", "add", MADE["url"]).out == outcome.out
    assert json.loads(ringfence("webhook", "add", MADE["url"], "--json").out) == MADE
    asked = [("webhook.add", {"url": MADE["url"], "events": ["message.received"]})]
    assert office.asked == asked + [("webhook.add", {"url": MADE["url"]})] * 2


def test_servers_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["webhook.list"] = [MADE]
    assert "message.received" in ringfence("webhook", "list").out
    assert json.loads(ringfence("webhook", "list", "--json").out) == [MADE]


def test_a_server_is_told_nothing_more(ringfence: Any, office: Any) -> None:
    office.answers["webhook.remove"] = None
    assert ringfence("webhook", "remove", "WH1").out == "WH1 is told nothing more.\n"
    assert json.loads(ringfence("webhook", "remove", "WH1", "--json").out) == {"sid": "WH1"}
