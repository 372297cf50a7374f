"""Two recorded voices of a conference, in an office."""

from __future__ import annotations

from ringfence.calls import events
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, ConferenceId, LegId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.office import Office

ROOM = ConferenceId("CF" + "1" * 32)
ONE, TWO = RecordingId("RE" + "1" * 32), RecordingId("RE" + "2" * 32)
CALLS = {ONE: CallId("CA" + "1" * 32), TWO: CallId("CA" + "2" * 32)}


async def recorded(office: Office) -> None:
    """Two voices: the second begins four seconds after the first."""
    party = office.store.party_room.resolve(Phone("+12025550123"), Ms(1))
    for at, (recording, call) in zip((1_000, 5_000), CALLS.items(), strict=True):
        about = {"call": call, "recording": recording}
        office.store.calls.record(
            [
                events.CallOffered(
                    at=Ms(at), call=call, account=office.account.id, leg=LegId("LG1"),
                    caller=party, called=party,
                ),
                events.RecordingRequested(
                    at=Ms(at), source="conference", legs=(), parties=(), **about
                ),
                events.RecordingStarted(at=Ms(at), **about),
                events.RecordingSaved(
                    at=Ms(9_000), source="conference", reason="stopped",
                    duration_ms=9_000 - at, size=1, sha256=(), **about,
                ),
            ],
            Ms(at),
        )  # fmt: skip
        office.store.rooms.conferences.recorded(ROOM, recording)
    await office.settled()
