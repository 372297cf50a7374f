"""Calls in flight: ended, sent elsewhere, given another limit.

A leg that a dial rings is a call to Twilio's clients, a child with a SID of its own
(``kernel.ids.own_call``): it can be hung up alone, and sent elsewhere. Then it goes on as a call
under that SID, and its parent goes on after the dial.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.calls.causes import Cause
from ringfence.calls.commands import Command, DropLeg, Hangup, LimitTime, Note
from ringfence.kernel.errors import LocalError, Refused
from ringfence.markup.problems import KINDS
from ringfence.markup.telling import PASSED_OVER
from ringfence.office.in_flight import ended, find
from ringfence.office.placing import limit_of, source_of, status_callback
from ringfence.office.records import CALL, call_id, show_call
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself
from ringfence.switch.live import LiveCall, LiveLeg

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case(
    "call.hangup",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=CALL,
    also=("call_record",),
)
async def hang_up(office: Office, *, sid: str, unanswered: bool = False) -> views.Call:
    """End a call that is going on; a leg of a dial alone, where the SID is that of one.

    Answers once it is over; where the far end does not answer, after a second as it is.

    ``unanswered``: only while nobody has answered it (`Refused`, ``call_answered``). That is
    looked at in the instant in which it ends; what the record says may be a moment old.
    """
    call = call_id(sid)
    live, leg = find(office, call)
    if live is not None:
        if unanswered and (live.call.answered if leg is None else leg.answered):
            raise Refused("call_answered", "the call was answered meanwhile; it goes on")
        async with ended(live, leg):
            with exchange_itself():
                _command(office, live, Hangup() if leg is None else _end_of(leg))
        await office.store.db.written()
    return await show_call(office, sid=sid)  # type: ignore[no-any-return]


@TABLE.use_case(
    "call.redirect",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=CALL,
    also=("call_record",),
)
async def redirect(
    office: Office,
    *,
    sid: str,
    flow: str | None = None,
    voice_url: str | None = None,
    voice_method: str = "POST",
    fallback_url: str | None = None,
    fallback_method: str = "POST",
    twiml: str | None = None,
) -> views.Call:
    """Let another program drive a call at once; whoever it was dialling is hung up.

    ``sid`` may be that of a leg that a dial connected: it goes on alone with the new program, and
    its parent after the dial.
    """
    call = call_id(sid)
    source, _ = source_of(
        office,
        flow=flow,
        voice_url=voice_url,
        voice_method=voice_method,
        fallback_url=fallback_url,
        fallback_method=fallback_method,
        twiml=twiml,
    )
    live, leg = find(office, call)
    if live is None:
        raise Refused("call_not_in_progress", "no call of that SID is going on")
    with exchange_itself():
        if leg is None:
            office.live.runner.restart(live, source)
        else:
            office.live.outgoing.take_over(leg, source=source)
    await office.settled()
    return await show_call(office, sid=sid)  # type: ignore[no-any-return]


@TABLE.use_case(
    "call.adjust",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=CALL,
    also=("call_record",),
)
async def adjust(
    office: Office,
    *,
    sid: str,
    limit_s: int | None = None,
    status_url: str | None = None,
    status_method: str = "POST",
    status_events: list[str] | None = None,
) -> views.Call:
    """Give a call in progress another time limit, or let another server know how it fares."""
    call = call_id(sid)
    status = status_callback(office, status_url, status_method, status_events)
    limit = None if limit_s is None else limit_of(limit_s)
    live, leg = find(office, call)
    if live is None:
        raise Refused("call_not_in_progress", "no call of that SID is going on")
    with exchange_itself():
        if limit is not None:
            _command(office, live, LimitTime(max_ms=limit, leg=None if leg is None else leg.id))
        if status is not None:
            if leg is None:
                office.live.outgoing.tell(live, status)
            else:
                office.live.outgoing.tell_leg(live, leg, status)
    await office.settled()
    return await show_call(office, sid=sid)  # type: ignore[no-any-return]


@TABLE.use_case("call.remark", actors=KNOWN, live=True, purpose="connect_call", category=CALL)
async def remark(office: Office, *, sid: str, codes: list[str]) -> None:
    """Write into the log of a call in progress what was passed over in what was asked of it.

    ``codes``: of `ringfence.markup.problems.KINDS`. A call that is over has nobody to tell.
    """
    live, _ = find(office, call_id(sid))
    for code in codes:
        text = f"{PASSED_OVER[code]}; it is passed over ({KINDS[code].twilio})"
        if live is not None:
            _command(office, live, Note(code=code, text=text, level="warning"))
    await office.settled()


def _end_of(leg: LiveLeg) -> Command:
    return DropLeg(leg=leg.id, cause=Cause.NORMAL if leg.answered else Cause.CANCELLED)


def _command(office: Office, live: LiveCall, command: Command) -> None:
    try:
        office.live.runner.command(live, command)
    except LocalError as error:
        raise Refused("call_not_in_progress", "the call is not in a state for that") from error
