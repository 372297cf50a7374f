"""A text message is asked for: checked, judged by the rules, kept, and then it is our debt.

What is acknowledged here is durable: it goes out though the process is killed the moment after. The
rules are asked once more when its turn comes (`ringfence.office.messaging.dispatch`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast, get_args
from urllib.parse import urlsplit

from ringfence.api import views_messages as views
from ringfence.billing.tariffs import micros_of
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import MessageId, NumberId, PartyId
from ringfence.kernel.limits import (
    TEXT_AHEAD_MAX_S,
    TEXT_AHEAD_MIN_S,
    TEXT_CHARS_MAX,
    TEXT_LINK_CHARS,
    TEXT_MEDIA_MAX,
    TEXT_VALID_S,
)
from ringfence.kernel.phone import Phone
from ringfence.kernel.text import is_blank
from ringfence.messaging import message as life
from ringfence.messaging import segments
from ringfence.messaging.errors import TOO_DEAR
from ringfence.messaging.message import About, Direction
from ringfence.messaging.rules import Case, Verdict, decide, load
from ringfence.messaging.senders import kind_of_own, sender, text_of
from ringfence.office.billing import ledger_of, require_credit
from ringfence.office.contacting import about_of, check_restricted
from ringfence.office.messaging.senders import pick
from ringfence.office.messaging.showing import WHAT, WHY, message_view
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.recording_law.places import place_of
from ringfence.storage.text_senders import Campaign, TextTemplate
from ringfence.storage.texts import Discard, NewText
from ringfence.storage.unit_of_work import Queries, Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

PRIORITY = {"high": 0, "normal": 1, "low": 2}
"""How a request names the urgency of a message."""

_SAYS = {
    "stopped": "they sent STOP: nothing goes to them until they send START",
    "sender_not_taken": "networks there do not take messages from a sender of that kind",
    "no_template": "no registered template fits: ringfence sms template add",
    "no_campaign": "the sender is in no registered campaign: ringfence sms campaign add",
    "marketing_opt_out": "they do not want offers",
    "no_marketing_consent": "they have not agreed to offers by message",
    "quiet_hours": "where they live nobody may be sent offers at this hour",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A message somebody wants sent. ``sender`` None: chosen from the campaign."""

    to: Phone
    sender: Phone | str | None
    text: str = field(repr=False)
    media: Sequence[str] = field(default=(), repr=False)
    campaign: Campaign | None = None
    template: str | None = None
    discard: Discard | None = None
    about: About = "service"
    customer: bool = False
    priority: int = 1
    at: Ms | None = None
    valid_s: int = int(TEXT_VALID_S)
    callback: str | None = field(default=None, repr=False)
    direction: Direction = "api"
    owed: bool = False
    """A law asks for it: it goes whether or not there is credit."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may be kept."""

    id: MessageId
    party: PartyId
    own: str = field(repr=False)
    new: NewText
    template: TextTemplate | None


@TABLE.use_case("message.send", actors=KNOWN, purpose=WHY, category=WHAT, also=("operate",))
async def send_message(
    office: Office,
    *,
    to: str,
    text: str = "",
    sender: str | None = None,
    campaign: str | None = None,
    media: list[str] | None = None,
    template: str | None = None,
    values: list[str] | None = None,
    smart: bool = False,
    discard: str | None = None,
    about: str = "service",
    customer: bool = False,
    priority: str = "normal",
    at: int | None = None,
    valid_s: int | None = None,
    callback: str | None = None,
    max_price: str | None = None,
) -> views.Message:
    """Ask for a text message; it is durable when this returns, and sent after.

    ``sender``: a number of ours, or a word or short code of a campaign or template. ``at``: when
    (epoch milliseconds), for a message that is to go later. ``about``: ``marketing`` needs their
    consent, or that they are a ``customer``, and the hours of their own clock. ``values``: fill the
    gaps of ``template``. ``smart``: curly quotes and the like become plain ones where that saves
    parts. ``discard``: what goes once it was sent: ``text``, ``number``, ``both``. ``max_price``:
    it fails at once (30010) where it would cost more; without a tariff nothing costs.
    """
    dearest = None if max_price is None else micros_of(max_price)
    if values is not None:
        if template is None or text:
            raise Refused("bad_argument", "values fill the gaps of a template, instead of a text")
        text = office.text_senders.filled(template, values)
    wanted = Wanted(
        to=receiver(office, to),
        sender=None if sender is None else own_sender(office, sender),
        text=segments.plain(text) if smart else text,
        media=tuple(media or ()),
        discard=_discard(discard),
        campaign=None if campaign is None else office.text_senders.campaign(campaign),
        template=template,
        about=about_of(about),
        customer=customer,
        priority=_priority(priority),
        at=None if at is None else _hour(office, at),
        valid_s=_valid(valid_s),
        callback=callback,
    )
    ready = prepare(office, wanted)
    dear = _too_dear(office, ready, wanted, dearest)

    def write(tx: Transaction) -> None:
        office.store.rooms.texts.add(tx, ready.new)
        if dear is not None and office.store.rooms.texts.happen(tx, dear) is not None:
            office.post.keep_callback(tx, dear)

    await office.write(write)
    office.post.at_hand(ready.id, wanted.to, ready.own, wanted.text)
    office.post.wake()
    kept = office.store.rooms.texts.get(office.store.db.reading, ready.id)
    return message_view(office, kept, (wanted.to.e164, ready.own, wanted.text))


def _too_dear(
    office: Office, ready: Ready, wanted: Wanted, most: int | None
) -> life.MessageFailed | None:
    """Return the end of a message that costs more than it may, as it is asked for now."""
    now, segments_ = office.clock.now(), ready.new.begun.segments
    found = ledger_of(office).text_price(
        office.account.id, inbound=False, address=wanted.to.e164, segments=segments_, at=now
    )
    if most is None or found is None or found[1] <= most:
        return None
    return life.MessageFailed(at=now, message=ready.id, cause="max_price", code=TOO_DEAR)


def prepare(office: Office, wanted: Wanted) -> Ready:
    """Return a message ready to be kept. Raises `Refused` with the rule behind it."""
    check_content(office, wanted)
    if wanted.about != "keyword" and not wanted.owed:
        require_credit(office)
    party = office.store.party_room.resolve(wanted.to, office.clock.now())
    chosen = wanted.sender
    if chosen is None:
        if wanted.campaign is None:
            raise Refused("no_sender", "say from which number or campaign")
        chosen = sender(pick(wanted.campaign, party))
    own = text_of(chosen)
    if wanted.to.e164 == own:
        raise Refused("same_number", "a number cannot send to itself")
    place = place_of(wanted.to)
    template = office.text_senders.template(own, place, wanted.text, wanted.template)
    about: About = wanted.about
    if template is not None and template.use == "promotional":
        about = "marketing"
    now = office.clock.now()
    verdict = judge(
        office, office.store.db.reading, wanted.to, own, about=about, at=wanted.at or now,
        place=place, customer=wanted.customer, party=party,
        template=template is not None and bool(template.country),
    )  # fmt: skip
    refuse(verdict)
    if not wanted.owed:
        check_restricted(office, party)
    identifier = MessageId(ids.make("message", now, office.entropy))
    if wanted.owed:
        office.post.owed.add(identifier)
    registered = wanted.campaign or office.text_senders.campaign_of(own)
    entry = office.directory.numbers.get(own)
    begun = _begun(wanted, identifier, party, None if entry is None else entry.id, about, now,
                   office.account.id)  # fmt: skip
    new = NewText(
        begun=begun,
        own=own,
        body=wanted.text,
        media=wanted.media,
        callback=wanted.callback,
        campaign=None if registered is None else registered.id,
        template=None if template is None else template.id,
        priority=wanted.priority,
        due_at=wanted.at or now,
        expires_at=Ms((wanted.at or now) + wanted.valid_s * 1000),
        discard=wanted.discard,
    )
    return Ready(identifier, party, own, new, template)


def _begun(
    wanted: Wanted, message: MessageId, party: PartyId, number: NumberId | None, about: About,
    now: Ms, account: object,
) -> life.MessageAccepted | life.MessageScheduled | life.MessageAsked:  # fmt: skip
    fields = {
        "at": now, "message": message, "account": account, "party": party, "number": number,
        "direction": wanted.direction, "about": about,
        "segments": segments.count(wanted.text, smart=True) if wanted.text else 1,
    }  # fmt: skip
    if wanted.at is not None:
        return life.MessageScheduled(due_at=wanted.at, **fields)  # type: ignore[arg-type]
    if wanted.campaign is not None:
        return life.MessageAccepted(**fields)  # type: ignore[arg-type]
    return life.MessageAsked(**fields)  # type: ignore[arg-type]


def judge(
    office: Office,
    queries: Queries,
    to: Phone,
    own: str,
    *,
    about: About,
    at: Ms,
    place: str,
    customer: bool = False,
    template: bool = False,
    party: PartyId | None = None,
) -> Verdict:
    """Return what the rules say to a message. ``place``: where ``to`` lives."""
    consents = office.store.rooms.consents
    marketing = about == "marketing"
    known = marketing and party is not None
    return decide(
        Case(
            place=place,
            at=at,
            sender=kind_of_own(own),
            about=about,
            stopped=consents.suppressed(queries, to, "texts"),
            opted_out=marketing and consents.suppressed(queries, to, "marketing"),
            consent=consents.holds(queries, party, "market", "message")
            if known and party is not None else "unknown",
            customer=customer,
            template=template,
            campaign=office.text_senders.campaign_of(own) is not None,
        ),
        load(),
    )  # fmt: skip


def refuse(verdict: Verdict) -> None:
    """Raise `Refused` where the rules forbid a message, with the rule as its clause."""
    if not verdict.allowed:
        raise Refused(
            verdict.refusal, f"{_SAYS[verdict.refusal]} ({verdict.rule})", clause=verdict.rule
        )


# --- what is asked for ----------------------------------------------------------------------------


def receiver(office: Office, text: str) -> Phone:
    """Return whom a message goes to. Raises `Refused` (``invalid_number``)."""
    found = Phone.to_reach(text, region=office.region)
    if not found.e164.startswith("+"):
        raise Refused("invalid_number", "write the number as + and digits, e.g. +12025550123")
    return found


def own_sender(office: Office, text: str) -> Phone | str:
    """Return a sender that is ours. Raises `Refused`: ``bad_sender``, ``not_ours``."""
    ours = office.directory.numbers.get(text)
    if ours is not None:
        return ours.phone
    found = sender(text, region=office.region)
    own = text_of(found)
    if own not in office.directory.numbers and not office.text_senders.owns(own):
        raise Refused("not_ours", "messages go out from numbers and words of this installation")
    return found


def check_content(office: Office, wanted: Wanted) -> None:
    """Raise `Refused` where there is nothing to say, too much of it, or no way to tell."""
    if is_blank(wanted.text) and not wanted.media:
        raise Refused("no_content", "a message says something, or shows a picture")
    if len(wanted.text) > TEXT_CHARS_MAX:
        raise Refused("text_too_long", f"a message has {TEXT_CHARS_MAX} characters at most")
    if len(wanted.media) > TEXT_MEDIA_MAX:
        raise Refused("too_many_media", f"a message has {TEXT_MEDIA_MAX} links at most")
    for link in wanted.media:
        parts = urlsplit(link)
        if parts.scheme not in {"http", "https"} or not parts.netloc or len(link) > TEXT_LINK_CHARS:
            raise Refused("bad_media_url", "a picture is given by an http or https URL")
        try:
            office.check_url(link)
        except Refused as refused:
            raise Refused("bad_media_url", refused.reason) from None
    if wanted.callback is not None:
        office.check_url(wanted.callback)


def _priority(word: str) -> int:
    found = PRIORITY.get(word)
    if found is None:
        raise Refused("bad_argument", f"a priority is one of: {', '.join(PRIORITY)}")
    return found


def _discard(word: str | None) -> Discard | None:
    if word is None or word in get_args(Discard):
        return cast("Discard | None", word)
    raise Refused("bad_argument", f"what is discarded is one of: {', '.join(get_args(Discard))}")


def _hour(office: Office, at: int) -> Ms:
    ahead = at - office.clock.now()
    if not TEXT_AHEAD_MIN_S * 1000 <= ahead <= TEXT_AHEAD_MAX_S * 1000:
        raise Refused("bad_schedule", "a message is scheduled five minutes to 35 days ahead")
    return Ms(at)


def _valid(seconds: int | None) -> int:
    if seconds is None:
        return int(TEXT_VALID_S)
    if not 1 <= seconds <= TEXT_VALID_S:
        raise Refused("bad_validity", f"a message is tried for 1 to {TEXT_VALID_S} seconds")
    return seconds


def add_all(office: Office, tx: Transaction, ready: Sequence[Ready]) -> None:
    """Keep several messages in one transaction."""
    for one in ready:
        office.store.rooms.texts.add(tx, one.new)
