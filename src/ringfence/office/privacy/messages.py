"""Messages: asked for with a reason, sent by a job, stopped by one click or one word.

The permission is looked for twice: when a message is asked for, and again when its job runs, so
that a refusal given meanwhile counts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from ringfence.api import views_policy as views
from ringfence.jobs.handlers import mail as jobs
from ringfence.jobs.queue import Job
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import MessageId, PartyId
from ringfence.kernel.limits import MESSAGE_REASON_MAX, PAGE_DEFAULT, PAGE_MAX
from ringfence.messaging import unsubscribe
from ringfence.messaging.mail import Envelope, check_address, compose
from ringfence.messaging.permission import Ground, Subscription, permit
from ringfence.messaging.stop import is_stop
from ringfence.messaging.templates import TEMPLATES, letter
from ringfence.office.privacy.notice import services_off, terms
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.privacy.processors import release
from ringfence.privacy.purposes import purpose
from ringfence.privacy.services import require_active
from ringfence.storage.messages import Message
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

Send = Callable[[str, bytes], Awaitable[None]]
"""Hands a message for an address to the relay; see `ringfence.mail.smtp.Relay.deliver`."""

_GROUNDS: tuple[Ground, ...] = ("consent", "soft_opt_in")


class _Mail(msgspec.Struct, frozen=True, array_like=True):
    to: str
    subject: str
    body: str
    list: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Mail).decode


# --- asking ---------------------------------------------------------------------------------------


def ask(
    tx: Transaction,
    office: Office,
    template: str,
    to: str,
    fields: Mapping[str, str],
    *,
    reason: str,
    product: str = "",
    policy: int | None = None,
    party: PartyId | None = None,
) -> Message:
    """Ask for a message in this transaction; of one reason there is one message.

    ``policy``: the version of the notice it tells of. ``party``: whose words are in it, by
    default nobody's but the account's. It is sealed under that key until it is sent or given up;
    an erasure of whom it is to takes it too (``storage.erasure_rows``). Raises `Refused`: those of
    `letter`, `permit` and `check_address`, ``service_off`` and ``already_sent``.
    """
    if not reason or len(reason) > MESSAGE_REASON_MAX or not reason.isprintable():
        raise Refused("bad_argument", "a reason is one short line of words and ids")
    filled = letter(template, fields)
    wanted = TEMPLATES[template]
    require_active("market" if wanted.kind == "marketing" else "notify", services_off(office))
    address = check_address(to)
    store = office.store.rooms.messages
    lookup = store.lookup(address)
    permission = permit(
        wanted,
        suppressed=store.is_suppressed(tx, lookup),
        subscriptions=store.subscriptions(tx, lookup),
        product=product,
    )
    now = office.clock.now()
    message = Message(
        MessageId(ids.make("message", now, office.entropy)),
        template,
        wanted.kind,
        "email",
        permission.ground,
        permission.evidence,
        reason,
        "queued",
        None,
        now,
        None,
    )
    if not store.add(tx, message, lookup):
        raise Refused("already_sent", "that reason has led to a message already")
    secret = _encode(_Mail(address, filled.subject, filled.body, wanted.list))
    job = jobs.mail_job(
        message=message.id, account=office.account.id, secret=secret, policy=policy,
        party=party,
    )  # fmt: skip
    office.store.outbox.add(tx, job, now=now)
    return message


def drop(tx: Transaction, office: Office, *, reason: str) -> None:
    """Take back a message that is not sent yet: its job finds nothing to do."""
    office.store.rooms.messages.drop(tx, reason)


# --- sending --------------------------------------------------------------------------------------


async def deliver(office: Office, send: Send, job: Job, now: Ms, *, last: bool) -> None:
    """Send the message of a job, unless it was sent, dropped or declined meanwhile.

    ``last``: there will be no other try. Raises `RemoteError` for another try, `Refused` for none.
    """
    message = MessageId(str(job.body["message"]))
    number = job.body.get("policy")
    store = office.store.rooms.messages
    found = store.get(office.store.db.reading, message)
    if found is None or found.state == "sent":
        return
    try:
        await _send(office, send, job, found, now)
    except Refused as refused:
        await _settle(office, found, number, error=refused.code)
        raise
    except RemoteError:
        if last:
            await _settle(office, found, number, error="not_taken")
        raise
    await _settle(office, found, number, error=None)


async def _send(office: Office, send: Send, job: Job, found: Message, now: Ms) -> None:
    reading = office.store.db.reading
    store = office.store.rooms.messages
    if office.store.rooms.policies.at(reading, now) is None:
        # the first seconds of an installation: where data may go is not written down yet
        raise RemoteError("no version of the notice is in force yet", hint=503)
    with purpose("deliver_content"):
        mail = _decode(office.store.outbox.secret(job))
    lookup = store.lookup(mail.to)
    if found.kind == "marketing" and store.is_suppressed(reading, lookup):
        raise Refused("suppressed", "this person declined advertising", clause="MSG-04")
    click = _link(office, lookup, mail.list) if found.kind == "marketing" else ""
    fields = {"to": mail.to, "subject": mail.subject, "body": mail.body, "unsubscribe": click}
    sent = release(
        "mail_relay",
        fields,
        purpose="market" if found.kind == "marketing" else "notify",
        terms=terms(office, reading, now),
        now=now,
    )
    envelope = Envelope(
        to=sent["to"],
        sender=office.settings.smtp_from,
        id=found.id,
        at=now,
        unsubscribe=sent["unsubscribe"],
    )
    await send(sent["to"], compose(sent["subject"], sent["body"], envelope))


def _link(office: Office, lookup: bytes, name: str) -> str:
    base = office.settings.public_url
    if not base:
        raise Refused(
            "no_public_url", "set public_url: advertising needs a link that ends it",
            clause="MSG-04",
        )  # fmt: skip
    word = unsubscribe.make(office.store.store.secret("unsubscribe"), lookup, name)
    return f"{base}/unsubscribe/{word}"


async def _settle(office: Office, found: Message, policy: object, *, error: str | None) -> None:
    now = office.clock.now()
    state = "failed" if error else "sent"

    def write(tx: Transaction) -> None:
        office.store.rooms.messages.settle(
            tx, found.id, "failed" if error else "sent", now, error=error
        )
        if error:  # nobody tries it again: what it says is of no more use to anybody
            office.store.outbox.empty(tx, jobs.KIND, found.id)
        body = {"message": found.id, "template": found.template, "ground": found.ground}
        office.store.store.trail.note(
            tx, f"message_{state}", at=now, account=office.account.id, body=body
        )
        if isinstance(policy, int):
            office.store.rooms.policies.settle(
                tx, policy, "email", "failed" if error else "sent", now
            )

    await office.write(write)


# --- use cases ------------------------------------------------------------------------------------


@TABLE.use_case(
    "privacy.message.send", actors=KNOWN, purpose=("notify", "market"), category="user.contact"
)
async def send_message(
    office: Office,
    *,
    template: str,
    to: str,
    fields: dict[str, str],
    reason: str,
    product: str = "",
) -> views.Mail:
    """Ask for one message by e-mail; a second one for the same reason is refused."""
    made = await office.write(
        lambda tx: ask(tx, office, template, to, fields, reason=reason, product=product)
    )
    return _view(made)


@TABLE.use_case(
    "privacy.message.list", actors=KNOWN, purpose=("notify", "market"), category="user.contact"
)
async def list_messages(office: Office, *, limit: int = int(PAGE_DEFAULT)) -> list[views.Mail]:
    """Messages, newest first: templates, grounds and fates, no addresses and no texts."""
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a whole number from 1 to {PAGE_MAX}")
    found = office.store.rooms.messages.newest(office.store.db.reading, count=limit)
    return [_view(message) for message in found]


@TABLE.use_case("privacy.message.subscribe", actors=KNOWN, purpose="honour_choices",
                category="user.privacy_preferences")  # fmt: skip
async def subscribe(
    office: Office, *, to: str, name: str, ground: str, evidence: str, product: str = ""
) -> views.Listed:
    """Put somebody on the list ``name``, with the consent or purchase that allows it."""
    lists = sorted({template.list for template in TEMPLATES.values() if template.list})
    if name not in lists:
        raise Refused("unknown_list", f"the lists are {', '.join(lists)}")
    chosen = next((known for known in _GROUNDS if known == ground), None)
    if chosen is None or not evidence or len(evidence) > 64:
        raise Refused(
            "no_ground", "a list needs a consent or a purchase, and its id", clause="MSG-03"
        )
    if chosen == "soft_opt_in" and not product:
        raise Refused("no_ground", "a purchase is of a family of products", clause="MSG-03")
    store = office.store.rooms.messages
    lookup = store.lookup(check_address(to))
    item = Subscription(name, chosen, evidence, product)
    now = office.clock.now()
    await office.write(lambda tx: store.subscribe(tx, lookup, item, now))
    return _listed(office, lookup)


@TABLE.use_case("privacy.message.lists", actors=KNOWN, purpose="honour_choices",
                category="user.privacy_preferences")  # fmt: skip
async def show_lists(office: Office, *, to: str) -> views.Listed:
    """The lists an address is on, and whether it declined advertising."""
    return _listed(office, office.store.rooms.messages.lookup(check_address(to)))


@TABLE.use_case("privacy.message.suppress", actors=KNOWN, purpose="honour_choices",
                category="user.privacy_preferences")  # fmt: skip
async def suppress(office: Office, *, to: str) -> views.Listed:
    """Send an address no more advertising; what the service needs goes on."""
    lookup = office.store.rooms.messages.lookup(check_address(to))
    await _suppress(office, lookup, "cli")
    return _listed(office, lookup)


@TABLE.use_case("privacy.message.received", actors=KNOWN, purpose="honour_choices",
                category="user.privacy_preferences")  # fmt: skip
async def receive(office: Office, *, to: str, text: str) -> views.Listed:
    """Take an answer to a message: STOP, or a sentence of it, ends advertising."""
    lookup = office.store.rooms.messages.lookup(check_address(to))
    if is_stop(text):
        await _suppress(office, lookup, "mail")
    return _listed(office, lookup)


@TABLE.use_case(
    "privacy.message.unsubscribe", actors=EVERYBODY, none="the word names nobody to anybody else"
)
async def end_by_link(office: Office, *, word: str) -> None:
    """End advertising by the link of a message: no sign-in, no question (RFC 8058)."""
    lookup, _ = unsubscribe.read(office.store.store.secret("unsubscribe"), word)
    await _suppress(office, lookup, "page")


async def _suppress(office: Office, lookup: bytes, how: str) -> None:
    now = office.clock.now()

    def write(tx: Transaction) -> None:
        office.store.rooms.messages.suppress(tx, lookup, how=how, at=now)
        office.store.store.trail.note(
            tx, "suppressed", at=now, account=office.account.id, body={"how": how}
        )

    await office.write(write)


def _listed(office: Office, lookup: bytes) -> views.Listed:
    store, reading = office.store.rooms.messages, office.store.db.reading
    return views.Listed(
        lists=[
            views.OnList(list=item.list, ground=item.ground, evidence=item.evidence)
            for item in store.subscriptions(reading, lookup)
        ],
        suppressed=store.is_suppressed(reading, lookup),
    )


def _view(message: Message) -> views.Mail:
    return views.Mail(
        id=message.id,
        template=message.template,
        kind=message.kind,
        channel=message.channel,
        ground=message.ground,
        evidence=message.evidence,
        reason=message.reason,
        state=message.state,
        error=message.error,
        created=message.created_at,
        settled=message.settled_at,
    )
