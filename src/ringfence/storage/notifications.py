"""The notification log of one account: every exchange with its own servers, for its eyes alone.

A row is written in the writer's turn, where the record of the call or message is at hand: whose it
was says under whose key request and answer are sealed, which number or flow it was says whether
they are kept at all. When that person is erased, or the row grows old, what they held is gone;
when, how big and with what status remains as long as the call's own record. What was wrong with a
document is a row too (``problem``), without a request.

What a redacted message said is in no row (`ringfence.storage.text_traces`): neither in those there
were, nor in one that is written when its document is answered later.

Searching goes along an index that ends in the id, from the newest to the oldest, so a page costs
the same wherever it is. A filter without an index of its own (a failure together with a kind) is
looked for along the one that fits best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, delete, select

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, FlowId, NotificationId, NumberId, PartyId, is_id
from ringfence.kernel.limits import NOTIFICATION_HEADER_BYTES, NOTIFICATION_SIDE_BYTES
from ringfence.markup.problems import KINDS
from ringfence.privacy.labels import CONTENT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import calls, notifications, quiet_apps, texts
from ringfence.storage.statement import Row, Statement, Value, at_most, insert_new, insert_row, word
from ringfence.storage.text_traces import TELLS_A_STATE
from ringfence.storage.unit_of_work import Queries, Transaction

_n, _c, _x = notifications.c, calls.c, texts.c
_ADD = insert_row(notifications)
_CALL = Statement(
    select(
        _c.account_id, _c.direction, _c.caller_id, _c.called_id, _c.number_id, _c.flow_id,
        _c.application_id,
    ).where(_c.id == bindparam("call"))
)  # fmt: skip
_TEXT = Statement(
    select(_x.account_id, _x.party_id, _x.number_id, _x.sealed.is_not(None)).where(
        _x.id == bindparam("text")
    )
)
_ONE = Statement(select(*_n).where(_n.id == bindparam("notification")))
_QUIET = Statement(
    select(quiet_apps.c.app_id)
    .where(quiet_apps.c.account_id == bindparam("account"))
    .order_by(quiet_apps.c.app_id)
)
_SILENCE = insert_new(quiet_apps)
_SPEAK = Statement(delete(quiet_apps).where(quiet_apps.c.app_id == bindparam("app")))


_WARNINGS = [word(code) for code, kind in KINDS.items() if kind.severity == "warning"]


@cache
def _page(names: tuple[str, ...]) -> Statement:
    """Return the statement for these filters, in this order."""
    query: Select[tuple[object, ...]] = select(*_n)
    for name in names:
        query = query.where(_FILTERS[name])
    query = query.where(_n.id < bindparam("before"), _n.id >= bindparam("from_"))
    made = Statement(
        at_most(query.order_by(_n.id.desc()), "count"),
        *(name for name in names if name not in _CONSTANT),
        "before",
        "from_",
        "count",
    )
    index = next((index for name, index in _INDEXES.items() if name in names), "account_id_id")
    # without statistics SQLite's planner would guess, and SQLAlchemy has no word for this
    hint = f"FROM notifications INDEXED BY ix_notifications_{index} "
    made.sql = made.sql.replace("FROM notifications ", hint, 1)
    return made


_FILTERS: dict[str, ColumnElement[bool]] = {
    "account": _n.account_id == bindparam("account"),
    "call": _n.call_id == bindparam("call"),
    "number": _n.number_id == bindparam("number"),
    "flow": _n.flow_id == bindparam("flow"),
    "kind": _n.kind == bindparam("kind"),
    "said": _n.status == bindparam("said"),
    "subject": _n.subject == bindparam("subject"),
    "delivery": _n.delivery_id == bindparam("delivery"),
    "failed": _n.code.is_not(None),
    "code": _n.code == bindparam("code"),
    "warning": _n.failure.in_(_WARNINGS),
    "error": _n.failure.not_in(_WARNINGS),
    "requests": _n.kind != word("problem"),
}
_INDEXES = {
    "call": "call_id_id",
    "subject": "subject_id",
    "number": "number_id_id",
    "flow": "flow_id_id",
    "failed": "failed",
    "said": "account_id_status_id",
    "kind": "account_id_kind_id",
}
"""Filters that have an index, the one that leaves least first."""
_CONSTANT = frozenset({"failed", "warning", "error", "requests"})
_AFTER_ALL = "NP"
"""Above every notification's id."""

_encode = msgspec.msgpack.Encoder().encode


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    url: str
    params: list[tuple[str, str]]
    content_type: str
    body: bytes
    cut: bool
    headers: list[tuple[str, str]] = []
    sent: bytes = b""


_decode = msgspec.msgpack.Decoder(_Kept).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came of it. ``kind``: document, media, problem, or of a callback.

    ``status`` 0: no answer came, and ``failure`` says why. ``body``: of the answer; audio is never
    given. Sizes are those of the wire, whatever is kept. ``party``: under whose key, where there is
    no call; ``code``: Twilio's number of what went wrong; ``sent``: the JSON that was posted;
    ``source``: ``replay`` or ``simulation``; ``serial``: the key, where it is known already.
    """

    call: CallId | None
    kind: str
    at: Ms
    elapsed_ms: int
    method: str
    url: str = field(repr=False)
    params: Sequence[tuple[str, str]] = field(default=(), repr=False)
    status: int = 0
    failure: str | None = None
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    response_size: int = 0
    party: PartyId | None = None
    subject: str | None = None
    event: str | None = None
    code: int | None = None
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    sent: bytes = field(default=b"", repr=False)
    delivery: str | None = None
    attempt: int = 1
    source: str | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """A row of the log, in the order of the table's columns; what was said is sealed."""

    id: NotificationId
    account: str
    call: CallId | None
    kind: str
    at: Ms
    elapsed_ms: int
    method: str
    status: int
    failure: str | None
    request_size: int
    response_size: int
    key_serial: int | None
    sealed: bytes | None = field(repr=False)
    subject: str | None
    event: str | None
    code: int | None
    number: NumberId | None
    flow: FlowId | None
    delivery: str | None
    attempt: int
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is searched for; None and False: whatever it is.

    ``failed``: only what went wrong; ``level``: only errors, or warnings; ``code``: only with this
    number of Twilio's; ``requests``: not what was wrong with documents.
    """

    since: Ms | None = None
    until: Ms | None = None
    call: CallId | None = None
    subject: str | None = None
    delivery: str | None = None
    number: NumberId | None = None
    flow: FlowId | None = None
    kind: str | None = None
    status: int | None = None
    failed: bool = False
    level: Literal["error", "warning"] | None = None
    code: int | None = None
    requests: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was asked and answered. ``cut``: one of them was longer than is kept."""

    url: str = field(repr=False)
    params: tuple[tuple[str, str], ...] = field(repr=False)
    content_type: str
    body: bytes = field(repr=False)
    cut: bool
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    sent: bytes = field(default=b"", repr=False)


TextFlow = Callable[[NumberId], FlowId | None]


def _no_flow(_number: NumberId) -> None:
    """No flow answers messages."""


class Notifications:
    """The log of one account."""

    __slots__ = ("_account", "_entropy", "_keys", "_openings", "_vault", "answering")

    def __init__(
        self,
        account: Account,
        *,
        vault: Vault,
        keys: KeyRing,
        openings: Openings,
        entropy: Entropy,
    ) -> None:
        self._account = account
        self._vault = vault
        self._keys = keys
        self._openings = openings
        self._entropy = entropy
        self.answering: Callable[[NumberId, bool], str | None] = lambda _number, _texts: None
        """Which application answers a number's calls, or its messages; asked by the writer."""

    def add(
        self, tx: Transaction, exchange: Exchange, *, text_flow: TextFlow = _no_flow
    ) -> NotificationId | None:
        """Write an exchange down; None for a call or message this account does not have.

        ``text_flow``: which flow answers messages to a number now. A message has no flow of its
        own: what is kept of its exchanges is up to whoever answers for its number meanwhile.
        """
        party, number, flow, whole = exchange.party, None, None, True
        application: str | None = None
        if exchange.call is None and is_id(exchange.subject or "", "message"):
            row = tx.row(_TEXT, (exchange.subject,))
            if row is not None and row[0] != self._account.id:
                return None
            # deleted, or redacted: what it said is gone, and is not to come back by this log
            whole = row is not None and (bool(row[3]) or exchange.kind == TELLS_A_STATE)
            if row is not None:
                _, party, number, _ = row
                flow = None if number is None else text_flow(number)
        elif exchange.call is not None:
            row = tx.row(_CALL, (exchange.call,))
            if row is None or row[0] != self._account.id:
                return None
            _, direction, caller, called, number, flow, application = row
            if direction != "inbound":
                number = None  # it is shown, and nothing of it answers
            party = party or (caller if direction == "inbound" else called)
        identifier = NotificationId(ids.make("notification", exchange.at, self._entropy))
        size = sum([len(name) + len(value) + 2 for name, value in exchange.params])
        serial: int | None = None
        sealed: bytes | None = None
        apps: set[str] = {app for app in (number, flow, application) if app is not None}
        quiet = self.quiet(tx) if whole else frozenset()
        if quiet and number is not None:
            apps.add(self.answering(number, exchange.call is None) or "")
        if whole and not quiet & apps:
            serial = self._keys.standing(exchange.serial)
            if serial is None:
                serial = self._keys.serial(tx, self._account.id, party)
            context = f"notification:{identifier}"
            sealed = self._vault.seal(serial, _encode(_kept(exchange, size)), context=context)
        tx.run(
            _ADD,
            (
                identifier,
                self._account.id,
                exchange.call,
                exchange.kind,
                exchange.at,
                exchange.elapsed_ms,
                exchange.method,
                exchange.status,
                exchange.failure,
                size + len(exchange.sent),
                exchange.response_size or len(exchange.body),
                serial,
                sealed,
                exchange.subject,
                exchange.event or None,
                exchange.code,
                number,
                flow,
                exchange.delivery,
                exchange.attempt,
                exchange.source,
            ),
        )
        return identifier

    def page(
        self,
        queries: Queries,
        wanted: Wanted,
        *,
        count: int,
        before: str | None = None,
    ) -> list[Notification]:
        """Return exchanges, newest first, older than ``before``."""
        end = _AFTER_ALL if wanted.until is None else ids.floor("notification", wanted.until)
        filters: dict[str, Value] = {
            "account": self._account.id,
            "call": wanted.call,
            "number": wanted.number,
            "flow": wanted.flow,
            "subject": wanted.subject,
            "delivery": wanted.delivery,
            "kind": wanted.kind,
            "said": wanted.status,
            "code": wanted.code,
        }
        chosen = {name: value for name, value in filters.items() if value is not None}
        names = list(chosen)
        if wanted.failed or wanted.code is not None or wanted.level is not None:
            names.append("failed")
        if wanted.level is not None:
            names.append(wanted.level)
        if wanted.requests:
            names.append("requests")
        values = (
            *chosen.values(),
            min(before or _AFTER_ALL, end),
            ids.floor("notification", wanted.since or Ms(0)),
            count,
        )
        return [_notification(row) for row in queries.rows(_page(tuple(names)), values)]

    def get(self, queries: Queries, notification: str) -> Notification:
        """Return one exchange; raises `Refused` (``not_found``), also for another account's."""
        row = queries.row(_ONE, (notification,))
        if row is None or row[1] != self._account.id:
            raise Refused("not_found", "no exchange of that SID")
        return _notification(row)

    def said(self, found: Notification) -> Said | None:
        """Return what was asked and answered; None where it is not kept (any more).

        Purpose: deliver_content, or to answer a right or a demand.
        """
        if found.sealed is None or found.key_serial is None:
            return None
        try:
            plain = self._openings.open(
                found.sealed,
                serial=found.key_serial,
                context=f"notification:{found.id}",
                label=CONTENT_SEALED,
                read=bytes,
            )
        except Refused as refused:
            if refused.code == "erased":
                return None
            raise
        kept = _decode(plain)
        return Said(
            url=kept.url,
            params=tuple(kept.params),
            content_type=kept.content_type,
            body=kept.body,
            cut=kept.cut,
            headers=tuple(kept.headers),
            sent=kept.sent,
        )

    def quiet(self, queries: Queries) -> frozenset[str]:
        """Return the numbers, flows and applications whose exchanges are not kept."""
        return frozenset(row[0] for row in queries.rows(_QUIET, (self._account.id,)))

    def silence(self, tx: Transaction, app: str, *, on: bool, now: Ms) -> None:
        """Keep nothing of what is said in calls and messages of an app, or keep it again.

        ``app``: the id of a number, a flow or an application.
        """
        if on:
            tx.run(_SILENCE, (app, self._account.id, now))
        else:
            tx.run(_SPEAK, (app,))


def _kept(exchange: Exchange, size: int) -> _Kept:
    """Return both sides, each cut to what is kept of it. ``size``: characters of the form."""
    longest = 4 * (len(exchange.url) + size) + len(exchange.sent)  # UTF-8 has four at most
    if longest <= NOTIFICATION_SIDE_BYTES and len(exchange.body) <= NOTIFICATION_SIDE_BYTES:
        heads = sum([len(name) + len(value) for name, value in exchange.headers])
        if heads <= NOTIFICATION_HEADER_BYTES:  # nothing has to be cut, as nearly always
            return _Kept(
                exchange.url, list(exchange.params), exchange.content_type[:200], exchange.body,
                cut=False, headers=list(exchange.headers), sent=exchange.sent,
            )  # fmt: skip
    left = int(NOTIFICATION_SIDE_BYTES) - len(exchange.url.encode())
    params: list[tuple[str, str]] = []
    for name, value in exchange.params:
        left -= len(name.encode()) + len(value.encode()) + 2
        if left < 0:
            break
        params.append((name, value))
    body = exchange.body[: int(NOTIFICATION_SIDE_BYTES)]
    sent = exchange.sent[: max(left, 0)]
    headers, room = [], int(NOTIFICATION_HEADER_BYTES)
    for name, value in exchange.headers:
        room -= len(name) + len(value)
        if room < 0:
            break
        headers.append((name, value))
    cut = left < 0 or len(sent) < len(exchange.sent) or len(body) < len(exchange.body)
    return _Kept(exchange.url, params, exchange.content_type[:200], body, cut, headers, sent)


def _notification(row: Row) -> Notification:
    return Notification(*row)
