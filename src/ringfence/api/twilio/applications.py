"""Applications: URLs under one name."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_desk as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.api.twilio.wire import hook, moment

URL_CODES = {"bad_url": 21402, "private_address": 21402, "bad_method": 21403}
"""What Twilio calls a URL or a method that it will not take for later."""
_HOOKS = {
    "Voice": "voice",
    "VoiceFallback": "voice_fallback",
    "StatusCallback": "status",
    "Sms": "sms",
    "SmsFallback": "sms_fallback",
    "SmsStatusCallback": "sms_status",
    "MessageStatusCallback": "message_status",
}
_SHOWN = {
    "voice": "voice",
    "voice_fallback": "voice_fallback",
    "status_callback": "status",
    "sms": "sms",
    "sms_fallback": "sms_fallback",
}


def shown(asked: Question, found: views.Application) -> dict[str, Any]:
    """Return an application in Twilio's shape."""
    hooks = found.hooks
    body: dict[str, Any] = {
        "sid": found.sid,
        "account_sid": asked.account,
        "friendly_name": found.name,
        "api_version": VERSION,
        "date_created": moment(found.created),
        "date_updated": moment(found.changed),
        "message_status_callback": _url(hooks, "message_status"),
        "sms_status_callback": _url(hooks, "sms_status"),
        "voice_caller_id_lookup": found.caller_name_lookup,
        "public_application_connect_enabled": found.public_connect,
        "uri": asked.url(f"/Applications/{found.sid}.json"),
    }
    for theirs, ours in _SHOWN.items():
        body |= hook(theirs, hooks.get(ours))
    return body


def _url(hooks: dict[str, views.Hook], name: str) -> str | None:
    found = hooks.get(name)
    return None if found is None else found.url


def _fields(asked: Question) -> dict[str, Any]:
    return {
        "name": asked.said("FriendlyName"),
        "hooks": asked.hooks(_HOOKS),
        "caller_name_lookup": asked.choice("VoiceCallerIdLookup"),
        "public_connect": asked.choice("PublicApplicationConnectEnabled"),
    }


@DESK.operation("CreateApplication", codes=URL_CODES)
async def create(asked: Question) -> Answer:
    """Make an application."""
    given = {name: value for name, value in _fields(asked).items() if value is not None}
    return Answer(201, shown(asked, await asked.run("application.add", **given)))


@DESK.operation("ListApplication")
async def list_(asked: Question) -> Answer:
    """Return applications, by ``FriendlyName`` where it is given."""
    found: list[views.Application] = await asked.run("application.list")
    name = asked.get("FriendlyName")
    rows = [one for one in found if name is None or one.name == name]
    return asked.paged("applications", rows, shown)


@DESK.operation("FetchApplication")
async def fetch(asked: Question) -> Answer:
    """Return one application."""
    return Answer(200, shown(asked, await asked.run("application.show", sid=asked.path["Sid"])))


@DESK.operation("UpdateApplication", codes=URL_CODES)
async def update(asked: Question) -> Answer:
    """Change some of an application."""
    changed = await asked.run("application.change", sid=asked.path["Sid"], **_fields(asked))
    return Answer(200, shown(asked, changed))


@DESK.operation("DeleteApplication")
async def delete(asked: Question) -> Answer:
    """Forget an application."""
    await asked.run("application.remove", sid=asked.path["Sid"])
    return Answer(204)
