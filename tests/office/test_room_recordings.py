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


async def test_it_is_found_among_all_recordings_by_its_conference(office: Office) -> None:
    await scene(office)
    (whole,) = await ask(office, "conference.recording.list", conference=ROOM)
    found = {"conference": ROOM, "call": whole.call, "since": whole.created}
    assert await ask(office, "recording.list", **found) == [whole]
    for elsewhere in (
        {"until": whole.created}, {"since": whole.created + 1}, {"before": ONE},
        {"call": "CA" + "0" * 32}, {"conference": "CF" + "0" * 32}, {"conference": "team"},
    ):  # fmt: skip
        assert await ask(office, "recording.list", **found | elsewhere) == []


async def test_a_removed_one_is_found_where_removed_ones_are_meant(office: Office) -> None:
    await scene(office)
    await ask(office, "conference.recording.remove", conference=ROOM, sid=ONE)
    assert await ask(office, "recording.list", conference=ROOM) == []
    (gone,) = await ask(office, "recording.list", conference=ROOM, removed=True)
    assert (gone.sid, gone.conference) == (ONE, ROOM)


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
