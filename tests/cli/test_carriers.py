"""``ringfence carrier``."""

import io
import json
from typing import Any

import pytest

CARRIER = {
    "sid": "TC1", "name": "main", "kind": "smpp", "address": "smsc.example.com:2775",
    "senders": [], "state": "refused", "detail": "ESME_RINVPASWD", "waiting": 3,
    "webhook": None,
}  # fmt: skip


def test_smpp_asks_for_its_password(ringfence: Any, office: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    office.answers["carrier.add"] = CARRIER
    outcome = ringfence(
        *("carrier", "add", "main", "--smpp", "smsc.example.com:2775", "--system-id", "acme"),
        *("--tls", "--sender", "EXMPLE", "--languages", "hi,ta", "--dest-ton", "0"),
    )
    assert "carrier test main" in outcome.out
    assert "s3cret" not in outcome.out + outcome.err
    ((name, asked),) = office.asked
    assert name == "carrier.add"
    assert asked["senders"] == ["EXMPLE"]
    smpp = asked["smpp"]
    assert (smpp["host"], smpp["port"], smpp["system_id"]) == ("smsc.example.com", 2775, "acme")
    assert (smpp["password"], smpp["tls"], smpp["languages"]) == ("s3cret", True, ["hi", "ta"])
    assert smpp["dest_ton"] == 0
    assert "source_ton" not in smpp


def test_a_gateway_is_described_in_a_file(
    ringfence: Any, office: Any, monkeypatch: Any, tmp_path: Any
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("k3y\n"))
    office.answers["carrier.add"] = CARRIER | {"webhook": "/carriers/gw/abc"}
    path = tmp_path / "gateway.json"
    path.write_text(json.dumps({"url": "https://example.com", "headers": {"A": "{secret}"}}))
    outcome = ringfence("carrier", "add", "gw", "--http", str(path))
    assert "/carriers/gw/abc" in outcome.out
    assert office.asked[0][1]["http"]["secret"] == "k3y"


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_file_that_describes_nothing(
    ringfence: Any, office: Any, tmp_path: Any, text: str
) -> None:
    path = tmp_path / "gateway.json"
    path.write_text(text)
    assert ringfence("carrier", "add", "gw", "--http", str(path)).code == 2
    assert office.asked == []


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--loopback", "--smpp", "a:1"),
        ("--smpp", "smsc.example.com", "--system-id", "a"),
        ("--smpp", "smsc.example.com:2775"),
    ],
)
def test_one_way_and_all_of_it(ringfence: Any, office: Any, words: tuple[str, ...]) -> None:
    assert ringfence("carrier", "add", "main", *words).code == 2
    assert office.asked == []


def test_carriers_are_listed_tried_and_removed(ringfence: Any, office: Any) -> None:
    office.answers |= {
        "carrier.list": [CARRIER],
        "carrier.test": CARRIER,
        "carrier.remove": CARRIER,
        "carrier.add": CARRIER,
    }
    listed = ringfence("carrier", "list")
    assert "ESME_RINVPASWD" in listed.out
    assert json.loads(ringfence("carrier", "list", "--json").out)[0]["name"] == "main"
    with pytest.raises(SystemExit):
        ringfence("carrier", "test", "main")
    office.answers["carrier.test"] = CARRIER | {"state": "ready"}
    assert ringfence("carrier", "test", "main").code == 0
    assert "removed" in ringfence("carrier", "remove", "main").out
    assert json.loads(ringfence("carrier", "remove", "main", "--json").out)["name"] == "main"
    assert json.loads(ringfence("carrier", "add", "x", "--loopback", "--json").out)["sid"] == "TC1"
