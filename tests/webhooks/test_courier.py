"""The courier between a shelf and a sender, both in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ringfence.kernel.clock import Ms, SystemClock
from ringfence.kernel.errors import Refused
from ringfence.webhooks.courier import Attempt, Courier, is_alive
from ringfence.webhooks.dispatch import Verdict
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class Item:
    id: str
    destination: bytes = b"a"
    attempts: int = 0
    created_at: Ms = Ms(0)  # noqa: RUF009 - a number
    spare: bool = False


@dataclass
class Shelf:
    """Rows in a list; ``refusing``: how many settlements storage refuses."""

    rows: dict[str, tuple[Item, Ms]] = field(default_factory=dict)
    behind: dict[str, Item] = field(default_factory=dict)
    ruled: list[tuple[str, Verdict]] = field(default_factory=list)
    refusing: int = 0

    def keep(self, item: Item, due: Ms) -> Item:
        self.rows[item.id] = (item, due)
        return item

    def destinations(self) -> list[tuple[bytes, Ms]]:
        return [(item.destination, due) for item, due in self.rows.values()]

    def load(self, destination: bytes, count: int, now: Ms) -> tuple[list[Item], Ms | None]:
        mine = [(i, due) for i, due in self.rows.values() if i.destination == destination]
        later = [due for _, due in mine if due > now]
        return [item for item, due in mine if due <= now][:count], min(later, default=None)

    async def settle(
        self, delivery: Item, attempts: list[Attempt], ruled: Verdict, now: Ms
    ) -> Item | None:
        if self.refusing:
            self.refusing -= 1
            raise Refused("storage_full", "no room")
        self.ruled.append((delivery.id, ruled))
        if ruled.ending == "again":
            self.keep(replace(delivery, attempts=delivery.attempts + 1), ruled.at)
            return None
        del self.rows[delivery.id]
        behind = self.behind.pop(delivery.id, None)
        return None if behind is None else self.keep(behind, now)


class Server:
    """Answers with the next result, or raises it."""

    def __init__(self, *results: FetchResult | Exception) -> None:
        self.results = list(results)
        self.heard: list[tuple[str, bool]] = []

    async def __call__(self, item: Item, spare: bool) -> list[Attempt]:
        self.heard.append((item.id, spare))
        result = self.results.pop(0) if self.results else FetchResult(status=200)
        if isinstance(result, Exception):
            raise result
        return [Attempt("https://example.com", "POST", (), b"", result, Ms(0))]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what comes about in another thread
            await asyncio.sleep(0.005)


def item(name: str, **more: object) -> Item:
    return Item(name, created_at=SystemClock().now(), **more)  # type: ignore[arg-type]


async def test_what_waits_from_before_is_told_at_the_start_and_what_is_kept_then_at_once() -> None:
    shelf, server = Shelf(), Server()
    shelf.keep(item("DL01"), Ms(0))
    courier = Courier(shelf, server, clock=SystemClock())
    courier.start()
    await until(lambda: courier.taken == 1)
    courier.kept(shelf.keep(item("DL02"), Ms(0)))
    await until(lambda: courier.taken == 2)
    assert [name for name, _ in server.heard] == ["DL01", "DL02"]
    assert shelf.rows == {}
    await courier.stop()


async def test_the_one_behind_follows_when_the_first_is_over() -> None:
    shelf, server = Shelf(), Server()
    shelf.behind["DL01"] = item("DL02")
    courier = Courier(shelf, server, clock=SystemClock())
    courier.start()
    courier.kept(shelf.keep(item("DL01"), Ms(0)))
    await until(lambda: courier.taken == 2)
    assert [name for name, _ in server.heard] == ["DL01", "DL02"]
    await courier.stop()


@pytest.mark.parametrize(
    ("result", "ruled"),
    [
        (FetchResult(status=404, failure="fetch_status"), ("again", "answered_404")),
        (FetchResult(failure="fetch_timed_out"), ("again", "fetch_timed_out")),
        (FetchResult(failure="fetch_refused"), ("dead", "fetch_refused")),
        (Refused("erased", "gone"), ("done", "erased")),
        (Refused("restricted", "no"), ("dead", "restricted")),
        (ValueError("a bug"), ("again", "fetch_failed")),
    ],
)
async def test_what_becomes_of_it(result: FetchResult | Exception, ruled: tuple[str, str]) -> None:
    shelf = Shelf()
    courier = Courier(shelf, Server(result), clock=SystemClock())
    courier.start()
    courier.kept(shelf.keep(item("DL01"), Ms(0)))
    await until(lambda: bool(shelf.ruled))
    ((_, said),) = shelf.ruled
    assert (said.ending, said.error) == ruled
    assert courier.resting == {}
    await courier.stop()


async def test_what_storage_does_not_take_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.webhooks.courier.JOB_TROUBLE_MS", 1)
    shelf, server = Shelf(refusing=1), Server()
    courier = Courier(shelf, server, clock=SystemClock())
    courier.start()
    courier.kept(shelf.keep(item("DL01"), Ms(0)))
    await until(lambda: courier.taken == 1)
    assert [name for name, _ in server.heard] == ["DL01", "DL01"]
    await courier.stop()


async def test_a_server_that_fails_is_left_alone_but_a_second_url_is_used() -> None:
    shelf, server = Shelf(), Server(*[FetchResult(failure="fetch_failed")] * 5)
    courier = Courier(shelf, server, clock=SystemClock())
    courier.start()
    for number in range(5):
        courier.kept(shelf.keep(item(f"DL0{number}"), Ms(0)))
    await until(lambda: courier.failed == 5)
    assert courier.resting == {b"a": "open"}
    courier.kept(shelf.keep(item("DL10"), Ms(0)))
    courier.kept(shelf.keep(item("DL11", spare=True), Ms(0)))
    await until(lambda: courier.taken == 1)
    assert server.heard[5:] == [("DL11", True)]
    await courier.stop()


@pytest.mark.parametrize(
    ("result", "alive"),
    [
        (FetchResult(status=200), True),
        (FetchResult(status=404, failure="fetch_status"), True),
        (FetchResult(status=429, failure="fetch_status"), False),
        (FetchResult(status=503, failure="fetch_status"), False),
        (FetchResult(failure="fetch_tls"), False),
        (FetchResult(failure="fetch_refused"), True),
    ],
)
def test_any_answer_that_does_not_ask_to_be_left_alone_is_a_sign_of_life(
    result: FetchResult, alive: bool
) -> None:
    assert is_alive(result) is alive


async def test_what_nobody_told_of_is_found_when_somebody_says_look() -> None:
    shelf, server = Shelf(), Server()
    courier = Courier(shelf, server, clock=SystemClock())
    courier.start()
    shelf.keep(item("DL01"), Ms(0))
    await asyncio.sleep(0)
    assert server.heard == []
    courier.look()
    await until(lambda: courier.taken == 1)
    await courier.stop()
    courier.look()
