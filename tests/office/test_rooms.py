"""Conferences that are kept: listed, shown, with those who were in them."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import room_events
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, ConferenceId
from ringfence.office import Office

pytestmark = pytest.mark.anyio

HOST, GUEST = CallId("CA" + "1" * 32), CallId("CA" + "2" * 32)


async def ask(office: Office, use_case: str, **args: Any) -> Any:
    return await office.run(use_case, args, actor="api")


async def room(office: Office, name: str = "team", *, at: int = 1_000) -> ConferenceId:
    sid = ConferenceId(ids.make("conference", Ms(at), office.entropy))
    book, account = office.store.rooms.conferences, office.account.id
    book.opened(sid, name, Ms(at))
    joined = {
        HOST: room_events.RoomJoined(
            at=Ms(at), conference=sid, account=account, call=HOST, end_on_exit=True
        ),
        GUEST: room_events.RoomJoined(
            at=Ms(at + 1), conference=sid, account=account, call=GUEST, muted=True
        ),
    }
    started = room_events.ConferenceStarted(at=Ms(at), conference=sid, account=account)
    book.record([*joined.values(), started], {HOST: "host"}, Ms(at))
    await office.settled()
    return sid


async def over(office: Office, sid: ConferenceId) -> None:
    account = office.account.id
    office.store.rooms.conferences.record(
        [
            room_events.RoomParted(
                at=Ms(9_000), conference=sid, account=account, call=HOST, reason="hung_up"
            ),
            room_events.RoomParted(
                at=Ms(9_000), conference=sid, account=account, call=GUEST, reason="ended"
            ),
            room_events.ConferenceEnded(
                at=Ms(9_000), conference=sid, account=account, reason="exit_left", call=HOST,
                duration_ms=8_000, members=2, most=2,
            ),
        ],
        {},
        Ms(9_000),
    )  # fmt: skip
    await office.settled()


async def test_rooms_are_listed_and_paged(office: Office) -> None:
    first, second = await room(office), await room(office, "other", at=2_000)
    page = await ask(office, "conference.list", limit=1)
    assert ([one.sid for one in page.conferences], page.next) == ([second], second)
    page = await ask(office, "conference.list", limit=1, before=page.next)
    assert ([one.name for one in page.conferences], page.next) == (["team"], None)
    found = await ask(office, "conference.list", name="other")
    assert [one.sid for one in found.conferences] == [second]
    found = await ask(office, "conference.list", created_until=1_500)
    assert [one.sid for one in found.conferences] == [first]


async def test_who_is_in(office: Office) -> None:
    sid = await room(office)
    host, guest = await ask(office, "participant.list", conference=sid)
    assert (host.label, host.status, host.end_on_exit) == ("host", "connected", True)
    assert guest.muted
    assert await ask(office, "participant.list", conference=sid, muted=False) == [host]
    assert await ask(office, "participant.show", conference=sid, call="host") == host
    assert (await ask(office, "participant.show", conference=sid, call=GUEST)).call == GUEST


async def test_an_ended_room_keeps_its_reason_and_its_people(office: Office) -> None:
    sid = await room(office)
    await over(office, sid)
    found = await ask(office, "conference.show", sid=sid)
    assert (found.status, found.reason, found.ended_by) == ("ended", "exit_left", HOST)
    members = await ask(office, "participant.list", conference=sid)
    assert {one.status for one in members} == {"complete"}


@pytest.mark.parametrize(
    ("use_case", "args", "code"),
    [
        ("conference.show", {"sid": "CF" + "0" * 32}, "not_found"),
        ("conference.show", {"sid": "x"}, "not_found"),
        ("conference.list", {"status": "odd"}, "bad_argument"),
        ("conference.list", {"limit": 0}, "bad_argument"),
        ("participant.list", {"conference": "CF" + "0" * 32}, "not_found"),
        ("conference.end", {"sid": "CF" + "0" * 32}, "not_running"),
        ("participant.add", {"conference": "a", "to": "+12025550123"}, "not_running"),
    ],
)
async def test_what_is_not_there(
    office: Office, use_case: str, args: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await ask(office, use_case, **args)
    assert refused.value.code == code
