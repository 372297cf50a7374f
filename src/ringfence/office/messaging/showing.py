"""Text messages are listed, shown, called back, redacted, deleted and rated."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

import msgspec

from ringfence.api import views_messages as views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import MessageId, PartyId, is_id
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX
from ringfence.messaging import message as life
from ringfence.messaging.message import AT_REST, WAITING, MessageFact
from ringfence.office.billing import amount_of, priced, unit_of
from ringfence.office.contacting import address_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.purposes import current, purpose
from ringfence.storage.texts import Medium, Text
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

WHY = "carry_message"
WHAT = "user.telephony.message"

UNKNOWN_TYPE = "application/octet-stream"
"""Of a picture that was not fetched."""


def message_id(sid: str) -> MessageId:
    """Return a message's id. Raises `Refused` (``not_found``)."""
    if not is_id(sid, "message"):
        raise Refused("not_found", "a message's SID is SM and 32 hexadecimal digits")
    return MessageId(sid)


@TABLE.use_case("message.list", actors=KNOWN, purpose=WHY, category=WHAT)
async def list_messages(
    office: Office,
    *,
    limit: int = int(PAGE_DEFAULT),
    before: str | None = None,
    to: str | None = None,
    sender: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> views.MessagePage:
    """Messages, newest first: to and from whom, and from when until when they were sent."""
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    found = _page(office, limit + 1, before, to, sender, since, until)
    rows = found[:limit]
    return views.MessagePage(
        messages=message_views(office, rows),
        next=rows[-1].id if len(found) > limit else None,
    )


def _page(
    office: Office, count: int, before: str | None, to: str | None, sender: str | None,
    since: int | None, until: int | None,
) -> list[Text]:  # fmt: skip
    """Return what came in and what went out, newest first.

    Of a message that came in, ours is whom it went to; of one that went out, whom it came from.
    """
    if before is not None:
        message_id(before)
    texts, reading = office.store.rooms.texts, office.store.db.reading
    found: list[Text] = []
    for inbound, ours, person in ((True, to, sender), (False, sender, to)):
        party = None if person is None else _party(office, person)
        if (ours is not None and not _is_ours(office, ours)) or (person is not None and not party):
            continue
        found += texts.page(
            reading,
            count=count,
            before=before,
            party=party,
            own=ours,
            inbound=inbound if to or sender else None,
            since=None if since is None else Ms(since),
            until=None if until is None else Ms(until),
        )
        if not to and not sender:
            break  # both at once
    return sorted(found, key=lambda text: text.id, reverse=True)[:count]


def _party(office: Office, person: str) -> PartyId | None:
    try:
        return office.store.party_room.find(address_of(office, person))
    except Refused:
        return None


def _is_ours(office: Office, text: str) -> bool:
    return text in office.directory.numbers or office.text_senders.owns(text)


@TABLE.use_case("message.show", actors=KNOWN, purpose=WHY, category=WHAT)
async def show_message(office: Office, *, sid: str) -> views.Message:
    """One message."""
    return message_view(office, _find(office, sid))


@TABLE.use_case("message.story", actors=KNOWN, purpose=WHY, category=WHAT)
async def show_story(office: Office, *, sid: str) -> views.Story:
    """One message and everything that happened to it."""
    text = _find(office, sid)
    story = office.store.rooms.texts.story(office.store.db.reading, text.id)
    return views.Story(
        message=message_view(office, text),
        facts=[views.MessageFact(at=at, name=name, facts=_clear(body)) for at, name, body in story],
    )


def _clear(body: str) -> dict[str, str | int | bool | None]:
    facts = msgspec.json.decode(body, type=dict[str, str | int | bool | None])
    return {name: value for name, value in facts.items() if name != "party"}


@TABLE.use_case("message.cancel", actors=KNOWN, purpose=WHY, category=WHAT)
async def cancel_message(office: Office, *, sid: str) -> views.Message:
    """Call a message back that waits. Refused (``not_waiting``) where a carrier has it."""
    text = _find(office, sid)
    if text.state not in WAITING:
        raise Refused("not_waiting", "only a message that waits can be called back")
    fact = life.MessageCanceled(at=office.clock.now(), message=text.id)
    return await _happen(office, fact, "not_waiting", "a carrier was asked to take it meanwhile")


@TABLE.use_case("message.redact", actors=KNOWN, purpose=WHY, category=WHAT)
async def redact_message(office: Office, *, sid: str) -> views.Message:
    """Destroy what a message says; that it was sent remains."""
    text = _find(office, sid)
    if text.state not in AT_REST:
        raise Refused("in_progress", "the message is on its way; redact it afterwards")
    fact = life.MessageRedacted(at=office.clock.now(), message=text.id)
    return await _happen(office, fact, "in_progress", "the message is on its way")


@TABLE.use_case("message.delete", actors=KNOWN, purpose=WHY, category=WHAT)
async def delete_message(office: Office, *, sid: str) -> None:
    """Remove a message with everything of it; the audit log says that it was removed."""
    text = _find(office, sid)
    if text.state not in AT_REST:
        raise Refused("in_progress", "the message is on its way; cancel it first")

    def drop(tx: Transaction) -> None:
        office.store.rooms.texts.drop(tx, text.id)
        office.store.store.trail.note(
            tx,
            "message_deleted",
            at=office.clock.now(),
            party=text.party,
            body={"message": text.id},
        )

    await office.write(drop)


@TABLE.use_case("message.rate", actors=KNOWN, purpose=WHY, category=WHAT)
async def rate_message(office: Office, *, sid: str, outcome: str = "confirmed") -> views.Message:
    """Write down whether a message had its effect: ``confirmed`` or ``unconfirmed``."""
    if outcome not in {"confirmed", "unconfirmed"}:
        raise Refused("bad_argument", "an outcome is confirmed or unconfirmed")
    text = _find(office, sid)
    fact = life.MessageRated(at=office.clock.now(), message=text.id, outcome=outcome)
    return await _happen(office, fact, "not_sent", "only a message that was sent is rated")


# --- pictures -------------------------------------------------------------------------------------


@TABLE.use_case("message.media", actors=KNOWN, purpose=WHY, category="user.content.private")
async def list_media(office: Office, *, sid: str) -> list[views.Picture]:
    """The pictures of a message, and where they came from."""
    text = _find(office, sid)
    found = office.store.rooms.texts.media(office.store.db.reading, text.id)
    return [_picture(office, medium) for medium in found]


@TABLE.use_case("message.media.show", actors=KNOWN, purpose=WHY, category="user.content.private")
async def show_medium(office: Office, *, sid: str, medium: str) -> views.Picture:
    """One picture of a message."""
    text = _find(office, sid)
    found = office.store.rooms.texts.medium(office.store.db.reading, text.id, medium)
    return _picture(office, found)


@TABLE.use_case("message.media.delete", actors=KNOWN, purpose=WHY, category="user.content.private")
async def delete_medium(office: Office, *, sid: str, medium: str) -> None:
    """Destroy a picture; the links to it die."""
    text = _find(office, sid)
    found = office.store.rooms.texts.medium(office.store.db.reading, text.id, medium)
    await office.write(lambda tx: office.store.rooms.texts.drop_medium(tx, found))


def _picture(office: Office, medium: Medium) -> views.Picture:
    return views.Picture(
        sid=medium.id,
        message=medium.text,
        created=medium.made_at,
        media_type=medium.media_type or UNKNOWN_TYPE,
        size=medium.size,
        url=office.store.rooms.texts.link(medium),
    )


# --- what they have in common ---------------------------------------------------------------------


async def _happen(office: Office, fact: MessageFact, code: str, says: str) -> views.Message:
    texts = office.store.rooms.texts

    def write(tx: Transaction) -> None:
        if texts.happen(tx, fact) is None:
            raise Refused(code, says)
        office.post.keep_callback(tx, fact)

    await office.write(write)
    return message_view(office, texts.get(office.store.db.reading, fact.message))


def _find(office: Office, sid: str) -> Text:
    return office.store.rooms.texts.get(office.store.db.reading, message_id(sid))


Said = tuple[str | None, str, str | None]
"""The person's number, our number or word, what it says."""


def message_views(office: Office, found: Sequence[Text]) -> list[views.Message]:
    """Return messages as whoever asks may see them; their people are opened together, as a page."""
    texts = office.store.rooms.texts
    with nullcontext() if current() == WHY else purpose(WHY):
        people = {text.party for text in found}
        shown = office.read(lambda queries: office.store.parties.addresses(queries, people))
        return [
            message_view(
                office, text, (shown.get(text.party), texts.own(text), _body(office, text))
            )
            for text in found
        ]


def message_view(office: Office, text: Text, said: Said | None = None) -> views.Message:
    """Return a message as whoever asks may see it.

    ``said``: what they have just said themselves, so that nothing has to be opened for them.
    """
    texts = office.store.rooms.texts
    with nullcontext() if current() == WHY else purpose(WHY):
        person, withheld = (
            _address(office, text) if said is None or said[0] is None else (said[0], None)
        )
        own, body = (texts.own(text), _body(office, text)) if said is None else said[1:]
    if text.discard in {"number", "both"} and text.state in AT_REST and person is not None:
        person = person[:-4] + "XXXX"
    inbound = text.direction == "inbound"
    cost = priced(office, [text.id], texts=True).get(text.id)
    return views.Message(
        sid=text.id,
        direction=text.direction,
        status=text.state,
        about=text.about,
        to=own if inbound else person,
        sender=person if inbound else own,
        withheld=withheld,
        body=body,
        segments=text.segments,
        media=text.media,
        created=text.created_at,
        changed=text.changed_at,
        sent=text.sent_at,
        due=text.due_at if text.state in WAITING else None,
        expires=text.expires_at,
        attempts=text.attempts,
        carrier=text.carrier,
        campaign=text.campaign,
        template=text.template,
        cause=text.cause,
        error=text.error,
        outcome=text.outcome,
        unread=bool(text.unread),
        price=amount_of(cost),
        currency=unit_of(cost),
    )


def _body(office: Office, text: Text) -> str | None:
    """Return what it says; None where that is gone, or whoever asks may not be shown it now."""
    try:
        return office.store.rooms.texts.body(text)
    except Refused:
        return None


def _address(office: Office, text: Text) -> tuple[str | None, str | None]:
    """Return whose message it is, or why that is not said."""
    try:
        return office.read(lambda queries: office.store.parties.address(queries, text.party)), None
    except Refused as refused:
        # a party whose row went with an erasure is nobody any more
        return None, "erased" if refused.code == "not_found" else refused.code
