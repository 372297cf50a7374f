"""Conferences and their participants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringfence.api.twilio import wire
from ringfence.api.twilio.calls import byoc, listening
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND, Problem
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.api.twilio.recordings import recording_wish
from ringfence.api.twilio.steps import known, warn
from ringfence.api.twilio.wire import moment
from ringfence.api.views import Recording
from ringfence.api.views_rooms import Conference, ConferencePage, Participant
from ringfence.kernel.limits import CALL_DURATION_MS, ROOM_MEMBERS_MAX
from ringfence.markup.context import END_WORDS

_STATUS = {"init": "init", "running": "in-progress", "ended": "completed"}
_STATES = {theirs: ours for ours, theirs in _STATUS.items()}
_SAID = {"dialled": "queued", "complete": "complete", "failed": "failed"}
_UNBUILT = (
    "EarlyMedia: the room hears nobody before they have answered, as nobody has told them yet who "
    "else listens or records; ClientNotificationUrl: clients are SIP phones, which need no push; "
    "Region: a room is mixed in the one place there is; JitterBufferSize: the buffer sizes itself"
)


@DESK.operation("ListConference")
async def list_(asked: Question) -> Answer:
    """Return conferences, newest first: of a name, a status, a time."""
    created, updated = asked.span("DateCreated"), asked.span("DateUpdated")
    status = asked.get("Status")
    if status is not None and status not in _STATES:
        raise Problem(20001, "Status is init, in-progress or completed", status=400)
    found: ConferencePage = await asked.run(
        "conference.list",
        limit=asked.page_size,
        before=asked.token("conference"),
        name=asked.get("FriendlyName"),
        status=None if status is None else _STATES[status],
        created_since=created[0],
        created_until=created[1],
        updated_since=updated[0],
        updated_until=updated[1],
    )
    rows = [conference(asked, one) for one in found.conferences]
    return asked.listing("conferences", rows, found.next)


@DESK.operation("FetchConference")
async def fetch(asked: Question) -> Answer:
    """Return one conference."""
    found: Conference = await asked.run("conference.show", sid=asked.path["Sid"])
    return Answer(200, conference(asked, found))


@DESK.operation("UpdateConference")
async def update(asked: Question) -> Answer:
    """Let everybody hear ``AnnounceUrl``, or end it: ``Status`` ``completed``."""
    sid, status, url = asked.path["Sid"], asked.get("Status"), asked.get("AnnounceUrl")
    if status not in {None, "completed"}:
        raise Problem(20001, "Status is completed", status=400)
    found: Conference
    if url is not None:
        method = asked.method("AnnounceMethod")
        found = await asked.run("conference.announce", sid=sid, url=url, method=method)
    if status is not None:
        found = await asked.run("conference.end", sid=sid)
    elif url is None:
        found = await asked.run("conference.show", sid=sid)
    return Answer(200, conference(asked, found))


@DESK.operation("ListParticipant")
async def list_participants(asked: Question) -> Answer:
    """Return who is in a conference: muted or not, on hold or not, coaching or not."""
    found: list[Participant] = await asked.run(
        "participant.list",
        conference=asked.path["ConferenceSid"],
        muted=_choice(asked, "Muted"),
        held=_choice(asked, "Hold"),
        coaching=_choice(asked, "Coaching"),
    )
    return asked.paged("participants", found, participant, key=lambda one: one.call)


@DESK.operation("FetchParticipant")
async def fetch_participant(asked: Question) -> Answer:
    """Return one participant, by the SID of the call or by label."""
    found: Participant = await asked.run("participant.show", **_who(asked))
    return Answer(200, participant(asked, found))


@DESK.operation("CreateParticipant", missing=_UNBUILT)
async def create_participant(asked: Question) -> Answer:
    """Call ``To`` into a conference; its path says the SID, or the name of one that may be new."""
    to, caller = asked.get("To"), asked.get("CallerId") or asked.get("From")
    if to is None:
        raise Problem(21201, "No 'To' number is specified", status=400)
    if caller is None:
        raise Problem(21213, "No 'From' number is specified", status=400)
    if asked.flag("Coaching") and asked.get("CallSidToCoach") is None:
        raise Problem(20001, "Coaching true wants CallSidToCoach", status=400)
    args: dict[str, Any] = {"conference": asked.path["ConferenceSid"], "to": to, "caller": caller}
    for name, field in _WORDS.items():
        if (text := asked.get(field)) is not None:
            args[name] = text
    if (carrier := byoc(asked)) is not None:
        args["trunk"] = carrier
    for name, field in _FLAGS.items():
        if (yes := _choice(asked, field)) is not None:
            args[name] = yes
    for name, (field, most) in _NUMBERS.items():
        if (number := asked.whole(field, 1, most)) is not None:
            args[name] = number
    for name, field in _URLS.items():
        if (url := asked.get(field)) is not None:
            args[f"{name}_url"] = url
            args[f"{name}_method"] = asked.method(f"{field}Method")
            args[f"{name}_events"] = known(asked, f"{field}Event") or None
    if (wait := asked.said("WaitUrl")) is not None:
        args |= {"wait_url": wait, "wait_method": asked.method("WaitMethod")}
    if asked.get("ConferenceRecord") in {"true", "record-from-start"}:
        args["record"] = True
    args["trim"] = asked.get("ConferenceTrim") != "do-not-trim"
    if asked.get("Coaching") == "false":
        args.pop("coach", None)
    if asked.flag("Record"):
        args["record_call"] = recording_wish(asked, "RecordingStatusCallback", trim="trim-silence")
    if (detection := asked.get("MachineDetection")) is not None:
        args["listen"] = listening(asked, detection, beside=True, told="AmdStatusCallback")
    made: Participant = await asked.run("participant.add", **args)
    await warn(asked, made.call)
    # However far it has come meanwhile: at Twilio who was asked for is queued.
    return Answer(201, participant(asked, made) | {"status": "queued"})


_WORDS = {
    "label": "Label",
    "beep": "Beep",
    "coach": "CallSidToCoach",
    "reason": "CallReason",
    "display": "CallerDisplayName",
    "sip_username": "SipAuthUsername",
    "sip_password": "SipAuthPassword",
    "call_token": "CallToken",
}
_FLAGS = {
    "muted": "Muted",
    "start_on_enter": "StartConferenceOnEnter",
    "end_on_exit": "EndConferenceOnExit",
}
_NUMBERS = {
    "ring_s": ("Timeout", 600),
    "limit_s": ("TimeLimit", CALL_DURATION_MS // 1000),
    "max_participants": ("MaxParticipants", int(ROOM_MEMBERS_MAX)),
}
_URLS = {
    "status": "StatusCallback",
    "news": "ConferenceStatusCallback",
    "recording": "ConferenceRecordingStatusCallback",
}


@DESK.operation("UpdateParticipant")
async def update_participant(asked: Question) -> Answer:
    """Mute, hold, coach, address a participant; ``Muted`` is no unless it says yes."""
    args: dict[str, Any] = dict(_who(asked))
    args |= {
        "muted": None if asked.get("Muted") is None else asked.flag("Muted"),
        "held": _choice(asked, "Hold"),
        "beep_on_exit": _choice(asked, "BeepOnExit"),
        "end_on_exit": _choice(asked, "EndConferenceOnExit"),
        "coaching": _choice(asked, "Coaching"),
        "coach": asked.get("CallSidToCoach"),
    }
    for name, field in (("hold", "Hold"), ("announce", "Announce"), ("wait", "Wait")):
        url = asked.said(f"{field}Url") if name == "wait" else asked.get(f"{field}Url")
        if url is not None:
            usual = "GET" if name == "hold" else "POST"
            method = asked.method(f"{field}Method", usual=usual)
            args |= {f"{name}_url": url, f"{name}_method": method}
    found: Participant = await asked.run("participant.update", **args)
    return Answer(200, participant(asked, found))


@DESK.operation("DeleteParticipant")
async def delete_participant(asked: Question) -> Answer:
    """Put a participant out."""
    await asked.run("participant.remove", **_who(asked))
    return Answer(204)


@DESK.operation("ListConferenceRecording")
async def list_recordings(asked: Question) -> Answer:
    """Return the recording of a conference, all its voices in one."""
    since, until = asked.span("DateCreated")
    found: list[Recording] = await asked.run(
        "conference.recording.list", conference=asked.path["ConferenceSid"]
    )
    rows = [
        one
        for one in found
        if (since is None or one.created >= since) and (until is None or one.created < until)
    ]
    return asked.paged("recordings", rows, recording)


@DESK.operation("FetchConferenceRecording")
async def fetch_recording(asked: Question) -> Answer:
    """Return it."""
    found: Recording = await asked.run("conference.recording.show", **_which(asked))
    return Answer(200, recording(asked, found))


@DESK.operation("UpdateConferenceRecording")
async def update_recording(asked: Question) -> Answer:
    """Pause it, go on with it or stop it; ``Twilio.CURRENT`` is the one that runs."""
    status = asked.get("Status")
    if status not in {"paused", "in-progress", "stopped"}:
        raise Problem(20001, "Status is paused, in-progress or stopped", status=400)
    behaviour = asked.get("PauseBehavior") or "silence"
    if behaviour not in {"skip", "silence"}:
        raise Problem(20001, "PauseBehavior is skip or silence", status=400)
    which = dict(_which(asked))
    if which["sid"] == "Twilio.CURRENT":
        found: list[Recording] = await asked.run(
            "conference.recording.list", conference=which["conference"]
        )
        if not found:
            raise NOT_FOUND
        which["sid"] = found[0].sid
    changed: Recording = await asked.run(
        "conference.recording.control", **which, to=status, skip=behaviour == "skip"
    )
    return Answer(200, recording(asked, changed) | {"status": status})


@DESK.operation("DeleteConferenceRecording")
async def delete_recording(asked: Question) -> Answer:
    """Remove it, every voice of it."""
    await asked.run("conference.recording.remove", **_which(asked))
    return Answer(204)


def _which(asked: Question) -> Mapping[str, str]:
    return {"conference": asked.path["ConferenceSid"], "sid": asked.path["Sid"]}


def recording(asked: Question, found: Recording) -> dict[str, Any]:
    """Return the recording of a conference in Twilio's shape."""
    shown = wire.recording(asked, found)
    del shown["media_url"], shown["subresource_uris"]
    uri = asked.url(f"/Conferences/{found.conference}/Recordings/{found.sid}.json")
    return shown | {"uri": uri}


def _who(asked: Question) -> Mapping[str, str]:
    return {"conference": asked.path["ConferenceSid"], "call": asked.path["CallSid"]}


def _choice(asked: Question, name: str) -> bool | None:
    text = asked.get(name)
    if text is None:
        return None
    if text.lower() not in {"true", "false"}:
        raise Problem(20001, f"{name} is true or false", status=400)
    return text.lower() == "true"


def conference(asked: Question, found: Conference) -> dict[str, Any]:
    """Return a conference in Twilio's shape."""
    here = f"/Conferences/{found.sid}"
    reason = None if found.reason is None else END_WORDS.get(found.reason)  # type: ignore[call-overload]
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "friendly_name": found.name,
        "status": _STATUS[found.status],
        "region": "local",
        "reason_conference_ended": reason,
        "call_sid_ending_conference": found.ended_by,
        "date_created": moment(found.created),
        "date_updated": moment(found.updated),
        "api_version": VERSION,
        "uri": asked.url(f"{here}.json"),
        "subresource_uris": {
            part.lower(): asked.url(f"{here}/{part}.json")
            for part in ("Participants", "Recordings")
        },
    }


def participant(asked: Question, found: Participant) -> dict[str, Any]:
    """Return a participant in Twilio's shape."""
    return {
        "call_sid": found.call,
        "conference_sid": found.conference,
        "account_sid": asked.account,
        "label": found.label,
        "status": _SAID.get(found.status, found.status),
        "muted": found.muted,
        "hold": found.held,
        "coaching": found.coaching is not None,
        "call_sid_to_coach": found.coaching,
        "start_conference_on_enter": found.start_on_enter,
        "end_conference_on_exit": found.end_on_exit,
        "queue_time": None,
        "date_created": moment(found.joined),
        "date_updated": moment(found.updated),
        "uri": asked.url(f"/Conferences/{found.conference}/Participants/{found.call}.json"),
    }
