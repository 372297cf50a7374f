"""Registered texts and campaigns as use cases."""

from __future__ import annotations

from typing import Any

import pytest
from office_open import opened

from ringfence.kernel.errors import Refused
from ringfence.office import Office
from ringfence.office.messaging.senders import pick
from ringfence.storage.text_senders import Campaign

pytestmark = pytest.mark.anyio

TEMPLATE = {
    "name": "code", "text": "Your code is {#var#}. -EXAMPL", "header": "EXAMPL",
    "entity": "110100001", "registration": "110700001",
}  # fmt: skip


async def refused(run: Any, name: str, /, **args: Any) -> str:
    with pytest.raises(Refused) as found:
        await run(name, **args)
    return found.value.code


async def test_a_template_is_added_listed_and_removed(office: Office, run: Any) -> None:
    made = await run("message.template.add", **TEMPLATE)
    assert (made.country, made.use) == ("IN", "service")
    assert await run("message.template.list") == [made]
    assert await refused(run, "message.template.add", **TEMPLATE) == "exists"
    office.store.store.close()
    again = opened(office.settings.data)
    assert [t.text for t in again.text_senders.templates] == [TEMPLATE["text"]]
    await again.run("message.template.remove", {"name": "code"}, actor="operator")
    assert again.text_senders.templates == []
    with pytest.raises(Refused, match="not_found"):
        await again.run("message.template.remove", {"name": "code"}, actor="operator")
    again.store.store.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": "{#var#}"}, "bad_template"),
        ({"header": "not a header at all"}, "bad_sender"),
        ({"entity": ""}, "bad_registration"),
        ({"registration": "a b"}, "bad_registration"),
        ({"use": "gossip"}, "bad_argument"),
        ({"country": "India"}, "bad_country"),
        ({"name": "a name"}, "bad_name"),
    ],
)
async def test_what_is_no_template(run: Any, change: Any, code: str) -> None:
    assert await refused(run, "message.template.add", **(TEMPLATE | change)) == code


async def test_a_campaign_is_added_listed_and_removed(run: Any, ready: Any) -> None:
    await ready()
    made = await run("message.campaign.add", name="a", senders=["+447700900100", "EXAMPLE"])
    assert (made.senders, made.registration) == (["+447700900100", "EXAMPLE"], "")
    assert await run("message.campaign.list") == [made]
    assert await refused(run, "message.campaign.add", name="a", senders=["EXAMPLE"]) == "exists"
    await run("message.campaign.remove", name="a")
    assert await run("message.campaign.list") == []


async def test_a_campaign_has_senders_of_ours(run: Any) -> None:
    add = "message.campaign.add"
    assert await refused(run, add, name="a", senders=[]) == "bad_argument"
    assert await refused(run, add, name="a", senders=["+447700900199"]) == "not_ours"


def test_a_pool_is_shared_out() -> None:
    campaign = Campaign(id="MG1", name="a", registration="", senders=("A", "B"), created_at=0)  # type: ignore[arg-type]
    picked = [pick(campaign, f"PA{n}") for n in range(100)]  # type: ignore[arg-type]
    assert 20 < picked.count("A") < 80
