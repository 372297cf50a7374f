"""Webhooks: servers of the account's that are told, as JSON, what happens to text messages.

::

    {"type": "message.received", "at": 1700000000000, "account": "AC…",
     "message": {"sid": "SM…", "direction": "inbound", "status": "received", "body": "…",
                 "from": "+12025550123", "to": "+12025550100", "segments": 1, "media": 0}}

What is told is kept in the transaction of the fact itself, sealed under the key of the person it is
about, signed by its digest, tried for a day and replayed like every callback
(`ringfence.office.deliveries`); what is about one message is told to one server in its order. Only
a message that came in is told with its text: who sent one knows what it said.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from ringfence.accounts.resources import Webhook
from ringfence.api import views_webhooks as views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import WEBHOOKS_MAX
from ringfence.markup.exchange import Callback
from ringfence.messaging import message as life
from ringfence.messaging.message import MessageFact
from ringfence.office import shelf
from ringfence.office.deliveries import told
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.processors import Terms, released
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.resources import Kept
from ringfence.storage.texts import Text
from ringfence.storage.unit_of_work import Queries, Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

EVENTS: Final[Mapping[type[MessageFact], str]] = MappingProxyType(
    {
        life.MessageArrived: "message.received",
        life.MessageSent: "message.sent",
        life.MessageDelivered: "message.delivered",
        life.MessageUndelivered: "message.undelivered",
        life.MessageFailed: "message.failed",
        life.MessageCanceled: "message.canceled",
        life.MessageRead: "message.read",
    }
)
"""Facts that are told, and as what."""

_INSTRUCTED = Terms.of("", (), ())
_WIRE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MessageSid": "sid",
        "Direction": "direction",
        "MessageStatus": "status",
        "From": "from",
        "To": "to",
        "Body": "body",
        "NumSegments": "segments",
        "NumMedia": "media",
        "MessagingServiceSid": "campaign",
        "ErrorCode": "error",
    }
)
"""Fields by the name under which they may leave (`ringfence.privacy.processors`), and as what."""

_SET_UP = "system.configuration"
_encode = msgspec.json.Encoder().encode


# --- telling --------------------------------------------------------------------------------------


def anywhere(house: Office, fact: MessageFact) -> bool:
    """Whether any account has a server that is told of such a fact. From any thread."""
    return type(fact) in EVENTS and any(one.shelf.all(Webhook) for one in house.everybody)


def tell(office: Office, tx: Transaction, fact: MessageFact) -> None:
    """Keep what every server of an account is told of a fact, in the transaction of that fact."""
    event = EVENTS.get(type(fact))
    servers = [] if event is None else office.shelf.all(Webhook)
    urls = {kept.body.url for kept in servers if event in kept.body.events}
    if event is None or not urls:
        return
    try:
        with exchange_itself(), purpose("carry_message"):
            text = office.store.rooms.texts.get(tx, fact.message)
            body = _said(office, tx, text, event, fact.at)
    except Refused:
        return  # deleted, or erased: there is nobody to tell of
    for url in sorted(urls):
        callback = Callback(
            url=url, body=body, kind="event", event=event, subject=text.id, party=text.party
        )
        office.postbox.add(tx, told(None, callback), office.clock.now())


def _said(office: Office, queries: Queries, text: Text, event: str, at: Ms) -> bytes:
    texts = office.store.rooms.texts
    person, own = office.store.parties.address(queries, text.party), texts.own(text)
    inbound = text.direction == "inbound"
    fields: list[tuple[str, str | int | None]] = [
        ("MessageSid", text.id),
        ("Direction", text.direction),
        ("MessageStatus", text.state),
        ("From", person if inbound else own),
        ("To", own if inbound else person),
        ("NumSegments", text.segments),
        ("NumMedia", text.media),
    ]
    if event == "message.received":
        fields.append(("Body", texts.body(text) or ""))
    if text.campaign is not None:
        fields.append(("MessagingServiceSid", text.campaign))
    if text.error is not None:
        fields.append(("ErrorCode", text.error))
    allowed = released(
        "account_server", fields, purpose="carry_message", terms=_INSTRUCTED,
        now=office.clock.now(),
    )  # fmt: skip
    message = {_WIRE[name]: value for name, value in allowed}
    return _encode({"type": event, "at": at, "account": office.account.id, "message": message})


# --- setting up -----------------------------------------------------------------------------------


def _view(kept: Kept[Webhook]) -> views.Webhook:
    body = kept.body
    return views.Webhook(
        sid=kept.id, url=body.url, events=list(body.events), created=kept.created_at
    )


@TABLE.use_case("webhook.add", actors=KNOWN, purpose="operate", category=_SET_UP)
async def add(office: Office, *, url: str, events: list[str] | None = None) -> views.Webhook:
    """Have a server told of events, by name; without ``events`` of all there are."""
    known = tuple(EVENTS.values())
    if events is not None and (not events or any(name not in known for name in events)):
        raise Refused("bad_argument", f"an event is one of: {', '.join(known)}")
    office.check_url(url)
    if len(office.shelf.all(Webhook)) >= WEBHOOKS_MAX:
        raise Refused("too_many", f"an account has {WEBHOOKS_MAX} webhooks at most")
    chosen = tuple(name for name in known if events is None or name in events)
    return _view(await shelf.keep(office, Webhook(url=url, events=chosen), once=url))


@TABLE.use_case("webhook.list", actors=KNOWN, purpose="operate", category=_SET_UP)
async def list_(office: Office) -> list[views.Webhook]:
    """Every server that is told of events, the oldest first."""
    return [_view(kept) for kept in office.shelf.all(Webhook)]


@TABLE.use_case("webhook.show", actors=KNOWN, purpose="operate", category=_SET_UP)
async def show(office: Office, *, sid: str) -> views.Webhook:
    """One of them."""
    return _view(office.shelf.find(Webhook, sid))


@TABLE.use_case("webhook.remove", actors=KNOWN, purpose="operate", category=_SET_UP)
async def remove(office: Office, *, sid: str) -> None:
    """Tell it nothing more; what waits already is told."""
    await shelf.drop(office, office.shelf.find(Webhook, sid))
