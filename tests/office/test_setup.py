"""Numbers, flows, trunks and phones through the table of use cases."""

from pathlib import Path
from typing import Any

import pytest
from office_open import opened

from ringfence.kernel.errors import Refused
from ringfence.office import Office

pytestmark = pytest.mark.anyio

NUMBER = "+12025550123"
DOCUMENT = "<Response><Say>Hello</Say></Response>"


def content_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def refused(office: Office, use: str, /, **args: Any) -> str:
    with pytest.raises(Refused) as found:
        await office.run(use, args, actor="operator")
    return found.value.code


async def run(office: Office, use: str, /, **args: Any) -> Any:
    return await office.run(use, args, actor="operator")


async def test_a_number_is_added_changed_listed_and_removed(office: Office) -> None:
    added = await run(office, "number.add", number="(202) 555-0123", flow="welcome")
    assert (added.number, added.flow) == (NUMBER, "welcome")
    assert await refused(office, "number.add", number=NUMBER, flow="echo") == "number_exists"
    changed = await run(office, "number.add", number=NUMBER, twiml=DOCUMENT, replace=True)
    assert (changed.sid, changed.flow, changed.twiml) == (added.sid, None, True)
    assert await refused(office, "number.add", number="+012345", flow="echo") == "invalid_number"
    assert [n.number for n in await run(office, "number.list")] == [NUMBER]
    await run(office, "number.remove", number=NUMBER)
    assert await run(office, "number.list") == []
    assert await refused(office, "number.remove", number=NUMBER) == "not_found"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"number": "hello", "flow": "welcome"}, "invalid_number"),
        ({"number": NUMBER}, "bad_argument"),
        ({"number": NUMBER, "flow": "welcome", "twiml": DOCUMENT}, "bad_argument"),
        ({"number": NUMBER, "flow": "nowhere"}, "unknown_flow"),
        ({"number": NUMBER, "voice_url": "ftp://example.com"}, "bad_url"),
        ({"number": NUMBER, "voice_url": "http://127.0.0.1/voice"}, "private_address"),
        ({"number": NUMBER, "twiml": "<Response><Dance/>"}, "bad_twiml"),
        ({"number": NUMBER, "colour": "red"}, "bad_argument"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    office: Office, args: dict[str, Any], code: str
) -> None:
    assert await refused(office, "number.add", **args) == code
    assert await run(office, "number.list") == []


async def test_what_was_acknowledged_is_there_after_a_restart(data: Path) -> None:
    office = opened(data)
    await run(office, "number.add", number=NUMBER, voice_url="https://example.com/voice")
    secret = (await run(office, "phone.add", name="desk")).secret
    await run(office, "trunk.add", name="carrier", register="user@192.0.2.7", password="secret pw")
    office.store.store.close()
    again = opened(data)
    assert [n.voice_url for n in await run(again, "number.list")] == ["https://example.com/voice"]
    assert [p.name for p in await run(again, "phone.list")] == ["desk"]
    assert secret
    listed = await run(again, "trunk.list")
    assert {t.name for t in listed} == {"carrier", "loopback"}
    assert {t.state for t in listed} == {"stopped"}
    again.store.store.close()
    everything = content_of(data)
    assert secret.encode() not in everything
    assert b"secret pw" not in everything
    assert b"2025550123" not in everything


async def test_a_flow_gets_a_new_version_and_old_ones_stay_readable(office: Office) -> None:
    first = (await run(office, "flow.show", name="echo")).document
    assert first is not None
    changed = first | {"title": "Another echo"}
    added = await run(office, "flow.add", name="echo", document=changed)
    assert added.version == 2
    assert (await run(office, "flow.show", name="echo")).document["title"] == "Another echo"
    old = await run(office, "flow.show", name="echo", version=1)
    assert old.document == first
    assert await refused(office, "flow.show", name="nowhere") == "unknown_flow"


async def test_everything_wrong_with_a_flow_is_named(office: Office) -> None:
    problems = await run(office, "flow.validate", document={"start": 5})
    assert len(problems) > 1
    assert await refused(office, "flow.add", name="bad", document={"start": 5}) == "bad_flow"


async def test_a_flow_that_leads_to_none_is_warned_of(office: Office) -> None:
    def leading(to: dict[str, str]) -> dict[str, Any]:
        on = {"type": "goto"} | to
        greet = {"type": "greeting", "prompt": "Hello.", "next": "on"}
        return {"ringfence_flow": 1, "start": "greet", "applets": {"greet": greet, "on": on}}

    (problem,) = await run(office, "flow.validate", document=leading({"to": "nowhere"}))
    assert (problem.where, problem.level) == ("$.applets.on.to", "error")
    assert await refused(office, "flow.add", name="a", document=leading({"to": "x"})) == "bad_flow"
    (problem,) = await run(office, "flow.validate", document=leading({"flow": "second"}))
    assert (problem.where, problem.level) == ("$.applets.on.flow", "warning")
    # Each leads to the other: the first is taken before the second is there.
    await run(office, "flow.add", name="first", document=leading({"flow": "second"}))
    await run(office, "flow.add", name="second", document=leading({"flow": "first"}))
    assert await run(office, "flow.validate", document=leading({"flow": "second"})) == []


async def test_names_passwords_and_hosts_are_checked(office: Office) -> None:
    assert await refused(office, "phone.add", name="two words") == "bad_name"
    assert await refused(office, "phone.add", name="welcome") == "name_taken"
    assert await refused(office, "phone.add", name="desk", password="short") == "weak_password"
    await run(office, "phone.add", name="desk", password="long enough")
    assert await refused(office, "phone.add", name="desk") == "exists"
    assert await refused(office, "trunk.add", name="t") == "bad_argument"
    assert await refused(office, "trunk.add", name="t", address="a b") == "bad_address"
    for misspelt in ("300.1.1.1", "192.0.2.300:5060", "192.0.2", "host.5"):
        assert await refused(office, "trunk.add", name="t", address=misspelt) == "bad_address"
    assert await refused(office, "trunk.add", name="t", register="nobody") == "bad_address"
    assert await refused(office, "trunk.add", name="t", register="u@192.0.2.1") == "bad_argument"
    assert await refused(office, "trunk.check", name="t", register="nobody") == "bad_address"
    assert await refused(office, "trunk.check", name="t", register="u@10.0.0.0/8") == "bad_address"
    assert await refused(office, "trunk.check", name="loopback", register="u@h.test") == "exists"
    assert await run(office, "trunk.check", name="t", register="u@192.0.2.1") is None


@pytest.mark.parametrize(
    "wide",
    ["0.0.0.0/0", "8.0.0.0/7", "0.0.0.0/0.0.0.0", "::/0", "2000::/3", "2001::/31", "::ffff:0:0/96"],
)
async def test_a_network_that_strangers_are_in_is_no_trunk(office: Office, wide: str) -> None:
    for use_case in ("trunk.check", "trunk.add"):
        with pytest.raises(Refused, match="narrower") as caught:
            await run(office, use_case, name="any", address=wide)
        assert caught.value.code == "bad_address"
    assert "any" not in {trunk.name for trunk in office.trunks.values()}


@pytest.mark.parametrize(
    "fine", ["10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16", "2001:db8::/32", "fd00::/8", "::1"]
)
async def test_private_and_providers_networks_may_be_trunks(office: Office, fine: str) -> None:
    assert (await run(office, "trunk.add", name="t", address=fine)).name == "t"


async def test_a_phone_knows_its_password_only_by_digest(office: Office) -> None:
    shown = await run(office, "phone.add", name="desk")
    phone = office.phones["desk"]
    assert shown.secret not in str(phone.ha1)
    assert set(phone.ha1) == {"MD5", "SHA-256"}
    assert "secret" not in repr(phone)
    assert (await run(office, "phone.list"))[0].secret is None
    await run(office, "phone.remove", name="desk")
    assert office.directory.devices == {}


async def test_what_is_left_out_of_a_usable_document_is_said(office: Office) -> None:
    document = "<Response>\n<Sayy>Hi</Sayy>\n<Say>Hello</Say></Response>"
    added = await run(office, "number.add", number=NUMBER, twiml=document)
    assert [problem.where for problem in added.problems] == ["line 2, column 1"]
    assert (await run(office, "number.list"))[0].problems == []
