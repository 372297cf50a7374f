"""The notification log, asked: what was requested and answered, and which apps are quiet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from ringfence.accounts.resources import Application
from ringfence.api import views_notifications as views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, is_id
from ringfence.kernel.limits import PAGE_MAX, REPLAY_MAX
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import CallbackKind
from ringfence.markup.problems import KINDS as PROBLEMS
from ringfence.office.records import CALL, CALL_LOG
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.deliveries import Delivery, Message, Told
from ringfence.storage.flows import Flow
from ringfence.storage.notifications import Notification, Said, Wanted
from ringfence.storage.numbers import Number
from ringfence.webhooks.guard import origin

if TYPE_CHECKING:
    from ringfence.office import Office


KINDS = frozenset({"document", "media", "problem", *get_args(CallbackKind)})
_SAID = "user.content.private"


@TABLE.use_case("notification.list", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def list_notifications(
    office: Office,
    *,
    limit: int = 50,
    before: str | None = None,
    since: int | None = None,
    until: int | None = None,
    call: str | None = None,
    subject: str | None = None,
    delivery: str | None = None,
    number: str | None = None,
    flow: str | None = None,
    kind: str | None = None,
    status: int | None = None,
    failed: bool = False,
    code: int | None = None,
) -> views.NotificationPage:
    """Exchanges with the account's servers, newest first; ``status`` 0: without an answer.

    ``number``, ``flow``: those of calls to one of ours; ``failed``: only what went wrong; ``code``:
    with this number of Twilio's.
    """
    wanted = _wanted(office, call, number, flow, kind, since, until)
    more = replace(
        wanted, subject=subject, delivery=delivery, status=status, failed=failed, code=code
    )
    rows, after = _read(office, more, limit, before)
    return views.NotificationPage(notifications=[_view(row) for row in rows], next=after)


@TABLE.use_case(
    "notification.whole",
    actors=KNOWN,
    purpose="deliver_content",
    category=_SAID,
    also=("call_record",),
)
async def list_whole(
    office: Office,
    *,
    limit: int = 50,
    before: str | None = None,
    since: int | None = None,
    until: int | None = None,
    call: str | None = None,
    failed: bool = False,
    level: str | None = None,
    requests: bool = False,
) -> views.NotificationPage:
    """Exchanges with what was asked and answered, newest first.

    ``level``: only errors, or only warnings; ``requests``: not what was wrong with documents.
    """
    wanted = _wanted(office, call, None, None, None, since, until)
    chosen: Literal["error", "warning"] | None = None
    if level is not None:
        chosen = "warning" if level == "warning" else "error"
    more = replace(wanted, failed=failed, level=chosen, requests=requests)
    rows, after = _read(office, more, limit, before)
    log = office.store.rooms.notifications
    return views.NotificationPage(
        notifications=[_view(row, log.said(row)) for row in rows], next=after
    )


def _wanted(
    office: Office,
    call: str | None,
    number: str | None,
    flow: str | None,
    kind: str | None,
    since: int | None,
    until: int | None,
) -> Wanted:
    if call is not None and not is_id(call, "call"):
        raise Refused("not_found", "no call of that SID")
    if kind is not None and kind not in KINDS:
        raise Refused("bad_argument", f"a kind is one of: {', '.join(sorted(KINDS))}")
    return Wanted(
        since=None if since is None else Ms(since),
        until=None if until is None else Ms(until),
        call=None if call is None else CallId(call),
        number=None if number is None else _number(office, number).id,
        flow=None if flow is None else _flow(office, flow).id,
        kind=kind,
    )


def _read(
    office: Office, wanted: Wanted, limit: int, before: str | None
) -> tuple[list[Notification], str | None]:
    _check_page(limit, before, "notification")
    found = office.read(
        lambda queries: office.store.rooms.notifications.page(
            queries, wanted, count=limit + 1, before=before
        )
    )
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None


@TABLE.use_case(
    "notification.show",
    actors=KNOWN,
    purpose="deliver_content",
    category="user.content.private",
    also=("call_record",),
)
async def show_notification(office: Office, *, sid: str) -> views.Notification:
    """One exchange with what was asked and answered, where that is kept."""
    log = office.store.rooms.notifications
    row = office.read(lambda queries: log.get(queries, sid))
    return _view(row, log.said(row))


@TABLE.use_case(
    "notification.replay",
    actors=KNOWN,
    purpose="deliver_content",
    category=_SAID,
    also=("call_record",),
)
async def replay_notifications(office: Office, *, sids: list[str]) -> views.Replayed:
    """Send the requests of these exchanges again, as they were: a new callback for each.

    They are told in the order given. What was not kept, was cut, or was no request is left out. A
    document is fetched again and its answer carried out by nobody.
    """
    if not 1 <= len(sids) <= REPLAY_MAX:
        raise Refused("bad_argument", f"name 1 to {REPLAY_MAX} exchanges")
    log = office.store.rooms.notifications
    left_out: dict[str, str] = {}
    again: list[Told] = []
    for sid in sids:
        try:
            row = office.read(lambda queries, sid=sid: log.get(queries, sid))  # type: ignore[misc]
        except Refused as refused:
            left_out[sid] = refused.code
            continue
        said = log.said(row)
        if row.kind == "problem":
            left_out[sid] = "no_request"
        elif said is None:
            left_out[sid] = "not_kept"
        elif said.cut:
            left_out[sid] = "cut"
        else:
            again.append(_once_more(row, said))
    now = office.clock.now()
    made = await office.write(lambda tx: [office.postbox.add(tx, one, now) for one in again])
    return views.Replayed(deliveries=[_waiting(one) for one in made], left_out=left_out)


def _once_more(row: Notification, said: Said) -> Told:
    return Told(
        message=Message(said.url, row.method, list(said.params), said.sent),
        origin=origin(said.url),
        subject=row.subject or row.call or row.id,
        kind=row.kind,
        call=row.call,
        event=row.event or "",
        source="replay",
        serial=row.key_serial,
    )


@TABLE.use_case("delivery.list", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def list_deliveries(
    office: Office, *, state: str = "dead", limit: int = 50, before: str | None = None
) -> views.DeliveryPage:
    """Callbacks that were given up (``dead``), are tried (``ready``) or wait for another."""
    _check_page(limit, before, "delivery")
    if state not in {"ready", "behind", "dead"}:
        raise Refused("bad_argument", "state is one of: ready, behind, dead")
    found = office.read(
        lambda queries: office.store.rooms.deliveries.page(
            queries, state, count=limit + 1, before=before
        )
    )
    shown = found[:limit]
    return views.DeliveryPage(
        deliveries=[_waiting(row) for row in shown],
        next=shown[-1].id if len(found) > limit else None,
    )


@TABLE.use_case("delivery.retry", actors=KNOWN, purpose="deliver_content", category=_SAID)
async def retry_delivery(office: Office, *, sid: str) -> views.Delivery:
    """Try a callback that was given up for another day."""
    now = office.clock.now()
    again = await office.write(lambda tx: office.postbox.revive(tx, sid, now))
    return _waiting(again)


@TABLE.use_case("notification.logging", purpose="operate", category="system.configuration")
async def set_logging(
    office: Office,
    *,
    on: bool,
    number: str | None = None,
    flow: str | None = None,
    application: str | None = None,
) -> views.AppLogging:
    """Keep requests and answers of an app's calls and messages in the log, or only their frame.

    An app is a number, a flow or the SID of an application: of the last two, whatever is asked for
    the numbers they answer. Off: of every exchange from now on, time, status and size remain.
    """
    app, name = _app(office, number, flow, application)
    now = office.clock.now()
    log = office.store.rooms.notifications
    await office.write(lambda tx: log.silence(tx, app, on=not on, now=now))
    return views.AppLogging(app=app, name=name, on=on)


@TABLE.use_case(
    "notification.apps", actors=KNOWN, purpose="operate", category="system.configuration"
)
async def list_apps(office: Office) -> list[views.AppLogging]:
    """Every number, flow and application, and whether its requests and answers are kept."""
    quiet = office.read(office.store.rooms.notifications.quiet)
    apps: list[tuple[str, str]] = [(flow.id, flow.name) for flow in office.flows.values()]
    apps += [(number.id, number.phone.e164) for number in office.numbers.values()]
    apps += [(kept.id, kept.id) for kept in office.shelf.all(Application)]
    return [views.AppLogging(app=app, name=name, on=app not in quiet) for app, name in apps]


def _app(
    office: Office, number: str | None, flow: str | None, application: str | None
) -> tuple[str, str]:
    if sum(app is not None for app in (number, flow, application)) != 1:
        raise Refused("bad_argument", "say either a number, a flow or an application")
    if application is not None:
        sid = office.shelf.find(Application, application).id
        return sid, sid
    if flow is not None:
        found = _flow(office, flow)
        return found.id, found.name
    ours = _number(office, number or "")
    return ours.id, ours.phone.e164


def _flow(office: Office, name: str) -> Flow:
    found = office.flows.get(name)
    if found is None:
        raise Refused("unknown_flow", "no flow of that name; 'ringfence flow list' shows them")
    return found


def _number(office: Office, number: str) -> Number:
    ours = office.numbers.get(Phone.parse(number, region=office.region).e164)
    if ours is None:
        raise Refused("not_found", "this is not a number of this installation")
    return ours


def _check_page(limit: int, before: str | None, kind: str) -> None:
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"ask for 1 to {PAGE_MAX} at a time")
    if before is not None and not is_id(before, kind):
        raise Refused("not_found", "nothing of that SID")


def _waiting(row: Delivery) -> views.Delivery:
    return views.Delivery(
        sid=row.id,
        call=row.call,
        subject=row.subject,
        kind=row.kind,
        event=row.event,
        source=row.source,
        state=row.state,
        attempts=row.attempts,
        error=row.error,
        created=row.created_at,
        due=row.due_at,
    )


def _view(row: Notification, said: Said | None = None) -> views.Notification:
    return views.Notification(
        sid=row.id,
        call=row.call,
        kind=row.kind,
        at=row.at,
        elapsed_ms=row.elapsed_ms,
        method=row.method,
        status=row.status,
        failure=row.failure,
        code=row.code,
        level=_level(row),
        subject=row.subject,
        event=row.event,
        number=row.number,
        flow=row.flow,
        delivery=row.delivery,
        attempt=row.attempt,
        source=row.source,
        request_size=row.request_size,
        response_size=row.response_size,
        kept=row.sealed is not None,
        url=said.url if said is not None else None,
        params=list(said.params) if said is not None else None,
        sent=said.sent.decode("utf-8", "replace") if said is not None and said.sent else None,
        headers=list(said.headers) if said is not None else None,
        content_type=said.content_type if said is not None else None,
        body=said.body.decode("utf-8", "replace") if said is not None else None,
        cut=said.cut if said is not None else None,
    )


def _level(row: Notification) -> str | None:
    if row.code is None:
        return None
    found = PROBLEMS.get(row.failure or "")
    return found.severity if found is not None else "error"
