"""Calls and recordings: what happened, what is happening, and what was kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, cast

from ringfence.api import views
from ringfence.calls import events
from ringfence.calls.diagnosis import diagnose
from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, PartyId, RecordingId, is_id
from ringfence.kernel.limits import FOLLOW_BACKLOG, PAGE_MAX
from ringfence.office.billing import amount_of, priced, unit_of
from ringfence.office.exporting import Form, export, export_mix
from ringfence.office.in_flight import parted
from ringfence.office.sentences import line_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.office.voices import mix_of
from ringfence.privacy.purposes import current, purpose
from ringfence.storage.call_records import CallRecord
from ringfence.storage.ledger import Price
from ringfence.storage.recordings import Recording

if TYPE_CHECKING:
    from ringfence.office import Office

CALL_LOG = ("call_record", "billing", "resolve_complaint")
"""Why somebody may look at how calls went."""
CALL = "user.telephony.call"

_SOURCES = {"voicemail": "voicemail"}


def call_id(sid: str) -> CallId:
    if not is_id(sid, "call"):
        raise Refused(
            "not_found",
            "a call's SID is CA and 32 hexadecimal digits, as 'ringfence calls' lists them",
        )
    return CallId(sid)


def _count(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    return limit


# --- calls ----------------------------------------------------------------------------------------


@TABLE.use_case("call.list", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def list_calls(
    office: Office, *, limit: int = 50, before: str | None = None, status: str | None = None
) -> views.CallPage:
    """Calls, newest first."""
    count = _count(limit)
    found = office.store.records.page(
        office.account.id,
        count=count + 1,
        before=None if before is None else call_id(before),
        state=status,
        alone=not office.house.branches,
    )
    rows = found[:count]
    return views.CallPage(
        calls=call_views(office, rows),
        next=rows[-1].id if len(found) > count else None,
    )


@TABLE.use_case("call.show", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def show_call(office: Office, *, sid: str) -> views.Call:
    """One call with its legs and recordings."""
    call = call_id(sid)
    await parted(office, call)
    record = record_of(office, call)
    if record is None:
        raise Refused("not_found", "no call of that SID")
    facts = _facts(office, call)
    return call_view(
        office,
        record,
        legs=_legs(facts, {t.id: t.name for t in office.trunks.values()}),
        recordings=[recording_view(office, found) for found in _recordings(office, call)],
    )


@TABLE.use_case("call.timeline", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def show_timeline(office: Office, *, sid: str) -> list[views.Line]:
    """What happened in a call, line by line."""
    call = call_id(sid)
    facts = _facts(office, call)
    if not facts:
        raise Refused("not_found", "no call of that SID")
    return [line_of(fact) for fact in facts]


@TABLE.use_case("call.diagnose", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def diagnose_call(office: Office, *, sid: str) -> list[views.Finding]:
    """What was wrong with a call, above all with its audio, in words."""
    facts = _facts(office, call_id(sid))
    if not facts:
        raise Refused("not_found", "no call of that SID")
    levels = {"note": "warning"}
    return [
        views.Finding(
            check=found.code,
            level=levels.get(found.severity, found.severity),
            text=found.sentence,
            mend=found.remedy or None,
            leg=found.leg,
        )
        for found in diagnose(facts)
    ]


@TABLE.stream("timeline.follow", actors=KNOWN, live=True, purpose=CALL_LOG, category=CALL)
async def follow_timeline(office: Office, *, call: str | None = None) -> AsyncIterator[views.Line]:
    """Lines as they happen; of one call: what has happened already first, until its end."""
    queue: asyncio.Queue[CallFact] = asyncio.Queue(FOLLOW_BACKLOG)

    def watch(facts: Sequence[CallFact]) -> None:
        for fact in facts:
            if queue.full():
                queue.get_nowait()  # a reader that does not keep up misses the oldest lines
            queue.put_nowait(fact)

    watchers = office.live.runner.tenants[office.account.id].watchers
    watchers.append(watch)
    try:
        seen: set[CallFact] = set()
        if call is not None:
            wanted = call_id(call)
            for fact in _facts(office, wanted):
                seen.add(fact)
                yield line_of(fact)
                if isinstance(fact, events.CallEnded):
                    return
        while True:
            fact = await queue.get()
            if (call is not None and fact.call != call) or fact in seen:
                continue
            yield line_of(fact)
            if call is not None and isinstance(fact, events.CallEnded):
                return
    finally:
        watchers.remove(watch)


def record_of(office: Office, call: CallId) -> CallRecord | None:
    """A call of this account, or a leg one rang; None for somebody else's and a removed one."""
    record = office.store.records.get(call) or office.store.legs.get(call)
    if record is None or record.account != office.account.id or record.removed_at is not None:
        return None
    return record


def _facts(office: Office, call: CallId) -> list[CallFact]:
    """The facts of a call of this account; none where it is somebody else's."""
    return [] if record_of(office, call) is None else office.store.timeline.facts_of(call)


def _recordings(office: Office, call: CallId) -> list[Recording]:
    found = office.store.recordings.of_call(call)
    return [r for r in found if r.account == office.account.id and r.removed_at is None]


def call_views(office: Office, records: Sequence[CallRecord]) -> list[views.Call]:
    """Records as views; whoever is in several of them is opened once."""
    known = _shown(office, records)
    kept = office.shown_calls
    kept.since(office.store.parties.vault.keys.destructions)
    flows = {record.flow: office.flow_name(record.flow) for record in records if record.flow}
    found: dict[CallId, views.Call] = {}
    for record in records:
        if record.ended_at is None:
            continue
        forwarded = record.forwarded
        view = kept.get(
            record,
            known.get(record.caller) or None,
            known.get(record.called) or None,
            None if forwarded is None else known.get(forwarded) or None,
            None if record.flow is None else flows[record.flow],
        )
        if view is not None:
            found[record.id] = view
    fresh = [record for record in records if record.id not in found]
    # of a call that has ended the price is final: it was written with its end
    prices = priced(office, [record.id for record in fresh])
    for record in fresh:
        view = found[record.id] = call_view(office, record, known=known, prices=prices)
        if record.ended_at is not None:
            kept.keep(record, view)
    return [found[record.id] for record in records]


def call_view(
    office: Office,
    record: CallRecord,
    *,
    known: Mapping[PartyId, str] | None = None,
    prices: Mapping[str, Price] | None = None,
    legs: list[views.Leg] | None = None,
    recordings: list[views.Recording] | None = None,
) -> views.Call:
    """A record as a view. ``known``: everybody in it who may be shown, where they were opened.

    ``prices``: what calls cost, where that was looked up.
    """
    forwarded = record.forwarded
    if known is None:
        known = _shown(office, [record])
    cost = (priced(office, [record.id]) if prices is None else prices).get(record.id)
    over = record.ended_at is not None
    flow = record.flow
    number: str | None = record.number
    if number is None and record.direction == "outbound":
        # as Twilio's description of the field has it: the caller id that it was placed from
        shown, directory = known.get(record.caller, ""), office.directory
        ours = directory.numbers.get(shown)
        number = directory.caller_ids.get(shown) if ours is None else ours.id
    return views.Call(
        sid=record.id,
        direction=record.direction,
        status="offered" if record.state == "placed" else record.state,
        caller=known.get(record.caller) or None,
        called=known.get(record.called) or None,
        offered=record.offered_at,
        ringing=record.rang_at,
        answered=record.answered_at,
        ended=record.ended_at,
        talk_ms=record.talk_ms if over else None,
        hung_up_by=record.hung_up_by,
        cause=record.cause,
        codec=record.codec or None,
        mos=record.mos_x100 / 100 if record.mos_x100 else None,
        missed=record.missed if over else None,
        flow=None if flow is None else office.flow_name(flow),
        number=number,
        parent=record.parent,
        forwarded_from=None if forwarded is None else known.get(forwarded) or None,
        answered_by=record.detected,
        price=amount_of(cost),
        currency=unit_of(cost),
        legs=legs or [],
        recordings=recordings or [],
    )


def _shown(office: Office, records: Sequence[CallRecord]) -> dict[PartyId, str]:
    """Who is in these records; not a person who was erased or whom the asker may not see."""
    people = {record.caller for record in records}
    people.update([record.called for record in records])
    people.update([record.forwarded for record in records if record.forwarded is not None])
    with nullcontext() if current() in CALL_LOG else purpose("call_record"):
        return office.read(lambda queries: office.store.parties.addresses(queries, people))


def _legs(facts: Sequence[CallFact], trunks: Mapping[str, str]) -> list[views.Leg]:
    """The legs of a call, as its facts tell of them."""
    legs: dict[str, dict[str, object]] = {}
    for fact in facts:
        match fact:
            case events.CallOffered() | events.CallPlaced():
                inbound = isinstance(fact, events.CallOffered)
                legs[fact.leg] = {
                    "direction": "inbound" if inbound else "outbound",
                    "via": _via(fact.trunk, trunks),
                    "status": "offered",
                }
            case events.LegPlaced():
                via = _via(fact.trunk, trunks)
                legs.setdefault(
                    fact.leg, {"direction": "outbound", "via": via, "status": "offered"}
                )
            case events.CallAnswered() if legs:
                first = legs[next(iter(legs))]
                first |= {"status": "answered", "answered": fact.at, "codec": fact.codec or None}
            case events.LegTransferred() if fact.to is not None and fact.to not in legs:
                # It came with a Replaces and took the place of the other (RFC 3891).
                legs[fact.to] = {
                    "direction": "inbound",
                    "via": legs[fact.leg]["via"],
                    "status": "answered",
                    "answered": fact.at,
                }
            case events.LegForwarded():
                legs[fact.leg] |= {"via": _via(fact.trunk, trunks)}
            case events.LegConnected():
                legs[fact.leg] |= {"status": "answered", "answered": fact.at, "codec": fact.codec}
            case events.LegEnded():
                legs[fact.leg] |= {
                    "status": "ended",
                    "ended": fact.at,
                    "cause": fact.cause.value,
                    "sip_status": fact.status or None,
                    "codec": fact.codec or legs[fact.leg].get("codec"),
                    "media": _media(fact) if fact.stats_known else None,
                }
            case _:
                pass
    return [views.Leg(sid=sid, **known) for sid, known in legs.items()]  # type: ignore[arg-type]


def _via(trunk: str | None, trunks: Mapping[str, str]) -> str:
    return "phone" if trunk is None else trunks.get(trunk, "unknown")


def _media(fact: events.LegEnded) -> views.Media:
    return views.Media(
        packets_in=fact.packets_in,
        packets_out=fact.packets_out,
        lost=fact.lost_in,
        late=fact.late_in,
        jitter_ms=fact.jitter_ms,
        mos=fact.mos_x100 / 100 if fact.mos_x100 else None,
        latched=fact.latched,
        strangers=fact.strangers_in,
        remote=fact.announced,
        advertised=fact.advertised,
        dtmf_in=fact.dtmf_in,
    )


# --- recordings -----------------------------------------------------------------------------------


@TABLE.use_case("recording.list", actors=KNOWN, purpose=CALL_LOG, category=CALL, also=("operate",))
async def list_recordings(
    office: Office,
    *,
    call: str | None = None,
    conference: str | None = None,
    limit: int = 50,
    before: str | None = None,
    since: int | None = None,
    until: int | None = None,
    removed: bool = False,
    newest: bool = False,
) -> list[views.Recording]:
    """Recordings, newest first; of one call: oldest first, unless the ``newest`` are to be.

    ``call``: one of this account, else `Refused` (``not_found``). ``conference``: its recording,
    all voices in one; none where nobody knows it. ``since``,
    ``until``: when they were asked for. ``removed``: those that were deleted, too.
    """
    if conference is not None:
        from ringfence.office.room_recordings import whole_of_known

        whole = whole_of_known(office, conference, removed=removed)
        fits = (
            whole is not None
            and call in {None, whole.call}
            and (before is None or whole.sid < before)
            and (since is None or whole.created >= since)
            and (until is None or whole.created < until)
        )
        return [whole] if fits and whole is not None else []
    of = None if call is None else call_id(call)
    if of is not None and record_of(office, of) is None:
        raise Refused("not_found", "no call of that SID")
    leg = None if of is None else office.store.legs.get(of)
    if leg is not None and leg.state != "given" and leg.answered_at is not None:
        # The talk of a dialled leg is recorded in the call that rang it, while the leg is up.
        of = leg.parent
        since = max(since or 0, leg.answered_at)
        ends = [at for at in (until, leg.ended_at) if at is not None]
        until = min(ends, default=None)
    found = office.store.recordings.page(
        count=limit if limit == PAGE_MAX + 1 else _count(limit),
        before=None if before is None else RecordingId(before),
        call=of,
        since=None if since is None else Ms(since),
        until=None if until is None else Ms(until),
        removed=removed,
    )
    if call is not None and not newest:
        found.reverse()
    counts = office.store.recordings.channel_counts(one.id for one in found if not one.mixed)
    return [recording_view(office, one, counts.get(one.id, 0)) for one in found]


@TABLE.use_case("recording.show", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def show_recording(office: Office, *, sid: str, removed: bool = False) -> views.Recording:
    """One recording; one that was deleted only where ``removed`` ones are meant, too."""
    found = office.store.recordings.get(RecordingId(sid)) if is_id(sid, "recording") else None
    if found is None or found.account != office.account.id:
        raise Refused("not_found", "no recording of that SID")
    if found.removed_at is not None and not removed:
        raise Refused("not_found", "no recording of that SID")
    return recording_view(office, found)


@TABLE.stream(
    "recording.export", actors=KNOWN, purpose="deliver_content", category="user.content.private"
)
async def export_recording(
    office: Office,
    *,
    sid: str,
    channel: str | None = None,
    form: str = "wav",
    channels: int | None = None,
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """The audio as WAV or MP3: both sides left and right, or one side (``in``: the caller).

    ``channels``: 1 for both sides in one, 2 for one each; unsaid, as it was asked for.
    """
    recording = RecordingId(sid)
    known = office.store.recordings.get(recording) if is_id(sid, "recording") else None
    if known is None or known.account != office.account.id or known.removed_at is not None:
        raise Refused("not_found", "no recording of that SID")
    if form not in {"wav", "mp3"} or channels not in {None, 1, 2}:
        raise Refused("bad_argument", "a recording is wav or mp3, of one or two channels")
    with purpose("deliver_content"):
        voices = mix_of(office, recording)
        stored = office.read(lambda queries: office.store.recordings.channels(queries, recording))
    mixed = channels == 1
    if voices is not None:
        async for item in export_mix(known, voices, form=cast("Form", form)):
            yield item
        return
    async for item in export(known, stored, channel, form=cast("Form", form), mixed=mixed):
        yield item


def _asked(recording: Recording) -> str:
    """What asked for it, in words: of a call, who did."""
    if recording.source != "call":
        return recording.source
    return {"placing": "placing"}.get(recording.asked_by or "", "api")


def recording_view(
    office: Office, recording: Recording, channels: int | None = None
) -> views.Recording:
    """A recording as a view. ``channels``: how many it has, where that was asked already."""
    if channels is None:
        channels = office.store.recordings.channel_count(recording.id)
    state = {"requested": "in-progress", "recording": "in-progress"}
    cost = priced(office, [recording.id]).get(recording.id)
    return views.Recording(
        sid=recording.id,
        call=recording.call,
        kind=_SOURCES.get(recording.source, "recording"),
        status=state.get(recording.state, recording.state),
        reason=recording.reason,
        created=recording.requested_at,
        duration_ms=recording.duration_ms or None,
        channels=1 if recording.mixed else channels,
        source=_asked(recording),
        track=recording.track or "both",
        size=recording.size or None,
        price=amount_of(cost),
        currency=unit_of(cost),
    )
