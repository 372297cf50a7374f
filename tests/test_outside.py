"""Speech, documents and clips, as the switch's ports see them."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from office_open import opened

from ringfence.config import load
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.ids import CallId, ClipId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import (
    Callback,
    ClipFailed,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
)
from ringfence.outside import ClipShelf, Outside, SpeechDesk
from ringfence.storage.deliveries import Message
from ringfence.storage.fetched import Answer
from ringfence.storage.notifications import Exchange
from ringfence.switch.ports import Clip
from ringfence.webhooks.result import FetchResult
from ringfence.webhooks.signatures import verify

pytestmark = pytest.mark.anyio
CALL = CallId("CA1")
KEEP = (("Cache-Control", "public, max-age=60"),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Parrot:
    """A speech provider that says anything but the unspeakable."""

    asked: list[str] = field(default_factory=list)

    async def speak(self, text: str, *, voice: str, language: str, rate: int) -> bytes | None:
        del voice, language
        self.asked.append(text)
        return None if text == "unspeakable" else bytes(rate)

    async def close(self) -> None:
        pass


def desk() -> tuple[SpeechDesk, Parrot]:
    settings = load(environment={})
    made = SpeechDesk(settings, entropy=SeededEntropy(1), clock=VirtualClock())
    parrot = Parrot()
    made._provider = parrot
    return made, parrot


async def test_a_sentence_is_spoken_once() -> None:
    speech, parrot = desk()
    assert speech.ready("Hello", "", "en") is None
    first = await speech.speak("Hello", "", "en")
    again = await speech.speak("Hello", "", "en")
    assert first is again is speech.ready("Hello", "", "en")
    assert parrot.asked == ["Hello"]


async def test_what_was_spoken_is_forgotten_when_somebody_is_erased() -> None:
    speech, _ = desk()
    await speech.speak("Hello, Ann", "", "en")
    speech.forget()
    assert speech.ready("Hello, Ann", "", "en") is None
    assert await speech.speak("unspeakable", "", "en") is None


async def test_prompts_are_spoken_before_a_caller_waits() -> None:
    speech, _ = desk()
    speech.rehearse((("One", "", ""), ("Two", "", "")))
    assert speech._rehearsal is not None
    await speech._rehearsal
    assert speech.ready("One", "", "") is not None
    assert speech.ready("Two", "", "") is not None
    await speech.close()


async def test_clips_are_kept_by_id() -> None:
    shelf = ClipShelf()
    clip = Clip(ClipId("CL1"), 8000, b"ab")
    shelf.keep(clip)
    assert shelf.get(ClipId("CL1")) is clip
    assert shelf.get(ClipId("CL2")) is None


class Net:
    """A web client with one answer."""

    def __init__(self, result: FetchResult) -> None:
        self.result = result
        self.asked: list[dict[str, Any]] = []

    async def fetch(self, url: str, **how: Any) -> FetchResult:
        self.asked.append({"url": url, **how})
        return self.result

    async def close(self) -> None:
        pass


class Leaves:
    """What exchanges leave, in memory."""

    most_s = 300

    def __init__(self) -> None:
        self.noted: list[Exchange] = []
        self.kept: dict[tuple[str, str], Answer] = {}
        self.seconds: list[int] = []

    def note(self, exchange: Exchange) -> None:
        self.noted.append(exchange)

    def find(self, kind: str, url: str) -> Answer | None:
        return self.kept.get((kind, url))

    def keep(self, _call: CallId, kind: str, url: str, answer: Answer, *, seconds: int) -> None:
        self.seconds.append(seconds)
        if seconds:
            self.kept[kind, url] = answer


class Tape:
    """A decoder to which everything is sound."""

    async def decode(self, data: bytes, *, rate: int) -> bytes:
        return data * (rate // 8_000)


class Undecodable:
    """A decoder that refuses."""

    def __init__(self, hint: int) -> None:
        self.hint = hint

    async def decode(self, data: bytes, *, rate: int) -> bytes:
        raise RemoteError("no", hint=self.hint)


TOKEN = "of-the-account"


async def outside(tmp_path: Path, result: FetchResult) -> tuple[Outside, Net]:
    office = opened(tmp_path / "data")
    made = Outside(load(environment={}), office, entropy=SeededEntropy(1), clock=VirtualClock())
    net = Net(result)
    made._client = net  # type: ignore[assignment]
    made._exchanges = Leaves()  # type: ignore[assignment]
    office.store.store.close()
    return made, net


async def test_a_document_is_fetched_signed_and_a_failure_is_named(tmp_path: Path) -> None:
    url = "https://example.com/voice"
    good, net = await outside(tmp_path / "a", FetchResult(status=200, body=b"<x/>", url=url))
    got = await good.fetch(CALL, Fetch(request=3, url=url, params=(("CallSid", "CA1"),)))
    assert isinstance(got, Fetched)
    assert (got.request, got.body) == (3, b"<x/>")
    assert len(net.asked[0]["token"]) == 32
    bad, _ = await outside(tmp_path / "b", FetchResult(status=404, failure="fetch_status"))
    failed = await bad.fetch(CALL, Fetch(request=4, url=url))
    assert failed == FetchFailed(request=4, code="fetch_status", status=404)
    assert bad.fetched == {"fetch_status": 1}


async def test_a_clip_or_why_there_is_none(tmp_path: Path) -> None:
    asked = LoadMedia(request=5, url="https://example.com/a.wav")
    gone, _ = await outside(tmp_path / "a", FetchResult(status=404, failure="fetch_status"))
    failed = ClipFailed(request=5, code="fetch_status", status=404)
    assert await gone.load(CALL, asked) == failed
    made, _ = await outside(tmp_path / "b", FetchResult(status=200, body=b"hello"))
    for hint, code in ((413, "clip_too_long"), (415, "clip_not_audio"), (422, "clip_slow")):
        made._decoder = Undecodable(hint)  # type: ignore[assignment]
        assert await made.load(CALL, asked) == ClipFailed(request=5, code=code)


async def test_a_callback_is_kept_and_its_sending_says_how_it_went(tmp_path: Path) -> None:
    made, net = await outside(tmp_path / "a", FetchResult(status=204))
    with pytest.raises(LocalError):
        made.callback(CallId("CA1"), Callback(url="https://example.com"))
    kept: list[Callback] = []
    made.tell = lambda _, request: kept.append(request)
    made.callback(CallId("CA1"), Callback(url="https://example.com"))
    assert len(kept) == 1
    (sent,) = await made.deliver(message(), once="DL1", token=TOKEN)
    assert sent.result.status == 204
    assert net.asked[0]["params"] == [("To", "x")]
    assert net.asked[0]["once"] == "DL1"
    assert net.asked[0]["token"] == TOKEN
    await made.close()


async def test_a_second_url_is_told_what_went_wrong_with_the_first(tmp_path: Path) -> None:
    made, net = await outside(
        tmp_path, FetchResult(status=0, failure="fetch_host_unknown", elapsed_ms=4)
    )
    spare = message(spare_url="https://example.com/spare")
    first, second = await made.deliver(spare, once="DL1", token=TOKEN)
    assert (first.url, second.url) == ("https://example.com/cb", "https://example.com/spare")
    assert second.params == [
        ("To", "x"), ("ErrorCode", "11210"), ("ErrorUrl", "https://example.com/cb"),
    ]  # fmt: skip
    (only,) = await made.deliver(spare, once="DL1", token=TOKEN, spare=True)
    assert only.url == "https://example.com/spare"
    assert len(net.asked) == 3


async def test_json_is_signed_by_its_digest(tmp_path: Path) -> None:
    made, net = await outside(tmp_path, FetchResult(status=204))
    body = b'{"property": "value", "boolean": true}'
    (sent,) = await made.deliver(message(body=body), once="DL1", token=TOKEN)
    asked = net.asked[0]
    assert asked["url"].endswith("?bodySHA256=" + sha256(body).hexdigest())
    assert asked["document"].media_type == "application/json"
    assert verify(
        asked["document"].headers["X-Twilio-Signature"],
        url=asked["url"], token=TOKEN, body=body,
    )  # fmt: skip
    assert (sent.sent, sent.params) == (body, [])


def message(**more: Any) -> Message:
    asked: dict[str, Any] = {
        "url": "https://example.com/cb", "method": "POST", "params": [("To", "x")]
    }  # fmt: skip
    return Message(**(asked | more))


def left(made: Outside) -> Leaves:
    found = made._exchanges
    assert isinstance(found, Leaves)
    return found


@pytest.mark.promise("TEL-15")
async def test_every_exchange_is_noted_with_both_sides(tmp_path: Path) -> None:
    url = "https://example.com/voice"
    made, _ = await outside(
        tmp_path, FetchResult(status=200, body=b"<x/>", content_type="text/xml", elapsed_ms=9)
    )
    made._decoder = Tape()  # type: ignore[assignment]
    params = (("From", Phone("+12025550123")), ("Digits", "1"))
    await made.fetch(CALL, Fetch(request=1, url=url, params=params))
    await made.load(CALL, LoadMedia(request=2, url="https://example.com/a.wav"))
    document, media = left(made).noted
    assert (document.kind, document.method, document.url) == ("document", "POST", url)
    assert list(document.params) == [("From", "+12025550123"), ("Digits", "1")]
    assert (document.status, document.body, document.elapsed_ms) == (200, b"<x/>", 9)
    assert (media.kind, media.body, media.response_size) == ("media", b"", 4), "audio is counted"


@pytest.mark.promise("TEL-16")
async def test_a_document_is_kept_where_its_server_says_so(tmp_path: Path) -> None:
    made, net = await outside(tmp_path, FetchResult(status=200, body=b"<x/>", headers=KEEP))
    asked = Fetch(request=1, url="https://example.com/v", method="GET", params=(("Digits", "1"),))
    first = await made.fetch(CALL, asked)
    again = await made.fetch(CallId("CA2"), asked)
    assert isinstance(first, Fetched)
    assert isinstance(again, Fetched)
    assert again.body == first.body
    assert again.url == "https://example.com/v?Digits=1"
    assert len(net.asked) == 1
    assert left(made).seconds == [60]
    assert made.fetched == {"ok": 1, "kept": 1}
    other = Fetch(request=1, url=asked.url, method="GET", params=(("Digits", "2"),))
    await made.fetch(CALL, other)
    assert len(net.asked) == 2, "another question is not answered with somebody else's answer"


@pytest.mark.promise("TEL-17")
@pytest.mark.parametrize(
    "result",
    [
        FetchResult(status=200, body=b"x"),
        FetchResult(status=200, body=b"x", headers=(("Cache-Control", "no-store"),)),
        FetchResult(status=200, body=b"x", headers=(("Cache-Control", "private, max-age=60"),)),
        FetchResult(status=200, body=b"x", headers=KEEP, authorized=True),
        FetchResult(status=200, body=b"x", headers=KEEP, redirects=1),
        FetchResult(status=404, body=b"x", headers=KEEP, failure="fetch_status"),
    ],
)
async def test_without_permission_everything_streams_through(
    tmp_path: Path, result: FetchResult
) -> None:
    made, net = await outside(tmp_path, result)
    made._decoder = Tape()  # type: ignore[assignment]
    for _ in range(2):
        await made.load(CALL, LoadMedia(request=1, url="https://example.com/a.wav"))
        await made.fetch(CALL, Fetch(request=2, url="https://example.com/v", method="GET"))
    assert left(made).kept == {}
    assert len(net.asked) == 4


@pytest.mark.promise("TEL-17")
async def test_a_form_is_never_answered_from_what_was_kept(tmp_path: Path) -> None:
    made, net = await outside(tmp_path, FetchResult(status=200, body=b"<x/>", headers=KEEP))
    for _ in range(2):
        await made.fetch(CALL, Fetch(request=1, url="https://example.com/v"))
    assert len(net.asked) == 2
    assert left(made).kept == {}


async def test_what_is_not_audio_is_not_kept(tmp_path: Path) -> None:
    made, _ = await outside(tmp_path, FetchResult(status=200, body=b"x", headers=KEEP))
    made._decoder = Undecodable(415)  # type: ignore[assignment]
    await made.load(CALL, LoadMedia(request=1, url="https://example.com/a.wav"))
    assert left(made).kept == {}


@pytest.mark.promise("TEL-17")
async def test_a_clip_that_was_dropped_is_gone() -> None:
    shelf = ClipShelf()
    shelf.keep(Clip(ClipId("CL1"), 8000, b"ab"))
    shelf.drop(ClipId("CL1"))
    shelf.drop(ClipId("CL1"))
    assert shelf.get(ClipId("CL1")) is None


@pytest.mark.promise("PUR-13")
@pytest.mark.promise("SHR-02")
async def test_a_field_that_nobody_declared_does_not_leave(tmp_path: Path) -> None:
    made, net = await outside(tmp_path / "a", FetchResult(status=204))
    params = [("CallSid", "CA1"), ("Mood", "canary"), ("Digits", "1")]
    await made.deliver(message(params=params), once="DL1", token=TOKEN)
    await made.fetch(
        CALL, Fetch(request=1, url="https://example.com", method="POST", params=tuple(params))
    )
    for asked in net.asked:
        assert asked["params"] == [("CallSid", "CA1"), ("Digits", "1")]
