"""Conferences: who is in them, and what somebody may do with them while they go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ringfence.api.views_rooms import Conference, ConferencePage, Participant
from ringfence.calls.commands import Hangup, Heard
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, ConferenceId, is_id
from ringfence.kernel.limits import CALL_RING_MS, PAGE_MAX, ROOM_MEMBERS_MAX
from ringfence.markup import verbs
from ringfence.markup.attributes import LABEL_IS, is_label
from ringfence.office.contacting import about_of, check_contact
from ringfence.office.hooks import method_of
from ringfence.office.number_ties import trunk_of
from ringfence.office.placing import (
    placed_listening,
    placed_recording,
    shown_words,
    status_callback,
)
from ringfence.office.records import CALL, CALL_LOG
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage import conferences as stored
from ringfence.switch.outgoing import Wishes
from ringfence.switch.room_control import Invitation

if TYPE_CHECKING:
    from ringfence.office import Office

_STATES = {"init": "init", "running": "running", "ended": "ended"}
_BEEPS = {"true", "false", "onEnter", "onExit"}
_NEWS = (
    "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement",
)  # fmt: skip


def _of(sid: str) -> ConferenceId:
    if not is_id(sid, "conference"):
        raise Refused("not_found", "a conference's SID is CF and 32 hexadecimal digits")
    return ConferenceId(sid)


# --- looking --------------------------------------------------------------------------------------


@TABLE.use_case("conference.list", actors=KNOWN, purpose=CALL_LOG, category=CALL, also=("operate",))
async def list_conferences(
    office: Office,
    *,
    limit: int = 50,
    before: str | None = None,
    name: str | None = None,
    status: str | None = None,
    created_since: int | None = None,
    created_until: int | None = None,
    updated_since: int | None = None,
    updated_until: int | None = None,
) -> ConferencePage:
    """Conferences, newest first; ``status``: init, running, ended."""
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    if status is not None and status not in _STATES:
        raise Refused("bad_argument", f"a status is one of: {', '.join(_STATES)}")
    with purpose("operate"):
        found = office.read(
            lambda queries: office.store.rooms.conferences.page(
                queries,
                count=limit + 1,
                before=None if before is None else _of(before),
                name=name,
                state=status,
                created=cast("stored.Span", (created_since, created_until)),
                updated=cast("stored.Span", (updated_since, updated_until)),
            )
        )
    shown = found[:limit]
    return ConferencePage(
        conferences=[_view(one) for one in shown],
        next=shown[-1].id if len(found) > limit else None,
    )


@TABLE.use_case("conference.show", actors=KNOWN, purpose=CALL_LOG, category=CALL, also=("operate",))
async def show_conference(office: Office, *, sid: str) -> Conference:
    """One conference."""
    return _view(known_conference(office, sid))


@TABLE.use_case(
    "participant.list", actors=KNOWN, purpose=CALL_LOG, category=CALL, also=("operate",)
)
async def list_participants(
    office: Office,
    *,
    conference: str,
    muted: bool | None = None,
    held: bool | None = None,
    coaching: bool | None = None,
) -> list[Participant]:
    """Who is in a conference, in order of coming; of one that has ended, who was."""
    room = known_conference(office, conference)
    with purpose("operate"):
        found = office.read(
            lambda queries: office.store.rooms.conferences.members(queries, room.id)
        )
    views = [_member(office, one) for one in found if _shown(room, one)]
    return [
        view
        for view in views
        if muted in {None, view.muted}
        and held in {None, view.held}
        and coaching in {None, view.coaching is not None}
    ]


@TABLE.use_case(
    "participant.show", actors=KNOWN, purpose=CALL_LOG, category=CALL, also=("operate",)
)
async def show_participant(office: Office, *, conference: str, call: str) -> Participant:
    """One of them: ``call`` is the SID of their call, or their label."""
    return _member(office, _found(office, known_conference(office, conference), call))


# --- doing ----------------------------------------------------------------------------------------

_DO: dict[str, Any] = {
    "actors": KNOWN,
    "live": True,
    "purpose": "connect_call",
    "category": CALL,
    "also": ("call_record", "operate"),
}


@TABLE.use_case("conference.end", **_DO)
async def end_conference(office: Office, *, sid: str) -> Conference:
    """Send everybody out of a conference."""
    with exchange_itself():
        office.live.rooms.end(_of(sid))
    await office.settled()
    return await show_conference(office, sid=sid)  # type: ignore[no-any-return]


@TABLE.use_case("conference.announce", **_DO)
async def announce(office: Office, *, sid: str, url: str, method: str = "POST") -> Conference:
    """Let everybody in a conference hear the document at ``url``."""
    heard = _heard(office, url, method)
    with exchange_itself():
        office.live.rooms.announce(_of(sid), heard)
    return await show_conference(office, sid=sid)  # type: ignore[no-any-return]


@TABLE.use_case("participant.update", **_DO)
async def update_participant(
    office: Office,
    *,
    conference: str,
    call: str,
    muted: bool | None = None,
    held: bool | None = None,
    hold_url: str | None = None,
    hold_method: str = "POST",
    announce_url: str | None = None,
    announce_method: str = "POST",
    wait_url: str | None = None,
    wait_method: str = "POST",
    beep_on_exit: bool | None = None,
    end_on_exit: bool | None = None,
    coaching: bool | None = None,
    coach: str | None = None,
) -> Participant:
    """Mute, hold, address, coach a participant, or change what their leaving does.

    ``hold_url``, ``announce_url``, ``wait_url``: documents to be heard; ``hold_url`` and
    ``wait_url`` "" for silence. ``coach``: the call of whoever alone shall hear them.
    """
    room = _of(conference)
    who = _found(office, known_conference(office, conference), call).call
    desk = office.live.rooms
    hold = None if hold_url is None else _heard(office, hold_url, hold_method, silence=True)
    wait = None if wait_url is None else _heard(office, wait_url, wait_method, silence=True)
    said = None if announce_url is None else _heard(office, announce_url, announce_method)
    if coaching and coach is None:
        raise Refused("bad_argument", "say whom they coach")
    with exchange_itself():
        if muted is not None:
            desk.mute(room, who, on=muted)
        if held is not None:
            desk.hold(room, who, on=held, heard=hold)
        if wait is not None:
            desk.wait(room, who, wait)
        if coaching is False:
            desk.coach(room, who, None)
        elif coach is not None:
            desk.coach(room, who, coach)
        if end_on_exit is not None or beep_on_exit is not None:
            desk.settle(room, who, end_on_exit=end_on_exit, beep_on_exit=beep_on_exit)
        if said is not None:
            desk.announce(room, said, call=who)
    await office.settled()
    return await show_participant(office, conference=conference, call=who)  # type: ignore[no-any-return]


@TABLE.use_case("participant.remove", **_DO)
async def remove_participant(office: Office, *, conference: str, call: str) -> None:
    """Put somebody out of a conference; one who is still being called is given up."""
    who = _found(office, known_conference(office, conference), call).call
    live = office.live
    with exchange_itself():
        if who in live.rooms.room(conference).dialled:
            ringing = office.live_call(who)
            if ringing is not None:
                live.runner.command(ringing, Hangup())
        else:
            live.rooms.remove(_of(conference), who)
    await office.settled()


@TABLE.use_case("participant.add", **_DO)
async def add_participant(
    office: Office,
    *,
    conference: str,
    to: str,
    caller: str | None = None,
    label: str = "",
    muted: bool = False,
    beep: str = "true",
    start_on_enter: bool = True,
    end_on_exit: bool = False,
    wait_url: str | None = None,
    wait_method: str = "POST",
    max_participants: int = int(ROOM_MEMBERS_MAX),
    coach: str = "",
    record: bool = False,
    trim: bool = False,
    ring_s: int = 60,
    limit_s: int = 14_400,
    sip_username: str | None = None,
    sip_password: str | None = None,
    status_url: str | None = None,
    status_method: str = "POST",
    status_events: list[str] | None = None,
    news_url: str | None = None,
    news_method: str = "POST",
    news_events: list[str] | None = None,
    recording_url: str | None = None,
    recording_method: str = "POST",
    recording_events: list[str] | None = None,
    about: str = "service",
    customer: bool = False,
    record_call: dict[str, Any] | None = None,
    listen: dict[str, Any] | None = None,
    reason: str = "",
    display: str = "",
    call_token: str = "",
    trunk: str | None = None,
) -> Participant:
    """Call somebody into a conference: ``conference`` is its SID, or a name; then it may be new.

    ``news_url`` is told of the conference, ``status_url`` how the call fares. ``record``: their
    voice is part of the conference's recording, without silence at its ends where it is to be
    ``trim``-med; ``record_call``, ``listen``, ``reason``, ``display``, ``call_token``, ``trunk``:
    of the call itself, as `call.place` has them.
    """
    office.live.outgoing.judge(to, caller=caller, token=call_token)
    check_contact(office, to, about=about_of(about), customer=customer)
    if beep not in _BEEPS:
        raise Refused("bad_argument", f"beep is one of: {', '.join(sorted(_BEEPS))}")
    if not 2 <= max_participants <= ROOM_MEMBERS_MAX:
        raise Refused("bad_argument", f"a conference has 2 to {ROOM_MEMBERS_MAX} people")
    if label and not is_label(label):
        raise Refused("bad_label", f"a label is {LABEL_IS}")
    if not 1 <= ring_s * 1000 <= CALL_RING_MS:
        raise Refused("bad_argument", f"ring_s is a number from 1 to {CALL_RING_MS // 1000}")
    for url in (wait_url, news_url, recording_url):
        if url:
            office.check_url(url)
    invitation = Invitation(
        to=to,
        time_limit_s=limit_s,
        place=verbs.Conference(
            room=conference,
            muted=muted,
            beep=beep,
            start_conference_on_enter=start_on_enter,
            end_conference_on_exit=end_on_exit,
            max_participants=max_participants,
            record="record-from-answer" if record else "do-not-record",
            trim="trim-silence" if trim else "do-not-trim",
            wait_url=wait_url,
            wait_method=method_of(wait_method),
            coach=coach,
            participant_label=label,
            status_callback=news_url,
            status_callback_method=method_of(news_method),
            status_callback_event=tuple(w for w in news_events or ("start", "end") if w in _NEWS),
            recording_status_callback=recording_url,
            recording_status_callback_method=method_of(recording_method),
            recording_status_callback_event=tuple(recording_events or ("completed",)),
        ),
        wishes=Wishes(
            caller=caller,
            token=call_token,
            trunk=None if trunk is None else trunk_of(office, trunk).id,
            ring_ms=ring_s * 1000,
            username=sip_username,
            password=sip_password,
            status=status_callback(office, status_url, status_method, status_events),
            recording=None if record_call is None else placed_recording(office, record_call),
            subject=shown_words("reason", reason),
            display=shown_words("display", display),
            **({} if listen is None else placed_listening(office, listen)),
        ),
    )
    with exchange_itself():
        room, call = office.live.rooms.invite(conference, invitation)
    await office.settled()
    return await show_participant(office, conference=room, call=call)  # type: ignore[no-any-return]


# --- small things ---------------------------------------------------------------------------------


def _heard(office: Office, url: str, method: str, *, silence: bool = False) -> Heard:
    if url or not silence:
        office.check_url(url)
    return Heard(url=url, method=method_of(method))


def known_conference(office: Office, sid: str) -> stored.Conference:
    with purpose("operate"):
        found = office.read(lambda queries: office.store.rooms.conferences.get(queries, _of(sid)))
    if found is None:
        raise Refused("not_found", "no conference of that SID")
    return found


def _found(office: Office, room: stored.Conference, who: str) -> stored.Participant:
    """A participant by the SID of their call, or by their label."""
    with purpose("operate"):
        found = office.read(
            lambda queries: office.store.rooms.conferences.members(queries, room.id)
        )
    for one in found:
        if _shown(room, one) and who in {one.call, one.label}:
            return one
    raise Refused("not_found", "no such participant in this conference")


def _shown(room: stored.Conference, one: stored.Participant) -> bool:
    """Who has left a conference that goes on is nobody's any more."""
    return room.state == "ended" or one.state != "complete"


def _view(room: stored.Conference) -> Conference:
    return Conference(
        sid=room.id,
        name=room.name,
        status=room.state,
        reason=room.reason,
        ended_by=room.ended_by,
        created=room.created_at,
        updated=room.updated_at,
        ended=room.ended_at,
    )


def _member(office: Office, one: stored.Participant) -> Participant:
    return Participant(
        conference=one.conference,
        call=one.call,
        label=one.label,
        status=_status(office, one),
        muted=one.muted,
        held=one.held,
        coaching=one.coaching,
        start_on_enter=one.start_on_enter,
        end_on_exit=one.end_on_exit,
        joined=one.joined_at,
        updated=one.updated_at,
    )


def _status(office: Office, one: stored.Participant) -> str:
    if one.state != "dialled":
        return one.state
    record = office.store.records.get(CallId(one.call))
    if record is None:
        return "queued"
    states = {"placed": "queued", "ringing": "ringing", "answered": "connecting"}
    return states.get(record.state, "failed")
