"""API keys, under both names the interface has for them; short-lived tokens; the balance."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_choices as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.wire import moment
from ringfence.privacy.purposes import PURPOSES

_NOT_FOR_KEYS = frozenset({"authenticate", "seal"})
"""What a key made here is not for: it makes no other keys."""
_TTL = 86_400


def _shown(found: views.Key) -> dict[str, Any]:
    return {
        "sid": found.sid,
        "friendly_name": found.name,
        "date_created": moment(found.created),
        "date_updated": moment(found.created),
    }


async def _keys(asked: Question) -> list[views.Key]:
    found: list[views.Key] = await asked.run("key.list")
    return [key for key in found if key.revoked is None]


async def _find(asked: Question) -> views.Key:
    for key in await _keys(asked):
        if key.sid == asked.path["Sid"]:
            return key
    raise NOT_FOUND


@DESK.operation("CreateNewKey", "CreateNewSigningKey")
async def create(asked: Question) -> Answer:
    """Make a key; its secret is told this once.

    It is good for everything but making keys, or for the purposes that ``Purpose`` (a field of
    ours, which may be repeated) names.
    """
    made: views.Key = await asked.run(
        "key.add",
        name=asked.get("FriendlyName") or "API key",
        purposes=[*asked.params.get("Purpose", ())] or sorted(PURPOSES.keys() - _NOT_FOR_KEYS),
    )
    return Answer(201, _shown(made) | {"secret": made.secret})


@DESK.operation("ListKey")
async def list_(asked: Question) -> Answer:
    """Return keys that let somebody in."""
    return asked.paged("keys", await _keys(asked), lambda _, key: _shown(key))


@DESK.operation("ListSigningKey")
async def list_signing(asked: Question) -> Answer:
    """Return them under their other name."""
    return asked.paged("signing_keys", await _keys(asked), lambda _, key: _shown(key))


@DESK.operation("FetchKey", "FetchSigningKey")
async def fetch(asked: Question) -> Answer:
    """Return one key, without its secret."""
    return Answer(200, _shown(await _find(asked)))


@DESK.operation("UpdateKey", "UpdateSigningKey")
async def update(asked: Question) -> Answer:
    """Give a key another name."""
    known = await _find(asked)
    name = asked.get("FriendlyName")
    if name is not None:
        known = await asked.run("key.rename", sid=known.sid, name=name)
    return Answer(200, _shown(known))


@DESK.operation("DeleteKey", "DeleteSigningKey")
async def delete(asked: Question) -> Answer:
    """Let a key in no more, from this instant on."""
    known = await _find(asked)
    await asked.run("key.revoke", sid=known.sid)
    return Answer(204)


@DESK.operation("CreateToken", missing="no TURN or STUN server is run here: the list is empty")
async def create_token(asked: Question) -> Answer:
    """Return the servers that help a browser through its network: none."""
    now = asked.now
    seconds = asked.whole("Ttl", 1, _TTL)
    return Answer(
        201,
        {
            "account_sid": asked.account,
            "ice_servers": [],
            "username": None,
            "password": None,
            "ttl": str(seconds or _TTL),
            "date_created": moment(now),
            "date_updated": moment(now),
        },
    )
