"""Messages: send, list, fetch, redact, cancel, delete; their pictures; whether they had effect."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from ringfence.api import views_desk
from ringfence.api import views_messages as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.prices import charged, unit
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.api.twilio.wire import moment
from ringfence.kernel.text import is_blank
from ringfence.messaging.errors import sentence

CODES = {
    "no_content": 21619,
    "text_too_long": 21617,
    "too_many_media": 21623,
    "bad_media_url": 21620,
    "no_sender": 21603,
    "bad_sender": 21212,
    "not_ours": 21606,
    "same_number": 21266,
    "unknown_campaign": 21701,
    "bad_schedule": 35114,
    "bad_amount": 21627,
    "bad_validity": 21624,
    "unknown_template": 21655,
    "stopped": 21610,
    "marketing_opt_out": 21610,
    "sender_not_taken": 21612,
    "no_template": 30007,
    "template_mismatch": 30007,
    "no_marketing_consent": 30007,
    "quiet_hours": 30610,
    "no_campaign": 30034,
    "not_waiting": 30409,
    "bad_url": 21609,
    "private_address": 21609,
}
"""What Twilio calls our refusals about a message."""

_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?|\.[0-9]{1,6}")
_DIRECTIONS = {
    "inbound": "inbound",
    "api": "outbound-api",
    "call": "outbound-call",
    "reply": "outbound-reply",
}
_UNBUILT = (
    "ShortenUrls: links go as they are written, so that nobody is followed by them; "
    "PersistentAction is of WhatsApp, which is not here; RiskCheck: no message is looked into for "
    "it; SendAsMms: what is long goes in segments, pictures by a link; FallbackFrom needs an RCS "
    "sender, which there is none"
)
_DISCARDS = {(True, True): "both", (True, False): "text", (False, True): "number"}


def shown(asked: Question, found: views.Message) -> dict[str, Any]:
    """Return a message in Twilio's shape."""
    here = f"/Messages/{found.sid}"
    sent = found.created if found.direction == "inbound" else found.sent
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "messaging_service_sid": found.campaign,
        "to": found.to or "",
        "from": found.sender or "",
        "body": found.body or "",
        "status": found.status,
        "direction": _DIRECTIONS[found.direction],
        "num_segments": str(found.segments),
        "num_media": str(found.media),
        "error_code": found.error,
        "error_message": sentence(found.error),
        "price": charged(found.price),
        "price_unit": unit(found.currency),
        "date_created": moment(found.created),
        "date_updated": moment(found.changed),
        "date_sent": moment(sent),
        "api_version": VERSION,
        "uri": asked.url(f"{here}.json"),
        "subresource_uris": {"media": asked.url(f"{here}/Media.json")},
    }


@DESK.operation("CreateMessage", missing=_UNBUILT, codes=CODES)
async def create(asked: Question) -> Answer:
    """Send ``Body`` and ``MediaUrl`` to ``To``, from ``From`` or a pool, now or at ``SendAt``."""
    to = asked.get("To")
    if to is None:
        raise Problem(21604, "A 'To' phone number is required", status=400)
    _check(asked)
    content = asked.get("ContentSid")
    media = [url for url in asked.params.get("MediaUrl", ()) if url]
    said = asked.said("Body")
    if content is None and not media and said is not None and is_blank(said):
        raise Problem(21602, "Message body is required", status=400)
    found: views.Message = await asked.run(
        "message.send",
        to=to,
        text="" if content is not None else said or "",
        template=content,
        values=None if content is None else _variables(asked),
        smart=asked.flag("SmartEncoded"),
        discard=_discards(asked),
        sender=asked.get("From"),
        campaign=asked.get("MessagingServiceSid"),
        media=media,
        at=_send_at(asked),
        valid_s=asked.whole("ValidityPeriod", 1, 36_000),
        callback=asked.get("StatusCallback") or await _callback_of(asked),
        max_price=asked.get("MaxPrice"),
    )
    return Answer(201, shown(asked, found))


def _check(asked: Question) -> None:
    """Raise `Problem` for what is said of something that is not here."""
    price = asked.get("MaxPrice")
    if price is not None and not _PRICE.fullmatch(price):
        raise Problem(21627, "MaxPrice is a number", status=400)
    if asked.get("FallbackFrom") is not None:
        if asked.get("From") is not None:
            raise Problem(21664, "FallbackFrom cannot be used with From", status=400)
        if asked.get("MessagingServiceSid") is None:
            raise Problem(21666, "FallbackFrom requires MessagingServiceSid", status=400)
        raise Problem(21667, "FallbackFrom requires an RCS sender in the service", status=400)


def _variables(asked: Question) -> list[str]:
    """Return what fills the gaps of a content, in order: ``{"1": ..., "2": ...}``."""
    text = asked.get("ContentVariables")
    if text is None:
        return []
    try:
        found = msgspec.json.decode(text, type=dict[str, str])
        return [found[str(place + 1)] for place in range(len(found))]
    except (msgspec.DecodeError, KeyError):
        raise Problem(21656, 'ContentVariables is an object: {"1": "..."}', status=400) from None


def _discards(asked: Question) -> str | None:
    """Return what is to go once a message was sent."""
    kept = []
    for name, word, code in (
        ("ContentRetention", "discard", 30029),
        ("AddressRetention", "obfuscate", 30030),
    ):
        value = asked.get(name) or "retain"
        if value not in {"retain", word}:
            raise Problem(code, f"{name} is retain or {word}", status=400)
        kept.append(value == word)
    return _DISCARDS.get((kept[0], kept[1]))


async def _callback_of(asked: Question) -> str | None:
    """Return whom the application of ``ApplicationSid`` has told of messages."""
    sid = asked.get("ApplicationSid")
    if sid is None:
        return None
    found: views_desk.Application = await asked.run("application.show", sid=sid)
    hook = found.hooks.get("message_status")
    return None if hook is None else hook.url


def _send_at(asked: Question) -> int | None:
    """Return when a message is to go. Raises `Problem` where only half of it is said."""
    kind, text = asked.get("ScheduleType"), asked.get("SendAt")
    if kind is None and text is None:
        return None
    if kind != "fixed":
        raise Problem(35126, "ScheduleType is fixed where SendAt is set", status=400)
    if text is None:
        raise Problem(35111, "SendAt is required for a scheduled message", status=400)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(35114, "SendAt is a time like 2030-01-31T09:30:00Z", status=400) from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


@DESK.operation("ListMessage")
async def list_(asked: Question) -> Answer:
    """Return messages, newest first: of ``To``, ``From``, ``DateSent``."""
    since, until = asked.span("DateSent")
    found: views.MessagePage = await asked.run(
        "message.list",
        limit=asked.page_size,
        before=asked.token("message"),
        to=asked.get("To"),
        sender=asked.get("From"),
        since=since,
        until=until,
    )
    return asked.listing("messages", [shown(asked, one) for one in found.messages], found.next)


@DESK.operation("FetchMessage")
async def fetch(asked: Question) -> Answer:
    """Return one message."""
    return Answer(200, shown(asked, await asked.run("message.show", sid=asked.path["Sid"])))


@DESK.operation("UpdateMessage", codes=CODES)
async def update(asked: Question) -> Answer:
    """Destroy what a message says (``Body`` empty), or call it back (``Status`` ``canceled``)."""
    sid = asked.path["Sid"]
    status, bodies = asked.get("Status"), asked.params.get("Body")
    if status not in {None, "canceled"}:
        raise Problem(20001, "Status is canceled", status=400)
    if bodies and bodies[-1]:
        raise Problem(20001, "Body can only be emptied", status=400)
    if status is not None:
        return Answer(200, shown(asked, await asked.run("message.cancel", sid=sid)))
    if bodies:
        return Answer(200, shown(asked, await asked.run("message.redact", sid=sid)))
    return Answer(200, shown(asked, await asked.run("message.show", sid=sid)))


@DESK.operation("DeleteMessage", codes=CODES)
async def delete(asked: Question) -> Answer:
    """Remove a message."""
    await asked.run("message.delete", sid=asked.path["Sid"])
    return Answer(204)


# --- pictures -------------------------------------------------------------------------------------


def medium(asked: Question, found: views.Picture) -> dict[str, Any]:
    """Return a picture in Twilio's shape; itself it is at ``uri`` without ``.json``."""
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "parent_sid": found.message,
        "content_type": found.media_type,
        "date_created": moment(found.created),
        "date_updated": moment(found.created),
        "uri": asked.url(f"/Messages/{found.message}/Media/{found.sid}.json"),
    }


@DESK.operation("ListMedia")
async def list_media(asked: Question) -> Answer:
    """Return the pictures of a message: of ``DateCreated``."""
    since, until = asked.span("DateCreated")
    found: list[views.Picture] = await asked.run("message.media", sid=asked.path["MessageSid"])
    rows = [
        medium(asked, one)
        for one in found
        if (since is None or one.created >= since) and (until is None or one.created < until)
    ]
    return asked.listing("media_list", rows, None)


@DESK.operation("FetchMedia")
async def fetch_media(asked: Question) -> Answer:
    """Return one picture."""
    path = asked.path
    found = await asked.run("message.media.show", sid=path["MessageSid"], medium=path["Sid"])
    return Answer(200, medium(asked, found))


@DESK.operation("DeleteMedia")
async def delete_media(asked: Question) -> Answer:
    """Destroy a picture."""
    path = asked.path
    await asked.run("message.media.delete", sid=path["MessageSid"], medium=path["Sid"])
    return Answer(204)


@DESK.operation("CreateMessageFeedback", codes=CODES)
async def feedback(asked: Question) -> Answer:
    """Write down whether a message had its effect: ``Outcome``."""
    sid, outcome = asked.path["MessageSid"], asked.get("Outcome") or "confirmed"
    found: views.Message = await asked.run("message.rate", sid=sid, outcome=outcome)
    return Answer(
        200,
        {
            "account_sid": asked.account,
            "message_sid": found.sid,
            "outcome": found.outcome,
            "date_created": moment(found.changed),
            "date_updated": moment(found.changed),
            "uri": asked.url(f"/Messages/{found.sid}/Feedback.json"),
        },
    )
