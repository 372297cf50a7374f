"""Jobs of a running server: a callback survives its server and is told until it is taken."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from office_open import opened
from sqlalchemy import select

from ringfence.backroom import SERIES, Backroom
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.ids import CallId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback
from ringfence.storage.schema import jobs
from ringfence.storage.statement import Statement

pytestmark = pytest.mark.anyio

CALL = CallId("CA" + "0" * 32)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Receiver:
    """The other side of a callback."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heard: list[tuple[str, str, list[tuple[str, str]]]] = []

    async def __call__(
        self, _call: str, url: str, method: str, params: Sequence[tuple[str, str]], /
    ) -> int:
        self.heard.append((url, method, list(params)))
        return self.statuses.pop(0)


async def test_a_callback_is_on_the_disk_sealed_before_it_is_told(tmp_path: Path) -> None:
    office = opened(tmp_path / "data")
    receiver = Receiver(503, 200)
    room = Backroom(office, send=receiver, clock=SystemClock())
    request = Callback(
        url="https://example.com/status", params=(("From", Phone("+12025550123")), ("x", "y"))
    )
    room.tell(CALL, request)
    await office.settled()
    assert office.store.outbox.counts()["ready"] == 1
    office.store.store.close()
    content = b"".join(p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file())
    assert b"2025550123" not in content
    assert b"example.com/status" not in content

    # Another server on the same folder tells it; a 503 is not delivered.
    again = opened(tmp_path / "data")
    room = Backroom(again, send=receiver, clock=SystemClock())
    assert await room.worker.step() == 1
    assert receiver.heard[0][0] == "https://example.com/status"
    assert receiver.heard[0][2] == [("From", "+12025550123"), ("x", "y")]
    counts = again.store.outbox.counts()
    assert counts.get("ready", 0) + counts.get("leased", 0) == 1
    again.store.store.close()


async def test_the_log_is_signed_and_keys_move_on_a_schedule(tmp_path: Path) -> None:
    office = opened(tmp_path / "data")
    room = Backroom(office, send=Receiver(), clock=SystemClock())
    await room.start()
    await office.settled()
    assert office.store.outbox.counts()["ready"] == 0, "what waits for its hour is no backlog"
    waiting = office.store.db.reading.rows(Statement(select(jobs.c.kind)))
    assert {kind for (kind,) in waiting} == {recurring.kind for recurring in SERIES}
    await room.stop()
    office.store.store.close()
