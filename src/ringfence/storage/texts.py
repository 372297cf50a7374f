"""Text messages at rest: facts in, states out, what was said sealed; and the queue they wait in.

Each fact is written with the state it leads to (`messaging.message.follow`) and a leaf of the audit
log, in the caller's transaction. The row of a message is its place in the queue: `take` hands out
those whose hour has come, the urgent first, and marks them before a carrier hears of them.

What a message says is sealed under the key of the person on it, and so is each link to a picture;
our own number or word is sealed under the account's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from sqlalchemy import bindparam, delete, func, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import (
    AccountId,
    CampaignId,
    MediaId,
    MessageId,
    NumberId,
    PartyId,
    TextTemplateId,
)
from ringfence.kernel.limits import TEXT_AGAIN_MS, TEXT_AHEAD_MAX_S, TEXT_LEASE_MS
from ringfence.messaging import message as life
from ringfence.messaging.message import About, Direction, MessageFact, State, follow, may
from ringfence.privacy.labels import TEXT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage import text_traces
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.audit import AuditTrail, record_bytes
from ringfence.storage.event_numbers import EventNumbers
from ringfence.storage.facts import shape_of
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import text_charges, text_events, text_media, text_parts, texts
from ringfence.storage.statement import Row, Statement, Value, at_most, insert_row, word
from ringfence.storage.text_lists import AFTER_ALL, FOR_EVER, listing
from ringfence.storage.text_parts import TextParts
from ringfence.storage.unit_of_work import Queries, Transaction

Discard = Literal["text", "number", "both"]
"""What is not to be shown any more once a message was sent."""

PRIORITIES = (0, 1, 2)
"""Codes and alarms, what people wait for, what can wait."""

_x, _e, _m = texts.c, text_events.c, text_media.c
_ADD = insert_row(texts)
_ADD_EVENT = insert_row(text_events)
_ADD_MEDIA = insert_row(text_media)
_ONE = Statement(select(*_x).where(_x.id == bindparam("text")))
_NOW = Statement(
    select(_x.state, _x.party_id, _x.carrier, _x.account_id).where(_x.id == bindparam("text"))
)
_MOVE = Statement(
    update(texts)
    .where(_x.id == bindparam("text"))
    .values(
        state=bindparam("to"),
        changed_at=bindparam("at"),
        due_at=bindparam("due"),
        attempts=_x.attempts + bindparam("tries"),
        carrier=func.coalesce(bindparam("with_"), _x.carrier),
        cause=bindparam("why"),
        error=bindparam("code"),
        sent_at=func.coalesce(bindparam("sent"), _x.sent_at),
    ),
    *("to", "due", "tries", "with_", "why", "code", "at", "sent", "text"),
)
_MARK = Statement(
    update(texts).where(_x.id == bindparam("text")).values(unread=bindparam("open")),
    *("open", "text"),
)
_RATE = Statement(
    update(texts)
    .where(_x.id == bindparam("text"))
    .values(outcome=bindparam("said"), changed_at=bindparam("at")),
    *("said", "at", "text"),
)
_SILENCE = Statement(
    update(texts)
    .where(_x.id == bindparam("text"))
    .values(
        sealed=bindparam("nothing"),
        key_serial=bindparam("no_key"),
        media=bindparam("none"),
        changed_at=bindparam("at"),
    ),
    *("none", "at", "no_key", "nothing", "text"),
)
_DUE = Statement(
    at_most(
        select(*_x)
        .where(
            _x.priority == bindparam("urgency"),
            _x.due_at <= bindparam("now"),
            _x.state != word("sending"),
        )
        .order_by(_x.due_at),
        "count",
    ),
    *("urgency", "now", "count"),
)
_NEXT = Statement(
    at_most(
        select(_x.due_at)
        .where(
            _x.priority == bindparam("urgency"),
            _x.due_at.is_not(None),
            _x.state != word("sending"),
        )
        .order_by(_x.due_at),
        1,
    ),
    "urgency",
)
_LEFT = Statement(
    select(_x.id)
    .where(_x.priority == bindparam("urgency"), _x.due_at.is_not(None), _x.state == word("sending"))
    .order_by(_x.due_at),
    "urgency",
)
_WAITING = Statement(select(func.count()).where(_x.due_at.is_not(None)))
_DROP = tuple(
    Statement(delete(col.table).where(col == bindparam("text")))
    for col in (_m.text_id, text_parts.c.text_id, _e.text_id, text_charges.c.id, _x.id)
)
_DROP_MEDIA = _DROP[0]
_TOLD = Statement(select(_x.id).where(_x.id == bindparam("text"), _x.callback.is_not(None)), "text")
_ANSWERED = Statement(
    at_most(
        select(_e.id).where(_e.text_id == bindparam("text"), _e.name == word("MessageAnswered")), 1
    ),
    "text",
)
_MEDIA = Statement(select(*_m).where(_m.text_id == bindparam("text")).order_by(_m.id))
_ONE_MEDIA = Statement(select(*_m).where(_m.id == bindparam("medium")))
_DROP_MEDIUM = Statement(delete(text_media).where(_m.id == bindparam("medium")))
_FEWER = Statement(
    update(texts).where(_x.id == bindparam("text")).values(media=_x.media - bindparam("less")),
    *("less", "text"),
)
_STORY = Statement(
    select(_e.at, _e.name, _e.body).where(_e.text_id == bindparam("text")).order_by(_e.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewText:
    """A message to be kept. ``begun``: its first fact; ``own``: our number or word; ``due_at``:
    when its turn comes, None for one that came in.
    """

    begun: life.MessageAccepted | life.MessageScheduled | life.MessageAsked | life.MessageArrived
    own: str = field(repr=False)
    body: str = field(repr=False)
    media: Sequence[str] = field(default=(), repr=False)
    callback: str | None = field(default=None, repr=False)
    campaign: CampaignId | None = None
    template: TextTemplateId | None = None
    priority: int = 1
    due_at: Ms | None = None
    expires_at: Ms | None = None
    carrier: str | None = None
    unread: bool = False
    discard: Discard | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A row, in the order of the table's columns; what was said is sealed."""

    id: MessageId
    account: AccountId
    direction: Direction
    state: State
    about: About
    party: PartyId
    number: NumberId | None
    own: bytes = field(repr=False)
    own_lookup: bytes = field(repr=False)
    campaign: CampaignId | None
    template: TextTemplateId | None
    segments: int
    media: int
    priority: int
    due_at: Ms | None
    expires_at: Ms | None
    attempts: int
    carrier: str | None
    cause: str | None
    error: int | None
    outcome: str | None
    created_at: Ms
    changed_at: Ms
    sent_at: Ms | None
    callback: bytes | None = field(repr=False)
    key_serial: int | None
    sealed: bytes | None = field(repr=False)
    unread: bool | None
    discard: Discard | None


@dataclass(frozen=True, slots=True)
class Medium:
    """A link, sealed, in the order of the table's columns; ``media_type`` None: not fetched."""

    id: MediaId
    text: MessageId
    party: PartyId
    made_at: Ms
    key_serial: int
    sealed: bytes = field(repr=False)
    media_type: str | None = None
    size: int | None = None


class Texts:
    """The messages of one account."""

    __slots__ = (
        "_account", "_entropy", "_keys", "_numbers", "_openings", "_seal", "_trail", "_vault",
        "bells", "gone", "parts",
    )  # fmt: skip

    def __init__(
        self,
        seal: AccountSeal,
        *,
        vault: Vault,
        keys: KeyRing,
        openings: Openings,
        trail: AuditTrail,
        numbers: EventNumbers,
        entropy: Entropy,
    ) -> None:
        self.bells: set[Callable[[], object]] = set()
        """Called in the writer thread once a fact is durable."""
        self.gone: Callable[[MediaId], object] = _nothing
        """Told of each picture that was removed, once that is durable."""
        self.parts = TextParts(seal)
        self._numbers = numbers
        self._seal = seal
        self._account: AccountId = seal.account.id
        self._vault = vault
        self._keys = keys
        self._openings = openings
        self._trail = trail
        self._entropy = entropy

    # --- writing --------------------------------------------------------------------------------

    def add(self, tx: Transaction, new: NewText) -> State:
        """Keep a message with its first fact; return its state."""
        fact = new.begun
        state = follow(None, fact)
        serial = self._keys.serial(tx, self._account, fact.party)
        seal = self._vault.seal
        place = f"text:{fact.message}"
        tx.run(
            _ADD,
            (
                *(fact.message, self._account, fact.direction, state, fact.about, fact.party),
                fact.number,
                self._seal.seal(new.own.encode(), place + ":own"),
                self.lookup(new.own),
                *(new.campaign, new.template, fact.segments, len(new.media), new.priority),
                *(new.due_at, new.expires_at, 0, new.carrier, None, None, None),
                *(fact.at, fact.at, None),
                self._seal.seal_text(new.callback, place + ":callback"),
                serial,
                seal(serial, new.body.encode(), context=place),
                *(new.unread or None, new.discard),
            ),
        )
        for link in new.media:
            medium = ids.make("media", fact.at, self._entropy)
            sealed = seal(serial, link.encode(), context=f"media:{medium}")
            row = (medium, fact.message, fact.party, fact.at, serial, sealed, None, None)
            tx.run(_ADD_MEDIA, row)
        self._write(tx, fact, fact.party, serial, self._account)
        return state

    def happen(self, tx: Transaction, fact: MessageFact) -> State | None:
        """Write a fact and the state it leads to, and return that.

        None where it cannot happen (any more): nothing is written, because of two who say
        something about one message the first is right.
        """
        row = tx.row(_NOW, (fact.message,))
        if row is None or not may(row[0], type(fact)):
            return None
        state = follow(row[0], fact)
        match fact:
            case life.MessageRedacted():
                tx.run(_SILENCE, (0, fact.at, None, None, fact.message))
                self._drop_media(tx, fact.message)
                text_traces.hush(tx, fact.message)
            case life.MessageAnswered() | life.MessageSeen():
                tx.run(_MARK, (fact.unread or None, fact.message))
            case life.MessageRated():
                tx.run(_RATE, (fact.outcome, fact.at, fact.message))
            case _:
                tx.run(_MOVE, (state, *_changes(fact), fact.message))
        account = AccountId(row[3])  # one post carries the messages of every account
        self._write(tx, fact, row[1], self._keys.serial(tx, account, row[1]), account)
        return state

    def account_of(self, queries: Queries, text: MessageId) -> AccountId | None:
        """Return whose message it is."""
        row = queries.row(_NOW, (text,))
        return None if row is None else AccountId(row[3])

    def _write(
        self, tx: Transaction, fact: MessageFact, party: PartyId, serial: int, account: AccountId
    ) -> None:
        shape = shape_of(type(fact))
        body = shape.body(fact)
        salt = self._vault.salt(serial, fact.message)
        leaf = self._trail.append(salt, record_bytes(shape.name, fact.at, fact.message, body))
        tx.run(
            _ADD_EVENT,
            (self._numbers.take(), fact.message, account, party, fact.at, shape.name,
             body.decode(), leaf),
        )  # fmt: skip
        for bell in self.bells:
            tx.after(bell)

    def drop(self, tx: Transaction, text: MessageId) -> None:
        """Remove a message and everything of it."""
        self._drop_media(tx, text)
        for statement in _DROP:
            tx.run(statement, (text,))
        text_traces.hush(tx, text, wholly=True)

    def _drop_media(self, tx: Transaction, text: MessageId) -> None:
        for row in tx.rows(_MEDIA, (text,)):
            self._lost(tx, MediaId(row[0]))
        tx.run(_DROP_MEDIA, (text,))

    def _lost(self, tx: Transaction, medium: MediaId) -> None:
        tx.after(lambda: self.gone(medium))

    def drop_medium(self, tx: Transaction, medium: Medium) -> None:
        """Remove one link."""
        self._lost(tx, medium.id)
        tx.run(_DROP_MEDIUM, (medium.id,))
        tx.run(_FEWER, (1, medium.text))

    # --- the queue ------------------------------------------------------------------------------

    def take(self, tx: Transaction, *, now: Ms, count: int) -> list[Text]:
        """Mark up to ``count`` messages whose hour has come as being sent, and return them.

        The urgent first, of one urgency the longest waiting. What is too late is not among them:
        its end is written instead, and it is returned with the state ``failed``.
        """
        found: list[Text] = []
        for urgency in PRIORITIES:
            rows = tx.rows(_DUE, (urgency, now, count - len(found)))
            found += [Text(*row) for row in rows]
            if len(found) >= count:
                break
        for text in found:
            self._hand_out(tx, text, now)
        return [Text(*cast("Row", tx.row(_ONE, (text.id,)))) for text in found]

    def _hand_out(self, tx: Transaction, text: Text, now: Ms) -> None:
        if text.expires_at is not None and text.expires_at <= now:
            self.happen(tx, too_late(text.id, now))
            return
        if text.state != "queued":
            self.happen(tx, life.MessageQueued(at=now, message=text.id, why="due", due_at=now))
        attempt = text.attempts + 1
        self.happen(tx, life.MessageTaken(at=now, message=text.id, attempt=attempt))

    def give_back(self, tx: Transaction, *, now: Ms) -> int:
        """Queue again what a killed process left with a carrier; return how many there were."""
        left = [row for urgency in PRIORITIES for row in tx.rows(_LEFT, (urgency,))]
        for row in left:
            fact = life.MessageQueued(at=now, message=row[0], why="interrupted", due_at=now)
            self.happen(tx, fact)
        return len(left)

    def next_due(self, queries: Queries) -> Ms | None:
        """Return when the next message is due, None where none waits."""
        found = [queries.value(_NEXT, (urgency,)) for urgency in PRIORITIES]
        return min((at for at in found if at is not None), default=None)

    def waiting(self, queries: Queries) -> int:
        """Return how many messages wait or are being sent."""
        return int(queries.value(_WAITING))

    # --- reading --------------------------------------------------------------------------------

    def get(self, queries: Queries, text: MessageId) -> Text:
        """Return one message; raises `Refused` (``not_found``), also for another account's."""
        row = queries.row(_ONE, (text,))
        if row is None or row[1] != self._account:
            raise Refused("not_found", "no message of that SID")
        return Text(*row)

    def body(self, text: Text) -> str | None:
        """Return what a message says, None where that is gone. Purpose: carry_message."""
        if text.sealed is None or text.key_serial is None:
            return None
        return self._open(text.sealed, text.key_serial, f"text:{text.id}")

    def own(self, text: Text) -> str:
        """Return our number or word. Purpose: carry_message."""
        return self._seal.open(text.own, f"text:{text.id}:own").decode()

    def callback(self, text: Text) -> str | None:
        """Return the URL that is told of its states. Purpose: carry_message."""
        return self._seal.open_text(text.callback, f"text:{text.id}:callback")

    def media(self, queries: Queries, text: MessageId) -> list[Medium]:
        """Return the pictures of a message."""
        return [Medium(*row) for row in queries.rows(_MEDIA, (text,))]

    def medium(self, queries: Queries, text: MessageId, medium: str) -> Medium:
        """Return one of them; raises `Refused` (``not_found``)."""
        row = queries.row(_ONE_MEDIA, (medium,))
        if row is None or row[1] != text:
            raise Refused("not_found", "no picture of that SID in that message")
        return Medium(*row)

    def link(self, medium: Medium) -> str | None:
        """Return where a picture lies, None where that is gone. Purpose: carry_message."""
        return self._open(medium.sealed, medium.key_serial, f"media:{medium.id}")

    def story(self, queries: Queries, text: MessageId) -> list[tuple[Ms, str, str]]:
        """Return (instant, name, JSON) of every fact of a message, in order."""
        return [(Ms(row[0]), row[1], row[2]) for row in queries.rows(_STORY, (text,))]

    def is_told(self, queries: Queries, text: MessageId) -> bool:
        """Whether somebody is told of the states of a message."""
        return queries.row(_TOLD, (text,)) is not None

    def is_answered(self, queries: Queries, text: MessageId) -> bool:
        """Whether what a message asks for was done."""
        return queries.row(_ANSWERED, (text,)) is not None

    def page(
        self,
        queries: Queries,
        *,
        count: int,
        before: str | None = None,
        party: PartyId | None = None,
        own: str | None = None,
        inbound: bool | None = None,
        since: Ms | None = None,
        until: Ms | None = None,
    ) -> list[Text]:
        """Return messages, newest first, older than ``before``.

        ``party``: with this person; ``own``: from or to this number or word of ours; ``since``
        (included) and ``until`` (not): when they were sent or came in.
        """
        asked = (
            party is not None, own is not None, inbound is not None,
            since is not None or until is not None,
        )  # fmt: skip
        first = ids.floor("message", Ms((since or 0) - TEXT_AHEAD_MAX_S * 1000))
        last = AFTER_ALL if until is None else ids.floor("message", until)
        values: list[Value] = [self._account]
        values += [] if party is None else [party]
        values += [] if own is None else [self.lookup(own)]
        values += [] if inbound is None else [int(inbound)]
        if asked[3]:
            values += [since or 0, FOR_EVER if until is None else until]
        values += [min(before or AFTER_ALL, last), first, count]
        return [Text(*row) for row in queries.rows(listing(*asked), tuple(values))]

    def lookup(self, own: str) -> bytes:
        """Return by what messages of one of our numbers or words are found."""
        return self._seal.find(f"text:{own}")

    def _open(self, sealed: bytes, serial: int, context: str) -> str | None:
        if not sealed:
            return None
        try:
            return self._openings.text(sealed, serial=serial, context=context, label=TEXT_SEALED)
        except Refused as refused:
            if refused.code == "erased":
                return None
            raise


def _nothing(_medium: MediaId) -> None:
    """Nobody keeps pictures."""


def too_late(text: MessageId, now: Ms) -> life.MessageFailed:
    """Return the end of a message whose time has run out."""
    return life.MessageFailed(at=now, message=text, cause="too_late", code=30036)


def _changes(fact: MessageFact) -> tuple[int | str | None, ...]:
    """Return what a fact does to its row, in the order of ``_MOVE``."""
    due: Ms | None = None
    tries = 0
    carrier: str | None = None
    cause: str | None = None
    code: int | None = None
    sent: Ms | None = None
    match fact:
        case life.MessageQueued():
            due = fact.due_at if fact.due_at is not None else Ms(fact.at + TEXT_AGAIN_MS)
            cause = fact.why or None
        case life.MessageTaken():
            due, tries = Ms(fact.at + TEXT_LEASE_MS), 1
        case life.MessageSent():
            carrier, sent = fact.carrier, fact.at
        case life.MessageFailed() | life.MessageUndelivered():
            cause, code = fact.cause, fact.code
        case _:
            pass
    return due, tries, carrier, cause, code, fact.at, sent
