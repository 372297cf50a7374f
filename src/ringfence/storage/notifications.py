"""The notification log of one account: every exchange with its own servers, for its eyes alone.

A row is written in the writer's turn, where the call's record is at hand: whose call it was says
under whose key request and answer are sealed, which number or flow it was says whether they are
kept at all. When that person is erased, or the row grows old, what they held is gone; when, how
big and with what status remains as long as the call's own record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Select, bindparam, delete, select

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, FlowId, NotificationId, NumberId
from ringfence.kernel.limits import NOTIFICATION_SIDE_BYTES
from ringfence.privacy.labels import CONTENT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import calls, notifications, quiet_apps
from ringfence.storage.statement import Row, Statement, Value, at_most, insert_new, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_n, _c = notifications.c, calls.c
_ADD = insert_row(notifications)
_CALL = Statement(
    select(_c.account_id, _c.direction, _c.caller_id, _c.called_id, _c.number_id, _c.flow_id).where(
        _c.id == bindparam("call")
    )
)
_ONE = Statement(select(*_n).where(_n.id == bindparam("notification")))
_IS_QUIET = Statement(
    select(quiet_apps.c.app_id).where(quiet_apps.c.app_id == bindparam("app")), "app"
)
_QUIET = Statement(
    select(quiet_apps.c.app_id)
    .where(quiet_apps.c.account_id == bindparam("account"))
    .order_by(quiet_apps.c.app_id)
)
_SILENCE = insert_new(quiet_apps)
_SPEAK = Statement(delete(quiet_apps).where(quiet_apps.c.app_id == bindparam("app")))


def _page(*, call: bool, status: bool) -> Statement:
    query: Select[tuple[object, ...]] = select(*_n).where(_n.account_id == bindparam("account"))
    names = ["account"]
    if call:
        query = query.where(_n.call_id == bindparam("call"))
        names.append("call")
    query = query.where(_n.id < bindparam("before"), _n.id >= bindparam("from_"))
    names += ["before", "from_"]
    if status:
        query = query.where(_n.status == bindparam("said"))
        names.append("said")
    return Statement(at_most(query.order_by(_n.id.desc()), "count"), *names, "count")


_PAGE = _page(call=False, status=False)
_PAGE_OF_STATUS = _page(call=False, status=True)
_PAGE_OF_CALL = _page(call=True, status=False)
_PAGE_OF_CALL_AND_STATUS = _page(call=True, status=True)
_PAGES = {
    (False, False): _PAGE,
    (False, True): _PAGE_OF_STATUS,
    (True, False): _PAGE_OF_CALL,
    (True, True): _PAGE_OF_CALL_AND_STATUS,
}
_AFTER_ALL = "NP"
"""Above every notification's id."""

_encode = msgspec.msgpack.Encoder().encode


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    url: str
    params: list[tuple[str, str]]
    content_type: str
    body: bytes
    cut: bool


_decode = msgspec.msgpack.Decoder(_Kept).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request for a call and what came of it. ``kind``: document, media or callback.

    ``status`` 0: no answer came, and ``failure`` says why. ``body``: of the answer; audio is never
    given. Sizes are those of the wire, whatever is kept.
    """

    call: CallId
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


@dataclass(frozen=True, slots=True)
class Notification:
    """A row of the log, in the order of the table's columns; what was said is sealed."""

    id: NotificationId
    account: str
    call: CallId
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was asked and answered. ``cut``: one of them was longer than is kept."""

    url: str = field(repr=False)
    params: tuple[tuple[str, str], ...] = field(repr=False)
    content_type: str
    body: bytes = field(repr=False)
    cut: bool


class Notifications:
    """The log of one account."""

    __slots__ = ("_account", "_entropy", "_keys", "_openings", "_vault")

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

    def add(self, tx: Transaction, exchange: Exchange) -> NotificationId | None:
        """Write an exchange down; None for a call this account does not have."""
        row = tx.row(_CALL, (exchange.call,))
        if row is None or row[0] != self._account.id:
            return None
        _, direction, caller, called, number, flow = row
        identifier = NotificationId(ids.make("notification", exchange.at, self._entropy))
        serial: int | None = None
        sealed: bytes | None = None
        if not any(app is not None and tx.value(_IS_QUIET, (app,)) for app in (number, flow)):
            party = caller if direction == "inbound" else called
            serial = self._keys.serial(tx, self._account.id, party)
            context = f"notification:{identifier}"
            sealed = self._vault.seal(serial, _encode(_kept(exchange)), context=context)
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
                sum(len(name) + len(value) + 2 for name, value in exchange.params),
                exchange.response_size or len(exchange.body),
                serial,
                sealed,
            ),
        )
        return identifier

    def page(
        self,
        queries: Queries,
        *,
        count: int,
        before: str | None = None,
        since: Ms | None = None,
        until: Ms | None = None,
        call: CallId | None = None,
        status: int | None = None,
    ) -> list[Notification]:
        """Return exchanges, newest first: from ``since`` until ``until``, older than ``before``."""
        end = _AFTER_ALL if until is None else ids.floor("notification", until)
        values: list[Value] = [self._account.id]
        if call is not None:
            values.append(call)
        values += [min(before or _AFTER_ALL, end)]
        values += [ids.floor("notification", since or Ms(0))]
        if status is not None:
            values.append(status)
        statement = _PAGES[call is not None, status is not None]
        return [_notification(row) for row in queries.rows(statement, (*values, count))]

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
        )

    def quiet(self, queries: Queries) -> frozenset[str]:
        """Return the numbers and flows whose requests and answers are not kept."""
        return frozenset(row[0] for row in queries.rows(_QUIET, (self._account.id,)))

    def silence(self, tx: Transaction, app: NumberId | FlowId, *, on: bool, now: Ms) -> None:
        """Keep nothing of what is said in calls of an app from now on, or keep it again."""
        if on:
            tx.run(_SILENCE, (app, self._account.id, now))
        else:
            tx.run(_SPEAK, (app,))


def _kept(exchange: Exchange) -> _Kept:
    """Return both sides, each cut to what is kept of it."""
    left = int(NOTIFICATION_SIDE_BYTES) - len(exchange.url.encode())
    params: list[tuple[str, str]] = []
    for name, value in exchange.params:
        left -= len(name.encode()) + len(value.encode()) + 2
        if left < 0:
            break
        params.append((name, value))
    body = exchange.body[: int(NOTIFICATION_SIDE_BYTES)]
    cut = left < 0 or len(body) < len(exchange.body)
    return _Kept(exchange.url, params, exchange.content_type[:200], body, cut)


def _notification(row: Row) -> Notification:
    return Notification(*row)
