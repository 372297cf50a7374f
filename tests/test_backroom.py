"""Jobs of a running server: a callback survives its server and is told until it is taken."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from office_open import opened
from sqlalchemy import bindparam, delete, select

from ringfence.backroom import SERIES, Backroom
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.ids import CallId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback
from ringfence.observe.metrics import NAMES
from ringfence.storage.deliveries import Message
from ringfence.storage.schema import deliveries, jobs
from ringfence.storage.statement import Statement
from ringfence.webhooks.courier import Attempt
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio

CALL = CallId("CA" + "0" * 32)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Receiver:
    """The other side of a callback."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heard: list[tuple[str, str, list[tuple[str, str]], str]] = []

    async def __call__(
        self, message: Message, *, once: str, spare: bool = False, token: str
    ) -> list[Attempt]:
        self.heard.append((message.url, message.method, list(message.params), once))
        status = self.statuses.pop(0)
        result = FetchResult(status=status, failure=None if status < 300 else "fetch_status")
        now = SystemClock().now()
        return [Attempt(message.url, message.method, message.params, b"", result, now)]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what comes about in another thread
            await asyncio.sleep(0.02)


async def test_a_callback_is_on_the_disk_sealed_before_it_is_told(tmp_path: Path) -> None:
    office = opened(tmp_path / "data")
    receiver = Receiver(503, 200)
    room = Backroom(office, deliver=receiver, clock=SystemClock())
    request = Callback(
        url="https://example.com/status", params=(("From", Phone("+12025550123")), ("x", "y"))
    )
    room.tell(CALL, request)
    await office.settled()
    assert room.postbox.counts()["ready"] == 1
    office.store.store.close()
    content = b"".join(p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file())
    assert b"2025550123" not in content
    assert b"example.com/status" not in content

    # Another server on the same folder tells it; a 503 is not delivered.
    again = opened(tmp_path / "data")
    room = Backroom(again, deliver=receiver, clock=SystemClock())
    await room.start()
    await until(lambda: room.courier.failed == 1)
    assert receiver.heard[0][:3] == (
        "https://example.com/status", "POST", [("From", "+12025550123"), ("x", "y")],
    )  # fmt: skip
    (waiting,) = (await again.run("delivery.list", {"state": "ready"}, actor="operator")).deliveries
    assert (waiting.attempts, waiting.error, waiting.sid) == (
        1, "answered_503", receiver.heard[0][3],
    )  # fmt: skip
    await room.stop()
    again.store.store.close()


async def test_the_log_is_signed_and_keys_move_on_a_schedule(tmp_path: Path) -> None:
    office = opened(tmp_path / "data")
    room = Backroom(office, deliver=Receiver(), clock=SystemClock())
    await room.start()
    await office.settled()
    assert office.store.outbox.counts()["ready"] == 0, "what waits for its hour is no backlog"
    waiting = office.store.db.reading.rows(Statement(select(jobs.c.kind)))
    assert {kind for (kind,) in waiting} == {recurring.kind for recurring in SERIES}
    await room.stop()
    office.store.store.close()


async def test_each_of_several_urls_is_told_for_itself(tmp_path: Path) -> None:
    office = opened(tmp_path / "data")
    receiver = Receiver(200, 200)
    room = Backroom(office, deliver=receiver, clock=SystemClock())
    await room.start()
    room.tell(CALL, Callback(url="https://a.example/cb", also=("https://b.example/cb",)))
    await until(lambda: room.courier.taken == 2)
    assert {heard[0] for heard in receiver.heard} == {
        "https://a.example/cb",
        "https://b.example/cb",
    }
    await office.settled()
    figures = room.metrics()
    assert figures["ringfence_callbacks"] == {"ready": 0, "behind": 0, "dead": 0}
    assert figures["ringfence_callbacks_total"] == {"taken": 2, "failed": 0, "given_up": 0}
    assert set(figures) <= NAMES
    await room.stop()
    office.store.store.close()


async def test_a_pledge_that_is_void_leaves_nothing_and_tells_nobody(tmp_path: Path) -> None:
    office = opened(tmp_path / "data")
    receiver = Receiver(200)
    room = Backroom(office, deliver=receiver, clock=SystemClock())
    asked = Callback(url="https://a.example/cb", kind="recording", outcome="RE1")
    room.tell(None, replace(asked, pledged=("completed",)))
    await office.settled()
    box, reading = office.store.rooms.deliveries, office.store.db.reading
    assert len(box.pledged(reading)) == 1
    room.tell(None, replace(asked, silent=True))
    await office.settled()
    assert box.pledged(reading) == []
    assert receiver.heard == []
    office.store.store.close()


async def test_what_stood_behind_somebody_who_was_erased_is_told(tmp_path: Path) -> None:
    office = opened(tmp_path / "data")
    receiver = Receiver(200)
    room = Backroom(office, deliver=receiver, clock=SystemClock())
    for name in ("first", "second"):
        room.tell(None, Callback(url="https://a.example/cb", subject="CF1", event=name))
    await office.settled()
    first, _ = office.store.db.reading.rows(Statement(select(deliveries.c.sequence)))
    office.store.db.submit(
        lambda tx: tx.run(
            Statement(delete(deliveries).where(deliveries.c.sequence == bindparam("n"))), first
        )
    ).result(10)
    await room.start()
    room.postbox.forget()
    await until(lambda: room.courier.taken == 1)
    await room.stop()
    office.store.store.close()
