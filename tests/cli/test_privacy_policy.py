"""``ringfence privacy`` notices, acknowledge, primary-admin, recipients, messages."""

import json
from typing import Any

TOLD = {"number": 2, "channel": "popup", "state": "waiting", "acknowledged_by": None, "changed": 0}
RELAY = {
    "key": "mail_relay", "says": "Mail.", "role": "engaged", "fields": ["to"], "purposes": [],
    "country": "FR", "mechanism": "", "until": None, "refused": "no_contract",
}  # fmt: skip
MESSAGE = {
    "id": "SM1", "template": "missed_call", "kind": "service", "channel": "email",
    "ground": "service", "evidence": "", "reason": "r", "state": "queued", "error": None,
    "created": 0, "settled": None,
}  # fmt: skip
LISTED = {"lists": [{"list": "news", "ground": "consent", "evidence": "C1"}], "suppressed": True}


def test_who_was_told_and_acknowledging(office: Any, ringfence: Any) -> None:
    office.answers["privacy.policy.told"] = [TOLD]
    assert "popup" in ringfence("privacy", "notices").out
    office.answers["privacy.policy.acknowledge"] = TOLD | {"state": "acknowledged"}
    assert "acknowledged" in ringfence("privacy", "acknowledge", "2").out
    assert office.asked[-1] == ("privacy.policy.acknowledge", {"number": 2})
    assert ringfence("privacy", "acknowledge", "x").code == 2


def test_the_primary_administrator(office: Any, ringfence: Any) -> None:
    office.answers["privacy.primary_admin.show"] = {"email": None, "retold": 0}
    assert "–" in ringfence("privacy", "primary-admin").out
    office.answers["privacy.primary_admin.set"] = {"email": "a@example.com", "retold": 1}
    outcome = ringfence("privacy", "primary-admin", "a@example.com", "--json")
    assert json.loads(outcome.out)["retold"] == 1


def test_recipients(office: Any, ringfence: Any) -> None:
    office.answers["privacy.recipient.list"] = [RELAY]
    assert "no_contract" in ringfence("privacy", "recipients").out
    office.answers["privacy.recipient.engage"] = RELAY
    ringfence("privacy", "recipients", "mail_relay", "--country", "FR", "--until", "2027-01-01")
    assert office.asked[-1] == (
        "privacy.recipient.engage",
        {"processor": "mail_relay", "country": "FR", "mechanism": "", "until": 1798761600000},
    )
    assert ringfence("privacy", "recipients", "mail_relay", "--until", "soon").code == 2


def test_messages_are_sent_with_their_fields(office: Any, ringfence: Any) -> None:
    office.answers["privacy.message.send"] = MESSAGE
    done = ringfence(
        *("privacy", "messages", "send", "missed_call", "a@example.com"),
        *("time=12:00", "call=CA=1", "--reason", "r"),
    )
    assert done.code == 0
    assert office.asked[-1][1]["fields"] == {"time": "12:00", "call": "CA=1"}
    bad = ringfence(
        "privacy", "messages", "send", "missed_call", "a@x.example", "t", "--reason", "r"
    )
    assert bad.code == 2
    office.answers["privacy.message.list"] = [MESSAGE]
    assert "missed_call" in ringfence("privacy", "messages", "list").out


def test_lists(office: Any, ringfence: Any) -> None:
    for case in ("subscribe", "suppress", "lists"):
        office.answers[f"privacy.message.{case}"] = LISTED
    words = ("a@example.com", "news", "--ground", "consent", "--evidence", "C1")
    assert "declined" in ringfence("privacy", "messages", "subscribe", *words).out
    assert office.asked[-1][1]["name"] == "news"
    assert "declined" in ringfence("privacy", "messages", "stop", "a@example.com").out
    outcome = ringfence("privacy", "messages", "lists", "a@example.com", "--json")
    assert json.loads(outcome.out) == LISTED
