"""The notification log, asked: what was requested and answered, and which apps are quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, FlowId, NumberId, is_id
from ringfence.kernel.limits import PAGE_MAX
from ringfence.kernel.phone import Phone
from ringfence.office.records import CALL, CALL_LOG
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.notifications import Notification, Said

if TYPE_CHECKING:
    from ringfence.office import Office


@TABLE.use_case("notification.list", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def list_notifications(
    office: Office,
    *,
    limit: int = 50,
    before: str | None = None,
    since: int | None = None,
    until: int | None = None,
    call: str | None = None,
    status: int | None = None,
) -> views.NotificationPage:
    """Exchanges with the account's servers, newest first; ``status`` 0: without an answer."""
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"ask for 1 to {PAGE_MAX} at a time")
    if before is not None and not is_id(before, "notification"):
        raise Refused("not_found", "no exchange of that SID")
    if call is not None and not is_id(call, "call"):
        raise Refused("not_found", "no call of that SID")
    found = office.read(
        lambda queries: office.store.rooms.notifications.page(
            queries,
            count=limit + 1,
            before=before,
            since=None if since is None else Ms(since),
            until=None if until is None else Ms(until),
            call=None if call is None else CallId(call),
            status=status,
        )
    )
    shown = found[:limit]
    return views.NotificationPage(
        notifications=[_view(row) for row in shown],
        next=shown[-1].id if len(found) > limit else None,
    )


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


@TABLE.use_case("notification.logging", purpose="operate", category="system.configuration")
async def set_logging(
    office: Office, *, on: bool, number: str | None = None, flow: str | None = None
) -> views.AppLogging:
    """Keep requests and answers of a number's or a flow's calls in the log, or only their frame.

    Off: of every exchange from now on, time, status and size remain.
    """
    app, name = _app(office, number, flow)
    now = office.clock.now()
    log = office.store.rooms.notifications
    await office.write(lambda tx: log.silence(tx, app, on=not on, now=now))
    return views.AppLogging(app=app, name=name, on=on)


@TABLE.use_case(
    "notification.apps", actors=KNOWN, purpose="operate", category="system.configuration"
)
async def list_apps(office: Office) -> list[views.AppLogging]:
    """Every number and flow, and whether requests and answers of its calls are kept."""
    quiet = office.read(office.store.rooms.notifications.quiet)
    apps: list[tuple[str, str]] = [(flow.id, flow.name) for flow in office.flows.values()]
    apps += [(number.id, number.phone.e164) for number in office.numbers.values()]
    return [views.AppLogging(app=app, name=name, on=app not in quiet) for app, name in apps]


def _app(office: Office, number: str | None, flow: str | None) -> tuple[NumberId | FlowId, str]:
    if (number is None) == (flow is None):
        raise Refused("bad_argument", "say either a number or a flow")
    if flow is not None:
        found = office.flows.get(flow)
        if found is None:
            raise Refused("unknown_flow", "no flow of that name; 'ringfence flow list' shows them")
        return found.id, found.name
    phone = Phone.parse(number or "", region=office.region)
    ours = office.numbers.get(phone.e164)
    if ours is None:
        raise Refused("not_found", "this is not a number of this installation")
    return ours.id, ours.phone.e164


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
        request_size=row.request_size,
        response_size=row.response_size,
        kept=row.sealed is not None,
        url=said.url if said is not None else None,
        params=list(said.params) if said is not None else None,
        content_type=said.content_type if said is not None else None,
        body=said.body.decode("utf-8", "replace") if said is not None else None,
        cut=said.cut if said is not None else None,
    )
