"""``ringfence phone``."""

import io
import json
from typing import Any

PHONE = {
    "name": "desk",
    "uri": "sip:desk@192.0.2.10",
    "registered": True,
    "expires": 1_700_000_000_000,
}


def test_a_generated_password_is_shown_once(ringfence: Any, office: Any) -> None:
    office.answers["phone.add"] = PHONE | {"secret": "made-up"}
    office.answers["system.status"] = {"advertise": "192.0.2.77", "sip": "0.0.0.0:5062"}
    out = ringfence("phone", "add", "desk").out
    assert out.count("made-up") == 1
    assert "cannot be shown again" in out
    assert "192.0.2.77:5062" in out
    assert office.asked[0] == ("phone.add", {"name": "desk", "password": None})


def test_a_chosen_password_is_not_repeated(ringfence: Any, office: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    office.answers["phone.add"] = PHONE
    out = ringfence("phone", "add", "desk", "--ask-password").out
    assert office.asked[0][1]["password"] == "s3cret"
    assert "s3cret" not in out
    assert "as you chose" in out
    assert "this machine" in out, "no server runs that could say where it listens"


def test_phones_are_listed_and_removed(ringfence: Any, office: Any) -> None:
    office.answers |= {"phone.list": [PHONE], "phone.remove": PHONE}
    out = ringfence("phone", "list").out
    assert "yes" in out
    assert "sip:desk@192.0.2.10" in out
    assert json.loads(ringfence("phone", "list", "--json").out) == [PHONE]
    assert ringfence("phone", "remove", "desk").out == "Phone desk is removed.\n"
    assert json.loads(ringfence("phone", "add", "desk", "--json").out)["refused"]
