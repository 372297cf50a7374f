"""``ringfence sms``."""

import json
from typing import Any

MESSAGE = {
    "sid": "SM" + "1" * 32, "direction": "api", "status": "queued", "about": "service",
    "to": "+447700900123", "sender": "+447700900100", "body": "Hello " * 20, "segments": 1,
    "media": 0, "created": 1_767_225_600_000, "changed": 1, "attempts": 0, "cause": None,
    "error": None, "carrier": None,
}  # fmt: skip
TEMPLATE = {
    "sid": "HX1", "name": "code", "country": "IN", "entity": "1101", "registration": "1107",
    "header": "EXAMPL", "use": "service", "text": "Code {#var#}", "created": 1,
}  # fmt: skip
CAMPAIGN = {
    "sid": "MG1", "name": "alerts", "registration": "CABC", "senders": ["+12025550100"],
    "created": 1,
}  # fmt: skip


def test_a_message_is_sent(ringfence: Any, office: Any) -> None:
    office.answers["message.send"] = MESSAGE
    outcome = ringfence(
        "sms", "send", "+447700900123", "Hello", "--from", "+447700900100", "--media",
        "https://example.com/a.png", "--at", "2026-01-01T00:00", "--marketing", "--customer",
    )  # fmt: skip
    assert "queued" in outcome.out
    asked = office.asked[0][1]
    assert (asked["to"], asked["text"], asked["sender"]) == (
        "+447700900123",
        "Hello",
        "+447700900100",
    )
    assert (asked["at"], asked["about"], asked["customer"]) == (
        1_767_225_600_000,
        "marketing",
        True,
    )
    assert asked["media"] == ["https://example.com/a.png"]
    assert "campaign" not in asked
    assert json.loads(ringfence("sms", "send", "+44", "x", "--json").out) == MESSAGE
    assert ringfence("sms", "send", "+44", "x", "--at", "soon").code == 2


def test_messages_are_listed(ringfence: Any, office: Any) -> None:
    erased = MESSAGE | {"to": None, "body": None, "withheld": "erased"}
    apart = erased | {"withheld": "restricted"}
    office.answers["message.list"] = {"messages": [MESSAGE, erased, apart], "next": MESSAGE["sid"]}
    outcome = ringfence("sms", "list", "--to", "+447700900123")
    assert "Hello Hello" in outcome.out
    assert outcome.out.count("erased") == outcome.out.count("restricted") == 1
    assert "--before SM1" in outcome.err
    assert office.asked[0][1]["to"] == "+447700900123"
    assert json.loads(ringfence("sms", "list", "--json").out) == [MESSAGE, erased, apart]


def test_one_is_shown_with_what_happened(ringfence: Any, office: Any) -> None:
    facts = [{"at": 1, "name": "MessageAsked", "facts": {"segments": 1}}]
    office.answers["message.story"] = {"message": MESSAGE, "facts": facts}
    outcome = ringfence("sms", "show", MESSAGE["sid"])
    assert "MessageAsked  segments=1" in outcome.out
    assert json.loads(ringfence("sms", "show", MESSAGE["sid"], "--json").out)["facts"] == facts


def test_one_is_called_back_or_redacted(ringfence: Any, office: Any) -> None:
    office.answers["message.cancel"] = MESSAGE | {"status": "canceled"}
    assert "canceled" in ringfence("sms", "cancel", MESSAGE["sid"]).out
    office.answers["message.redact"] = MESSAGE | {"status": "sent"}
    assert json.loads(ringfence("sms", "redact", MESSAGE["sid"], "--json").out)["status"] == "sent"


def test_templates(ringfence: Any, office: Any) -> None:
    office.answers |= {
        "message.template.add": TEMPLATE,
        "message.template.list": [TEMPLATE],
        "message.template.remove": None,
    }
    words = ("--header", "EXAMPL", "--entity", "1101", "--id", "1107", "Code {#var#}")
    assert "EXAMPL" in ringfence("sms", "template", "add", "code", *words).out
    assert office.asked[0][1]["registration"] == "1107"
    assert "1107" in ringfence("sms", "template", "list").out
    assert "forgotten" in ringfence("sms", "template", "remove", "code").out


def test_campaigns(ringfence: Any, office: Any) -> None:
    office.answers |= {
        "message.campaign.add": CAMPAIGN,
        "message.campaign.list": [CAMPAIGN],
        "message.campaign.remove": None,
    }
    outcome = ringfence("sms", "campaign", "add", "alerts", "--from", "+12025550100", "--id", "C")
    assert "1 sender" in outcome.out
    assert office.asked[0][1] == {
        "name": "alerts", "senders": ["+12025550100"], "registration": "C",
    }  # fmt: skip
    assert "CABC" in ringfence("sms", "campaign", "list").out
    removed = ringfence("sms", "campaign", "remove", "alerts", "--json")
    assert json.loads(removed.out) == {"removed": "alerts"}
