"""``ringfence app``."""

import json
from typing import Any

MADE: dict[str, Any] = {
    "sid": "OA1", "name": "crm", "redirects": ["https://crm.example.com/back"],
    "scopes": ["calls:read"], "purposes": ["call_record"], "role": "admin",
    "created": 1_700_000_000_000, "revoked": None, "secret": "s3cret",
}  # fmt: skip


def test_a_secret_is_shown_once(office: Any, ringfence: Any) -> None:
    office.answers |= {"app.add": MADE, "app.list": [MADE | {"secret": None}]}
    made = ringfence("app", "add", "crm", "--scope", "calls:read", "--purpose", "call_record",
                     "--redirect", "https://crm.example.com/back")  # fmt: skip
    assert made.code == 0
    assert "s3cret" in made.out
    assert office.asked[-1][1]["redirects"] == ["https://crm.example.com/back"]
    listed = ringfence("app", "list")
    assert "crm" in listed.out
    assert "s3cret" not in listed.out
    assert json.loads(ringfence("app", "list", "--json").out)[0]["sid"] == "OA1"


def test_an_app_names_known_scopes(ringfence: Any) -> None:
    assert ringfence("app", "add", "x", "--scope", "all", "--purpose", "billing").code == 2
    assert ringfence("app", "add", "x", "--scope", "calls:read").code == 2


def test_scopes_are_said_in_words(ringfence: Any) -> None:
    assert "listen to recordings" in ringfence("app", "scopes").out
    assert json.loads(ringfence("app", "scopes", "--json").out)


def test_what_was_allowed_is_listed_and_ended(office: Any, ringfence: Any) -> None:
    grant = {"sid": "OG1", "app": "OA1", "role": "owner", "scopes": ["calls:read"], "created": 1}
    ended = MADE | {"revoked": 1_700_000_000_000, "secret": None}
    office.answers |= {"app.grants": [grant], "app.end_grant": None, "app.revoke": ended}
    assert "OG1" in ringfence("app", "grants").out
    assert "OG1 has ended" in ringfence("app", "end", "OG1").out
    assert json.loads(ringfence("app", "end", "OG1", "--json").out) == {"ended": "OG1"}
    assert "was revoked" in ringfence("app", "revoke", "OA1").out
