"""What an exchange leaves: a row of the log, and a copy only by permission."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from office_open import opened

from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.ids import CallId, LegId
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.office.exchanges import Exchanges
from ringfence.storage.fetched import Answer
from ringfence.storage.notifications import Exchange, Wanted

pytestmark = pytest.mark.anyio
URL = "https://shop.example/hello.wav"


def offered(office: Office) -> CallId:
    """A call of the installation, written down."""
    now = office.clock.now()
    call = CallId(ids.make("call", now, office.entropy))
    party = office.store.party_room.resolve(Phone("+12025550123"), now)
    ours = office.store.party_room.resolve(Phone("+12025550100"), now)
    fact = events.CallOffered(
        at=now, call=call, account=office.account.id, caller=party, called=ours,
        leg=LegId(ids.make("leg", now, office.entropy)),
    )  # fmt: skip
    office.store.calls.record([fact], now)
    return call


@pytest.fixture
def never(data: Path) -> Iterator[Office]:
    made = opened(data)
    made.settings = replace(made.settings, cache_seconds=0)
    yield made
    made.store.store.close()


async def test_an_exchange_is_in_the_log_once_it_is_written(office: Office) -> None:
    made, call = Exchanges(office), offered(office)
    made.note(
        Exchange(call=call, kind="document", at=office.clock.now(), elapsed_ms=1, method="GET",
                 url=URL, status=404, failure="fetch_status")
    )  # fmt: skip
    await office.settled()
    (row,) = office.store.rooms.notifications.page(office.store.db.reading, Wanted(), count=5)
    assert (row.call, row.status, row.failure) == (call, 404, "fetch_status")


async def test_what_may_be_kept_is_found_again(office: Office) -> None:
    made, call = Exchanges(office), offered(office)
    answer = Answer("audio/wav", b"sound")
    made.keep(call, "media", URL, answer, seconds=60)
    await office.settled()
    assert made.find("media", URL) == answer
    assert await made.sweep(office.clock.now()) == 0
    later = office.clock.now() + 61_000
    assert await made.sweep(later) == 1  # type: ignore[arg-type]
    assert made.find("media", URL) is None


@pytest.mark.promise("TEL-17")
async def test_without_permission_nothing_is_written(office: Office) -> None:
    made, call = Exchanges(office), offered(office)
    made.keep(call, "media", URL, Answer("audio/wav", b"sound"), seconds=0)
    await office.settled()
    assert office.store.rooms.fetched.count(office.store.db.reading) == 0


@pytest.mark.promise("TEL-16")
async def test_the_operator_may_forbid_it_altogether(never: Office) -> None:
    made, call = Exchanges(never), offered(never)
    made.keep(call, "media", URL, Answer("audio/wav", b"sound"), seconds=60)
    await never.settled()
    assert made.most_s == 0
    assert made.find("media", URL) is None


async def test_what_was_wrong_with_a_document_is_in_the_log_with_twilios_number(
    office: Office,
) -> None:
    made, call = Exchanges(office), offered(office)

    def noted(code: str, text: str, level: str) -> events.TimelineNoted:
        return events.TimelineNoted(
            at=office.clock.now(), call=call, code=code, text=text, level=level
        )

    made.watch(
        [
            noted("not_xml", "line 1, column 1: this is no XML (12100)", "error"),
            noted("unavailable_verb", "there is no such verb here", "warning"),
            noted("fetch_status", "the server answered 503 (11200)", "error"),
            noted("document_read", "document fetched (12345)", "info"),
        ]
    )
    await office.settled()
    (row,) = office.store.rooms.notifications.page(office.store.db.reading, Wanted(), count=5)
    assert (row.kind, row.failure, row.code, row.call) == ("problem", "not_xml", 12100, call)
