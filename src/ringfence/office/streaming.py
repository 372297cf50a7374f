"""Media streams of calls in progress: begun and stopped from outside the call.

Who only listens is a third ear: it is ruled on like a recording (`ringfence.markup.streaming`).
Where somebody has to be told, they hear it first; where they have to be asked, nobody hears a
word before they have pressed the key that means yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ringfence.api import views_streams as views
from ringfence.calls.commands import StartStream, StopStream
from ringfence.calls.stream import StreamOrder, Tracks
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, StreamId, is_id
from ringfence.kernel.limits import STREAM_CHARS, STREAM_PARAMETERS
from ringfence.markup.attributes import socket
from ringfence.markup.exchange import AskRecording
from ringfence.office.hooks import method_of
from ringfence.office.records import call_id, record_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself
from ringfence.switch.call_recording import notices
from ringfence.switch.live import LiveCall

if TYPE_CHECKING:
    from ringfence.office import Office

TRACKS = ("inbound_track", "outbound_track", "both_tracks")
_CALL = "user.telephony.call"


@TABLE.use_case("stream.start", actors=KNOWN, live=True, purpose="connect_call", category=_CALL)
async def start(
    office: Office,
    *,
    call: str,
    url: str,
    name: str = "",
    track: str = "inbound_track",
    parameters: dict[str, str] | None = None,
    status_url: str | None = None,
    status_method: str = "POST",
) -> views.Stream:
    """Let a server (``url``: ws or wss) hear a call in progress, as far as the law lets it."""
    order = order_of(
        office,
        url=url,
        name=name,
        track=track,
        parameters=parameters,
        status_url=status_url,
        status_method=status_method,
    )
    return await begin(office, call_id(call), order)


async def begin(office: Office, call: CallId, order: StreamOrder) -> views.Stream:
    """Let somebody hear a call, as far as the law lets it; who has to know is told or asked first.

    Raises `Refused`.
    """
    live = _live(office, call)
    program = live.program
    if program is None or program.over or not live.call.answered or live.call.ending:
        raise Refused("call_not_in_progress", "nobody is on the line")
    context = program.context
    inbound = context.direction == "inbound"
    runner = office.live.runner
    with exchange_itself():
        may = live.tenant.host.rule(
            AskRecording(
                request=0,
                source="stream",
                first=context.caller if inbound else context.called,
                own=context.called if inbound else context.caller,
            )
        )
        first = live.call.first_leg
        heard_alone = order.words is not None and order.tracks == "inbound_track"
        if heard_alone and first is not None:
            speaker = live.call.speaker(first)
            if not live.tenant.host.may_be_written(speaker):
                raise Refused(
                    "transcription_not_permitted",
                    "whoever speaks does not let their words be written down",
                )
        if may.ruling.outcome == "never" or first is None:
            raise Refused(
                "recording_not_permitted",
                "the law, a party or the account does not let anybody listen",
            )
        owed = await notices(live.tenant.host, context.language, [(first, None)], may.ruling)
        if live.call.ending or live.call.first_leg != first or live.program is not program:
            raise Refused("call_not_in_progress", "the call has changed meanwhile")
        kind = "stream" if order.words is None else "live_transcription"
        stream = StreamId(ids.make(kind, runner.clock.now(), runner.entropy))
        runner.command(live, may.ruling)
        notice = owed[0].notice if owed else None
        runner.command(live, StartStream(order=order, stream=stream, notice=notice))
    return views.Stream(sid=stream, call=live.id, name=order.name, status="in-progress")


def order_of(
    office: Office,
    *,
    url: str,
    name: str = "",
    track: str = "inbound_track",
    parameters: dict[str, str] | None = None,
    status_url: str | None = None,
    status_method: str = "POST",
) -> StreamOrder:
    """Return what is asked of the call. Raises `Refused`."""
    try:
        whole = socket(None).read(url)
    except ValueError:
        raise Refused("bad_url", "write a ws or wss URL with a host") from None
    office.check_url(f"http{whole[2:]}")  # ws and wss go where http and https go (RFC 6455 3)
    pairs = tuple((parameters or {}).items())
    if track not in TRACKS:
        raise Refused("bad_argument", f"a track is one of: {', '.join(TRACKS)}")
    long = any(len(key) + len(value) > STREAM_CHARS for key, value in pairs)
    if long or len(pairs) > STREAM_PARAMETERS or len(name) > STREAM_CHARS:
        raise Refused("bad_argument", "too many parameters, or one that is too long")
    if status_url is not None:
        office.check_url(status_url)
    return StreamOrder(
        url=whole,
        name=name,
        tracks=cast("Tracks", track),
        parameters=pairs,
        status_callback=status_url or "",
        status_callback_method=method_of(status_method),
    )


@TABLE.use_case("stream.stop", actors=KNOWN, live=True, purpose="connect_call", category=_CALL)
async def stop(office: Office, *, call: str, stream: str) -> views.Stream:
    """Let a server hear a call no longer; ``stream``: its SID, or the name it was given."""
    live = _live(office, call_id(call))
    found = live.call.stream(stream)
    if found is None:
        raise Refused("not_found", "no stream of that SID or name is going on")
    with exchange_itself():
        office.live.runner.command(live, StopStream(stream=found.id))
    return views.Stream(sid=found.id, call=live.id, name=found.order.name, status="stopped")


def _live(office: Office, call: CallId) -> LiveCall:
    live = office.live_call(call)
    if live is not None:
        return live
    if record_of(office, call) is None or not is_id(call, "call"):
        raise Refused("not_found", "no call of that SID")
    raise Refused("call_not_in_progress", "the call is over")
