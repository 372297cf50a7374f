"""``ringfence trunk``."""

import io
import json
from typing import Any

from ringfence.kernel.errors import Refused

TRUNK = {
    "name": "carrier",
    "address": "sip.example.com",
    "transport": "udp",
    "state": "refused",
    "detail": "the password is wrong",
    "register": True,
}


def test_a_trunk_by_address(ringfence: Any, office: Any) -> None:
    office.answers["trunk.add"] = TRUNK
    outcome = ringfence("trunk", "add", "carrier", "--address", "sip.example.com")
    assert "ringfence doctor" in outcome.out
    assert office.asked[0][1] == {
        "name": "carrier",
        "address": "sip.example.com",
        "register": None,
        "password": None,
        "transport": "udp",
    }


def test_a_trunk_that_registers_asks_for_its_password(
    ringfence: Any, office: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    office.answers |= {"trunk.add": TRUNK, "trunk.check": None}
    outcome = ringfence("trunk", "add", "carrier", "--register", "user@sip.example.com")
    assert [name for name, _ in office.asked] == ["trunk.check", "trunk.add"]
    assert office.asked[1][1]["password"] == "s3cret"
    assert "s3cret" not in outcome.out + outcome.err


def test_a_form_that_is_wrong_is_refused_before_the_password(
    ringfence: Any, office: Any, monkeypatch: Any
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("ringfence.cli.secrets.read", asked.append)
    office.answers["trunk.check"] = Refused("bad_address", "write it as USER@HOST[:PORT]")
    outcome = ringfence("trunk", "add", "carrier", "--register", "nobody")
    assert outcome.code == 2
    assert "USER@HOST" in outcome.err
    assert asked == []


def test_one_way_must_be_chosen(ringfence: Any, office: Any) -> None:
    assert ringfence("trunk", "add", "carrier").code == 2
    both = ("--address", "a.example.com", "--register", "u@a.example.com")
    assert ringfence("trunk", "add", "carrier", *both).code == 2
    assert office.asked == []


def test_trunks_are_listed_and_removed(ringfence: Any, office: Any) -> None:
    office.answers |= {"trunk.list": [TRUNK], "trunk.remove": TRUNK}
    out = ringfence("trunk", "list").out
    assert "refused" in out
    assert "the password is wrong" in out
    assert json.loads(ringfence("trunk", "list", "--json").out) == [TRUNK]
    assert ringfence("trunk", "remove", "carrier").out == "Trunk carrier is removed.\n"
