"""Streams: Connect lets a server talk with the caller, Start lets one listen, Stop ends that.

Who talks with the caller is the account's own machine, and the caller is whom it talks with: no
more is owed than for a menu. Who only listens is a third ear, wherever it is: that is asked and
told like a recording (`ringfence.markup.consenting`), by the same law, because what is heard
elsewhere can be kept elsewhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from ringfence.calls import commands, notices
from ringfence.calls.hearing import Wish
from ringfence.calls.notices import Notice
from ringfence.calls.stream import StreamEnd, StreamOrder, StreamRate, Words
from ringfence.kernel.clock import Ms
from ringfence.markup.consenting import AskingStep, RecordingConsent
from ringfence.markup.exchange import Params, RecordingMay
from ringfence.markup.stage import Stage, Step
from ringfence.markup.verbs import Connect, Start, Stop, Stream, Transcription

_CODES: dict[StreamEnd, tuple[str, str]] = {
    "refused": ("stream_refused", "the address of the stream is private or not allowed"),
    "failed": ("stream_failed", "the server of the stream could not be reached, or was lost"),
    "too_many": ("stream_too_many", "too many streams in one call, or two of one name"),
    "not_understood": ("stream_not_understood", "the server of the stream sent what is no message"),
}
"""What goes on the timeline, by how a stream ended."""


_RATES: dict[str, StreamRate] = {"8000": 8_000, "16000": 16_000, "24000": 24_000}


def order_of(stage: Stage, stream: Stream, *, two_way: bool) -> StreamOrder:
    """Return what the call is asked for; the callback's URL is whole from here on."""
    callback = stage.whole(stream.status_callback) if stream.status_callback else None
    return StreamOrder(
        url=stream.url,
        name=stream.name,
        tracks=stream.track,
        two_way=two_way,
        dialect=stream.dialect,
        rate=_rate(stream),
        parameters=stream.parameters,
        status_callback=callback or "",
        status_callback_method=stream.status_callback_method,
    )


def _rate(stream: Stream) -> StreamRate:
    """How many samples a second; Exotel's servers may say so in their address."""
    if stream.dialect != "exotel":
        return 8_000
    asked = dict(parse_qsl(urlsplit(stream.url).query)).get("sample-rate")
    return _RATES.get(asked or "", stream.sample_rate)


def words_of(stage: Stage, wanted: Transcription) -> StreamOrder:
    """Return what the call is asked for where what is said is wanted as text."""
    callback = stage.whole(wanted.status_callback) if wanted.status_callback else None
    return StreamOrder(
        url="",
        name=wanted.name,
        tracks=wanted.track,
        words=Words(
            wish=Wish(
                language=wanted.language,
                hints=tuple(hint.strip() for hint in wanted.hints.split(",") if hint.strip()),
                profanity_filter=wanted.profanity_filter,
                model=wanted.speech_model,
                partial=wanted.partial_results,
            ),
            callback=callback or "",
            callback_method=wanted.status_callback_method,
            inbound_label=wanted.inbound_label,
            outbound_label=wanted.outbound_label,
        ),
    )


def news_of(news: notices.StreamStarted | notices.StreamFinished, now: Ms) -> Params:
    """Twilio's parameters of a stream's status callback."""
    event, error = "stream-started", ""
    if isinstance(news, notices.StreamFinished):
        code = _CODES.get(news.reason)
        event, error = ("stream-stopped", "") if code is None else ("stream-error", code[1])
    at = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds")
    params: Params = (
        ("StreamSid", news.stream),
        ("StreamName", news.order.name or news.stream),
        ("StreamEvent", event),
        ("Timestamp", at.replace("+00:00", "Z")),
    )
    return (*params, ("StreamError", error)) if error else params


class ConnectStep(Step):
    """One Connect: over when its stream is."""

    __slots__ = ("_connect", "_stage")

    def __init__(self, stage: Stage, connect: Connect) -> None:
        self._stage = stage
        self._connect = connect

    def begin(self) -> None:
        order = order_of(self._stage, self._connect.stream, two_way=True)
        self._stage.command(commands.StartStream(order=order))

    def receive(self, notice: Notice) -> None:
        if isinstance(notice, notices.StreamStarted) and notice.order.two_way:
            self._stage.progress()
        elif isinstance(notice, notices.StreamFinished) and notice.order.two_way:
            self._over(notice)

    def abandon(self) -> None:
        self._stage.command(commands.StopStream(two_way=True))

    def _over(self, news: notices.StreamFinished) -> None:
        connect, stage = self._connect, self._stage
        found = _CODES.get(news.reason)
        if found is not None:
            stage.note(*found, at=connect.stream)
        if connect.action is None:
            stage.proceed()
        else:
            stage.go(connect.action, connect.method, (("StreamSid", news.stream),))


class StartStep(AskingStep):
    """One Start: its streams begin, once it is known that they may, and the next verb follows."""

    __slots__ = ("_stage", "_start")

    def __init__(self, stage: Stage, start: Start) -> None:
        self._stage = stage
        self._start = start
        self._consent = RecordingConsent(stage, "stream", self._permitted)

    def _permitted(self, permitted: bool, _may: RecordingMay) -> None:
        if not permitted:
            self._stage.note(
                "stream_not_permitted",
                "nobody listens: the law, a party or the account does not let it be",
                at=self._start,
            )
        else:
            for stream in self._start.streams:
                order = (
                    words_of(self._stage, stream)
                    if isinstance(stream, Transcription)
                    else order_of(self._stage, stream, two_way=False)
                )
                self._stage.command(commands.StartStream(order=order))
        self._stage.proceed()


class StopStep(Step):
    """One Stop."""

    __slots__ = ("_stage", "_stop")

    def __init__(self, stage: Stage, stop: Stop) -> None:
        self._stage = stage
        self._stop = stop

    def begin(self) -> None:
        for name in self._stop.names:
            self._stage.command(commands.StopStream(name=name))
        if any(name in {"", self._stage.recorded_as} for name in self._stop.recordings):
            self._stage.command(commands.StopRecording(source="call"))
            self._stage.recorded = False
        self._stage.proceed()
