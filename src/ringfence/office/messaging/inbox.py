"""The inbox: what people wrote to our numbers and a person of ours is to read.

A message is unread from when it came until somebody reads, answers or marks it, or until a program
has answered it; STOP, START and HELP never are. Each message that is opened here leaves a leaf in
the audit log (`ringfence.storage.openings`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views_messages as views
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import NumberId
from ringfence.kernel.limits import INBOX_SEARCHED, PAGE_DEFAULT, PAGE_MAX
from ringfence.kernel.phone import Phone
from ringfence.messaging import message as life
from ringfence.messaging.keywords import folded
from ringfence.office.contacting import address_of
from ringfence.office.messaging.asking import Wanted, own_sender, prepare, receiver
from ringfence.office.messaging.showing import WHAT, WHY, message_id, message_view
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage import text_inbox
from ringfence.storage.texts import Text
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

READ = "user.content.private"
"""What these use cases open."""


@TABLE.use_case("inbox.list", actors=KNOWN, purpose=WHY, category=READ)
async def list_inbox(
    office: Office,
    *,
    unread: bool = False,
    number: str | None = None,
    sender: str | None = None,
    text: str | None = None,
    limit: int = int(PAGE_DEFAULT),
    before: str | None = None,
) -> views.MessagePage:
    """What came in, newest first: unread only, to a number of ours, from somebody.

    ``text``: words it says; the newest are opened and looked through, a bounded number at a time,
    and ``next`` goes on after the last one looked at.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    if before is not None:
        message_id(before)
    ours = None if number is None else _ours(office, number)
    party = None
    if sender is not None:
        party = office.store.party_room.find(address_of(office, sender))
        if party is None:
            return views.MessagePage(messages=[])
    wanted = folded(text or "")
    count = int(INBOX_SEARCHED) if wanted else limit + 1
    found = text_inbox.page(
        office.store.db.reading, office.account.id, count=count, before=before, unread=unread,
        number=ours, party=party,
    )  # fmt: skip
    if not wanted:
        shown = [message_view(office, one) for one in found[:limit]]
        return views.MessagePage(messages=shown, next=shown[-1].sid if len(found) > limit else None)
    return _searched(office, found, wanted, limit)


def _searched(office: Office, found: list[Text], wanted: str, limit: int) -> views.MessagePage:
    shown: list[views.Message] = []
    for one in found:
        view = message_view(office, one)
        if wanted in folded(view.body or ""):
            shown.append(view)
        if len(shown) == limit:
            return views.MessagePage(messages=shown, next=one.id)
    more = len(found) == INBOX_SEARCHED
    return views.MessagePage(messages=shown, next=found[-1].id if more else None)


def _ours(office: Office, number: str) -> NumberId:
    found = office.directory.number(Phone.parse(number, region=office.region).e164)
    if found is None:
        raise Refused("not_ours", "that is none of our numbers")
    return found.id


@TABLE.use_case("inbox.count", actors=KNOWN, purpose=WHY, category=WHAT)
async def count_unread(office: Office) -> views.InboxCount:
    """How many messages nobody has read, by number of ours."""
    found = text_inbox.unread(office.store.db.reading, office.account.id)
    numbers = []
    for identifier, count in found.items():
        number = office.number_by_id(identifier)
        e164 = None if number is None else number.phone.e164
        numbers.append(views.InboxNumber(number=e164, unread=count))
    return views.InboxCount(unread=sum(found.values()), numbers=numbers)


@TABLE.use_case("inbox.read", actors=KNOWN, purpose=WHY, category=READ)
async def read_message(office: Office, *, sid: str) -> views.Message:
    """One message that came in; from now on it has been read."""
    return await _marked(office, _came_in(office, sid), unread=False)


@TABLE.use_case("inbox.mark", actors=KNOWN, purpose=WHY, category=READ)
async def mark_message(office: Office, *, sid: str, unread: bool = False) -> views.Message:
    """Mark a message as read, or as unread again."""
    return await _marked(office, _came_in(office, sid), unread=unread)


@TABLE.use_case("inbox.reply", actors=KNOWN, purpose=WHY, category=READ, also=("operate",))
async def reply(
    office: Office, *, sid: str, text: str = "", media: list[str] | None = None
) -> views.Message:
    """Answer whoever wrote a message, from the number they wrote to; it has been read then."""
    came = _came_in(office, sid)
    person, own = _both(office, came)
    wanted = Wanted(
        to=receiver(office, person),
        sender=own_sender(office, own),
        text=text,
        media=tuple(media or ()),
        direction="reply",
    )
    ready = prepare(office, wanted)
    texts = office.store.rooms.texts
    seen = life.MessageSeen(at=office.clock.now(), message=came.id)

    def write(tx: Transaction) -> None:
        texts.add(tx, ready.new)
        if came.unread:
            texts.happen(tx, seen)

    await office.write(write)
    office.post.at_hand(ready.id, wanted.to, ready.own, wanted.text)
    office.post.wake()
    kept = texts.get(office.store.db.reading, ready.id)
    return message_view(office, kept, (wanted.to.e164, ready.own, wanted.text))


def _both(office: Office, came: Text) -> tuple[str, str]:
    """Return who wrote a message and to which number of ours."""
    shown = message_view(office, came)
    if shown.sender is None or shown.to is None:
        raise Refused("erased", "whoever wrote it was erased")
    return shown.sender, shown.to


def _came_in(office: Office, sid: str) -> Text:
    found = office.store.rooms.texts.get(office.store.db.reading, message_id(sid))
    if found.direction != "inbound":
        raise Refused("not_found", "that message did not come in")
    return found


async def _marked(office: Office, text: Text, *, unread: bool) -> views.Message:
    texts = office.store.rooms.texts
    fact = life.MessageSeen(at=office.clock.now(), message=text.id, unread=unread)
    if bool(text.unread) != unread:
        await office.write(lambda tx: texts.happen(tx, fact))
    return message_view(office, texts.get(office.store.db.reading, text.id))
