"""A recorded caller calls again, in virtual time, and nothing comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId
from ringfence.kernel.phone import Phone
from ringfence.office import Office, simulation
from ringfence.office.exchanges import Exchanges
from ringfence.storage.notifications import Exchange
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio

URL = "https://shop.example/voice"
BYE = b"<Response><Hangup/></Response>"
MENU = b"<Response><Gather numDigits='1' action='/chosen'><Say>Press one</Say></Gather></Response>"


async def recorded(office: Office) -> CallId:
    """A call that pressed 7 in a menu after six seconds and hung up after twenty."""
    now = Ms(office.clock.now() - 60_000)
    call = CallId(ids.make("call", now, office.entropy))
    room = office.store.party_room
    facts = [
        events.CallOffered(
            at=now, call=call, account=office.account.id, flow=office.flows["welcome"].id,
            leg=LegId(ids.make("leg", now, office.entropy)),
            caller=room.resolve(Phone("+12025550123"), now),
            called=room.resolve(Phone("+12025550100"), now),
        ),
        events.DigitsCollected(at=Ms(now + 6_000), call=call, count=1, reason="max_digits"),
        events.CallEnded(
            at=Ms(now + 20_000), call=call, account=office.account.id, direction="inbound",
            cause=Cause.NORMAL, hung_up_by="caller", missed=False, offered_at=now, rang_at=None,
            answered_at=now, answered_by_person_at=None, ended_at=Ms(now + 20_000),
            duration_ms=20_000, talk_ms=0, codec="PCMU", mos_x100=440,
        ),
    ]  # fmt: skip
    office.store.calls.record(facts, now)
    log = Exchanges(office)
    for after, url, params, body in (
        (50, URL, (), MENU),
        (
            7_000,
            "https://shop.example/chosen",
            (("Digits", "7"),),
            BYE,
        ),
    ):
        log.note(
            Exchange(call=call, kind="document", at=Ms(now + after), elapsed_ms=40, method="POST",
                     url=url, params=params, status=200, content_type="text/xml", body=body)
        )  # fmt: skip
    await office.settled()
    return call


async def simulate(office: Office, call: str, **how: Any) -> list[str]:
    found = await office.run("call.simulate", {"sid": call, **how}, actor="operator")
    return [f"{line.what}: {line.text}" for line in found.lines]


async def test_the_same_keys_at_the_same_moments_and_documents_from_the_log(
    office: Office,
) -> None:
    call = await recorded(office)
    found = await office.run("call.simulate", {"sid": call, "url": URL}, actor="operator")
    said = {line.what: (line.at, line.text) for line in found.lines}
    assert said["key"][1] == "7"
    assert 5_000 < said["key"][0] <= 6_000, "as late as it was, or just before it gives up"
    assert said["asks"][1].startswith("POST https://shop.example/chosen ")
    assert "Digits=7" in said["asks"][1]
    assert said["over"][1] == "the program hangs up"
    rows = (await office.run("notification.list", {}, actor="operator")).notifications
    assert len(rows) == 2, "nothing was asked of anybody"


async def test_a_document_and_a_flow_of_ours(office: Office) -> None:
    call = await recorded(office)
    said = await simulate(
        office, call, twiml="<Response><Dial><Number>+12025550199</Number></Dial></Response>",
        dial="busy",
    )  # fmt: skip
    assert "would dial: 1: busy" in said
    said = await simulate(office, call, flow="welcome", digits=["1"])
    assert any(line.startswith("plays: says") for line in said)
    said = await simulate(office, call, url="https://shop.example/unknown")
    assert any("--fetch really asks" in line for line in said)


async def test_servers_are_asked_only_where_that_is_wanted_and_it_is_marked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    class Net:
        def __init__(self, *_: Any) -> None:
            pass

        async def fetch(self, url: str, **how: Any) -> FetchResult:
            asked.append({"url": url, **how})
            return FetchResult(status=503, failure="fetch_status", elapsed_ms=5)

        async def close(self) -> None:
            pass

    monkeypatch.setattr(simulation, "WebhookClient", Net)
    call = await recorded(office)
    said = await simulate(office, call, url=URL, fetch=True)
    assert [(one["url"], one["simulated"]) for one in asked] == [(URL, True)]
    assert dict(asked[0]["params"])["From"] == "+12025550123"
    assert "gets: no document: status" in said
    row = (await office.run("notification.list", {}, actor="operator")).notifications[0]
    assert (row.source, row.status, row.code) == ("simulation", 503, 11200)


@pytest.mark.parametrize(
    "how",
    [{}, {"url": URL, "flow": "welcome"}, {"flow": "nowhere"}, {"url": "http://10.0.0.1/"},
     {"flow": "welcome", "dial": "maybe"}],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(office: Office, how: dict[str, Any]) -> None:
    call = await recorded(office)
    with pytest.raises(Refused):
        await simulate(office, call, **how)
    with pytest.raises(Refused, match="not_found"):
        await simulate(office, "CA" + "f" * 32, flow="welcome")
