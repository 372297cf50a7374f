"""Carriers of text messages: set up, listed, removed; what is refused."""

import pytest

from ringfence.accounts.carriers import TextCarrier
from ringfence.kernel.errors import Refused

pytestmark = pytest.mark.anyio

SMPP = {"host": "smsc.example.com", "port": 2775, "system_id": "acme", "password": "sesame"}
HTTP = {
    "url": "https://sms.example.com/send",
    "fields": {"to": "{to}", "text": "{text}"},
    "secret": "sesame",
}


async def run(office, name, /, **args):
    return await office.run(name, args, actor="operator")


async def test_a_carrier_is_kept_with_its_password_sealed(office):
    added = await run(office, "carrier.add", name="main", smpp=SMPP)
    assert (added.kind, added.address, added.state) == ("smpp", "smsc.example.com:2775", "offline")
    assert await run(office, "carrier.list") == [added]
    (kept,) = office.shelf.all(TextCarrier)
    assert kept.body.smpp.password == "sesame"
    await office.settled()
    assert b"sesame" not in (office.store.store.folder.root / "ringfence.db").read_bytes()
    assert (await run(office, "carrier.remove", name="main")).sid == added.sid
    assert await run(office, "carrier.list") == []


async def test_a_gateway_gets_a_place_for_its_webhooks(office):
    added = await run(office, "carrier.add", name="gw", http=HTTP)
    assert added.address == "sms.example.com"
    (kept,) = office.shelf.all(TextCarrier)
    assert added.webhook == f"/carriers/gw/{kept.body.http.hook}"
    assert len(kept.body.http.hook) == 32
    assert (await run(office, "carrier.list"))[0].webhook is None


async def test_senders_are_numbers_and_words(office):
    added = await run(office, "carrier.add", name="loop", senders=["+1 202-555-0100", "EXMPLE"])
    assert (added.kind, added.senders) == ("loopback", ["+12025550100", "EXMPLE"])


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"name": "7"}, "bad_name"),
        ({"smpp": SMPP, "http": HTTP}, "bad_carrier"),
        ({"smpp": {**SMPP, "port": 0}}, "bad_carrier"),
        ({"smpp": {**SMPP, "port": "x"}}, "bad_carrier"),
        ({"smpp": {**SMPP, "nobody": 1}}, "bad_carrier"),
        ({"smpp": {"host": "x"}}, "bad_carrier"),
        ({"smpp": {**SMPP, "password": "nine chars"}}, "bad_carrier"),
        ({"smpp": {**SMPP, "system_type": "x" * 13}}, "bad_carrier"),
        ({"smpp": {**SMPP, "window": 0}}, "bad_carrier"),
        ({"smpp": {**SMPP, "sessions": "all"}}, "bad_carrier"),
        ({"smpp": {**SMPP, "languages": ["xx"]}}, "bad_carrier"),
        ({"smpp": {**SMPP, "dest_ton": 256}}, "bad_carrier"),
        ({"http": {**HTTP, "url": "ftp://x"}}, "bad_template"),
        ({"http": {**HTTP, "hook": "mine", "fields": {"a": "{x}"}}}, "bad_template"),
        ({"senders": ["far too long a word"]}, "bad_sender"),
        ({"senders": ["12"]}, "invalid_number"),
        ({"senders": ["EX"] * 501}, "bad_sender"),
    ],
)
async def test_what_cannot_be_a_carrier(office, args, code):
    with pytest.raises(Refused) as refused:
        await run(office, "carrier.add", **{"name": "main", **args})
    assert refused.value.code == code
    assert await run(office, "carrier.list") == []


@pytest.mark.parametrize(
    ("changed", "word"),
    [({"password": "nine chars"}, "password"), ({"system_id": ""}, "system id")],
)
async def test_a_carrier_is_refused_for_what_is_wrong_alone(office, changed, word):
    with pytest.raises(Refused) as refused:
        await run(office, "carrier.add", name="main", smpp={**SMPP, **changed})
    assert [w for w in ("password", "system id") if w in refused.value.reason] == [word]


async def test_names_are_there_once_and_nobody_else_is_found(office):
    await run(office, "carrier.add", name="loop")
    with pytest.raises(Refused, match="exists"):
        await run(office, "carrier.add", name="loop")
    with pytest.raises(Refused, match="not_found"):
        await run(office, "carrier.remove", name="other")


async def test_without_a_server_nothing_can_be_tried(office):
    await run(office, "carrier.add", name="loop")
    with pytest.raises(Refused):
        await run(office, "carrier.test", name="loop")
    with pytest.raises(Refused):
        await run(office, "carrier.webhook", name="loop", secret="x", document={})
