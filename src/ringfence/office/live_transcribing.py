"""What is said on a call in progress as text: begun and stopped from outside the call.

It is a third ear like a stream (`ringfence.office.streaming`), ruled on by the same law; and like
a recording that is read, only of whoever lets their words be written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ringfence.api import views_streams as views
from ringfence.calls.hearing import Wish
from ringfence.calls.stream import StreamOrder, Tracks, Words
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import MARKUP_HINTS_CHARS, STREAM_CHARS
from ringfence.office.hooks import method_of
from ringfence.office.records import call_id
from ringfence.office.streaming import TRACKS, begin, stop
from ringfence.office.table import KNOWN, TABLE
from ringfence.office.transcribing import refuse_if_off

if TYPE_CHECKING:
    from ringfence.office import Office

_CALL = "user.telephony.call"


@TABLE.use_case(
    "live_transcription.start", actors=KNOWN, live=True, purpose="connect_call", category=_CALL
)
async def start(
    office: Office,
    *,
    call: str,
    name: str = "",
    track: str = "both_tracks",
    url: str | None = None,
    method: str = "POST",
    language: str = "en-US",
    partial: bool = False,
    profanity_filter: bool = True,
    hints: list[str] | None = None,
    model: str = "",
    inbound_label: str = "",
    outbound_label: str = "",
) -> views.Stream:
    """Have what is said on a call told to ``url`` utterance by utterance, if the law lets it."""
    refuse_if_off(office)
    if track not in TRACKS:
        raise Refused("bad_argument", f"a track is one of: {', '.join(TRACKS)}")
    texts = (name, model, inbound_label, outbound_label)
    if any(len(one) > STREAM_CHARS for one in texts) or len(language) > 16:
        raise Refused("bad_argument", "a name, label, model or language is too long")
    if sum(map(len, hints or ())) > MARKUP_HINTS_CHARS:
        raise Refused("bad_argument", "the hints are too long")
    if url is not None:
        office.check_url(url)
    wish = Wish(
        language=language,
        hints=tuple(hints or ()),
        profanity_filter=profanity_filter,
        model=model,
        partial=partial,
    )
    words = Words(
        wish=wish,
        callback=url or "",
        callback_method=method_of(method),
        inbound_label=inbound_label,
        outbound_label=outbound_label,
    )
    order = StreamOrder(url="", name=name, tracks=cast("Tracks", track), words=words)
    return await begin(office, call_id(call), order)


@TABLE.use_case(
    "live_transcription.stop", actors=KNOWN, live=True, purpose="connect_call", category=_CALL
)
async def end(office: Office, *, call: str, transcription: str) -> views.Stream:
    """Write down no more; ``transcription``: its SID, or the name it was given."""
    stopped: views.Stream = await stop(office, call=call, stream=transcription)
    return stopped
