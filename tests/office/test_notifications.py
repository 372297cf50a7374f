"""The notification log through the table of use cases."""

from typing import Any

import pytest

from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, NumberId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback
from ringfence.office import Office
from ringfence.office.deliveries import told
from ringfence.office.exchanges import Exchanges
from ringfence.office.table import TABLE
from ringfence.privacy.roles import Identity, Role
from ringfence.storage.notifications import Exchange
from ringfence.webhooks.courier import Attempt
from ringfence.webhooks.dispatch import Verdict
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio
CANARY = "canary-0815"


async def run(office: Office, name: str, **args: Any) -> Any:
    return await office.run(name, args, actor="operator")


async def exchanged(
    office: Office, *, flow: str = "welcome", status: int = 200, number: NumberId | None = None
) -> CallId:
    now = office.clock.now()
    call = CallId(ids.make("call", now, office.entropy))
    fact = events.CallOffered(
        at=now, call=call, account=office.account.id, number=number,
        flow=None if number else office.flows[flow].id,
        caller=office.store.party_room.resolve(Phone("+12025550123"), now),
        called=office.store.party_room.resolve("sip:welcome@pbx.example.com", now),
        leg=LegId(ids.make("leg", now, office.entropy)),
    )  # fmt: skip
    office.store.calls.record([fact], now)
    Exchanges(office).note(
        Exchange(call=call, kind="document", at=now, elapsed_ms=7, method="POST",
                 url="https://shop.example/voice", params=(("From", "+12025550123"),),
                 status=status, content_type="text/xml", body=CANARY.encode())
    )  # fmt: skip
    await office.settled()
    return call


@pytest.mark.promise("TEL-15")
async def test_the_account_lists_and_opens_what_was_exchanged(office: Office) -> None:
    call = await exchanged(office)
    page = await run(office, "notification.list")
    (row,) = page.notifications
    assert (row.call, row.status, row.kept, row.url, row.body) == (call, 200, True, None, None)
    whole = await run(office, "notification.show", sid=row.sid)
    assert whole.url == "https://shop.example/voice"
    assert whole.params == [("From", "+12025550123")]
    assert whole.body == CANARY


@pytest.mark.promise("TEL-15")
@pytest.mark.parametrize("role", ["auditor", "developer", "staff", "privacy_officer"])
async def test_who_was_not_let_in_sees_nothing_of_what_was_said(role: Role) -> None:
    row = TABLE.rows["notification.show"]
    with pytest.raises(Refused):
        row.admit(Identity(actor="US1", entrance="api", role=role))


async def test_it_is_searched_and_turned_page_by_page(office: Office) -> None:
    calls = [await exchanged(office, status=status) for status in (200, 404, 500)]
    page = await run(office, "notification.list", limit=2)
    assert [row.status for row in page.notifications] == [500, 404]
    rest = await run(office, "notification.list", before=page.next)
    assert [row.status for row in rest.notifications] == [200]
    found = await run(office, "notification.list", status=404)
    assert [row.call for row in found.notifications] == [calls[1]]
    found = await run(office, "notification.list", call=calls[2])
    assert [row.status for row in found.notifications] == [500]
    now = office.clock.now()
    assert not (await run(office, "notification.list", until=now - 60_000)).notifications
    assert len((await run(office, "notification.list", since=now - 60_000)).notifications) == 3


@pytest.mark.promise("TEL-18")
async def test_an_app_is_switched_off_and_on(office: Office) -> None:
    off = await run(office, "notification.logging", on=False, flow="welcome")
    assert (off.name, off.on) == ("welcome", False)
    states = {app.name: app.on for app in await run(office, "notification.apps")}
    assert states == {"welcome": False, "echo": True}
    await exchanged(office)
    await exchanged(office, flow="echo")
    heard, quiet = (await run(office, "notification.list")).notifications
    assert (heard.kept, quiet.kept) == (True, False)
    assert (quiet.status, quiet.response_size) == (200, len(CANARY))
    assert (await run(office, "notification.show", sid=quiet.sid)).body is None
    await run(office, "notification.logging", on=True, flow="welcome")
    assert {app.on for app in await run(office, "notification.apps")} == {True}


async def test_an_application_is_quiet_where_it_answers(office: Office) -> None:
    made = await office.run("application.add", {"name": "menu"}, actor="operator")
    spoken = await run(office, "number.add", number="+12025550100", application=made.sid)
    written = await run(office, "number.add", number="+12025550101", twiml="<Response/>")
    await run(office, "number.change", sid=written.sid, sms_application=made.sid)
    off = await run(office, "notification.logging", on=False, application=made.sid)
    assert (off.app, off.on) == (made.sid, False)
    states = {app.app: app.on for app in await run(office, "notification.apps")}
    assert states[made.sid] is False
    asked = (office.store.rooms.notifications.answering(office.numbers[n].id, texts)
             for n in ("+12025550100", "+12025550101") for texts in (False, True))  # fmt: skip
    assert list(asked) == [made.sid, None, None, made.sid]
    for number, kept in ((spoken, False), (written, True)):
        await exchanged(office, number=NumberId(number.sid))
        (row,) = (await run(office, "notification.list", limit=1)).notifications
        assert row.kept is kept
    with pytest.raises(Refused, match="bad_argument"):
        await run(office, "notification.logging", on=False, flow="echo", application=made.sid)


async def test_a_number_is_an_app_too(office: Office) -> None:
    await run(office, "number.add", number="+12025550100", flow="echo")
    off = await run(office, "notification.logging", on=False, number="+12025550100")
    assert off.name == "+12025550100"


@pytest.mark.parametrize(
    ("name", "args", "code"),
    [
        ("notification.show", {"sid": "NO1"}, "not_found"),
        ("notification.list", {"limit": 0}, "bad_argument"),
        ("notification.list", {"before": "CA1"}, "not_found"),
        ("notification.list", {"call": "x"}, "not_found"),
        ("notification.logging", {"on": True}, "bad_argument"),
        ("notification.logging", {"on": True, "flow": "nowhere"}, "unknown_flow"),
        ("notification.logging", {"on": True, "number": "+12025550199"}, "not_found"),
    ],
)
async def test_what_cannot_be_is_refused(
    office: Office, name: str, args: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        await run(office, name, **args)


async def test_it_is_searched_by_app_kind_and_failure(office: Office) -> None:
    await exchanged(office)
    call = await exchanged(office, flow="echo", status=503)
    log = Exchanges(office)
    log.note(
        Exchange(call=call, kind="status", at=office.clock.now(), elapsed_ms=1, method="POST",
                 url="https://shop.example/cb", status=0, failure="fetch_failed", code=11205)
    )  # fmt: skip
    await office.settled()

    async def found(**how: Any) -> list[tuple[str, int]]:
        page = await run(office, "notification.list", **how)
        return [(row.kind, row.status) for row in page.notifications]

    assert await found(flow="echo") == [("status", 0), ("document", 503)]
    assert await found(kind="status") == await found(failed=True) == await found(code=11205)
    assert await found(failed=True) == [("status", 0)]
    for wrong in ({"kind": "gossip"}, {"flow": "nowhere"}, {"number": "+12025550199"}):
        with pytest.raises(Refused):
            await found(**wrong)


async def test_exchanges_are_sent_again_and_what_cannot_be_is_named(office: Office) -> None:
    await exchanged(office)
    await run(office, "notification.logging", on=False, flow="echo")
    await exchanged(office, flow="echo")
    quiet, whole = (await run(office, "notification.list")).notifications
    nowhere = "NO" + "0" * 32
    made = await run(office, "notification.replay", sids=[whole.sid, quiet.sid, nowhere])
    assert made.left_out == {quiet.sid: "not_kept", nowhere: "not_found"}
    (waiting,) = made.deliveries
    assert (waiting.source, waiting.state, waiting.kind) == ("replay", "ready", "document")
    row = office.store.rooms.deliveries.get(office.store.db.reading, waiting.sid)
    message = office.postbox.message(row)
    assert (message.url, message.method) == ("https://shop.example/voice", "POST")
    assert message.params == [("From", "+12025550123")]
    with pytest.raises(Refused):
        await run(office, "notification.replay", sids=[])


async def test_what_was_given_up_is_listed_and_tried_again(office: Office) -> None:
    call = await exchanged(office)
    office.postbox.tell(told(call, Callback(url="https://shop.example/cb", event="ringing")))
    office.postbox.tell(told(call, Callback(url="https://shop.example/cb", event="answered")))
    await office.settled()
    (ready,) = (await run(office, "delivery.list", state="ready")).deliveries
    (behind,) = (await run(office, "delivery.list", state="behind")).deliveries
    assert (ready.event, behind.event) == ("ringing", "answered")
    row = office.store.rooms.deliveries.get(office.store.db.reading, ready.sid)
    refused = Attempt(
        "https://shop.example/cb", "POST", (), b"",
        FetchResult(failure="fetch_refused"), office.clock.now(),
    )  # fmt: skip
    freed = await office.postbox.settle(
        row, [refused], Verdict("dead", error="fetch_refused"), office.clock.now()
    )
    assert freed is not None
    assert freed.id == behind.sid
    (dead,) = (await run(office, "delivery.list")).deliveries
    assert (dead.sid, dead.error, dead.attempts) == (ready.sid, "fetch_refused", 1)
    (noted,) = (await run(office, "notification.list", delivery=dead.sid)).notifications
    assert (noted.code, noted.event, noted.failure) == (11205, "ringing", "fetch_refused")
    again = await run(office, "delivery.retry", sid=dead.sid)
    assert again.state == "behind"
