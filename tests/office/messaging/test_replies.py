"""Messages that are answered by a document: what is asked, what is sent, and that it is once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from spoken_carrier import until

from ringfence.jobs.handlers import texts as jobs
from ringfence.jobs.worker import Worker
from ringfence.kernel.ids import CallId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Fetch, Fetched, FetchFailed, SendText
from ringfence.messaging.carrier import Inbound
from ringfence.office import Office
from ringfence.office.messaging import pictures
from ringfence.office.messaging.incoming import Incoming
from ringfence.office.messaging.replies import Replies
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio

OURS, BRITISH = "+447700900100", "+447700900123"
URL = "https://example.com/sms"


class Server:
    """The account's own server: URL → what it answers."""

    def __init__(self) -> None:
        self.answers: dict[str, str | int] = {}
        self.asked: list[Fetch] = []
        self.type = "text/xml"

    async def get(self, _message: object, request: Fetch) -> Fetched | FetchFailed:
        self.asked.append(request)
        answer = self.answers.get(request.url, 404)
        if isinstance(answer, int):
            return FetchFailed(request=request.request, code="fetch_status", status=answer)
        return Fetched(
            request=request.request, body=answer.encode(), url=request.url, content_type=self.type
        )


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def worker(office: Office, run: Any, carrier: Any, server: Server) -> AsyncIterator[Worker]:
    hooks = {"sms": {"url": URL}, "sms_fallback": {"url": URL + "/spare"}}
    await run("number.add", number=OURS, twiml="<Response/>", hooks=hooks)
    await office.post.start(carrier)
    handler = jobs.AnswerTexts(Replies(office, server.get))
    yield Worker(office.store.outbox, {jobs.KIND: handler}, clock=office.clock)
    await office.post.stop()


async def came(office: Office, worker: Worker, text: str = "Hi", **more: Any) -> None:
    message = Inbound(
        carrier="spoken",
        sender=Phone(BRITISH),
        to=Phone(OURS),
        text=text,
        at=1,
        **more,  # type: ignore[arg-type]
    )
    await Incoming(office).inbound(message)
    await worker.step()


async def test_a_document_is_asked_and_its_answer_sent(
    office: Office, worker: Worker, server: Server, carrier: Any, run: Any
) -> None:
    server.answers[URL] = "<Response><Message>The Robots are coming!</Message></Response>"
    await came(office, worker, media=("https://example.com/a.png",))
    await until(lambda: len(carrier.got) == 1)
    got = carrier.got[0]
    assert (got.to.e164, got.text) == (BRITISH, "The Robots are coming!")
    params = dict(server.asked[0].params)
    assert (params["From"], params["To"], params["Body"]) == (BRITISH, OURS, "Hi")
    assert (params["NumMedia"], params["MediaUrl0"]) == ("1", "https://example.com/a.png")
    assert params["SmsStatus"] == "received"
    assert (params["FromCountry"], params["ToCountry"], params["FromCity"]) == ("GB", "GB", "")
    story = await run("message.story", sid=params["MessageSid"])
    assert [f.name for f in story.facts] == ["MessageArrived", "MessageAnswered"]
    reply = (await run("message.list", sender=OURS)).messages[0]
    assert reply.direction == "reply"


async def test_a_picture_is_told_with_its_kind(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    """Only whoever has it knows, and a link whose server hangs is told without."""
    picture = FetchResult(status=200, content_type="image/png", body=b"PNG")

    async def get(url: str, _limit: int) -> FetchResult:
        if url.endswith("slow.png"):
            await asyncio.sleep(60)
        return picture

    office.pictures.start(get)
    server.answers[URL] = "<Response><Message>thanks</Message></Response>"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "TEXT_PICTURE_WAIT_MS", 200)
        links = ("https://example.com/a.png", "https://example.com/slow.png")
        await came(office, worker, media=links)
        await until(lambda: len(carrier.got) == 1)
    params = dict(server.asked[0].params)
    assert (params["NumMedia"], params["MediaContentType0"]) == ("2", "image/png")
    assert "MediaUrl1" in params
    assert "MediaContentType1" not in params


async def test_a_job_that_runs_twice_answers_once(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    server.answers[URL] = "<Response><Message>once</Message></Response>"
    replies = Replies(office, server.get)

    await came(office, worker)
    await until(lambda: len(carrier.got) == 1)
    sid = dict(server.asked[0].params)["MessageSid"]
    again = SimpleNamespace(body={"message": sid, "word": ""})
    await replies(again, office.clock.now())  # type: ignore[arg-type]
    assert len(server.asked) == 1


async def test_redirects_actions_and_several_messages(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    server.answers = {
        URL: "<Response><Message>one</Message><Redirect>/next</Redirect></Response>",
        "https://example.com/next": "<Response><Sms action='/told' to='+447700900124'>two</Sms>"
        "<Message>never</Message></Response>",
        "https://example.com/told": "<Response><Say>not here</Say>"
        "<Message><Body>three</Body><Media>/a.png</Media></Message></Response>",
    }
    await came(office, worker)
    await until(lambda: len(carrier.got) == 3)
    assert {got.text for got in carrier.got} == {"one", "two", "three"}
    assert {got.to.e164 for got in carrier.got} == {BRITISH, "+447700900124"}
    three = next(got for got in carrier.got if got.text == "three")
    assert three.media == ("https://example.com/a.png",)
    assert dict(server.asked[2].params)["MessageStatus"] == "queued"


async def test_a_loop_of_documents_ends(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    server.answers[URL] = "<Response><Message>again</Message><Redirect/></Response>"
    await came(office, worker)
    assert len(server.asked) == 10
    await until(lambda: len(carrier.got) == 10)


async def test_plain_text_is_a_message_and_nothing_is_nothing(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    server.type = "text/plain; charset=utf-8"
    server.answers[URL] = "Thank you"
    await came(office, worker)
    await until(lambda: len(carrier.got) == 1)
    assert carrier.got[0].text == "Thank you"
    server.answers[URL] = ""
    await came(office, worker)
    server.answers[URL] = "<Response/>"
    await came(office, worker)
    assert len(carrier.got) == 1


async def test_the_fallback_is_asked_with_the_error(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    server.answers[URL + "/spare"] = "<Response><Message>spare</Message></Response>"
    await came(office, worker)
    await until(lambda: len(carrier.got) == 1)
    params = dict(server.asked[1].params)
    assert (params["ErrorCode"], params["ErrorUrl"]) == ("11200", URL)


async def test_a_server_that_is_down_is_asked_again_later(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    await came(office, worker)
    assert len(server.asked) == 2  # and its fallback
    waiting = office.store.outbox.counts()
    assert (waiting["ready"] >= 1, waiting["dead"]) == (True, 0)
    assert carrier.got == []


@pytest.mark.promise("MSG-04")
async def test_who_stopped_gets_no_answer_of_a_program(
    office: Office, worker: Worker, server: Server, carrier: Any
) -> None:
    server.answers[URL] = "<Response><Message>But wait!</Message></Response>"
    await came(office, worker, "STOP")
    assert dict(server.asked[0].params)["OptOutType"] == "STOP"
    await until(lambda: len(carrier.got) == 1)
    assert "no more messages" in carrier.got[0].text


async def test_without_anybody_to_ask_it_waits_to_be_read(
    office: Office, worker: Worker, server: Server, run: Any
) -> None:
    (number,) = await run("number.list")
    await run("number.change", sid=number.sid, hooks={"sms": {"url": ""}})
    await came(office, worker)
    assert server.asked == []
    assert len((await run("message.list", to=OURS)).messages) == 1


async def test_a_message_of_a_call(office: Office, worker: Worker, carrier: Any) -> None:
    desk = Replies(office, Server().get)
    request = SendText(request=1, to=Phone(BRITISH), sender=Phone(OURS), body="From a call")
    answer = await desk.send(CallId("CA1"), request)
    assert answer.message is not None
    await until(lambda: len(carrier.got) == 1)
    bad = SendText(request=2, to="nobody", sender=Phone(OURS), body="x")
    assert (await desk.send(CallId("CA1"), bad)).code == "invalid_number"
    withheld = SendText(request=3, to="", sender=Phone(OURS), body="x")
    assert (await desk.send(CallId("CA1"), withheld)).code == "invalid_number"
