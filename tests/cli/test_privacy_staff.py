"""``ringfence key``, ``privacy staff-ticket``, ``restrict`` and ``hold``."""

import json
from typing import Any

import pytest

KEY = "SK" + "1" * 32
TICKET = "TT" + "1" * 32
MADE: dict[str, Any] = {
    "sid": KEY, "name": "reports", "role": "admin", "purposes": ["billing"],
    "created": 1_700_000_000_000, "expires": None, "revoked": None, "secret": "s3cret",
}  # fmt: skip
OPENED: dict[str, Any] = {
    "sid": TICKET, "matter": "noise", "opened": 1_700_000_000_000, "expires": 1_700_003_600_000,
    "closed": None, "open": True, "secret": "t1cket",
}  # fmt: skip


def test_a_secret_is_shown_once_when_the_key_is_made(office: Any, ringfence: Any) -> None:
    office.answers |= {"key.add": MADE, "key.list": [MADE | {"secret": None}]}
    made = ringfence("key", "add", "reports", "--purpose", "billing", "--days", "30")
    assert made.code == 0
    assert "s3cret" in made.out
    assert office.asked[-1] == (
        "key.add", {"name": "reports", "purposes": ["billing"], "role": "admin", "days": 30},
    )  # fmt: skip
    listed = ringfence("key", "list")
    assert "reports" in listed.out
    assert "s3cret" not in listed.out
    assert json.loads(ringfence("key", "add", "x", "--purpose", "billing", "--json").out) == MADE


def test_a_key_without_a_purpose_is_not_made(office: Any, ringfence: Any) -> None:
    assert ringfence("key", "add", "reports").code == 2
    assert ringfence("key", "add", "reports", "--purpose", "billing", "--role", "system").code == 2
    assert office.asked == []


def test_a_key_ends_when_it_is_revoked(office: Any, ringfence: Any) -> None:
    office.answers |= {
        "key.revoke": MADE | {"revoked": 1_700_000_000_000},
        "key.list": [MADE | {"revoked": 1_700_000_000_000}, MADE | {"expires": 1_800_000_000_000}],
    }
    assert "lets nobody in" in ringfence("key", "revoke", KEY).out
    assert "revoked 2023" in ringfence("key", "list").out
    assert json.loads(ringfence("key", "revoke", KEY, "--json").out)["revoked"]


def test_a_ticket_is_opened_listed_and_closed(office: Any, ringfence: Any) -> None:
    office.answers |= {
        "privacy.ticket.open": OPENED, "privacy.ticket.list": [OPENED | {"secret": None}],
        "privacy.ticket.close": OPENED | {"open": False},
    }  # fmt: skip
    opened = ringfence("privacy", "staff-ticket", "open", "--matter", "noise", "--minutes", "30")
    assert "t1cket" in opened.out
    assert office.asked[-1][1] == {"matter": "noise", "minutes": 30}
    assert "noise" in ringfence("privacy", "staff-ticket", "list").out
    assert "lets nobody in" in ringfence("privacy", "staff-ticket", "close", TICKET).out
    assert ringfence("privacy", "staff-ticket", "open").code == 2


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [("restrict", ["accuracy"], "accuracy"), ("unrestrict", [], "not restricted")],
)
def test_a_person_is_restricted_or_not(
    office: Any, ringfence: Any, command: str, answer: list[str], words: str
) -> None:
    office.answers[f"privacy.{command}"] = answer
    shown = ringfence("privacy", command, "+12025550123", "--reason", "accuracy")
    assert words in shown.out
    assert "2025550123" not in shown.out
    assert office.asked[-1][1]["reason"] == "accuracy"
    assert json.loads(ringfence("privacy", command, "+12025550123", "--json").out) == answer


def test_records_are_held_released_and_listed(office: Any, ringfence: Any) -> None:
    held = [{"record": "CA1", "reason": "dispute", "placed": 1_700_000_000_000}]
    office.answers |= {"privacy.hold": held, "privacy.release": [], "privacy.holds": held}
    assert "dispute" in ringfence("privacy", "hold", "CA1", "--reason", "dispute").out
    assert "CA1" in ringfence("privacy", "holds").out
    assert "none" in ringfence("privacy", "release", "CA1").out
    assert json.loads(ringfence("privacy", "holds", "--json").out) == held
