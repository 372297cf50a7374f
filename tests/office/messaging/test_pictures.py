"""Pictures: fetched once, kept sealed, given out by a link of ours that dies with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from spoken_carrier import Spoken, until

from ringfence.api.use_cases import PUBLIC
from ringfence.jobs.handlers import texts as jobs
from ringfence.jobs.worker import Worker
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Inbound
from ringfence.office import Office
from ringfence.office.messaging.incoming import Incoming
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"
PICTURE = b"\x89PNG" + bytes(range(256)) * 40
BASE = "https://pbx.example.com"


class Web:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = FetchResult(status=200, content_type="image/png", body=PICTURE)

    async def get(self, url: str, limit: int) -> FetchResult:
        assert limit >= len(PICTURE)
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.answer


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
async def at_work(
    office: Office, ready: Any, carrier: Spoken, web: Web, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    object.__setattr__(office.settings, "public_url", BASE)
    await ready()
    office.pictures.start(web.get)
    await office.post.start(carrier)
    yield office
    await office.post.stop()


def files(office: Office) -> list[bytes]:
    return [path.read_bytes() for path in office.store.store.folder.media.iterdir()]


async def send(run: Any, carrier: Spoken) -> tuple[str, str]:
    made = await run(
        "message.send", to=BRITISH, text="Look", sender=OURS, media=["https://x.example/a.png"]
    )
    await until(lambda: len(carrier.got) == 1)
    (link,) = carrier.got[0].media
    return made.sid, link


async def follow(office: Office, link: str) -> Any:
    word = link.rpartition("/")[2]
    return await office.run("message.media.follow", {"word": word}, actor=PUBLIC)


async def test_a_picture_is_fetched_once_sealed_and_sent_as_a_link_of_ours(
    at_work: Office, run: Any, carrier: Spoken, web: Web
) -> None:
    sid, link = await send(run, carrier)
    assert link.startswith(f"{BASE}/m/")
    assert BRITISH[1:] not in link
    found = await follow(at_work, link)
    assert (found.media_type, found.body) == ("image/png", PICTURE)
    (listed,) = await run("message.media", sid=sid)
    assert (listed.media_type, listed.size) == ("image/png", len(PICTURE))
    assert web.asked == ["https://x.example/a.png"]
    (sealed,) = files(at_work)
    assert PICTURE not in sealed


@pytest.mark.parametrize("how", ["message.media.delete", "message.redact", "message.delete"])
async def test_a_link_dies_with_its_picture(
    at_work: Office, run: Any, carrier: Spoken, how: str
) -> None:
    sid, link = await send(run, carrier)
    await until(lambda: at_work.post.counts["sent"] == 1)
    args = {"sid": sid}
    if how == "message.media.delete":
        args["medium"] = (await run("message.media", sid=sid))[0].sid
    await run(how, **args)
    with pytest.raises(Refused, match="not_found"):
        await follow(at_work, link)
    assert files(at_work) == []


async def test_an_erasure_takes_pictures_along(at_work: Office, run: Any, carrier: Spoken) -> None:
    _, link = await send(run, carrier)
    await until(lambda: at_work.post.counts["sent"] == 1)
    planned = await run("privacy.erase.plan", address=BRITISH)
    await run("privacy.erase.execute", sid=planned.sid)
    with pytest.raises(Refused, match="not_found"):
        await follow(at_work, link)
    assert files(at_work) == []


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (FetchResult(status=404, failure="fetch_status"), 21620),
        (FetchResult(failure="fetch_refused"), 21620),
        (FetchResult(status=200, content_type="text/html", body=b"<script>"), 12300),
    ],
)
async def test_what_cannot_be_had_fails_the_message(
    at_work: Office, run: Any, web: Web, answer: FetchResult, number: int
) -> None:
    web.answer = answer
    made = await run(
        "message.send", to=BRITISH, text="Look", sender=OURS, media=["https://x.example/a.png"]
    )
    await until(lambda: at_work.post.counts["failed"] == 1)
    assert (await run("message.show", sid=made.sid)).error == number
    assert files(at_work) == []


async def test_what_may_be_had_later_waits(at_work: Office, run: Any, web: Web) -> None:
    web.answer = FetchResult(failure="fetch_timed_out")
    made = await run(
        "message.send", to=BRITISH, text="Look", sender=OURS, media=["https://x.example/a.png"]
    )
    await until(lambda: at_work.post.counts["again"] == 1)
    assert (await run("message.show", sid=made.sid)).status == "queued"


async def test_pictures_that_came_are_fetched_from_the_carrier(
    at_work: Office, run: Any, web: Web
) -> None:
    message = Inbound(
        carrier="spoken", sender=Phone(BRITISH), to=Phone(OURS), text="Look", at=1,  # type: ignore[arg-type]
        media=("https://gw.example/1.png",),
    )  # fmt: skip
    await Incoming(at_work).inbound(message)
    worker = Worker(
        at_work.store.outbox,
        {jobs.PICTURES: jobs.FetchPictures(at_work.pictures)},
        clock=at_work.clock,
    )
    await worker.step()
    assert web.asked == ["https://gw.example/1.png"]
    (came,) = (await run("inbox.list")).messages
    (listed,) = await run("message.media", sid=came.sid)
    assert listed.media_type == "image/png"
    assert len(files(at_work)) == 1


async def test_files_without_a_row_are_swept(at_work: Office, run: Any, carrier: Spoken) -> None:
    await send(run, carrier)
    stray = at_work.store.store.folder.media / ("ME" + "0" * 32 + ".rfm")
    stray.write_bytes(b"x")
    assert at_work.read(at_work.store.rooms.pictures.sweep) == 1
    assert not stray.exists()
    assert len(files(at_work)) == 1
