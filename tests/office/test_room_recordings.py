"""The recording of a conference as one."""

from __future__ import annotations

from typing import Any

import pytest
from room_voices import CALLS, ONE, ROOM, recorded

from ringfence.calls import room_events
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.office import Office

pytestmark = pytest.mark.anyio


async def ask(office: Office, use_case: str, **args: Any) -> Any:
    return await office.run(use_case, args, actor="operator")


async def scene(office: Office) -> None:
    book, account = office.store.rooms.conferences, office.account.id
    book.opened(ROOM, "team", Ms(1_000))
    book.record(
        [
            room_events.RoomJoined(at=Ms(1_000), conference=ROOM, account=account, call=call)
            for call in CALLS.values()
        ],
        {},
        Ms(1_000),
    )
    await recorded(office)


async def test_a_conference_has_one_recording_from_the_first_word_to_the_last(
    office: Office,
) -> None:
    await scene(office)
    (whole,) = await ask(office, "conference.recording.list", conference=ROOM)
    assert (whole.sid, whole.conference, whole.source) == (ONE, ROOM, "conference")
    assert (whole.status, whole.duration_ms, whole.channels) == ("saved", 8_000, 1)
    shown = await ask(office, "conference.recording.show", conference=ROOM, sid=ONE)
    assert shown == whole


async def test_it_is_removed_voice_by_voice(office: Office) -> None:
    await scene(office)
    await ask(office, "conference.recording.remove", conference=ROOM, sid=ONE)
    assert await ask(office, "conference.recording.list", conference=ROOM) == []


@pytest.mark.parametrize(
    ("use_case", "args"),
    [
        ("conference.recording.list", {"conference": "CF" + "0" * 32}),
        ("conference.recording.show", {"conference": ROOM, "sid": "RE" + "9" * 32}),
        ("conference.recording.remove", {"conference": ROOM, "sid": "RE" + "9" * 32}),
    ],
)
async def test_what_is_not_there(office: Office, use_case: str, args: dict[str, str]) -> None:
    await scene(office)
    with pytest.raises(Refused) as refused:
        await ask(office, use_case, **args)
    assert refused.value.code == "not_found"
